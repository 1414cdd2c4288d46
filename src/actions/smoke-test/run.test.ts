import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { type LocalAws, startLocalAws } from '@zap-obs/local-aws';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Cancelled } from '../../runner/cancellation.ts';
import { type RecordingHost, recordingHost } from '../../tooling/recording-host.ts';
import { ROOT } from '../../tooling/repository.ts';
import { environmentWithoutAws } from '../../tooling/run-bundle.ts';
import { action } from './run.ts';

// What a Docker does that is not there, does not answer, or lies: a script stands for it. Real ones are in smoke.e2e.test.ts.

const folder = mkdtempSync(join(tmpdir(), 'zap-obs-smoke-'));
const PATH = process.env.PATH ?? '';
afterAll(() => {
  process.env.PATH = PATH;
  rmSync(folder, { recursive: true, force: true });
});

const EXPECTATIONS = 'service: shop\nrequests: [{ name: home, path: / }]\n';
const COMPOSE = 'services: { shop: { image: shop, ports: ["80"] } }\n';
const MODEL = JSON.stringify({ services: { shop: { image: 'shop', ports: [{ target: 80 }] } } });

process.env.RUNNER_TEMP = folder;
const ORIGINAL = { ...process.env };
let runs = 0;

/**
 * @param docker shell code that acts as `docker`; undefined for none at all
 * @param files of the workspace
 */
async function smokeTest(
  docker: string | undefined,
  inputs: Record<string, string> = {},
  files: Record<string, string> = { 'telemetry.yaml': EXPECTATIONS, 'compose.yaml': COMPOSE },
  signal?: AbortSignal,
): Promise<{ code: number; host: RecordingHost; log: string }> {
  const workspace = join(folder, `run${runs++}`);
  const bin = join(workspace, 'bin');
  mkdirSync(bin, { recursive: true });
  for (const [name, content] of Object.entries(files)) writeFileSync(join(workspace, name), content);
  process.env.PATH = bin;
  if (docker !== undefined) {
    writeFileSync(join(bin, 'docker'), `#!/bin/sh\nPATH='${PATH}'\n${docker}\n`);
    chmodSync(join(bin, 'docker'), 0o755);
    process.env.PATH = [bin, PATH].join(delimiter);
  }
  const host = recordingHost({
    'compose-file': 'compose.yaml',
    telemetry: 'false',
    aws: 'local',
    ...defaults,
    ...inputs,
  });
  const code = await action.run(host, { workspace, toolkit: ROOT }, signal ?? new AbortController().signal);
  process.env.PATH = PATH;
  return { code, host, log: host.log.join('\n') };
}
const defaults = { build: 'false', timeout: '20s', keep: 'false' };

describe('before anything is started', () => {
  it('asks for expectations, and never takes those of the sample', async () => {
    const { code, log } = await smokeTest('exit 9', { 'compose-file': '' }, {});
    expect(code).toBe(1);
    expect(log).toContain('There are no expectations: nothing says what must be answered');
    expect(log).toContain('Seen: no file telemetry.yaml, telemetry.yml.');
  });

  it('names every file that is missing at once', async () => {
    const { log } = await smokeTest('exit 9', { 'compose-file': 'a.yml,b.yml', expectations: 'c.yaml' });
    expect(log).toContain('The compose file `a.yml` cannot be read');
    expect(log).toContain('The compose file `b.yml` cannot be read');
    expect(log).toContain('Seen: no file c.yaml. Correct input `expectations`');
  });

  it.each([
    ['not installed', undefined, 'Docker is not installed: no `docker` is on PATH'],
    [
      'not running',
      'echo "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?" >&2; exit 1',
      'The Docker engine does not answer. Seen: no engine at unix:///var/run/docker.sock',
    ],
    [
      'without compose',
      `echo "docker: 'compose' is not a docker command." >&2; exit 1`,
      'This Docker has no `docker compose`',
    ],
    ['silent about why', 'exit 3', 'Seen: no word from Docker'],
  ])('says that Docker is %s', async (_, docker, expected) => {
    const { code, log, host } = await smokeTest(docker);
    expect(code).toBe(1);
    expect(log).toContain(expected);
    expect(log).not.toContain('bug in zap-obs');
    expect(host.savedStates()).toEqual({});
  });
});

/** Docker that has one project with one container, whose state `ps` tells; what it was asked for is in `asked`. */
const engine = (ps: string, up = 'exit 0') => `
echo "$*" >> ${folder}/asked
case "$*" in
  *" config "*) echo '${MODEL}';;
  *" up "*) ${up};;
  *compose*" ps "*) ${ps};;
  *" logs "*) echo "starting"; echo "Error: no database";;
  *" down "*) exit 0;;
esac`;
const container = (more: object) =>
  JSON.stringify({ Service: 'shop', Name: 'p-shop-1', Image: 'shop', State: 'running', ExitCode: 0, ...more });

describe('a project that does not come up', () => {
  it('is told with the last words of its container, and removed', async () => {
    const ended = container({ State: 'exited', ExitCode: 1 });
    const { code, log, host } = await smokeTest(engine(`echo '${ended}'`));
    expect(code).toBe(1);
    expect(log).toContain('The container of `shop` has ended with exit code 1. Seen: Error: no database.');
    expect(log).toContain('▾ Log of shop\nstarting\nError: no database\n▴');
    expect(host.outputs.passed).toBe('false');
    expect(host.savedStates()).toEqual({});
  });

  it('is given up when its time is over, and removed', async () => {
    const late = new AbortController();
    setTimeout(() => late.abort(new Cancelled('timeout')), 700);
    const { code, log } = await smokeTest(engine('sleep 60'), {}, undefined, late.signal);
    expect(code).toBe(1);
    expect(log).toContain('Docker does not answer. Seen: no answer to `docker compose ps` in 5 s.');
    expect(log).toContain('Removed the containers, networks and volumes of zap-smoke-');
  });

  it('is told by the containers that never got ready when its time is over', async () => {
    const late = new AbortController();
    setTimeout(() => late.abort(new Cancelled('timeout')), 700);
    const starting = container({ Health: 'starting' });
    const { code, log } = await smokeTest(engine(`echo '${starting}'`, 'sleep 60'), {}, undefined, late.signal);
    expect(code).toBe(1);
    expect(log).toContain('`shop` is not ready after 20 s');
    expect(log).toContain('▾ Log of shop');
  });

  it('says that it cannot be removed when Docker hangs, and how to', { timeout: 90_000 }, async () => {
    const cancelled = new AbortController();
    setTimeout(() => cancelled.abort(new Cancelled('SIGTERM')), 700);
    const stuck = `case "$*" in *" down "*) sleep 60;; esac\n`;
    const running = smokeTest(`${stuck}${engine('exit 0', 'sleep 60')}`, {}, undefined, cancelled.signal);
    const { code, log } = await running;
    expect(code).toBe(143);
    expect(log).toMatch(
      /cannot be removed. Seen: Docker has not done it in 8 s. Remove it by `docker compose --project-name/,
    );
  });

  it('is removed when the run is cancelled in the middle of its start, and the hanging command is ended', async () => {
    const cancelled = new AbortController();
    const hanging = engine('exit 0', `echo $$ > ${folder}/pid; sleep 60`);
    const running = smokeTest(hanging, {}, undefined, cancelled.signal);
    setTimeout(() => cancelled.abort(new Cancelled('SIGINT')), 700);
    const began = performance.now();
    const { code, log } = await running;
    expect(performance.now() - began).toBeLessThan(5000);
    expect(code).toBe(130);
    expect(log).toContain('Removed the containers');
  });

  it('is kept for the clean-up after the job when it cannot be removed', async () => {
    const stuck = `case "$*" in "ps --all"*label*) [ -e ${folder}/up ] && echo stuck-1;; esac\n`;
    const ended = container({ State: 'exited', ExitCode: 1 });
    const { code, log, host } = await smokeTest(`${stuck}${engine(`echo '${ended}'`, `touch ${folder}/up`)}`);
    rmSync(join(folder, 'up'));
    expect(code).toBe(1);
    expect(log).toContain('The container of `shop` has ended with exit code 1');
    expect(log).toContain('cannot be removed. Seen: container stuck-1. Remove it by `docker compose --project-name');
    expect(Object.keys(host.savedStates())).toEqual(['unfinished_compose_project']);
  });
});

describe('with an account', () => {
  let aws: LocalAws;
  beforeAll(async () => {
    aws = await startLocalAws({ port: 0 });
  });
  beforeEach(() => {
    const account = {
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 's3cretK3y',
      AWS_SESSION_TOKEN: 't0kenOfTheSession',
    };
    process.env = { ...environmentWithoutAws(), AWS_ENDPOINT_URL: aws.url, ...account, RUNNER_TEMP: folder };
  });
  afterEach(() => {
    process.env = { ...ORIGINAL };
  });
  afterAll(() => aws.close());

  const inputs = { telemetry: 'true', aws: 'account', 'aws-region': 'eu-central-1' };

  it('gives credentials to the containers by the environment, and leaves them nowhere else', async () => {
    const said = `echo "$AWS_SESSION_TOKEN"; [ "$AWS_ACCESS_KEY_ID $AWS_SECRET_ACCESS_KEY $AWS_REGION" = "AKIDEXAMPLE s3cretK3y eu-central-1" ] && echo all of them >&2; exit 1`;
    const { code, log, host } = await smokeTest(engine('', said), inputs);
    expect(code).toBe(1);
    expect(log).toContain('all of them');
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8', withFileTypes: true }).filter(
      entry => entry.isFile() && entry.name !== 'docker',
    );
    const written = files.map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'utf8')).join('\n');
    expect(written).toContain('account.yml');
    for (const place of [log, host.summaryText, written]) expect(place).not.toMatch(/s3cretK3y|t0kenOfTheSession/);
    expect(log).toContain('***');
  });

  it('fails before anything is started when AWS refuses them', async () => {
    const denied = aws.faults.inject({ fault: 'access-denied' });
    const { code, log } = await smokeTest(engine('', 'exit 9'), inputs);
    denied.remove();
    expect(code).toBe(1);
    expect(log).toMatch(/xray:BatchGetTraces/);
    expect(log).not.toContain('Start of');
  });

  it('fails before anything is started when there are none', async () => {
    process.env = { ...environmentWithoutAws(), AWS_ENDPOINT_URL: aws.url };
    const { code, log } = await smokeTest(engine('', 'exit 9'), inputs);
    expect(code).toBe(1);
    expect(log).toContain('There are no AWS credentials');
    expect(log).not.toContain('Start of');
  });
});
