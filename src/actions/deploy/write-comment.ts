import { createHash } from 'node:crypto';
import type { Conversation } from '../../github/conversation.ts';
import { type Mark, markerOf } from '../../github/marker.ts';
import { type EventPullRequest, isOfCommit, pullRequestIn, pullRequestOfCommit } from '../../github/pull-request.ts';
import { keepComment } from '../../github/sticky-comment.ts';
import { Trouble } from '../../github/trouble.ts';
import { inertProse } from '../../report/inert.ts';
import { type Preview, previewComment } from '../../report/preview-comment.ts';
import { withoutSecrets } from '../../report/without-secrets.ts';
import { systemClock } from '../../runner/clock.ts';
import { type Fault, messageOf, renderFault } from '../../runner/fault.ts';
import type { Job } from '../../runner/host.ts';
import { regionOf } from '../session-for.ts';
import type { CommentContext, CommentInputs, Seen } from './with-comment.ts';

/**
 * Writes or updates the comment on the job's pull request. Never throws and never fails the run: where it cannot be, the log and the
 * job summary say why.
 *
 * @param faults with what the run failed; empty when it did not
 */
export async function writeComment(
  inputs: CommentInputs,
  context: CommentContext,
  seen: Seen,
  faults: readonly Fault[],
): Promise<void> {
  const { host, signal, writeSummary } = context;
  try {
    const told = await tryToWrite(inputs, context, seen, faults);
    if ('done' in told) return host.line(told.done);
    host.line(`No comment on a pull request: ${told.skipped}.`);
    await writeSummary(note('NOTE', `No comment on a pull request: ${told.skipped}.`));
  } catch (error) {
    if (signal.aborted) return host.line('The comment on the pull request stays as it is: the run was cancelled.');
    const fault = faultOf(error);
    host.annotate('warning', renderFault(fault), { title: 'Comment' });
    await writeSummary(note('WARNING', renderFault(fault)));
  }
}

function note(kind: 'NOTE' | 'WARNING', text: string): string {
  return `> [!${kind}]\n> ${inertProse(text)}\n`;
}

type Told = { done: string } | { skipped: string };

async function tryToWrite(
  inputs: CommentInputs,
  { host, redact, signal }: CommentContext,
  seen: Seen,
  faults: readonly Fault[],
): Promise<Told> {
  const token = inputs['github-token'];
  const job = host.job();
  if (!job) return { skipped: 'this is no job of GitHub Actions' };
  const known = pullRequestIn(job);
  if (!known && !isOfCommit(job)) return { skipped: `event \`${job.eventName}\` is about none` };
  if (!token) return { skipped: 'input `github-token` is empty' };

  // Runs without a comment do not pay for loading it.
  const { conversationWith } = await import('../../github/conversation.github.ts');
  const conversation = conversationWith(job, token, { signal, now: systemClock.now });
  try {
    const pullRequest = known ?? (await pullRequestOf(job, inputs['dry-run'], conversation));
    if (!pullRequest)
      return {
        skipped: `commit \`${job.sha.slice(0, 7)}\` belongs to none that ${inputs['dry-run'] ? 'is open' : 'is open or that it merged'}`,
      };
    const mark = { key: keyOf(inputs), run: job.runId, attempt: job.runAttempt };
    const body = previewComment(
      markerOf(mark),
      withoutSecrets(previewOf(inputs, seen, faults, job, pullRequest), redact),
    );
    const patience = { clock: systemClock, random: Math.random, signal };
    const { how, page, remark } = await keepComment(pullRequest.number, mark, body, conversation, patience);
    const ended = {
      written: 'written',
      updated: 'updated',
      outdone: 'left as it is, since a newer run has written it',
    }[how];
    return { done: `Comment on pull request ${pullRequest.number} ${ended}: ${page}${remark ? ` (${remark})` : ''}` };
  } catch (error) {
    if (error instanceof Trouble && error.kind === 'refused' && known?.mayOnlyRead)
      return { skipped: `GitHub lets jobs of pull requests from forks and of dependabot only read (${error.message})` };
    throw error;
  }
}

async function pullRequestOf(
  { sha }: Job,
  dryRun: boolean,
  conversation: Conversation,
): Promise<EventPullRequest | undefined> {
  const number = pullRequestOfCommit(sha, await conversation.pullRequestsOf(sha), dryRun);
  return number === undefined ? undefined : { number, head: sha, mayOnlyRead: false };
}

/**
 * What the comment is about. Prefix and region tell environments apart; where several steps have these in common, so do the account
 * of the role and the stacks that are chosen.
 */
function keyOf(inputs: CommentInputs): Mark['key'] {
  const more = [accountOf(inputs), inputs['stacks-file'], inputs.only.toSorted().join()].map(part => part ?? '');
  const hash = createHash('sha256').update(JSON.stringify(more)).digest('hex').slice(0, 8);
  return [inputs['stack-prefix'], regionOf(inputs), ...(more.some(part => part !== '') ? [hash] : [])].join(' ');
}

function accountOf(inputs: CommentInputs): string | undefined {
  return /^arn:[\w-]+:iam::(\d{12}):/.exec(inputs['role-to-assume'] ?? '')?.[1];
}

function previewOf(
  inputs: CommentInputs,
  { run, reachability = [] }: Seen,
  faults: readonly Fault[],
  { serverUrl, repository, runId, runAttempt, sha }: Job,
  { head = sha }: EventPullRequest,
): Preview {
  return {
    prefix: inputs['stack-prefix'],
    region: regionOf(inputs),
    account: accountOf(inputs)?.slice(-4),
    dryRun: inputs['dry-run'],
    run,
    reachability,
    faults,
    commit: head,
    page: `${serverUrl}/${repository}/actions/runs/${runId}${runAttempt > 1 ? `/attempts/${runAttempt}` : ''}`,
    at: systemClock.now(),
  };
}

function faultOf(error: unknown): Fault {
  const what = 'The comment on the pull request could not be written; the run itself is not touched by it';
  const isRefused = error instanceof Trouble && (error.kind === 'refused' || error.kind === 'gone');
  const fix = isRefused
    ? 'Give the job `permissions: pull-requests: write`, or a token that may write in input `github-token`'
    : 'Run the job again later; the job summary has what the comment would tell';
  return { what, seen: messageOf(error), fix };
}
