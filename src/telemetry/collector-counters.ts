import type { MetricsBackend, Sample } from './backends.ts';

export type CounterSample = Sample;

/** What the collector has counted. */
export async function readCounters(metrics: MetricsBackend): Promise<CounterSample[]> {
  return metrics.query('{__name__=~"otelcol_(receiver|exporter|processor)_.+"}');
}
