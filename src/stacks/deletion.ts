import type { Cause, Residue, StackResult } from '../report/result.ts';
import { duration } from '../report/words.ts';
import { Cancelled, orAbort } from '../runner/cancellation.ts';
import { UserFault } from '../runner/fault.ts';
import { whenFree } from './attach.ts';
import { type Blocker, blockerOf, whyKept } from './blockers.ts';
import { stopWork } from './cancel.ts';
import { failuresOf } from './cause.ts';
import { uniqueName } from './change-set.ts';
import type { DeployedStack, Leave, StackEvent, StackResource } from './cloudformation.ts';
import { blankResult, type Engine, recordFailure, watching } from './engine.ts';
import { type Ended, follow, isOwnEvent, sendWrite } from './follow.ts';
import { type Allowed, type Climb, nextRung, type Rung } from './ladder.ts';
import type { Leftovers } from './leftovers.ts';
import type { PlannedStack } from './plan.ts';
import { keptBefore, skippedResources, snapshotResources } from './residue.ts';
import type { Template } from './template.ts';
import { timelineOf } from './timeline.ts';

/** How the deletion of one stack ended, or would end. */
export interface Deletion {
  result: StackResult;
  residue: Residue[];
  /** Resources that are gone, or would be. */
  gone: Pick<StackResource, 'type' | 'physicalId'>[];
}

export interface DeletionTools {
  engine: Engine;
  leftovers: Leftovers;
  allowed: Allowed;
}

/** One stack's turn; it grows with every attempt. */
interface Turn extends DeletionTools {
  stack: PlannedStack;
  deployed: DeployedStack;
  result: StackResult;
  /** The ClientRequestToken of the attempt under way. */
  token: string;
  /** Of all attempts. */
  events: StackEvent[];
  climb: Climb;
  /** Why each resource stays that was left behind by force. */
  forced: Map<string, string>;
}

/**
 * Deletes a stack, going as far up the ladder as is allowed: what a failed attempt shows decides about the next one.
 *
 * @param lines the workspace's template, whose lines a failure points to
 */
export async function deleteStack(
  stack: PlannedStack,
  deployed: DeployedStack | undefined,
  lines: Template | undefined,
  tools: DeletionTools,
): Promise<Deletion> {
  const { engine } = tools;
  const started = engine.clock.now();
  const result: StackResult = { ...blankResult(stack), id: deployed?.id, status: deployed?.status, outcome: 'done' };
  if (!deployed) return { result: { ...result, action: 'absent' }, residue: [], gone: [] };
  result.action = 'delete';
  const turn: Turn = { ...tools, stack, deployed, result, token: '', events: [], climb: FOOT, forced: new Map() };
  const before: Residue[] = [];
  try {
    engine.signal.throwIfAborted();
    // What the events of this run cannot tell: a failed deletion of an earlier one has kept it.
    if (deployed.status === 'DELETE_FAILED')
      before.push(...keptBefore(stack.stackName, (await resourcesOf(deployed, engine)) ?? []));
    await climb(turn);
  } catch (error) {
    recordFailure(error, result);
    const { token } = turn;
    if (engine.signal.aborted && result.outcome === 'interrupted')
      await stopWork({ kind: 'delete', stackName: stack.stackName, stackId: deployed.id, token }, engine, result);
  }
  conclude(turn, lines);
  result.duration = engine.clock.now() - started;
  return { result, residue: residueOf(turn, before), gone: goneOf(turn) };
}

/** The resources of a stack; `undefined` when they cannot be read, which keeps nothing from being deleted. */
export async function resourcesOf(
  { id }: DeployedStack,
  { cloudFormation, signal }: Engine,
): Promise<StackResource[] | undefined> {
  try {
    return await orAbort(cloudFormation.resources(id), signal);
  } catch (error) {
    if (error instanceof UserFault) return undefined;
    throw error;
  }
}

const FOOT: Climb = {
  status: '',
  blockers: [],
  failed: [],
  emptied: new Set(),
  pauses: 0,
  waited: 0,
  left: 'nothing',
};

async function climb(turn: Turn): Promise<void> {
  let leave: Leave | undefined;
  for (;;) {
    await attempt(turn, leave);
    const rung = nextRung(turn.climb, turn.allowed);
    if (rung.step === 'done' || rung.step === 'stop') return;
    // Nothing goes on at AWS now, whatever happens to this run.
    turn.result.outcome = 'failed';
    // What was left behind once is not tried again.
    leave = leaveOf(rung);
    try {
      await prepare(turn, rung);
      turn.engine.signal.throwIfAborted();
    } catch (error) {
      if (!(error instanceof Cancelled)) throw error;
      turn.engine.observer.note(turn.stack, `not tried again, because ${error.message}`);
      return;
    }
  }
}

async function attempt(turn: Turn, leave: Leave | undefined): Promise<void> {
  const { stack, deployed, engine, result } = turn;
  const token = uniqueName(engine.clock, engine.random);
  turn.token = token;
  const expected = turn.events.length > 0 ? 0 : Object.keys(stack.template.resources).length;
  if (turn.events.length === 0) engine.observer.began(stack, 'delete', expected);
  await whenFree(stack, deployed, engine, () =>
    sendWrite(() => engine.cloudFormation.deleteStack(deployed.id, token, engine.roleArn, leave), engine),
  );
  Object.assign(result, { outcome: 'interrupted', status: 'DELETE_IN_PROGRESS' });
  const ended = await follow(engine.cloudFormation, { stackId: deployed.id, token, expected }, watching(stack, engine));
  result.outcome = ended.status === 'DELETE_COMPLETE' ? 'done' : 'failed';
  result.status = ended.status;
  turn.events.push(...ended.events);
  // A request that got lost has shown nothing: what is known from before holds.
  const isLost = ended.events.length === 0 && ended.status === 'DELETE_FAILED';
  const seen = isLost ? { status: ended.status } : await whatHappened(ended, engine);
  turn.climb = { ...turn.climb, ...seen };
  if (leave === 'whatever fails') noteWhatWasSkipped(turn, ended.events);
}

/** What force has left behind that no earlier attempt had come to. */
function noteWhatWasSkipped({ stack, forced }: Turn, events: readonly StackEvent[]): void {
  for (const { logicalId, status } of events) {
    const isPolicy = stack.template.resources[logicalId]?.deletionPolicy?.startsWith('Retain') ?? false;
    if (status !== 'DELETE_SKIPPED' || forced.has(logicalId) || isPolicy) continue;
    const failure = events.find(event => event.logicalId === logicalId && event.status === 'DELETE_FAILED');
    const what = failure ? whyKept(blockerOf(failure)) : 'CloudFormation could not delete it';
    forced.set(logicalId, `left behind by \`force\`: ${what}`);
  }
}

async function whatHappened(
  { status, events }: Ended,
  { cloudFormation, signal }: Engine,
): Promise<Pick<Climb, 'status' | 'blockers' | 'failed'>> {
  if (status === 'DELETE_COMPLETE') return { status, blockers: [], failed: [] };
  const nothing = { events: async () => ({ events: [] }) };
  // A run that is stopped does without what only a look into nested stacks would tell.
  const failures = await orAbort(failuresOf(events, cloudFormation), signal).catch((error: unknown) => {
    if (!signal.aborted) throw error;
    return failuresOf(events, nothing);
  });
  const failed = failures.filter(event => !isOwnEvent(event)).map(event => outermost(event.logicalId));
  return { status, blockers: failures.map(blockerOf), failed: [...new Set(failed)] };
}

/** The resource of the stack itself, of a way into nested ones. */
function outermost(logicalId: string): string {
  return logicalId.split(' → ')[0] ?? logicalId;
}

/** Does what the next attempt needs, and says why. */
async function prepare(turn: Turn, rung: Rung): Promise<void> {
  const { stack, engine, climb } = turn;
  const note = (text: string) => engine.observer.note(stack, text.replaceAll('`', ''));
  if (rung.step === 'empty') {
    for (const { logicalId, physicalId } of rung.repositories) {
      const count = await orAbort(turn.leftovers.emptyRepository(physicalId), engine.signal);
      note(`deleted the ${count === 1 ? 'one image' : `${count} images`} of repository ${physicalId} (${logicalId})`);
    }
    turn.climb = {
      ...climb,
      emptied: new Set([...climb.emptied, ...rung.repositories.map(blocker => blocker.physicalId)]),
    };
  } else if (rung.step === 'wait') {
    const { because, pause } = rung;
    note(`${because.logicalId} (${because.type}) cannot go yet: ${because.what}. Trying again in ${duration(pause)}`);
    await engine.clock.sleep(pause, engine.signal);
    turn.climb = { ...climb, pauses: climb.pauses + 1, waited: climb.waited + pause };
  } else if (rung.step === 'leave' || rung.step === 'leave whatever fails') {
    for (const blocker of climb.blockers) {
      const { logicalId } = blocker;
      const whole = logicalId === outermost(logicalId) ? '' : ', with all that is left in it';
      turn.forced.set(outermost(logicalId), `left behind by \`force\`${whole}: ${whyKept(blocker)}`);
    }
    const names = rung.step === 'leave' ? rung.logicalIds.join(', ') : 'whatever cannot be deleted';
    note(`force: deleting the stack without ${names}`);
    turn.climb = { ...climb, left: rung.step === 'leave' ? 'what failed' : 'whatever fails' };
  }
}

function leaveOf(rung: Rung): Leave | undefined {
  if (rung.step === 'leave') return { resources: rung.logicalIds };
  return rung.step === 'leave whatever fails' ? 'whatever fails' : undefined;
}

function conclude({ events, climb, result, allowed, forced }: Turn, lines: Template | undefined): void {
  result.timeline = timelineOf(events);
  if (result.outcome === 'done' && forced.size > 0) result.reason = `without ${[...forced.keys()].join(', ')}`;
  if (result.outcome !== 'failed' || result.reason !== undefined) return;
  const [cause, ...more] = climb.blockers.map(blocker => causeFrom(blocker, climb, allowed, lines));
  result.cause = cause;
  result.furtherCauses = more;
  if (!cause) result.reason = `ended in ${result.status}`;
}

function causeFrom(blocker: Blocker, { waited }: Climb, { force }: Allowed, lines: Template | undefined): Cause {
  const { logicalId, type, reason, what, fix, remedy } = blocker;
  const outer = outermost(logicalId);
  const canBeLeft = !force && remedy !== 'importer';
  return {
    logicalId,
    type,
    status: 'DELETE_FAILED',
    reason,
    explanation: remedy === 'time' && waited > 0 ? `after waiting ${duration(waited)}, ${what}` : what,
    advice: canBeLeft ? `${fix}; or delete the stack without it by \`force: true\`` : fix,
    place: lines && Object.hasOwn(lines.resources, outer) ? lines.place(['Resources', outer]) : undefined,
  };
}

function residueOf({ stack, deployed, events, result, forced }: Turn, before: readonly Residue[]): Residue[] {
  const skipped = skippedResources(stack.stackName, events, forced);
  const isNew = ({ physicalId }: Residue) => !skipped.some(other => other.physicalId === physicalId);
  const snapshots = result.outcome === 'done' ? snapshotResources(stack.stackName, stack.template) : [];
  // A condition may have left some out, and force may have kept them; an earlier run may have deleted others.
  const isGone = ({ logicalId }: Residue) =>
    events.some(event => event.logicalId === logicalId && event.status === 'DELETE_COMPLETE') ||
    (deployed.status === 'DELETE_FAILED' && !forced.has(logicalId));
  return [...before.filter(isNew), ...skipped, ...snapshots.filter(isGone)];
}

function goneOf({ events }: Turn): Deletion['gone'] {
  return events.filter(event => event.status === 'DELETE_COMPLETE' && !isOwnEvent(event));
}
