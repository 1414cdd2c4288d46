import type { Change as ShownChange, StackResult } from '../report/result.ts';
import { orAbort } from '../runner/cancellation.ts';
import { renderFault, throwIfAny, UserFault } from '../runner/fault.ts';
import { readDeployed } from './attach.ts';
import { causeInTime } from './cause.ts';
import { type Prepared, previewChange, startChange, uniqueName } from './change-set.ts';
import type { Verdict } from './classify.ts';
import type { ChangeSetRequest, DeployedStack, StackEvent } from './cloudformation.ts';
import { type Engine, type Upload, watching } from './engine.ts';
import { type Ended, follow, type Operation, orAbortSoon } from './follow.ts';
import { losses } from './losses.ts';
import { ServiceRollouts } from './service-rollouts.ts';
import { settlePolicy, settleProtection } from './settings.ts';
import type { Step, Values } from './stack-turn.ts';
import { timelineOf } from './timeline.ts';
import { shownWarnings } from './validations.ts';

/** Fills in what would change. */
export async function preview(step: Step): Promise<void> {
  const { verdict, values, engine, result, stack } = step;
  await settle(step);
  // What a stack needs that is not at rest, or not in order, is known when it is.
  if (verdict.kind === 'busy' || verdict.kind === 'recover') return;
  // Beside the remains of a stack, or without all values, no change set can be made: the template tells what it can.
  if (verdict.kind === 'recreate' || values.missing.length > 0) result.changes = everyResource(values, verdict);
  else if (verdict.kind !== 'unchanged') {
    const upload = await uploadIfLarge(step, false);
    try {
      const prepared = await previewChange(requestOf(step, upload), engine);
      if (prepared.isStackLeft)
        Object.assign(result, { leavesStack: true, reason: 'this preview leaves an empty stack behind' });
      result.id = verdict.kind === 'create' ? undefined : prepared.stackId;
      recordChanges(prepared, step);
      result.losses = losses(prepared.changes, stack, engine.mayLose);
      for (const fault of result.losses)
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
export async function change(step: Step): Promise<void> {
  const { stack, verdict, engine, result } = step;
  const request = requestOf(step, await uploadIfLarge(step, true));
  const started = await startChange(request, engine, async prepared => {
    result.id = prepared.stackId;
    recordChanges(prepared, step);
    throwIfAny(losses(prepared.changes, stack, engine.mayLose));
    if (verdict.kind === 'update') result.settings.push(...(await settlePolicy(targetOf(step), engine)));
  });
  const { stackId, changes, operation, isAnswered } = started;
  if (!operation) {
    recordNothing(result);
    return await settle(step);
  }
  step.atAws.underWay = {
    kind: request.type === 'CREATE' ? 'create' : 'update',
    stackName: stack.stackName,
    stackId,
    token: request.name,
    unanswered: isAnswered ? undefined : request,
    updatedBefore: step.snapshot.stack?.updatedAt,
  };
  // AWS goes on from here whatever happens to this run; what is seen later replaces this.
  Object.assign(result, { outcome: 'interrupted', status: `${request.type}_IN_PROGRESS` });
  engine.observer.began(stack, result.action, changes.length);
  const kind = request.type === 'CREATE' ? 'create' : 'update';
  const rollouts = new ServiceRollouts(stack, { kind, stackId, token: request.name }, engine, result);
  const ended = await followWithServices(operation, rollouts, step);
  await conclude(ended, rollouts, step);
}

async function followWithServices(
  operation: Operation,
  rollouts: ServiceRollouts,
  { stack, engine }: Step,
): Promise<Ended> {
  const { onEvent, ...options } = watching(stack, engine);
  const tell = (event: StackEvent) => {
    onEvent?.(event);
    rollouts.onEvent(event);
  };
  try {
    return await follow(engine.cloudFormation, operation, { ...options, clock: rollouts.clock, onEvent: tell });
  } finally {
    await rollouts.stop();
  }
}

async function uploadIfLarge({ stack, engine }: Step, keep: boolean): Promise<Upload | undefined> {
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

function requestOf({ stack, values, verdict, engine }: Step, upload: Upload | undefined): ChangeSetRequest {
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

function recordChanges({ changes, validations, isNothing }: Prepared, { stack, engine, result }: Step): void {
  result.changes = [...changes];
  result.validations = shownWarnings(validations, stack);
  for (const { logicalId, reason, place } of result.validations)
    engine.observer.warning(
      `CloudFormation warns of \`${logicalId}\` of stack \`${stack.stackName}\`: ${reason}`,
      place,
    );
  if (isNothing) recordNothing(result);
}

/** There was nothing to change after all; what had to be done before it stays told. */
function recordNothing(result: StackResult): void {
  if (result.action === 'update') Object.assign(result, { action: 'none', reason: undefined });
}

function targetOf({ snapshot, verdict, result, options }: Step) {
  return { stackId: result.id ?? snapshot.stack?.id ?? '', isNew: isNew(verdict), dryRun: options.dryRun };
}

/** The stack gets what it has not had before: one that was updated has its policy already. */
export async function settle(step: Step): Promise<void> {
  const { snapshot, verdict, engine, result } = step;
  const target = targetOf(step);
  if (verdict.kind !== 'update' || target.dryRun) result.settings.push(...(await settlePolicy(target, engine)));
  const isProtected = !target.isNew && (snapshot.stack?.terminationProtection ?? false);
  result.settings.push(...(await settleProtection(target, isProtected, engine)));
}

function isNew({ kind }: Verdict): boolean {
  return kind === 'create' || kind === 'recreate';
}

async function conclude(ended: Ended, rollouts: ServiceRollouts, step: Step): Promise<void> {
  const { stack, engine, result, snapshot, verdict } = step;
  result.status = ended.status;
  result.timeline = timelineOf(ended.events);
  if (ended.status === 'CREATE_COMPLETE' || ended.status === 'UPDATE_COMPLETE') {
    // DescribeStacks may show a moment that has passed: the outputs count when the status is the one that was seen, and the
    // update not the one before, which may have ended in the same.
    const isGone = (now: DeployedStack | undefined) => now?.status.startsWith('DELETE_') ?? false;
    const isFormer = (now: DeployedStack | undefined) =>
      verdict.kind === 'update' && now?.updatedAt === snapshot.stack?.updatedAt;
    const isOld = (now: DeployedStack | undefined) => (now?.status !== ended.status || isFormer(now)) && !isGone(now);
    const now = await readDeployed(result.id ?? stack.stackName, isOld, engine);
    if (!now || isGone(now)) {
      const reason = 'somebody else has deleted it as soon as it was deployed';
      const advice = 'Run again when nobody else works on it';
      Object.assign(result, {
        outcome: 'failed',
        status: now?.status ?? 'DELETE_COMPLETE',
        outputs: {},
        reason,
        advice,
      });
      return;
    }
    result.outputs = now.outputs;
    const [cause, ...furtherCauses] = await rollouts.verify();
    await settle(step);
    result.outcome = cause ? 'failed' : 'done';
    if (cause) Object.assign(result, { cause, furtherCauses, reason: undefined });
    return;
  }
  result.outcome = 'failed';
  const [cause, ...furtherCauses] = await rollouts.causes(await causeInTime(ended.events, stack.template, engine));
  Object.assign(result, { cause, furtherCauses, reason: cause ? undefined : `ended in ${ended.status}` });
}

function everyResource({ resources }: Values, verdict: Verdict): ShownChange[] {
  if (verdict.kind === 'update') return [];
  return [...resources()].flatMap(({ id, type, exists }): ShownChange[] => {
    if (exists === false) return [];
    return [{ action: 'Add', logicalId: id, type, details: exists === true ? [] : ['if its condition holds'] }];
  });
}
