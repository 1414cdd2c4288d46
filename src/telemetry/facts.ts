import type { MetricsBackend } from './backends.ts';
import { KNOWN_METRICS } from './known-metrics.ts';
import { prometheusName } from './prometheus-name.ts';
import { SIGNALS, type Signal } from './proof.ts';
import { RUN_MARKER, servicesQuery } from './prove-metrics.ts';
import { reasonOf } from './traffic.ts';

/** What is known of a run beside its telemetry: enough to tell where something was lost. What is absent is unknown. */
export interface Facts {
  /** Requests that were answered. */
  answered: number;
  /** Lines of the collector's own log, where they are known without its container. */
  collectorLog?: readonly string[];
  containers?: readonly ContainerFact[];
  /** By signal; absent where the collector's own metrics have not arrived. */
  counters?: Readonly<Record<Signal, CollectorCounters>>;
  /** What the collector's OTLP receiver says to an empty export: a status of HTTP, or why there was no answer. */
  otlp?: Readonly<Partial<Record<Signal, number | string>>>;
  /** `job` of everything that has arrived under the run's marker. */
  services?: readonly string[];
}

export interface ContainerFact {
  /** Its name in the compose file. */
  service: string;
  role: 'application' | 'collector' | 'other';
  /** As Docker has it: `running`, `exited`, `restarting`, `created` … */
  state: string;
  exitCode?: number;
  /** As Docker has it; absent where there is no health check. */
  health?: string;
  /** Its last lines, oldest first. */
  log: readonly string[];
}

/** What the collector has counted of one signal; absent is a counter that has not arrived. */
export interface CollectorCounters {
  accepted?: number;
  refused?: number;
  sent?: number;
  sendFailed?: number;
  enqueueFailed?: number;
  /** Exporters that failed to send or to enqueue. */
  failing: readonly string[];
}

/** As the collector calls what a signal is made of. */
const ITEMS: Readonly<Record<Signal, string>> = { traces: 'spans', metrics: 'metric_points', logs: 'log_records' };

const COUNTED = {
  accepted: 'otelcol_receiver_accepted',
  refused: 'otelcol_receiver_refused',
  sent: 'otelcol_exporter_sent',
  sendFailed: 'otelcol_exporter_send_failed',
  enqueueFailed: 'otelcol_exporter_enqueue_failed',
} as const;

/**
 * What Prometheus knows of the collector and of the run.
 *
 * @param run only what bears this marker; absent where the whole Prometheus belongs to the run
 */
export async function factsFromMetrics(
  metrics: MetricsBackend,
  run: string,
  { isOwn = false }: { isOwn?: boolean } = {},
): Promise<Pick<Facts, 'counters' | 'services'>> {
  const names = Object.values(COUNTED).flatMap(prefix => SIGNALS.map(signal => counterName(prefix, signal)));
  const selector = `{__name__=~${JSON.stringify(names.join('|'))}}`;
  const marked = `${selector} and on (job, instance) target_info{${RUN_MARKER}=${JSON.stringify(run)}}`;
  const [samples, services] = await Promise.all([
    metrics.query(`sum by (__name__, exporter) (${isOwn ? selector : marked})`),
    metrics.query(servicesQuery({ run })),
  ]);
  const totalOf = (prefix: string, signal: Signal) => {
    const own = samples.filter(({ labels }) => labels.__name__ === counterName(prefix, signal));
    return { value: own.length > 0 ? own.reduce((sum, { value }) => sum + value, 0) : undefined, own };
  };
  const countersOf = (signal: Signal): CollectorCounters => {
    const failed = [COUNTED.sendFailed, COUNTED.enqueueFailed].flatMap(prefix => totalOf(prefix, signal).own);
    const failing = failed.filter(({ value }) => value > 0).map(({ labels }) => labels.exporter ?? '');
    const counted = Object.entries(COUNTED).map(([key, prefix]) => [key, totalOf(prefix, signal).value] as const);
    return {
      ...Object.fromEntries(counted.filter(([, value]) => value !== undefined)),
      failing: [...new Set(failing)].filter(name => name !== ''),
    };
  };
  return {
    services: services.map(({ labels }) => labels.job ?? '').filter(job => job !== ''),
    ...(samples.length > 0 && {
      counters: { metrics: countersOf('metrics'), traces: countersOf('traces'), logs: countersOf('logs') },
    }),
  };
}

function counterName(prefix: string, signal: Signal): string {
  const name = `${prefix}_${ITEMS[signal]}`;
  const metric = KNOWN_METRICS.collector.metrics.find(one => one.name === name);
  if (!metric) throw new Error(`known-metrics.ts has no ${name}`);
  return prometheusName(metric);
}

/** So long an empty export may take, in milliseconds. */
const PATIENCE = 2000;

/**
 * Asks a collector's OTLP receiver for which signals it has a pipeline, with exports that hold nothing: it answers 404 where
 * it has none.
 *
 * @param url of its receiver for HTTP, such as `http://127.0.0.1:4318`
 */
export async function probeOtlp(url: string, signal: AbortSignal): Promise<NonNullable<Facts['otlp']>> {
  const answers = SIGNALS.map(
    async one => [one, await emptyExport(`${url.replace(/\/+$/, '')}/v1/${one}`, signal)] as const,
  );
  return Object.fromEntries(await Promise.all(answers));
}

async function emptyExport(url: string, signal: AbortSignal): Promise<number | string> {
  try {
    const { status, body } = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
      signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)]),
    });
    await body?.cancel();
    return status;
  } catch (error) {
    signal.throwIfAborted();
    return error instanceof Error && error.name === 'TimeoutError' ? 'no answer in 2 s' : reasonOf(error);
  }
}
