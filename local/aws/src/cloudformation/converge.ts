import { customName } from '../resources/identity.ts';
import { checkProperties, ResourceFailure } from '../resources/validate.ts';
import { inDependencyOrder } from './dependency-order.ts';
import { compareResource } from './difference.ts';
import { activeResources, liveScope, livingResource } from './evaluation.ts';
import { evaluate, type Scope } from './intrinsics.ts';
import { dependenciesOf } from './references.ts';
import { INITIATED, type Run } from './run.ts';
import { denial } from './stack-policy.ts';
import type { Definition, ResourceState } from './state.ts';
import type { Dict, ResourceDeclaration } from './template.ts';

/** What came of bringing a stack's resources to a definition. */
export interface Outcome {
  /** Logical ids in the order in which they failed, cancelled ones included. */
  failedToCreate: string[];
  failedToUpdate: string[];
  /** What was replaced and is still there. */
  replaced: ResourceState[];
  /** Logical ids that the definition wants. */
  wanted: string[];
}

/**
 * Creates and updates resources until they are as the definition wants them, in the order of their dependencies. The first
 * failure cancels what is under way and starts nothing more. Removing what is no longer wanted is left to the caller.
 */
export async function converge(run: Run, definition: Definition): Promise<Outcome> {
  const scope = liveScope(run.engine, run.stack, definition);
  const active = activeResources(definition.template, scope);
  const outcome: Outcome = { failedToCreate: [], failedToUpdate: [], replaced: [], wanted: Object.keys(active) };
  const needs = (id: string) => dependenciesOf(definition.template, id);
  await inDependencyOrder(outcome.wanted, needs, async id => {
    const declaration = active[id];
    if (!declaration || run.stopped) return false;
    const wanted = wantedResource(run, definition, id, declaration);
    const now = livingResource(run.stack, id);
    const remains = now ? undefined : run.stack.resources[id];
    // What a failed creation left behind goes when its successor is there.
    if (remains?.status === 'CREATE_FAILED' && remains.physicalId !== '') outcome.replaced.push(remains);
    const done = now
      ? await update(run, scope, now, wanted, declaration, outcome)
      : await create(run, scope, wanted, declaration);
    if (done) return true;
    (now ? outcome.failedToUpdate : outcome.failedToCreate).push(id);
    run.stopPhase();
    return false;
  });
  return outcome;
}

/** A declared resource before its properties are computed. */
function wantedResource(
  run: Run,
  definition: Definition,
  logicalId: string,
  declaration: ResourceDeclaration,
): ResourceState {
  return {
    logicalId,
    type: declaration.type,
    physicalId: '',
    status: '',
    properties: {},
    attributes: {},
    stackTags: definition.tags,
    dependsOn: dependenciesOf(definition.template, logicalId),
    metadata: declaration.metadata,
    deletionPolicy: optional(declaration.deletionPolicy),
    updateReplacePolicy: optional(declaration.updateReplacePolicy),
    otherPolicies: declaration.otherPolicies,
    updatedAt: run.engine.now(),
  };
}

function optional(value: unknown): string | undefined {
  return value === undefined ? undefined : String(value);
}

async function create(
  run: Run,
  scope: Scope,
  wanted: ResourceState,
  declaration: ResourceDeclaration,
): Promise<boolean> {
  let resource = wanted;
  try {
    resource = { ...wanted, properties: evaluate(declaration.properties, scope) as Dict };
    resource = run.record(resource, 'CREATE_IN_PROGRESS');
    await make(
      run,
      resource,
      made => {
        resource = made;
      },
      'CREATE',
    );
    return true;
  } catch (error) {
    if (resource.status === '') resource = run.record(resource, 'CREATE_IN_PROGRESS');
    run.record(resource, 'CREATE_FAILED', run.failureReason(error, 'creation'));
    return false;
  }
}

/** Makes a physical resource; `progress` gets every state that it goes through, so that a failure keeps the physical id. */
async function make(
  run: Run,
  resource: ResourceState,
  progress: (state: ResourceState) => void,
  verb: 'CREATE' | 'UPDATE',
): Promise<void> {
  const { engine } = run;
  await run.turn();
  let state = {
    ...resource,
    properties: checkProperties(engine.catalog, resource.type, resource.logicalId, resource.properties),
  };
  const request = run.request(state, physicalId => {
    state = run.record({ ...state, physicalId }, `${verb}_IN_PROGRESS`, INITIATED);
    progress(state);
  });
  const identity = await providerOf(run, state).create(request);
  failOnPurpose(run, state, 'make');
  run.record({ ...state, physicalId: identity.ref, attributes: identity.attributes }, `${verb}_COMPLETE`);
}

async function update(
  run: Run,
  scope: Scope,
  now: ResourceState,
  wanted: ResourceState,
  declaration: ResourceDeclaration,
  outcome: Outcome,
): Promise<boolean> {
  const { engine, stack } = run;
  let resource: ResourceState = { ...now, ...pick(wanted) };
  try {
    const properties = checkProperties(
      engine.catalog,
      now.type,
      now.logicalId,
      evaluate(declaration.properties, scope) as Dict,
    );
    resource = { ...resource, properties };
    const difference = compareResource(engine.catalog, now, resource);
    const provider = providerOf(run, now);
    if (!difference && !provider.hasChanged?.(engine, stack, now, properties)) {
      stack.resources[now.logicalId] = { ...now, metadata: wanted.metadata, dependsOn: wanted.dependsOn };
      return true;
    }
    const replaces = difference?.properties.some(leaf => leaf.recreation === 'Always') === true;
    const denied = denial(stack.policy, replaces ? 'Update:Replace' : 'Update:Modify', now);
    if (denied !== undefined) throw new ResourceFailure(denied);
    if (replaces) {
      await replace(run, now, resource, state => {
        resource = state;
      });
      outcome.replaced.push(now);
      return true;
    }
    resource = run.record(resource, 'UPDATE_IN_PROGRESS');
    await run.turn();
    const identity = await provider.update(
      run.request(resource, () => {}),
      now,
    );
    failOnPurpose(run, resource, 'make');
    run.record({ ...resource, physicalId: identity.ref, attributes: identity.attributes }, 'UPDATE_COMPLETE');
    return true;
  } catch (error) {
    run.record(resource, 'UPDATE_FAILED', run.failureReason(error, 'update'));
    if (resource.physicalId !== now.physicalId) outcome.replaced.push(now);
    return false;
  }
}

const REPLACING = 'Requested update requires the creation of a new physical resource; hence creating one.';

async function replace(
  run: Run,
  now: ResourceState,
  wanted: ResourceState,
  progress: (state: ResourceState) => void,
): Promise<void> {
  const schema = run.engine.catalog.schema(now.type);
  const name = customName(schema, now.type, wanted.properties);
  if (name && now.properties[name.property] === name.value) {
    throw new ResourceFailure(
      `CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename ${name.value} and update the stack again.`,
    );
  }
  await make(run, run.record(wanted, 'UPDATE_IN_PROGRESS', REPLACING), progress, 'UPDATE');
}

/** Puts a resource back to an earlier state of itself, in place; throws `ResourceFailure` when that fails. */
export async function putBack(run: Run, now: ResourceState, before: ResourceState): Promise<void> {
  const resource = run.record(before, 'UPDATE_IN_PROGRESS');
  await run.turn();
  failOnPurpose(run, now, 'put back');
  if (now.physicalId === before.physicalId)
    await providerOf(run, before).update(
      run.request(resource, () => {}),
      now,
    );
  run.record(resource, 'UPDATE_COMPLETE');
}

function pick(wanted: ResourceState) {
  const { metadata, dependsOn, stackTags, deletionPolicy, updateReplacePolicy, otherPolicies } = wanted;
  return { metadata, dependsOn, stackTags, deletionPolicy, updateReplacePolicy, otherPolicies };
}

/** Who makes resources of this type. */
export function providerOf(run: Run, resource: ResourceState) {
  const { providers, generic } = run.engine.options;
  return providers[resource.type] ?? generic;
}

/** Metadata with which a template asks for a failure. */
const TRIGGERS = {
  make: ['zap-local:fail'],
  'put back': ['zap-local:fail-rollback', 'zap-local:stuck-rollback'],
  delete: ['zap-local:fail-delete'],
};

/** Fails when the resource's Metadata or a fault that is switched on wants it. */
export function failOnPurpose(run: Run, resource: ResourceState, work: keyof typeof TRIGGERS): void {
  const { engine, stack } = run;
  const trigger = TRIGGERS[work].find(name => resource.metadata[name] !== undefined);
  const reason = trigger
    ? resource.metadata[trigger]
    : engine.options.faults.onResource(work, stack.name, resource.logicalId)?.reason;
  if (reason !== undefined) throw new ResourceFailure(String(reason));
}
