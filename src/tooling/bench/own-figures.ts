import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { startLocalAws } from '@zap-obs/local-aws';
import { DEMO_IMAGES } from '../demo-inputs.ts';
import { ROOT } from '../repository.ts';
import { runBundle } from '../run-bundle.ts';
import { isRead, median } from './figures.ts';

const RUNS = 9;
const NOTICE_RUNS = 4;
/** One fiftieth of AWS's durations. */
const PACE = 0.02;

const inputs = { 'stack-prefix': 'bench', ...DEMO_IMAGES };

type Print = (what: string, figure: string) => void;

/** The bundle alone: how soon it starts, what a run with nothing to do takes, how soon it notices an end, how large it is. */
export async function ownFigures(print: Print): Promise<void> {
  await startUp(print);
  await noOp(print);
  await noticing(print);
  sizes(print);
}

async function startUp(print: Print): Promise<void> {
  const empty = await sample(RUNS, () => execFileSync(process.execPath, ['-e', '']));
  const refused = await sample(RUNS, () => runBundle('deploy', { 'stack-prefix': '1' }));
  print('an empty Node script', `${ms(median(empty))}`);
  print(
    'start-up to the first error of an input',
    `${ms(median(refused))} (${(median(refused) / median(empty)).toFixed(1)} × the empty script)`,
  );
}

async function noOp(print: Print): Promise<void> {
  const aws = await startLocalAws({ port: 0, pace: 0 });
  await runBundle('deploy', inputs, { endpoint: aws.url });
  const before = aws.calls.length;
  const times = await sample(RUNS, () => runBundle('deploy', inputs, { endpoint: aws.url }));
  const calls = aws.calls.slice(before);
  await aws.close();
  const writes = calls.filter(({ action }) => !isRead(action)).length;
  print(
    'a no-op run of three stacks, start to exit',
    `${ms(median(times))} median, ${ms(Math.max(...times))} worst of ${RUNS}`,
  );
  print('calls of a no-op run', `${calls.length / RUNS}, of which ${writes / RUNS} write`);
}

/** How long after a stack's last event the run says so, the read of its outputs included. */
async function noticing(print: Print): Promise<void> {
  const delays: number[] = [];
  const calls: number[] = [];
  for (let run = 0; run < NOTICE_RUNS; run += 1) {
    const aws = await startLocalAws({ port: 0, pace: PACE });
    const seen = new Map<string, number>();
    const onOutput = (text: string) => {
      for (const [, name = ''] of text.matchAll(/^([\w-]+): created/gm)) seen.set(`bench-${name}`, Date.now());
    };
    await runBundle('deploy', inputs, { endpoint: aws.url, onOutput });
    for (const { name, endedAt } of aws.stacks()) delays.push((seen.get(name) ?? Number.NaN) - endedAt);
    calls.push(aws.calls.length);
    await aws.close();
  }
  print(
    'the end of a stack is noticed after',
    `${ms(median(delays))} median, ${ms(Math.max(...delays))} worst of ${delays.length}`,
  );
  print('calls of a deployment of three stacks', `${median(calls)} (at one fiftieth of AWS's durations)`);
}

function sizes(print: Print): void {
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

function ms(value: number): string {
  return `${Math.round(value)} ms`;
}

function kilobytes(bytes: number): string {
  return `${Math.round(bytes / 1024)} KiB`;
}
