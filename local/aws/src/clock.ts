import { setImmediate as nextTurn, setTimeout as timeout } from 'node:timers/promises';

/** Where the local AWS takes its time from; tests pass their own. */
export interface Clock {
  now(): Date;
  /** Waits this many real seconds, at least one turn of the event loop; rejects with the signal's reason when it aborts. */
  sleep(seconds: number, signal: AbortSignal): Promise<void>;
}

/** The clock of the machine. Its timers keep no process alive: the listening socket does. */
export const systemClock: Clock = {
  now: () => new Date(),
  async sleep(seconds, signal) {
    try {
      if (seconds > 0) await timeout(seconds * 1000, undefined, { signal, ref: false });
      else await nextTurn();
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    }
    signal.throwIfAborted();
  },
};
