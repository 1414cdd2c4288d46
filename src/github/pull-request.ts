import * as v from 'valibot';
import type { Job } from '../runner/host.ts';
import type { PullRequest } from './conversation.ts';

/** Of GitHub's payloads only what is used here. https://docs.github.com/webhooks/webhook-events-and-payloads */
const number = v.pipe(v.number(), v.integer(), v.minValue(1));
const onPullRequest = v.object({
  pull_request: v.object({
    number,
    head: v.object({ sha: v.string(), repo: v.nullish(v.object({ full_name: v.string() })) }),
    user: v.nullish(v.object({ login: v.string() })),
  }),
});
const onComment = v.object({ issue: v.object({ number, pull_request: v.object({}) }) });

/** What a job's event tells of its pull request. */
export interface EventPullRequest {
  number: number;
  /** The commit at its end, where the event says so: what is checked out is another, which merges it. */
  head?: string | undefined;
  /** GitHub gives its jobs a token that only reads: https://docs.github.com/actions/concepts/security/github_token */
  mayOnlyRead: boolean;
}

/** The pull request that an event is about; `undefined` when it is about none. */
export function pullRequestIn({ event, repository }: Pick<Job, 'event' | 'repository'>): EventPullRequest | undefined {
  if (v.is(onPullRequest, event)) {
    const { number, head, user } = event.pull_request;
    const mayOnlyRead = head.repo?.full_name !== repository || user?.login === 'dependabot[bot]';
    return { number, head: head.sha, mayOnlyRead };
  }
  return v.is(onComment, event) ? { number: event.issue.number, mayOnlyRead: false } : undefined;
}

/** Events of which a commit is all that is known. That of others, such as `schedule`, was looked at when it came. */
export function isOfCommit({ eventName }: Pick<Job, 'eventName'>): boolean {
  return eventName === 'push';
}

/**
 * The pull request that a pushed commit belongs to: an open one that ends with it, or for a deployment the one that it has merged.
 *
 * @param all those in whose history the commit is
 */
export function pullRequestOfCommit(commit: string, all: readonly PullRequest[], dryRun: boolean): number | undefined {
  const open = all.find(({ isOpen, head }) => isOpen && head === commit);
  const merged = dryRun ? undefined : all.find(one => one.merged === commit);
  return (open ?? merged)?.number;
}
