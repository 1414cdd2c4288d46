import { expect, it } from 'vitest';
import { explainName, otherMetrics } from './explain-name.ts';
import type { OtlpMetric } from './prometheus-name.ts';

function metric(name: string, more: Partial<OtlpMetric> = {}): OtlpMetric {
  return { name, unit: '', type: 'counter', ...more };
}

const histogram = (name: string) => ['_bucket', '_count', '_sum'].map(suffix => name + suffix);

it.each([
  ['another type', metric('a.b', { unit: 's' }), ['a_b_seconds'], 'as `a_b_seconds`, the name of a sum;'],
  ['another unit', metric('a.b', { unit: 's', type: 'gauge' }), ['a_b_milliseconds'], 'name of a gauge in unit `ms`;'],
  ['no unit', metric('a.b', { unit: 'By', type: 'gauge' }), ['a_b'], 'the name of a gauge without a unit;'],
  [
    'a histogram',
    metric('a.b', { unit: 's', type: 'gauge' }),
    histogram('a_b_seconds'),
    'the name of a histogram; expected was `a_b_seconds`',
  ],
  ['a ratio', metric('a.b', { type: 'gauge' }), ['a_b_ratio'], 'the name of a gauge in unit `1`'],
])('tells a metric that has arrived as %s', (_, expected, names, cause) => {
  const found = explainName(expected, [...names, 'target_info', 'other_total']);
  expect(found?.cause).toContain(cause);
  expect(found?.fix).toContain('Change `type` and `unit`');
});

const HTTP = metric('http.server.request.duration', { unit: 's', type: 'histogram' });
const ORDERS = metric('shop.orders', { unit: '{order}' });

it.each([
  [
    'as it is',
    HTTP,
    histogram('http.server.request.duration'),
    'as `http.server.request.duration_bucket`, with the dots of its name: the exporter keeps UTF-8',
    'translation_strategy: UnderscoreEscapingWithSuffixes',
  ],
  [
    'with dots and suffixes',
    HTTP,
    histogram('http.server.request.duration_seconds'),
    'as `http.server.request.duration_seconds_bucket`, with the dots',
    'translation_strategy',
  ],
  [
    'with dots, a counter',
    ORDERS,
    ['shop.orders_total'],
    'as `shop.orders_total`, with the dots',
    'translation_strategy',
  ],
  [
    'behind a namespace',
    HTTP,
    histogram('prod_http_server_request_duration_seconds'),
    'as `prod_http_server_request_duration_seconds_bucket`, with the prefix `prod`',
    'Remove `namespace: prod`',
  ],
])('knows the names that an exporter gives %s', (_, expected, names, cause, fix) => {
  const found = explainName(expected, names);
  expect(found?.cause).toContain(cause);
  expect(found?.cause).toMatch(/; expected was `[a-z_]+`$/);
  expect(found?.fix).toContain(fix);
});

it('lays missing suffixes to the exporter when more than one metric lacks them, and none has them', () => {
  const bare = [...histogram('http_server_request_duration'), 'shop_orders'];
  expect(explainName(ORDERS, bare, [HTTP, ORDERS])?.fix).toContain('remove `add_metric_suffixes: false`');
  expect(explainName(ORDERS, bare, [HTTP, ORDERS])?.cause).toContain('the exporter adds no suffixes');
  const mixed = [...histogram('http_server_request_duration_seconds'), 'shop_orders'];
  expect(explainName(ORDERS, mixed, [HTTP, ORDERS])?.cause).toContain('the name of a sum');
});

it('takes no part of a histogram for the whole, and no longer name for a prefix', () => {
  expect(explainName(HTTP, ['prod_http_server_request_duration_seconds_count'])).toBeUndefined();
  expect(explainName(ORDERS, ['workshop_orders_total'])).toBeUndefined();
});

it('names the nearest metric where the name is another, and what has arrived', () => {
  const names = ['shop_order_total', ...histogram('up_seconds'), 'target_info'];
  expect(otherMetrics(metric('shop.orders'), names)).toEqual({
    seen: '2 other metrics of this service: shop_order_total, up_seconds',
    nearest: 'shop_order_total',
  });
  expect(otherMetrics(metric('quite.different'), names)).not.toHaveProperty('nearest');
  expect(otherMetrics(metric('a'), ['target_info'])).toEqual({ seen: 'no metric of this service' });
});
