import type { Clock } from '../runner/clock.ts';

/** Time that passes only when somebody sleeps, at once; `slept` has each pause in whole milliseconds. */
export function countingClock(): Clock & { slept: number[] } {
  let now = 1_000_000;
  const slept: number[] = [];
  return {
    slept,
    now: () => now,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      slept.push(Math.round(ms));
      now += ms;
    },
  };
}
