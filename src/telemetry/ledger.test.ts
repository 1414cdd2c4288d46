import { describe, expect, it } from 'vitest';
import type { Ledger, LedgerHop, SignalName } from '../report/proof-result.ts';
import { countersSince, readCounters } from './collector-counters.ts';
import {
  BEGIN,
  type Counters,
  collectorSeries,
  counted,
  counts,
  END,
  evidence,
  flow,
  idOf,
  prometheusWith,
  records,
  requests,
  spansOf,
  trace,
  tracesOf,
} from './collector-fixtures.ts';
import { type LedgerFacts, ledgerOf, NOT_REPORTED, UNAVAILABLE } from './ledger.ts';

async function ledger(signal: SignalName, facts: Partial<LedgerFacts> = {}, counters?: Counters): Promise<Ledger> {
  const told = counters && { counters: await counted(counters) };
  const [only] = ledgerOf({ sent: requests(), evidence: evidence(), signals: [signal], ...told, ...facts });
  if (!only) throw new Error('no ledger');
  return only;
}

/** `accepted 100 spans −8`, one after the other. */
function told({ hops }: Ledger): string[] {
  return hops.map(
    ({ hop, unit, count = '–', lost }) => `${hop} ${count} ${unit}${lost === undefined ? '' : ` −${lost}`}`,
  );
}

function noteOf({ hops }: Ledger, hop: LedgerHop['hop']): string | undefined {
  return hops.find(one => one.hop === hop)?.note;
}

const FILTER = {
  'otelcol_processor_incoming_items_total{processor="filter/some",otel_signal="traces"}': 100,
  'otelcol_processor_outgoing_items_total{processor="filter/some",otel_signal="traces"}': 95,
  'otelcol_processor_filter_spans_filtered_total{filter="filter/some"}': 5,
};

describe('a run of which nothing is lost', () => {
  it('loses nothing anywhere, whatever others send meanwhile', async () => {
    expect(told(await ledger('traces', {}, flow({ spans: 130 })))).toEqual([
      'sent 20 requests',
      'answered 20 requests −0',
      'sampled 20 requests',
      'accepted 130 spans −0',
      'exported 130 spans −0',
      'found 20 requests −0',
      'found 100 spans −0',
    ]);
    expect(told(await ledger('logs', {}, flow()))).toEqual([
      'sent 20 requests',
      'answered 20 requests −0',
      'accepted 20 log records −0',
      'exported 20 log records −0',
      'found 20 requests −0',
      'found 20 log records −0',
    ]);
    expect(told(await ledger('metrics', {}, flow()))).toEqual([
      'sent 20 requests',
      'answered 20 requests −0',
      'accepted 700 data points',
      'exported 700 data points −0',
      'found 20 requests −0',
    ]);
    for (const signal of ['traces', 'logs', 'metrics'] as const)
      expect((await ledger(signal, {}, flow())).remarks).toEqual([]);
  });

  it('takes no harm from requests that leave more than others of their name', async () => {
    // The first of a process connects to a database.
    const first = evidence(20, { traces: tracesOf(index => (index < 2 ? 9 : spansOf(index))) });
    expect(told(await ledger('traces', { evidence: first })).at(-1)).toBe('found 108 spans −0');
    // As many spans as there are rows.
    const varied = evidence(20, { traces: tracesOf(index => 3 + (index % 7)) });
    expect(told(await ledger('traces', { evidence: varied })).at(-1)).toContain('−0');
    expect(told(await ledger('traces', { evidence: varied }, flow({ spans: 400 }))).at(-1)).toContain('−0');
    // Two are too few to learn from.
    const two = evidence(4, { traces: tracesOf(index => (index < 2 ? 5 : 4), 4) });
    expect(told(await ledger('traces', { sent: requests(4), evidence: two })).at(-1)).toContain('−0');
  });

  it('counts a filter that drops the spans of others, and no loss', async () => {
    const { hops, remarks } = await ledger('traces', {}, { ...flow({ spans: 105 }), ...FILTER, ...flow() });
    expect(hops.every(({ lost = 0 }) => lost === 0)).toBe(true);
    expect(remarks).toEqual(['Processor `filter/some` of the collector dropped 5 spans, none of which is missed']);
  });

  it('does not take what is on its way for lost', async () => {
    const under = { ...flow(), 'otelcol_exporter_sent_metric_points_total{exporter="prometheusremotewrite/app"}': 640 };
    const metrics = await ledger('metrics', {}, under);
    expect(told(metrics)).toContain('exported 640 data points −0');
    expect(noteOf(metrics, 'exported')).toBe('60 more were on their way when this was counted');
    const early = { ...flow(), 'otelcol_exporter_sent_spans_total{exporter="awsxray"}': 90 };
    expect(noteOf(await ledger('traces', {}, early), 'exported')).toBe(
      '10 more were on their way when this was counted',
    );
    const late = { ...flow(), 'otelcol_exporter_sent_spans_total{exporter="awsxray"}': 108 };
    expect(noteOf(await ledger('traces', {}, late), 'exported')).toBe('with 8 that had been accepted before');
  });
});

describe('counters that are not there', () => {
  it('are not 0', async () => {
    for (const signal of ['traces', 'metrics', 'logs'] as const) {
      const one = await ledger(signal);
      for (const hop of ['accepted', 'exported'] as const) {
        const { count, lost, note } = one.hops.find(each => each.hop === hop) ?? {};
        expect([count, lost]).toEqual([undefined, undefined]);
        expect(note).toBe(UNAVAILABLE);
      }
    }
  });

  it('are told from those of a signal that a collector has not met', async () => {
    const { 'otelcol_receiver_accepted_spans_total{receiver="otlp"}': _, ...others } = flow();
    const none = evidence(20, { traces: tracesOf(() => 0) });
    const traces = await ledger('traces', { evidence: none }, others);
    expect(told(traces)).toContain('accepted – spans');
    expect(noteOf(traces, 'accepted')).toBe('no such counter: as far as is known, the collector has accepted none');
  });

  it('are not yet reported when they are older than the last answer', async () => {
    const traces = await ledger('traces', { counters: await counted(flow({ spans: 60 }), END - 1) });
    expect(told(traces)).toEqual(
      expect.arrayContaining(['accepted – spans', 'exported – spans', 'found 100 spans −0']),
    );
    expect(noteOf(traces, 'accepted')).toBe(`${UNAVAILABLE}: ${NOT_REPORTED}`);
  });
});

describe('sampling', () => {
  const isKept = (index: number) => index % 10 < 2;
  const sampled = evidence(20, {
    traces: tracesOf(index => (isKept(index) ? spansOf(index) : 0)),
    logs: Array.from({ length: 20 }, (_, index) => records(index, {}, isKept(index) ? 1 : 0)),
  });

  it('at the application is no loss', async () => {
    const traces = await ledger('traces', { evidence: sampled }, flow({ spans: 20 }));
    expect(told(traces)).toEqual([
      'sent 20 requests',
      'answered 20 requests −0',
      'sampled 4 requests',
      'accepted 20 spans −0',
      'exported 20 spans −0',
      'found 4 requests −0',
      'found 20 spans −0',
    ]);
    expect(traces.remarks).toEqual([
      '16 of 20 requests were not sampled by the application, as the trace flags of log records say: that is sampling, not loss',
    ]);
  });

  it('at the application does not hide a loss beside it', async () => {
    const traces = sampled.traces.map((one, index) => (index === 1 ? trace(index, 0) : one));
    const one = await ledger('traces', { evidence: { ...sampled, traces } }, flow({ spans: 20 }));
    expect(told(one)).toEqual(expect.arrayContaining(['found 3 requests −1', 'found 14 spans −6']));
  });

  it('is not known where no record tells it', async () => {
    const silent = { ...sampled, logs: [] };
    const traces = await ledger('traces', { evidence: silent }, flow({ spans: 20 }));
    expect(told(traces)).toContain('sampled – requests');
    expect(traces.remarks.join()).toContain('whether their requests were sampled, no log record tells');
  });

  it('in the collector is no loss either', async () => {
    const kept = evidence(20, { traces: tracesOf(index => (index < 10 ? spansOf(index) : 0)) });
    const counters = {
      ...flow(),
      'otelcol_processor_incoming_items_total{processor="probabilistic_sampler",otel_signal="traces"}': 100,
      'otelcol_processor_outgoing_items_total{processor="probabilistic_sampler",otel_signal="traces"}': 50,
      'otelcol_exporter_sent_spans_total{exporter="awsxray"}': 50,
    };
    const traces = await ledger('traces', { evidence: kept }, counters);
    expect(told(traces)).toEqual(
      expect.arrayContaining(['accepted 100 spans −0', 'exported 50 spans −0', 'found 50 spans −0']),
    );
    expect(traces.remarks).toEqual([
      'Processor `probabilistic_sampler` of the collector left out 50 spans: that is sampling, not loss',
    ]);
  });
});

describe('loss', () => {
  const twentieth = evidence(20, { traces: tracesOf(index => spansOf(index) - (index % 4 === 3 ? 1 : 0)) });

  it('by a filter is that of the filter, to the span', async () => {
    const counters = { ...flow(), ...FILTER, 'otelcol_exporter_sent_spans_total{exporter="awsxray"}': 95 };
    const traces = await ledger('traces', { evidence: twentieth }, counters);
    expect(told(traces)).toEqual(
      expect.arrayContaining(['accepted 100 spans −0', 'exported 95 spans −5', 'found 95 spans −0']),
    );
    expect(traces.remarks).toEqual(['Processor `filter/some` of the collector dropped 5 spans']);
  });

  it('at X-Ray is what was exported, by the account of the exporter, and is not there', async () => {
    const traces = await ledger('traces', { evidence: twentieth }, flow());
    expect(told(traces)).toEqual(expect.arrayContaining(['exported 100 spans −0', 'found 95 spans −5']));
    expect(traces.remarks[0]).toContain('segments that X-Ray refuses count as exported');
  });

  it('before the collector is what it has not accepted', async () => {
    const traces = await ledger('traces', { evidence: twentieth }, flow({ spans: 95 }));
    expect(told(traces)).toEqual(
      expect.arrayContaining(['accepted 95 spans −5', 'exported 95 spans −0', 'found 95 spans −0']),
    );
  });

  it('by an exporter is what it could not deliver', async () => {
    const none = evidence(20, { traces: tracesOf(() => 0) });
    const failed = {
      ...flow(),
      'otelcol_exporter_sent_spans_total{exporter="awsxray"}': 0,
      'otelcol_exporter_send_failed_spans_total{exporter="awsxray"}': 100,
      'otelcol_exporter_sent_spans_total{exporter="debug"}': 100,
    };
    const traces = await ledger('traces', { evidence: none }, failed);
    expect(told(traces)).toEqual(
      expect.arrayContaining([
        'accepted 100 spans −0',
        'exported 0 spans −100',
        'found 0 requests −20',
        'found 0 spans −0',
      ]),
    );
    expect(noteOf(traces, 'exported')).toBe('without `debug`, which leads elsewhere');
  });

  it('is known without any counters, as long as one request of a name is whole', async () => {
    expect(told(await ledger('traces', { evidence: twentieth })).slice(-1)).toEqual(['found 95 spans −5']);
    const half = evidence(20, { traces: tracesOf(index => (index < 10 ? spansOf(index) : 0)) });
    expect(told(await ledger('traces', { evidence: half })).slice(-2)).toEqual([
      'found 10 requests −10',
      'found 50 spans −50',
    ]);
    const none = await ledger('traces', { evidence: evidence(20, { traces: tracesOf(() => 0) }) });
    expect(told(none).slice(-2)).toEqual(['found 0 requests −20', 'found 0 spans']);
    expect(none.hops.at(-1)?.note).toContain('not known');
  });

  it('is not reckoned by counters that lack those of a collector which is silent', async () => {
    const half = evidence(20, { traces: tracesOf(index => (index % 2 === 0 ? spansOf(index) : 0)) });
    const series = (instance: string, spans: number, at: number) => collectorSeries(flow({ spans }), { at, instance });
    const read = (...all: ReturnType<typeof series>[]) => readCounters(prometheusWith(all.flat()));
    const before = await read(series('a', 0, BEGIN - 500), series('b', 0, BEGIN - 500));
    for (const isSilent of [false, true]) {
      const b = isSilent ? series('b', 0, BEGIN - 500) : series('b', 60, END + 500);
      const after = await read(series('a', 40, END + 500), b);
      const counters = countersSince(before, after, { begin: BEGIN, from: END, now: END + 30_000 });
      const traces = await ledger('traces', { evidence: half, counters });
      const [accepted, , requests, spans] = told(traces).slice(-4);
      expect(requests).toBe('found 10 requests −10');
      expect([accepted, spans]).toEqual(
        isSilent ? ['accepted 40 spans', 'found 40 spans'] : ['accepted 100 spans −0', 'found 40 spans −60'],
      );
      if (isSilent) expect(traces.hops.at(-1)?.note).toContain('is not known');
    }
  });

  it('of spans at random is right within one, whatever the seed and the place', async () => {
    for (let seed = 1; seed <= 200; seed += 1) {
      const random = randomFrom(seed);
      const traces = Array.from({ length: 300 }, (_, index) => {
        const whole = trace(index, spansOf(index));
        return { ...whole, segments: whole.segments.filter(() => random() >= 0.05) };
      });
      const found = traces.reduce((sum, { segments }) => sum + segments.length, 0);
      const dropped = 1500 - found;
      const logs = Array.from({ length: 300 }, (_, index) => records(index));
      const facts = { sent: requests(300), evidence: evidence(300, { traces, logs }) };
      const filter = {
        'otelcol_processor_incoming_items_total{processor="filter/some",otel_signal="traces"}': 1500,
        'otelcol_processor_outgoing_items_total{processor="filter/some",otel_signal="traces"}': found,
      };
      const sent = { 'otelcol_exporter_sent_spans_total{exporter="awsxray"}': found };
      const places: [LedgerHop['hop'], Counters | undefined][] = [
        ['exported', { ...flow({ spans: 1500 }), ...filter, ...sent }],
        ['found', flow({ spans: 1500 })],
        ['accepted', flow({ spans: found })],
        ['found', undefined],
      ];
      for (const [place, counters] of places) {
        const { hops } = await ledger('traces', facts, counters);
        for (const { hop, lost = 0 } of hops.filter(({ unit }) => unit === 'spans'))
          expect(Math.abs(lost - (hop === place ? dropped : 0)), `${seed} ${place} ${hop}`).toBeLessThanOrEqual(1);
      }
    }
  });

  it('of metrics is that of the metric which has counted least', async () => {
    const some = evidence(20, { counts: [counts(20), { ...counts(12), metric: 'shop.duration' }] });
    const metrics = await ledger('metrics', { evidence: some }, flow());
    expect(told(metrics).at(-1)).toBe('found 12 requests −8');
    expect(metrics.hops.at(-1)?.note).toBe('by `shop.duration`');
    const silent = await ledger('metrics', { evidence: evidence(20, { counts: [] }) }, flow());
    expect(told(silent).at(-1)).toBe('found – requests');
  });

  it('by translation is told, though the exporter counts it as exported', async () => {
    const name =
      'otelcol_exporter_prometheusremotewrite_failed_translations_total{exporter="prometheusremotewrite/app"}';
    expect((await ledger('metrics', {}, { ...flow(), [name]: 5 })).remarks).toEqual([
      expect.stringContaining('could not translate what was in 5 batches'),
    ]);
  });

  it('of requests without an answer is not that of their telemetry', async () => {
    const sent = requests().map((one, index) =>
      index < 3 ? { ...one, answer: { kind: 'failed', reason: 'reset', ms: 4 } as const } : one,
    );
    const traces = tracesOf(spansOf).slice(3);
    const one = await ledger('traces', { sent, evidence: evidence(20, { traces }) }, flow({ spans: 86 }));
    expect(told(one)).toEqual(expect.arrayContaining(['answered 17 requests −3', 'found 86 spans −0']));
  });

  it('leaves out requests that leave no trace', async () => {
    const [first, ...others] = requests();
    if (!first) throw new Error('none');
    const sent = [{ ...first, request: { ...first.request, isTraced: false } }, ...others];
    expect(told(await ledger('logs', { sent }, flow()))[0]).toBe('sent 19 requests');
  });
});

describe('what was exported twice', () => {
  it('is told by both exporters, and by what is found', async () => {
    const again = { ...flow(), 'otelcol_exporter_sent_log_records_total{exporter="awscloudwatchlogs/again"}': 20 };
    const twice = evidence(20, { logs: Array.from({ length: 20 }, (_, index) => records(index, { times: 2 })) });
    const logs = await ledger('logs', { evidence: twice }, again);
    expect(logs.remarks).toEqual([
      'Exported twice: 20 of 20 log records are found more than once, and both `awscloudwatchlogs` and `awscloudwatchlogs/again` have sent them',
    ]);
    expect(told(logs)).toEqual(expect.arrayContaining(['exported 40 log records −0', 'found 20 log records −0']));
    expect((await ledger('logs', { evidence: twice })).remarks).toEqual([
      'Exported twice: 20 of 20 log records are found more than once',
    ]);
  });

  it('is not what also went to the log of the collector', async () => {
    const debug = { ...flow(), 'otelcol_exporter_sent_log_records_total{exporter="debug"}': 20 };
    expect((await ledger('logs', {}, debug)).remarks).toEqual([]);
  });
});

it('knows that on ECS the log driver takes records past the collector', async () => {
  const { 'otelcol_receiver_accepted_log_records_total{receiver="otlp"}': _, ...rest } = flow();
  const { 'otelcol_exporter_sent_log_records_total{exporter="awscloudwatchlogs"}': __, ...counters } = rest;
  const logs = await ledger('logs', {}, counters);
  expect(told(logs)).toEqual(expect.arrayContaining(['accepted – log records', 'found 20 log records −0']));
  expect(noteOf(logs, 'accepted')).toBe('the log driver takes standard output past the collector');
  const lost = evidence(20, {
    logs: Array.from({ length: 20 }, (_, index) => records(index, {}, 1, index < 15 ? 1 : 0)),
  });
  expect(told(await ledger('logs', { evidence: lost }, counters)).slice(-2)).toEqual([
    'found 15 requests −5',
    'found 15 log records −5',
  ]);
});

/** Numbers from 0 to 1 that are always the same (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

it('sees requests in the order of sending', () => {
  expect(requests()[0]).toMatchObject({ traceId: idOf(0), startedAt: BEGIN });
});
