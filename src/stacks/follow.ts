import { TransientError } from '../aws/transient-error.ts';
import type { Clock } from '../runner/clock.ts';
import type { CloudFormation, StackEvent } from './cloudformation.ts';
import { pollDelay, type Watch } from './poll.ts';

/** An operation on a stack that this run started. */
export interface Operation {
  /** The stack's ARN. */
  stackId: string;
  /** The ClientRequestToken that it was started with. */
  token: string;
  /** How many resources it will touch, as far as known. */
  expected: number;
}

export interface FollowOptions {
  clock: Clock;
  signal: AbortSignal;
  /** In [0, 1). */
  random: () => number;
  /** Told of each event once, oldest first. */
  onEvent?: (event: StackEvent) => void;
}

/** How an operation ended. */
export interface Ended {
  /** The terminal status, from the stack's own event. */
  status: string;
  /** Every event of the operation, oldest first. */
  events: StackEvent[];
}

/**
 * Watches an operation until the stack's own event says how it ended. One kind of call is made, and each event is read once.
 * A look that fails for a passing reason decides nothing: the next one is taken later.
 *
 * @throws the signal's reason when that aborts first; the operation itself goes on at AWS
 */
export async function follow(
  cloudFormation: Pick<CloudFormation, 'events'>,
  operation: Operation,
  options: FollowOptions,
): Promise<Ended> {
  const { clock, signal, random } = options;
  const started = clock.now();
  const seen = new Map<string, StackEvent>();
  let lastNews = started;
  let failures = 0;
  for (;;) {
    signal.throwIfAborted();
    try {
      const fresh = await readNew(cloudFormation, operation, seen);
      failures = 0;
      for (const event of fresh) {
        seen.set(event.id, event);
        options.onEvent?.(event);
      }
      if (fresh.length > 0) lastNews = clock.now();
      const end = fresh.find(event => isOwnEvent(event) && isTerminal(event.status));
      if (end) return { status: end.status, events: [...seen.values()] };
    } catch (error) {
      if (!(error instanceof TransientError)) throw error;
      failures += 1;
    }
    const watch = watchOf([...seen.values()], operation, { now: clock.now(), started, lastNews });
    await clock.sleep(pollDelay(watch, random()) * 2 ** Math.min(failures, 5), signal);
  }
}

/** Makes a read again, ever more slowly, until it is answered: a passing failure of a look decides nothing. */
export async function untilAnswered<T>(read: () => Promise<T>, { clock, signal, random }: FollowOptions): Promise<T> {
  for (let pause = 500; ; pause = Math.min(pause * 2, 20_000)) {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof TransientError)) throw error;
    }
    await clock.sleep(pause * random(), signal);
  }
}

/** Reads pages, newest first, down to what was seen before or to the end of an earlier operation. Oldest first. */
async function readNew(
  cloudFormation: Pick<CloudFormation, 'events'>,
  { stackId, token }: Operation,
  seen: ReadonlyMap<string, StackEvent>,
): Promise<StackEvent[]> {
  const fresh: StackEvent[] = [];
  let page: string | undefined;
  do {
    const { events, nextPage } = await cloudFormation.events(stackId, page);
    for (const event of events) {
      const isEarlierOperation = event.token !== token && isOwnEvent(event) && isTerminal(event.status);
      if (seen.has(event.id) || isEarlierOperation) return fresh.reverse();
      if (event.token === token) fresh.push(event);
    }
    page = nextPage;
  } while (page !== undefined);
  return fresh.reverse();
}

/** Whether an event is about the stack itself, not about a resource (a nested stack is a resource). */
export function isOwnEvent(event: StackEvent): boolean {
  return event.physicalId === event.stackId;
}

/** Whether nothing more will follow in the same operation. Clean-up after an update still belongs to it. */
export function isTerminal(status: string): boolean {
  return !status.endsWith('_IN_PROGRESS');
}

function watchOf(
  events: readonly StackEvent[],
  { expected }: Operation,
  at: { now: number; started: number; lastNews: number },
): Watch {
  const latest = new Map<string, StackEvent>();
  const begun = new Map<string, number>();
  for (const event of events) {
    if (isOwnEvent(event)) continue;
    if (event.status.endsWith('_IN_PROGRESS') && !latest.get(event.logicalId)?.status.endsWith('_IN_PROGRESS'))
      begun.set(event.logicalId, event.at);
    latest.set(event.logicalId, event);
  }
  const running = [...latest.values()].filter(({ status }) => status.endsWith('_IN_PROGRESS'));
  // Both instants come from AWS's clock, so that a skewed one here does no harm.
  const newest = Math.max(...events.map(event => event.at));
  return {
    elapsed: at.now - at.started,
    quiet: at.now - at.lastNews,
    running: running.map(({ logicalId, type }) => ({
      type,
      elapsed: newest - (begun.get(logicalId) ?? newest) + (at.now - at.lastNews),
    })),
    waiting: Math.max(expected - latest.size, 0),
  };
}
