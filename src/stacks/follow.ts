import { TransientError } from '../aws/transient-error.ts';
import { orAbort } from '../runner/cancellation.ts';
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

/** So long an operation may show no event of its own before the stack itself is asked whether it is still at work. */
const SILENCE = 20_000;

type Reads = Pick<CloudFormation, 'events' | 'describe'>;

/**
 * Watches an operation until the stack's own event says how it ended. One kind of call is made, and each event is read once.
 * A look that fails for a passing reason decides nothing: the next one is taken later.
 *
 * Somebody else may end the operation, by a cancellation or a deletion with a token of their own: once it has begun, every
 * end of the stack's work is its end.
 *
 * @throws the signal's reason when that aborts first; the operation itself goes on at AWS
 */
export async function follow(cloudFormation: Reads, operation: Operation, options: FollowOptions): Promise<Ended> {
  const { clock, signal, random } = options;
  const started = clock.now();
  const seen = new Map<string, StackEvent>();
  let lastNews = started;
  let failures = 0;
  for (;;) {
    signal.throwIfAborted();
    try {
      const fresh = await orAbort(readNew(cloudFormation, operation, seen), signal);
      for (const event of fresh) {
        seen.set(event.id, event);
        options.onEvent?.(event);
      }
      if (fresh.length > 0) lastNews = clock.now();
      const end = fresh.find(event => isOwnEvent(event) && isTerminal(event.status));
      if (end) return { status: end.status, events: [...seen.values()] };
      const isSilent = seen.size === 0 && clock.now() - started > SILENCE;
      const status = isSilent ? await orAbort(restingStatus(cloudFormation, operation), signal) : undefined;
      if (status) return { status, events: [] };
      failures = 0;
    } catch (error) {
      if (!(error instanceof TransientError)) throw error;
      failures += 1;
    }
    const watch = watchOf([...seen.values()], operation, { now: clock.now(), started, lastNews });
    await clock.sleep(pollDelay(watch, random()) * 2 ** Math.min(failures, 5), signal);
  }
}

/** Makes a read again, ever more slowly, until it is answered: a passing failure of a look decides nothing. */
export async function untilAnswered<T>(
  read: () => Promise<T>,
  { clock, signal, random }: Omit<FollowOptions, 'onEvent'>,
): Promise<T> {
  for (let pause = 500; ; pause = Math.min(pause * 2, 20_000)) {
    try {
      return await orAbort(read(), signal);
    } catch (error) {
      if (!(error instanceof TransientError)) throw error;
    }
    await clock.sleep(pause * random(), signal);
  }
}

/** So long a write that is under way when a run is cancelled may take to be answered. */
const GRACE = 1000;

/** As `orAbort`, for a write: its answer is worth a moment's wait. */
export async function orAbortSoon<T>(
  write: Promise<T>,
  { clock, signal }: Pick<FollowOptions, 'clock' | 'signal'>,
): Promise<T> {
  try {
    return await orAbort(write, signal);
  } catch (error) {
    if (!signal.aborted || error !== signal.reason) throw error;
    const late = clock.sleep(GRACE).then(() => {
      throw signal.reason;
    });
    return await Promise.race([write, late]);
  }
}

/**
 * Sends the request to delete a stack. When its answer is lost, or a cancellation does not wait for it, the deletion may
 * have begun: what is seen of the stack decides.
 */
export async function sendDeletion(
  send: () => Promise<void>,
  options: Pick<FollowOptions, 'clock' | 'signal'>,
): Promise<void> {
  try {
    await orAbortSoon(send(), options);
  } catch (error) {
    if (!options.signal.aborted && !(error instanceof TransientError)) throw error;
  }
}

/**
 * Reads pages, newest first, down to what was seen before or, at first, to the end of an earlier operation. Once something
 * of this operation was seen, what is newer came after its begin: then an end with a foreign token is its end too.
 *
 * @returns oldest first
 */
async function readNew(
  cloudFormation: Reads,
  { stackId, token }: Operation,
  seen: ReadonlyMap<string, StackEvent>,
): Promise<StackEvent[]> {
  const fresh: StackEvent[] = [];
  let page: string | undefined;
  do {
    const { events, nextPage } = await cloudFormation.events(stackId, page);
    for (const event of events) {
      const isForeignEnd = event.token !== token && isOwnEvent(event) && isTerminal(event.status);
      if (seen.has(event.id) || (isForeignEnd && seen.size === 0)) return fresh.reverse();
      if (event.token === token || isForeignEnd) fresh.push(event);
    }
    page = nextPage;
  } while (page !== undefined);
  return fresh.reverse();
}

/** The stack's status when nothing goes on with it, `DELETE_COMPLETE` when it is gone; `undefined` while it is at work. */
async function restingStatus(cloudFormation: Reads, { stackId }: Operation): Promise<string | undefined> {
  const status = (await cloudFormation.describe(stackId))?.status ?? 'DELETE_COMPLETE';
  return isTerminal(status) ? status : undefined;
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
    const wasRunning = latest.get(event.logicalId)?.status.endsWith('_IN_PROGRESS') === true;
    if (!isTerminal(event.status) && !wasRunning) begun.set(event.logicalId, event.at);
    latest.set(event.logicalId, event);
  }
  const running = [...latest.values()].filter(({ status }) => !isTerminal(status));
  // Both instants come from AWS's clock, so that a skewed one here does no harm.
  const newest = Math.max(...events.map(event => event.at));
  const quiet = at.now - at.lastNews;
  return {
    elapsed: at.now - at.started,
    quiet,
    running: running.map(({ logicalId, type }) => ({
      type,
      elapsed: newest - (begun.get(logicalId) ?? newest) + quiet,
    })),
    waiting: Math.max(expected - latest.size, 0),
  };
}
