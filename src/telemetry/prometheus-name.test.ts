import { describe, expect, it } from 'vitest';
import { type MetricType, prometheusName, prometheusSeries } from './prometheus-name.ts';

describe('prometheusName', () => {
  // Names and units of the tests that otlptranslator has itself, at v1.0.0: metric_namer_test.go, with suffixes.
  it.each<[name: string, unit: string, type: MetricType, expected: string]>([
    ['requests', '', 'counter', 'requests_total'],
    ['cpu_usage', '1', 'gauge', 'cpu_usage_ratio'],
    ['items', '1', 'counter', 'items_total'],
    ['response_time', 'ms', 'gauge', 'response_time_milliseconds'],
    ['memory_usage', 'By', 'gauge', 'memory_usage_bytes'],
    ['requests', '1/s', 'gauge', 'requests_per_second'],
    ['throughput', 'By/s', 'gauge', 'throughput_bytes_per_second'],
    ['custom_metric', 'custom_unit', 'gauge', 'custom_metric_custom_unit'],
    ['custom_metric', '{custom}', 'gauge', 'custom_metric'],
    ['custom_metric', 'By/{custom}', 'gauge', 'custom_metric_bytes'],
    ['requests_total', '', 'counter', 'requests_total'],
    ['cpu_usage_ratio', '1', 'gauge', 'cpu_usage_ratio'],
    ['response_time_seconds', 's', 'gauge', 'response_time_seconds'],
    [
      'metric__with__multiple__underscores',
      'unit__multiple__underscores',
      'gauge',
      'metric_with_multiple_underscores_unit_multiple_underscores',
    ],
    ['custom_metric', 'unit@with#special/chars', 'gauge', 'custom_metric_unit_with_special_per_chars'],
    ['request_duration', 's', 'histogram', 'request_duration_seconds'],
    ['active_connections', '', 'sum', 'active_connections'],
    ['uptime', 'd', 'gauge', 'uptime_days'],
    ['timeout', 'min', 'gauge', 'timeout_minutes'],
    ['latency', 'us', 'gauge', 'latency_microseconds'],
    ['precision_time', 'ns', 'gauge', 'precision_time_nanoseconds'],
    ['cache_size', 'KiBy', 'gauge', 'cache_size_kibibytes'],
    ['storage', 'GiBy', 'gauge', 'storage_gibibytes'],
    ['download', 'MBy', 'gauge', 'download_megabytes'],
    ['distance', 'm', 'gauge', 'distance_meters'],
    ['voltage', 'V', 'gauge', 'voltage_volts'],
  ])('%s, unit %j, %s', (name, unit, type, expected) => {
    expect(prometheusName({ name, unit, type })).toBe(expected);
  });

  it.each<[name: string, unit: string, type: MetricType, expected: string]>([
    // A letter is another unit after a slash than before it.
    ['rounds', '{round}/m', 'gauge', 'rounds_per_minute'],
    // `total` goes to the end, wherever it stood, and after the unit.
    ['total.cpu', 's', 'counter', 'cpu_seconds_total'],
    // A ratio is a gauge of unit 1 only.
    ['hits', '1', 'sum', 'hits'],
    ['2nd.metric', '', 'gauge', '_2nd_metric'],
    ['queueSize', '', 'gauge', 'queueSize'],
    // Units are words with upper and lower case: neither known nor found in the name.
    ['ecs.task.storage.read_bytes', 'Bytes', 'sum', 'ecs_task_storage_read_bytes_Bytes'],
    ['ecs.task.network.rate.rx', 'Bytes/Second', 'gauge', 'ecs_task_network_rate_rx_Bytes_per_Second'],
    // Not something that every object has.
    ['things', 'constructor', 'gauge', 'things_constructor'],
  ])('%s, unit %j, %s', (name, unit, type, expected) => {
    expect(prometheusName({ name, unit, type })).toBe(expected);
  });

  it('refuses a name of which nothing is left', () => {
    expect(() => prometheusName({ name: '@#$%', unit: '', type: 'gauge' })).toThrow('"@#$%"');
  });
});

it('a histogram has three kinds of series, everything else one', () => {
  const histogram = { name: 'http.server.request.duration', unit: 's', type: 'histogram' } as const;
  expect(prometheusSeries(histogram)).toEqual([
    'http_server_request_duration_seconds_bucket',
    'http_server_request_duration_seconds_count',
    'http_server_request_duration_seconds_sum',
  ]);
  expect(prometheusSeries({ ...histogram, type: 'gauge' })).toEqual(['http_server_request_duration_seconds']);
});
