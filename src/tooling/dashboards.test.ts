import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { KNOWN_METRICS, type MetricSource } from '../telemetry/known-metrics.ts';
import { prometheusSeries } from '../telemetry/prometheus-name.ts';
import { alertRules } from './alert-rules.ts';
import { expressionsOf, filled, labelValuesOf, type Panel, readDashboards } from './dashboards.ts';
import { readPromql } from './promql.ts';
import { ROOT } from './repository.ts';

const dashboards = readDashboards();
const sources: readonly MetricSource[] = Object.values(KNOWN_METRICS);
const labelsOf = new Map(
  sources.flatMap(({ metrics, attributes }) => {
    const labels = ['job', 'instance', 'le', ...attributes.map(name => name.replaceAll(/[^a-zA-Z0-9_]/g, '_'))];
    return metrics.flatMap(prometheusSeries).map(series => [series, labels] as const);
  }),
);

/** What an expression reads that nothing sends. */
function unknownIn(expr: string): string[] {
  const { metrics, labels } = readPromql(expr);
  const known = metrics.flatMap(metric => labelsOf.get(metric) ?? []);
  return [...metrics.filter(metric => !labelsOf.has(metric)), ...labels.filter(label => !known.includes(label))];
}

describe('metrics that are asked for', () => {
  it('by dashboards are sent, with these labels', () => {
    const unknown = [...dashboards].flatMap(([file, dashboard]) =>
      expressionsOf(dashboard).flatMap(({ panel, expr }) => unknownIn(expr).map(name => `${file}, ${panel}: ${name}`)),
    );
    expect(unknown).toEqual([]);
  });

  it('by alerts are sent, with these labels', () => {
    expect(alertRules().flatMap(({ alert, expr }) => unknownIn(expr).map(name => `${alert}: ${name}`))).toEqual([]);
  });

  it('cover every origin, and every metric that is listed', () => {
    const expressions = [
      ...[...dashboards.values()].flatMap(one => expressionsOf(one)).map(({ expr }) => expr),
      ...alertRules().map(({ expr }) => expr),
    ];
    const used = new Set(expressions.flatMap(expr => readPromql(expr).metrics));
    const unused = sources
      .flatMap(({ metrics }) => metrics)
      .filter(metric => !prometheusSeries(metric).some(series => used.has(series)));
    expect(unused).toEqual([]);
  });
});

it('each file holds one dashboard, under a uid that stays', () => {
  expect([...dashboards].map(([file, { uid }]) => [file, uid])).toEqual([
    ['collector.json', 'zap-obs-collector'],
    ['ecs-task.json', 'zap-obs-ecs-task'],
    ['service.json', 'zap-obs-service'],
  ]);
});

describe.each([...dashboards])('%s', (_, dashboard) => {
  const panels = dashboard.panels.filter(({ type }) => type !== 'row');
  const variables = dashboard.templating.list;

  it('is for Grafana 12, and found by its tag', () => {
    expect(dashboard).toMatchObject({ schemaVersion: 41, tags: ['zap-obs'] });
    expect(dashboard.title).toMatch(/^zap-obs \/ \w/);
    expect(dashboard.description).toMatch(/\.$/);
    // What an export of Grafana leaves behind, and what would tie the file to one installation.
    expect(dashboard).not.toHaveProperty('id');
    expect(dashboard).not.toHaveProperty('__inputs');
  });

  it('takes its data source from a variable, everywhere', () => {
    expect(variables[0]).toMatchObject({ name: 'datasource', type: 'datasource', query: 'prometheus' });
    const asked = [...variables.slice(1), ...panels, ...panels.flatMap(({ targets = [] }) => targets)];
    for (const { datasource } of asked) expect(datasource).toEqual({ type: 'prometheus', uid: '${datasource}' });
  });

  it('uses each of its variables, and no other', () => {
    const body = JSON.stringify([panels, variables.slice(1).map(({ query }) => query)]);
    const used = [...body.matchAll(/\$\{?([a-z]\w*)/g)].map(([, name]) => name);
    expect([...new Set(used)].sort()).toEqual(variables.map(({ name }) => name).sort());
  });

  it('asks for the values of its variables where there are some', () => {
    for (const variable of variables.slice(1)) {
      const { name, query, definition } = variable;
      const { selector = '', label } = labelValuesOf(variable) ?? {};
      expect(definition).toBe((query as { query: string }).query);
      expect(label).toBe(name);
      expect(unknownIn(`sum by (${label}) (${filled(selector, { job: 'a' })})`), definition).toEqual([]);
    }
  });

  it('says of each panel what it shows, in which unit and how each line is called', () => {
    for (const { title, description, targets = [], fieldConfig, options } of panels) {
      expect(description, title).toMatch(/\.$/);
      expect(UNITS, title).toContain(fieldConfig?.defaults.unit ?? options?.yAxis?.unit);
      expect(new Set(targets.map(({ refId }) => refId)).size, title).toBe(targets.length);
      const legends = targets.map(({ legendFormat }) => legendFormat);
      expect(new Set(legends).size, title).toBe(legends.length);
      expect(Math.min(...legends.map(legend => legend.length)), title).toBeGreaterThan(0);
    }
  });

  it('names in legends only labels that the expression leaves', () => {
    const wrong = panels.flatMap(({ title, targets = [] }) =>
      targets.flatMap(({ expr, legendFormat }) => {
        const grouped = /^(?:sum|max|min|count|histogram_quantile\([\d.]+, sum)/.exec(expr);
        const kept = grouped
          ? readPromql(filled(expr, { __rate_interval: '1m', job: 'a', instance: '.+' })).labels
          : ['job', 'instance'];
        return [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)]
          .map(([, label = '']) => label)
          .filter(label => !kept.includes(label))
          .map(label => `${title}: ${label}`);
      }),
    );
    expect(wrong).toEqual([]);
  });

  it('lays its panels side by side, none over another', () => {
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
    const taken = new Map<string, string>();
    for (const { title, gridPos } of dashboard.panels) {
      expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
      for (const cell of cells(gridPos)) {
        expect(taken.get(cell), `${title} lies over another`).toBeUndefined();
        taken.set(cell, title);
      }
    }
  });
});

describe('thresholds', () => {
  const red = (file: string, title: string) =>
    dashboards
      .get(file)
      ?.panels.find(panel => panel.title === title)
      ?.fieldConfig?.defaults.thresholds?.steps.find(({ color }) => color === 'red')?.value;
  const limit = (alert: string) =>
    Number(/> ([\d.]+)$/.exec(alertRules().find(rule => rule.alert === alert)?.expr ?? '')?.[1]);

  it('turn red where an alert fires', () => {
    expect(red('service.json', 'Errors')).toBe(limit('RequestsFail'));
    expect(red('service.json', 'Share of errors by route')).toBe(limit('RequestsFail'));
    expect(red('service.json', 'Duration, p95')).toBe(limit('RequestsAreSlow'));
    expect(red('service.json', 'Quantiles')).toBe(limit('RequestsAreSlow'));
  });

  it('turn red at the memory that the collector’s container has', () => {
    const template = readFileSync(join(ROOT, 'cloudformation', '2-ecs-fargate-template.yaml'), 'utf8');
    const [, mebibytes] = /- Name: collector\n(?: {10}.*\n)*? {10}Memory: (\d+)/.exec(template) ?? [];
    expect(red('collector.json', 'Memory')).toBe(Number(mebibytes) * 1024 * 1024);
  });
});

/** Units that Grafana has under this id: https://github.com/grafana/grafana packages/grafana-data/src/valueFormats. */
const UNITS = ['short', 'percentunit', 's', 'bytes', 'mbytes', 'Bps', 'reqps', 'cps', 'pps'];

function cells({ x, y, w, h }: Panel['gridPos']): string[] {
  return Array.from({ length: w * h }, (_, index) => `${x + (index % w)},${y + Math.floor(index / w)}`);
}
