import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type LocalAws, startLocalAws } from '@zap-obs/local-aws';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runDocker } from '../../compose/docker.docker.ts';
import { imagesIn, localAwsImages } from '../../tooling/local-images.ts';
import { type BundleRun, runBundle } from '../../tooling/run-bundle.ts';

const images = imagesIn(process.env);

/** A server that tells its version; what a version does at start can be put before it. */
const server = (version: string, before = '') => `${before}
import { createServer } from 'node:http';
const server = createServer((request, response) => {
  if (request.url === '/health') return response.writeHead(${version === 'ill' ? 500 : 200}).end();
  response.end('${version}');
}).listen(Number(process.env.PORT));
process.on('SIGTERM', () => server.close());
console.log('version ${version} listens');
`;
const DOCKERFILE = `ARG NODE_IMAGE\nFROM $NODE_IMAGE\nCOPY server.mjs /\nCMD ["node", "/server.mjs"]\n`;

const docker = promisify(execFile);
const listed = async (...args: string[]) => (await docker('docker', args)).stdout.split('\n').filter(Boolean);

let aws: LocalAws;
let context: string;
let url: string;
/** With the `/` that follows it in names of images. */
let registry: string;

beforeAll(async () => {
  aws = await startLocalAws({ port: 0, pace: 0.005, containers: { run: runDocker, images: localAwsImages(images) } });
  context = await mkdtemp(join(tmpdir(), 'zap-obs-deploy-e2e-'));
  await writeFile(join(context, 'Dockerfile'), DOCKERFILE);
});
afterAll(async () => {
  await aws?.close();
  await rm(context, { recursive: true, force: true });
});

const buildPush = async (source: string): Promise<BundleRun> => {
  await writeFile(join(context, 'server.mjs'), source);
  return runBundle(
    'build-push',
    {
      context,
      repository: 'e2e/app',
      'stack-prefix': 'e2e',
      'build-args': JSON.stringify({ NODE_IMAGE: images.NODE_IMAGE }),
      'collector-image': images.COLLECTOR_IMAGE,
    },
    { endpoint: aws.url, workspace: context },
  );
};

const deploy = ({ outputs }: BundleRun, more: Record<string, string> = {}): Promise<BundleRun> =>
  runBundle(
    'deploy',
    {
      'stack-prefix': 'e2e',
      profile: 'lean',
      'image-uri': outputs['image-uri'] ?? '',
      'collector-image-uri': outputs['collector-image-uri'] ?? '',
      ...more,
    },
    { endpoint: aws.url, workspace: context },
  );

const answer = async () => (await fetch(url)).text();

/** Asks all the time, until it is told to stop; gives every answer that was not as it should be, and the last one. */
async function askAllTheTime(signal: AbortSignal): Promise<{ count: number; failures: string[] }> {
  const failures: string[] = [];
  let count = 0;
  while (!signal.aborted) {
    count += 1;
    try {
      const response = await fetch(url);
      const text = await response.text();
      if (response.status !== 200) failures.push(`${response.status} ${text}`);
    } catch (error) {
      failures.push(String((error as Error).cause ?? error));
    }
    await setTimeout(5);
  }
  return { count, failures };
}

async function whileAsking<T>(work: () => Promise<T>): Promise<{ result: T; count: number; failures: string[] }> {
  const stop = new AbortController();
  const asking = askAllTheTime(stop.signal);
  try {
    const result = await work();
    return { result, ...(await end()) };
  } finally {
    stop.abort();
  }
  function end() {
    stop.abort();
    return asking;
  }
}

it('brings an application from source to an answer at the URL of the load balancer', async () => {
  const built = await buildPush(server('one'));
  expect(built.code, built.log).toBe(0);
  expect(built.outputs.reused).toBe('false');
  registry = (built.outputs['image-uri'] ?? '').replace(/\/.*$/, '/');
  const deployed = await deploy(built);
  expect(deployed.code, deployed.log).toBe(0);
  url = deployed.outputs['load-balancer-url'] ?? '';
  expect(await answer()).toBe('one');
});

it('builds nothing and writes nothing when nothing has changed', async () => {
  const before = aws.calls.length;
  const built = await buildPush(server('one'));
  const deployed = await deploy(built);
  expect([built.code, built.outputs.reused, deployed.code, deployed.outputs.changed]).toEqual([0, 'true', 0, 'false']);
  const calls = aws.calls.slice(before).filter(({ service }) => !['logs', 'xray', 'aps'].includes(service));
  expect(
    calls.map(({ action }) => action).filter(action => !/^(Describe|Get|List|Batch(Get|Check)|HEAD|GET)/.test(action)),
  ).toEqual([]);
});

it('rolls a change out by digest without a failed request', async () => {
  const { result, count, failures } = await whileAsking(async () => deploy(await buildPush(server('two'))));
  expect(result.code, result.log).toBe(0);
  expect(failures).toEqual([]);
  expect(count).toBeGreaterThan(20);
  expect(await answer()).toBe('two');
});

it('fails fast with the last words of an image that crashes, while the former version goes on answering', async () => {
  const crashing = "console.error('FATAL: no database url');\nprocess.exit(3);\n";
  const { result, failures } = await whileAsking(async () => deploy(await buildPush(server('three', crashing))));
  expect(result.code).toBe(1);
  expect(result.log).toContain('FATAL: no database url');
  expect(result.summary).toContain('FATAL: no database url');
  expect(result.summary).toMatch(/exit code 3|exited with code 3/);
  expect(failures).toEqual([]);
  expect(await answer()).toBe('two');
  expect(aws.stacks().find(({ name }) => name === 'e2e-ecs-app')?.status).toBe('UPDATE_ROLLBACK_COMPLETE');
});

it('names the answers of a health path that fails', async () => {
  const ill = await deploy(await buildPush(server('ill')));
  expect([ill.code, ill.log]).toEqual([1, expect.stringMatching(/\b500\b/)]);
  expect(await answer()).toBe('two');
});

it('leaves nothing after a teardown', async () => {
  const inputs = { 'stack-prefix': 'e2e', confirm: 'e2e', 'delete-repositories': 'true' };
  const { code, outputs, log } = await runBundle('teardown', inputs, { endpoint: aws.url });
  expect(code, log).toBe(0);
  expect(outputs.residue).toBe('[]');
  await aws.close();
  const owner = `label=zap-obs.local-aws=${process.pid}`;
  expect(await listed('ps', '--all', '--quiet', '--filter', owner)).toEqual([]);
  expect(await listed('network', 'ls', '--quiet', '--filter', owner)).toEqual([]);
  // Others may run a local AWS on this machine, too.
  const named = await listed('image', 'ls', '--format', '{{.Repository}}');
  expect(registry).toMatch(/^127\.0\.0\.1:\d+\/$/);
  expect(named.filter(name => name.startsWith(registry))).toEqual([]);
});
