import type { TraceBar, TracePicture } from '../report/proof-result.ts';
import type { Segment } from './backends.ts';
import type { FoundRecord, LogEvidence, TraceEvidence } from './evidence.ts';
import { shown } from './json-value.ts';
import { nameOfService, namesOf } from './span-match.ts';
import type { SentRequest } from './traffic.ts';

/** A picture of more bars is no picture. */
const MOST_BARS = 100;
/** Characters of a name. */
const LONGEST_NAME = 160;

/**
 * Draws the trace that tells most: one that lacks something, where there is one with spans, since that is the one to look at;
 * otherwise the one with most spans, and where no trace has any, the one with most log records.
 *
 * @param sent what was sent
 * @returns nothing when nothing was found of any of them
 */
export function tracePicture(
  sent: readonly SentRequest[],
  traces: readonly TraceEvidence[],
  logs: readonly LogEvidence[],
): TracePicture | undefined {
  const records = new Map(logs.map(each => [each.traceId, each.records]));
  const found = sent.map(request => {
    const trace = traces.find(({ traceId }) => traceId === request.traceId);
    return { request, trace, segments: trace?.segments ?? [], records: records.get(request.traceId) ?? [] };
  });
  const withSpans = found.filter(({ segments }) => segments.length > 0);
  const broken = withSpans.filter(({ trace }) => trace?.completeAt === undefined);
  const candidates = [broken, withSpans, found.filter(({ records }) => records.length > 0)].find(
    some => some.length > 0,
  );
  const [first] = (candidates ?? []).toSorted(
    (a, b) => b.segments.length - a.segments.length || b.records.length - a.records.length,
  );
  return first && draw(first.request, first.segments, first.records);
}

function draw(request: SentRequest, segments: readonly Segment[], records: readonly FoundRecord[]): TracePicture {
  const { traceId, startedAt, answer } = request;
  const title = `${request.request.method} ${request.request.path}`;
  const status = answer.kind === 'answered' ? answer.status : answer.reason;
  const own: TraceBar = {
    name: cut(`${title} → ${status}`),
    depth: 0,
    start: 0,
    duration: answer.ms,
    kind: 'request',
    isError: answer.kind === 'failed' || answer.status >= 500,
  };
  const bars = [own, ...barsOf(segments, records, startedAt)];
  return {
    traceId,
    title: cut(title),
    bars: bars.slice(0, MOST_BARS),
    ...(bars.length > MOST_BARS && { more: bars.length - MOST_BARS }),
  };
}

/** Something of a trace, and where it hangs. */
interface Node {
  bar: Omit<TraceBar, 'depth'>;
  id: string | undefined;
  parentId: string | undefined;
}

/** Spans and records, parents before children, and what has one parent by its start. */
function barsOf(segments: readonly Segment[], records: readonly FoundRecord[], origin: number): TraceBar[] {
  const ends = segments.flatMap(({ endedAt }) => (endedAt === undefined ? [] : [endedAt]));
  const services = servicesOf(segments);
  const nodes: Node[] = [
    ...segments.map(segment => ({
      bar: barOf(segment, services.get(segment), Math.max(0, ...ends), origin),
      id: segment.id,
      parentId: segment.parentId,
    })),
    ...records.map(record => ({ bar: markOf(record, origin), id: undefined, parentId: record.record.spanId })),
  ];
  const ids = new Set(segments.map(({ id }) => id));
  const children = Map.groupBy(nodes, ({ parentId }) =>
    parentId !== undefined && ids.has(parentId) ? parentId : undefined,
  );
  const drawn = new Set<Node>();
  const below = (siblings: readonly Node[], depth: number): TraceBar[] =>
    siblings
      .toSorted((a, b) => a.bar.start - b.bar.start)
      .flatMap(node => {
        // An id that occurs twice, or a span that is its own ancestor, must not be drawn for ever.
        if (drawn.has(node)) return [];
        drawn.add(node);
        const those = node.id === undefined ? [] : (children.get(node.id) ?? []);
        return [{ ...node.bar, depth }, ...below(those, depth + 1)];
      });
  const rooted = below(children.get(undefined) ?? [], 1);
  const circular = nodes.filter(node => !drawn.has(node));
  return [...rooted, ...below(circular, 1)];
}

/** Subsegments do not say whose they are: they are of the service of what they hang under. */
function servicesOf(segments: readonly Segment[]): Map<Segment, string | undefined> {
  const byId = new Map(segments.map(segment => [segment.id, segment]));
  const find = (segment: Segment): string | undefined => {
    const seen = new Set<Segment>();
    for (let at: Segment | undefined = segment; at && !seen.has(at); at = byId.get(at.parentId ?? '')) {
      seen.add(at);
      const name = at.isInferred ? undefined : nameOfService(at);
      if (name !== undefined) return name;
    }
    return undefined;
  };
  return new Map(segments.map(segment => [segment, find(segment)]));
}

function barOf(
  segment: Segment,
  service: string | undefined,
  lastEnd: number,
  origin: number,
): Omit<TraceBar, 'depth'> {
  const start = segment.startedAt === undefined ? 0 : milliseconds(segment.startedAt * 1000 - origin);
  const end = segment.endedAt ?? (segment.isInProgress ? lastEnd : undefined);
  const duration = end === undefined || segment.startedAt === undefined ? 0 : (end - segment.startedAt) * 1000;
  return {
    name: cut(nameOf(segment, service)),
    ...(service !== undefined && { service: cut(service) }),
    start,
    duration: milliseconds(Math.max(duration, 0)),
    kind: kindOf(segment),
    isError: segment.isFault || segment.isError,
  };
}

function nameOf(segment: Segment, service: string | undefined): string {
  const { http, sql, name } = segment;
  const suffix = segment.isInProgress ? ' (in progress)' : segment.isInferred ? ' (inferred by X-Ray)' : '';
  const isCall = kindOf(segment) === 'call';
  if (sql.query) return `${sql.query}${suffix}`;
  if (isCall && http.url && URL.canParse(http.url)) {
    const { host, pathname } = new URL(http.url);
    return `${http.method ?? name} ${host}${pathname}${suffix}`;
  }
  return `${namesOf(segment, service ?? name).toSorted((a, b) => b.length - a.length)[0] ?? name}${suffix}`;
}

function kindOf({ namespace, isSubsegment, sql }: Segment): 'server' | 'call' | 'internal' {
  if (namespace === 'remote' || namespace === 'aws' || sql.query !== undefined) return 'call';
  return isSubsegment ? 'internal' : 'server';
}

function markOf({ record, times, ingestedAt }: FoundRecord, origin: number): Omit<TraceBar, 'depth'> {
  const { body, severity, timestamp, resource } = record;
  const said = typeof body === 'string' ? body : shown(body, LONGEST_NAME);
  const service = resource['service.name'];
  return {
    name: cut([severity, body === undefined ? 'log record' : said, times > 1 ? `(${times} times)` : ''].join(' ')),
    ...(typeof service === 'string' && { service: cut(service) }),
    start: milliseconds((timestamp ?? ingestedAt ?? origin) - origin),
    duration: 0,
    kind: 'log',
    isError: /^(error|fatal|critical)/i.test(severity ?? ''),
  };
}

/** To a microsecond, which is what X-Ray's seconds hold as floating-point numbers. */
function milliseconds(value: number): number {
  return Math.round(value * 1000) / 1000;
}

function cut(text: string): string {
  const plain = text.trim();
  return plain.length > LONGEST_NAME ? `${plain.slice(0, LONGEST_NAME - 1)}…`.toWellFormed() : plain;
}
