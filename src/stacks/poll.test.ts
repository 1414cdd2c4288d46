import { expect, it } from 'vitest';
import { pollDelay, type Watch } from './poll.ts';

const watch = (overrides: Partial<Watch>): Watch => ({
  elapsed: 20_000,
  quiet: 20_000,
  running: [{ type: 'AWS::SNS::Topic', elapsed: 20_000 }],
  waiting: 0,
  looks: 40,
  ...overrides,
});
const delay = (overrides: Partial<Watch>) => Math.round(pollDelay(watch(overrides), 0.5));
const loadBalancer = (elapsed: number) => [{ type: 'AWS::ElasticLoadBalancingV2::LoadBalancer', elapsed }];

it.each<[string, Partial<Watch>, number]>([
  ['at once after the begin', { elapsed: 0, quiet: 0 }, 150],
  ['soon after an event', { quiet: 0 }, 500],
  ['at an eighth of the quiet time', { quiet: 4800 }, 600],
  ['within a second when the end may be near', {}, 700],
  ['within a second when all resources are done', { running: [] }, 700],
  ['relaxed while much is left', { waiting: 10, quiet: 0 }, 2000],
  ['idle while a slow resource cannot be done yet', { quiet: 200_000, running: loadBalancer(30_000) }, 12_000],
  ['attentive again once it may be', { running: loadBalancer(61_000) }, 700],
  ['idle while much is left of a long operation', { elapsed: 100_000, quiet: 0, waiting: 1 }, 12_000],
  ['at a twelfth of the time that a long operation has taken', { elapsed: 60_000, looks: 50 }, 5000],
  ['more often when looks were saved', { elapsed: 300_000, looks: 28 }, 5000],
  ['more rarely when they were spent', { elapsed: 300_000, looks: 88 }, 11_000],
  ['as often as a look is left for each bit of ten minutes', { elapsed: 590_000, looks: 78 }, 1000],
  ['every eleven seconds in the end', { elapsed: 36_000_000, quiet: 36_000_000, looks: 2000 }, 11_000],
])('looks %s', (_, overrides, expected) => {
  expect(delay(overrides)).toBe(expected);
});

it('spreads looks by a fifth either way', () => {
  expect([0, 1].map(random => Math.round(pollDelay(watch({}), random)))).toEqual([560, 840]);
});
