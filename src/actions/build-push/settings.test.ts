import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseInputs } from '../../runner/inputs.ts';
import { ROOT } from '../../tooling/repository.ts';
import { DEFAULT_PLATFORM, expectSecrets, settingsOf } from './settings.ts';
import { spec } from './spec.ts';

const settings = (inputs: Record<string, string> = {}, env: NodeJS.ProcessEnv = {}) =>
  settingsOf(
    parseInputs(spec.inputs, name => inputs[name] ?? ''),
    '/home/me/Web Shop',
    env,
  );

describe('what the inputs leave open', () => {
  it('is the workspace, its Dockerfile, and a repository of its name', () => {
    expect(settings()).toMatchObject({
      context: '/home/me/Web Shop',
      dockerfile: '/home/me/Web Shop/Dockerfile',
      shownDockerfile: 'Dockerfile',
      repository: 'ecs-adot-amp-amg/web-shop',
      platforms: ['linux/amd64'],
    });
  });

  it('follows from the context', () => {
    expect(settings({ context: 'apps/web', 'stack-prefix': 'Shop' })).toMatchObject({
      shownDockerfile: 'apps/web/Dockerfile',
      repository: 'shop/web',
    });
  });

  it('gives way to what is given', () => {
    const given = {
      context: 'web',
      dockerfile: 'docker/web.Dockerfile',
      repository: 'team/web',
      'secret-files': 'a: b',
    };
    expect(settings({ ...given, platforms: 'linux/arm64' })).toMatchObject({
      shownDockerfile: 'docker/web.Dockerfile',
      repository: 'team/web',
      platforms: ['linux/arm64'],
      secrets: { a: '/home/me/Web Shop/b' },
    });
  });
});

it.each([
  [{ platforms: 'windows/amd64' }, 'Input `platforms` names a platform that ECS does not run. Seen: `windows/amd64`'],
  [{ platforms: 'linux/s390x' }, 'Seen: `linux/s390x`'],
  [{ 'build-args': '{"A":"a\\u0000b"}' }, '`A` holds a zero byte'],
  [{ 'secret-files': '"a,src=/etc/shadow": b' }, 'Input `secret-files` has an id that no secret can have'],
  [{ 'build-args': 'A-B: 1' }, 'Input `build-args` has a name that no argument can have. Seen: `A-B`'],
  [{ cache: 'gha' }, "Input `cache: gha` needs GitHub's cache, and there is none here"],
  [{ cache: 'registry', push: 'false' }, 'Input `cache: registry` needs a registry'],
  [{ repository: 'Shop/Web' }, 'Input `repository` is not accepted'],
  [{ tag: '.x' }, 'Input `tag` is not accepted'],
  [{ tag: 'content-1' }, 'not beginning with `content-`'],
  [{ context: '/', 'stack-prefix': 'a' }, 'No name for the repository can be made'],
])('refuses %j', (inputs, expected) => {
  expect(() => settings(inputs)).toThrow(expected);
});

it('builds once for a platform that is named twice', () => {
  expect(settings({ platforms: 'linux/amd64,linux/amd64' }).platforms).toEqual(['linux/amd64']);
});

it("takes GitHub's cache where a job has it", () => {
  expect(settings({ cache: 'gha' }, { ACTIONS_RUNTIME_TOKEN: 'x', ACTIONS_RESULTS_URL: 'y' })).toBeDefined();
});

it('names secrets that are not there', async () => {
  await expect(expectSecrets({ npm: '/nowhere/.npmrc', self: '/' })).rejects.toThrow(
    'The file of secret `npm` cannot be read',
  );
});

it('builds for the processor that the template of the service has by default', () => {
  const template = readFileSync(join(ROOT, 'cloudformation/2-ecs-fargate-template.yaml'), 'utf8');
  const architecture = /CpuArchitecture:\n(?:.*\n)*?\s+Default: (\S+)/.exec(template)?.[1];
  expect({ X86_64: 'linux/amd64', ARM64: 'linux/arm64' }[architecture ?? '']).toBe(DEFAULT_PLATFORM);
});

it('copies the collector that the smoke test runs, of the release that the template names', () => {
  const { services } = parse(readFileSync(join(ROOT, 'local/docker-compose.yml'), 'utf8'));
  const image = spec.inputs['collector-image'].default;
  expect(services['adot-collector'].image).toBe(`\${COLLECTOR_IMAGE:-${image}}`);
  const template = readFileSync(join(ROOT, 'cloudformation/2-ecs-fargate-template.yaml'), 'utf8');
  const [, release] = /AWS Distro for OpenTelemetry ([\d.]+)/.exec(template) ?? [];
  expect(image).toContain(`:v${release}.`);
});
