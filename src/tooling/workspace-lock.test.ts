import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from './repository.ts';
import { workspaceLock } from './workspace-lock.ts';

const manifest = JSON.stringify({ name: 'app', version: '1.0.0', dependencies: { a: '1.0.0' } });
const lock = (packages: Record<string, object>) => JSON.stringify({ lockfileVersion: 3, packages });
const made = (packages: Record<string, object>): Record<string, object> =>
  JSON.parse(workspaceLock(lock(packages), manifest, 'app')).packages;

const app = { name: 'app', version: '1.0.0', dependencies: { a: '1.0.0' } };

it('takes what the workspace needs, and what that needs, and nothing else', () => {
  const packages = made({
    '': { workspaces: ['app'] },
    app,
    'node_modules/a': {
      version: '1.0.0',
      integrity: 'x',
      resolved: 'https://somewhere/a.tgz',
      dependencies: { b: '^1' },
    },
    'node_modules/b': { version: '1.2.0', peerDependencies: { c: '*' } },
    'node_modules/c': { version: '1.0.0', peer: true },
    'node_modules/app': { resolved: 'app', link: true },
    'node_modules/other': { version: '9.0.0', dev: true },
  });
  expect(packages).toEqual({
    '': app,
    'node_modules/a': { version: '1.0.0', integrity: 'x', dependencies: { b: '^1' } },
    'node_modules/b': { version: '1.2.0', peerDependencies: { c: '*' } },
    'node_modules/c': { version: '1.0.0' },
  });
});

it('moves up what lies in the workspace, and leaves what is nested where it is', () => {
  const packages = made({
    app,
    'app/node_modules/a': { version: '1.0.0', dependencies: { b: '^2' } },
    'app/node_modules/a/node_modules/b': { version: '2.0.0', dependencies: { c: '1' } },
    'node_modules/b': { version: '1.0.0' },
    'node_modules/c': { version: '1.0.0' },
    'node_modules/a': { version: '3.0.0' },
  });
  expect(Object.keys(packages)).toEqual(['', 'node_modules/a', 'node_modules/a/node_modules/b', 'node_modules/c']);
});

it('marks what is optional alone, and does without what is not locked', () => {
  const packages = made({
    app,
    'node_modules/a': { version: '1.0.0', optionalDependencies: { b: '1', missing: '1' }, dependencies: { c: '1' } },
    'node_modules/b': { version: '1.0.0', dev: true, dependencies: { c: '1', d: '1' } },
    'node_modules/c': { version: '1.0.0' },
    'node_modules/d': { version: '1.0.0', devOptional: true },
  });
  expect(packages).toMatchObject({ 'node_modules/b': { optional: true }, 'node_modules/d': { optional: true } });
  expect(packages['node_modules/b']).not.toHaveProperty('dev');
  expect(packages['node_modules/c']).not.toHaveProperty('optional');
});

it.each([
  ['app needs a, which is not in the lockfile', { app }],
  [
    'app needs two versions of node_modules/b',
    {
      app: { dependencies: { a: '1', b: '2' } },
      'app/node_modules/b': { version: '2.0.0' },
      'node_modules/a': { dependencies: { b: '1' } },
      'node_modules/b': { version: '1.0.0' },
    },
  ],
  ['The lockfile has no workspace app', {}],
])('%s', (message, packages) => {
  expect(() => made(packages)).toThrow(message);
});

it('npm ci accepts the lockfile of zap-app, alone in a folder', () => {
  const folder = mkdtempSync(join(tmpdir(), 'zap-app-'));
  try {
    for (const file of ['package.json', 'package-lock.json']) cpSync(join(ROOT, 'zap-app', file), join(folder, file));
    // It compares the two, and with --dry-run fetches nothing.
    const npm = spawnSync('npm', ['ci', '--omit=dev', '--dry-run', '--ignore-scripts', '--offline', '--no-audit'], {
      cwd: folder,
      encoding: 'utf8',
      shell: process.platform === 'win32',
    });
    expect([npm.status, npm.stderr.split('\n').filter(line => line.startsWith('npm error'))]).toEqual([0, []]);
    expect(existsSync(join(folder, 'node_modules'))).toBe(false);
    const { packages } = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8'));
    expect(npm.stdout).toContain(`added ${Object.keys(packages).length - 1} packages`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
