import { expect, it } from 'vitest';
import type { Sample } from './backends.ts';
import type { ExpectedMetric } from './expectations.ts';
import { explainMetric, lookForMetrics, RUN_MARKER, servicesQuery } from './prove-metrics.ts';

const place = { file: 'telemetry.yaml', line: 1, column: 1 };
const ORDERS: ExpectedMetric = { name: 'shop.orders', unit: '', type: 'counter', attributes: [{ key: 'a' }], place };

it('looks at what is there, in one query', async () => {
  const asked: string[] = [];
  const samples: Sample[] = [{ labels: { __name__: 'shop_orders_total', job: 'shop', a: '1' }, value: 1 }];
  const backend = {
    query: async (promql: string) => [asked.push(promql), samples][1] as Sample[],
    range: async () => [],
  };
  expect(await lookForMetrics(backend, [ORDERS], { service: 'shop' })).toMatchObject([{ passed: true }]);
  expect(asked).toHaveLength(1);
  samples.length = 0;
  expect(await lookForMetrics(backend, [ORDERS], { service: 'shop' })).toMatchObject([{ passed: false }]);
});

it('explains a metric by the names that are there', () => {
  const blank = { name: 'm', passed: false };
  expect(explainMetric(ORDERS, blank, ['shop_order_total']).fix).toContain('The nearest is `shop_order_total`');
  expect(explainMetric(ORDERS, blank, ['target_info'])).toEqual({ ...blank, seen: 'no metric of this service' });
});

it('finds services by the marker of a run', () => {
  expect(servicesQuery({ run: 'r"1' })).toContain(`${RUN_MARKER}="r\\"1"`);
});
