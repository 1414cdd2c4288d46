import type { MetricsBackend, Series } from './backends.ts';
import { increaseOf, type Point, type Restart, restartsOf, spacingOf } from './increase.ts';
import { COLLECTOR_LEDGER, KNOWN_METRICS } from './known-metrics.ts';
import { alternatives, seriesKey } from './metric-series.ts';
import { prometheusName } from './prometheus-name.ts';
import type { Signal } from './proof.ts';

/** One series of a collector's own metrics, with the times at which the collector has taken them. */
export interface CounterSample {
  /** As the collector calls it, without the suffix that Prometheus asks for: `otelcol_exporter_sent_spans`. */
  name: string;
  /** The label `instance`: on ECS the task that the collector stands in; '' where there is none. */
  instance: string;
  /** The label `job`: the collector's service.name. */
  job: string;
  /** Of the receiver, processor or exporter, such as `awsxray` or `filter/some`; '' where there is none. */
  component: string;
  labels: Readonly<Record<string, string>>;
  /** Oldest first, by the collector's clock. */
  points: readonly Point[];
}

/** How far the counters of collectors have risen. */
export interface CollectorIncrease {
  signals: Readonly<Record<Signal, SignalIncrease>>;
  /** Each collector that has reported until the traffic began, or since. */
  collectors: readonly CollectorReport[];
  /** Only those of collectors that stand beside the application's instances; else those of all that send to this Prometheus. */
  isOwn: boolean;
}

export interface CollectorReport {
  instance: string;
  /** When it took its last sample, in milliseconds since the Unix epoch, by its clock. */
  lastAt: number;
  /** It has counted since the last answer; what it says before that does not hold the whole run. */
  hasReported: boolean;
  /** It should have reported again long ago, and has not. */
  isSilent: boolean;
}

/** Of one signal; a counter that no collector has is absent, which is not 0. */
export interface SignalIncrease {
  accepted?: number;
  refused?: number;
  /** The receiver itself has failed. */
  failed?: number;
  exporters: readonly ExporterIncrease[];
  processors: readonly ProcessorIncrease[];
  byInstance: ReadonlyMap<string, { accepted?: number; sent?: number }>;
}

export interface ExporterIncrease {
  /** Such as `prometheusremotewrite/app`. */
  id: string;
  /** What stands before the slash. */
  type: string;
  /** What it sends goes to where it is looked for, and not to a file or the log. */
  isTowardsBackend: boolean;
  sent?: number;
  sendFailed?: number;
  enqueueFailed?: number;
  /** Batches with metrics that it could not translate; it tells nobody, and counts their points as sent. */
  failedTranslations?: number;
}

export interface ProcessorIncrease {
  id: string;
  type: string;
  /** It leaves traces or records out by design. */
  isSampler: boolean;
  incoming?: number;
  outgoing?: number;
  /** By its own count, where it keeps one. */
  filtered?: number;
  /** Refused by the memory limiter. */
  refused?: number;
  /** Traces that a sampler has left out. */
  unsampledTraces?: number;
}

/** As the collector calls what a signal is made of. */
const ITEMS: Readonly<Record<Signal, string>> = { traces: 'spans', metrics: 'metric_points', logs: 'log_records' };
/** As the filter calls it. */
const FILTERED: Readonly<Record<Signal, string>> = { traces: 'spans', metrics: 'datapoints', logs: 'logs' };
const SAMPLED: Readonly<Partial<Record<Signal, readonly string[]>>> = {
  traces: [
    'otelcol_processor_probabilistic_sampler_count_traces_sampled',
    'otelcol_processor_tail_sampling_global_count_traces_sampled',
  ],
  logs: ['otelcol_processor_probabilistic_sampler_count_logs_sampled'],
};
const SAMPLERS = ['probabilistic_sampler', 'tail_sampling'];
const TRANSLATIONS = 'otelcol_exporter_prometheusremotewrite_failed_translations';

/** Under the name in Prometheus, the collector's own; also without the suffix, which a scraped collector leaves out. */
const NAMES: ReadonlyMap<string, string> = new Map(
  [...KNOWN_METRICS.collector.metrics, ...COLLECTOR_LEDGER]
    .filter(({ name, type }) => type === 'counter' && /^otelcol_(receiver|processor|exporter)_/.test(name))
    .flatMap(metric => {
      const named = prometheusName(metric);
      return [named, named.replace(/_total$/, '')].map(key => [key, named.replace(/_total$/, '')] as const);
    }),
);

/** So far back a counter is looked for, in milliseconds: as far as Prometheus itself looks for a series. */
const LOOKBACK = 300_000;

/**
 * Reads what collectors count of themselves, in one query. They are known by their metrics' names, because they may be called
 * anything.
 *
 * @param since when to begin, in milliseconds since the Unix epoch; five minutes ago when that is longer ago or absent
 * @throws what the backend throws
 */
export async function readCounters(
  metrics: MetricsBackend,
  { since, now }: { since?: number; now?: number } = {},
): Promise<CounterSample[]> {
  const span = since !== undefined && now !== undefined ? Math.max(now - since + 1000, LOOKBACK) : LOOKBACK;
  const series = await metrics.range(`{__name__=~${alternatives([...NAMES.keys()])}}[${Math.ceil(span / 1000)}s]`, now);
  return series.flatMap(readSample);
}

function readSample({ labels, points }: Series): CounterSample[] {
  const name = NAMES.get(labels.__name__ ?? '');
  const finite = points.filter(({ value }) => Number.isFinite(value));
  if (name === undefined || finite.length === 0) return [];
  const { instance = '', job = '', exporter, processor, filter, receiver } = labels;
  return [
    { name, instance, job, component: exporter ?? processor ?? filter ?? receiver ?? '', labels, points: finite },
  ];
}

export interface SinceOptions {
  /** When the first request was sent, in milliseconds since the Unix epoch. */
  begin: number;
  /** When the last request was answered, in milliseconds since the Unix epoch. */
  from: number;
  /** When the second reading was made, in milliseconds since the Unix epoch; absent where nobody is to be told silent. */
  now?: number;
  /** The application's instances, by the label `instance`; a collector beside a task has the same. */
  instances?: Iterable<string>;
}

/**
 * How far counters have risen between two readings, over all restarts in between. A series that was not there before has risen
 * from 0; one of which nothing has come since the first reading says nothing, and not that it has risen by 0.
 *
 * @returns `undefined` when no collector has reported at all
 */
export function countersSince(
  before: readonly CounterSample[],
  after: readonly CounterSample[],
  { begin, from, now, instances = [] }: SinceOptions,
): CollectorIncrease | undefined {
  const beside = new Set(instances);
  const all = [...before, ...after];
  if (all.length === 0) return undefined;
  const isOwn = all.some(({ instance }) => instance !== '' && beside.has(instance));
  const isMeant = ({ instance }: CounterSample) => !isOwn || beside.has(instance);
  const bases = new Map(before.map(sample => [seriesKey(sample.labels), sample.points.at(-1)]));
  const restarts = restartsByCollector(before, after);
  const rises = after.filter(isMeant).flatMap((sample): Rise[] => {
    const base = bases.get(seriesKey(sample.labels));
    const points = sample.points.filter(({ at }) => base === undefined || at > base.at);
    return points.length === 0
      ? []
      : [{ ...sample, rise: increaseOf(base, points, restarts.get(collectorOf(sample))) }];
  });
  return {
    signals: {
      metrics: increaseOfSignal('metrics', rises),
      traces: increaseOfSignal('traces', rises),
      logs: increaseOfSignal('logs', rises),
    },
    collectors: reportsOf(all.filter(isMeant), begin, from, now),
    isOwn,
  };
}

/** A collector that began anew has counted other things past their old values before it told of them; some series shows it. */
function restartsByCollector(
  before: readonly CounterSample[],
  after: readonly CounterSample[],
): Map<string, Restart[]> {
  const earlier = new Map(before.map(sample => [seriesKey(sample.labels), sample.points]));
  const found = new Map<string, Restart[]>();
  for (const sample of after) {
    const old = earlier.get(seriesKey(sample.labels)) ?? [];
    const lastAt = old.at(-1)?.at ?? Number.NEGATIVE_INFINITY;
    const restarts = restartsOf(undefined, [...old, ...sample.points.filter(({ at }) => at > lastAt)]);
    if (restarts.length > 0) found.set(collectorOf(sample), [...(found.get(collectorOf(sample)) ?? []), ...restarts]);
  }
  return found;
}

function collectorOf({ job, instance }: CounterSample): string {
  return JSON.stringify([job, instance]);
}

/** Beyond this, in milliseconds and in its intervals, a collector that says nothing is one that is not there any more. */
const GONE = { after: 60_000, intervals: 6 };

/** A collector has been silent for so many of its intervals, and so many milliseconds; what an interval is unless it is seen. */
const SILENT = { intervals: 3, least: 5000, unseen: 60_000 };

function reportsOf(
  samples: readonly CounterSample[],
  begin: number,
  from: number,
  now = Number.NEGATIVE_INFINITY,
): CollectorReport[] {
  const reports = [...Map.groupBy(samples, ({ instance }) => instance)].map(([instance, own]) => {
    const lastAt = Math.max(...own.map(({ points }) => points.at(-1)?.at ?? 0));
    const spacings = own.map(({ points }) => spacingOf(points)).filter(spacing => spacing !== undefined);
    const interval = spacings.length > 0 ? Math.max(...spacings) : undefined;
    const isGone = lastAt < begin - Math.max(GONE.after, GONE.intervals * (interval ?? 0));
    const patience = Math.max(SILENT.least, SILENT.intervals * (interval ?? SILENT.unseen));
    return {
      instance,
      lastAt,
      hasReported: lastAt >= from,
      isSilent: lastAt < from && lastAt < now - patience,
      isGone,
    };
  });
  const present = reports.some(({ isGone }) => !isGone) ? reports.filter(({ isGone }) => !isGone) : reports;
  return present
    .map(({ isGone: _, ...report }) => report)
    .sort((one, other) => (one.instance < other.instance ? -1 : 1));
}

/** Nothing more is to be waited for: every collector has counted since the last answer, or has fallen silent. */
export function isSettled(samples: readonly CounterSample[], options: SinceOptions): boolean {
  const { collectors = [] } = countersSince([], samples, options) ?? {};
  return collectors.every(({ hasReported, isSilent }) => hasReported || isSilent);
}

/** Every collector has counted since the last answer, so that nothing that is said of the run is old. */
export function isReported({ collectors }: CollectorIncrease): boolean {
  return collectors.every(({ hasReported }) => hasReported);
}

/** At least one has, so that there is something to reckon with. */
export function isReportedByAny({ collectors }: CollectorIncrease): boolean {
  return collectors.some(({ hasReported }) => hasReported);
}

interface Rise extends CounterSample {
  rise: number;
}

function increaseOfSignal(signal: Signal, rises: readonly Rise[]): SignalIncrease {
  const items = ITEMS[signal];
  const named = (name: string) => rises.filter(one => one.name === name);
  const exporters = exportersOf(signal, rises);
  const towards = new Set(exporters.filter(({ isTowardsBackend }) => isTowardsBackend).map(({ id }) => id));
  const sent = named(`otelcol_exporter_sent_${items}`).filter(({ component }) => towards.has(component));
  const accepted = named(`otelcol_receiver_accepted_${items}`);
  const byInstance = [...Map.groupBy([...accepted, ...sent], ({ instance }) => instance).keys()].map(
    instance =>
      [
        instance,
        definedOnly({
          accepted: sumOf(accepted.filter(one => one.instance === instance)),
          sent: sumOf(sent.filter(one => one.instance === instance)),
        }),
      ] as const,
  );
  return {
    ...definedOnly({
      accepted: sumOf(accepted),
      refused: sumOf(named(`otelcol_receiver_refused_${items}`)),
      failed: sumOf(named(`otelcol_receiver_failed_${items}`)),
    }),
    exporters,
    processors: processorsOf(signal, rises),
    byInstance: new Map(byInstance),
  };
}

/** Exporters that lead to Prometheus, X-Ray and CloudWatch Logs, under old names and new. */
const BACKENDS: Readonly<Record<Signal, readonly string[]>> = {
  metrics: ['prometheusremotewrite', 'prometheus_remote_write', 'awsemf'],
  traces: ['awsxray'],
  logs: ['awscloudwatchlogs'],
};
/** Those that end in the collector itself: counting them too would double the figures. */
const SINKS = ['debug', 'logging', 'file', 'nop'];

function exportersOf(signal: Signal, rises: readonly Rise[]): ExporterIncrease[] {
  const items = ITEMS[signal];
  const names = {
    sent: `otelcol_exporter_sent_${items}`,
    sendFailed: `otelcol_exporter_send_failed_${items}`,
    enqueueFailed: `otelcol_exporter_enqueue_failed_${items}`,
    failedTranslations: signal === 'metrics' ? TRANSLATIONS : '',
  };
  const own = rises.filter(({ name }) => Object.values(names).includes(name));
  const ids = [...new Set(own.map(({ component }) => component))].sort();
  const hasKnown = ids.some(id => BACKENDS[signal].includes(typeOf(id)));
  return ids.map(id => {
    const type = typeOf(id);
    const rise = (name: string) => sumOf(own.filter(one => one.component === id && one.name === name));
    return {
      id,
      type,
      // Beside an exporter to the backend itself, others pass copies on to somewhere else.
      isTowardsBackend: hasKnown ? BACKENDS[signal].includes(type) : !SINKS.includes(type),
      ...definedOnly({
        sent: rise(names.sent),
        sendFailed: rise(names.sendFailed),
        enqueueFailed: rise(names.enqueueFailed),
        failedTranslations: rise(names.failedTranslations),
      }),
    };
  });
}

function processorsOf(signal: Signal, rises: readonly Rise[]): ProcessorIncrease[] {
  const filtered = `otelcol_processor_filter_${FILTERED[signal]}_filtered`;
  const refused = `otelcol_processor_memory_limiter_refused_${ITEMS[signal]}`;
  const sampled = SAMPLED[signal] ?? [];
  const passing = rises.filter(
    ({ name, labels }) =>
      (name === 'otelcol_processor_incoming_items' || name === 'otelcol_processor_outgoing_items') &&
      labels.otel_signal === signal,
  );
  const own = [...passing, ...rises.filter(({ name }) => name === filtered || name === refused)];
  const samplers = rises.filter(({ name, labels }) => sampled.includes(name) && labels.sampled === 'false');
  const ids = new Set([...own.map(({ component }) => component), ...samplers.map(samplerOf)]);
  return [...ids].sort().map(id => {
    const type = typeOf(id);
    const rise = (name: string) => sumOf(own.filter(one => one.component === id && one.name === name));
    return {
      id,
      type,
      isSampler: SAMPLERS.includes(type),
      ...definedOnly({
        incoming: rise('otelcol_processor_incoming_items'),
        outgoing: rise('otelcol_processor_outgoing_items'),
        filtered: rise(filtered),
        refused: rise(refused),
        unsampledTraces: sumOf(samplers.filter(one => samplerOf(one) === id)),
      }),
    };
  });
}

/** Their counters bear no component, so that the type stands for it. */
function samplerOf({ name, component }: CounterSample): string {
  return component || (SAMPLERS.find(type => name.includes(type)) ?? '');
}

/** `awsxray` of `awsxray/other`. */
export function typeOf(id: string): string {
  return id.replace(/\/.*$/s, '');
}

function sumOf(rises: readonly Rise[]): number | undefined {
  return rises.length === 0 ? undefined : rises.reduce((sum, { rise }) => sum + rise, 0);
}

function definedOnly<T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as never;
}

/** What a processor has left out: by its own count, else what came in and did not go out. */
export function leftOut({ incoming, outgoing, filtered }: ProcessorIncrease): number | undefined {
  if (incoming !== undefined && outgoing !== undefined) return Math.max(incoming - outgoing, 0);
  return filtered;
}

/** Adds what is known, and is unknown when nothing is. */
export function addKnown(...values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter(value => value !== undefined);
  return known.length === 0 ? undefined : known.reduce((sum, value) => sum + value, 0);
}

/** Over all exporters that lead to the backend. */
export function exportedOf({
  exporters,
}: SignalIncrease): Pick<ExporterIncrease, 'sent' | 'sendFailed' | 'enqueueFailed' | 'failedTranslations'> {
  const towards = exporters.filter(({ isTowardsBackend }) => isTowardsBackend);
  return definedOnly({
    sent: addKnown(...towards.map(({ sent }) => sent)),
    sendFailed: addKnown(...towards.map(({ sendFailed }) => sendFailed)),
    enqueueFailed: addKnown(...towards.map(({ enqueueFailed }) => enqueueFailed)),
    failedTranslations: addKnown(...towards.map(({ failedTranslations }) => failedTranslations)),
  });
}
