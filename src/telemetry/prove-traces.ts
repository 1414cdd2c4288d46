import type { Segment, TracesBackend } from './backends.ts';
import type { ExpectedSpan } from './expectations.ts';
import type { Finding } from './finding.ts';
import { blankSpan, judgeSpan } from './span-finding.ts';
import { xrayTraceId } from './trace-id.ts';
import type { SentRequest } from './traffic.ts';

/** What is to be found: a trace of each request, and each span in one of them. */
export function blankTraces(spans: readonly ExpectedSpan[], sent: readonly SentRequest[]): Finding[] {
  return [{ name: tracesName(sent), passed: false }, ...spans.map(blankSpan)];
}

function tracesName({ length }: readonly SentRequest[]): string {
  return length < 2 ? 'a trace of the request' : `a trace of each of ${length} requests`;
}

/** Looks for spans, and again only for traces of which something may still come. */
export class TraceSearch {
  readonly #backend: TracesBackend;
  readonly #spans: readonly ExpectedSpan[];
  readonly #sent: readonly SentRequest[];
  readonly #service: string;
  readonly #found = new Map<string, Segment[]>();

  constructor(backend: TracesBackend, spans: readonly ExpectedSpan[], sent: readonly SentRequest[], service: string) {
    this.#backend = backend;
    this.#spans = spans;
    this.#sent = sent;
    this.#service = service;
  }

  async look(): Promise<Finding[]> {
    const hasAllSpans = this.#judged().every(({ passed }) => passed);
    const wanted = this.#sent.map(({ traceId }) => traceId).filter(id => !hasAllSpans || !this.#found.has(id));
    for (const [id, segments] of Map.groupBy(await this.#backend.segments(wanted), ({ traceId }) => traceId)) {
      if (wanted.includes(id)) this.#found.set(id, segments);
    }
    return [this.#tracesFinding(), ...this.#judged()];
  }

  #tracesFinding(): Finding {
    const name = tracesName(this.#sent);
    const lost = this.#sent.filter(({ traceId }) => !this.#found.has(traceId));
    const seen = `${this.#sent.length - lost.length} of ${this.#sent.length}`;
    if (lost.length === 0) return { name, passed: true, seen };
    const missing = lost.slice(0, 5).map(({ request, traceId }) => `${request.name} (${xrayTraceId(traceId)})`);
    const more = lost.length > missing.length ? ` and ${lost.length - missing.length} more` : '';
    return { name, passed: false, seen: `${seen}; not ${missing.join(', ')}${more}` };
  }

  #judged(): Finding[] {
    const segments = [...this.#found.values()].flat();
    return this.#spans.map(span => judgeSpan(span, segments, this.#service));
  }
}
