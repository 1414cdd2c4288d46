import { randomUUID } from 'node:crypto';
import { AwsError } from '../wire/aws-error.ts';
import { spanDocuments } from './span-document.ts';
import type { Trace, TraceStore } from './trace-store.ts';

/** What StartTraceRetrieval asks for. */
export interface RetrievalRequest {
  region: string;
  traceIds: readonly string[];
  /** Whether a trace is of the range of time that is asked for. */
  isInRange(trace: Trace): boolean;
}

interface Retrieval {
  region: string;
  traces: readonly Trace[];
  /** Milliseconds since 1970. */
  startedAt: number;
}

/** "Array Members: Maximum number of 5 items" (ListRetrievedTraces, X-Ray API Reference). */
const TRACES_A_PAGE = 5;
/** "Retrievals will time out after 60 minutes" (StartTraceRetrieval, ibid.). */
const LIFETIME = 3_600_000;

/** Retrievals of traces that Transaction Search keeps: what was there when they were started. */
export class Retrievals {
  readonly #store: TraceStore;
  /** By token. */
  readonly #started = new Map<string, Retrieval>();

  constructor(store: TraceStore) {
    this.#store = store;
  }

  /** @param shownBy what came later is not there, in milliseconds since 1970 */
  start({ region, traceIds, isInRange }: RetrievalRequest, shownBy: number, now: number): { RetrievalToken: string } {
    for (const [token, { startedAt }] of this.#started) if (startedAt < now - LIFETIME) this.#started.delete(token);
    const traces = [...new Set(traceIds)].flatMap(id => this.#store.find(region, id, shownBy) ?? []);
    const RetrievalToken = randomUUID();
    this.#started.set(RetrievalToken, { region, traces: traces.filter(isInRange), startedAt: now });
    return { RetrievalToken };
  }

  /** @param completeBy a retrieval is complete that was started by then, in milliseconds since 1970 */
  list(region: string, token: string, format: string, nextToken: string | undefined, completeBy: number) {
    const retrieval = this.#started.get(token);
    if (retrieval?.region !== region)
      throw new AwsError('ResourceNotFoundException', 'The retrieval token does not exist.', 404);
    if (retrieval.startedAt > completeBy) return { RetrievalStatus: 'RUNNING', TraceFormat: format, Traces: [] };
    const from = Number(nextToken ?? 0);
    const page = retrieval.traces.slice(from, from + TRACES_A_PAGE);
    const next = from + page.length;
    return {
      RetrievalStatus: 'COMPLETE',
      TraceFormat: format,
      Traces: page.map(trace => shown(trace, format)),
      ...(next < retrieval.traces.length && { NextToken: String(next) }),
    };
  }
}

function shown({ id, startedAt, endedAt, segments }: Trace, format: string) {
  const sent = segments.filter(({ inferred }) => inferred !== true);
  const documents =
    format === 'OTEL'
      ? sent
          .flatMap(spanDocuments)
          .map(span => ({ Id: (span as { spanId: string }).spanId, Document: JSON.stringify(span) }))
      : sent.map(segment => ({ Id: segment.id, Document: JSON.stringify(segment) }));
  return { Id: id, Duration: endedAt - startedAt, Spans: documents };
}
