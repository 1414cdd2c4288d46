import { failOnPurpose, providerOf } from './converge.ts';
import { inDependencyOrder } from './dependency-order.ts';
import type { Run } from './run.ts';
import type { ResourceState } from './state.ts';

/** Which resources a removal leaves behind. */
export interface RemovalOptions {
  /** The policy that decides about a resource. */
  policyOf(resource: ResourceState): string | undefined;
  /** Logical ids to leave behind whatever their policy. */
  retain?: readonly string[];
  /** Leave behind what cannot be deleted, instead of failing. */
  force?: boolean;
  /** Keep the records of deleted resources, as a deleted stack does. */
  keepRecords: boolean;
}

/**
 * Deletes resources, each one after all that depend on it, as parallel as that allows. A failure stops only what the failed
 * one needs. Returns the logical ids that could not be deleted.
 */
export async function remove(
  run: Run,
  resources: readonly ResourceState[],
  options: RemovalOptions,
): Promise<string[]> {
  // A replaced resource and its successor share a logical id, but not a place in this list.
  const keys = resources.map((_, index) => String(index));
  const at = (key: string) => resources[Number(key)];
  const dependents = (key: string) => {
    const id = at(key)?.logicalId ?? '';
    return keys.filter(other => at(other)?.dependsOn.includes(id));
  };
  const failed: string[] = [];
  await inDependencyOrder(keys, dependents, async key => {
    const resource = at(key);
    if (!resource || (await removeOne(run, resource, options))) return true;
    failed.push(resource.logicalId);
    return false;
  });
  return failed;
}

async function removeOne(run: Run, resource: ResourceState, options: RemovalOptions): Promise<boolean> {
  const { stack } = run;
  const { logicalId, physicalId } = resource;
  const current = stack.resources[logicalId]?.physicalId === physicalId;
  const tell = (status: string, reason?: string) => run.record(resource, status, reason, current);
  const forget = () => {
    if (current && !options.keepRecords) delete stack.resources[logicalId];
  };
  await run.turn();
  if (physicalId === '') {
    tell('DELETE_COMPLETE');
    forget();
    return true;
  }
  if (options.policyOf(resource) === 'Retain' || options.retain?.includes(logicalId)) {
    tell('DELETE_SKIPPED');
    forget();
    return true;
  }
  try {
    tell('DELETE_IN_PROGRESS');
    await providerOf(run, resource).delete(
      run.request(resource, () => {}),
      resource,
    );
    failOnPurpose(run, resource, 'delete');
    tell('DELETE_COMPLETE');
  } catch (error) {
    tell('DELETE_FAILED', run.failureReason(error, 'update'));
    if (!options.force) return false;
    tell('DELETE_SKIPPED');
  }
  forget();
  return true;
}
