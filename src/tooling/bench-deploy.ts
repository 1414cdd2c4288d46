// `npm run bench:deploy`: prints figures and never fails. Everything runs on this machine, against the local AWS.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type ApiCall, startLocalAws } from '@zap-obs/local-aws';
import { openSession } from '../aws/session.aws.ts';
import { cloudFormationOf } from '../stacks/cloudformation.aws.ts';
import { DEMO_IMAGES } from './demo-inputs.ts';
import { ROOT } from './repository.ts';
import { localAwsEnvironment, runBundle } from './run-bundle.ts';

const RUNS = 9;
const NOTICE_RUNS = 4;
/** One fiftieth of AWS's durations. */
const PACE = 0.02;

const inputs = { 'stack-prefix': 'bench', ...DEMO_IMAGES };

await startUp();
await noOp();
await noticing();
sizes();

async function startUp(): Promise<void> {
  const empty = await sample(RUNS, () => execFileSync(process.execPath, ['-e', '']));
  const refused = await sample(RUNS, () => runBundle('deploy', { 'stack-prefix': '1' }));
  print('an empty Node script', `${ms(median(empty))}`);
  print(
    'start-up to the first error of an input',
    `${ms(median(refused))} (${ratio(refused, empty)} × the empty script)`,
  );
}

async function noOp(): Promise<void> {
  const aws = await startLocalAws({ port: 0, pace: 0 });
  await runBundle('deploy', inputs, { endpoint: aws.url });
  const before = aws.calls.length;
  const times = await sample(RUNS, () => runBundle('deploy', inputs, { endpoint: aws.url }));
  const calls = aws.calls.slice(before);
  await aws.close();
  const writes = calls.filter(call => !isRead(call)).length;
  print(
    'a no-op run of three stacks, start to exit',
    `${ms(median(times))} median, ${ms(Math.max(...times))} worst of ${RUNS}`,
  );
  print('calls of a no-op run', `${calls.length / RUNS}, of which ${writes / RUNS} write`);
}

/** How long after a stack's last event the run says so, the read of its outputs included. */
async function noticing(): Promise<void> {
  const delays: number[] = [];
  const calls: number[] = [];
  for (let run = 0; run < NOTICE_RUNS; run += 1) {
    const aws = await startLocalAws({ port: 0, pace: PACE });
    const seen = new Map<string, number>();
    const onOutput = (text: string) => {
      for (const [, name = ''] of text.matchAll(/^([\w-]+): created/gm)) seen.set(`bench-${name}`, Date.now());
    };
    await runBundle('deploy', inputs, { endpoint: aws.url, onOutput });
    for (const [stackName, at] of seen) delays.push(at - (await endOf(stackName, aws.url)));
    calls.push(aws.calls.length);
    await aws.close();
  }
  print(
    'the end of a stack is noticed after',
    `${ms(median(delays))} median, ${ms(Math.max(...delays))} worst of ${delays.length}`,
  );
  print('calls of a deployment of three stacks', `${median(calls)} (at one fiftieth of AWS's durations)`);
}

/** When AWS says that the stack's last operation ended. */
async function endOf(stackName: string, endpoint: string): Promise<number> {
  Object.assign(process.env, localAwsEnvironment(endpoint));
  const { events } = await cloudFormationOf(openSession('us-east-1')).events(stackName);
  return events[0]?.at ?? Number.NaN;
}

function sizes(): void {
  const dist = join(ROOT, 'dist');
  const files = readdirSync(dist).map(name => readFileSync(join(dist, name)));
  const archive = execFileSync('git', ['archive', '--format=tar.gz', 'HEAD'], { cwd: ROOT, maxBuffer: 2 ** 28 });
  print(
    'dist',
    `${kilobytes(files.reduce((sum, file) => sum + file.length, 0))}, packed ${kilobytes(gzipSync(Buffer.concat(files)).length)}`,
  );
  print('what a runner downloads', kilobytes(archive.length));
}

async function sample(times: number, run: () => unknown): Promise<number[]> {
  const durations: number[] = [];
  for (let index = 0; index < times; index += 1) {
    const started = performance.now();
    await run();
    durations.push(performance.now() - started);
  }
  return durations;
}

function isRead({ action }: ApiCall): boolean {
  return /^(Describe|Get|List|Head)/.test(action);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function ratio(a: readonly number[], b: readonly number[]): string {
  return (median(a) / median(b)).toFixed(1);
}

function ms(value: number): string {
  return `${Math.round(value)} ms`;
}

function kilobytes(bytes: number): string {
  return `${Math.round(bytes / 1024)} KiB`;
}

function print(what: string, figure: string): void {
  console.log(`${what.padEnd(46)} ${figure}`);
}
