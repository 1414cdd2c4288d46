import type { Clock } from '../runner/clock.ts';
import type { Segment, TracesBackend } from './backends.ts';
import type { TraceEvidence } from './evidence.ts';
import type { ExpectedSpan } from './expectations.ts';
import type { Finding } from './finding.ts';
import { blankTraces, TraceSearch as SpanSearch } from './prove-traces.ts';
import type { Search } from './search.ts';
import type { SentRequest } from './traffic.ts';

export interface TraceSearchOptions {
  backend: TracesBackend;
  service: string;
  spans: readonly ExpectedSpan[];
  sent: readonly SentRequest[];
  run: string;
  clock: Clock;
  isUnsampled(traceId: string): boolean;
}

/** Looks for the spans of requests in X-Ray. */
export class TraceSearch implements Search {
  readonly signal = 'traces';
  readonly #options: TraceSearchOptions;
  readonly #search: SpanSearch;
  readonly #found = new Map<string, { segments: Segment[]; at: number }>();

  constructor(options: TraceSearchOptions) {
    this.#options = options;
    const backend: TracesBackend = {
      segments: async ids => {
        const found = await options.backend.segments(ids);
        for (const [id, segments] of Map.groupBy(found, ({ traceId }) => traceId))
          this.#found.set(id, { segments, at: this.#found.get(id)?.at ?? options.clock.now() });
        return found;
      },
    };
    this.#search = new SpanSearch(backend, options.spans, options.sent, options.service);
  }

  blank(): Finding[] {
    return blankTraces(this.#options.spans, this.#options.sent);
  }

  look(): Promise<Finding[]> {
    return this.#search.look();
  }

  evidence(): { traces: TraceEvidence[]; arrivals: number[] } {
    const traces = this.#options.sent.map(({ traceId }): TraceEvidence => {
      const found = this.#found.get(traceId);
      return { traceId, segments: found?.segments ?? [], ...(found && { completeAt: found.at }) };
    });
    const arrivals = this.#options.sent.flatMap(({ traceId, startedAt, answer }) => {
      const found = this.#found.get(traceId);
      return found ? [Math.max(found.at - startedAt - answer.ms, 0)] : [];
    });
    return { traces, arrivals };
  }
}
