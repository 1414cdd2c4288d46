import { isDeepStrictEqual } from 'node:util';
import { AwsError } from '../wire/aws-error.ts';
import { converge, type Outcome, putBack } from './converge.ts';
import { inDependencyOrder } from './dependency-order.ts';
import { activeResources, computeOutputs, importsOf, liveScope } from './evaluation.ts';
import { remove } from './removal.ts';
import type { Run } from './run.ts';
import { denial } from './stack-policy.ts';
import type { Definition, ResourceState, RollbackPoint } from './state.ts';

/** What becomes of a stack that cannot be created; the API's own words. */
export type OnFailure = 'ROLLBACK' | 'DELETE' | 'DO_NOTHING';

/** Creates everything that the stack's definition wants; on failure goes on as `onFailure` says. */
export async function createOperation(run: Run, onFailure: OnFailure, retainExceptOnCreate: boolean): Promise<void> {
  const { stack } = run;
  const { reason } = await build(run, stack.definition);
  // A stack that is deleted while it is being created goes straight over to its deletion.
  if (run.cancelled) return;
  if (reason === undefined) return run.stackStatus('CREATE_COMPLETE');
  if (onFailure === 'DO_NOTHING') return run.stackStatus('CREATE_FAILED', reason);
  run.newPhase();
  const deleting = onFailure === 'DELETE';
  run.stackStatus(
    deleting ? 'DELETE_IN_PROGRESS' : 'ROLLBACK_IN_PROGRESS',
    `${reason} ${deleting ? 'Delete' : 'Rollback'} requested by user.`,
  );
  const failed = await remove(run, Object.values(stack.resources), {
    policyOf: resource => creationPolicyOf(resource, retainExceptOnCreate),
    keepRecords: true,
  });
  stack.outputs = [];
  stack.imports = [];
  if (failed.length > 0) run.stackStatus(deleting ? 'DELETE_FAILED' : 'ROLLBACK_FAILED', failedTo('delete', failed));
  else if (deleting) finishDeletion(run);
  else run.stackStatus('ROLLBACK_COMPLETE');
}

/** Brings a stack from its definition to another; on failure or cancellation back again, unless `disableRollback`. */
export async function updateOperation(
  run: Run,
  next: Definition,
  options: { disableRollback: boolean; retainExceptOnCreate: boolean },
): Promise<void> {
  const { stack } = run;
  const point: RollbackPoint = stack.rollbackPoint ?? {
    definition: stack.definition,
    resources: { ...stack.resources },
    surplus: [],
    replaced: [],
  };
  stack.definition = next;
  const { reason, outcome } = await build(run, next);
  point.replaced.push(...outcome.replaced);
  if (reason === undefined) {
    stack.rollbackPoint = undefined;
    run.newPhase();
    run.stackStatus('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
    const removed = Object.values(stack.resources).filter(resource => !outcome.wanted.includes(resource.logicalId));
    // What was made again under the same name is the same thing.
    const replaced = point.replaced.filter(old => stack.resources[old.logicalId]?.physicalId !== old.physicalId);
    const failed = await remove(run, [...replaced, ...removed], {
      policyOf: resource =>
        removed.includes(resource)
          ? lastingPolicyOf(resource)
          : stack.resources[resource.logicalId]?.updateReplacePolicy,
      keepRecords: false,
    });
    for (const id of failed) if (!outcome.wanted.includes(id)) delete stack.resources[id];
    return run.stackStatus(
      'UPDATE_COMPLETE',
      failed.length > 0 ? 'One or more resources could not be deleted.' : undefined,
    );
  }
  if (options.disableRollback && !run.cancelled) {
    stack.rollbackPoint = point;
    return run.stackStatus('UPDATE_FAILED', reason);
  }
  run.newPhase();
  run.stackStatus('UPDATE_ROLLBACK_IN_PROGRESS', reason);
  await rollBackOperation(run, point, options);
}

/** Takes a stack that is UPDATE_ROLLBACK_IN_PROGRESS back to where its update started. `skip`: logical ids that are taken as put back. */
export async function rollBackOperation(
  run: Run,
  point: RollbackPoint,
  options: { skip?: readonly string[]; retainExceptOnCreate: boolean },
): Promise<void> {
  const { stack } = run;
  stack.definition = point.definition;
  const failed: string[] = [];
  await inDependencyOrder(
    Object.keys(point.resources),
    id => point.resources[id]?.dependsOn ?? [],
    async id => {
      const before = point.resources[id];
      const now = stack.resources[id];
      if (!before || !now || !differs(now, before)) return true;
      if (now.physicalId !== before.physicalId && now.physicalId !== '') point.surplus.push(now);
      if (options.skip?.includes(id)) {
        stack.resources[id] = { ...now, status: 'UPDATE_COMPLETE', reason: undefined };
        return true;
      }
      try {
        await putBack(run, now, before);
        return true;
      } catch (error) {
        run.record(before, 'UPDATE_FAILED', run.failureReason(error, 'update'));
        failed.push(id);
        return false;
      }
    },
  );
  if (failed.length > 0) {
    stack.rollbackPoint = point;
    return run.stackStatus('UPDATE_ROLLBACK_FAILED', failedTo('update', failed));
  }
  for (const [id, before] of Object.entries(point.resources)) {
    const now = stack.resources[id];
    if (now && !differs(now, before)) stack.resources[id] = before;
  }
  stack.rollbackPoint = undefined;
  run.stackStatus('UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS');
  const created = Object.values(stack.resources).filter(resource => !(resource.logicalId in point.resources));
  await remove(run, [...point.surplus, ...created], {
    policyOf: resource => creationPolicyOf(resource, options.retainExceptOnCreate),
    keepRecords: false,
  });
  run.stackStatus('UPDATE_ROLLBACK_COMPLETE');
}

/** Deletes a stack and what is in it. `force` leaves behind what cannot be deleted. */
export async function deleteOperation(run: Run, options: { retain: readonly string[]; force: boolean }): Promise<void> {
  const { stack } = run;
  const used = exportInUse(
    run,
    stack.outputs.flatMap(output => output.exportName ?? []),
  );
  if (used !== undefined) return run.stackStatus('DELETE_FAILED', used);
  const left = Object.values(stack.resources).filter(resource => !/^DELETE_(COMPLETE|SKIPPED)$/.test(resource.status));
  const failed = await remove(run, left, { policyOf: lastingPolicyOf, keepRecords: true, ...options });
  if (failed.length > 0) return run.stackStatus('DELETE_FAILED', failedTo('delete', failed));
  finishDeletion(run);
}

function finishDeletion(run: Run): void {
  run.stack.deletedAt = run.engine.now();
  run.stack.changeSets = [];
  run.stackStatus('DELETE_COMPLETE');
}

/** Resources, then outputs and exports; `reason` says what went wrong, in the words of the stack's event. */
async function build(run: Run, definition: Definition): Promise<{ reason: string | undefined; outcome: Outcome }> {
  let outcome: Outcome = { failedToCreate: [], failedToUpdate: [], replaced: [], wanted: [] };
  try {
    const imports = importsOf(run.engine, run.stack, definition);
    deniedRemovals(run, definition, outcome);
    if (outcome.failedToUpdate.length > 0) return { reason: failedTo('update', outcome.failedToUpdate), outcome };
    outcome = await converge(run, definition);
    if (run.cancelled) return { reason: 'User Initiated', outcome };
    const { failedToCreate, failedToUpdate } = outcome;
    const reasons = [
      ...(failedToCreate.length > 0 ? [failedTo('create', failedToCreate)] : []),
      ...(failedToUpdate.length > 0 ? [failedTo('update', failedToUpdate)] : []),
    ];
    if (reasons.length > 0) return { reason: reasons.join(' '), outcome };
    settleOutputs(run, definition);
    run.stack.imports = imports;
    return { reason: undefined, outcome };
  } catch (error) {
    if (error instanceof AwsError) return { reason: error.message, outcome };
    throw error;
  }
}

/** Fails what an update would delete and the stack policy keeps, before anything is touched. */
function deniedRemovals(run: Run, definition: Definition, outcome: Outcome): void {
  const { stack } = run;
  const active = activeResources(definition.template, liveScope(run.engine, stack, definition));
  for (const resource of Object.values(stack.resources)) {
    if (resource.logicalId in active) continue;
    const denied = denial(stack.policy, 'Update:Delete', resource);
    if (denied === undefined) continue;
    run.record(resource, 'UPDATE_FAILED', denied);
    outcome.failedToUpdate.push(resource.logicalId);
  }
}

/** Computes the outputs and registers the exports; throws AWS's reason when another stack stands in the way. */
function settleOutputs(run: Run, definition: Definition): void {
  const { engine, stack } = run;
  const outputs = computeOutputs(definition.template, liveScope(engine, stack, definition));
  const taken = engine.exports(stack.region).filter(exported => exported.stack !== stack);
  for (const { exportName } of outputs) {
    const clash = taken.find(exported => exported.name === exportName);
    if (clash)
      throw new AwsError(
        'ValidationError',
        `Export with name ${exportName} is already exported by stack ${clash.stack.name}.`,
      );
  }
  const changed = stack.outputs.filter(
    old => outputs.find(output => output.exportName === old.exportName)?.value !== old.value,
  );
  const used = exportInUse(
    run,
    changed.flatMap(output => output.exportName ?? []),
  );
  if (used !== undefined) throw new AwsError('ValidationError', used);
  stack.outputs = outputs;
}

function exportInUse(run: Run, names: readonly string[]): string | undefined {
  for (const name of names) {
    const users = run.engine.importers(run.stack.region, name).filter(user => user !== run.stack.name);
    const last = users.pop();
    if (last !== undefined) {
      const list = users.length > 0 ? `${users.join(', ')} and ${last}` : last;
      return `Delete canceled. Cannot delete export ${name} as it is in use by ${list}.`;
    }
  }
  return undefined;
}

function failedTo(verb: 'create' | 'update' | 'delete', ids: readonly string[]): string {
  return `The following resource(s) failed to ${verb}: [${ids.join(', ')}].`;
}

/** A resource that an operation has touched: events were written about it, or it is another one now. */
function differs(now: ResourceState, before: ResourceState): boolean {
  const { status, updatedAt, physicalId, properties } = now;
  return !isDeepStrictEqual(
    [status, updatedAt, physicalId, properties],
    [before.status, before.updatedAt, before.physicalId, before.properties],
  );
}

function lastingPolicyOf(resource: ResourceState): string | undefined {
  return resource.deletionPolicy === 'RetainExceptOnCreate' ? 'Retain' : resource.deletionPolicy;
}

/** What becomes of a resource whose creation is undone. */
function creationPolicyOf(resource: ResourceState, retainExceptOnCreate: boolean): string | undefined {
  return retainExceptOnCreate ? undefined : resource.deletionPolicy;
}
