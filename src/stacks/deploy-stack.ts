import type { StackResult } from '../report/result.ts';
import { throwIfAny, UserFault } from '../runner/fault.ts';
import { attach, isBusy, MOST_OVERTAKEN, readAfresh } from './attach.ts';
import { stopWork, type UnderWay } from './cancel.ts';
import { causeOf } from './cause.ts';
import { uniqueName, ValidationFault } from './change-set.ts';
import { change, preview, settle } from './change-stack.ts';
import { classify, STATUS_ADVICE, type Verdict } from './classify.ts';
import { type DeployedStack, Overtaken } from './cloudformation.ts';
import { blankResult, type Engine, recordFailure, type Snapshot, watching } from './engine.ts';
import { follow, sendWrite } from './follow.ts';
import type { PlannedStack } from './plan.ts';
import { RECOVERED, type Remedy, recover } from './recover.ts';
import type { StackOptions, Step, Turn, Values } from './stack-turn.ts';
import { statusFaults } from './status-faults.ts';
import { refusalCauses } from './validations.ts';

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
    // Those of an earlier try were not made.
    changes: [],
    validations: [],
    status: snapshot.stack?.status,
    action: actionOf(verdict, values, past),
    reason: [...past.values(), ...reasonOf(verdict, values, options)].join('; ') || undefined,
    knownAfterDeploy: values.afterDeploy,
    knownAfterBuild: values.afterBuild,
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
  if (verdict.kind === 'create' && values.missing.length > 0)
    return ['read from its template, since not all its values are known yet'];
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
  const { status, skipped } = await recover({ ...stack, deployed, skippable }, by, engine, result);
  atAws.underWay = undefined;
  if (skipped.length > 0) {
    const names = skipped.join(', ');
    past.set(by, `${RECOVERED[by]}, with ${names} left as it was`);
    const what = `The rollback of stack \`${stack.stackName}\` has left out ${names}`;
    engine.observer.warning(
      `${what}: it may differ from the template, and CloudFormation does not know. Compare it by hand.`,
    );
  }
  return await readAfresh(deployed.id, now => now?.status !== status && !isBusy(now), engine);
}

async function stop(underWay: UnderWay, { stack, engine, result }: Turn): Promise<void> {
  await stopWork(underWay, engine, result);
  const { settings, observer } = engine;
  const hasSettings = settings.policy !== undefined || settings.terminationProtection !== undefined;
  if (result.outcome !== 'done' || !hasSettings) return;
  const what = `Stack \`${stack.stackName}\` is done, but the run was stopped before its policy and its protection were seen to`;
  observer.warning(`${what}: run again.`);
}
