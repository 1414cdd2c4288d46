import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { ROOT } from '../repository.ts';

interface Update {
  'package-ecosystem': string;
  directory?: string;
  directories?: string[];
  schedule: { interval: string };
  groups: Record<string, { patterns: string[] }>;
}

const { updates } = parse(readFileSync(join(ROOT, '.github/dependabot.yml'), 'utf8')) as { updates: Update[] };

/** Which manifests dependabot reads, by its name for their kind. */
const MANIFESTS: Readonly<Record<string, string>> = {
  npm: '**/package.json',
  docker: '**/Dockerfile',
  pip: '**/requirements*.txt',
  gomod: '**/go.mod',
};

/** Manifests that nobody updates through dependabot, each for a reason. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  'npm /dist': 'a built file, that says only which kind of modules these are',
  'npm /local/aws': 'a workspace: its versions are in the lockfile of /',
  'npm /zap-app': 'a workspace: its versions are in the lockfile of /',
  'docker /.ci/images/collector': 'built from what is there, without an image of a registry',
  'docker /.ci/images/node': 'built from what is there, without an image of a registry',
  'docker /.ci/images/prometheus': 'built from what is there, without an image of a registry',
  'docker /.ci/images/registry': 'built from what is there, without an image of a registry',
  'gomod /.ci/images/collector/source': 'modules of one release of ADOT, which move together',
  'gomod /.ci/images/collector/source/builder': 'modules of one release of ADOT, which move together',
  'gomod /.ci/images/collector/source/healthcheck': 'has no dependency',
};

const foldersOf = ({ directory, directories = [] }: Update) => [...(directory ? [directory] : []), ...directories];
const covered = updates.flatMap(update => foldersOf(update).map(folder => `${update['package-ecosystem']} ${folder}`));

it('covers every folder with a manifest, or says why it does not', () => {
  const exclude = (path: string) => /(^|\/)(node_modules|build|coverage)$/.test(path);
  const found = Object.entries(MANIFESTS).flatMap(([ecosystem, pattern]) =>
    // Folders that begin with a dot are matched by name only.
    ['', '.ci/'].flatMap(start =>
      globSync(start + pattern, { cwd: ROOT, exclude }).map(file => `${ecosystem} ${folderOf(file)}`),
    ),
  );
  const all = [...new Set([...found, 'github-actions /'])].sort();
  expect(all).toEqual([...new Set([...covered, ...Object.keys(LEFT_OUT)])].sort());
  expect(covered.filter(one => one in LEFT_OUT)).toEqual([]);
});

function folderOf(file: string): string {
  const folder = dirname(file);
  return folder === '.' ? '/' : `/${folder}`;
}

it('asks once a week, with one pull request for each kind', () => {
  for (const { schedule, groups } of updates) {
    expect(schedule.interval).toBe('weekly');
    expect(Object.values(groups)).toEqual([{ patterns: ['*'] }]);
  }
});

it('leaves out workspaces only, and images that come from no registry', () => {
  const { workspaces } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { workspaces: string[] };
  const left = (kind: string) =>
    Object.keys(LEFT_OUT).flatMap(one => (one.startsWith(`${kind} /`) ? [one.slice(kind.length + 2)] : []));
  expect(left('npm').filter(folder => folder !== 'dist')).toEqual([...workspaces].sort());
  const bases = left('docker').flatMap(folder =>
    [...readFileSync(join(ROOT, folder, 'Dockerfile'), 'utf8').matchAll(/^FROM (\S+)/gm)].map(([, base]) => base),
  );
  expect([...new Set(bases)].sort()).toEqual(['scratch', 'zap-obs/debian:built']);
});

it('SECURITY.md names files that are there', () => {
  const text = readFileSync(join(ROOT, 'SECURITY.md'), 'utf8');
  const links = [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, target = '']) => target);
  const paths = links.filter(target => !target.startsWith('https://'));
  expect(paths.filter(path => !existsSync(join(ROOT, path)))).toEqual([]);
  expect(paths.length).toBeGreaterThan(0);
});
