import { expect, it } from 'vitest';
import { aims } from './aims.ts';
import type { Entry, Figures, Growth, Lap } from './figures.ts';

const lap = (...beyondByStack: number[]): Lap => {
  const beyond = beyondByStack.reduce((total, value) => total + value);
  return { wall: beyond, aws: 0, beyond, beyondByStack, calls: {} };
};
const entry = (name: string, ...beyondByStack: number[]): Entry => ({ name, how: '', runs: [lap(...beyondByStack)] });
const chain = (stacks: number, wall: number): Growth => ({
  stacks,
  resources: 3,
  wall,
  beyond: 0,
  reads: 0,
  writes: 0,
});
const figures = (more: Partial<Figures>): Figures => ({
  date: '2026-01-01',
  machine: { system: '', cores: 1, memory: 1, node: '', load: 0 },
  ...more,
});
const verdicts = (more: Partial<Figures>) => aims(figures(more)).map(({ measured, isMet }) => [measured, isMet]);

it('holds the waiting for a stack to the aims, and compares with the AWS CLI and with the best of the others', () => {
  const entries = [
    entry('zap-obs', 400, 500, 1100),
    entry('AWS CLI', 20_000),
    entry('rain', 5000),
    { name: 'AWS CDK', how: '' },
  ];
  expect(verdicts({ race: { pace: 1, repeats: 1, entries } })).toEqual([
    [0.5, true],
    [1.1, false],
    [10, true],
    [2.5, false],
  ]);
});

it('holds reads to their number, and growth to a straight line', () => {
  const tenMinutes = [
    { what: 'a', reads: 120, late: 0 },
    { what: 'b', reads: 121, late: 0 },
  ];
  expect(verdicts({ tenMinutes })).toEqual([
    [120, true],
    [121, false],
  ]);
  expect(verdicts({ growth: [chain(3, 300), chain(50, 5000), chain(1, 9)] })).toEqual([[1, true]]);
  expect(verdicts({ growth: [chain(3, 300), chain(50, 10_000)] })).toEqual([[2, false]]);
});

it('says nothing of what was not measured', () => {
  expect(aims(figures({}))).toEqual([]);
});
