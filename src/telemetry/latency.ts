import { duration } from '../report/words.ts';
import type { Finding } from './finding.ts';
import type { Signal } from './proof.ts';

export interface Latency {
  p50: number;
  p95: number;
  max: number;
}

export function latencyOf(arrivals: readonly number[]): Latency | undefined {
  const sorted = arrivals.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.max(Math.ceil(share * sorted.length) - 1, 0)] ?? 0;
  return sorted.length === 0 ? undefined : { p50: at(0.5), p95: at(0.95), max: at(1) };
}

export function judgeLatency(signal: Signal, { max }: Latency, maxArrival: number): Finding {
  return {
    name: `${signal} within ${duration(maxArrival)}`,
    passed: max <= maxArrival,
    seen: `${duration(max)} at most`,
  };
}
