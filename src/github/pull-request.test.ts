import { describe, expect, it } from 'vitest';
import type { PullRequest } from './conversation.ts';
import { isOfCommit, pullRequestIn, pullRequestOfCommit } from './pull-request.ts';

const of = (event: unknown) => pullRequestIn({ repository: 'org/shop', event });
const event = (overrides: object = {}) => ({
  pull_request: {
    number: 7,
    head: { sha: 'abc', repo: { full_name: 'org/shop' } },
    user: { login: 'ann' },
    ...overrides,
  },
});

describe('the pull request of an event', () => {
  it('is the one that the event is about', () => {
    expect(of(event())).toEqual({ number: 7, head: 'abc', mayOnlyRead: false });
    expect(of({ issue: { number: 8, pull_request: {} } })).toEqual({ number: 8, mayOnlyRead: false });
  });

  it('has a token that only reads when it comes from a fork, also a deleted one, or from dependabot', () => {
    expect(of(event({ head: { sha: 'abc', repo: { full_name: 'ann/shop' } } }))?.mayOnlyRead).toBe(true);
    expect(of(event({ head: { sha: 'abc', repo: null } }))?.mayOnlyRead).toBe(true);
    expect(of(event({ user: { login: 'dependabot[bot]' } }))?.mayOnlyRead).toBe(true);
  });

  it.each([
    undefined,
    null,
    'push',
    {},
    { issue: { number: 8 } },
    { pull_request: null },
    { pull_request: { number: '7; rm', head: { sha: 'a' } } },
    { pull_request: { number: -1, head: { sha: 'a' } } },
  ])('is none of %j', payload => {
    expect(of(payload)).toBeUndefined();
  });
});

describe('the pull request of a pushed commit', () => {
  const merged: PullRequest = { number: 1, isOpen: false, head: 'x', merged: 'c' };
  const open: PullRequest = { number: 2, isOpen: true, head: 'c', merged: undefined };
  const passed: PullRequest = { number: 3, isOpen: true, head: 'later', merged: undefined };
  const closed: PullRequest = { number: 4, isOpen: false, head: 'c', merged: undefined };

  it('is an open one that ends with it', () => {
    expect(pullRequestOfCommit('c', [passed, closed, merged, open], true)).toBe(2);
    expect(pullRequestOfCommit('c', [passed, closed], true)).toBeUndefined();
  });

  it('is for a deployment also the one that it merged', () => {
    expect(pullRequestOfCommit('c', [closed, merged], false)).toBe(1);
    expect(pullRequestOfCommit('c', [closed, merged], true)).toBeUndefined();
  });

  it('is not looked for where the commit is not what the event brought', () => {
    expect(
      ['push', 'schedule', 'workflow_dispatch', 'pull_request'].map(eventName => isOfCommit({ eventName })),
    ).toEqual([true, false, false, false]);
  });
});
