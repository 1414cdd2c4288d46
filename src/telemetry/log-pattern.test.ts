import { expect, it } from 'vitest';
import { PREFIX, traceIds } from './log-fixtures.ts';
import { logPatterns } from './log-pattern.ts';
import { xrayTraceId } from './trace-id.ts';

it('finds the ids of one run, however many, by what they share, in both forms', () => {
  expect(logPatterns(traceIds(1000))).toEqual(['%6b037d30-?0a1b2c3d%']);
  // With the last one that is open, what is there twice of the others is found too.
  expect(logPatterns([`${PREFIX}0123456789abcdef`])).toEqual(['%6b037d30-?0a1b2c3d%']);
});

it('names ids that do not begin alike one by one, in as many patterns as their length allows', () => {
  const ids = Array.from({ length: 40 }, (_, index) => `${index}`.padStart(2, '0').padEnd(32, 'a'));
  const patterns = logPatterns(ids);
  expect(patterns).toHaveLength(4);
  expect(Math.max(...patterns.map(({ length }) => length))).toBeLessThanOrEqual(1024);
  for (const id of ids) for (const form of [id, xrayTraceId(id)]) expect(patterns.join(' ')).toContain(`?"${form}"`);
});

it('asks for nothing when there is nothing to ask for', () => {
  expect(logPatterns([])).toEqual([]);
});
