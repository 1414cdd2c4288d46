import type { Segment, TracesBackend } from './backends.ts';
import type { ExpectedSpan } from './expectations.ts';
import type { Finding } from './finding.ts';
import { matchSpan, nameOfService, namesOf, type SpanMatch, tellMissing } from './span-match.ts';
import { xrayTraceId } from './trace-id.ts';
import type { SentRequest } from './traffic.ts';

/** What is to be found: a trace of each request, and each span in one of them. */
export function blankTraces(spans: readonly ExpectedSpan[], sent: readonly SentRequest[]): Finding[] {
  return [
    { name: tracesName(sent), passed: false },
    ...spans.map(span => ({ name: `span ${span.name} (${span.kind})`, passed: false, place: span.place })),
  ];
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

/** A span has arrived when one segment is all that is expected of it. */
export function judgeSpan(span: ExpectedSpan, segments: readonly Segment[], service: string): Finding {
  const blank: Finding = { name: `span ${span.name} (${span.kind})`, passed: false, place: span.place };
  const attempts = segments.map(segment => ({ segment, match: matchSpan(span, segment, service) }));
  const named = attempts.filter(({ match }) => match.isNamed);
  const best = named.sort((one, other) => gap(one.match) - gap(other.match))[0];
  if (best) {
    const { match, segment } = best;
    const seen = `${segment.isSubsegment ? 'subsegment' : 'segment'} \`${segment.name}\` of ${xrayTraceId(segment.traceId)}`;
    if (gap(match) === 0) return { ...blank, passed: true, seen };
    return { ...blank, seen, ...explainSpan(span, match, segment, service) };
  }
  if (segments.length === 0) return blank;
  const names = [...new Set(segments.flatMap(segment => namesOf(segment, service)))].sort();
  const cause =
    names.length > 0
      ? `No span of that name is in the traces that have arrived; there are ${names
          .slice(0, 12)
          .map(name => `\`${name}\``)
          .join(', ')}`
      : 'The traces that have arrived have no span whose name can be known';
  const fix =
    'Check the name, and that a request leads to this span; a name that X-Ray does not keep is told by `http.route`';
  return { ...blank, seen: `${segments.length} segments of this run`, cause, fix };
}

function gap({ isOfKind, isOfService, missing }: SpanMatch): number {
  return (isOfKind ? 0 : 1000) + (isOfService ? 0 : 1000) + missing.length;
}

function explainSpan(
  span: ExpectedSpan,
  { isOfKind, isOfService, missing }: SpanMatch,
  segment: Segment,
  service: string,
): Pick<Finding, 'cause' | 'fix'> {
  if (!isOfKind) {
    const told = segment.namespace ? `a call (${segment.namespace})` : segment.isSubsegment ? 'internal' : "a server's";
    return {
      cause: `The span is there, but it is ${told}, not of kind ${span.kind}`,
      fix: 'Change `kind`, or the span',
    };
  }
  if (!isOfService) {
    const cause = `The span is there, but of service \`${nameOfService(segment)}\`, not \`${service}\``;
    return { cause, fix: 'Set `OTEL_SERVICE_NAME` of the application, or change `service`' };
  }
  return {
    cause: `The span is there, but not as expected: ${tellMissing(missing)}`,
    fix: 'Give the span these attributes, or change what `attributes` expects',
  };
}
