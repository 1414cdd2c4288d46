import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { DockerConfig } from './docker-login.ts';
import { Dockerfile } from './dockerfile.ts';
import { KeptRepositories } from './kept-repositories.ts';
import { publish } from './publish.ts';
import { RegistryAccess } from './registry-access.ts';
import { type Answer, type Asked, scriptedDocker } from './scripted-docker.ts';
import type { Source } from './source.ts';

const folder = mkdtempSync(join(tmpdir(), 'zap-obs-publish-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const CONTENT = 'content-1';
const MANIFEST = { config: { digest: 'sha256:config', size: 10 }, layers: [{ digest: 'sha256:l', size: 90 }] };
const OTHER = { config: { digest: 'sha256:other', size: 1 }, layers: [] };
const IMMUTABLE =
  "ERROR: failed to push: tag invalid: The image tag 'content-1' already exists in the 'shop' repository and cannot be overwritten because the tag is immutable.";
const EXPIRED = 'ERROR: denied: Your authorization token has expired. Reauthenticate and try again.';

let repositories: KeptRepositories;
beforeEach(() => {
  repositories = new KeptRepositories();
});

const source = (more: Partial<Source> = {}): Source => ({
  dockerfile: new Dockerfile('FROM a\nRUN false'),
  bases: [],
  tag: CONTENT,
  files: 1,
  unknown: [],
  remote: [],
  ...more,
});

/** What a push that works leaves: the image in the registry, and what BuildKit writes of it. */
function pushes(manifest: object = MANIFEST, told: Record<string, string> = {}): Answer {
  return {
    effect: ({ args }: Asked) => {
      const digest = repositories.push('shop', CONTENT, manifest);
      const file = args[args.indexOf('--metadata-file') + 1] ?? '';
      const config = { 'containerimage.config.digest': 'sha256:config' };
      writeFileSync(file, JSON.stringify({ 'containerimage.digest': digest, ...config, ...told }));
    },
  };
}

/** @param builds what each build answers, in their order */
function run(wanted: { tag?: string; cache?: 'none' | 'registry' } = {}, ...builds: Answer[]) {
  const signal = new AbortController().signal;
  const docker = scriptedDocker(command => (command.startsWith('buildx build ') ? builds.shift() : undefined));
  const masked: string[] = [];
  const access = new RegistryAccess({
    repositories,
    run: docker.run,
    signal,
    mask: secret => masked.push(secret),
    openConfig: () => DockerConfig.make({ RUNNER_TEMP: folder, DOCKER_CONFIG: join(folder, 'none') }),
  });
  const lines: string[] = [];
  const published = publish(
    {
      repository: 'shop',
      tag: wanted.tag,
      cache: wanted.cache ?? 'none',
      tags: { 'zap-obs:prefix': 'p' },
      shownDockerfile: 'web/Dockerfile',
      build: {
        context: '/w/web',
        dockerfile: '/w/web/Dockerfile',
        target: undefined,
        args: { KEY: 's3cret' },
        secrets: {},
        platforms: ['linux/amd64'],
      },
    },
    Promise.resolve(source()),
    { repositories, access, shown: (_, work) => work(), tell: line => lines.push(line) },
  );
  return { published, docker, masked, lines };
}

describe('an image that is not there', () => {
  it('is built and pushed into a repository that is made for it', async () => {
    const { published, docker, masked } = run({}, pushes());
    expect(await published).toMatchObject({
      digest: repositories.tagOf('shop', CONTENT),
      isReused: false,
      isNewRepository: true,
      parts: [{ layers: 1, bytes: 100 }],
    });
    expect(repositories.settings.get('shop')).toMatchObject({ tags: { 'zap-obs:prefix': 'p' }, hasMovingTags: false });
    expect(docker.commands()[0]).toBe('login --username AWS --password-stdin registry.test');
    expect(docker.asked[0]?.input).toBe('token-1');
    expect(docker.commands()[1]).toContain(`--tag registry.test/shop:${CONTENT} --push /w/web`);
    // Neither token nor argument is where others can read it.
    expect(docker.commands().join('\n')).not.toMatch(/token-1|s3cret/);
    expect(docker.asked[1]?.env.KEY).toBe('s3cret');
    expect(masked).toContain('token-1');
  });

  it('goes into a repository that is there, which is left as it is', async () => {
    repositories.add('shop', true);
    expect(await run({}, pushes()).published).toMatchObject({ isNewRepository: false });
    expect(repositories.writes()).toEqual([]);
  });

  it("gets the user's tag, too", async () => {
    await run({ tag: 'v1' }, pushes()).published;
    expect(repositories.tagOf('shop', 'v1')).toBe(repositories.tagOf('shop', CONTENT));
  });

  it('keeps its layers in a repository beside its own, whose tag moves', async () => {
    const { published, docker } = run({ cache: 'registry' }, pushes());
    await published;
    expect(repositories.settings.get('shop-cache')).toMatchObject({ hasMovingTags: true });
    expect(docker.commands()[1]).toContain('--cache-to type=registry,ref=registry.test/shop-cache:cache,mode=max');
  });

  it('is not believed to be pushed when the registry has another', async () => {
    const lies = pushes(MANIFEST, { 'containerimage.digest': 'sha256:else' });
    await expect(run({}, lies).published).rejects.toThrow(
      'The repository does not have the image that was pushed. Seen: sha256:',
    );
  });

  it('is known by its configuration where the builder tells of no more', async () => {
    const told = { 'containerimage.digest': 'sha256:config' };
    expect(await run({}, pushes(MANIFEST, told)).published).toMatchObject({ isReused: false });
  });

  it('is not believed to be pushed when its configuration is another', async () => {
    await expect(run({}, pushes(OTHER)).published).rejects.toThrow('does not have the image that was pushed');
  });

  it('is told on the line of the Dockerfile when it cannot be built', async () => {
    const failed = {
      vertexes: [
        {
          digest: 'd',
          name: '[2/2] RUN false',
          started: '1970',
          completed: '1970',
          error: 'executor failed running [/bin/sh -c false]: exit code: 1',
        },
      ],
    };
    const { published } = run(
      {},
      { code: 1, stderr: `${JSON.stringify(failed)}\nERROR: failed to solve: exit code: 1` },
    );
    await expect(published).rejects.toThrow(
      'web/Dockerfile:2: The image cannot be built: `RUN false` ended with exit code 1',
    );
  });
});

describe('an image of the same content', () => {
  it('is used as it is: nothing is built, nothing written, and Docker not asked', async () => {
    repositories.add('shop');
    repositories.push('shop', CONTENT, MANIFEST);
    const { published, docker } = run();
    expect(await published).toMatchObject({ isReused: true, digest: repositories.tagOf('shop', CONTENT) });
    expect(docker.asked).toEqual([]);
    expect(repositories.writes()).toEqual([]);
    expect(repositories.calls).not.toContain('login');
  });

  it("gets the user's tag without Docker, once", async () => {
    repositories.add('shop');
    repositories.push('shop', CONTENT, MANIFEST);
    for (const writes of [['tag shop:v1'], ['tag shop:v1']]) {
      const { published, docker } = run({ tag: 'v1' });
      expect((await published).isReused).toBe(true);
      expect(docker.asked).toEqual([]);
      expect(repositories.writes()).toEqual(writes);
    }
  });

  it('that somebody else pushes meanwhile is used', async () => {
    const beaten: Answer = {
      code: 1,
      stderr: IMMUTABLE,
      effect: () => void repositories.push('shop', CONTENT, MANIFEST),
    };
    expect(await run({ tag: 'v1' }, beaten).published).toMatchObject({ isReused: true });
    expect(repositories.tagOf('shop', 'v1')).toBe(repositories.tagOf('shop', CONTENT));
  });

  it('is weighed in all its parts, without what attests', async () => {
    repositories.add('shop');
    const digest = repositories.push('shop', 'part', MANIFEST);
    const platform = { os: 'linux', architecture: 'arm64', variant: 'v8' };
    repositories.push('shop', CONTENT, {
      manifests: [
        { digest, platform },
        { digest: 'sha256:x', platform: { os: 'unknown', architecture: 'unknown' } },
      ],
    });
    expect((await run().published).parts).toEqual([{ platform: 'linux/arm64/v8', layers: 1, bytes: 100 }]);
  });
});

describe('a tag that belongs to another content', () => {
  it('is an error before anything is built, and names the image', async () => {
    repositories.add('shop');
    const digest = repositories.push('shop', 'v1', OTHER);
    const { published, docker } = run({ tag: 'v1' }, pushes());
    await expect(published).rejects.toThrow(
      `Tag \`v1\` belongs to an image with another content, and tags of this repository do not move. Seen: registry.test/shop:v1 is ${digest}.`,
    );
    expect(docker.asked).toEqual([]);
  });

  it('is one also when it is taken during the build', async () => {
    const { published } = run(
      { tag: 'v1' },
      {
        effect: async asked => {
          await pushes().effect?.(asked);
          repositories.push('shop', 'v1', OTHER);
        },
      },
    );
    await expect(published).rejects.toThrow('Tag `v1` belongs to an image with another content');
  });

  it('moves where tags may', async () => {
    repositories.add('shop', true);
    repositories.push('shop', 'latest', OTHER);
    await run({ tag: 'latest' }, pushes()).published;
    expect(repositories.tagOf('shop', 'latest')).toBe(repositories.tagOf('shop', CONTENT));
  });
});

describe('a token that expires in the midst of a push', () => {
  it('is renewed once, and the push goes on', async () => {
    const { published, docker } = run({}, { code: 1, stderr: EXPIRED }, pushes());
    expect(await published).toMatchObject({ isReused: false });
    expect(docker.asked.map(({ input }) => input).filter(Boolean)).toEqual(['token-1', 'token-2']);
  });

  it('is an error the second time', async () => {
    const { published, docker } = run({}, { code: 1, stderr: EXPIRED }, { code: 1, stderr: EXPIRED });
    await expect(published).rejects.toThrow(
      'the registry does not accept the login: ERROR: denied: Your authorization token has expired',
    );
    expect(docker.commands().filter(command => command.startsWith('buildx build'))).toHaveLength(2);
  });
});
