import { TransientError } from '../aws/transient-error.ts';
import { orAbort } from '../runner/cancellation.ts';
import type { Clock } from '../runner/clock.ts';
import { renderFault, UserFault } from '../runner/fault.ts';
import { type ChangeSetRequest, Overtaken, type ResourceChange, type Validation } from './cloudformation.ts';
import type { Engine } from './engine.ts';
import { type Operation, orAbortSoon, untilAnswered } from './follow.ts';

/** Reasons with which CloudFormation fails a change set that would change nothing. */
const NO_CHANGES = /didn't contain changes|No updates are to be performed/;

/** So long a change set that is still being made is waited for, to be deleted: a cancelled job has ten seconds in all. */
const PATIENCE = 5000;

/** What CloudFormation made of a change set. */
export interface Prepared {
  /** The stack's ARN. */
  stackId: string;
  /** There is nothing to execute. Outputs and tags may change where no resource does. */
  isNothing: boolean;
  changes: readonly ResourceChange[];
  /** What early validation warns of. */
  validations: readonly Validation[];
}

/** Thrown when early validation fails a change set. */
export class ValidationFault extends UserFault {
  readonly validations: readonly Validation[];

  constructor(stackName: string, validations: readonly Validation[]) {
    const seen = validations.map(({ logicalId, reason }) => `\`${logicalId}\`: ${reason}`).join('; ');
    const what = `CloudFormation's validation refused the changes to stack \`${stackName}\``;
    super({ what, seen, fix: 'Mend the template or the parameters and run again' });
    this.validations = validations;
  }
}

/**
 * Works out what would change, and leaves nothing behind but, where the credentials may not delete stacks, the empty one that a
 * change set of a new stack is made in.
 *
 * @returns also whether that stack stays
 * @throws UserFault when CloudFormation refuses the change; the signal's reason when that aborts first
 */
export async function previewChange(
  request: ChangeSetRequest,
  engine: Engine,
): Promise<Prepared & { isStackLeft: boolean }> {
  const { id: _, ...prepared } = await prepare(request, engine);
  const remains = await discard({ ...request, stackId: prepared.stackId }, engine);
  return { ...prepared, isStackLeft: remains?.left === 'empty stack' };
}

/**
 * Works out what would change and starts it. Whatever keeps a change set from execution, it does not stay behind.
 *
 * @param approve is asked before the execution, and throws to prevent it
 * @returns no operation when nothing would change; `isAnswered` is false when the run was cancelled before AWS said that it
 * has begun, so that it may not have
 * @throws as `previewChange`
 */
export async function startChange(
  request: ChangeSetRequest,
  engine: Engine,
  approve: (prepared: Prepared) => Promise<void> = async () => {},
): Promise<Prepared & { operation?: Operation; isAnswered?: boolean }> {
  const { id, ...prepared } = await prepare(request, engine);
  const made = { ...request, stackId: prepared.stackId };
  if (prepared.isNothing) {
    await discard(made, engine);
    return prepared;
  }
  let isAnswered: boolean;
  try {
    await approve(prepared);
    engine.signal.throwIfAborted();
    isAnswered = await execute(id, prepared.stackId, request, engine);
  } catch (error) {
    await discard(made, engine);
    throw error;
  }
  const operation = { stackId: prepared.stackId, token: request.name, expected: prepared.changes.length };
  return { ...prepared, operation, isAnswered };
}

async function prepare(request: ChangeSetRequest, engine: Engine): Promise<Prepared & { id: string }> {
  engine.signal.throwIfAborted();
  const creation = engine.cloudFormation.createChangeSet(request);
  let pending: Promise<void> | undefined = creation.then(
    () => {},
    () => {},
  );
  void pending.then(() => {
    pending = undefined;
  });
  let stackId: string | undefined;
  try {
    const answer = await orAbortSoon(creation, engine);
    const { id } = answer;
    stackId = answer.stackId;
    return { id, stackId, ...(await awaitChanges(id, request.stackName, engine)) };
  } catch (error) {
    // An answer that was lost may have left one too.
    await discard({ ...request, stackId }, engine, pending);
    throw error;
  }
}

/** What a change set would do, when CloudFormation has worked it out. */
async function awaitChanges(id: string, stackName: string, engine: Engine): Promise<Omit<Prepared, 'stackId'>> {
  const { clock, signal, cloudFormation } = engine;
  const started = clock.now();
  let wasSeen = false;
  // Next to nothing on a local AWS, three to eight seconds on AWS most often: watched closely so long, then ever less.
  for (
    let pause = 100;
    ;
    pause = clock.now() - started < 8000 ? Math.min(pause * 1.5, 220) : Math.min(pause * 1.2, 2000)
  ) {
    const changeSet = await untilAnswered(() => cloudFormation.describeChangeSet(id), engine);
    if (changeSet?.status === 'CREATE_COMPLETE')
      return { isNothing: false, changes: changeSet.changes, validations: await validationsOf(id, engine) };
    wasSeen ||= changeSet !== undefined;
    // One that was just made may not be seen yet; later, another run has executed its own, or deleted the stack.
    if (changeSet === undefined && (wasSeen || clock.now() - started > PATIENCE))
      throw new Overtaken('cloudformation:DescribeChangeSet', 'the change set is gone before it was used');
    if (changeSet?.status === 'FAILED') {
      const seen = changeSet.statusReason ?? 'CloudFormation gave no reason';
      if (NO_CHANGES.test(seen)) return { isNothing: true, changes: [], validations: [] };
      const refused = (await validationsOf(id, engine)).filter(({ mode }) => mode === 'FAIL');
      if (refused.length > 0) throw new ValidationFault(stackName, refused);
      const fix = 'Mend the template or the parameters and run again';
      throw new UserFault({ what: `CloudFormation refused the changes to stack \`${stackName}\``, seen, fix });
    }
    await clock.sleep(pause, signal);
  }
}

/** What early validation found; that it cannot be read keeps nothing from going on. */
async function validationsOf(id: string, engine: Engine): Promise<Validation[]> {
  try {
    return await orAbort(engine.cloudFormation.validations(id), engine.signal);
  } catch (error) {
    if (!(error instanceof UserFault)) throw error;
    engine.observer.warning(`What CloudFormation's validation says of the changes is not shown. ${error.message}`);
    return [];
  }
}

/** @returns whether AWS has answered: a run that is cancelled does not wait for long */
async function execute(id: string, stackId: string, request: ChangeSetRequest, engine: Engine): Promise<boolean> {
  const { cloudFormation, signal, keepFailed = false } = engine;
  try {
    await orAbortSoon(cloudFormation.executeChangeSet(id, request.name, keepFailed), engine);
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    if (!(error instanceof TransientError || error instanceof Overtaken)) throw error;
    return await isUnderWay(id, stackId, request, error, engine);
  }
}

/**
 * The answer may be lost, and the request not; or it was repeated, and refused for being under way: the change set itself tells.
 *
 * @returns whether that could be told before the run was cancelled
 * @throws the given error when the execution has not begun, `Overtaken` when somebody else was faster
 */
async function isUnderWay(
  id: string,
  stackId: string,
  request: ChangeSetRequest,
  answer: TransientError | Overtaken,
  engine: Engine,
): Promise<boolean> {
  try {
    const changeSet = await untilAnswered(() => engine.cloudFormation.describeChangeSet(id), engine);
    if (changeSet?.executionStatus?.startsWith('EXECUTE_')) return true;
    if (changeSet) throw answer;
    // A refusal is no lost answer: the history would show by now what an earlier attempt has begun.
    const looks = answer instanceof Overtaken ? [500] : [0, 1000, 3000];
    if (await hasBegun(stackId, request.name, looks, engine)) return true;
  } catch (error) {
    if (engine.signal.aborted && error === engine.signal.reason) return false;
    throw error;
  }
  throw new Overtaken('cloudformation:ExecuteChangeSet', 'the change set is gone, and nothing was done with it');
}

/** Whether the history shows that an operation was begun. It may show so a little late. */
async function hasBegun(stackId: string, token: string, looks: readonly number[], engine: Engine): Promise<boolean> {
  const { cloudFormation, clock, signal } = engine;
  for (const pause of looks) {
    await clock.sleep(pause, signal);
    const { events } = await untilAnswered(() => cloudFormation.events(stackId), engine);
    if (events.some(event => event.token === token)) return true;
  }
  return false;
}

/**
 * Deletes a change set that was not executed, and the empty stack that held it. A failure to do so is told as a warning, so
 * that it never hides why the change was given up; and it takes no longer than a cancelled job has.
 *
 * @param pending ends with the creation that is not answered yet: only then is a removal the last word
 * @returns what stays behind
 */
async function discard(request: Unused, engine: Engine, pending?: Promise<void>): Promise<Remains | undefined> {
  // A timer that nobody waits for any more would keep the process.
  const over = new AbortController();
  const giveUp = engine.clock.sleep(PATIENCE, over.signal).then(() => UNANSWERED);
  const remove = async () => {
    const remains = await removeUnused(request, engine);
    if (!pending) return remains;
    await pending;
    return await removeUnused(request, engine);
  };
  const remains = await Promise.race([remove(), giveUp]).finally(() => over.abort());
  if (remains) engine.observer.warning(remainsInWords(request, remains));
  return remains;
}

function remainsInWords({ stackName, name }: Unused, { left, why }: Remains): string {
  if (left === 'empty stack') {
    const what = `Stack \`${stackName}\` stays behind empty (REVIEW_IN_PROGRESS), as AWS makes one for the change set of a new stack, and it could not be deleted`;
    return `${what}. It has no resources and costs nothing; the next preview or deployment uses it, and \`teardown\` removes it. ${why}`;
  }
  return `Change set ${name} of ${stackName} may be left: see that ${howToRemove({ stackName, name })}. ${why}`;
}

/** What there is to see to by hand, after "see that". */
export function howToRemove({ stackName, name }: Pick<Unused, 'stackName' | 'name'>): string {
  const command = `aws cloudformation delete-change-set --stack-name ${stackName} --change-set-name ${name}`;
  return `it is gone, and the stack too if it is empty (${command})`;
}

/** A change set that is not needed any more. */
interface Unused extends Pick<ChangeSetRequest, 'stackName' | 'name' | 'type'> {
  /** The ARN of the stack that it is for, where that is known: the name may show a former stack for a while. */
  stackId?: string | undefined;
}

/** What could not be deleted. A stack is left when its change set is gone. */
export interface Remains {
  left: 'change set' | 'empty stack';
  /** What went wrong, in words. */
  why: string;
}

/** What is to be feared where there is no last word. */
export const UNANSWERED: Remains = { left: 'change set', why: 'CloudFormation does not answer in time' };

/** Deletes a change set, as soon as CloudFormation lets it go, and the stack that it alone has brought into being. */
export async function removeUnused(
  { stackName, stackId, name, type }: Unused,
  { cloudFormation, clock }: Pick<Engine, 'cloudFormation' | 'clock'>,
): Promise<Remains | undefined> {
  const deadline = clock.now() + PATIENCE;
  let left: Remains['left'] = 'change set';
  try {
    while ((await cloudFormation.deleteChangeSet(stackName, name)) === 'busy') {
      if (clock.now() >= deadline) return { left, why: 'CloudFormation is still making it' };
      await clock.sleep(250);
    }
    // Only a stack that is still empty may go, and not while another run has a change set for it. CloudFormation cannot be
    // asked to look and delete in one: a change set that another run makes between the two calls goes too, unexecuted (making
    // one takes longer than that). That run then sees its change set gone and makes another.
    while (clock.now() <= deadline) {
      const stack = type === 'CREATE' ? await cloudFormation.describe(stackId ?? stackName) : undefined;
      if (stack?.status !== 'REVIEW_IN_PROGRESS') return undefined;
      left = 'empty stack';
      if (await cloudFormation.hasChangeSets(stack.id)) return undefined;
      try {
        await cloudFormation.deleteEmptyStack(stack.id, `${name}-discard`);
        return undefined;
      } catch (error) {
        if (!(error instanceof TransientError)) throw error;
        await clock.sleep(500);
      }
    }
    return { ...UNANSWERED, left };
  } catch (error) {
    if (!(error instanceof UserFault)) throw error;
    // That a role may not delete stacks can be meant so, as for previews of pull requests: no advice to allow it.
    const faults = left === 'change set' ? error.faults : error.faults.map(({ fix: _, ...fault }) => fault);
    return { left, why: faults.map(renderFault).join(' ') };
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
