import { expect, it } from 'vitest';
import { measuredArrivals, type Sighting } from './arrivals.ts';
import { answered } from './fixtures.ts';

/** Answered and seen at so many milliseconds. */
function seen(end: number, at: number): Sighting {
  return { sent: answered('', { startedAt: end - 5 }), at };
}

it('takes what a later look has found for as late as that', () => {
  expect(measuredArrivals([seen(0, 70_000), seen(60_000, 65_000)], 60_100)).toEqual([70_000, 5000]);
});

it('does not take a minute of traffic for a minute of waiting', () => {
  expect(measuredArrivals([seen(0, 60_100), seen(30_000, 60_100), seen(59_900, 60_100)], 60_100)).toEqual([200]);
});

it('tells what it can where nothing was measured finely', () => {
  expect(measuredArrivals([seen(0, 5000)], 5000)).toEqual([5000]);
  expect(measuredArrivals([], 0)).toEqual([]);
});
