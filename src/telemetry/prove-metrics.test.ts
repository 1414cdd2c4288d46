import { expect, it } from 'vitest';
import { readPromql } from '../tooling/promql.ts';
import type { Sample } from './backends.ts';
import type { ExpectedMetric } from './expectations.ts';
import {
  blankMetrics,
  explainMetric,
  lookForMetrics,
  namesQuery,
  seriesQuery,
  servicesQuery,
} from './prove-metrics.ts';

const place = { file: 'telemetry.yaml', line: 1, column: 1 };
const scope = { service: 'shop', run: 'r1' };

function metric(name: string, more: Partial<ExpectedMetric> = {}): ExpectedMetric {
  return { name, unit: '', type: 'counter', attributes: [], place, ...more };
}

function sample(name: string, labels: Record<string, string> = {}): Sample {
  return { labels: { __name__: name, job: 'shop', ...labels }, value: 1 };
}

async function look(expected: ExpectedMetric, samples: readonly Sample[]) {
  const [finding] = await lookForMetrics({ query: async () => [...samples], range: async () => [] }, [expected], scope);
  return finding;
}

it('asks in one query for all series of all metrics, of this service in this run alone', () => {
  const query = seriesQuery([metric('a.b'), metric('c', { type: 'histogram', unit: 's' })], scope);
  const selector = String.raw`__name__=~"a_b_total|c_seconds_bucket|c_seconds_count|c_seconds_sum", le=~"|\\+Inf", job=~"(.+/)?shop"`;
  expect(query).toBe(
    `{${selector}} and on (job, instance) target_info{zap_obs_run="r1"} or {${selector}, zap_obs_run="r1"}`,
  );
});

it('asks in PromQL, whatever the names', () => {
  const odd = { service: 'a"b\\c (d)|e+', run: 'r"1\\' };
  for (const query of [seriesQuery([metric('a')], odd), namesQuery(odd), servicesQuery(odd)])
    expect(readPromql(query).labels).toContain('zap_obs_run');
  expect(seriesQuery([metric('a')], odd)).toContain(String.raw`(.+/)?a\"b\\\\c \\(d\\)\\|e\\+`);
});

it('finds a metric by its attributes, which are labels in Prometheus', async () => {
  const attributes = [{ key: 'http.route' }, { key: 'status', value: '200' }];
  const expected = metric('shop.orders', { unit: '{order}', attributes });
  const good = sample('shop_orders_total', { http_route: '/', status: '200' });
  const other = sample('shop_orders_total', { http_route: '/', status: '500' });
  expect(await look(expected, [other, good])).toMatchObject({
    passed: true,
    seen: 'shop_orders_total{http_route="/", status="200"}',
  });
  expect(await look(expected, [other])).toMatchObject({
    passed: false,
    cause: 'The metric has arrived, but no series is as expected: `status` is `500` instead of `200`',
  });
  // What two series have together is not what one has.
  const apart = [sample('shop_orders_total', { http_route: '/' }), sample('shop_orders_total', { status: '200' })];
  expect(await look(expected, apart)).toMatchObject({ passed: false });
});

it('has a histogram only with all its series', async () => {
  const expected = metric('d', { type: 'histogram', unit: 's' });
  const series = ['d_seconds_bucket', 'd_seconds_count', 'd_seconds_sum'].map(name => sample(name));
  expect(await look(expected, series)).toMatchObject({ passed: true });
  expect(await look(expected, series.slice(1))).toMatchObject({
    passed: false,
    cause: "Of the histogram's series, d_seconds_bucket is missing",
  });
  expect(await look(expected, [])).toEqual(blankMetrics([expected])[0]);
});

it.each([
  ['another type', metric('a.b', { unit: 's' }), ['a_b_seconds'], 'as `a_b_seconds`, the name of a sum'],
  [
    'another unit',
    metric('a.b', { unit: 's', type: 'gauge' }),
    ['a_b_milliseconds'],
    'the name of a gauge in unit `ms`',
  ],
  ['no unit', metric('a.b', { unit: 'By', type: 'gauge' }), ['a_b'], 'the name of a gauge without a unit'],
  [
    'a histogram',
    metric('a.b', { unit: 's', type: 'gauge' }),
    ['a_b_seconds_bucket', 'a_b_seconds_count', 'a_b_seconds_sum'],
    'the name of a histogram;',
  ],
  ['a ratio', metric('a.b', { type: 'gauge' }), ['a_b_ratio'], 'the name of a gauge in unit `1`'],
])('tells a metric that has arrived as %s', (_, expected, names, cause) => {
  const found = explainMetric(expected, { name: 'm', passed: false }, [...names, 'target_info', 'other_total']);
  expect(found.cause).toContain(cause);
  expect(found.fix).toContain('Change `type` and `unit`');
});

it('names the nearest metric where the name is another, and what has arrived', () => {
  const names = ['shop_order_total', 'up_seconds_bucket', 'up_seconds_count', 'up_seconds_sum', 'target_info'];
  const found = explainMetric(metric('shop.orders'), { name: 'm', passed: false }, names);
  expect(found).toMatchObject({
    seen: '2 other metrics of this run: shop_order_total, up_seconds',
    cause:
      'The application has sent no metric that Prometheus would name `shop_orders_total`, though others have arrived',
    fix: 'Did it get another name? The nearest is `shop_order_total`',
  });
  expect(explainMetric(metric('quite.different'), { name: 'm', passed: false }, names).fix).toContain(
    'Check that the code',
  );
});

it('gives no cause of its own when nothing at all has arrived', () => {
  const found = explainMetric(metric('a'), { name: 'm', passed: false }, ['target_info']);
  expect(found).toEqual({ name: 'm', passed: false, seen: 'no metric of this run' });
});
