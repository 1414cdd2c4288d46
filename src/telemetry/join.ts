import { count } from '../report/words.ts';
import type { Segment } from './backends.ts';
import type { FoundRecord, LogEvidence, TraceEvidence } from './evidence.ts';
import type { Finding } from './finding.ts';
import { serviceOf, XRAY_ID_KEYS } from './log-record.ts';
import { nameOfService } from './span-match.ts';
import { plainTraceId, xrayTraceId } from './trace-id.ts';

/** A request of which both a trace and records were found. */
interface Joined {
  traceId: string;
  segments: readonly Segment[];
  records: readonly FoundRecord[];
}

/** What the join tells of each signal. */
export interface Join {
  /** Records name spans: where these are not there, it is the traces that are not whole. */
  traces: Finding[];
  logs: Finding[];
}

const TOLD = 5;

/**
 * Whether one gets from each log record to the span that it was written in: the record's trace id is the trace's, in both forms
 * of the id; its span id is that of a segment of this trace; and that segment is of the service. What only one of the signals
 * has is left out, because its own search tells of that, and so is what was not sampled.
 *
 * @returns nothing when one of the signals was not looked for, or nothing was found of it
 */
export function judgeJoin(service: string, traces: readonly TraceEvidence[], logs: readonly LogEvidence[]): Join {
  const joined = pairsOf(traces, logs);
  if (joined.length > 0) {
    return {
      traces: [judgeSpans(joined)],
      logs: [judgeTraceIds(joined), judgeSpanIds(joined), judgeServices(joined, service)],
    };
  }
  const all = (passed: boolean, seen: string) => NAMES.map(name => ({ name, passed, seen }));
  if (traces.length > 0 && logs.length > 0 && logs.every(isUnsampled)) {
    return { traces: [], logs: all(true, 'nothing to join: no request was sampled') };
  }
  const isEmpty = traces.every(one => one.segments.length === 0) || logs.every(one => one.records.length === 0);
  return { traces: [], logs: isEmpty ? [] : all(false, 'no request has both a trace and a log record') };
}

const NAMES = ['join: trace ids', 'join: span ids', 'join: service'] as const;
const SPANS = 'join: spans of log records';

function isUnsampled({ records }: LogEvidence): boolean {
  return records.length > 0 && records.every(isOfUnsampled);
}

/**
 * Traces in which a record names a span that is not there. Spans of one trace come one after the other: it is worth asking for
 * these once more before they are judged.
 */
export function unjoinedTraces(traces: readonly TraceEvidence[], logs: readonly LogEvidence[]): string[] {
  return pairsOf(traces, logs)
    .filter(one => danglingOf(one).length > 0)
    .map(({ traceId }) => traceId);
}

function pairsOf(traces: readonly TraceEvidence[], logs: readonly LogEvidence[]): Joined[] {
  const records = new Map(logs.map(one => [one.traceId, one.records.filter(record => !isOfUnsampled(record))]));
  return traces.flatMap(({ traceId, segments }) => {
    const own = records.get(traceId) ?? [];
    return segments.length > 0 && own.length > 0 ? [{ traceId, segments, records: own }] : [];
  });
}

function isOfUnsampled({ record }: FoundRecord): boolean {
  return record.traceFlags !== undefined && (record.traceFlags & 1) === 0;
}

function judgeTraceIds(joined: readonly Joined[]): Finding {
  const [name] = NAMES;
  const xray = joined.flatMap(({ traceId, records }) =>
    records.flatMap(one => xrayIdsOf(one).map(id => ({ traceId, id }))),
  );
  const other = xray.filter(({ traceId, id }) => plainTraceId(id) !== traceId);
  const strange = joined.filter(
    ({ traceId, segments, records }) =>
      segments.some(one => one.traceId !== traceId) || records.some(({ record }) => record.traceId !== traceId),
  );
  const forms = xray.length > 0 ? `also in the form of X-Ray on ${count(xray.length, 'record')}` : 'as 32 digits';
  if (other.length + strange.length === 0)
    return { name, passed: true, seen: `${count(joined.length, 'request')}, ${forms}` };
  const told = other.slice(0, TOLD).map(({ traceId, id }) => `${id} instead of ${xrayTraceId(traceId)}`);
  const ids = strange.slice(0, TOLD).map(({ traceId }) => traceId);
  return {
    name,
    passed: false,
    seen: `${andMore([...told, ...ids], other.length + strange.length)}`,
    cause:
      other.length > 0
        ? "Records bear two ids, and that in X-Ray's form is of another trace"
        : 'Records and segments that were found together bear different trace ids',
    fix: "Make both of the active span's context: X-Ray's form is `1-`, the first 8 digits, `-`, the other 24",
  };
}

function xrayIdsOf({ record }: FoundRecord): string[] {
  return XRAY_ID_KEYS.flatMap(key => {
    const value = record.attributes[key];
    return typeof value === 'string' && value !== '' ? [value] : [];
  });
}

function judgeSpanIds(joined: readonly Joined[]): Finding {
  const [, name] = NAMES;
  const silent = joined.filter(({ records }) => records.every(({ record }) => record.spanId === undefined));
  const [first] = silent;
  if (first) {
    return {
      name,
      passed: false,
      seen: `the records of ${silent.length} of ${joined.length} requests bear no span id, such as those of ${first.traceId}`,
      cause: 'Records bear the id of a trace, but of no span',
      fix: 'Log within the active span, with the OpenTelemetry instrumentation of the logger',
    };
  }
  return { name, passed: true, seen: `${named(joined)} of ${count(recordsIn(joined).length, 'record')} name a span` };
}

function recordsIn(joined: readonly Joined[]): FoundRecord[] {
  return joined.flatMap(({ records }) => records);
}

function named(joined: readonly Joined[]): number {
  return recordsIn(joined).filter(({ record }) => record.spanId !== undefined).length;
}

function judgeSpans(joined: readonly Joined[]): Finding {
  const name = SPANS;
  const dangling = joined.flatMap(danglingOf);
  const all = named(joined);
  if (dangling.length === 0) return { name, passed: true, seen: `${all} of ${all} records name a span that is there` };
  const told = dangling.slice(0, TOLD).map(({ traceId, spanId }) => `${spanId} of ${xrayTraceId(traceId)}`);
  return {
    name,
    passed: false,
    seen: `${dangling.length} of ${all} records name a span that is not there: ${andMore(told, dangling.length)}`,
    cause: 'Spans in which records were written are missing from traces that have arrived',
    fix: 'Look for what drops them: a filter or tail sampling in the collector, spans that are never ended, or loss on the way (see the ledger of traces)',
  };
}

function danglingOf({ traceId, segments, records }: Joined): { traceId: string; spanId: string }[] {
  const ids = new Set(segments.map(({ id }) => id));
  return records.flatMap(({ record: { spanId } }) =>
    spanId === undefined || ids.has(spanId) ? [] : [{ traceId, spanId }],
  );
}

/** A record of another service in the same log tells whose it is; what does not say so is taken for the service's own. */
function judgeServices(joined: readonly Joined[], service: string): Finding {
  const [, , name] = NAMES;
  const links = joined.flatMap(({ segments, records }) => {
    const byId = new Map(segments.map(one => [one.id, one]));
    return records.flatMap(({ record }) => {
      const segment = byId.get(record.spanId ?? '');
      const expected = serviceOf(record) ?? service;
      const owner = segment && ownerOf(segment, byId);
      return owner === undefined ? [] : [{ expected, owner, segment, isOwn: expected === service }];
    });
  });
  const wrong = links.filter(({ expected, owner }) => expected !== owner);
  const own = links.filter(({ isOwn }) => isOwn);
  if (wrong.length === 0 && own.length > 0) {
    return {
      name,
      passed: true,
      seen: `${own.length} of ${count(links.length, 'record')}, and their spans, are of ${service}`,
    };
  }
  const [first] = wrong;
  if (!first) {
    const seen = links.length === 0 ? 'no record names a span that is there' : 'all records are of other services';
    return { name, passed: false, seen };
  }
  return {
    name,
    passed: false,
    seen: `${wrong.length} of ${links.length} records of \`${first.expected}\` name spans of \`${first.owner}\``,
    cause: 'A record and the span that it was written in name different services',
    fix: 'Set `OTEL_SERVICE_NAME` once for the whole process, and take it out of configurations of the logger',
  };
}

/** A subsegment that does not say whose it is, is of the service whose segment it lies in. */
function ownerOf(segment: Segment, byId: ReadonlyMap<string, Segment>): string | undefined {
  const seen = new Set<string>();
  let one: Segment | undefined = segment;
  while (one && !seen.has(one.id)) {
    const owner = nameOfService(one);
    if (owner !== undefined) return owner;
    seen.add(one.id);
    one = one.parentId === undefined ? undefined : byId.get(one.parentId);
  }
  return undefined;
}

function andMore(told: readonly string[], all: number): string {
  const more = all - told.length;
  return `${told.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
