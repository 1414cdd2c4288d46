import { type LocalAws, startLocalAws } from '@zap-obs/local-aws';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runDocker } from '../../compose/docker.docker.ts';
import { imagesIn, localAwsImages } from '../../tooling/local-images.ts';
import { type BundleRun, runBundle } from '../../tooling/run-bundle.ts';
import { redSignals, signalOf, type Validation, validate } from '../../tooling/telemetry-stage/validate.ts';

// The sample application as `deploy` leaves it: two tasks on the local ECS, each with a collector of its own, behind a load
// balancer; their logs by the log driver.

/** The SDK keeps spans for up to five seconds. */
const TIMEOUT = '14s';

let aws: LocalAws;
let deployed: BundleRun;

beforeAll(async () => {
  const images = imagesIn(process.env);
  aws = await startLocalAws({ port: 0, pace: 0.005, containers: { run: runDocker, images: localAwsImages(images) } });
  const ca = process.env.NODE_EXTRA_CA_CERTS;
  const built = await runBundle(
    'build-push',
    {
      context: 'zap-app',
      'stack-prefix': 'proof',
      'build-args': JSON.stringify({ NODE_IMAGE: images.NODE_IMAGE }),
      'collector-image': images.COLLECTOR_IMAGE,
      ...(ca && { 'secret-files': JSON.stringify({ ca }) }),
    },
    { endpoint: aws.url },
  );
  expect(built.code, built.log).toBe(0);
  deployed = await runBundle(
    'deploy',
    {
      'stack-prefix': 'proof',
      profile: 'lean',
      parameters: 'DesiredCount: 2\nMetricInterval: 1000',
      'image-uri': built.outputs['image-uri'] ?? '',
      'collector-image-uri': built.outputs['collector-image-uri'] ?? '',
    },
    { endpoint: aws.url },
  );
  expect(deployed.code, deployed.log).toBe(0);
});
afterAll(() => aws?.close());

function prove(inputs: Record<string, string>): Promise<Validation> {
  const { outputs } = deployed;
  return validate(
    {
      'target-url': outputs['load-balancer-url'] ?? '',
      expectations: 'zap-app/telemetry.yaml',
      'metrics-endpoint': outputs['metrics-endpoint'] ?? '',
      'log-groups': outputs['log-groups'] ?? '',
      ...inputs,
    },
    { endpoint: aws.url },
  );
}

it('proves what was deployed, with what `deploy` has put out', async () => {
  const run = await prove({ requests: '20', timeout: '60s' });
  expect(run, run.log).toMatchObject({ code: 0, outputs: { passed: 'true' } });
  expect(redSignals(run.proof)).toEqual([]);
});

it('names the action that X-Ray does not allow, by what the collectors have logged', async () => {
  const fault = aws.faults.inject({ fault: 'access-denied', action: 'PutTraceSegments' });
  const run = await prove({ timeout: TIMEOUT });
  fault.remove();
  expect(redSignals(run.proof), run.log).toEqual(['traces']);
  expect(signalOf(run.proof, 'traces').diagnosis).toMatchObject({
    hop: 'exporter',
    fix: expect.stringContaining('xray:PutTraceSegments'),
  });
});

it('names the one of two tasks that is silent', async () => {
  const filter = ['--filter', `label=zap-obs.local-aws=${process.pid}`, '--filter', 'name=-collector-'];
  const { stdout } = await runDocker(['ps', '--format', '{{.Names}}', ...filter]);
  const [silent = '', other] = stdout.split('\n').filter(Boolean);
  const task = /-task-([0-9a-f]{32})-/.exec(silent)?.[1] ?? '';
  expect([task, other]).toEqual([expect.stringMatching(/./), expect.stringMatching(/-task-/)]);
  await runDocker(['pause', silent]);
  try {
    const run = await prove({ timeout: TIMEOUT });
    // Standard output takes a way of its own.
    expect(redSignals(run.proof), run.log).toEqual(['metrics', 'traces']);
    for (const signal of redSignals(run.proof)) {
      expect(signalOf(run.proof, signal).diagnosis).toMatchObject({
        hop: 'collector',
        cause: expect.stringMatching(`One instance is silent: \`${task}\`.*its collector has told nothing`),
        fix: expect.stringMatching(`Look at the collector of task \`${task}\``),
      });
    }
  } finally {
    await runDocker(['unpause', silent]);
  }
});
