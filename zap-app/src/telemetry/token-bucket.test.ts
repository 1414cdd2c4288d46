import { expect, it } from 'vitest';
import { tokenBucket } from './token-bucket.ts';

function bucket(perSecond: number) {
  let time = 0;
  const take = tokenBucket(perSecond, () => time);
  return {
    /** How many of so many are granted at once. */
    takes: (count: number) => Array.from({ length: count }, take).filter(Boolean).length,
    passes: (milliseconds: number) => {
      time += milliseconds;
    },
  };
}

it('grants a second’s worth at once, and then as time passes', () => {
  const { takes, passes } = bucket(10);
  expect(takes(100)).toBe(10);
  passes(99);
  expect(takes(1)).toBe(0);
  passes(1);
  expect(takes(5)).toBe(1);
  passes(500);
  expect(takes(100)).toBe(5);
});

it('does not save up more than a second’s worth', () => {
  const { takes, passes } = bucket(10);
  passes(3_600_000);
  expect(takes(100)).toBe(10);
});

it('refusing costs nothing', () => {
  const { takes, passes } = bucket(1);
  expect(takes(1)).toBe(1);
  for (let i = 0; i < 10; i++) {
    expect(takes(3)).toBe(0);
    passes(99);
  }
  passes(11);
  expect(takes(3)).toBe(1);
});

it('grants nothing at 0 a second', () => {
  const { takes, passes } = bucket(0);
  passes(10_000);
  expect(takes(10)).toBe(0);
});
