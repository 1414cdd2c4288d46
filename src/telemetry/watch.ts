import { TransientError } from '../aws/transient-error.ts';
import { orAbort } from '../runner/cancellation.ts';
import type { Clock } from '../runner/clock.ts';
import { type Fault, UserFault } from '../runner/fault.ts';
import type { Finding } from './finding.ts';

export interface WatchOptions {
  signal: AbortSignal;
  clock: Clock;
  /** So long what is expected may take to arrive, in milliseconds. */
  patience: number;
  /** Ends the waiting when nothing more can come, such as when the collector has ended; one more look is taken. */
  enough?: AbortSignal;
  /** Who is asked, for the message when no answer comes. */
  asked?: string;
  /** In [0, 1): keeps runs apart that started together. */
  random?: () => number;
}

/** How a watch ended. */
export interface Watched {
  /** Of the last look that was answered; those of the beginning when none was. */
  findings: Finding[];
  /** When everything was found. */
  completeAt?: number;
  looks: number;
  /** Why the last look was not answered. */
  fault?: Fault;
}

const SOONEST = 100;
const RELAXED = 800;
/** A backend that throttles is asked less and less often. */
const LONGEST = 6000;
/** A look that has begun may take so long beyond the patience. */
const GRACE = 2000;
/** The last one may ask for a thousand traces. */
const LAST_GRACE = 10_000;

/**
 * How long to wait before the next look, in milliseconds: an eighth of the time since something new was found, so that what
 * arrives together is found together, and what takes minutes is not asked for all the time. Never so long that the end
 * of a run is noticed more than a second late.
 *
 * @param quiet since the last news
 * @param throttled how many looks in a row were throttled
 */
export function lookDelay(quiet: number, throttled: number, random: number): number {
  const wanted = Math.min(Math.max(quiet / 8, SOONEST), RELAXED);
  const pause = throttled > 0 ? Math.min(Math.max(wanted, 500) * 2 ** throttled, LONGEST) : wanted;
  return pause * (0.8 + 0.4 * random);
}

const SHORTEST_SILENCE = 30_000;

/**
 * After what silence nothing more is waited for, in milliseconds: once something has come, the rest has been lost on the way
 * when it takes four times as long again.
 *
 * @param arrival from the beginning to the last news
 */
export function longestSilence(arrival: number): number {
  return Math.max(4 * arrival, SHORTEST_SILENCE);
}

/**
 * Looks again and again until everything is found or patience is over. The first look is taken at once, the last one when
 * patience ends, or when nothing that is open can be found any more; a long silence after the first news ends it too. A look that fails for a passing reason decides nothing;
 * any other ends the watch.
 *
 * @param blank what is to be found, as long as nothing is known of it
 * @throws the signal's reason when that aborts
 */
export async function watch(
  blank: readonly Finding[],
  look: (isLast: boolean) => Promise<Finding[]>,
  { signal, clock, patience, enough, asked = 'The backend', random = Math.random }: WatchOptions,
): Promise<Watched> {
  const began = clock.now();
  const deadline = began + patience;
  let hasNews = false;
  let state: string | undefined;
  let findings = [...blank];
  let fault: Fault | undefined;
  let lastNews = clock.now();
  let throttled = 0;
  for (let looks = 1; ; looks += 1) {
    signal.throwIfAborted();
    const isSilent = hasNews && clock.now() - lastNews >= longestSilence(lastNews - began);
    const isLast = isSilent || clock.now() >= deadline || enough?.aborted === true;
    try {
      const limit = Math.max(deadline - clock.now(), isLast ? LAST_GRACE : GRACE);
      const found = await within(() => look(isLast), limit, clock, signal, asked);
      if (state === undefined ? found.some(({ passed }) => passed) : state !== stateOf(found)) {
        lastNews = clock.now();
        hasNews = true;
      }
      state = stateOf(found);
      findings = found;
      fault = undefined;
      throttled = 0;
      if (open(found) === 0) return { findings, completeAt: clock.now(), looks };
      if (found.every(({ passed, isFinal }) => passed || isFinal)) return { findings, looks };
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof UserFault)) throw error;
      fault = error.faults[0];
      if (!(error instanceof TransientError)) return { findings, looks, ...(fault && { fault }) };
      throttled = error.isThrottled ? throttled + 1 : 0;
    }
    if (isLast) return { findings, looks, ...(fault && { fault }) };
    const pause = lookDelay(clock.now() - lastNews, throttled, random());
    await pauseFor(Math.max(Math.min(pause, deadline - clock.now()), 0), clock, signal, enough);
  }
}

async function pauseFor(ms: number, clock: Clock, signal: AbortSignal, enough: AbortSignal | undefined): Promise<void> {
  try {
    await clock.sleep(ms, enough ? AbortSignal.any([signal, enough]) : signal);
  } catch (error) {
    if (signal.aborted || !enough?.aborted) throw error;
  }
}

/** Whatever a look tells anew counts as news, such as 15 traces instead of 12. */
function stateOf(findings: readonly Finding[]): string {
  return findings.map(({ passed, seen = '' }) => `${passed} ${seen}`).join('\n');
}

function open(findings: readonly Finding[]): number {
  return findings.filter(({ passed }) => !passed).length;
}

/** A look that never ends must not keep a run from ending. */
async function within<T>(
  look: () => Promise<T>,
  ms: number,
  clock: Clock,
  signal: AbortSignal,
  asked: string,
): Promise<T> {
  const stop = new AbortController();
  const limit = async (): Promise<never> => {
    await clock.sleep(ms, AbortSignal.any([signal, stop.signal]));
    const fix = 'Check the network, its address and that it runs; this may pass by itself: run again';
    throw new TransientError({
      what: `${asked} does not answer`,
      seen: `no answer in ${Math.round(ms / 1000)} s`,
      fix,
    });
  };
  try {
    return await orAbort(Promise.race([look(), limit()]), signal);
  } finally {
    stop.abort();
  }
}
