// A release of a small repository, with another one as its origin and a program of this test's as GitHub's client.
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ROOT } from '../repository.ts';
import { environmentWithoutAws } from '../run-bundle.ts';
import { changelog } from './changelog.ts';
import { planRelease } from './plan-release.ts';
import { stamped } from './stamp.ts';

describe('the version', () => {
  it('is released once, after a lower one, and belongs to the moving tag', () => {
    expect(planRelease('1.0.0', [], 'v1')).toEqual({
      version: '1.0.0',
      tag: 'v1.0.0',
      moving: 'v1',
      previous: undefined,
    });
    expect(planRelease('1.10.0', ['v1', 'v1.9.0', 'v1.2.0', 'nightly'], 'v1').previous).toBe('v1.9.0');
    expect(() => planRelease('1.9.0', ['v1.9.0'], 'v1')).toThrow(
      '`1.9.0` after v1.9.0. Raise `version`, such as to `1.9.1`.',
    );
    expect(() => planRelease('1.9.0', ['v1.10.0'], 'v1')).toThrow('`1.9.0` after v1.10.0');
    expect(() => planRelease('0.1.0', [], 'v1')).toThrow('Set `version` to `1.0.0`');
    expect(() => planRelease('2.0.0', ['v1.4.2'], 'v1')).toThrow('`MAJOR` in src/tooling/toolkit-name.ts to `v2`');
    for (const odd of ['1.2', '1.2.3-rc.1', 'v1.2.3', '01.2.3', '1.2.3\n'])
      expect(() => planRelease(odd, [], 'v1'), odd).toThrow('three numbers');
  });
});

describe('the text', () => {
  it('has the subjects, links, and how to verify', () => {
    const commits = [{ hash: 'abc1234', subject: 'Thank @octocat for <b>' }];
    expect(
      changelog('v1.1.0', 'v1.0.0', commits, 'org/zap-obs'),
    ).toBe(`Changes since [v1.0.0](https://github.com/org/zap-obs/releases/tag/v1.0.0), as [all of their lines](https://github.com/org/zap-obs/compare/v1.0.0...v1.1.0):

- Thank @\u200boctocat for &lt;b> (abc1234)

To see who has built the archive, and from what: \`gh attestation verify zap-obs-v1.1.0.tar.gz --repo org/zap-obs\`
`);
  });

  it('stays within what GitHub takes', () => {
    const commits = Array.from({ length: 3000 }, () => ({ hash: 'abc1234', subject: 'x'.repeat(60) }));
    const text = changelog('v1.0.0', undefined, commits, 'org/zap-obs');
    expect(text.length).toBeLessThan(100_000);
    expect(text).toMatch(/^- and 1\d{3} more$/m);
  });
});

it('stamps siblings, and nothing else', () => {
  const text = [
    'uses: org/zap-obs/deploy@v1',
    'uses: org/zap-obs@v1',
    'uses: org/zap-obs/a.b/c@v10',
    'uses: xorg/zap-obs@v1',
    '# org/zap-obs@v1',
  ];
  expect(stamped(text.join('\n'), 'org/zap-obs', 'v1', 'v1.2.3').split('\n')).toEqual([
    'uses: org/zap-obs/deploy@v1.2.3',
    'uses: org/zap-obs@v1.2.3',
    ...text.slice(2),
  ]);
});

describe('the whole', () => {
  let folder = '';
  let tree = '';
  const outputs = () => join(folder, 'outputs');

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'zap-obs-release-'));
    tree = join(folder, 'tree');
    git(folder, 'init', '--quiet', '--bare', '--initial-branch=main', 'origin.git');
    git(folder, 'init', '--quiet', '--initial-branch=main', 'tree');
    git(tree, 'remote', 'add', 'origin', join(folder, 'origin.git'));
    mkdirSync(join(tree, '.github/workflows'), { recursive: true });
    mkdirSync(join(tree, 'src'));
    for (const path of ['action.yml', '.github/workflows/deploy.yml']) cpSync(join(ROOT, path), join(tree, path));
    writeFileSync(join(tree, 'src/secret.ts'), '// not for users\n');
    writeFileSync(join(tree, '.gitattributes'), '/src export-ignore\n');
    writeFileSync(join(tree, '.gitignore'), '.tmp/\n');
    commit('Begin', '1.0.0');
    mkdirSync(join(folder, 'bin'));
    const client = `#!/bin/sh\necho "$@" >> ${join(folder, 'gh.log')}\n[ -n "$GH_TOKEN" ] || exit 1\n`;
    writeFileSync(join(folder, 'bin/gh'), client);
    chmodSync(join(folder, 'bin/gh'), 0o755);
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('makes a tag that never moves, and one that does, of a commit beside main', () => {
    release('prepare');
    expect(git(join(folder, 'origin.git'), 'tag')).toBe('');
    expect(readFileSync(outputs(), 'utf8')).toBe('tag=v1.0.0\narchive=.tmp/release/zap-obs-v1.0.0.tar.gz\n');
    release('publish');
    git(tree, 'fetch', '--quiet', '--tags', 'origin');
    const main = git(tree, 'rev-parse', 'main');
    expect(git(tree, 'rev-parse', 'v1.0.0^{commit}^')).toBe(main);
    expect(git(tree, 'status', '--porcelain')).toBe('');
    const changed = git(tree, 'diff', '--name-only', 'main', 'v1.0.0');
    expect(changed.split('\n')).toEqual(['.github/workflows/deploy.yml', 'action.yml']);
    const text = git(tree, 'show', 'v1.0.0:action.yml');
    expect(text).toContain('uses: org/zap-obs/deploy@v1.0.0\n');
    expect(text).not.toMatch(/@v1$/m);
    const files = execFileSync('tar', ['-tzf', join(tree, '.tmp/release/zap-obs-v1.0.0.tar.gz')], { encoding: 'utf8' });
    expect(files).toContain('zap-obs-1.0.0/action.yml\n');
    expect(files).not.toContain('src');

    commit('Mend the plan', '1.0.1');
    release('prepare');
    const notes = readFileSync(join(tree, '.tmp/release/notes.md'), 'utf8');
    expect(notes).toContain('Changes since [v1.0.0]');
    expect(notes.match(/^- .*/gm)?.map(line => line.replace(/ \(.*/, ''))).toEqual(['- Mend the plan']);
    const first = git(join(folder, 'origin.git'), 'rev-parse', 'v1.0.0');
    release('publish');
    const tags = git(
      join(folder, 'origin.git'),
      'for-each-ref',
      '--format=%(refname:short) %(objectname)',
      'refs/tags',
    );
    const commitOf = Object.fromEntries(tags.split('\n').map(line => line.split(' ') as [string, string]));
    expect(commitOf['v1.0.0']).toBe(first);
    expect(commitOf.v1).toBe(commitOf['v1.0.1']);
    expect(commitOf.v1).not.toBe(first);
    const calls = readFileSync(join(folder, 'gh.log'), 'utf8').split('\n').filter(Boolean);
    expect(calls.slice(-2)).toEqual([
      'release create v1.0.1 .tmp/release/zap-obs-v1.0.1.tar.gz --draft --notes-file .tmp/release/notes.md --title v1.0.1 --repo org/zap-obs',
      'release edit v1.0.1 --draft=false --verify-tag --repo org/zap-obs',
    ]);
    expect(readFileSync(join(tree, '.git/config'), 'utf8')).not.toMatch(/secret-token|extraheader/);
  });

  it('moves no tag when the release is there already, or the tree is not what main has', () => {
    release('prepare');
    release('publish');
    expect(() => release('prepare')).toThrow('not newer than the last one');
    commit('Go on', '1.1.0');
    writeFileSync(join(tree, 'action.yml'), 'changed');
    expect(() => release('prepare')).toThrow('not committed');
    git(tree, 'checkout', '--quiet', '--', 'action.yml');
    git(tree, 'checkout', '--quiet', '-b', 'feature');
    expect(() => release('prepare')).toThrow('from main only');
    expect(git(join(folder, 'origin.git'), 'tag').split('\n')).toEqual(['v1', 'v1.0.0']);
  });

  it('asks for a token that GitHub takes workflows from, before anything leaves the machine', () => {
    release('prepare');
    expect(() => release('publish', { GITHUB_ACTIONS: 'true' })).toThrow(/RELEASE_TOKEN.*Contents and Workflows/);
    expect(git(join(folder, 'origin.git'), 'tag')).toBe('');
    expect(existsSync(join(folder, 'gh.log'))).toBe(false);
    release('publish', { GITHUB_ACTIONS: 'true', RELEASE_TOKEN: 'secret-token-too' });
    expect(git(join(folder, 'origin.git'), 'tag').split('\n')).toEqual(['v1', 'v1.0.0']);
  });

  it('publishes what was prepared of this commit only', () => {
    expect(() => release('publish')).toThrow('No release of this commit is prepared');
    release('prepare');
    commit('Go on', '1.0.1');
    expect(() => release('publish')).toThrow(/release\.json is of v1\.0\.0, beside another commit/);
    expect(git(join(folder, 'origin.git'), 'tag')).toBe('');
  });

  it('says what is left to do when the tags are put and GitHub does not show the release', () => {
    release('prepare');
    writeFileSync(join(folder, 'bin/gh'), '#!/bin/sh\n[ "$2" != edit ]\n');
    expect(() => release('publish')).toThrow('Show it: `gh release edit v1.0.0 --draft=false');
    expect(git(join(folder, 'origin.git'), 'tag').split('\n')).toEqual(['v1', 'v1.0.0']);
  });

  it.each(['v1.0.0', 'v1'])('puts no tag anywhere when somebody else has put %s meanwhile', tag => {
    release('prepare');
    git(tree, 'push', '--quiet', 'origin', `main:refs/tags/${tag}`);
    const before = git(join(folder, 'origin.git'), 'for-each-ref');
    expect(() => release('publish')).toThrow();
    expect(git(join(folder, 'origin.git'), 'for-each-ref')).toBe(before);
    expect(readFileSync(join(folder, 'gh.log'), 'utf8')).not.toContain('--draft=false');
  });

  function commit(subject: string, version: string): void {
    writeFileSync(join(tree, 'package.json'), JSON.stringify({ version }));
    git(tree, 'add', '--all');
    git(tree, 'commit', '--quiet', '-m', subject);
  }

  /** @throws with what it says on stderr */
  function release(command: string, more: Record<string, string> = {}): void {
    rmSync(outputs(), { force: true });
    // As a checkout of the whole history does.
    if (command === 'prepare') git(tree, 'fetch', '--quiet', '--tags', '--force', 'origin');
    const env = {
      ...environmentWithoutAws(),
      PATH: `${join(folder, 'bin')}:${process.env.PATH}`,
      GITHUB_TOKEN: 'secret-token',
      GITHUB_OUTPUT: outputs(),
      ...more,
    };
    const script = join(ROOT, 'src/tooling/release.ts');
    execFileSync(process.execPath, [script, command], { cwd: tree, env, stdio: ['ignore', 'ignore', 'pipe'] });
  }
});

function git(cwd: string, ...args: string[]): string {
  const who = { GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@b', GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a@b' };
  return execFileSync('git', args, {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, ...who },
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trimEnd();
}
