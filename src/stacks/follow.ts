import { TransientError } from '../aws/transient-error.ts';
import { orAbort } from '../runner/cancellation.ts';
import type { Clock } from '../runner/clock.ts';
import type { CloudFormation, StackEvent } from './cloudformation.ts';
import { pollDelay, type Watch } from './poll.ts';

/** An operation on a stack: one that this run started, or one that it found under way. */
export interface Operation {
  /** The stack's ARN. */
  stackId: string;
  /** The ClientRequestToken that it was started with; `undefined`: whatever operation comes last in the stack's history. */
  token: string | undefined;
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

/** So long an operation shows no event of its own before the stack itself is asked; then twice as long, and so on. */
const FIRST_DOUBT = 3000;
/** So long it must be silent before a stack at rest is believed to be at its end: what is read may be a moment before its begin. */
const SILENCE = 20_000;

type Reads = Pick<CloudFormation, 'events' | 'describe'>;

/**
 * Watches an operation until the stack's own event says how it ended. One kind of call is made, and each event is told once.
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
  const history = { known: new Set<string>(), hasBegun: false };
  const doubt = { next: started + FIRST_DOUBT, status: '' };
  let lastNews = started;
  let failures = 0;
  for (let looks = 1; ; looks += 1) {
    signal.throwIfAborted();
    try {
      const fresh = await orAbort(readNew(cloudFormation, operation, history), signal);
      for (const event of fresh) {
        seen.set(event.id, event);
        options.onEvent?.(event);
      }
      if (fresh.length > 0) lastNews = clock.now();
      const end = fresh.find(isEnd);
      if (end) return { status: end.status, events: [...seen.values()] };
      if (seen.size === 0 && clock.now() >= doubt.next) {
        const status = await orAbort(restingStatus(cloudFormation, operation), signal);
        const silence = clock.now() - started;
        // What is gone stays gone. Any other state may be an old one, unless it lasts.
        const isCertain = status === 'DELETE_COMPLETE' || (silence > SILENCE && status === doubt.status);
        if (status && isCertain) return { status, events: [] };
        Object.assign(doubt, { next: clock.now() + Math.min(silence, SILENCE), status });
      }
      failures = 0;
    } catch (error) {
      if (!(error instanceof TransientError)) throw error;
      failures += 1;
    }
    const watch = watchOf([...seen.values()], operation, { now: clock.now(), started, lastNews, looks });
    const pause = failures === 0 ? pollDelay(watch, random()) : pauseAfter(failures, random());
    await clock.sleep(pause, signal);
  }
}

/** Full jitter, up to a limit that doubles to about twenty seconds: what failed for many runs is not asked for by all at once. */
function pauseAfter(failures: number, random: number): number {
  return 150 + 300 * 2 ** Math.min(failures, 6) * random;
}

/** What is known of a stack's history. */
interface History {
  /** Ids of all events that were read, also of those of earlier operations. */
  known: Set<string>;
  /** Something of the operation was seen. */
  hasBegun: boolean;
}

/** So often an address is tried at which nothing has ever answered. */
const FIRST_CONTACT = 3;

/**
 * Makes a read again, ever more slowly, until it is answered: a passing failure of a look decides nothing.
 *
 * @throws TransientError where nothing has ever answered: that address is likely to be a wrong one
 */
export async function untilAnswered<T>(
  read: () => Promise<T>,
  { clock, signal, random }: Omit<FollowOptions, 'onEvent'>,
): Promise<T> {
  for (let failures = 1; ; failures += 1) {
    try {
      return await orAbort(read(), signal);
    } catch (error) {
      if (!(error instanceof TransientError)) throw error;
      if (error.isFirstContact && failures >= FIRST_CONTACT) throw error;
    }
    await clock.sleep(pauseAfter(failures, random()), signal);
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
 * Sends a request that begins an operation. When its answer is lost, or a cancellation does not wait for it, the operation may
 * have begun: what is seen of the stack decides.
 */
export async function sendWrite(
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
 * Reads pages, newest first, until one has something that was read before or, at first, until the end of an earlier operation.
 * A page is always used whole: an event may turn up late, behind one that was seen already, or on two pages. When a page is
 * lost, nothing counts as read, and the next look reads all of it again.
 *
 * @returns what is new of the operation, oldest first
 */
async function readNew(cloudFormation: Reads, operation: Operation, history: History): Promise<StackEvent[]> {
  const read = new Map<string, StackEvent>();
  let page: string | undefined;
  for (;;) {
    const { events, nextPage } = await cloudFormation.events(operation.stackId, page);
    const before = read.size;
    for (const event of events) read.set(event.id, event);
    const isOver = events.some(event => history.known.has(event.id) || isEarlierEnd(event, operation, history));
    // A page that brings nothing leads nowhere.
    if (isOver || nextPage === undefined || read.size === before) break;
    page = nextPage;
  }
  const oldestFirst = [...read.values()].reverse();
  const fresh = ofOperation(oldestFirst, operation, history).filter(({ id }) => !history.known.has(id));
  for (const { id } of oldestFirst) history.known.add(id);
  if (fresh.length > 0) history.hasBegun = true;
  return fresh;
}

function isEarlierEnd(event: StackEvent, { token }: Operation, { hasBegun }: History): boolean {
  return !hasBegun && (token === undefined || event.token !== token) && isEnd(event);
}

/**
 * Which events belong to an operation. What is newer than its first event came after its begin: an end with a foreign token
 * is its end too, unless it is a success. To an operation without a token belongs what came after the last end, or that end
 * when nothing did.
 *
 * @param events oldest first
 */
function ofOperation(events: readonly StackEvent[], { token }: Operation, { hasBegun }: History): StackEvent[] {
  if (token === undefined) {
    if (hasBegun) return [...events];
    const lastEnd = events.findLastIndex(isEnd);
    return lastEnd < events.length - 1 ? events.slice(lastEnd + 1) : events.slice(-1);
  }
  const first = events.findIndex(event => event.token === token);
  if (first < 0 && !hasBegun) return [];
  return events.slice(Math.max(first, 0)).filter(event => event.token === token || isForeignEnd(event));
}

/**
 * Whether an event of somebody else's ends what goes on: a rollback or a deletion. A success with another token is that of an
 * earlier operation, which may stand among the first events of a later one when both are of the same moment.
 */
function isForeignEnd(event: StackEvent): boolean {
  return isEnd(event) && /^DELETE_|ROLLBACK_|_FAILED$/.test(event.status);
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

/** Whether an event ends an operation on the stack. */
function isEnd(event: StackEvent): boolean {
  return isOwnEvent(event) && isTerminal(event.status);
}

function watchOf(
  events: readonly StackEvent[],
  { expected }: Operation,
  at: { now: number; started: number; lastNews: number; looks: number },
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
    looks: at.looks,
  };
}
