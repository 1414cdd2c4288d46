import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { scriptedDocker } from './scripted-docker.ts';
import { readSource } from './source.ts';

const folder = mkdtempSync(join(tmpdir(), 'zap-obs-source-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const signal = new AbortController().signal;
const PINNED = `FROM node@sha256:${'a'.repeat(64)}\n`;
let contexts = 0;

function read(
  files: Record<string, string>,
  more: object = {},
  run = scriptedDocker(() => ({ code: 1, stderr: 'no such image' })).run,
) {
  const context = join(folder, String(contexts++));
  mkdirSync(context);
  for (const [path, content] of Object.entries(files)) writeFileSync(join(context, path), content);
  const options = {
    context,
    shownContext: 'web',
    dockerfile: join(context, 'Dockerfile'),
    shownDockerfile: 'web/Dockerfile',
    target: undefined,
    args: {},
    platforms: ['linux/amd64'],
    ...more,
  };
  return readSource(options, run, signal);
}

describe('a source', () => {
  it('has a tag by its content, for which Docker is not asked when base images are named by digest', async () => {
    const docker = scriptedDocker(() => undefined);
    const { tag } = await read({ Dockerfile: PINNED, a: '1' }, {}, docker.run);
    expect(docker.asked).toEqual([]);
    expect((await read({ Dockerfile: PINNED, a: '2' })).tag).not.toBe(tag);
  });

  it('changes with its base images', async () => {
    const tagWith = async (id: string) => {
      const { run } = scriptedDocker(command =>
        command.startsWith('image inspect') ? { stdout: `${id} []\n` } : undefined,
      );
      return (await read({ Dockerfile: 'FROM node' }, {}, run)).tag;
    };
    expect(await tagWith('sha256:1')).not.toBe(await tagWith('sha256:2'));
  });

  it('says which base images and files are not known', async () => {
    const source = await read({ Dockerfile: 'FROM node\nADD https://x/y /' });
    expect(source).toMatchObject({ unknown: ['node'], remote: [2] });
  });

  it('leaves out what the ignore file beside the Dockerfile says, else that of the context', async () => {
    const tag = async (files: Record<string, string>) => (await read({ Dockerfile: PINNED, ...files })).tag;
    const own = { '.dockerignore': '.dockerignore\na' };
    expect(await tag({ ...own, a: '1' })).toBe(await tag({ ...own, a: '2' }));
    const beside = { ...own, 'Dockerfile.dockerignore': '*' };
    expect(await tag({ ...beside, a: '1', b: '1' })).toBe(await tag({ ...beside, a: '2', b: '2' }));
    const instead = { ...own, 'Dockerfile.dockerignore': 'b' };
    expect(await tag({ ...instead, a: '1' })).not.toBe(await tag({ ...instead, a: '2' }));
  });
});

it.each<[string, Record<string, string>, object, string]>([
  ['no context', { Dockerfile: PINNED }, { context: '/nowhere' }, 'There is no context `web`'],
  ['a file as context', { Dockerfile: PINNED }, { context: import.meta.filename }, 'The context `web` is no folder'],
  ['no Dockerfile', {}, {}, 'There is no Dockerfile `web/Dockerfile`. Seen: ENOENT'],
  ['an empty Dockerfile', { Dockerfile: '\n' }, {}, 'web/Dockerfile: The Dockerfile has no stage. Seen: an empty file'],
  ['a Dockerfile without a stage', { Dockerfile: 'RUN x' }, {}, 'Seen: no `FROM`'],
  [
    'a pattern that Docker refuses',
    { Dockerfile: PINNED, '.dockerignore': '[a' },
    {},
    'has a pattern that Docker refuses',
  ],
])('%s is an error', async (_, files, more, expected) => {
  await expect(read(files, more)).rejects.toThrow(expected);
});
