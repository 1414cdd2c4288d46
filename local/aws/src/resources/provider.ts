import type { Engine } from '../cloudformation/engine.ts';
import type { ResourceState, Stack } from '../cloudformation/state.ts';
import { customName, type Identity, identify, type ResourcePlace } from './identity.ts';
import { typicalSeconds } from './pace.ts';
import { ResourceFailure } from './validate.ts';

/** One resource that is to be made, changed or removed. */
export interface ResourceRequest {
  engine: Engine;
  stack: Stack;
  type: string;
  logicalId: string;
  /** Resolved and checked against the schema. */
  properties: Record<string, unknown>;
  place: ResourcePlace;
  /** Tells the stack that the resource has its physical id and is being made. */
  initiated(physicalId: string): void;
  /** Waits as long as this takes at the server's pace; rejects when the operation is cancelled. */
  wait(seconds: number): Promise<void>;
  /** Aborts when the operation is cancelled, or the server closes. */
  signal: AbortSignal;
}

/** Makes the resources of a type. Every method throws `ResourceFailure` with the reason that the event shall show. */
export interface Provider {
  create(request: ResourceRequest): Promise<Identity>;
  /** Changes in place; a replacement is a `create` followed, later, by a `delete`. */
  update(request: ResourceRequest, now: ResourceState): Promise<Identity>;
  delete(request: ResourceRequest, now: ResourceState): Promise<void>;
  /** Whether there is something to update although the properties are the same; default: no. */
  hasChanged?(engine: Engine, stack: Stack, now: ResourceState, properties: Record<string, unknown>): boolean;
}

/** The provider of every type that is nothing but its schema. */
export const genericProvider: Provider = {
  async create(request) {
    const { engine, type, properties, place, stack } = request;
    const schema = engine.catalog.schema(type);
    const identity = identify(type, schema, properties, place);
    const name = customName(schema, type, properties);
    const owner = name && engine.owner(stack.region, type, name, { stack, logicalId: request.logicalId });
    if (owner) throw new ResourceFailure(`${name.value} already exists in stack ${owner.id}`);
    request.initiated(identity.ref);
    await request.wait(typicalSeconds(type, 'create'));
    return identity;
  },

  async update(request, now) {
    await request.wait(typicalSeconds(request.type, 'update'));
    const fresh = identify(
      request.type,
      request.engine.catalog.schema(request.type),
      request.properties,
      request.place,
    );
    // What the user sets may have changed; what the cloud gave it stays.
    const changed = Object.entries(fresh.attributes).filter(([name]) => name in request.properties);
    return { ref: now.physicalId, attributes: { ...now.attributes, ...Object.fromEntries(changed) } };
  },

  async delete(request) {
    await request.wait(typicalSeconds(request.type, 'delete'));
  },
};
