import type { Change, StackResult } from '../report/result.ts';
import { type Fault, throwIfAny, UserFault } from '../runner/fault.ts';
import { causeOf } from './cause.ts';
import { awaitChangeSet, uniqueName } from './change-set.ts';
import { classify, type Verdict } from './classify.ts';
import type { ChangeSetRequest, CloudFormation, DeployedStack, ParameterValue } from './cloudformation.ts';
import { blankResult, type Engine, recordFailure, type Snapshot, watching } from './engine.ts';
import { type Ended, follow, type Operation, untilAnswered } from './follow.ts';
import type { PlannedStack } from './plan.ts';
import { timelineOf } from './timeline.ts';

/** The values of a stack's parameters, as far as they are known. */
export interface Values {
  known: Readonly<Record<string, ParameterValue>>;
  /** In a dry run: parameters whose value a stack of this run will provide. */
  afterDeploy: readonly string[];
  /** Among those, the ones that no present value can stand in for: without them no change set can be made. */
  missing: readonly string[];
  /** Why the stack cannot be deployed with these values. */
  faults: readonly Fault[];
}

/**
 * Brings one stack to its planned state, or works out what that would change.
 *
 * @returns how it ended; a failure or an interruption is a result, not an exception
 */
export async function deployStack(
  stack: PlannedStack,
  values: Values,
  snapshot: Snapshot,
  engine: Engine,
  dryRun: boolean,
): Promise<StackResult> {
  const started = engine.clock.now();
  const verdict = classify(stack, values.known, snapshot.stack, snapshot.template);
  // Filled as facts become known, so that a failure leaves behind what was known when it came.
  const result: StackResult = {
    ...blankResult(stack),
    id: snapshot.stack?.id,
    action: actionOf(verdict, values),
    outcome: dryRun ? 'planned' : 'done',
    status: snapshot.stack?.status,
    reason: reasonOf(verdict, values),
    knownAfterDeploy: values.afterDeploy,
    outputs: verdict.kind === 'unchanged' ? (snapshot.stack?.outputs ?? {}) : {},
  };
  try {
    throwIfAny([...statusFaults(stack.stackName, verdict), ...(dryRun ? [] : values.faults)]);
    // Beside a stack in ROLLBACK_COMPLETE, or without all values, no change set can be made: the template tells what it can.
    if (dryRun && (verdict.kind === 'recreate' || values.missing.length > 0))
      result.changes = everyResource(stack, verdict);
    else if (verdict.kind !== 'unchanged') {
      if (verdict.kind === 'recreate') await deleteRemains(stack, snapshot.stack, engine, result);
      await applyChangeSet(stack, values.known, snapshot, engine, dryRun, result);
    }
  } catch (error) {
    recordFailure(error, result);
  }
  result.duration = engine.clock.now() - started;
  return result;
}

function actionOf(verdict: Verdict, values: Values): StackResult['action'] {
  // The values it was compared with may be others once the stacks before it are deployed.
  if (verdict.kind === 'unchanged' && values.afterDeploy.length > 0) return 'unknown';
  if (verdict.kind === 'busy' || verdict.kind === 'stuck') return 'unknown';
  return verdict.kind === 'unchanged' ? 'none' : verdict.kind;
}

function reasonOf(verdict: Verdict, values: Values): string | undefined {
  if (verdict.kind === 'unchanged' && values.afterDeploy.length > 0)
    return `known after deploy: ${values.afterDeploy.join(', ')}`;
  if (verdict.kind === 'update') return `changed: ${verdict.because}`;
  return verdict.kind === 'recreate' ? `replaces a stack in ${verdict.status}` : undefined;
}

/** What is wrong with a stack's status, if anything: it can be known before the first write. */
export function statusFaults(stackName: string, verdict: Verdict | undefined): Fault[] {
  if (verdict?.kind === 'busy') {
    return [
      {
        what: `Another operation is going on with stack \`${stackName}\``,
        seen: verdict.status,
        fix: 'Wait for its end, then run again',
      },
    ];
  }
  if (verdict?.kind === 'stuck')
    return [{ what: `Stack \`${stackName}\` cannot be updated as it is`, seen: verdict.status, fix: verdict.advice }];
  return [];
}

async function deleteRemains(
  stack: PlannedStack,
  deployed: DeployedStack | undefined,
  engine: Engine,
  result: StackResult,
): Promise<void> {
  if (!deployed) return;
  engine.signal.throwIfAborted();
  const token = uniqueName(engine.clock, engine.random);
  engine.observer.began(stack, 'delete the remains of', 0);
  await engine.cloudFormation.deleteStack(deployed.id, token, engine.roleArn);
  result.outcome = 'interrupted';
  const { status } = await follow(engine.cloudFormation, { stackId: deployed.id, token, expected: 0 }, engine);
  result.outcome = 'done';
  if (status === 'DELETE_COMPLETE') return;
  const what = `The remains of stack \`${stack.stackName}\` could not be deleted`;
  throw new UserFault({ what, seen: status, fix: 'Run `teardown`, then run again' });
}

async function applyChangeSet(
  stack: PlannedStack,
  parameters: Readonly<Record<string, ParameterValue>>,
  snapshot: Snapshot,
  engine: Engine,
  dryRun: boolean,
  result: StackResult,
): Promise<void> {
  const upload = stack.needsUpload ? await engine.upload(stack.template.text, !dryRun) : undefined;
  const request: ChangeSetRequest = {
    stackName: stack.stackName,
    name: uniqueName(engine.clock, engine.random),
    type: result.action === 'update' ? 'UPDATE' : 'CREATE',
    template: upload ? { url: upload.url } : { body: stack.template.text },
    parameters,
    capabilities: stack.capabilities,
    tags: stack.tags,
    roleArn: engine.roleArn,
  };
  try {
    const operation = await executeChangeSet(request, snapshot, engine, dryRun, result);
    if (!operation) return;
    engine.observer.began(stack, result.action, result.changes.length);
    await conclude(await follow(engine.cloudFormation, operation, watching(stack, engine)), stack, engine, result);
  } finally {
    if (dryRun) await upload?.remove();
  }
}

/**
 * Makes a change set, waits for it and executes it. Whatever keeps it from execution, it does not stay behind.
 *
 * @returns the operation that goes on at AWS, or `undefined` in a dry run and when nothing would change
 */
async function executeChangeSet(
  request: ChangeSetRequest,
  snapshot: Snapshot,
  engine: Engine,
  dryRun: boolean,
  result: StackResult,
): Promise<Operation | undefined> {
  const { cloudFormation } = engine;
  engine.signal.throwIfAborted();
  const created = await cloudFormation.createChangeSet(request);
  result.id = created.stackId;
  let failure: unknown;
  try {
    const prepared = await awaitChangeSet(cloudFormation, created.id, request, engine);
    if (prepared.kind === 'ready') result.changes = [...prepared.changeSet.changes];
    else Object.assign(result, { action: 'none', reason: undefined, outputs: snapshot.stack?.outputs ?? {} });
    if (prepared.kind === 'ready' && !dryRun) {
      engine.signal.throwIfAborted();
      await cloudFormation.executeChangeSet(created.id, request.name);
      // AWS goes on from here whatever happens to this run; what is seen later replaces this.
      result.outcome = 'interrupted';
      return { stackId: created.stackId, token: request.name, expected: result.changes.length };
    }
  } catch (error) {
    failure = error;
  }
  const leftovers = await discard(created, request, snapshot, cloudFormation);
  if (leftovers.length > 0) {
    throw new UserFault([...(failure instanceof UserFault ? failure.faults : []), ...leftovers]);
  }
  if (failure) throw failure;
  return undefined;
}

/**
 * Deletes a change set that was not executed, and the empty stack that CloudFormation made to hold it.
 *
 * @returns a fault for what could not be deleted, so that it never hides why the change set was given up
 */
async function discard(
  created: { id: string; stackId: string },
  request: ChangeSetRequest,
  snapshot: Snapshot,
  cloudFormation: CloudFormation,
): Promise<Fault[]> {
  try {
    await cloudFormation.deleteChangeSet(created.id);
    if (request.type === 'UPDATE' || snapshot.stack?.status === 'REVIEW_IN_PROGRESS') return [];
    // Only a stack that is still empty may go: an execution whose answer was lost may have filled it.
    const stack = await cloudFormation.describe(created.stackId);
    const isEmpty = stack?.status === 'REVIEW_IN_PROGRESS';
    if (isEmpty) await cloudFormation.deleteStack(created.stackId, `${request.name}-discard`);
    return [];
  } catch (error) {
    if (!(error instanceof UserFault)) throw error;
    const what = `Change set \`${request.name}\` of stack \`${request.stackName}\` could not be taken away`;
    const fix = `Delete it: aws cloudformation delete-change-set --change-set-name ${created.id}`;
    return error.faults.map(({ seen, what: reason }) => ({ what, seen: seen ?? reason, fix }));
  }
}

async function conclude(ended: Ended, stack: PlannedStack, engine: Engine, result: StackResult): Promise<void> {
  result.status = ended.status;
  result.timeline = timelineOf(ended.events);
  if (ended.status === 'CREATE_COMPLETE' || ended.status === 'UPDATE_COMPLETE') {
    const deployed = await untilAnswered(() => engine.cloudFormation.describe(result.id ?? stack.stackName), engine);
    result.outputs = deployed?.outputs ?? {};
    result.outcome = 'done';
    return;
  }
  result.outcome = 'failed';
  result.cause = await causeOf(ended.events, stack.template, engine.cloudFormation);
  result.reason = result.cause ? undefined : `ended in ${ended.status}`;
}

function everyResource(stack: PlannedStack, verdict: Verdict): Change[] {
  if (verdict.kind === 'update') return [];
  return Object.entries(stack.template.resources).map(([logicalId, { type }]) => ({
    action: 'Add',
    logicalId,
    type,
    details: [],
  }));
}
