import type { Clock } from '../runner/clock.ts';
import { Trouble } from './trouble.ts';

export interface Patience {
  clock: Clock;
  /** In [0, 1). */
  random: () => number;
  signal: AbortSignal;
}

const MOST_TRIES = 4;

/** What a comment is worth waiting for, in milliseconds. */
const LONGEST = 90_000;

/**
 * Does work again that GitHub was not able to do. The work is to bear that an earlier try of it was done without an answer.
 *
 * @throws Trouble that is not worth another try, or the last; the signal's reason when that aborts first
 */
export async function patiently<T>(work: () => Promise<T>, { clock, random, signal }: Patience): Promise<T> {
  const deadline = clock.now() + LONGEST;
  for (let tries = 1; ; tries += 1) {
    signal.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      if (!(error instanceof Trouble) || (error.kind !== 'down' && error.kind !== 'later')) throw error;
      // Others wait for the same moment: not all are to ask at once.
      const pause = Math.max(error.wait, 1000 * 2 ** (tries - 1)) + 1000 * random();
      if (tries >= MOST_TRIES || clock.now() + pause > deadline) throw error;
      await clock.sleep(pause, signal);
    }
  }
}
