// `npm start`: the main job from end to end without an account, by the shipped bundle against a local AWS: the sample's image
// built and pushed, the three stacks deployed, requests through the load balancer, what arrived of their telemetry, all of it
// again to show that nothing is done twice, and torn down.
//
// `-- --yes` installs and starts a Docker engine where there is none; without one, services and images are simulated.
// `-- --keep` leaves all of it up. `-- --images built` builds stand-ins for images that cannot be pulled.
import { relative } from 'node:path';
import { parseArgs, styleText } from 'node:util';
import type { LocalAws } from '@zap-obs/local-aws';
import { Cancelled, listenForCancellation } from '../runner/cancellation.ts';
import { renderFault, UserFault } from '../runner/fault.ts';
import { isRead } from './bench/figures.ts';
import { DEMO_IMAGES } from './demo-inputs.ts';
import { type ImageChoice, imageChoice } from './images.ts';
import type { Images } from './local-images.ts';
import { type BundleRun, localAwsEnvironment } from './run-bundle.ts';
import { containersFor } from './start/containers.ts';
import { showFirstAnswer } from './start/first-answer.ts';
import { PACE, startAws } from './start/local-aws.ts';
import { Steps, say } from './start/steps.ts';

const PREFIX = 'demo';

/** What the containers write to, all the time. */
const TELEMETRY = new Set(['aps', 'logs', 'xray']);

const flags = readFlags();
// It reaches the action too, which tells how it ends: the local AWS stays up until it has.
const signal = listenForCancellation();
const began = performance.now();
try {
  process.exitCode = await main();
} catch (error) {
  if (error instanceof UserFault) for (const fault of error.faults) console.error(renderFault(fault));
  else if (!(error instanceof Cancelled)) throw error;
  process.exitCode = 1;
}

async function main(): Promise<number> {
  const real = await containersFor(flags, say);
  const aws = await startAws(real);
  try {
    const told = real ? 'in containers of this machine' : 'simulated, containers included';
    say(
      `Local AWS at ${aws.url}, ${told}, with AWS's durations divided by ${1 / PACE}. Nothing is sent to AWS, nothing costs.`,
    );
    const steps = new Steps(aws, signal);
    return await (real ? withContainers(steps, real) : simulated(steps));
  } finally {
    await aws.close();
    console.log(styleText('dim', `\n${((performance.now() - began) / 1000).toFixed(0)} s in all.`));
  }
}

async function withContainers(steps: Steps, images: Images): Promise<number> {
  const build = {
    context: 'zap-app',
    'stack-prefix': PREFIX,
    'build-args': JSON.stringify({ NODE_IMAGE: images.NODE_IMAGE }),
    'collector-image': images.COLLECTOR_IMAGE,
    ...(process.env.NODE_EXTRA_CA_CERTS && { 'secret-files': JSON.stringify({ ca: process.env.NODE_EXTRA_CA_CERTS }) }),
  };
  const built = await steps.run('Build zap-app, push it to ECR, mirror the collector', 'build-push', build);
  const deployment = () => ({
    'stack-prefix': PREFIX,
    profile: 'lean',
    // What it sends is looked for a moment later.
    parameters: 'MetricInterval: 1000',
    'image-uri': built.outputs['image-uri'] ?? '',
    'collector-image-uri': built.outputs['collector-image-uri'] ?? '',
  });
  const deployed = await steps.run('Deploy three stacks with profile lean', 'deploy', deployment());
  showOutputs(deployed, '');
  const {
    'load-balancer-url': url = '',
    'metrics-endpoint': metrics = '',
    'log-groups': groups = '',
  } = deployed.outputs;
  await showFirstAnswer(url, signal);
  const proof = await steps.run(
    'Send requests through the load balancer, and prove that their telemetry arrives',
    'validate-telemetry',
    {
      ...{ 'target-url': url, 'metrics-endpoint': metrics, 'log-groups': groups },
      expectations: 'zap-app/telemetry.yaml',
      exclusive: 'true',
      timeout: '60s',
    },
  );
  console.log(`A page that shows all of it: ${relative(process.cwd(), proof.outputs.report ?? '')}`);
  const before = steps.aws.calls.length;
  const again = await steps.run('Build and push again: nothing to do', 'build-push', build);
  const unchanged = await steps.run('Deploy again: nothing to do', 'deploy', deployment());
  const seconds = ((again.duration + unchanged.duration) / 1000).toFixed(1);
  const writes = steps.aws.calls
    .slice(before)
    .filter(({ service, action }) => !TELEMETRY.has(service) && !isRead(action));
  console.log(`${seconds} s for both, ${writes.length} writes.`);
  if (flags.keep) return untilInterrupted(steps.aws, deployed.outputs['load-balancer-url']);
  const teardown = { 'stack-prefix': PREFIX, confirm: PREFIX, 'delete-repositories': 'true' };
  showRest(await steps.run('Tear down, with the images', 'teardown', teardown));
  return 0;
}

/** Both profiles, since none of it takes longer than CloudFormation does. */
async function simulated(steps: Steps): Promise<number> {
  for (const profile of ['lean', 'production']) {
    const inputs = { 'stack-prefix': profile, profile, ...DEMO_IMAGES };
    const deployed = await steps.run(`Deploy three stacks with profile ${profile}`, 'deploy', inputs);
    showOutputs(deployed, '(simulated)');
    await steps.run(`Deploy ${profile} again: nothing to do`, 'deploy', inputs);
  }
  if (flags.keep) return untilInterrupted(steps.aws);
  showRest(await steps.run('Tear down lean', 'teardown', { 'stack-prefix': 'lean', confirm: 'lean' }));
  const open = {
    ...{ 'stack-prefix': 'production', profile: 'production', ...DEMO_IMAGES },
    parameters: 'DeletionProtection: false',
  };
  await steps.run('Take the deletion protection off production, or its teardown would fail', 'deploy', open);
  const teardown = { 'stack-prefix': 'production', confirm: 'production' };
  showRest(await steps.run('Tear down production', 'teardown', teardown));
  return 0;
}

function showOutputs({ outputs }: BundleRun, remark: string): void {
  const names = [
    'load-balancer-url',
    'cluster-name',
    'ecs-service-name',
    'log-groups',
    'metrics-endpoint',
    'grafana-url',
  ];
  for (const name of names) {
    const value = outputs[name]?.replaceAll('\n', ', ');
    if (value) console.log(`${name.padEnd(18)} ${value} ${styleText('dim', remark)}`.trimEnd());
  }
}

function showRest({ outputs }: BundleRun): void {
  const rest: unknown[] = JSON.parse(outputs.residue ?? '[]');
  console.log(rest.length === 0 ? 'Nothing is left.' : `Left: ${JSON.stringify(rest)}`);
}

async function untilInterrupted(aws: LocalAws, url?: string): Promise<number> {
  const environment = localAwsEnvironment(aws.url);
  // The AWS CLI 1 knows the region by this name only.
  const all = { ...environment, AWS_DEFAULT_REGION: environment.AWS_REGION };
  const settings = Object.entries(all).map(([name, value]) => `export ${name}=${value}`);
  say(`Left up${url ? `: ${url}` : ''}. Press Ctrl-C to end it; to look around from another terminal:`);
  console.log([...settings, 'aws cloudformation describe-stacks'].join('\n'));
  await new Promise<void>(resolve => signal.addEventListener('abort', () => resolve(), { once: true }));
  return 0;
}

function readFlags(): { keep: boolean; yes: boolean; images: ImageChoice | undefined } {
  try {
    const { values } = parseArgs({
      options: {
        keep: { type: 'boolean', default: false },
        yes: { type: 'boolean', default: process.env.CI === 'true' },
        images: { type: 'string' },
      },
    });
    const wish = values.images ?? process.env.IMAGES;
    const images = wish ? imageChoice(wish, values.images ? '--images' : 'IMAGES') : undefined;
    return { keep: values.keep, yes: values.yes, images };
  } catch (error) {
    console.error(
      `${error instanceof Error ? error.message : error}\nUsage: npm start [-- [--yes] [--keep] [--images pulled|built]]`,
    );
    process.exit(2);
  }
}
