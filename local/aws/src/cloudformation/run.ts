import type { ResourceRequest } from '../resources/provider.ts';
import { ResourceFailure } from '../resources/validate.ts';
import { AwsError } from '../wire/aws-error.ts';
import { deterministicUuid, type Engine } from './engine.ts';
import type { ResourceState, Stack } from './state.ts';

/** Thrown where an operation waits when it is told to stop. */
class Cancelled extends Error {
  override readonly name = 'Cancelled';
}

/** The reason of the event that says that a resource has its physical id now. */
export const INITIATED = 'Resource creation Initiated';

/** One operation on one stack: its events, its clock and its cancellation. */
export class Run {
  readonly engine: Engine;
  readonly stack: Stack;
  #token: string | undefined;
  readonly #closing: AbortSignal;
  #phase = new AbortController();
  #cancelled = false;

  constructor(engine: Engine, stack: Stack, token: string | undefined, closing: AbortSignal) {
    this.engine = engine;
    this.stack = stack;
    this.#token = token;
    this.#closing = closing;
  }

  /** Whether the operation was told to stop from outside; a failure of a resource does not count. */
  get cancelled(): boolean {
    return this.#cancelled;
  }

  /** Whether nothing new shall be started in this phase. */
  get stopped(): boolean {
    return this.#phase.signal.aborted;
  }

  get #signal(): AbortSignal {
    return AbortSignal.any([this.#closing, this.#phase.signal]);
  }

  /** Stops the operation from outside; the events that follow carry the token of the request that asked for it. */
  cancel(token?: string): void {
    this.#cancelled = true;
    this.#token = token ?? this.#token;
    this.stopPhase();
  }

  /** Cancels what is being waited for; new waits need a new phase. */
  stopPhase(): void {
    this.#phase.abort(new Cancelled('cancelled'));
  }

  /** Starts a phase, such as a rollback, that earlier failures and cancellations do not concern. */
  newPhase(): void {
    this.#phase = new AbortController();
  }

  /** Lets other work go first; rejects when the server closes. */
  turn(): Promise<void> {
    return this.engine.options.clock.sleep(0, this.#closing);
  }

  /** Waits for this many seconds at pace 1. */
  wait(seconds: number): Promise<void> {
    return this.engine.options.clock.sleep(seconds * this.engine.options.pace, this.#signal);
  }

  /** Waits for this many real seconds, or until the operation is told to stop. */
  async hold(seconds: number): Promise<void> {
    try {
      await this.engine.options.clock.sleep(seconds, this.#signal);
    } catch (error) {
      if (!(error instanceof Cancelled)) throw error;
    }
  }

  /** Sets the stack's own status and tells it in an event. */
  stackStatus(status: string, reason?: string): void {
    const { stack } = this;
    stack.status = status;
    stack.reason = reason;
    this.#event({ logicalId: stack.name, physicalId: stack.id, type: 'AWS::CloudFormation::Stack', status, reason });
  }

  /** Puts a resource in a new state, keeps it in the stack unless it was replaced there, and tells it in an event. */
  record(resource: ResourceState, status: string, reason?: string, keep = true): ResourceState {
    const next = { ...resource, status, reason, updatedAt: this.engine.now() };
    if (keep) this.stack.resources[resource.logicalId] = next;
    const { logicalId, physicalId, type } = next;
    this.#event({ logicalId, physicalId, type, status, reason, properties: JSON.stringify(next.properties) });
    return next;
  }

  /** What a provider gets to know of a resource. */
  request(resource: ResourceState, initiated: (physicalId: string) => void): ResourceRequest {
    const { engine, stack } = this;
    const { type, logicalId, properties, metadata } = resource;
    const seconds = metadata['zap-local:seconds'];
    const made = stack.events.filter(event => event.logicalId === logicalId && event.reason === INITIATED).length;
    return {
      engine,
      stack,
      type,
      logicalId,
      properties,
      place: {
        region: stack.region,
        account: engine.account,
        stackName: stack.name,
        stackId: stack.id,
        logicalId,
        generation: made + 1,
      },
      initiated,
      signal: this.#signal,
      wait: async typical => {
        const hang = engine.options.faults.onResource('hang', stack.name, logicalId);
        if (hang) await this.hold(hang.seconds);
        await this.wait(typeof seconds === 'number' ? seconds : typical);
      },
    };
  }

  /**
   * The reason that an event gives for a failure: the resource's or the template's own, or that another one's failure
   * cancelled it. Throws what is neither: a bug, or the server closing.
   */
  failureReason(error: unknown, verb: 'creation' | 'update'): string {
    if (error instanceof Cancelled) return `Resource ${verb} cancelled`;
    if (error instanceof ResourceFailure || error instanceof AwsError) return error.message;
    throw error;
  }

  #event(
    event: Pick<ResourceState, 'logicalId' | 'physicalId' | 'type' | 'status' | 'reason'> & { properties?: string },
  ): void {
    const { stack, engine } = this;
    const id = deterministicUuid(`${stack.id}/${stack.events.length}`);
    stack.events.push({ id, at: engine.now(), token: this.#token, ...event });
  }
}
