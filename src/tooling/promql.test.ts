import { expect, it } from 'vitest';
import { readPromql } from './promql.ts';

it('finds metrics and labels wherever they stand, and takes no function, keyword or text for one', () => {
  const expression = `
    sum by (job) (rate(requests_total{code=~"5..", path="errors_total"}[5m] offset 1h))
      / on (job) group_left (version) count_over_time({__name__="other_total"}[5m:1m]) # rate(comment_total)
    or absent(up) unless label_replace(sum_total, "to", "$1", "from", "(.*)")`;
  const { metrics, labels } = readPromql(expression);
  expect(metrics).toEqual(['requests_total', 'other_total', 'up', 'sum_total']);
  expect(labels).toEqual(['job', 'code', 'path', 'version']);
});

it.each(['sum(', 'rate(x[$interval])', 'a b', 'x{le=}'])('refuses %j', expression => {
  expect(() => readPromql(expression)).toThrow('no PromQL at character');
});
