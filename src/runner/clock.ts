import { setTimeout } from 'node:timers/promises';

/** Time, passed in so that tests need not wait. Instants and spans are in milliseconds; instants since the Unix epoch. */
export interface Clock {
  now(): number;
  /** Resolves after `ms`; rejects with the signal's reason when that aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Beyond this a timer of Node would fire at once; milliseconds. */
const LONGEST = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: Date.now,
  sleep: async (ms, signal) => {
    try {
      let left = ms;
      for (; left > LONGEST; left -= LONGEST) await setTimeout(LONGEST, undefined, { ...(signal && { signal }) });
      await setTimeout(left, undefined, { ...(signal && { signal }) });
    } catch (error) {
      throw signal?.aborted ? signal.reason : error;
    }
  },
};
