import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { DockerConfig } from './docker-login.ts';
import { KeptRepositories } from './kept-repositories.ts';
import { mirror } from './mirror.ts';
import { RegistryAccess } from './registry-access.ts';
import { type Answer, scriptedDocker } from './scripted-docker.ts';

const folder = mkdtempSync(join(tmpdir(), 'zap-obs-mirror-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const VERSION = 'public.ecr.aws/aws-observability/aws-otel-collector:v0.49.0';
const FLOATING = 'public.ecr.aws/aws-observability/aws-otel-collector:latest';
const HEX = 'abcdef0123456789'.repeat(4);
const platform = (architecture: string) => ({ os: 'linux', architecture });
const LIST = {
  manifests: [
    { digest: 'sha256:1', platform: platform('amd64') },
    { digest: 'sha256:2', platform: platform('arm64') },
  ],
};
const IMAGE = { config: { digest: 'sha256:c', size: 1 }, layers: [] };
const NO_IMAGE: Answer = { code: 1, stderr: 'Error response from daemon: No such image: x' };
const UNREACHABLE: Answer = {
  code: 1,
  stderr:
    'ERROR: failed to do request: Head "https://public.ecr.aws/v2/": dial tcp: lookup public.ecr.aws: no such host',
};

let repositories: KeptRepositories;
beforeEach(() => {
  repositories = new KeptRepositories();
});

const REPOSITORY = 'shop/aws-otel-collector';

/** @param script the answer to a command; `undefined` is success, and a copy or push that succeeds leaves the manifest */
function run(source: string, script: (command: string) => Answer | undefined, manifest: object = LIST) {
  const signal = new AbortController().signal;
  const docker = scriptedDocker(command => {
    const answer = script(command);
    const [, tag] = /^(?:buildx imagetools create .*--tag |push )registry\.test\/\S+:(\S+)/.exec(command) ?? [];
    if (answer || tag === undefined) return answer;
    const { name = REPOSITORY } = /registry\.test\/(?<name>[^:\s]+)/.exec(command)?.groups ?? {};
    return { effect: () => void repositories.push(name, tag, manifest) };
  });
  const access = new RegistryAccess({
    repositories,
    run: docker.run,
    signal,
    mask: () => {},
    openConfig: () => DockerConfig.make({ RUNNER_TEMP: folder, DOCKER_CONFIG: join(folder, 'none') }),
  });
  const desk = { repositories, access, shown: <T>(_: string, work: () => Promise<T>) => work(), tell: () => {} };
  return {
    mirrored: mirror({ source, prefix: 'shop', tags: { 'zap-obs:prefix': 'shop' } }, docker.run, desk, signal),
    docker,
  };
}

describe('an image of elsewhere', () => {
  it('is copied whole, into a repository of the prefix, by its version', async () => {
    const { mirrored, docker } = run(VERSION, () => undefined);
    expect(await mirrored).toMatchObject({
      tag: 'v0.49.0',
      digest: repositories.tagOf(REPOSITORY, 'v0.49.0'),
      isNewRepository: true,
      isReused: false,
      isPartial: false,
      platforms: ['linux/amd64', 'linux/arm64'],
    });
    expect(docker.commands()).toEqual([
      'login --username AWS --password-stdin registry.test',
      `buildx imagetools create --prefer-index=false --tag registry.test/${REPOSITORY}:v0.49.0 ${VERSION}`,
    ]);
    expect(repositories.settings.get(REPOSITORY)).toMatchObject({ tags: { 'zap-obs:prefix': 'shop' } });
  });

  it('that is there by its version is left, and Docker not asked', async () => {
    repositories.add(REPOSITORY);
    repositories.push(REPOSITORY, 'v0.49.0', LIST);
    const { mirrored, docker } = run(VERSION, () => undefined);
    expect(await mirrored).toMatchObject({ isReused: true, platforms: ['linux/amd64', 'linux/arm64'] });
    expect(docker.asked).toEqual([]);
    expect(repositories.writes()).toEqual([]);
  });

  it('whose tag may move is asked for first, and copied when it is another by now', async () => {
    const digest = repositories.push('elsewhere', 'x', LIST);
    const answer = (command: string) =>
      command.startsWith('buildx imagetools inspect') ? { stdout: JSON.stringify({ digest }) } : undefined;
    const tag = `latest-${digest.slice(7, 19)}`;
    expect(await run(FLOATING, answer).mirrored).toMatchObject({ tag, isReused: false });
    expect(await run(FLOATING, answer).mirrored).toMatchObject({ tag, isReused: true });
    const newer = (command: string) =>
      command.startsWith('buildx imagetools inspect')
        ? { stdout: JSON.stringify({ digest: `sha256:${HEX}` }) }
        : undefined;
    // What arrives is not what was named: that is no copy.
    await expect(run(FLOATING, newer).mirrored).rejects.toThrow(
      `does not have it. Seen: ${digest} as \`latest-${HEX.slice(0, 12)}\`, where sha256:${HEX} is expected`,
    );
  });

  it('is named by a digest without asking', async () => {
    const { mirrored, docker } = run(`shop/collector@sha256:${HEX}`, command =>
      command.includes('imagetools create') ? UNREACHABLE : command.includes('inspect') ? NO_IMAGE : undefined,
    );
    await expect(mirrored).rejects.toThrow(
      'cannot be copied to ECR. Seen: the registry public.ecr.aws cannot be reached: lookup public.ecr.aws: no such host',
    );
    expect(docker.commands().join('\n')).toContain(`:latest-${HEX.slice(0, 12)} shop/collector@sha256:${HEX}`);
  });

  it('that only the engine has is pushed from there, and said to be a part', async () => {
    const { mirrored, docker } = run(
      'zap-obs/collector:built',
      command => {
        if (command.startsWith('buildx imagetools inspect')) return UNREACHABLE;
        return command.startsWith('image inspect') ? { stdout: `sha256:${HEX} []\n` } : undefined;
      },
      IMAGE,
    );
    const target = `registry.test/shop/collector:built-${HEX.slice(0, 12)}`;
    expect(await mirrored).toMatchObject({ isPartial: true, platforms: [], tag: `built-${HEX.slice(0, 12)}` });
    expect(
      docker
        .commands()
        .slice(2)
        .filter(command => !command.startsWith('login')),
    ).toEqual([`image tag zap-obs/collector:built ${target}`, `push ${target}`, `image rm ${target}`]);
  });

  it.each([
    ['has pushed', true],
    ['has not', false],
  ])('whose name another run takes away in the midst is there when that %s', async (_, isPushed) => {
    const tag = `built-${HEX.slice(0, 12)}`;
    const { mirrored } = run('zap-obs/collector:built', command => {
      if (command.startsWith('buildx imagetools inspect')) return UNREACHABLE;
      if (command.startsWith('image inspect')) return { stdout: `sha256:${HEX} []\n` };
      if (!command.startsWith('push ')) return undefined;
      const effect = () => (isPushed ? void repositories.push('shop/collector', tag, IMAGE) : undefined);
      return { code: 1, stderr: 'An image does not exist locally with the tag: x', effect };
    });
    if (isPushed) expect(await mirrored).toMatchObject({ tag });
    else await expect(mirrored).rejects.toThrow('An image does not exist locally');
  });

  it('is pulled and pushed where there is no buildx', async () => {
    const { mirrored, docker } = run(
      VERSION,
      command => {
        if (command.startsWith('buildx')) return { code: 1, stderr: "docker: 'buildx' is not a docker command." };
        return command.startsWith('image inspect') ? NO_IMAGE : undefined;
      },
      IMAGE,
    );
    expect(await mirrored).toMatchObject({ isPartial: true });
    expect(docker.commands()).toContain(`pull ${VERSION}`);
  });

  it('that somebody else copies meanwhile is used', async () => {
    const { mirrored } = run(VERSION, command =>
      command.includes('imagetools create')
        ? {
            code: 1,
            stderr:
              "ERROR: tag invalid: The image tag 'v0.49.0' already exists in the 'x' repository and cannot be overwritten because the tag is immutable.",
            effect: () => void repositories.push(REPOSITORY, 'v0.49.0', LIST),
          }
        : undefined,
    );
    expect(await mirrored).toMatchObject({ digest: repositories.tagOf(REPOSITORY, 'v0.49.0'), isPartial: false });
  });

  it('that nobody has is named', async () => {
    const { mirrored } = run(FLOATING, command => (command.startsWith('image inspect') ? NO_IMAGE : UNREACHABLE));
    await expect(mirrored).rejects.toThrow(`There is no image ${FLOATING}`);
    await expect(run('Not An Image', () => undefined).mirrored).rejects.toThrow('is no name of an image');
  });
});
