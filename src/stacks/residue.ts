import type { Residue } from '../report/result.ts';
import type { StackEvent, StackResource } from './cloudformation.ts';
import { costClass } from './cost-class.ts';
import type { Template } from './template.ts';

const KEPT = 'its DeletionPolicy keeps it';

/** Resources that their DeletionPolicy will keep. */
export function keptResources(stack: string, template: Template, known?: readonly StackResource[]): Residue[] {
  return withPolicy(['Retain', 'RetainExceptOnCreate'], KEPT, stack, template, known);
}

/**
 * Resources that go and leave a snapshot, which is billed for.
 *
 * @param known the resources that the stack has, where they could be read: a condition may have left some out
 */
export function snapshotResources(stack: string, template: Template, known?: readonly StackResource[]): Residue[] {
  const residue = withPolicy(['Snapshot'], 'its DeletionPolicy leaves a snapshot', stack, template, known);
  return residue.map(item => ({ ...item, cost: 'pennies' }));
}

/**
 * Resources that a deletion has kept, with their ids.
 *
 * @param forced why each one stays that was left behind by force, by logical id
 */
export function skippedResources(
  stack: string,
  events: readonly StackEvent[],
  forced: ReadonlyMap<string, string> = new Map(),
): Residue[] {
  const skipped = events.filter(({ status }) => status === 'DELETE_SKIPPED');
  const last = new Map(skipped.map(event => [`${event.logicalId} ${event.physicalId}`, event]));
  return [...last.values()].map(({ logicalId, physicalId, type, reason }) => ({
    stack,
    logicalId,
    physicalId,
    type,
    reason: forced.get(logicalId) ?? reason ?? KEPT,
    cost: costClass(type),
  }));
}

/** What an earlier deletion of a stack has kept. */
export function keptBefore(stack: string, known: readonly StackResource[]): Residue[] {
  const events = known.map(resource => ({ ...resource, id: '', stackId: '', at: 0 }));
  return skippedResources(stack, events);
}

function withPolicy(
  policies: string[],
  reason: string,
  stack: string,
  template: Template,
  known: readonly StackResource[] | undefined,
): Residue[] {
  return Object.entries(template.resources)
    .filter(([, { deletionPolicy }]) => policies.includes(deletionPolicy ?? ''))
    .flatMap(([logicalId, { type }]) => {
      const standing = known?.find(resource => resource.logicalId === logicalId);
      if (known && (!standing || standing.status.startsWith('DELETE_'))) return [];
      return [{ stack, logicalId, physicalId: standing?.physicalId ?? '', type, reason, cost: costClass(type) }];
    });
}
