import { describe, expect, it } from 'vitest';
import { readPromql } from '../tooling/promql.ts';
import type { Series } from './backends.ts';
import {
  type CollectorIncrease,
  countersSince,
  exportedOf,
  isReported,
  isSettled,
  leftOut,
  readCounters,
} from './collector-counters.ts';
import { BEGIN, collectorSeries, counted, END, flow, prometheusWith } from './collector-fixtures.ts';

async function read(series: readonly Series[]) {
  return readCounters(prometheusWith(series));
}

async function since(
  before: readonly Series[],
  after: readonly Series[],
  more: object = {},
): Promise<CollectorIncrease | undefined> {
  return countersSince(await read(before), await read(after), { begin: BEGIN, from: END, ...more });
}

const ACCEPTED = 'otelcol_receiver_accepted_spans_total{receiver="otlp"}';
const SENT = 'otelcol_exporter_sent_spans_total{exporter="awsxray"}';

describe('reading', () => {
  it('asks once, by the names of metrics, for as long as the run has lasted', async () => {
    const asked: [string, number | undefined][] = [];
    const range = async (text: string, at?: number) => {
      asked.push([text, at]);
      return [];
    };
    const backend = { query: async () => [], range };
    await readCounters(backend);
    await readCounters(backend, { since: BEGIN, now: BEGIN + 10_000 });
    await readCounters(backend, { since: BEGIN, now: BEGIN + 600_000 });
    expect(asked.map(([text, at]) => [/\[.*\]$/.exec(text)?.[0], at])).toEqual([
      ['[300s]', undefined],
      ['[300s]', BEGIN + 10_000],
      ['[601s]', BEGIN + 600_000],
    ]);
    readPromql(asked[0]?.[0] ?? '');
    for (const name of [
      'otelcol_receiver_accepted_spans_total',
      'otelcol_receiver_failed_log_records_total',
      'otelcol_processor_incoming_items_total',
      'otelcol_processor_filter_spans_filtered_total',
      'otelcol_processor_filter_datapoints_filtered_total',
      'otelcol_processor_probabilistic_sampler_count_traces_sampled_total',
      'otelcol_exporter_prometheusremotewrite_failed_translations_total',
      // A collector that is scraped, without a reader of its own, adds no suffix.
      'otelcol_exporter_sent_spans',
    ])
      expect(asked[0]?.[0]).toMatch(new RegExp(`["|]${name}["|]`));
    expect(asked[0]?.[0]).not.toContain('otelcol_process_');
  });

  it('names the component, and knows a collector that is scraped', async () => {
    const rows = {
      'otelcol_exporter_sent_spans{exporter="awsxray"}': 1,
      'otelcol_processor_filter_spans_filtered_total{filter="filter/some"}': 2,
      'otelcol_processor_outgoing_items_total{processor="batch",otel_signal="logs"}': 3,
      [ACCEPTED]: Number.NaN,
    };
    const samples = await read(collectorSeries(rows, { at: 5 }));
    expect(samples.map(({ name, component, points }) => [name, component, points[0]?.value])).toEqual([
      ['otelcol_exporter_sent_spans', 'awsxray', 1],
      ['otelcol_processor_filter_spans_filtered', 'filter/some', 2],
      ['otelcol_processor_outgoing_items', 'batch', 3],
    ]);
  });
});

describe('increases', () => {
  it('are those of the run, from what was there before it', async () => {
    const before = collectorSeries({ [ACCEPTED]: 100, [SENT]: 90 }, { at: BEGIN - 1000 });
    const after = collectorSeries({ [ACCEPTED]: 140, [SENT]: 130 }, { at: END });
    const increase = await since(before, after);
    expect(increase?.signals.traces).toMatchObject({ accepted: 40, exporters: [{ id: 'awsxray', sent: 40 }] });
    expect(increase?.collectors).toEqual([{ instance: 'local', lastAt: END, hasReported: true, isSilent: false }]);
  });

  it('go on over a restart, also of one collector of two', async () => {
    const before = [
      ...collectorSeries({ [ACCEPTED]: 100 }, { at: BEGIN - 1000, instance: 'a' }),
      ...collectorSeries({ [ACCEPTED]: 7 }, { at: BEGIN - 1000, instance: 'b' }),
    ];
    const [a] = collectorSeries({ [ACCEPTED]: 0 }, { at: 0, instance: 'a' });
    const points = [110, 4, 9].map((value, index) => ({ at: BEGIN + index * 1000, value }));
    const after = [
      { labels: a?.labels ?? {}, points },
      ...collectorSeries({ [ACCEPTED]: 27 }, { at: END, instance: 'b' }),
    ];
    const { traces } = (await since(before, after))?.signals ?? {};
    expect(traces?.accepted).toBe(10 + 9 + 20);
    expect(traces?.byInstance.get('a')).toEqual({ accepted: 19 });
  });

  it('see a restart by any counter of the collector, where others have risen past their old values meanwhile', async () => {
    const POINTS = 'otelcol_receiver_accepted_metric_points_total{receiver="otlp"}';
    const series = (instance: string, spans: [at: number, value: number][], points: [at: number, value: number][]) =>
      [
        { text: ACCEPTED, values: spans },
        { text: POINTS, values: points },
      ].map(({ text, values }) => {
        const [one] = collectorSeries({ [text]: 0 }, { at: 0, instance });
        return { labels: one?.labels ?? {}, points: values.map(([at, value]) => ({ at, value })) };
      });
    const old = BEGIN - 5000;
    // Anew before the run: by then only the metrics of the new collector have come.
    const before = series(
      'a',
      [[old, 25]],
      [
        [old, 900],
        [BEGIN - 500, 30],
      ],
    );
    const after = series(
      'a',
      [
        [old, 25],
        [END, 40],
      ],
      [
        [old, 900],
        [BEGIN - 500, 30],
        [END, 90],
      ],
    );
    expect((await since(before, after))?.signals.traces.accepted).toBe(40);
    // Anew during the run.
    const meanwhile = series(
      'a',
      [
        [old, 25],
        [END, 40],
      ],
      [
        [old, 900],
        [END, 30],
      ],
    );
    expect((await since(series('a', [[old, 25]], [[old, 900]]), meanwhile))?.signals.traces.accepted).toBe(40);
    // It was another one.
    const other = [
      ...series(
        'a',
        [
          [old, 25],
          [END, 40],
        ],
        [],
      ),
      ...series(
        'b',
        [],
        [
          [old, 900],
          [END, 30],
        ],
      ),
    ];
    const own = other.filter(({ points }) => points.length > 0);
    expect((await since(series('a', [[old, 25]], []).slice(0, 1), own))?.signals.traces.accepted).toBe(15);
  });

  it('begin at 0 for a counter that was not there', async () => {
    expect((await since([], collectorSeries({ [ACCEPTED]: 12 }, { at: END })))?.signals.traces.accepted).toBe(12);
  });

  it('are absent, and not 0, for what nobody counts', async () => {
    expect(await since([], [])).toBeUndefined();
    const { signals } = await counted({ [ACCEPTED]: 5 });
    expect(signals.traces).not.toHaveProperty('refused');
    expect(signals.traces.exporters).toEqual([]);
    expect(exportedOf(signals.traces)).toEqual({});
    expect(signals.logs).not.toHaveProperty('accepted');
  });

  it('of series that have come to their end are absent, too: only what was written anew says something', async () => {
    const series = collectorSeries(flow(), { at: BEGIN - 4000 });
    const increase = await since(series, series);
    expect(increase?.signals.traces).toMatchObject({ exporters: [], processors: [] });
    expect(increase?.signals.traces).not.toHaveProperty('accepted');
    expect(increase?.collectors).toEqual([
      { instance: 'local', lastAt: BEGIN - 4000, hasReported: false, isSilent: false },
    ]);
  });
});

describe('collectors', () => {
  it('have not reported yet when their last sample is older than the last answer', async () => {
    const early = await counted(flow(), END - 1);
    expect(isReported(early)).toBe(false);
    expect(isReported(await counted(flow(), END))).toBe(true);
  });

  it('of tasks that ended before are not waited for, unless there are no others', async () => {
    const old = collectorSeries(flow(), { at: BEGIN - 120_000, instance: 'old' });
    const now = collectorSeries(flow(), { at: END, instance: 'new' });
    expect((await since(old, [...old, ...now]))?.collectors.map(({ instance }) => instance)).toEqual(['new']);
    expect((await since(old, old))?.collectors.map(({ instance }) => instance)).toEqual(['old']);
  });

  it('that report seldom are not taken for gone', async () => {
    const [first] = collectorSeries({ [ACCEPTED]: 1 }, { at: 0, instance: 'slow' });
    const points = [3, 2, 1].map(back => ({ at: BEGIN - back * 60_000 - 30_000, value: 1 }));
    const slow = [{ labels: first?.labels ?? {}, points }];
    const now = collectorSeries(flow(), { at: END, instance: 'new' });
    expect((await since(slow, [...slow, ...now]))?.collectors).toHaveLength(2);
  });

  it('have fallen silent after three of their intervals, and are waited for until then', async () => {
    const [first] = collectorSeries({ [ACCEPTED]: 1 }, { at: 0 });
    const every = (interval: number) => [
      { labels: first?.labels ?? {}, points: [3, 2, 1].map(back => ({ at: BEGIN - back * interval, value: 1 })) },
    ];
    const isSilent = async (interval: number, now: number) =>
      (await since([], every(interval), { now }))?.collectors[0]?.isSilent;
    // Every second: after five, because nobody is that punctual.
    expect(await isSilent(1000, BEGIN + 3999)).toBe(false);
    expect(await isSilent(1000, BEGIN + 4001)).toBe(true);
    expect(await isSilent(20_000, BEGIN + 39_999)).toBe(false);
    expect(await isSilent(20_000, BEGIN + 40_001)).toBe(true);
    const times = { begin: BEGIN, from: END };
    expect(isSettled(await read(every(20_000)), { ...times, now: END })).toBe(false);
    expect(isSettled(await read(every(20_000)), { ...times, now: BEGIN + 40_001 })).toBe(true);
    const reported = await read(collectorSeries(flow(), { at: END }));
    expect(isSettled(reported, { ...times, now: END })).toBe(true);
    expect(isSettled([], { ...times, now: END })).toBe(true);
  });

  it("are those beside the application's tasks, where they are known by their instance", async () => {
    const after = [
      ...collectorSeries({ [ACCEPTED]: 40 }, { at: END, instance: 'task-1' }),
      ...collectorSeries({ [ACCEPTED]: 9000 }, { at: END, instance: 'somebody' }),
    ];
    const own = await since([], after, { instances: ['task-1', 'task-2'] });
    expect(own).toMatchObject({ isOwn: true, signals: { traces: { accepted: 40 } } });
    expect(own?.collectors).toHaveLength(1);
    const all = await since([], after, { instances: ['elsewhere'] });
    expect(all).toMatchObject({ isOwn: false, signals: { traces: { accepted: 9040 } } });
  });
});

describe('components', () => {
  it('that lead to the log or a file are not counted as exported', async () => {
    const { signals } = await counted({
      ...flow(),
      'otelcol_exporter_sent_spans_total{exporter="debug"}': 100,
      'otelcol_exporter_sent_spans_total{exporter="file/out"}': 100,
      'otelcol_exporter_sent_spans_total{exporter="otlphttp/copy"}': 100,
      'otelcol_exporter_sent_metric_points_total{exporter="prometheus_remote_write/2"}': 1,
    });
    expect(exportedOf(signals.traces)).toEqual({ sent: 100 });
    expect(exportedOf(signals.metrics)).toEqual({ sent: 701 });
  });

  it.each(['otlphttp', 'otlp_http/cw', 'otlp'])('%s leads to the backend where no other does', async id => {
    const { signals } = await counted({
      [ACCEPTED]: 10,
      [`otelcol_exporter_sent_spans_total{exporter="${id}"}`]: 10,
      'otelcol_exporter_sent_spans_total{exporter="debug"}': 10,
    });
    expect(exportedOf(signals.traces)).toEqual({ sent: 10 });
  });

  it('that process tell what they leave out, each of its signal', async () => {
    const { signals } = await counted({
      ...flow(),
      'otelcol_processor_incoming_items_total{processor="filter/some",otel_signal="traces"}': 100,
      'otelcol_processor_outgoing_items_total{processor="filter/some",otel_signal="traces"}': 92,
      'otelcol_processor_filter_spans_filtered_total{filter="filter/some"}': 8,
      'otelcol_processor_incoming_items_total{processor="memory_limiter",otel_signal="logs"}': 20,
      'otelcol_processor_outgoing_items_total{processor="memory_limiter",otel_signal="logs"}': 20,
      'otelcol_processor_memory_limiter_refused_log_records_total{processor="memory_limiter"}': 3,
      'otelcol_processor_probabilistic_sampler_count_traces_sampled_total{policy="trace_id_hash",sampled="false"}': 30,
      'otelcol_processor_probabilistic_sampler_count_traces_sampled_total{policy="trace_id_hash",sampled="true"}': 70,
    });
    const [filter, sampler, ...others] = signals.traces.processors;
    expect(others).toEqual([]);
    expect(filter).toMatchObject({ id: 'filter/some', isSampler: false, filtered: 8 });
    expect(filter && leftOut(filter)).toBe(8);
    expect(sampler).toEqual({
      id: 'probabilistic_sampler',
      type: 'probabilistic_sampler',
      isSampler: true,
      unsampledTraces: 30,
    });
    expect(signals.logs.processors).toMatchObject([{ id: 'memory_limiter', refused: 3 }]);
    expect(signals.metrics.processors).toEqual([]);
  });

  it('that could not translate say so', async () => {
    const name =
      'otelcol_exporter_prometheusremotewrite_failed_translations_total{exporter="prometheusremotewrite/app"}';
    const { signals } = await counted({ ...flow(), [name]: 5 });
    expect(signals.metrics.exporters).toMatchObject([{ id: 'prometheusremotewrite/app', failedTranslations: 5 }]);
    expect(signals.traces.exporters[0]).not.toHaveProperty('failedTranslations');
  });
});
