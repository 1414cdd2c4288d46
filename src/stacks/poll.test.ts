import { expect, it } from 'vitest';
import { pollDelay, type Watch } from './poll.ts';

const watch = (overrides: Partial<Watch>): Watch => ({
  elapsed: 20_000,
  quiet: 20_000,
  running: [{ type: 'AWS::SNS::Topic', elapsed: 20_000 }],
  waiting: 0,
  ...overrides,
});
const delay = (overrides: Partial<Watch>) => Math.round(pollDelay(watch(overrides), 0.5));

it.each<[string, Partial<Watch>, number]>([
  ['soon after an event', { quiet: 0 }, 150],
  ['at an eighth of the quiet time', { quiet: 4000 }, 500],
  ['within a second when the end may be near', {}, 800],
  ['within a second when all resources are done', { running: [] }, 800],
  ['relaxed while much is left', { waiting: 10 }, 2000],
  [
    'idle while a slow resource cannot be done yet',
    { quiet: 40_000, running: [{ type: 'AWS::ElasticLoadBalancingV2::LoadBalancer', elapsed: 30_000 }] },
    5000,
  ],
  [
    'attentive again once it may be',
    { running: [{ type: 'AWS::ElasticLoadBalancingV2::LoadBalancer', elapsed: 61_000 }] },
    800,
  ],
  ['a little less closely after twenty minutes', { elapsed: 1_200_000 }, 2400],
  ['never more slowly than every five seconds', { elapsed: 36_000_000, quiet: 36_000_000 }, 5000],
])('looks %s', (_, overrides, expected) => {
  expect(delay(overrides)).toBe(expected);
});

it('spreads looks by a fifth either way', () => {
  expect([0, 1].map(random => Math.round(pollDelay(watch({}), random)))).toEqual([640, 960]);
});
