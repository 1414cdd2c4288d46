import type { StackResult } from '../report/result.ts';
import { type Fault, UserFault } from '../runner/fault.ts';
import { isConsequence, lastOperation } from './cause.ts';
import { uniqueName } from './change-set.ts';
import type { CloudFormation, DeployedStack, StackEvent } from './cloudformation.ts';
import { type Engine, watching } from './engine.ts';
import { follow, isOwnEvent, sendWrite } from './follow.ts';

/** What undoes an update that failed halfway, in words that go before a stack's name. */
const WORDS = {
  'roll back': 'roll back the failed update of',
  'continue rollback': 'continue the rollback of',
} as const;

/** How a stack was brought back, as a report says it. */
export const RECOVERED = {
  'roll back': 'rolled back an update that had failed',
  'continue rollback': 'continued a rollback that had failed',
} as const;

export type Remedy = keyof typeof WORDS;

/** A stack that shall be brought back to a state from which it can be updated. */
interface Patient {
  shortName: string;
  stackName: string;
  deployed: DeployedStack;
  /** Logical ids that the user lets a rollback leave as they are. */
  skippable: readonly string[];
}

/**
 * Undoes an update that failed halfway, and watches that to its end.
 *
 * @param result says that AWS is at work while it is
 * @returns the status that the stack has then, and the resources that were left as they are
 * @throws UserFault when the rollback fails again, naming what keeps it and the input that would let it go on
 */
export async function recover(
  patient: Patient,
  by: Remedy,
  engine: Engine,
  result: Pick<StackResult, 'outcome' | 'status'>,
): Promise<{ status: string; skipped: readonly string[] }> {
  const { cloudFormation, clock, random, signal, observer, roleArn } = engine;
  const { deployed, stackName } = patient;
  const skip = by === 'continue rollback' ? await chosen(patient, cloudFormation) : [];
  signal.throwIfAborted();
  observer.began(patient, `${skip.length > 0 ? `leave ${skip.join(', ')} as it is and ` : ''}${WORDS[by]}`, 0);
  const token = uniqueName(clock, random);
  const send =
    by === 'roll back'
      ? () => cloudFormation.rollbackStack(deployed.id, token, roleArn)
      : () => cloudFormation.continueUpdateRollback(deployed.id, token, skip, roleArn);
  await sendWrite(send, engine);
  Object.assign(result, { outcome: 'interrupted', status: 'UPDATE_ROLLBACK_IN_PROGRESS' });
  const operation = { stackId: deployed.id, token, expected: 0 };
  const { status, events } = await follow(cloudFormation, operation, watching(patient, engine));
  Object.assign(result, { outcome: 'done', status });
  if (!status.endsWith('_FAILED')) return { status, skipped: skip };
  const stuck = await stuckResources(events, cloudFormation);
  throw new UserFault(stuckFault(stackName, patient.shortName, status, stuck));
}

/** A resource that keeps a rollback from its end. */
export interface StuckResource {
  /** As `ResourcesToSkip` wants it: the logical ids on the way to it, nested stacks first, joined by dots. */
  id: string;
  type: string;
  reason: string;
}

/** AWS refuses to skip what has not failed: of what the user lets be skipped, that which has. */
async function chosen({ deployed, skippable }: Patient, cloudFormation: Pick<CloudFormation, 'events'>) {
  if (skippable.length === 0) return [];
  const stuck = await stuckResources(await lastOperation(deployed.id, cloudFormation), cloudFormation);
  // Where the history does not tell, AWS does.
  return stuck.length === 0 ? skippable : skippable.filter(id => stuck.some(resource => resource.id === id));
}

/**
 * The resources that a rollback could not bring back, from its events: those whose last word is a failure of their own. A
 * nested stack is told by what is stuck in it.
 *
 * @param events of one operation, oldest first
 */
export async function stuckResources(
  events: readonly StackEvent[],
  cloudFormation: Pick<CloudFormation, 'events'>,
): Promise<StuckResource[]> {
  const begin = events.findLastIndex(event => isOwnEvent(event) && event.status.endsWith('ROLLBACK_IN_PROGRESS'));
  const ofResources = events.slice(begin + 1).filter(event => !isOwnEvent(event));
  const last = new Map(ofResources.map(event => [event.logicalId, event]));
  const failed = [...last.values()].filter(event => event.status === 'UPDATE_FAILED' && !isConsequence(event));
  const resources = failed.map(async ({ logicalId, physicalId, type, reason = '' }): Promise<StuckResource[]> => {
    const inner =
      type === 'AWS::CloudFormation::Stack'
        ? await stuckResources(await lastOperation(physicalId, cloudFormation), cloudFormation)
        : [];
    if (inner.length === 0) return [{ id: logicalId, type, reason }];
    return inner.map(resource => ({ ...resource, id: `${logicalId}.${resource.id}` }));
  });
  return (await Promise.all(resources)).flat();
}

/** What the user is told when a rollback fails again. */
export function stuckFault(
  stackName: string,
  shortName: string,
  status: string,
  stuck: readonly StuckResource[],
): Fault {
  const names = stuck.map(({ id }) => `\`${id}\``).join(', ');
  const input = `\`skip-resources: ${stuck.map(({ id }) => `${shortName}.${id}`).join(', ')}\``;
  const skip = `, or leave them as they are with ${input} (they will then differ from the template)`;
  return {
    what: `The rollback of stack \`${stackName}\` failed again${stuck.length > 0 ? ` because of ${names}` : ''}`,
    seen: stuck.length > 0 ? stuck.map(({ id, type, reason }) => `${id} (${type}): ${reason}`).join('; ') : status,
    fix: `Mend what keeps them from being rolled back${stuck.length > 0 ? skip : ''}, and run again`,
  };
}
