import type { Work } from '@zap-obs/local-aws';
import { expect, it } from 'vitest';
import { waitingByStack, waitingIn } from './waiting.ts';

const work = (...spans: [number, number][]): Work[] => spans.map(([from, to]) => ({ what: 'operation', from, to }));

it('takes the time in which AWS was at work on any stack from the wall time', () => {
  expect(waitingIn({ from: 0, to: 100 }, [work([10, 15], [16, 40]), work([42, 47], [50, 95])])).toEqual({
    wall: 100,
    aws: 5 + 24 + 5 + 45,
    beyond: 10 + 1 + 2 + 3 + 5,
  });
});

it('counts work on two stacks at once only once, and nothing before or after the run', () => {
  const stacks = [work([-50, 20], [30, 60]), work([10, 40]), work([35, 50]), work([90, 130])];
  expect(waitingIn({ from: 0, to: 100 }, stacks)).toEqual({ wall: 100, aws: 70, beyond: 30 });
});

it('shares the waiting among the stacks of a chain, whatever order AWS lists them in', () => {
  const run = { from: 0, to: 100 };
  const stacks = [work([42, 47], [50, 95]), work([10, 15], [16, 40])];
  const shares = waitingByStack(run, stacks);
  expect(shares).toEqual([10 + 1 + 2, 3 + 5]);
  expect(shares.reduce((sum, share) => sum + share)).toBe(waitingIn(run, stacks).beyond);
});

it('leaves out stacks that nothing was done to', () => {
  expect(waitingByStack({ from: 0, to: 10 }, [[], work([2, 8])])).toEqual([4]);
});
