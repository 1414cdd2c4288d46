import type { Residue } from '../report/result.ts';
import type { StackEvent } from './cloudformation.ts';
import type { Template } from './template.ts';

/** Resources that their DeletionPolicy will keep. */
export function keptResources(stack: string, template: Template): Residue[] {
  return withPolicy(['Retain', 'RetainExceptOnCreate'], 'its DeletionPolicy keeps it', stack, template);
}

/** Resources that go and leave a snapshot, which is billed for. */
export function snapshotResources(stack: string, template: Template): Residue[] {
  return withPolicy(['Snapshot'], 'its DeletionPolicy leaves a snapshot', stack, template);
}

/** Resources that a deletion has kept, with their ids. */
export function skippedResources(stack: string, events: readonly StackEvent[]): Residue[] {
  return events
    .filter(({ status }) => status === 'DELETE_SKIPPED')
    .map(({ logicalId, physicalId, type, reason }) => ({
      stack,
      logicalId,
      physicalId,
      type,
      reason: reason ?? 'its DeletionPolicy keeps it',
    }));
}

function withPolicy(policies: string[], reason: string, stack: string, template: Template): Residue[] {
  return Object.entries(template.resources)
    .filter(([, { deletionPolicy }]) => policies.includes(deletionPolicy ?? ''))
    .map(([logicalId, { type }]) => ({ stack, logicalId, physicalId: '', type, reason }));
}
