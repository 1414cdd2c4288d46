import type { Clock } from '../../runner/clock.ts';
import type { StackEvent } from '../../stacks/cloudformation.ts';
import { follow } from '../../stacks/follow.ts';
import { median, type TenMinutes } from './figures.ts';

/** One resource of an operation; seconds since that began. */
interface Resource {
  type: string;
  from: number;
  to: number;
}

const MINUTES = 10;
const END = MINUTES * 60;
/** A type that zap-obs knows nothing of. */
const ANY = 'AWS::SNS::Topic';

const OPERATIONS: Record<string, (seconds: number) => Resource[]> = {
  'one resource, of a type that is not known to be slow': end => [{ type: ANY, from: 0, to: end }],
  'one ECS service': end => [{ type: 'AWS::ECS::Service', from: 0, to: end }],
  'twenty resources, one after another': end =>
    Array.from({ length: 20 }, (_, index) => ({ type: ANY, from: (index * end) / 20, to: ((index + 1) * end) / 20 })),
};

const RUNS = 25;

/** Follows operations of ten minutes in simulated time: how many looks that takes, and how late the end is seen. */
export async function tenMinutes(): Promise<TenMinutes[]> {
  const measured: TenMinutes[] = [];
  for (const [what, resources] of Object.entries(OPERATIONS)) {
    const runs: { reads: number; late: number }[] = [];
    // Ends that spread over a few seconds, so that none of them fits the looks.
    for (let index = 0; index < RUNS; index += 1) runs.push(await watch(resources(END + index * 0.37)));
    measured.push({ what, reads: median(runs.map(run => run.reads)), late: median(runs.map(run => run.late)) });
  }
  return measured;
}

async function watch(resources: readonly Resource[]): Promise<{ reads: number; late: number }> {
  let now = 0;
  let reads = 0;
  let random = 0;
  const clock: Clock = {
    now: () => now,
    sleep: async ms => {
      now += ms;
    },
  };
  const history = historyOf(resources);
  const cloudFormation = {
    events: async () => {
      reads += 1;
      return { events: history.filter(({ at }) => at <= now).reverse() };
    },
    describe: async () => {
      reads += 1;
      return undefined;
    },
  };
  await follow(
    cloudFormation,
    { stackId: STACK, token: 'token', expected: resources.length },
    {
      clock,
      signal: new AbortController().signal,
      random: () => {
        random = (random + 0.618) % 1;
        return random;
      },
    },
  );
  return { reads, late: now - Math.max(...history.map(({ at }) => at)) };
}

const STACK = 'arn:stack';

/** Oldest first. */
function historyOf(resources: readonly Resource[]): StackEvent[] {
  const event = (seconds: number, logicalId: string, type: string, status: string): StackEvent => ({
    id: `${logicalId}-${status}`,
    stackId: STACK,
    at: seconds * 1000,
    logicalId,
    physicalId: logicalId === 'stack' ? STACK : logicalId,
    type,
    status,
    token: 'token',
  });
  const own = (seconds: number, status: string) => event(seconds, 'stack', 'AWS::CloudFormation::Stack', status);
  const end = Math.max(...resources.map(({ to }) => to));
  const theirs = resources.flatMap(({ type, from, to }, index) => [
    event(from, `R${index}`, type, 'CREATE_IN_PROGRESS'),
    event(to, `R${index}`, type, 'CREATE_COMPLETE'),
  ]);
  return [own(0, 'CREATE_IN_PROGRESS'), ...theirs.sort((a, b) => a.at - b.at), own(end, 'CREATE_COMPLETE')];
}
