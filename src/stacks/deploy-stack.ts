import type { Change as ShownChange, StackResult } from '../report/result.ts';
import { orAbort } from '../runner/cancellation.ts';
import { type Fault, renderFault, throwIfAny, UserFault } from '../runner/fault.ts';
import { attach, isBusy, MOST_OVERTAKEN, readAfresh, readDeployed } from './attach.ts';
import { stopWork, type UnderWay } from './cancel.ts';
import { causeInTime, causeOf } from './cause.ts';
import { type Prepared, previewChange, startChange, uniqueName, ValidationFault } from './change-set.ts';
import { classify, STATUS_ADVICE, type Verdict } from './classify.ts';
import { type ChangeSetRequest, type DeployedStack, Overtaken, type ParameterValue } from './cloudformation.ts';
import { blankResult, type Engine, recordFailure, type Snapshot, type Upload, watching } from './engine.ts';
import { type Ended, follow, orAbortSoon, sendWrite } from './follow.ts';
import { losses } from './losses.ts';
import type { PlannedStack } from './plan.ts';
import { RECOVERED, type Remedy, recover } from './recover.ts';
import { settlePolicy, settleProtection } from './settings.ts';
import { type RecoveryOptions, statusFaults } from './status-faults.ts';
import { timelineOf } from './timeline.ts';
import { refusalCauses, shownWarnings } from './validations.ts';

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

/** How one stack shall be deployed. */
export interface StackOptions extends RecoveryOptions {
  dryRun: boolean;
}

/** One stack's turn. The result is filled as facts become known, so that a failure leaves behind what was known by then. */
interface Turn {
  stack: PlannedStack;
  valuesFor: (snapshot: Snapshot) => Values;
  engine: Engine;
  options: StackOptions;
  result: StackResult;
  /** What had to be done before the change itself, in words, and by what means. */
  past: Map<Remedy | 'recreate' | 'wait', string>;
  /** What AWS has been told to begin, until it is seen to have ended. */
  atAws: { underWay?: UnderWay | undefined };
}

/** What is to be done next in a turn, as the last look at the stack shows it. */
interface Step extends Turn {
  snapshot: Snapshot;
  values: Values;
  verdict: Verdict;
}

/**
 * Brings one stack to its planned state, or in a dry run works out what that would change.
 *
 * @param valuesFor the values of its parameters, which depend on the stack as it stands
 * @returns how it ended; a failure or an interruption is a result, not an exception
 */
export async function deployStack(
  stack: PlannedStack,
  valuesFor: (snapshot: Snapshot) => Values,
  snapshot: Snapshot,
  engine: Engine,
  options: StackOptions,
): Promise<StackResult> {
  const started = engine.clock.now();
  const result: StackResult = { ...blankResult(stack), outcome: options.dryRun ? 'planned' : 'done' };
  const turn: Turn = { stack, valuesFor, engine, options, result, past: new Map(), atAws: {} };
  try {
    if (options.dryRun) await preview(judge(turn, snapshot));
    else await converge(turn, snapshot);
  } catch (error) {
    recordFailure(error, result);
    if (error instanceof ValidationFault) Object.assign(result, refusalCauses(error.validations, stack));
    const { underWay } = turn.atAws;
    if (underWay && engine.signal.aborted && result.outcome === 'interrupted') await stop(underWay, turn);
  }
  result.duration = engine.clock.now() - started;
  return result;
}

/** Goes on, from one fresh look to the next, until the stack is as planned. */
async function converge(turn: Turn, first: Snapshot): Promise<void> {
  const { engine, stack, result } = turn;
  let snapshot: Snapshot | undefined = first;
  for (let overtaken = 0; snapshot; ) {
    const step = judge(turn, snapshot);
    try {
      snapshot = await act(step);
    } catch (error) {
      if (!(error instanceof Overtaken) || overtaken >= MOST_OVERTAKEN) throw error;
      overtaken += 1;
      result.outcome = 'done';
      await engine.clock.sleep(500 * 2 ** overtaken * engine.random(), engine.signal);
      snapshot = await readAfresh(stack.stackName, () => false, engine);
    }
  }
}

/**
 * Judges a stack by a look at it.
 *
 * @throws UserFault when it cannot be deployed as it is
 */
function judge(turn: Turn, snapshot: Snapshot): Step {
  const { stack, result, options, past } = turn;
  const values = turn.valuesFor(snapshot);
  const verdict = classify(stack, values.known, snapshot.stack, snapshot.template);
  Object.assign(result, {
    id: snapshot.stack?.id,
    status: snapshot.stack?.status,
    action: actionOf(verdict, values, past),
    reason: [...past.values(), ...reasonOf(verdict, values, options)].join('; ') || undefined,
    knownAfterDeploy: values.afterDeploy,
    outputs: snapshot.stack?.outputs ?? {},
  });
  throwIfAny([...statusFaults(stack.stackName, verdict, options), ...values.faults]);
  return { ...turn, snapshot, values, verdict };
}

function actionOf(verdict: Verdict, values: Values, past: Turn['past']): StackResult['action'] {
  if (verdict.kind === 'create' && past.has('recreate')) return 'recreate';
  if (verdict.kind === 'unchanged') {
    // The values it was compared with may be others once the stacks before it are deployed.
    if (values.afterDeploy.length > 0) return 'unknown';
    return past.has('roll back') || past.has('continue rollback') ? 'recover' : 'none';
  }
  return verdict.kind === 'busy' || verdict.kind === 'stuck' ? 'unknown' : verdict.kind;
}

const FIRST: Readonly<Record<Remedy, string>> = {
  'roll back': 'roll the failed update back',
  'continue rollback': 'continue the rollback',
};

function reasonOf(verdict: Verdict, values: Values, { dryRun }: StackOptions): string[] {
  if (verdict.kind === 'unchanged' && values.afterDeploy.length > 0) {
    return [`known after deploy: ${values.afterDeploy.join(', ')}`];
  }
  if (verdict.kind === 'update') return [`changed: ${verdict.because}`];
  if (!dryRun) return [];
  if (verdict.kind === 'recreate') return [`replaces a stack in ${verdict.status}`];
  if (verdict.kind === 'recover') return [`a deployment would ${FIRST[verdict.by]} first (${verdict.status})`];
  return verdict.kind === 'busy'
    ? [`another operation is going on (${verdict.status}); a deployment would wait for its end first`]
    : [];
}

/**
 * Does what is next.
 *
 * @returns the stack afterwards when there is more to do
 */
async function act(step: Step): Promise<Snapshot | undefined> {
  const { verdict, snapshot, engine, stack, past } = step;
  if (snapshot.stack && verdict.kind === 'busy') {
    past.set('wait', `waited for the end of another operation (${verdict.status})`);
    return await attach(stack, snapshot.stack, engine);
  }
  if (snapshot.stack && verdict.kind === 'recreate') return await deleteRemains(step, snapshot.stack, verdict);
  if (snapshot.stack && verdict.kind === 'recover') return await undo(step, snapshot.stack, verdict.by);
  await (verdict.kind === 'unchanged' ? settle(step) : change(step));
  return undefined;
}

/** Fills in what would change. */
async function preview(step: Step): Promise<void> {
  const { verdict, values, engine, result, stack } = step;
  await settle(step);
  // What a stack needs that is not at rest, or not in order, is known when it is.
  if (verdict.kind === 'busy' || verdict.kind === 'recover') return;
  // Beside the remains of a stack, or without all values, no change set can be made: the template tells what it can.
  if (verdict.kind === 'recreate' || values.missing.length > 0) result.changes = everyResource(stack, verdict);
  else if (verdict.kind !== 'unchanged') {
    const upload = await uploadIfLarge(step, false);
    try {
      const prepared = await previewChange(requestOf(step, upload), engine);
      result.id = verdict.kind === 'create' ? undefined : prepared.stackId;
      recordChanges(prepared, step);
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
async function change(step: Step): Promise<void> {
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
  };
  // AWS goes on from here whatever happens to this run; what is seen later replaces this.
  Object.assign(result, { outcome: 'interrupted', status: `${request.type}_IN_PROGRESS` });
  engine.observer.began(stack, result.action, changes.length);
  await conclude(await follow(engine.cloudFormation, operation, watching(stack, engine)), step);
}

async function deleteRemains(
  { stack, engine, result, past, atAws }: Step,
  { id }: DeployedStack,
  verdict: { status: string },
): Promise<Snapshot> {
  engine.signal.throwIfAborted();
  const token = uniqueName(engine.clock, engine.random);
  engine.observer.began(stack, 'delete the remains of', 0);
  await sendWrite(() => engine.cloudFormation.deleteStack(id, token, engine.roleArn), engine);
  Object.assign(result, { outcome: 'interrupted', status: 'DELETE_IN_PROGRESS' });
  atAws.underWay = { kind: 'delete', stackName: stack.stackName, stackId: id, token };
  const operation = { stackId: id, token, expected: 0 };
  const { status, events } = await follow(engine.cloudFormation, operation, watching(stack, engine));
  atAws.underWay = undefined;
  Object.assign(result, { outcome: 'done', status });
  if (status !== 'DELETE_COMPLETE') {
    const cause = await causeOf(events, stack.template, engine.cloudFormation);
    const what = `The remains of stack \`${stack.stackName}\` could not be deleted${cause ? ` because of \`${cause.logicalId}\`` : ''}`;
    const fix = `${cause?.advice ?? 'Mend that'}; then run again, or take the stack away with \`teardown\``;
    throw new UserFault({ what, seen: cause?.reason ?? status, fix });
  }
  past.set('recreate', `replaces a stack in ${verdict.status}`);
  // The name may show the deleted stack for a while; it has no other than its own ARN.
  return await readAfresh(stack.stackName, deployed => deployed?.id === id, engine);
}

async function undo(step: Step, deployed: DeployedStack, by: Remedy): Promise<Snapshot> {
  const { stack, engine, result, past, options, atAws } = step;
  if (past.has(by)) {
    const what = `Stack \`${stack.stackName}\` is in ${deployed.status} again`;
    throw new UserFault({ what, fix: STATUS_ADVICE[deployed.status] });
  }
  past.set(by, RECOVERED[by]);
  const prefix = `${stack.shortName}.`;
  const skippable = options.skipResources.filter(id => id.startsWith(prefix)).map(id => id.slice(prefix.length));
  // Cancelled, it is found to be going back already: there is nothing to tell AWS.
  const token = uniqueName(engine.clock, engine.random);
  atAws.underWay = { kind: 'update', stackName: stack.stackName, stackId: deployed.id, token };
  const status = await recover({ ...stack, deployed, skippable }, by, engine, result);
  atAws.underWay = undefined;
  return await readAfresh(deployed.id, now => now?.status !== status && !isBusy(now), engine);
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
async function settle(step: Step): Promise<void> {
  const { snapshot, verdict, engine, result } = step;
  const target = targetOf(step);
  if (verdict.kind !== 'update' || target.dryRun) result.settings.push(...(await settlePolicy(target, engine)));
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

async function conclude(ended: Ended, step: Step): Promise<void> {
  const { stack, engine, result } = step;
  result.status = ended.status;
  result.timeline = timelineOf(ended.events);
  if (ended.status === 'CREATE_COMPLETE' || ended.status === 'UPDATE_COMPLETE') {
    // DescribeStacks may show a moment that has passed: the outputs count when the status is the one that was seen.
    const isOld = (now: DeployedStack | undefined) => now?.status !== ended.status;
    result.outputs = (await readDeployed(result.id ?? stack.stackName, isOld, engine))?.outputs ?? {};
    await settle(step);
    result.outcome = 'done';
    return;
  }
  result.outcome = 'failed';
  result.cause = await causeInTime(ended.events, stack.template, engine);
  result.reason = result.cause ? undefined : `ended in ${ended.status}`;
}

function everyResource(stack: PlannedStack, verdict: Verdict): ShownChange[] {
  if (verdict.kind === 'update') return [];
  const resources = Object.entries(stack.template.resources);
  return resources.map(([logicalId, { type }]) => ({ action: 'Add', logicalId, type, details: [] }));
}
