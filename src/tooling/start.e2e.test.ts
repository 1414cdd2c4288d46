import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from './repository.ts';

const docker = (...args: string[]) => execFileSync('docker', args, { encoding: 'utf8' }).split('\n').filter(Boolean);

/** What a run makes: containers and networks of local AWSs, and images of their registries. */
const made = () => [
  ...docker('ps', '--all', '--format', '{{.Names}}', '--filter', 'label=zap-obs.local-aws'),
  ...docker('network', 'ls', '--format', '{{.Name}}').filter(name => name.startsWith('zap-aws-')),
  ...docker('volume', 'ls', '--format', '{{.Name}}').filter(name => name.startsWith('zap-aws-')),
  ...docker('image', 'ls', '--format', '{{.Repository}}@{{.Digest}}').filter(name => name.startsWith('127.0.0.1:')),
];

function start(): { child: ReturnType<typeof spawn>; said: () => string } {
  const child = spawn(process.execPath, [join(ROOT, 'src/tooling/on-node24.mjs'), 'src/tooling/start.ts', '--yes'], {
    cwd: ROOT,
    env: { ...process.env, ZAP_AWS_PORT: '0', NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
  return { child, said: () => text };
}

it('npm start goes from source to telemetry that has arrived, does nothing twice, and leaves nothing', async () => {
  const before = made();
  const { child, said } = start();
  const [code] = await once(child, 'close');
  expect(code, said()).toBe(0);
  const story = [
    'in containers of this machine',
    '▸ Build zap-app, push it to ECR, mirror the collector',
    '▸ Deploy three stacks with profile lean',
    'ecs-app: created',
    /load-balancer-url +http:\/\/127\.0\.0\.1:\d+\n/,
    /First answer through the load balancer [\d.]+ s after the start/,
    '▸ Send requests through the load balancer, and prove that their telemetry arrives',
    // One of the 20 asks for `/health`, which leaves no trace.
    '✓ a trace of each of 19 requests (19 of 19)',
    '✓ a log record of each of 19 requests (19 of 19)',
    'telemetry.html',
    '▸ Build and push again: nothing to do',
    '▸ Deploy again: nothing to do',
    'ecs-app: unchanged',
    /s for both, 0 writes\./,
    '▸ Tear down, with the images',
    'Nothing is left.',
  ];
  let from = 0;
  for (const line of story) {
    const at = typeof line === 'string' ? said().indexOf(line, from) : from + said().slice(from).search(line);
    expect(at, `${line} after character ${from} of:\n${said()}`).toBeGreaterThanOrEqual(from);
    from = at;
  }
  expect(made()).toEqual(before);
});

it('a run that is stopped in the middle leaves nothing either', async () => {
  const before = made();
  const { child, said } = start();
  const isDeploying = new Promise<void>(resolve => {
    child.stdout?.on('data', () => {
      if (said().includes('▸ Deploy three stacks')) resolve();
    });
  });
  await Promise.race([isDeploying, once(child, 'close')]);
  child.kill('SIGTERM');
  const [code] = await once(child, 'close');
  expect([code, said()]).toEqual([1, expect.stringContaining('▸ Deploy three stacks')]);
  expect(made()).toEqual(before);
});
