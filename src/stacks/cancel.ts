import type { Left, StackResult } from '../report/result.ts';
import { renderFault, UserFault } from '../runner/fault.ts';
import { removeUnused } from './change-set.ts';
import type { ChangeSetRequest, DeployedStack } from './cloudformation.ts';
import type { Engine } from './engine.ts';
import { isOwnEvent, isTerminal, untilAnswered } from './follow.ts';

/** What becomes of an operation under way when its run is stopped: AWS takes it back, or goes on with it. */
export type OnCancel = 'rollback' | 'leave';

/** An operation of this run that AWS has under way. */
export interface UnderWay {
  kind: 'create' | 'update' | 'delete';
  stackName: string;
  stackId: string;
  /** The ClientRequestToken that began it. */
  token: string;
  /** Set when the request to begin it was not answered: it may not have begun. */
  unanswered?: ChangeSetRequest | undefined;
  /** Of an update: when the one before it began, as `DeployedStack.updatedAt` has it. */
  updatedBefore?: number | undefined;
}

/**
 * So long stopping may take, all stacks at once: a cancelled job has ten seconds, of which a write that is under way may
 * have taken one already, and the summary has to be written.
 */
const PATIENCE = 4000;

/** What came of stopping an operation, as far as it is known when the time is over. */
interface Halted {
  /** `false`: it never began, and cannot any more. */
  hasBegun: boolean;
  /** What AWS was told. `unheard`: it should have been told, and why that did not come about. */
  told: 'rollback' | 'deletion' | 'nothing' | { unheard: string };
  /** The stack's status at the last read. */
  status?: string | undefined;
  stack?: DeployedStack | undefined;
}

/**
 * Stops what this run has under way on a stack, and writes into the result in what state it was left. Never takes longer than
 * a cancelled job has, however AWS answers; what could not be told or seen is said.
 */
export async function stopWork(work: UnderWay, engine: Engine, result: StackResult): Promise<void> {
  const halted = await halt(work, engine);
  const { status, stack, hasBegun } = halted;
  result.status = status;
  if (!hasBegun) {
    Object.assign(result, { outcome: 'skipped', changes: [] });
    return;
  }
  const isOfFormerStack = work.kind === 'delete' && result.action !== 'delete';
  if (!hasEnded(work, halted) || isOfFormerStack) {
    result.left = leftBehind(work, halted, engine.onCancel ?? 'rollback', isOfFormerStack);
    return;
  }
  // It ended by itself while the run was being stopped: that is how it ended.
  if (status === GOOD_END[work.kind]) {
    Object.assign(result, { outcome: 'done', reason: undefined, outputs: stack?.outputs ?? {} });
  } else Object.assign(result, { outcome: 'failed', reason: `ended in ${status}` });
}

/** By itself: what AWS was told to stop has not come to its own end. A deletion that was not answered may be still to come. */
function hasEnded({ kind }: UnderWay, { told, status = '' }: Halted): boolean {
  if (told !== 'nothing' || status === '' || !isTerminal(status)) return false;
  return kind !== 'delete' || status.startsWith('DELETE_');
}

const GOOD_END = { create: 'CREATE_COMPLETE', update: 'UPDATE_COMPLETE', delete: 'DELETE_COMPLETE' } as const;

async function halt(work: UnderWay, engine: Engine): Promise<Halted> {
  const found: Halted = {
    hasBegun: true,
    told: mustBeTold(work, engine) ? { unheard: 'no answer in time' } : 'nothing',
  };
  const over = new AbortController();
  const timeUp = engine.clock.sleep(PATIENCE, over.signal);
  await Promise.race([stop(work, { ...engine, signal: over.signal }, found), timeUp]).finally(() => over.abort());
  return { ...found };
}

/** A deletion cannot be stopped. https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DeleteStack.html */
function mustBeTold({ kind }: UnderWay, { onCancel = 'rollback' }: Engine): boolean {
  return onCancel === 'rollback' && kind !== 'delete';
}

/** @param found filled as facts become known, so that what is known when the time is over is not lost */
async function stop(work: UnderWay, engine: Engine, found: Halted): Promise<void> {
  const { cloudFormation, signal } = engine;
  const look = async () => {
    found.stack = await untilAnswered(() => cloudFormation.describe(work.stackId), engine);
    // What is read may be a moment before the update began, whose status says nothing of how it ended.
    for (const pause of [250, 500, 1000]) {
      if (!isBefore(work, found.stack)) break;
      await engine.clock.sleep(pause, signal);
      found.stack = await untilAnswered(() => cloudFormation.describe(work.stackId), engine);
    }
    found.status = found.stack?.status ?? 'DELETE_COMPLETE';
  };
  try {
    if (work.unanswered && !(await hasBegun(work, work.unanswered, engine))) {
      Object.assign(found, { hasBegun: false, told: 'nothing' });
      return;
    }
    if (mustBeTold(work, engine)) await tell(work, engine, found, look);
    await look();
    if (mustBeTold(work, engine) && found.told === 'nothing' && found.status === 'UPDATE_IN_PROGRESS')
      found.told = { unheard: 'AWS refused it' };
  } catch (error) {
    if (signal.aborted) return;
    if (!(error instanceof UserFault)) throw error;
    if (typeof found.told === 'object') found.told = { unheard: error.faults.map(renderFault).join(' ') };
  }
}

function isBefore({ kind, updatedBefore }: UnderWay, stack: DeployedStack | undefined): boolean {
  return kind === 'update' && stack !== undefined && isTerminal(stack.status) && stack.updatedAt === updatedBefore;
}

async function tell(work: UnderWay, engine: Engine, found: Halted, look: () => Promise<void>): Promise<void> {
  try {
    if (work.kind === 'update') await takeBack(work, engine, found);
    else await deleteCreated(work, engine, found, look);
  } catch (error) {
    if (engine.signal.aborted || !(error instanceof UserFault)) throw error;
    found.told = { unheard: error.faults.map(renderFault).join(' ') };
  }
}

/**
 * Only an update that is UPDATE_IN_PROGRESS can be cancelled: AWS refuses one that is clearing up or being taken back already.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CancelUpdateStack.html
 */
async function takeBack({ stackId, token }: UnderWay, engine: Engine, found: Halted): Promise<void> {
  const answer = await untilAnswered(() => engine.cloudFormation.cancelUpdate(stackId, `${token}-cancel`), engine);
  found.told = answer === 'told' ? 'rollback' : 'nothing';
}

/**
 * A stack that is being created cannot be cancelled, but deleted, which ends the creation; so does the AWS Copilot CLI
 * (https://github.com/aws/copilot-cli/pull/5112). One that was finished in the meantime stays.
 */
async function deleteCreated(
  { stackId, token }: UnderWay,
  engine: Engine,
  found: Halted,
  look: () => Promise<void>,
): Promise<void> {
  await look();
  if (found.status === 'CREATE_IN_PROGRESS') {
    const send = () => engine.cloudFormation.deleteStack(stackId, `${token}-cancel`, engine.roleArn);
    await untilAnswered(send, engine);
    found.told = 'deletion';
  } else found.told = 'nothing';
}

/**
 * Whether an execution that was not answered has begun. Deleting its change set settles it: what is gone cannot begin any
 * more, and what is under way cannot be deleted. What has begun and ended already has left events.
 */
async function hasBegun({ stackId, token }: UnderWay, request: ChangeSetRequest, engine: Engine): Promise<boolean> {
  const { cloudFormation } = engine;
  const removal = () => cloudFormation.deleteChangeSet(request.stackName, request.name);
  if ((await untilAnswered(removal, engine)) === 'busy') return true;
  const { events } = await untilAnswered(() => cloudFormation.events(stackId), engine);
  if (events.some(event => event.token === token && isOwnEvent(event))) return true;
  await removeUnused({ ...request, stackId }, engine);
  return false;
}

/** What AWS does from here, and how to go on. */
function leftBehind(work: UnderWay, { told, status }: Halted, onCancel: OnCancel, isOfFormerStack: boolean): Left {
  const { kind, stackName, stackId } = work;
  const noun = kind === 'create' ? 'creation' : 'update';
  const fix = 'Run again once it is at rest';
  const unread = status === undefined ? '; its state could not be read' : '';
  if (kind === 'delete') {
    if (status === undefined || status === 'DELETE_IN_PROGRESS')
      return { next: `a deletion cannot be stopped, and AWS goes on with it${unread}`, fix };
    if (!status.startsWith('DELETE_')) return { next: 'AWS was asked to delete it, and has not begun', fix };
    return { next: isOfFormerStack ? 'what was left of the former one is gone' : 'it is gone', fix: 'Run again' };
  }
  if (typeof told === 'object') {
    const command = kind === 'create' ? 'delete-stack' : 'cancel-update-stack';
    const region = stackId.split(':')[3] ?? '';
    return {
      isUnheard: true,
      next: `AWS was not told to stop (${told.unheard.replace(/\.$/, '')}) and may go on with the ${noun}${unread}`,
      fix: `To stop it, aws cloudformation ${command} --region ${region} --stack-name ${stackName}; run again once it is at rest`,
    };
  }
  if (told === 'rollback') return { next: `AWS was told to take the update back${unread}`, fix };
  if (told === 'deletion') return { next: 'AWS was told to delete it, because it was still being created', fix };
  if (status === undefined) return { next: `AWS may go on with the ${noun}${unread}`, fix };
  if (status === 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS')
    return { next: 'the update is done, and AWS clears away what it replaced', fix };
  if (/ROLLBACK|DELETE/.test(status)) return { next: `AWS is taking the ${noun} back already`, fix };
  return { next: `AWS goes on with the ${noun}${onCancel === 'leave' ? ', as `on-cancel: leave` says' : ''}`, fix };
}
