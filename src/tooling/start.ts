// `npm start`: the main job from end to end without an account. A local AWS, the three stacks deployed by the shipped
// bundle under each profile, deployed again to show that nothing is done twice, and torn down. `npm start -- --keep` leaves
// all of it up.
import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { parseArgs, styleText } from 'node:util';
import { startLocalAws } from '@zap-obs/local-aws';
import { DEMO_IMAGES } from './demo-inputs.ts';
import { ROOT } from './repository.ts';
import { type BundleRun, localAwsEnvironment, runBundle } from './run-bundle.ts';

/** A two-hundredth of the time that AWS takes: long enough to watch, short enough to wait for. */
const PACE = 0.005;

// Ctrl-C reaches the action too, which tells how it ends: the local AWS stays up until it has.
process.on('SIGINT', () => {});
const { keep } = readFlags();
const aws = await startLocalAws({ port: Number(process.env.ZAP_AWS_PORT ?? 4566), pace: PACE }).catch(() =>
  startLocalAws({ port: 0, pace: PACE }),
);
// Two at once do not share it.
const summaries = join(ROOT, '.tmp', 'start', new URL(aws.url).port);
await mkdir(summaries, { recursive: true });

say(
  `Local AWS at ${aws.url}: a simulation on this machine, with AWS's durations divided by ${1 / PACE}. Nothing is sent to AWS, nothing costs.`,
);
// The first step that fails is the last.
const lean = { 'stack-prefix': 'lean', profile: 'lean', ...DEMO_IMAGES };
const production = { 'stack-prefix': 'production', profile: 'production', ...DEMO_IMAGES };
let code = await inOrder(
  () => step('Deploy three stacks with profile lean', 'deploy', lean, showOutputs),
  () => step('Deploy lean again: nothing to do', 'deploy', lean),
  () => step('Deploy three stacks with profile production', 'deploy', production, showOutputs),
  () => step('Deploy production again: nothing to do', 'deploy', production),
);
if (code === 0 && keep) await untilInterrupted();
else if (code === 0) {
  const open = { ...production, parameters: 'DeletionProtection: false' };
  code = await inOrder(
    () => step('Tear down lean', 'teardown', { 'stack-prefix': 'lean', confirm: 'lean' }, showRest),
    () => step('Take the deletion protection off production, or its teardown would fail', 'deploy', open),
    () => step('Tear down production', 'teardown', { 'stack-prefix': 'production', confirm: 'production' }, showRest),
  );
}
await aws.close();
process.exitCode = code;

function readFlags(): { keep: boolean } {
  try {
    return { keep: parseArgs({ options: { keep: { type: 'boolean', default: false } } }).values.keep };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\nUsage: npm start [-- --keep]`);
    process.exit(2);
  }
}

async function inOrder(...steps: (() => Promise<number>)[]): Promise<number> {
  for (const run of steps) {
    const code = await run();
    if (code !== 0) return code;
  }
  return 0;
}

async function step(
  title: string,
  action: string,
  inputs: Record<string, string>,
  after?: (run: BundleRun) => void,
): Promise<number> {
  say(title);
  const run = await runBundle(action, inputs, { endpoint: aws.url, show: true });
  const file = join(summaries, `${title.toLowerCase().replaceAll(/[^a-z]+/g, '-')}.md`);
  await writeFile(file, run.summary);
  if (run.code === 0) after?.(run);
  console.log(
    styleText('dim', `${(run.duration / 1000).toFixed(1)} s, job summary in ${relative(process.cwd(), file)}`),
  );
  return run.code ?? 1;
}

function showOutputs({ outputs }: BundleRun): void {
  for (const name of [
    'load-balancer-url',
    'cluster-name',
    'ecs-service-name',
    'log-groups',
    'metrics-endpoint',
    'grafana-url',
  ]) {
    const value = outputs[name]?.replaceAll('\n', ', ');
    if (value) console.log(`${name.padEnd(18)} ${value} ${styleText('dim', '(simulated)')}`);
  }
}

function showRest({ outputs }: BundleRun): void {
  const rest: unknown[] = JSON.parse(outputs.residue ?? '[]');
  console.log(rest.length === 0 ? 'Nothing is left.' : `Left: ${JSON.stringify(rest)}`);
}

async function untilInterrupted(): Promise<void> {
  const settings = Object.entries(localAwsEnvironment(aws.url)).map(([name, value]) => `export ${name}=${value}`);
  say('Left up. Press Ctrl-C to end it; to look around from another terminal:');
  console.log([...settings, 'aws cloudformation describe-stacks'].join('\n'));
  await new Promise<void>(resolve => process.once('SIGINT', resolve).once('SIGTERM', resolve));
}

function say(text: string): void {
  console.log(`\n${styleText(['bold', 'cyan'], '▸')} ${styleText('bold', text)}`);
}
