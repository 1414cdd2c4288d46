import type { Clock } from '../runner/clock.ts';
import { type Fault, renderFault, UserFault } from '../runner/fault.ts';
import { howToRemove, type Remains, removeUnused, UNANSWERED } from './change-set.ts';
import { STATUS_ADVICE } from './classify.ts';
import type { CloudFormation } from './cloudformation.ts';
import { isTerminal, untilAnswered } from './follow.ts';
import type { Unfinished, UnfinishedStack } from './unfinished.ts';

export interface Watcher {
  cloudFormation: CloudFormation;
  clock: Clock;
  signal: AbortSignal;
  /** In [0, 1). */
  random: () => number;
  /** Told of each state as it is seen. */
  onStatus(stackName: string, status: string): void;
}

/** How something that a stopped run had under way has ended. */
export interface End {
  /** The stack's name, or the change set's and its stack's. */
  subject: string;
  /** In words, as a predicate. */
  is: string;
  /** The next step, as an imperative sentence without a closing full stop; absent when all is well. */
  fix?: string | undefined;
}

/**
 * Sees what a stopped run had under way to its end, all at once: stacks until they are at rest, change sets until they are
 * gone. What AWS could not be told then, it is told now.
 *
 * @param patience so long, in milliseconds, stacks are waited for
 */
export async function confirmEnds(
  unfinished: readonly Unfinished[],
  patience: number,
  watcher: Watcher,
): Promise<End[]> {
  const over = new AbortController();
  const { clock, signal } = watcher;
  const timeUp = clock.sleep(patience, AbortSignal.any([signal, over.signal])).catch(() => {});
  void timeUp.then(() => over.abort());
  const limited = { ...watcher, signal: over.signal };
  const ends = await Promise.all(
    unfinished.map(entry => (entry.kind === 'stack' ? endOfStack(entry, limited) : endOfChangeSet(entry, limited))),
  );
  over.abort();
  return ends;
}

async function endOfStack(stack: UnfinishedStack, watcher: Watcher): Promise<End> {
  const { stackName, stackId } = stack;
  const seen: { status?: string } = {};
  const fault = await unlessOver(watcher, async () => {
    if (stack.untold !== undefined) await tell(stack, watcher);
    await watch(stack, seen, watcher);
  });
  if (fault) return { subject: stackName, is: `could not be looked at: ${renderFault(fault)}`, fix: LOOK(stackId) };
  const { status } = seen;
  if (status === undefined) return { subject: stackName, is: 'could not be looked at in time', fix: LOOK(stackId) };
  if (!isTerminal(status)) return { subject: stackName, is: `is still ${status}`, fix: 'Run again once it is at rest' };
  return { subject: stackName, is: ENDS[status] ?? `is ${status}`, fix: STATUS_ADVICE[status] };
}

const LOOK = (id: string) => `Look at it in the console, or: aws cloudformation describe-stacks --stack-name ${id}`;

const ENDS: Readonly<Record<string, string>> = {
  DELETE_COMPLETE: 'is gone',
  CREATE_COMPLETE: 'was created all the same',
  UPDATE_COMPLETE: 'was updated all the same',
  UPDATE_ROLLBACK_COMPLETE: 'is as it was before the update',
  ROLLBACK_COMPLETE: 'could not be created, and nothing of it is left (ROLLBACK_COMPLETE); the next run replaces it',
};

/** Only what is still as the run left it: an update under way, a creation under way. */
async function tell({ stackId, untold }: UnfinishedStack, watcher: Watcher): Promise<void> {
  const { cloudFormation } = watcher;
  const token = `zap-obs-post-${Math.floor(watcher.random() * 2 ** 32).toString(16)}`;
  if (untold === 'update') {
    await untilAnswered(() => cloudFormation.cancelUpdate(stackId, token), watcher);
    return;
  }
  const stack = await untilAnswered(() => cloudFormation.describe(stackId), watcher);
  if (stack?.status !== 'CREATE_IN_PROGRESS') return;
  await untilAnswered(() => cloudFormation.deleteStack(stackId, token), watcher);
}

async function watch({ stackName, stackId }: UnfinishedStack, seen: { status?: string }, watcher: Watcher) {
  const { cloudFormation, clock, signal, random } = watcher;
  for (let pause = 500; ; pause = Math.min(pause * 1.3, 5000)) {
    const status = (await untilAnswered(() => cloudFormation.describe(stackId), watcher))?.status ?? 'DELETE_COMPLETE';
    if (status !== seen.status) watcher.onStatus(stackName, status);
    seen.status = status;
    if (isTerminal(status)) return;
    await clock.sleep(pause * (0.8 + 0.4 * random()), signal);
  }
}

async function endOfChangeSet(changeSet: Unfinished & { kind: 'change-set' }, watcher: Watcher): Promise<End> {
  const { stackName, name } = changeSet;
  const subject = `Change set ${name} of ${stackName}`;
  let remains: Remains | undefined = UNANSWERED;
  const fault = await unlessOver(watcher, async () => {
    remains = await removeUnused(changeSet, watcher);
  });
  if (fault) remains = { left: 'change set', why: renderFault(fault) };
  if (remains === undefined) return { subject, is: 'is gone' };
  if (remains.left === 'empty stack')
    return {
      subject,
      is: `is gone, and its empty stack stays: ${remains.why}`,
      fix: 'Leave it: it costs nothing, the next deployment uses it, and `teardown` removes it',
    };
  return { subject, is: `may be left: ${remains.why}`, fix: `See that ${howToRemove(changeSet)}` };
}

/** @returns the fault that ended the work early, if one did; nothing when its time is over */
async function unlessOver({ signal }: Watcher, work: () => Promise<void>): Promise<Fault | undefined> {
  const over = new Promise<void>(resolve => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  try {
    await Promise.race([work(), over]);
    return undefined;
  } catch (error) {
    if (signal.aborted) return undefined;
    if (error instanceof UserFault) return error.faults[0];
    throw error;
  }
}
