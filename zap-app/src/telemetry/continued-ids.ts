import { type IdGenerator, RandomIdGenerator } from '@opentelemetry/sdk-trace';

/**
 * Random ids, but for a trace that is to go on without a parent: OpenTelemetry takes the trace's id from the parent alone,
 * and a load balancer, which is no span, names none. A made-up parent would leave the trace without a root.
 */
export class ContinuedIds implements IdGenerator {
  readonly #random: IdGenerator = new RandomIdGenerator();
  #next: string | undefined;

  /** The trace id of the next root span, if that is started in the same turn of the event loop; undefined: a random one. */
  continueWith(traceId: string | undefined): void {
    this.#next = traceId;
    if (traceId !== undefined) queueMicrotask(() => this.#forget(traceId));
  }

  generateTraceId(): string {
    const traceId = this.#next ?? this.#random.generateTraceId();
    this.#next = undefined;
    return traceId;
  }

  generateSpanId(): string {
    return this.#random.generateSpanId();
  }

  #forget(traceId: string): void {
    if (this.#next === traceId) this.#next = undefined;
  }
}
