import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
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
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { type LocalAws, startLocalAws } from '@zap-obs/local-aws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runDocker } from '../../compose/docker.docker.ts';
import { localAwsImages } from '../../tooling/local-images.ts';
import { type BundleOptions, type BundleRun, runBundle } from '../../tooling/run-bundle.ts';

// The shipped bundle, as the runner starts it, with a real engine and a real registry behind the ECR of the local AWS.

const folder = mkdtempSync(join(tmpdir(), 'zap-obs-build-e2e-'));
const temporary = join(folder, 'runner-temp');
const PREFIX = `e2e-${randomBytes(3).toString('hex')}`;
const TINY = `zap-e2e-tiny-${PREFIX}`;
const { NODE_IMAGE = 'public.ecr.aws/docker/library/node:24.21.0-bookworm-slim' } = process.env;

let aws: LocalAws;
beforeAll(async () => {
  mkdirSync(temporary);
  aws = await startLocalAws({ port: 0, containers: { run: runDocker, images: localAwsImages() } });
  const context = workspaceOf('tiny', { Dockerfile: 'FROM scratch\nCOPY Dockerfile /\n' });
  docker('buildx', 'build', '--load', '--tag', `${TINY}:1`, context);
});
afterAll(async () => {
  const images = docker('image', 'ls', '--format', '{{.Repository}}:{{.Tag}}').split('\n');
  const own = images.filter(name => name.includes(PREFIX));
  if (own.length > 0) docker('image', 'rm', ...own);
  await aws?.close();
  rmSync(folder, { recursive: true, force: true });
});

function docker(...args: string[]): string {
  return execFileSync('docker', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}

/** A workspace with these files, content by path. */
function workspaceOf(name: string, files: Record<string, string>): string {
  const workspace = join(folder, name);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(workspace, path, '..'), { recursive: true });
    writeFileSync(join(workspace, path), content, { mode: 0o644 });
  }
  return workspace;
}

/** A `docker` in front of the real one that writes down how it was called. */
function spyDocker(name: string): { env: Record<string, string>; seen(): string } {
  const bin = join(folder, `${name}-bin`);
  const file = join(bin, 'seen');
  mkdirSync(bin);
  const real = execFileSync('sh', ['-c', 'command -v docker'], { encoding: 'utf8' }).trim();
  writeFileSync(join(bin, 'docker'), `#!/bin/sh\necho "$@" >> ${file}\nexec ${real} "$@"\n`);
  chmodSync(join(bin, 'docker'), 0o755);
  return {
    env: { PATH: [bin, process.env.PATH].join(delimiter) },
    seen: () => (existsSync(file) ? readFileSync(file, 'utf8') : ''),
  };
}

async function buildPush(inputs: Record<string, string>, options: BundleOptions = {}): Promise<BundleRun> {
  const env = { GITHUB_ACTIONS: 'true', RUNNER_TEMP: temporary, ...options.env };
  const given = { 'stack-prefix': PREFIX, 'collector-image': '', ...inputs };
  return await runBundle('build-push', given, { endpoint: aws.url, ...options, env });
}

/** The calls to ECR since then that change something there. */
function writesSince(before: number): string[] {
  const calls = aws.calls.slice(before).filter(({ service }) => service === 'ecr');
  return calls.map(({ action }) => action).filter(action => !/^(Describe|Get|BatchGet|List)/.test(action));
}

const SCRATCH = 'FROM scratch\nCOPY app /app\n';

describe('an image', () => {
  it('is built and pushed once, and used again while its content is the same', async () => {
    const workspace = workspaceOf('web', { Dockerfile: SCRATCH, app: 'one' });
    const spy = spyDocker('once');
    const cold = await buildPush({ tag: 'v1', 'build-args': 'KEY: s3cret-argument' }, { workspace, env: spy.env });
    expect(cold).toMatchObject({ code: 0, outputs: { reused: 'false', repository: `${PREFIX}/web` } });
    const { 'image-uri': uri = '', digest = '', tag = '' } = cold.outputs;
    expect(uri).toMatch(/^127\.0\.0\.1:\d+\/e2e-\w+\/web@sha256:[0-9a-f]{64}$/);
    expect(uri.endsWith(digest)).toBe(true);
    expect(cold.summary).toContain('created by this run');
    expect(cold.summary).toContain('not AWS itself');

    // What is secret is in none of what others can read: only the runner is told, to keep it out of the log.
    const [token = 'no token'] = cold.log.match(/(?<=^::add-mask::).*$/m) ?? [];
    expect(token.length).toBeGreaterThan(10);
    const readable = [cold.log.replaceAll(/^::add-mask::.*$/gm, ''), cold.summary, spy.seen()].join('\n');
    expect(readable).toContain('login --username AWS --password-stdin 127.0.0.1:');
    expect(readable).not.toContain(token);
    expect(readable).not.toContain('s3cret-argument');
    expect(readdirSync(temporary)).toEqual([]);
    expect(Object.values(cold.states).filter(Boolean)).toEqual([]);

    const before = aws.calls.length;
    const again = await buildPush({ tag: 'v1', 'build-args': 'KEY: s3cret-argument' }, { workspace });
    expect(again).toMatchObject({ code: 0, outputs: { reused: 'true', 'image-uri': uri, digest, tag } });
    expect(writesSince(before)).toEqual([]);
    expect(aws.calls.slice(before).map(({ action }) => action)).not.toContain('GetAuthorizationToken');

    writeFileSync(join(workspace, 'app'), 'two');
    const taken = await buildPush({ tag: 'v1', 'build-args': 'KEY: s3cret-argument' }, { workspace });
    expect(taken.code).toBe(1);
    expect(taken.log).toContain('Tag `v1` belongs to an image with another content');
    expect(taken.log).toContain(digest);

    const changed = await buildPush({ tag: 'v2', 'build-args': 'KEY: s3cret-argument' }, { workspace });
    expect(changed).toMatchObject({ code: 0, outputs: { reused: 'false' } });
    expect(changed.outputs.tag).not.toBe(tag);
    expect(changed.outputs.digest).not.toBe(digest);
  });

  it('is one and the same for two runs at once', async () => {
    const workspace = workspaceOf('twice', { Dockerfile: SCRATCH, app: 'same' });
    const runs = await Promise.all([buildPush({}, { workspace }), buildPush({}, { workspace })]);
    expect(runs.map(({ code }) => code)).toEqual([0, 0]);
    expect(new Set(runs.map(({ outputs }) => outputs['image-uri'])).size).toBe(1);
    expect(readdirSync(temporary)).toEqual([]);
  });

  it('that cannot be built is told on the line of its Dockerfile', async () => {
    const text = `FROM ${NODE_IMAGE}\n\n# why\nRUN echo fine && \\\n  echo "error: no such thing" >&2; exit 3\n`;
    const workspace = workspaceOf('failing', { 'web/Dockerfile': text });
    const { code, log, summary } = await buildPush({ context: 'web' }, { workspace });
    expect(code).toBe(1);
    expect(log).toMatch(/^::error title=build-push failed,file=web\/Dockerfile,line=4::/m);
    expect(log).toContain('ended with exit code 3. Seen: error: no such thing.');
    expect(summary).toContain('was not built, or not pushed');
    expect(readdirSync(temporary)).toEqual([]);
  });

  it('is built without AWS when it is not pushed', async () => {
    const workspace = workspaceOf('here', { Dockerfile: SCRATCH, app: 'here' });
    const before = aws.calls.length;
    const { code, outputs } = await buildPush({ push: 'false' }, { workspace });
    expect(code).toBe(0);
    expect(docker('image', 'inspect', '--format', '{{.Id}}', outputs['image-uri'] ?? '')).toBe(outputs.digest);
    expect(await buildPush({ push: 'false' }, { workspace })).toMatchObject({ code: 0, outputs: { reused: 'true' } });
    expect(aws.calls.length).toBe(before);
  });
});

it('copies an image of the engine beside it, once', async () => {
  const workspace = workspaceOf('mirrored', { Dockerfile: SCRATCH, app: 'mirror' });
  const collector = { 'collector-image': `${TINY}:1` };
  const first = await buildPush(collector, { workspace });
  expect(first.code).toBe(0);
  expect(first.outputs['collector-image-uri']).toMatch(new RegExp(`/${PREFIX}/${TINY}@sha256:[0-9a-f]{64}$`));
  expect(first.log).toContain("only the image of this machine's platform was copied");
  const before = aws.calls.length;
  const second = await buildPush(collector, { workspace });
  expect(second.outputs).toEqual({ ...first.outputs, reused: 'true' });
  expect(writesSince(before)).toEqual([]);
});

it('leaves no login, and ends what it has started, when it is cancelled', async () => {
  const text = `FROM ${NODE_IMAGE}\nRUN echo "up ${PREFIX}" && sleep 600\n`;
  const workspace = workspaceOf('cancelled', { Dockerfile: text });
  let kill: (signal: NodeJS.Signals) => void = () => {};
  const { code, log } = await buildPush(
    {},
    {
      workspace,
      onStart: given => {
        kill = given;
      },
      onOutput: text => {
        if (new RegExp(`^#\\d+ up ${PREFIX}`, 'm').test(text)) kill('SIGTERM');
      },
    },
  );
  expect([code, log]).toEqual([143, expect.stringContaining('the run was cancelled (SIGTERM)')]);
  expect(readdirSync(temporary)).toEqual([]);
});

it('leaves its login to the clean-up after the job when it is killed', async () => {
  const text = `FROM ${NODE_IMAGE}\nRUN echo "killed ${PREFIX}" && sleep 20 && false\n`;
  const workspace = workspaceOf('killed', { Dockerfile: text });
  const { states } = await buildPush(
    {},
    {
      workspace,
      onStart: (_, pid = 0) => {
        killed = () => process.kill(pid, 'SIGKILL');
      },
      onOutput: text => {
        if (new RegExp(`^#\\d+ killed ${PREFIX}`, 'm').test(text)) killed();
      },
    },
  );
  expect(readdirSync(temporary)).toHaveLength(1);
  const { code, log } = await runBundle('clean-up', {}, { states, env: { GITHUB_ACTIONS: 'true' } });
  expect([code, log]).toEqual([0, expect.stringContaining('The login to ECR, which the run had left, is removed.')]);
  expect(readdirSync(temporary)).toEqual([]);
});
let killed = () => {};
