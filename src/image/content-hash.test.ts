import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { contentTag, hashFiles } from './content-hash.ts';
import { contextEntries } from './context-files.ts';
import { Dockerignore } from './dockerignore.ts';

const folder = mkdtempSync(join(tmpdir(), 'zap-obs-content-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const signal = new AbortController().signal;
let contexts = 0;

function contextOf(files: Record<string, string> = { Dockerfile: 'FROM a', 'src/main.js': '1' }): string {
  const context = join(folder, String(contexts++));
  mkdirSync(context);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(context, path, '..'), { recursive: true });
    writeFileSync(join(context, path), content, { mode: 0o644 });
  }
  return context;
}

const BASE = {
  dockerfile: 'FROM a',
  target: undefined,
  args: {},
  platforms: ['linux/amd64'],
  bases: new Map([['a', '1']]),
};

async function tagOf(context: string, more: object = {}, rules = ''): Promise<string> {
  const entries = await contextEntries(context, Dockerignore.parse(rules), signal);
  return contentTag({ ...BASE, entries, ...more }, await hashFiles(context, entries, signal));
}

const pathsOf = async (context: string, rules: string) =>
  (await contextEntries(context, Dockerignore.parse(rules))).map(({ path }) => path);

describe('the tag of a content', () => {
  it('is equal for equal files, wherever they stand and however old they are', async () => {
    const [one, other] = [contextOf(), contextOf()];
    utimesSync(join(other, 'src/main.js'), 1, 1);
    expect(await tagOf(one)).toMatch(/^content-[0-9a-f]{32}$/);
    expect(await tagOf(other)).toBe(await tagOf(one));
  });

  it('differs with all that decides about the image', async () => {
    const context = contextOf();
    const tags = [
      await tagOf(context),
      await tagOf(context, { dockerfile: 'FROM b' }),
      await tagOf(context, { target: 'build' }),
      await tagOf(context, { args: { A: '1' } }),
      await tagOf(context, { args: { A: '2' } }),
      await tagOf(context, { args: { B: '1' } }),
      await tagOf(context, { platforms: ['linux/arm64'] }),
      await tagOf(context, { platforms: ['linux/amd64', 'linux/arm64'] }),
      await tagOf(context, { bases: new Map([['a', '2']]) }),
    ];
    chmodSync(join(context, 'src/main.js'), 0o755);
    tags.push(await tagOf(context));
    chmodSync(join(context, 'src'), 0o700);
    tags.push(await tagOf(context));
    writeFileSync(join(context, 'src/main.js'), '2');
    tags.push(await tagOf(context));
    mkdirSync(join(context, 'empty'));
    tags.push(await tagOf(context));
    symlinkSync('src', join(context, 'link'));
    tags.push(await tagOf(context));
    rmSync(join(context, 'link'));
    symlinkSync('empty', join(context, 'link'));
    tags.push(await tagOf(context));
    expect(new Set(tags).size).toBe(tags.length);
  });

  it('cannot be had by moving text from one file, or argument, to another', async () => {
    expect(await tagOf(contextOf({ a: 'xy', b: '' }))).not.toBe(await tagOf(contextOf({ a: 'x', b: 'y' })));
    const context = contextOf();
    expect(await tagOf(context, { args: { A: '1', B: '2' } })).not.toBe(
      await tagOf(context, { args: { A: '1\nB=2' } }),
    );
  });

  it('does not depend on the order of arguments, platforms and files', async () => {
    const context = contextOf();
    expect(await tagOf(context, { args: { A: '1', B: '2' }, platforms: ['x', 'y'] })).toBe(
      await tagOf(context, { args: { B: '2', A: '1' }, platforms: ['y', 'x'] }),
    );
    expect(await tagOf(contextOf({ a: '1', b: '2' }))).toBe(await tagOf(contextOf({ b: '2', a: '1' })));
  });

  it('is not changed by what is left out', async () => {
    const context = contextOf();
    const before = await tagOf(context, {}, '*.md');
    writeFileSync(join(context, 'README.md'), 'new');
    expect(await tagOf(context, {}, '*.md')).toBe(before);
    expect(await tagOf(context)).not.toBe(before);
  });

  it('reads files that stream as it reads those that do not', async () => {
    const large = contextOf({ large: 'x'.repeat(1024 * 1024 + 1) });
    const other = contextOf({ large: `${'x'.repeat(1024 * 1024)}y` });
    expect(await tagOf(large)).not.toBe(await tagOf(other));
    expect(await tagOf(large)).toBe(await tagOf(contextOf({ large: 'x'.repeat(1024 * 1024 + 1) })));
  });

  it('takes no longer than 100 ms for a small context, by the best of some runs', async () => {
    const context = contextOf(
      Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`src/${n}.js`, `${n}`.repeat(500)])),
    );
    const times: number[] = [];
    for (let run = 0; run < 10; run += 1) {
      const began = performance.now();
      await tagOf(context);
      times.push(performance.now() - began);
    }
    expect(Math.min(...times)).toBeLessThan(100);
  });

  it('stops when the run does', async () => {
    await expect(
      hashFiles(contextOf(), [{ path: 'x', kind: 'file', mode: 0, size: 1 }], AbortSignal.abort(new Error('stop'))),
    ).rejects.toThrow('stop');
  });
});

describe('the files of a context', () => {
  const files = { 'a.md': '', 'src/keep/x.ts': '', 'src/other/y.ts': '', 'node_modules/z/index.js': '' };

  it('are all of them, with their folders', async () => {
    expect(await pathsOf(contextOf(files), '')).toEqual([
      'a.md',
      'node_modules',
      'node_modules/z',
      'node_modules/z/index.js',
      'src',
      'src/keep',
      'src/keep/x.ts',
      'src/other',
      'src/other/y.ts',
    ]);
  });

  it('are sent with the folders in which they stand, although these are left out', async () => {
    expect(await pathsOf(contextOf(files), '*\n!src/keep')).toEqual(['src', 'src/keep', 'src/keep/x.ts']);
    expect(await pathsOf(contextOf(files), '**\n!**/y.ts')).toEqual(['src', 'src/other', 'src/other/y.ts']);
  });

  it('are not looked for where nothing can be kept', async () => {
    const context = contextOf(files);
    chmodSync(join(context, 'node_modules'), 0o000);
    expect(await pathsOf(context, '*\n!a.md')).toEqual(['a.md']);
    chmodSync(join(context, 'node_modules'), 0o755);
  });
});
