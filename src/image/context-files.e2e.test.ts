import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { runDocker } from '../compose/docker.docker.ts';
import { contextEntries } from './context-files.ts';
import { Dockerignore } from './dockerignore.ts';

// What is hashed must be what Docker sends: BuildKit itself copies a whole context out again.

const folder = mkdtempSync(join(tmpdir(), 'zap-obs-context-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const FILES = [
  'a.md',
  'b.txt',
  'README.md',
  'README-secret.md',
  'src/main.ts',
  'src/main.test.ts',
  'src/deep/x.ts',
  'src/deep/x.test.ts',
  'src/deep/er/y.md',
  'node_modules/m/index.js',
  'node_modules/m/keep/index.js',
  'docs/a.md',
  'docs/img/a.png',
  'foo/foo/foo',
  'x/foo/bar',
  '.git/config',
  '.hidden',
  'with space/file name',
  'br[a]cket',
  'plus+sign',
  'ünï/cödé',
];

const RULES = [
  '',
  '*',
  '*\n!src',
  '*\n!src/deep',
  '*\n!src\n**/*.test.ts',
  '**/*.md\n!README*.md\nREADME-secret.md',
  '**/*.md\n!docs/**',
  'node_modules\n!node_modules/m/keep',
  'node_modules/*/keep\n.git\n.hidden',
  '**\n!**/*.ts',
  '**/deep\n!src/deep/er/y.md',
  'src/**\n!src/deep/x.ts',
  'src/*\n!src/deep',
  'foo\nfoo/bar',
  '*/foo',
  '**/foo',
  '/foo\n/x/',
  '?.txt\n[a-c].md',
  'br\\[a\\]cket\nplus+sign',
  '# a.md\n  b.txt  \n!\tb.txt',
  'with space\nünï',
  '!src\nsrc\n!src/main.ts',
  'docs/../src\n./docs/img',
  '**/er/**\n!**/er',
  'x/**/bar',
  '*.md\n!a.md\na*',
];

const context = join(folder, 'context');
for (const path of FILES) {
  mkdirSync(join(context, path, '..'), { recursive: true });
  writeFileSync(join(context, path), path);
}
mkdirSync(join(context, 'empty'));
symlinkSync('b.txt', join(context, 'link'));
chmodSync(join(context, 'b.txt'), 0o755);

it('leaves out what Docker leaves out, and nothing else', async () => {
  const dockerfile = join(folder, 'Dockerfile');
  writeFileSync(dockerfile, 'FROM scratch\nCOPY . /\n');
  for (const [index, rules] of RULES.entries()) {
    writeFileSync(join(context, '.dockerignore'), rules);
    const ours = await contextEntries(context, Dockerignore.parse(rules));
    const out = join(folder, `out${index}`);
    const args = ['buildx', 'build', '--no-cache', '--file', dockerfile, '--output', `type=local,dest=${out}`, context];
    const { code, stderr } = await runDocker(args);
    expect(code, stderr).toBe(0);
    expect(ours.map(({ path }) => path).sort(), JSON.stringify(rules)).toEqual(pathsIn(out));
    rmSync(out, { recursive: true });
  }
});

function pathsIn(root: string): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .map(entry => relative(root, join(entry.parentPath, entry.name)))
    .sort();
}
