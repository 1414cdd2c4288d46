import { expect, it } from 'vitest';
import { increaseOf, type Point, restartsOf, spacingOf } from './increase.ts';

const points = (...values: number[]): Point[] => values.map((value, index) => ({ at: index + 1, value }));
const base = (value: number): Point => ({ at: 0, value });

it.each([
  ['rises', base(5), [7, 9], 4],
  ['stays', base(5), [5, 5], 0],
  ['was not there before', undefined, [3, 4], 4],
  ['begins anew', base(5), [6, 2, 3], 4],
  ['begins anew twice', base(5), [1, 4, 2], 6],
  ['begins anew at 0', base(5), [0, 2], 2],
  ['begins anew at once', base(5), [4], 4],
  ['has come no further', base(5), [], 0],
])('a series that %s', (_, before, values, rise) => {
  expect(increaseOf(before, points(...values))).toBe(rise);
});

it('knows a restart that only another series shows', () => {
  const restarts = restartsOf(base(100), points(100, 3));
  expect(restarts).toEqual([{ after: 1, until: 2 }]);
  // 3, then 4 of the old process; 7 of the new one.
  expect(increaseOf(base(3), points(4, 7), restarts)).toBe(8);
  // It was not there at the time, so that all of its values are of the new process, or of the old one.
  expect(increaseOf(undefined, points(4, 7).slice(1), restarts)).toBe(7);
  expect(increaseOf(base(3), points(4), restarts)).toBe(1);
});

it('takes the usual time between samples, not the mean', () => {
  const at = (...times: number[]) => times.map(time => ({ at: time, value: 1 }));
  expect(spacingOf(at(0, 10, 20, 900, 910))).toBe(10);
  expect(spacingOf(at(5))).toBeUndefined();
  expect(spacingOf([])).toBeUndefined();
});
