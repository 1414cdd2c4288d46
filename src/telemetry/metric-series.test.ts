import { expect, it } from 'vitest';
import { readPromql } from '../tooling/promql.ts';
import { jobsQuery, namesQuery, newNamesQuery, seriesKey, seriesSelector, seriesText } from './metric-series.ts';

const COUNTER = { name: 'a.b', unit: '', type: 'counter' } as const;
const HISTOGRAM = { name: 'c', unit: 's', type: 'histogram' } as const;

it('selects all series of all metrics of one service at once', () => {
  expect(seriesSelector([COUNTER, HISTOGRAM], { service: 'shop' })).toBe(
    String.raw`{__name__=~"a_b_total|c_seconds_bucket|c_seconds_count|c_seconds_sum", le=~"|\\+Inf", job=~"(.+/)?shop"}`,
  );
});

it('asks in PromQL, whatever the names', () => {
  const odd = { service: 'a"b\\c (d)|e+' };
  for (const query of [
    seriesSelector([COUNTER], odd, 'instance=~"x"'),
    namesQuery(odd),
    newNamesQuery(odd, 2.1),
    jobsQuery([COUNTER]),
  ])
    expect(readPromql(query).labels).toContain('job');
  expect(seriesSelector([COUNTER], odd)).toContain(String.raw`(.+/)?a\"b\\\\c \\(d\\)\\|e\\+`);
});

it('tells series apart by their labels, in whatever order', () => {
  expect(seriesKey({ a: '1', b: '2' })).toBe(seriesKey({ b: '2', a: '1' }));
  expect(seriesKey({ a: '1', b: '2' })).not.toBe(seriesKey({ a: '2', b: '1' }));
});

it('shows what one series has and others of its service have not', () => {
  const labels = { __name__: 'd_bucket', job: 'shop', instance: 'i', le: '+Inf', otel_scope_name: 's', route: '/"' };
  expect(seriesText(labels)).toBe(String.raw`d_bucket{route="/\""}`);
});
