import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { DockerConfig } from './docker-login.ts';
import { scriptedDocker } from './scripted-docker.ts';

const folder = mkdtempSync(join(tmpdir(), 'zap-obs-login-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const signal = new AbortController().signal;
const LOGIN = { user: 'AWS', token: 's3cret' };
let users = 0;

/** A user's configuration with these files. */
function userConfig(files: Record<string, string>): string {
  const own = join(folder, `user${users++}`);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(own, path, '..'), { recursive: true });
    writeFileSync(join(own, path), content);
  }
  return own;
}

const makeFor = (own: string) => DockerConfig.make({ DOCKER_CONFIG: own, RUNNER_TEMP: folder });
const configOf = ({ folder }: DockerConfig) => JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'));

it('keeps what the user has set up, and changes nothing of it', async () => {
  const text = JSON.stringify({ auths: { 'ghcr.io': { auth: 'x' } }, credsStore: 'desktop', credHelpers: { a: 'b' } });
  const own = userConfig({ 'config.json': text, 'cli-plugins/docker-buildx': 'plugin', 'buildx/current': 'builder' });
  const config = await makeFor(own);
  await config.login('registry.test', LOGIN, scriptedDocker(() => undefined).run, signal);
  expect(configOf(config)).toEqual({
    auths: { 'ghcr.io': { auth: 'x' } },
    credsStore: 'desktop',
    // '' is the file: the token goes into no keychain.
    credHelpers: { a: 'b', 'registry.test': '' },
  });
  expect(readFileSync(join(config.folder, 'cli-plugins/docker-buildx'), 'utf8')).toBe('plugin');
  expect(readFileSync(join(config.folder, 'buildx/current'), 'utf8')).toBe('builder');
  expect(readFileSync(join(own, 'config.json'), 'utf8')).toBe(text);
  await config.remove();
  expect(readdirSync(folder).filter(name => name.startsWith('zap-obs-docker-'))).toEqual([]);
  expect(readdirSync(join(own, 'cli-plugins'))).toEqual(['docker-buildx']);
});

it('is readable for its owner only, whatever the user’s own is', async () => {
  const own = userConfig({ 'config.json': '{}' });
  chmodSync(join(own, 'config.json'), 0o644);
  const config = await makeFor(own);
  expect(statSync(config.folder).mode & 0o777).toBe(0o700);
  expect(statSync(join(config.folder, 'config.json')).mode & 0o777).toBe(0o600);
  await config.remove();
});

it('needs nothing of the user, and two do not collide', async () => {
  const [one, other] = await Promise.all([makeFor(join(folder, 'none')), makeFor(join(folder, 'none'))]);
  expect(one.folder).not.toBe(other.folder);
  await one.login('registry.test', LOGIN, scriptedDocker(() => undefined).run, signal);
  expect(configOf(one)).toEqual({ credHelpers: { 'registry.test': '' } });
  await Promise.all([one.remove(), other.remove()]);
});

it('hands the token over on standard input alone', async () => {
  const config = await makeFor(join(folder, 'none'));
  const docker = scriptedDocker(() => undefined);
  await config.login('registry.test', LOGIN, docker.run, signal);
  expect(docker.asked).toEqual([
    {
      args: ['login', '--username', 'AWS', '--password-stdin', 'registry.test'],
      env: { DOCKER_CONFIG: config.folder },
      input: 's3cret',
    },
  ]);
  await config.remove();
});

it.each([
  [
    'Error response from daemon: login attempt to http://r/v2/ failed with status: 401 Unauthorized',
    'does not accept the login',
  ],
  [
    'Error response from daemon: Get "https://registry.test/v2/": dial tcp 1.2.3.4:443: connect: connection refused',
    'No login to registry.test. Seen: the registry registry.test cannot be reached: 1.2.3.4:443: connect: connection refused',
  ],
  [
    'Error response from daemon: login attempt to https://r/v2/ failed with status: 503 Service Unavailable',
    'the registry answers 503 Service Unavailable. This may pass by itself',
  ],
  [
    'Error response from daemon: Get "http://127.0.0.1:5980/v2/": EOF',
    'the registry 127.0.0.1:5980 cannot be reached: EOF',
  ],
  [
    'error getting credentials - err: exec: "docker-credential-x": executable file not found in $PATH',
    'Mend the credential helper',
  ],
])('says why there is none: %s', async (stderr, expected) => {
  const config = await makeFor(join(folder, 'none'));
  await expect(
    config.login('registry.test', LOGIN, scriptedDocker(() => ({ code: 1, stderr })).run, signal),
  ).rejects.toThrow(expected);
  await config.remove();
});

it('says that a configuration cannot be read, or a place not written to', async () => {
  const config = await makeFor(userConfig({ 'config.json': '{' }));
  await expect(config.login('r', LOGIN, scriptedDocker(() => undefined).run, signal)).rejects.toThrow('is no JSON');
  await config.remove();
  await expect(DockerConfig.make({ RUNNER_TEMP: join(folder, 'nowhere') })).rejects.toThrow(
    'Let RUNNER_TEMP name a folder',
  );
});

it('says so when nothing can be written there any more', async () => {
  const config = await makeFor(join(folder, 'none'));
  // A disk that is full fails at the same call.
  rmSync(config.folder, { recursive: true });
  const login = config.login('registry.test', LOGIN, scriptedDocker(() => undefined).run, signal);
  await expect(login).rejects.toThrow('There is no place for a login to ECR. Seen: ENOENT');
});
