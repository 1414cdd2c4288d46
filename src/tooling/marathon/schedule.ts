import { type FaultName, type Injection, type ServiceFaultName, seededRandom } from '@zap-obs/local-aws';
import { STACKS, type Version } from './small-stacks.ts';

/** A fault that is switched on for one step; which stack it is about goes by its short name. */
export type PlannedFault = Omit<Injection, 'stack'> & { of: (typeof STACKS)[number] | 'all' };

/** When a run is stopped: so many milliseconds after AWS has answered so many of its calls. */
export interface Stop {
  by: 'SIGINT' | 'SIGTERM' | 'timeout';
  afterCalls: number;
  delay: number;
}

/** One run of an action. */
export interface Step {
  action: 'deploy' | 'teardown';
  dryRun: boolean;
  version: Version;
  /** A process of the shipped bundle, rather than a call in this one. */
  isProcess: boolean;
  maxParallel: number;
  faults: PlannedFault[];
  stop?: Stop;
}

/** What happens, one run after the other; then a run without faults has to mend everything. */
export interface Schedule {
  number: number;
  steps: Step[];
}

interface Dice {
  below(limit: number): number;
  chance(probability: number): boolean;
  pick<T>(from: readonly [T, ...T[]]): T;
}

type Settings = Omit<PlannedFault, 'fault' | 'of' | 'seed'>;

const READS = ['Describe*', 'DescribeStacks', 'DescribeStackEvents', 'DescribeChangeSet'] as const;
const WRITES = ['CreateChangeSet', 'ExecuteChangeSet', 'DeleteChangeSet', 'DeleteStack'] as const;

function sometimes({ pick, below }: Dice): Settings {
  return { action: pick(['*', ...READS, ...WRITES]), probability: pick([0.1, 0.3, 1]), times: 1 + below(3) };
}

function fromSomeCallOn({ pick, below }: Dice, actions: readonly [string, ...string[]]): Settings {
  return { action: pick(actions), after: below(3) };
}

const plainly = (): Settings => ({});

/** How each fault comes in a schedule. Every fault that a run on stacks can meet must be here. */
const MENU: Readonly<Record<Exclude<FaultName, ServiceFaultName>, (dice: Dice) => Settings>> = {
  throttled: sometimes,
  'service-error': dice => ({ ...sometimes(dice), status: dice.pick([500, 503]) }),
  'access-denied': dice => fromSomeCallOn(dice, ['DescribeStackEvents', ...WRITES]),
  'expired-credentials': ({ below }) => ({ action: '*', after: below(25) }),
  'unknown-credentials': ({ below }) => ({ action: '*', after: below(25) }),
  'quota-exceeded': plainly,
  'execution-refused': plainly,
  'clock-skew': plainly,
  'connection-reset': sometimes,
  'answer-lost': sometimes,
  'slow-answer': dice => ({ ...sometimes(dice), seconds: 0.3 }),
  // A client waits half a minute for an answer, so one is enough.
  hanging: ({ pick }) => ({ action: pick(['DescribeStackEvents', ...WRITES]) }),
  'half-answer': sometimes,
  'html-answer': dice => ({ ...sometimes(dice), status: dice.pick([200, 502]) }),
  // Not a run's first looks: time is compressed here, and between two runs more passes than a read is ever behind.
  'stale-read': () => ({ seconds: 0.3, after: STACKS.length }),
  'lost-event-page': ({ below }) => ({ after: below(4), times: 2 }),
  'repeated-event-page': ({ below }) => ({ after: below(4), times: 2 }),
  'late-events': () => ({ seconds: 0.3 }),
  'disordered-events': plainly,
  'foreign-creation': plainly,
  'foreign-update': dice => ({ ...fromSomeCallOn(dice, ['CreateChangeSet', 'ExecuteChangeSet']), seconds: 0.3 }),
  'foreign-cancellation': ({ below }) => ({ after: below(3) }),
  'foreign-deletion': ({ pick }) => ({ action: pick(['CreateChangeSet', 'DescribeChangeSet', 'ExecuteChangeSet']) }),
  'change-set-vanishes': ({ pick }) => ({ action: pick(['DescribeChangeSet', 'ExecuteChangeSet']) }),
  'change-set-fails': plainly,
  'validation-warns': plainly,
  'resource-fails': ({ below }) => ({ after: below(3) }),
  'resource-hangs': () => ({ seconds: 0.5 }),
  'rollback-fails': plainly,
  'deletion-fails': plainly,
  'resource-in-use': plainly,
  'log-group-reappears': plainly,
};

/** The schedule of this number: the same for the same seed, whatever was played before. */
export function scheduleOf(seed: number, number: number, options: { processes: boolean }): Schedule {
  const random = seededRandom(seed * 1_000_003 + number);
  const below = (limit: number) => Math.floor(random() * limit);
  const dice: Dice = {
    below,
    chance: probability => random() < probability,
    pick: from => from[below(from.length)] ?? from[0],
  };
  const length = 1 + below(4);
  const steps = Array.from({ length }, (_, index) => step(dice, index, options.processes));
  return { number, steps };
}

function step(dice: Dice, index: number, processes: boolean): Step {
  const { below, chance, pick } = dice;
  const kind =
    index === 0
      ? pick(['deploy', 'deploy', 'deploy', 'look'])
      : pick(['deploy', 'deploy', 'again', 'look', 'teardown']);
  const action = kind === 'teardown' || (kind === 'look' && chance(0.3)) ? 'teardown' : 'deploy';
  const faults = chance(0.8) ? Array.from({ length: pick([1, 1, 2, 3]) }, () => fault(dice)) : [];
  // Dice are thrown whether they are needed or not, so that a schedule stays itself when processes are left out.
  const isProcess = chance(0.06) && processes;
  const stop: Stop = {
    by: pick(['SIGINT', 'SIGINT', 'SIGTERM', 'timeout']),
    afterCalls: 1 + below(30),
    delay: below(60),
  };
  const isStopped = chance(0.35);
  return {
    action,
    dryRun: kind === 'look',
    version: kind === 'again' ? 'a' : pick(['a', 'b', 'c', 'a', 'b', 'broken']),
    isProcess,
    maxParallel: pick([1, 4, 4]),
    faults,
    ...(isStopped && { stop: isProcess ? { ...stop, by: 'SIGINT' } : stop }),
  };
}

function fault(dice: Dice): PlannedFault {
  const names = Object.keys(MENU) as [keyof typeof MENU, ...(keyof typeof MENU)[]];
  const name = dice.pick(names);
  return { fault: name, of: dice.pick(['all', ...STACKS]), seed: dice.below(1000), ...MENU[name](dice) };
}

/** A schedule in readable words, one line a step. */
export function inWords({ steps }: Schedule): string[] {
  return steps.map((step, index) => `${index + 1}. ${stepInWords(step)}`);
}

function stepInWords({ action, dryRun, version, isProcess, maxParallel, faults, stop }: Step): string {
  const run = `${dryRun ? 'dry run of ' : ''}${action}${action === 'deploy' ? ` of version ${version}` : ''}`;
  return [
    `${run}${isProcess ? ', as a process of the bundle' : ''}${maxParallel === 1 ? ', one stack at a time' : ''}`,
    ...faults.map(faultInWords),
    ...(stop ? [`${stop.by} ${stop.delay} ms after call ${stop.afterCalls}`] : []),
  ].join('; ');
}

function faultInWords({ fault, of, seed, action, ...more }: PlannedFault): string {
  const settings = Object.entries(more).map(([key, value]) => ` ${key}=${value}`);
  const where = `${action ? ` at ${action}` : ''}${of === 'all' ? '' : ` of ${of}`}`;
  return `${fault}${where}${settings.join('')}${more.probability === undefined ? '' : ` seed=${seed}`}`;
}
