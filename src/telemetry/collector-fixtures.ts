import type { MetricsBackend, Segment, Series } from './backends.ts';
import { type CollectorIncrease, countersSince, readCounters } from './collector-counters.ts';
import type { CountEvidence, Evidence, FoundRecord, LogEvidence, TraceEvidence } from './evidence.ts';
import { answered, request } from './fixtures.ts';
import type { SentRequest } from './traffic.ts';

/** Runs of twenty requests, as tests of ledger and diagnosis want them. */

/** The first request of a run, and the last answer, in milliseconds since the Unix epoch. */
export const BEGIN = 1_795_390_000_000;
export const END = BEGIN + 1000;

/** Values of a collector's counters, by the name in Prometheus and its labels: `otelcol_…_total{exporter="awsxray"}`. */
export type Counters = Readonly<Record<string, number>>;

/** The series that a collector 0.156.0 writes; it does so every second. */
export function collectorSeries(
  values: Counters,
  { at, instance = 'local' }: { at: number; instance?: string },
): Series[] {
  return Object.entries(values).map(([text, value]) => {
    const [, name = '', labels = ''] = /^(\w+)(?:\{(.*)\})?$/.exec(text) ?? [];
    const own = [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = '', told = '']) => [key, told] as const);
    return {
      labels: { __name__: name, job: 'otel-collector', instance, ...Object.fromEntries(own) },
      points: [{ at, value }],
    };
  });
}

/** A Prometheus that answers every range with the same. */
export function prometheusWith(series: readonly Series[]): MetricsBackend {
  return { query: async () => [], range: async () => [...series] };
}

/** What a collector has counted meanwhile: it had counted nothing before, and reports after the last answer. */
export async function counted(values: Counters, at = END + 1000): Promise<CollectorIncrease> {
  const idle = Object.fromEntries(Object.keys(values).map(name => [name, 0]));
  const before = await readCounters(prometheusWith(collectorSeries(idle, { at: BEGIN - 500 })));
  const after = await readCounters(prometheusWith(collectorSeries(values, { at })));
  const increase = countersSince(before, after, { begin: BEGIN, from: END });
  if (!increase) throw new Error('no counters');
  return increase;
}

/** A run of a collector as `local/adot-config.yaml` has it, where everything goes well; what is given differs. */
export function flow({ spans = 100, records = 20, points = 700, ...more }: Record<string, number> = {}): Counters {
  return {
    'otelcol_receiver_accepted_spans_total{receiver="otlp"}': spans,
    'otelcol_receiver_accepted_log_records_total{receiver="otlp"}': records,
    'otelcol_receiver_accepted_metric_points_total{receiver="otlp"}': points,
    'otelcol_exporter_sent_spans_total{exporter="awsxray"}': spans,
    'otelcol_exporter_sent_log_records_total{exporter="awscloudwatchlogs"}': records,
    'otelcol_exporter_sent_metric_points_total{exporter="prometheusremotewrite/app"}': points,
    ...more,
  };
}

/** Requests in turn of two names. */
export function requests(number = 20): SentRequest[] {
  return Array.from({ length: number }, (_, index) =>
    answered(idOf(index), {
      request: request(index % 2 === 0 ? { name: 'data' } : { name: 'external', path: '/external' }),
      startedAt: BEGIN + index * 40,
    }),
  );
}

export function idOf(index: number): string {
  return `6b037d305eed1a2b${(0xa1b2c3d4e5f60000n + BigInt(index)).toString(16)}`;
}

/** A trace of so many spans: one of the server, and its children. */
export function trace(index: number, spans: number): TraceEvidence {
  const traceId = idOf(index);
  const segments = Array.from({ length: spans }, (_, span) =>
    segment(traceId, span, span === 0 ? 'caller' : `${index}-0`),
  );
  return { traceId, segments: segments.map(one => ({ ...one, id: one.id.replace(/^.*-/, `${index}-`) })) };
}

function segment(traceId: string, span: number, parentId: string): Segment {
  return {
    traceId,
    id: `x-${span}`,
    parentId,
    name: 'shop',
    isSubsegment: span > 0,
    isInProgress: false,
    isFault: false,
    isError: false,
    isInferred: false,
    http: {},
    sql: {},
    annotations: {},
    metadata: {},
  };
}

/** The log records of a request, one unless told otherwise. */
export function records(index: number, more: Partial<FoundRecord> = {}, flags = 1, size = 1): LogEvidence {
  const traceId = idOf(index);
  const one = (number: number): FoundRecord => ({
    record: { traceId, spanId: '0102030405060708', traceFlags: flags, body: `${number}`, attributes: {}, resource: {} },
    times: 1,
    ...more,
  });
  return { traceId, records: Array.from({ length: size }, (_, number) => one(number)) };
}

/** `data` leaves four spans, `external` six; each one log record. */
export function spansOf(index: number): number {
  return index % 2 === 0 ? 4 : 6;
}

/** Everything is found; what is given differs. */
export function evidence(number = 20, more: Partial<Evidence> = {}): Evidence {
  const indexes = Array.from({ length: number }, (_, index) => index);
  return {
    traces: indexes.map(index => trace(index, spansOf(index))),
    logs: indexes.map(index => records(index)),
    counts: [counts(number)],
    arrivals: { traces: [], metrics: [], logs: [] },
    ...more,
  };
}

export function counts(increase: number, byInstance: Record<string, number> = { local: increase }): CountEvidence {
  return { metric: 'shop.requests', expected: 20, increase, byInstance: new Map(Object.entries(byInstance)) };
}

/** Evidence in which requests have lost their traces. */
export function tracesOf(sizes: (index: number) => number, number = 20): TraceEvidence[] {
  return Array.from({ length: number }, (_, index) => trace(index, sizes(index)));
}
