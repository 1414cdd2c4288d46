import { settleDefinition } from '../cloudformation/definition.ts';
import type { Engine } from '../cloudformation/engine.ts';
import { createOperation, deleteOperation, updateOperation } from '../cloudformation/operations.ts';
import { planChanges } from '../cloudformation/plan.ts';
import type { Definition, ResourceState, Stack } from '../cloudformation/state.ts';
import { AwsError } from '../wire/aws-error.ts';
import type { Identity } from './identity.ts';
import type { Provider, ResourceRequest } from './provider.ts';
import { ResourceFailure } from './validate.ts';

/** AWS::CloudFormation::Stack: a stack of its own, made from a template in S3, whose outputs are its attributes. */
export const nestedStackProvider: Provider = {
  async create(request) {
    const { engine, stack: parent, logicalId, place } = request;
    const name = `${parent.name}-${logicalId}-${place.generation}`;
    const definition = settle(engine, parent, { id: '', name }, request.properties);
    const stack = engine.addStack(parent.region, name, definition, {
      parentId: parent.id,
      rootId: parent.rootId ?? parent.id,
    });
    request.initiated(stack.id);
    await engine.start(stack, 'CREATE_IN_PROGRESS', { token: parent.token }, run =>
      createOperation(run, 'ROLLBACK', false),
    );
    return outcome(stack, 'CREATE_COMPLETE', 'created');
  },

  async update(request, now) {
    const stack = nested(request, now);
    const definition = settle(request.engine, request.stack, stack, request.properties, stack.definition);
    stack.updatedAt = request.engine.now();
    const options = { disableRollback: false, retainExceptOnCreate: false };
    const { token } = request.stack;
    await request.engine.start(stack, 'UPDATE_IN_PROGRESS', { token }, run =>
      updateOperation(run, definition, options),
    );
    return outcome(stack, 'UPDATE_COMPLETE', 'updated');
  },

  async delete(request, now) {
    const stack = nested(request, now);
    const { token } = request.stack;
    const options = { retain: [], force: false };
    await request.engine.start(stack, 'DELETE_IN_PROGRESS', { token }, run => deleteOperation(run, options));
    outcome(stack, 'DELETE_COMPLETE', 'deleted');
  },

  /** The template behind an unchanged URL may have changed. */
  hasChanged(engine, parent, now, properties) {
    const stack = engine.find(parent.region, now.physicalId);
    if (!stack || !properties.TemplateURL) return false;
    const { changes, otherChanges } = planChanges(
      engine,
      stack,
      settle(engine, parent, stack, properties, stack.definition),
    );
    return changes.length > 0 || otherChanges;
  },
};

function nested({ engine, stack }: ResourceRequest, now: ResourceState): Stack {
  const found = engine.find(stack.region, now.physicalId);
  if (!found) throw new ResourceFailure(`Embedded stack ${now.physicalId} does not exist`);
  return found;
}

/** The nested stack's definition; what is wrong with it is the resource's failure. */
function settle(
  engine: Engine,
  parent: Stack,
  owner: { id: string; name: string },
  properties: Record<string, unknown>,
  previous?: Definition,
): Definition {
  const parameters = Object.entries((properties.Parameters ?? {}) as Record<string, unknown>).map(
    ([ParameterKey, value]) => ({
      ParameterKey,
      ParameterValue: String(value),
    }),
  );
  const own = Array.isArray(properties.Tags) ? properties.Tags : [];
  const params = {
    TemplateURL: properties.TemplateURL,
    Parameters: parameters,
    Capabilities: parent.definition.capabilities,
    NotificationARNs: properties.NotificationARNs,
    Tags: [...own, ...parent.definition.tags],
  };
  try {
    return settleDefinition(engine, { id: owner.id, name: owner.name, region: parent.region }, params, previous);
  } catch (error) {
    if (error instanceof AwsError) throw new ResourceFailure(error.message);
    throw error;
  }
}

function outcome(stack: Stack, wanted: string, participle: string): Identity {
  if (stack.status !== wanted) {
    // A stack that has been rolled back no longer says why; the event with which that began does.
    const begun = stack.events.findLast(({ physicalId, reason }) => physicalId === stack.id && reason !== undefined);
    const reason = (begun?.reason ?? stack.status).replace(/ (Rollback|Delete) requested by user\.$/, '');
    throw new ResourceFailure(`Embedded stack ${stack.id} was not successfully ${participle}: ${reason}`);
  }
  const outputs = stack.outputs.map(({ key, value }) => [`Outputs.${key}`, value] as const);
  return { ref: stack.id, attributes: { StackId: stack.id, ...Object.fromEntries(outputs) } };
}
