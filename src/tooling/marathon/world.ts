import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type ApiCall,
  type FaultHandle,
  type FaultName,
  type LocalAws,
  type StackInfo,
  startLocalAws,
} from '@zap-obs/local-aws';
import { action as deploy } from '../../actions/deploy/run.ts';
import { action as teardown } from '../../actions/teardown/run.ts';
import { Cancelled } from '../../runner/cancellation.ts';
import { recordingHost } from '../recording-host.ts';
import { ROOT } from '../repository.ts';
import { environmentWithoutAws, localAwsEnvironment, runBundle } from '../run-bundle.ts';
import type { Step, Stop } from './schedule.ts';
import { smallStacks } from './small-stacks.ts';

/** So short that resources take a few milliseconds each. */
const PACE = 0.003;
/** No run may take longer, in milliseconds: with two calls that hang for half a minute each there is still time left. */
const PATIENCE = 90_000;

/** Nobody may see these, wherever a run writes. */
export const SECRETS = {
  'the password': 'correct-horse-battery',
  'the secret access key': 'wJalrXUtnFEMIMARATHONKEY',
  'the session token': 'FwoGZXIvYXdzMARATHONTOKEN',
} as const;

/** What one run was told, did and said. */
export interface Run {
  step: Step;
  code: number | null;
  /** Everything that it printed. */
  log: string;
  summary: string;
  outputs: Record<string, string>;
  /** What it has kept for the clean-up after the job. */
  states: string;
  /** AWS's calls about the stacks of its prefix meanwhile. */
  calls: ApiCall[];
  /** The stacks when it began and when everything had come to rest after it. */
  before: StackInfo[];
  after: StackInfo[];
  /** Which faults have struck, how often. */
  struck: ReadonlyMap<FaultName, number>;
  wasStopped: boolean;
  /** It had to be ended. */
  isEndless: boolean;
  duration: number;
}

/** A local AWS that many schedules share, each with a prefix of its own. */
export interface World {
  run(prefix: string, step: Step): Promise<Run>;
  /** The newest stack of each name. */
  stacks(prefix: string): StackInfo[];
  close(): Promise<void>;
}

/** Starts a world; the environment of this process leads to it, and nowhere else, until it is closed. */
export async function startWorld(): Promise<World> {
  const original = { ...process.env };
  const root = mkdtempSync(join(tmpdir(), 'zap-obs-marathon-'));
  const listeners = new Map<string, () => void>();
  const aws = await startLocalAws({ port: 0, pace: PACE, log: call => listeners.get(prefixOf(call))?.() });
  const credentials = {
    AWS_SECRET_ACCESS_KEY: SECRETS['the secret access key'],
    AWS_SESSION_TOKEN: SECRETS['the session token'],
  };
  process.env = { ...environmentWithoutAws(), ...localAwsEnvironment(aws.url), ...credentials };
  const stacks = (prefix: string) => newest(aws, prefix);

  async function run(prefix: string, step: Step): Promise<Run> {
    const workspace = join(root, prefix);
    mkdirSync(workspace, { recursive: true });
    for (const [name, content] of Object.entries(smallStacks(step.version)))
      writeFileSync(join(workspace, name), content);
    const before = stacks(prefix);
    const firstCall = aws.calls.length;
    const handles = switchOn(aws, prefix, step);
    const trigger = triggerOf(step.stop, tell => listeners.set(prefix, tell));
    const started = performance.now();
    const ended = await (step.isProcess ? asProcess : inProcess)(step, inputsOf(step, prefix), {
      workspace,
      aws,
      trigger,
    });
    const duration = performance.now() - started;
    listeners.delete(prefix);
    trigger.off();
    const struck = new Map<FaultName, number>();
    for (const [name, handle] of handles) {
      if (handle.struck > 0) struck.set(name, (struck.get(name) ?? 0) + handle.struck);
      handle.remove();
    }
    const calls = aws.calls.slice(firstCall).filter(call => prefixOf(call) === prefix);
    const after = await settled(() => stacks(prefix));
    return { step, ...ended, calls, before, after, struck, wasStopped: trigger.hasFired(), duration };
  }

  return {
    run,
    stacks,
    async close() {
      process.env = original;
      rmSync(root, { recursive: true, force: true });
      await aws.close();
    },
  };
}

function prefixOf({ stack = '' }: ApiCall): string {
  return stack.replace(/-[^-]*$/, '');
}

function newest(aws: LocalAws, prefix: string): StackInfo[] {
  const mine = aws.stacks().filter(({ name }) => name.startsWith(`${prefix}-`));
  return [...new Map(mine.map(stack => [stack.name, stack])).values()];
}

/** The stacks when AWS has nothing more to do with them; as they are after ten seconds if that does not come. */
async function settled(look: () => StackInfo[]): Promise<StackInfo[]> {
  const end = Date.now() + 10_000;
  const isBusy = ({ status }: StackInfo) => status.endsWith('_IN_PROGRESS') && status !== 'REVIEW_IN_PROGRESS';
  while (look().some(isBusy) && Date.now() < end) await new Promise(resolve => setTimeout(resolve, 10));
  return look();
}

function switchOn(aws: LocalAws, prefix: string, { faults }: Step): [FaultName, FaultHandle][] {
  return faults.map(({ of, ...fault }) => [
    fault.fault,
    aws.faults.inject({ ...fault, stack: `${prefix}-${of === 'all' ? '*' : of}` }),
  ]);
}

/** Ends a run when its time has come. */
interface Trigger {
  onFire: (by: Stop['by']) => void;
  hasFired(): boolean;
  off(): void;
}

function triggerOf(stop: Stop | undefined, listen: (tell: () => void) => void): Trigger {
  let calls = 0;
  let fired = false;
  let timer: NodeJS.Timeout | undefined;
  const trigger: Trigger = { onFire: () => {}, hasFired: () => fired, off: () => clearTimeout(timer) };
  if (stop)
    listen(() => {
      calls += 1;
      if (calls !== stop.afterCalls) return;
      timer = setTimeout(() => {
        fired = true;
        trigger.onFire(stop.by);
      }, stop.delay);
    });
  return trigger;
}

function inputsOf({ action, dryRun, maxParallel }: Step, prefix: string): Record<string, string> {
  const shared = { 'stack-prefix': prefix, 'stacks-file': 'stacks.yaml', 'dry-run': String(dryRun) };
  if (action === 'teardown') return { ...shared, confirm: prefix };
  const parameters = `Password: ${SECRETS['the password']}`;
  return { ...shared, parameters, 'max-parallel': String(maxParallel) };
}

type Ended = Pick<Run, 'code' | 'log' | 'summary' | 'outputs' | 'states' | 'isEndless'>;
type Place = { workspace: string; aws: LocalAws; trigger: Trigger };

async function inProcess(
  { action }: Step,
  inputs: Record<string, string>,
  { workspace, trigger }: Place,
): Promise<Ended> {
  const host = recordingHost(inputs);
  const controller = new AbortController();
  trigger.onFire = by => controller.abort(new Cancelled(by));
  const running = (action === 'deploy' ? deploy : teardown).run(host, { workspace, toolkit: ROOT }, controller.signal);
  const code = await orAfter(running, PATIENCE);
  const { states = {} } = host as { states?: Record<string, string> };
  return {
    code,
    log: host.log.join('\n'),
    summary: host.summaryText,
    outputs: host.outputs,
    states: JSON.stringify(states),
    isEndless: code === null,
  };
}

async function asProcess({ action }: Step, inputs: Record<string, string>, place: Place): Promise<Ended> {
  const { workspace, aws, trigger } = place;
  let isEndless = false;
  let timer: NodeJS.Timeout | undefined;
  const { AWS_SECRET_ACCESS_KEY = '', AWS_SESSION_TOKEN = '' } = process.env;
  const run = await runBundle(action, inputs, {
    endpoint: aws.url,
    workspace,
    env: { AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, GITHUB_ACTIONS: 'true' },
    onStart: kill => {
      trigger.onFire = by => kill(by === 'timeout' ? 'SIGINT' : by);
      timer = setTimeout(() => {
        isEndless = true;
        kill('SIGKILL');
      }, PATIENCE);
    },
  });
  clearTimeout(timer);
  // Masking is a command to the runner, which does not show it.
  const log = run.log.replaceAll(/^::add-mask::.*$/gm, '');
  const { states = {} } = run as { states?: Record<string, string> };
  return { ...run, log, states: JSON.stringify(states), isEndless };
}

/** The promise's value; null when that takes too long. */
async function orAfter<T>(promise: Promise<T>, ms: number): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>(resolve => {
    timer = setTimeout(() => resolve(null), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
