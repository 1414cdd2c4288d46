import type { Change as ShownChange, Validation as ShownValidation, StackResult } from '../report/result.ts';
import { orAbort } from '../runner/cancellation.ts';
import { type Fault, renderFault, throwIfAny, UserFault } from '../runner/fault.ts';
import { advise } from './advice.ts';
import { stopWork, type UnderWay } from './cancel.ts';
import { causeInTime } from './cause.ts';
import { type Prepared, previewChange, startChange, uniqueName, ValidationFault } from './change-set.ts';
import { classify, type Verdict } from './classify.ts';
import type { ChangeSetRequest, ParameterValue, Validation } from './cloudformation.ts';
import { blankResult, type Engine, recordFailure, type Snapshot, type Upload, watching } from './engine.ts';
import { type Ended, follow, orAbortSoon, sendDeletion, untilAnswered } from './follow.ts';
import { losses } from './losses.ts';
import type { PlannedStack } from './plan.ts';
import { settlePolicy, settleProtection } from './settings.ts';
import { statusFaults } from './status-faults.ts';
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

/** One stack's turn. The result is filled as facts become known, so that a failure leaves behind what was known by then. */
interface Turn {
  stack: PlannedStack;
  values: Values;
  snapshot: Snapshot;
  verdict: Verdict;
  dryRun: boolean;
  engine: Engine;
  result: StackResult;
  /** What AWS has been told to begin, until it is seen to have ended. */
  underWay?: UnderWay | undefined;
}

/**
 * Brings one stack to its planned state, or in a dry run works out what that would change.
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
  const result: StackResult = {
    ...blankResult(stack),
    id: snapshot.stack?.id,
    action: actionOf(verdict, values),
    outcome: dryRun ? 'planned' : 'done',
    status: snapshot.stack?.status,
    reason: reasonOf(verdict, values),
    knownAfterDeploy: values.afterDeploy,
    outputs: snapshot.stack?.outputs ?? {},
  };
  const turn: Turn = { stack, values, snapshot, verdict, dryRun, engine, result };
  try {
    throwIfAny([...statusFaults(stack.stackName, verdict), ...values.faults]);
    if (dryRun) await preview(turn);
    else await apply(turn);
  } catch (error) {
    recordFailure(error, result);
    if (error instanceof ValidationFault) recordRefusal(error, turn);
    if (turn.underWay && engine.signal.aborted && result.outcome === 'interrupted') await stop(turn.underWay, turn);
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
  if (verdict.kind === 'unchanged' && values.afterDeploy.length > 0) {
    return `known after deploy: ${values.afterDeploy.join(', ')}`;
  }
  if (verdict.kind === 'update') return `changed: ${verdict.because}`;
  return verdict.kind === 'recreate' ? `replaces a stack in ${verdict.status}` : undefined;
}

/** Fills in what would change. */
async function preview(turn: Turn): Promise<void> {
  await settle(turn);
  const { verdict, values, engine, result, stack } = turn;
  // Beside a stack in ROLLBACK_COMPLETE, or without all values, no change set can be made: the template tells what it can.
  if (verdict.kind === 'recreate' || values.missing.length > 0) result.changes = everyResource(stack, verdict);
  else if (verdict.kind !== 'unchanged') {
    const upload = await uploadIfLarge(turn, false);
    try {
      const prepared = await previewChange(requestOf(turn, upload), engine);
      result.id = verdict.kind === 'create' ? undefined : prepared.stackId;
      recordChanges(prepared, turn);
      for (const fault of losses(prepared.changes, stack, engine.mayLose))
        engine.observer.warning(
          `A deployment would refuse this: ${renderFault({ ...fault, place: undefined })}`,
          fault.place,
        );
    } finally {
      await removeUpload(upload, engine);
    }
  }
}

/** Makes the change and watches it to its end. */
async function apply(turn: Turn): Promise<void> {
  const { stack, verdict, engine, result } = turn;
  if (verdict.kind === 'unchanged') return await settle(turn);
  if (verdict.kind === 'recreate') await deleteRemains(turn);
  const request = requestOf(turn, await uploadIfLarge(turn, true));
  const started = await startChange(request, engine, async prepared => {
    result.id = prepared.stackId;
    recordChanges(prepared, turn);
    throwIfAny(losses(prepared.changes, stack, engine.mayLose));
    if (verdict.kind === 'update') result.settings.push(...(await settlePolicy(targetOf(turn), engine)));
  });
  const { stackId, changes, isNothing, operation, isAnswered } = started;
  if (isNothing) recordNothing(result);
  if (!operation) return await settle(turn);
  turn.underWay = {
    kind: request.type === 'CREATE' ? 'create' : 'update',
    stackName: stack.stackName,
    stackId,
    token: operation.token,
    unanswered: isAnswered ? undefined : request,
  };
  // AWS goes on from here whatever happens to this run; what is seen later replaces this.
  Object.assign(result, { outcome: 'interrupted', status: `${request.type}_IN_PROGRESS` });
  engine.observer.began(stack, result.action, changes.length);
  await conclude(await follow(engine.cloudFormation, operation, watching(stack, engine)), turn);
}

async function deleteRemains(turn: Turn): Promise<void> {
  const { stack, snapshot, engine, result } = turn;
  if (!snapshot.stack) return;
  const { id } = snapshot.stack;
  engine.signal.throwIfAborted();
  const token = uniqueName(engine.clock, engine.random);
  engine.observer.began(stack, 'delete the remains of', 0);
  await sendDeletion(() => engine.cloudFormation.deleteStack(id, token, engine.roleArn), engine);
  Object.assign(result, { outcome: 'interrupted', status: 'DELETE_IN_PROGRESS' });
  turn.underWay = { kind: 'delete', stackName: stack.stackName, stackId: id, token };
  const { status } = await follow(engine.cloudFormation, { stackId: id, token, expected: 0 }, engine);
  turn.underWay = undefined;
  Object.assign(result, { outcome: 'done', status });
  if (status === 'DELETE_COMPLETE') return;
  const what = `The remains of stack \`${stack.stackName}\` could not be deleted`;
  throw new UserFault({ what, seen: status, fix: 'Run `teardown`, then run again' });
}

async function uploadIfLarge({ stack, engine }: Turn, keep: boolean): Promise<Upload | undefined> {
  return stack.needsUpload ? await orAbort(engine.upload(stack.template.text, keep), engine.signal) : undefined;
}

async function removeUpload(upload: Upload | undefined, engine: Engine): Promise<void> {
  try {
    if (upload) await orAbortSoon(upload.remove(), engine);
  } catch (error) {
    const isCancelled = engine.signal.aborted && error === engine.signal.reason;
    if (!(error instanceof UserFault) && !isCancelled) throw error;
    const why = isCancelled ? 'S3 does not answer in time.' : (error as UserFault).message;
    engine.observer.warning(`The template uploaded for this dry run stays in the bucket. ${why}`);
  }
}

function requestOf({ stack, values, verdict, engine }: Turn, upload: Upload | undefined): ChangeSetRequest {
  return {
    stackName: stack.stackName,
    name: uniqueName(engine.clock, engine.random),
    type: verdict.kind === 'update' ? 'UPDATE' : 'CREATE',
    template: upload ? { url: upload.url } : { body: stack.template.text },
    parameters: values.known,
    capabilities: stack.capabilities,
    tags: stack.tags,
    roleArn: engine.roleArn,
  };
}

function recordChanges({ changes, validations, isNothing }: Prepared, { stack, engine, result }: Turn): void {
  result.changes = [...changes];
  result.validations = validations.map(validation => located(validation, stack));
  for (const { logicalId, reason, place } of result.validations)
    engine.observer.warning(
      `CloudFormation warns of \`${logicalId}\` of stack \`${stack.stackName}\`: ${reason}`,
      place,
    );
  if (isNothing) recordNothing(result);
}

function recordNothing(result: StackResult): void {
  Object.assign(result, { action: 'none', reason: undefined });
}

/** A validation's path names the template's: `/Resources/Bucket/Properties`. */
function located(validation: Validation, { template }: PlannedStack): ShownValidation {
  const { path, mode: _, ...shown } = validation;
  const isInTemplate = Object.hasOwn(template.resources, validation.logicalId);
  const steps = path.startsWith('/Resources/') ? path.slice(1).split('/') : ['Resources', validation.logicalId];
  return { ...shown, place: isInTemplate ? template.place(steps) : undefined };
}

function targetOf({ snapshot, verdict, result, dryRun }: Turn) {
  return { stackId: result.id ?? snapshot.stack?.id ?? '', isNew: isNew(verdict), dryRun };
}

/** The stack gets what it has not had before: one that was updated has its policy already. */
async function settle(turn: Turn): Promise<void> {
  const { snapshot, verdict, engine, result, dryRun } = turn;
  const target = targetOf(turn);
  if (verdict.kind !== 'update' || dryRun) result.settings.push(...(await settlePolicy(target, engine)));
  const isProtected = !target.isNew && (snapshot.stack?.terminationProtection ?? false);
  result.settings.push(...(await settleProtection(target, isProtected, engine)));
}

async function stop(underWay: UnderWay, { stack, engine, result }: Turn): Promise<void> {
  await stopWork(underWay, engine, result);
  const { settings, observer } = engine;
  const hasSettings = settings.policy !== undefined || settings.terminationProtection !== undefined;
  if (result.outcome !== 'done' || !hasSettings) return;
  const what = `Stack \`${stack.stackName}\` is done, but the run was stopped before its policy and its protection were seen to`;
  observer.warning(`${what}: run again.`);
}

function isNew({ kind }: Verdict): boolean {
  return kind === 'create' || kind === 'recreate';
}

async function conclude(ended: Ended, turn: Turn): Promise<void> {
  const { stack, engine, result } = turn;
  result.status = ended.status;
  result.timeline = timelineOf(ended.events);
  if (ended.status === 'CREATE_COMPLETE' || ended.status === 'UPDATE_COMPLETE') {
    result.outputs = await outputsAfter(ended, result.id ?? stack.stackName, engine);
    await settle(turn);
    result.outcome = 'done';
    return;
  }
  result.outcome = 'failed';
  result.cause = await causeInTime(ended.events, stack.template, engine);
  result.reason = result.cause ? undefined : `ended in ${ended.status}`;
}

/** All that validation refuses is shown, the first as the cause. */
function recordRefusal({ validations }: ValidationFault, { stack, result }: Turn): void {
  const [cause, ...furtherCauses] = validations.map(validation => {
    const { logicalId, type, reason, place } = located(validation, stack);
    return { logicalId, type, status: 'VALIDATION_FAILED', reason, advice: advise(reason, type), place };
  });
  Object.assign(result, { cause, furtherCauses });
}

/** DescribeStacks may show a moment that has passed: the outputs count when the status is the one that was seen. */
async function outputsAfter({ status }: Ended, id: string, engine: Engine): Promise<Readonly<Record<string, string>>> {
  for (let pause = 250; ; pause = Math.min(pause * 2, 5000)) {
    const deployed = await untilAnswered(() => engine.cloudFormation.describe(id), engine);
    if (deployed?.status === status) return deployed.outputs;
    await engine.clock.sleep(pause, engine.signal);
  }
}

function everyResource(stack: PlannedStack, verdict: Verdict): ShownChange[] {
  if (verdict.kind === 'update') return [];
  const resources = Object.entries(stack.template.resources);
  return resources.map(([logicalId, { type }]) => ({ action: 'Add', logicalId, type, details: [] }));
}
