import { expect, it } from 'vitest';
import { isLatencyFinding, judgeLatency, latencyOf } from './latency.ts';

it('takes percentiles by nearest rank, whatever the order', () => {
  expect(latencyOf([])).toBeUndefined();
  expect(latencyOf([7])).toEqual({ p50: 7, p95: 7, max: 7 });
  expect(latencyOf([40, 10, 30, 20])).toEqual({ p50: 20, p95: 40, max: 40 });
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect(latencyOf(hundred)).toEqual({ p50: 50, p95: 95, max: 100 });
  // 0.95 × 20 is 19: the nineteenth, not the last.
  expect(latencyOf(hundred.slice(80))).toEqual({ p50: 10, p95: 19, max: 20 });
  // Numbers are not sorted as texts are.
  expect(latencyOf([9, 100, 20])).toEqual({ p50: 20, p95: 100, max: 100 });
});

it('judges the last arrival, to the millisecond', () => {
  const latency = { p50: 1000, p95: 2000, max: 30_000 };
  expect(judgeLatency('traces', latency, 30_000)).toEqual({
    name: 'arrival within 30 s',
    passed: true,
    seen: 'p50 1.0 s, p95 2.0 s, max 30 s',
  });
  const late = judgeLatency('metrics', latency, 29_999);
  expect(late).toMatchObject({ passed: false, fix: expect.stringContaining('OTEL_METRIC_EXPORT_INTERVAL') });
  expect(late.fix).toContain('max-arrival');
  expect(isLatencyFinding(late)).toBe(true);
});

it('is not passed by what has never arrived', () => {
  expect(judgeLatency('logs', undefined, 1000)).toMatchObject({ passed: false, seen: 'nothing has arrived' });
});
