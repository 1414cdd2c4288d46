import { TransientError } from '../aws/transient-error.ts';
import type { Clock } from '../runner/clock.ts';
import { renderFault, UserFault } from '../runner/fault.ts';
import type { ChangeSetRequest, ResourceChange } from './cloudformation.ts';
import type { Engine } from './engine.ts';
import { type Operation, untilAnswered } from './follow.ts';

/** Reasons with which CloudFormation fails a change set that would change nothing. */
const NO_CHANGES = /didn't contain changes|No updates are to be performed/;

/** So long a change set that is still being made is waited for, to be deleted: a cancelled job has ten seconds in all. */
const PATIENCE = 5000;

/** What CloudFormation made of a change set. */
export interface Prepared {
  /** The stack's ARN. */
  stackId: string;
  /** Empty when nothing would change. */
  changes: readonly ResourceChange[];
}

/** A change set to make. */
export interface Change {
  request: ChangeSetRequest;
  /** CloudFormation makes an empty stack to hold the change set; when that did not stand before, it goes with it. */
  makesStack: boolean;
}

/**
 * Works out what would change, and leaves nothing behind.
 *
 * @throws UserFault when CloudFormation refuses the change; the signal's reason when that aborts first
 */
export async function previewChange(change: Change, engine: Engine): Promise<Prepared> {
  const { stackId, changes } = await prepare(change, engine);
  await discard(change, engine);
  return { stackId, changes };
}

/**
 * Works out what would change and starts it. Whatever keeps a change set from execution, it does not stay behind.
 *
 * @returns no operation when nothing would change
 * @throws as `previewChange`
 */
export async function startChange(change: Change, engine: Engine): Promise<Prepared & { operation?: Operation }> {
  const { id, stackId, changes } = await prepare(change, engine);
  const token = change.request.name;
  try {
    engine.signal.throwIfAborted();
    if (changes.length > 0) await execute(id, token, engine);
  } catch (error) {
    await discard(change, engine);
    throw error;
  }
  if (changes.length > 0) return { stackId, changes, operation: { stackId, token, expected: changes.length } };
  await discard(change, engine);
  return { stackId, changes };
}

async function prepare(change: Change, engine: Engine): Promise<Prepared & { id: string }> {
  const { request } = change;
  engine.signal.throwIfAborted();
  try {
    const { id, stackId } = await engine.cloudFormation.createChangeSet(request);
    return { id, stackId, changes: await awaitChanges(id, request.stackName, engine) };
  } catch (error) {
    // An answer that was lost may have left one too.
    await discard(change, engine);
    throw error;
  }
}

/** The changes of a change set, when CloudFormation has worked them out. */
async function awaitChanges(id: string, stackName: string, engine: Engine): Promise<readonly ResourceChange[]> {
  const { clock, signal, cloudFormation } = engine;
  // It takes seconds at AWS and next to nothing on a local one: the pause grows by half, from 0.1 s to 2 s.
  for (let pause = 100; ; pause = Math.min(pause * 1.5, 2000)) {
    const changeSet = await untilAnswered(() => cloudFormation.describeChangeSet(id), engine);
    if (changeSet?.status === 'CREATE_COMPLETE') return changeSet.changes;
    if (changeSet === undefined || changeSet.status === 'FAILED') {
      const reason = changeSet
        ? (changeSet.statusReason ?? 'CloudFormation gave no reason')
        : 'its change set is gone: does another run work on the same stack?';
      if (NO_CHANGES.test(reason)) return [];
      const fix = 'Mend the template or the parameters and run again';
      throw new UserFault({ what: `CloudFormation refused the changes to stack \`${stackName}\``, seen: reason, fix });
    }
    await clock.sleep(pause, signal);
  }
}

async function execute(id: string, token: string, engine: Engine): Promise<void> {
  try {
    await engine.cloudFormation.executeChangeSet(id, token);
  } catch (error) {
    // The answer may be lost, and the request not: the change set itself tells.
    if (!(error instanceof TransientError)) throw error;
    const changeSet = await untilAnswered(() => engine.cloudFormation.describeChangeSet(id), engine);
    if (changeSet?.executionStatus === 'AVAILABLE') throw error;
  }
}

/**
 * Deletes a change set that was not executed, and the empty stack that was made to hold it. A failure to do so is told as a
 * warning, so that it never hides why the change was given up.
 */
async function discard({ request, makesStack }: Change, engine: Engine): Promise<void> {
  const { cloudFormation, clock } = engine;
  const { stackName, name } = request;
  try {
    const deadline = clock.now() + PATIENCE;
    while ((await cloudFormation.deleteChangeSet(stackName, name)) === 'busy' && clock.now() < deadline) {
      await clock.sleep(250);
    }
    // Only a stack that is still empty may go, and not while another run has a change set for it.
    const stack = makesStack ? await cloudFormation.describe(stackName) : undefined;
    if (stack?.status !== 'REVIEW_IN_PROGRESS' || (await cloudFormation.hasChangeSets(stack.id))) return;
    await cloudFormation.deleteStack(stack.id, `${name}-discard`);
  } catch (error) {
    if (!(error instanceof UserFault)) throw error;
    const command = `aws cloudformation delete-change-set --stack-name ${stackName} --change-set-name ${name}`;
    const reasons = error.faults.map(renderFault).join(' ');
    engine.observer.warning(`Change set ${name} of ${stackName} could not be deleted (${command}). ${reasons}`);
  }
}

/**
 * A name that no other run uses, so that leftovers never stand in the way. It doubles as the token of the request and of
 * the execution.
 */
export function uniqueName(clock: Clock, random: () => number): string {
  const time = new Date(clock.now()).toISOString().replaceAll(/[-:]|\..*/g, '');
  return `zap-obs-${time}-${Math.floor(random() * 2 ** 32)
    .toString(16)
    .padStart(8, '0')}`;
}
