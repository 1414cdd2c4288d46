import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Cancelled } from '../../runner/cancellation.ts';
import { type RecordingHost, recordingHost } from '../../tooling/recording-host.ts';
import { ROOT } from '../../tooling/repository.ts';
import { environmentWithoutAws, localAwsEnvironment } from '../../tooling/run-bundle.ts';
import { action } from './run.ts';

// What a Docker does that is not there, does not answer, or refuses: a script stands for it. Real ones are in build-push.e2e.test.ts.

const folder = mkdtempSync(join(tmpdir(), 'zap-obs-build-push-'));
const ORIGINAL = { ...process.env };
const PATH = process.env.PATH ?? '';
let runs = 0;

/** An ECR that has repositories and no images, and gives tokens. */
const ecr = createServer(async (request, response) => {
  const { repositoryNames: [name] = ['shop'], repositoryName = name } = JSON.parse(await text(request));
  const repository = { repositoryName, repositoryUri: `r.test/${repositoryName}`, imageTagMutability: 'IMMUTABLE' };
  const authorizationToken = Buffer.from('AWS:s3cret-token').toString('base64');
  response.setHeader('content-type', 'application/x-amz-json-1.1');
  response.end(JSON.stringify({ repositories: [repository], images: [], authorizationData: [{ authorizationToken }] }));
});
let endpoint = '';
beforeAll(async () => {
  await new Promise<void>(resolve => ecr.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(ecr.address() as AddressInfo).port}`;
});
afterEach(() => {
  process.env = { ...ORIGINAL };
});
afterAll(() => {
  ecr.close();
  rmSync(folder, { recursive: true, force: true });
});

const PINNED = `FROM node@sha256:${'a'.repeat(64)}\n`;

/** @param docker shell code that acts as `docker`; undefined for none at all */
async function buildPush(
  docker: string | undefined,
  inputs: Record<string, string> = {},
  { dockerfile = PINNED, aws = endpoint, signal = new AbortController().signal } = {},
): Promise<{ code: number; host: RecordingHost; log: string; temporary: string }> {
  const workspace = join(folder, `run${runs++}`);
  const bin = join(workspace, 'bin');
  const temporary = join(workspace, 'temporary');
  for (const path of [bin, temporary]) mkdirSync(path, { recursive: true });
  writeFileSync(join(workspace, 'Dockerfile'), dockerfile);
  if (docker !== undefined) {
    writeFileSync(join(bin, 'docker'), `#!/bin/sh\nPATH='${PATH}'\n${docker}\n`);
    chmodSync(join(bin, 'docker'), 0o755);
  }
  process.env = {
    ...environmentWithoutAws(),
    ...localAwsEnvironment(aws),
    RUNNER_TEMP: temporary,
  } as NodeJS.ProcessEnv;
  process.env.PATH = docker === undefined ? bin : [bin, PATH].join(delimiter);
  const host = recordingHost({ repository: 'shop', ...inputs });
  const code = await action.run(host, { workspace, toolkit: ROOT }, signal);
  return { code, host, log: host.log.join('\n'), temporary };
}

const errorsIn = (log: string) => log.split('\n').filter(line => line.startsWith('[error'));

describe('one clear error', () => {
  it.each<[string, string | undefined, Record<string, string>, object, string]>([
    ['no Docker', undefined, {}, { dockerfile: 'FROM node' }, 'Docker is not installed: no `docker` is on PATH'],
    [
      'no engine',
      'echo "Cannot connect to the Docker daemon at unix:///x. Is the docker daemon running?" >&2; exit 1',
      { 'collector-image': 'x/collector:latest' },
      { dockerfile: 'FROM node' },
      'The Docker engine does not answer',
    ],
    [
      'no AWS',
      'exit 9',
      { 'collector-image': 'x/y:v1.0.0' },
      { aws: 'http://127.0.0.1:1' },
      'Nothing answers where AWS is expected',
    ],
    ['no context', 'exit 9', { context: 'nowhere', push: 'false' }, {}, 'There is no context `nowhere`'],
    ['no secret', 'exit 9', { 'secret-files': 'npm: .npmrc' }, {}, 'The file of secret `npm` cannot be read'],
    [
      'a registry that refuses',
      'echo "Error response from daemon: login attempt to https://r.test/v2/ failed with status: 403 Forbidden" >&2; exit 1',
      { 'collector-image': 'x/y:v1.0.0' },
      {},
      'No login to r.test',
    ],
    [
      'a registry that cannot be reached',
      'echo \'Error response from daemon: Get "https://r.test/v2/": dial tcp: lookup r.test: no such host\' >&2; exit 1',
      {},
      {},
      'the registry r.test cannot be reached: lookup r.test: no such host',
    ],
    [
      'no buildx',
      `case "$1" in login) exit 0;; *) echo "docker: 'buildx' is not a docker command." >&2; exit 1;; esac`,
      {},
      {},
      'This Docker has no `docker buildx`',
    ],
    [
      'silence',
      'case "$1" in login) exit 0;; *) exit 3;; esac',
      {},
      {},
      'The image cannot be built. Seen: no word from Docker',
    ],
  ])('comes of %s', async (_, docker, inputs, more, expected) => {
    const { code, host, log, temporary } = await buildPush(docker, inputs, more);
    expect(code).toBe(1);
    expect(errorsIn(log)).toEqual([expect.stringContaining(expected)]);
    expect(log).not.toContain('bug in zap-obs');
    expect(readdirSync(temporary)).toEqual([]);
    expect(Object.values(host.states).filter(Boolean)).toEqual([]);
  });
});

it('tells what is wrong with image and collector in one run', async () => {
  const docker = `case "$*" in login*) exit 0;; *imagetools*) echo "ERROR: copy failed" >&2; exit 1;; "image inspect"*) echo "no such image" >&2; exit 1;; *) echo "ERROR: build failed" >&2; exit 1;; esac`;
  const { log } = await buildPush(docker, { 'collector-image': 'x/collector:v1.0.0' });
  expect(errorsIn(log)).toEqual([expect.stringContaining('build failed'), expect.stringContaining('copy failed')]);
});

it('says in the summary why it failed, and never the token', async () => {
  const { host, log } = await buildPush(
    'case "$1" in login) cat >/dev/null;; *) echo "ERROR: s3cret-token is bad" >&2; exit 1;; esac',
  );
  expect(host.summaryText).toContain('shop was not built, or not pushed');
  expect(`${host.summaryText}\n${log}`).not.toContain('s3cret-token');
});

it('ends what it has started and leaves no login when the job is cancelled', async () => {
  const controller = new AbortController();
  const mark = join(folder, 'started');
  const docker = `case "$1" in login) exit 0;; *) echo $$ > ${mark}; echo "$DOCKER_CONFIG" >> ${mark}; echo up; sleep 60;; esac`;
  const watching = setInterval(() => {
    if (existsSync(mark) && readFileSync(mark, 'utf8').split('\n').length > 2)
      controller.abort(new Cancelled('SIGTERM'));
  }, 10);
  const { code, host, temporary } = await buildPush(docker, {}, { signal: controller.signal });
  clearInterval(watching);
  expect(code).toBe(143);
  const [pid, config = ''] = readFileSync(mark, 'utf8').split('\n');
  expect(config.startsWith(temporary)).toBe(true);
  expect(readdirSync(temporary)).toEqual([]);
  expect(Object.values(host.states).filter(Boolean)).toEqual([]);
  expect(() => process.kill(Number(pid), 0)).toThrow('ESRCH');
});
