import { took } from '../report/proof-words.ts';
import type { Finding } from './finding.ts';
import type { Signal } from './proof.ts';

/** How long telemetry took to arrive, in milliseconds. */
export interface Latency {
  p50: number;
  p95: number;
  max: number;
}

/**
 * Percentiles by nearest rank: each is a value that was measured. https://en.wikipedia.org/wiki/Percentile#The_nearest-rank_method
 *
 * @param arrivals of one signal, one for each request, in milliseconds and any order
 * @returns `undefined` when nothing has arrived
 */
export function latencyOf(arrivals: readonly number[]): Latency | undefined {
  const sorted = arrivals.filter(Number.isFinite).sort((one, other) => one - other);
  const rank = (share: number) => sorted[Math.max(Math.ceil(share * sorted.length), 1) - 1];
  const [p50, p95, max] = [rank(0.5), rank(0.95), rank(1)];
  if (p50 === undefined || p95 === undefined || max === undefined) return undefined;
  return { p50, p95, max };
}

/** What delays each signal on purpose, and how it is told to do so less. */
const DELAYS: Readonly<Record<Signal, string>> = {
  metrics: "Shorten `OTEL_METRIC_EXPORT_INTERVAL` (60 s unless it is set) and the `timeout` of the collector's `batch`",
  traces: "Shorten `OTEL_BSP_SCHEDULE_DELAY` (5 s unless it is set) and the `timeout` of the collector's `batch`",
  logs: "Shorten `OTEL_BLRP_SCHEDULE_DELAY` (1 to 5 s unless it is set) and the `timeout` of the collector's `batch`",
};

const GATE = 'arrival within ';

/**
 * The gate: whether the last request's telemetry came soon enough.
 *
 * @param latency absent when nothing has arrived, which is not soon enough
 * @param maxArrivalMs what is still allowed, in milliseconds
 */
export function judgeLatency(signal: Signal, latency: Latency | undefined, maxArrivalMs: number): Finding {
  const name = `${GATE}${took(maxArrivalMs)}`;
  if (!latency) return { name, passed: false, seen: 'nothing has arrived' };
  const { p50, p95, max } = latency;
  const seen = `p50 ${took(p50)}, p95 ${took(p95)}, max ${took(max)}`;
  if (max <= maxArrivalMs) return { name, passed: true, seen };
  return {
    name,
    passed: false,
    seen,
    cause: `The last of the ${signal} arrived after ${took(max)}, which is ${took(max - maxArrivalMs)} too late`,
    fix: `${DELAYS[signal]}, or raise \`max-arrival\``,
  };
}

/** Whether a finding is of the gate, and not of what has arrived. */
export function isLatencyFinding({ name }: Finding): boolean {
  return name.startsWith(GATE);
}
