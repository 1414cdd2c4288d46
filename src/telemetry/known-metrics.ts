import type { OtlpMetric } from './prometheus-name.ts';

/** Metrics of one origin, and the attributes that their values may have; each of these becomes a label. */
export interface MetricSource {
  readonly metrics: readonly OtlpMetric[];
  readonly attributes: readonly string[];
}

/**
 * What an application and its collector are known to send, as they declare it. Dashboards and alerts may use nothing
 * else; their names for it are derived, see prometheus-name.ts.
 */
export const KNOWN_METRICS = {
  /** OpenTelemetry's convention for HTTP servers, stable: semconv 1.23 and later. */
  httpServer: {
    metrics: [{ name: 'http.server.request.duration', unit: 's', type: 'histogram' }],
    attributes: ['error.type', 'http.request.method', 'http.response.status_code', 'http.route', 'url.scheme'],
  },

  /** What the sample application counts itself: its contract, kept by zap-app/. */
  sampleApp: {
    metrics: [
      { name: 'zapp.http.requests', unit: '{request}', type: 'counter' },
      { name: 'zapp.http.exceptions', unit: '{exception}', type: 'counter' },
      { name: 'zapp.http.request.duration', unit: 's', type: 'histogram' },
    ],
    attributes: ['endpoint', 'method', 'status'],
  },

  /** Read in @opentelemetry/instrumentation-runtime-node 0.37.0. */
  nodeRuntime: {
    metrics: [
      { name: 'nodejs.eventloop.delay.p50', unit: 's', type: 'gauge' },
      { name: 'nodejs.eventloop.delay.p99', unit: 's', type: 'gauge' },
      { name: 'nodejs.eventloop.utilization', unit: '1', type: 'gauge' },
      { name: 'v8js.gc.duration', unit: 's', type: 'histogram' },
      { name: 'v8js.memory.heap.used', unit: 'By', type: 'gauge' },
      { name: 'v8js.memory.heap.space.size', unit: 'By', type: 'sum' },
    ],
    attributes: ['v8js.gc.type', 'v8js.heap.space.name'],
  },

  /**
   * The collector's own, at level normal. Read at v0.156.0 in metadata.yaml of receiver/receiverhelper,
   * exporter/exporterhelper and service of open-telemetry/opentelemetry-collector, and of
   * exporter/prometheusremotewriteexporter of opentelemetry-collector-contrib.
   */
  collector: {
    metrics: [
      ...signals('otelcol_receiver_accepted', 'otelcol_receiver_refused'),
      ...signals('otelcol_exporter_sent', 'otelcol_exporter_send_failed', 'otelcol_exporter_enqueue_failed'),
      { name: 'otelcol_exporter_queue_size', unit: '{batch}', type: 'gauge' },
      { name: 'otelcol_exporter_queue_capacity', unit: '{batch}', type: 'gauge' },
      { name: 'otelcol_exporter_in_flight_requests', unit: '{request}', type: 'sum' },
      { name: 'otelcol_exporter_prometheusremotewrite_failed_translations', unit: '1', type: 'counter' },
      { name: 'otelcol_process_cpu_seconds', unit: 's', type: 'counter' },
      { name: 'otelcol_process_memory_rss', unit: 'By', type: 'gauge' },
      { name: 'otelcol_process_runtime_heap_alloc_bytes', unit: 'By', type: 'gauge' },
      { name: 'otelcol_process_uptime', unit: 's', type: 'counter' },
    ],
    attributes: ['data_type', 'exporter', 'receiver', 'transport'],
  },

  /**
   * The receiver awsecscontainermetrics, of the task as a whole. Read at v0.156.0 in translator.go and constant.go of
   * receiver/awsecscontainermetricsreceiver/internal/awsecscontainermetrics of opentelemetry-collector-contrib. Its
   * units are words of its own, and its sums are not marked as monotonic, so that they get no `_total`.
   */
  ecsTask: {
    metrics: [
      { name: 'ecs.task.cpu.utilized', unit: 'None', type: 'gauge' },
      { name: 'ecs.task.cpu.reserved', unit: 'None', type: 'gauge' },
      { name: 'ecs.task.memory.utilized', unit: 'MiB', type: 'gauge' },
      { name: 'ecs.task.memory.reserved', unit: 'MiB', type: 'gauge' },
      { name: 'ecs.task.ephemeral_storage.utilized', unit: 'MiB', type: 'gauge' },
      { name: 'ecs.task.ephemeral_storage.reserved', unit: 'MiB', type: 'gauge' },
      { name: 'ecs.task.network.rate.rx', unit: 'Bytes/Second', type: 'gauge' },
      { name: 'ecs.task.network.rate.tx', unit: 'Bytes/Second', type: 'gauge' },
      { name: 'ecs.task.network.io.usage.rx_dropped', unit: 'Count', type: 'sum' },
      { name: 'ecs.task.network.io.usage.rx_errors', unit: 'Count', type: 'sum' },
      { name: 'ecs.task.network.io.usage.tx_dropped', unit: 'Count', type: 'sum' },
      { name: 'ecs.task.network.io.usage.tx_errors', unit: 'Count', type: 'sum' },
      { name: 'ecs.task.storage.read_bytes', unit: 'Bytes', type: 'sum' },
      { name: 'ecs.task.storage.write_bytes', unit: 'Bytes', type: 'sum' },
    ],
    attributes: [],
  },
} as const satisfies Record<string, MetricSource>;

/**
 * Counters of the collector by which a loss is traced, beyond those that dashboards show. Read at v0.156.0 in metadata.yaml of
 * receiver/receiverhelper, processor/processorhelper and processor/memorylimiterprocessor of opentelemetry-collector, and of
 * processor/filterprocessor, processor/probabilisticsamplerprocessor and processor/tailsamplingprocessor of
 * opentelemetry-collector-contrib.
 */
export const COLLECTOR_LEDGER: readonly OtlpMetric[] = [
  ...signals('otelcol_receiver_failed', 'otelcol_processor_memory_limiter_refused'),
  { name: 'otelcol_processor_incoming_items', unit: '{item}', type: 'counter' },
  { name: 'otelcol_processor_outgoing_items', unit: '{item}', type: 'counter' },
  { name: 'otelcol_processor_filter_spans.filtered', unit: '1', type: 'counter' },
  { name: 'otelcol_processor_filter_datapoints.filtered', unit: '1', type: 'counter' },
  { name: 'otelcol_processor_filter_logs.filtered', unit: '1', type: 'counter' },
  { name: 'otelcol_processor_probabilistic_sampler_count_traces_sampled', unit: '1', type: 'counter' },
  { name: 'otelcol_processor_probabilistic_sampler_count_logs_sampled', unit: '1', type: 'counter' },
  { name: 'otelcol_processor_tail_sampling_global_count_traces_sampled', unit: '{traces}', type: 'counter' },
];

/** Counters that the collector keeps for each signal. */
function signals(...prefixes: string[]): OtlpMetric[] {
  return prefixes.flatMap(prefix => [
    { name: `${prefix}_spans`, unit: '{span}', type: 'counter' },
    { name: `${prefix}_metric_points`, unit: '{datapoint}', type: 'counter' },
    { name: `${prefix}_log_records`, unit: '{record}', type: 'counter' },
  ]);
}
