import { describe, expect, it } from 'vitest';
import { type CollectorIncrease, countersSince, readCounters } from '../collector-counters.ts';
import {
  BEGIN,
  type Counters,
  collectorSeries,
  counted,
  counts,
  END,
  evidence,
  flow,
  prometheusWith,
  records,
  requests,
  spansOf,
  tracesOf,
} from '../collector-fixtures.ts';
import { diagnose } from '../diagnose.ts';
import type { Evidence } from '../evidence.ts';
import type { ContainerFact, Facts } from '../facts.ts';
import type { Finding } from '../finding.ts';
import { judgeLatency } from '../latency.ts';
import type { Diagnosis, Signal, SignalProof } from '../proof.ts';

// Figures and lines are those of a collector 0.156.0 (ADOT 0.49.0), as it gave them on `local/adot-config.yaml`.

const CONTROL: Finding = { name: 'never sent: no traces', passed: true };
const LOST: Finding = { name: 'a trace of each of 20 requests', passed: false };

async function told(
  signal: Signal,
  facts: Partial<Facts>,
  findings: readonly Finding[] = [LOST],
  more: Partial<SignalProof> = {},
): Promise<Diagnosis> {
  const one: SignalProof = { signal, passed: false, findings: [...findings, CONTROL], looks: 9, notes: [], ...more };
  const known: Facts = { answered: 20, sent: requests(), evidence: evidence(), ...facts };
  const [result] = diagnose({ service: 'shop', passed: false, signals: [one] }, known).signals;
  if (!result?.diagnosis) throw new Error('no diagnosis');
  return result.diagnosis;
}

const none = evidence(20, { traces: tracesOf(() => 0) });
const half = evidence(20, {
  traces: tracesOf(index => (index < 10 ? spansOf(index) : 0)),
  logs: Array.from({ length: 20 }, (_, index) => records(index, {}, 1, index < 10 ? 1 : 0)),
  counts: [counts(10)],
});
/** One span of every fourth request is missing: five in all. */
const holed = evidence(20, { traces: tracesOf(index => spansOf(index) - (index % 4 === 3 ? 1 : 0)) });

/** Counters that stopped at a time, written every second until then, and read long after. */
async function stoppedAt(lastAt: number, instances: readonly string[] = ['local']): Promise<CollectorIncrease> {
  const seriesTo = (until: number) =>
    instances.flatMap(instance =>
      collectorSeries(flow({ spans: 50 }), { at: 0, instance }).map(({ labels, points: [point] }) => ({
        labels,
        points: [3000, 2000, 1000, 0].map(back => ({ at: until - back, value: point?.value ?? 0 })),
      })),
    );
  const before = await readCounters(prometheusWith(seriesTo(Math.min(lastAt, BEGIN - 500))));
  const after = await readCounters(prometheusWith(seriesTo(lastAt)));
  const increase = countersSince(before, after, { begin: BEGIN, from: END, now: END + 20_000 });
  if (!increase) throw new Error('no counters');
  return increase;
}

/** A line of zap's console encoder. */
function line(level: string, signal: Signal, component: string, message: string, more: object, at = END): string {
  const fields = { 'otelcol.component.id': component, 'otelcol.component.kind': 'exporter', 'otelcol.signal': signal };
  return `${new Date(at).toISOString()}\t${level}\tinternal/x.go:118\t${message}\t${JSON.stringify({ ...fields, ...more })}`;
}

const DENIED = line('error', 'traces', 'awsxray', 'Exporting failed. Rejecting data.', {
  error:
    'operation error XRay: PutTraceSegments, https response error StatusCode: 403, RequestID: , api error AccessDeniedException: User: x is not authorized to perform: xray:PutTraceSegments',
  rejected_items: 100,
});
const NOT_FOUND = 'Permanent error: remote write request failed';

const FAILED_SPANS: Counters = {
  ...flow(),
  'otelcol_exporter_sent_spans_total{exporter="awsxray"}': 0,
  'otelcol_exporter_send_failed_spans_total{exporter="awsxray"}': 100,
};

describe('a collector that was stopped half-way', () => {
  it.each(['traces', 'metrics', 'logs'] as const)('is named for %s, by its counters and the moment', async signal => {
    const { hop, cause, fix } = await told(signal, { evidence: half, collector: await stoppedAt(BEGIN + 380) });
    expect(hop).toBe('collector');
    expect(cause).toContain('told nothing of itself for the last');
    if (signal !== 'metrics')
      expect(cause).toContain('what earlier requests left has arrived, and nothing of later ones');
    expect(fix).toContain('start it again');
  });

  it('is not one whose later traces are there, nor one that logs, nor one that has only just reported', async () => {
    const collector = await stoppedAt(BEGIN + 380);
    const later = { ...half, traces: tracesOf(index => (index === 3 ? 0 : spansOf(index))) };
    expect((await told('traces', { evidence: later, collector })).cause).not.toContain('told nothing of itself');
    expect((await told('traces', { evidence: none, collector, collectorLog: [DENIED] })).hop).toBe('exporter');
    const early = await counted(flow({ spans: 50 }), END - 10);
    expect((await told('traces', { evidence: half, collector: early })).cause).not.toContain('it has stopped');
  });
});

describe('exporters', () => {
  it('whose endpoint is wrong', async () => {
    const error =
      'operation error XRay: PutTraceSegments, exceeded maximum number of attempts, 2, https response error StatusCode: 0, RequestID: , request send failed, Post "http://local-aws:9/TraceSegments": dial tcp 192.168.160.2:9: connect: connection refused';
    const collectorLog = [line('error', 'traces', 'awsxray', 'Exporting failed. Rejecting data.', { error })];
    const diagnosis = await told('traces', { evidence: none, collector: await counted(FAILED_SPANS), collectorLog });
    expect(diagnosis).toMatchObject({ hop: 'exporter', fix: expect.stringContaining('`endpoint`') });
    expect(diagnosis.cause).toMatch(/`awsxray` of the collector could not deliver 100 spans: .*connection refused/);
  });

  it('that retry are known by what they log at level info, before any counter tells', async () => {
    const { 'otelcol_exporter_sent_log_records_total{exporter="awscloudwatchlogs"}': _, ...counters } = flow();
    const noLogs = evidence(20, { logs: Array.from({ length: 20 }, (_, index) => records(index, {}, 1, 0)) });
    const error =
      'error flushing logs: operation error CloudWatch Logs: PutLogEvents, dial tcp: lookup logs.x: no such host';
    const retry = line(
      'info',
      'logs',
      'awscloudwatchlogs',
      'Exporting failed. Will retry the request after interval.',
      {
        error,
      },
    );
    const facts = { evidence: noLogs, collector: await counted(counters), collectorLog: [retry] };
    expect(await told('logs', facts)).toMatchObject({
      hop: 'exporter',
      cause: expect.stringContaining('`awscloudwatchlogs`'),
      fix: expect.stringContaining('Correct the host'),
    });
  });

  it('of metrics whose endpoint is wrong: nothing tells of it but that nothing comes, though traces do', async () => {
    const silent: Partial<Evidence> = { counts: [counts(0)] };
    const metrics = await told('metrics', {
      evidence: evidence(20, silent),
      collector: await stoppedAt(BEGIN - 20_000),
    });
    expect(metrics).toMatchObject({ hop: 'exporter', fix: expect.stringContaining('`endpoint`') });
    expect(metrics.fix).toContain('aps:RemoteWrite');
    expect(metrics.cause).not.toContain('not told to send');
    // Where it was never heard of, it is not certain that it sends any.
    const unheard = await told('metrics', { evidence: evidence(20, silent) });
    expect(unheard).toMatchObject({ hop: 'exporter', cause: expect.stringContaining('or it is not told to send any') });
  });

  it('that X-Ray refuses: the action, by the log line', async () => {
    const facts = { evidence: none, collector: await counted(FAILED_SPANS), collectorLog: [DENIED] };
    expect(await told('traces', facts)).toMatchObject({
      hop: 'exporter',
      fix: 'Allow `xray:PutTraceSegments` for the role or user whose credentials the collector has',
    });
  });

  it.each<[Signal, string, string, string]>([
    ['traces', 'spans', 'awsxray', 'xray:PutTraceSegments'],
    ['metrics', 'metric_points', 'prometheusremotewrite/app', 'aps:RemoteWrite'],
    ['logs', 'log_records', 'awscloudwatchlogs', 'logs:PutLogEvents'],
  ])(
    'of %s that are refused: the action, and where to look, from counters alone',
    async (signal, items, exporter, action) => {
      const lost = {
        traces: tracesOf(() => 0),
        logs: none.logs.map(one => ({ ...one, records: [] })),
        counts: [counts(0)],
      };
      const counters = {
        ...flow(),
        [`otelcol_exporter_sent_${items}_total{exporter="${exporter}"}`]: 0,
        [`otelcol_exporter_send_failed_${items}_total{exporter="${exporter}"}`]: 100,
      };
      const diagnosis = await told(signal, { evidence: evidence(20, lost), collector: await counted(counters) });
      expect(diagnosis).toMatchObject({ hop: 'exporter', fix: expect.stringContaining(action) });
      expect(diagnosis.fix).toContain("Look for the reason in the collector's log");
      expect(diagnosis.cause).toContain(`\`${exporter}\``);
    },
  );

  it.each<[string, object, string]>([
    ['429 Too Many Requests', { error: 'ingestion rate exceeded' }, 'higher quota of the workspace'],
    ['403 Forbidden', { error: '{"message":"Forbidden"}' }, 'Allow `aps:RemoteWrite`'],
    ['403 Forbidden', { error: '{"message":"Missing Authentication Token"}' }, 'credentials'],
    ['400 Bad Request', { error: 'out of order sample' }, 'out-of-order window'],
    ['400 Bad Request', { error: 'too old sample' }, 'Check the clocks'],
    ['400 Bad Request', { error: 'duplicate sample for timestamp' }, '`service.instance.id` of its own'],
    ['404 Not Found', { error: '404 page not found\n' }, "Correct the path of the exporter's `endpoint`"],
  ])('of metrics that are answered %s %o', async (status, more, fix) => {
    const endpoint = 'https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/ws-1/api/v1/remote_write';
    const exporter = 'prometheusremotewrite/app';
    const collectorLog = [
      line('error', 'metrics', exporter, 'failed to send WriteRequest to remote endpoint', {
        status,
        endpoint,
        ...more,
      }),
      line('error', 'metrics', exporter, 'Exporting failed. Dropping data.', { error: NOT_FOUND, dropped_items: 80 }),
    ];
    const counters = { ...flow(), [`otelcol_exporter_send_failed_metric_points_total{exporter="${exporter}"}`]: 80 };
    const some = evidence(20, { counts: [counts(12)] });
    const diagnosis = await told('metrics', { evidence: some, collector: await counted(counters), collectorLog });
    expect(diagnosis).toMatchObject({ hop: 'exporter', fix: expect.stringContaining(fix) });
    expect(diagnosis.cause).toContain('80 metrics');
  });

  it('whose records are too old are only warned of', async () => {
    const warning = line('warn', 'logs', 'awscloudwatchlogs', '20 log events for log group name are too old', {});
    const noLogs = evidence(20, { logs: Array.from({ length: 20 }, (_, index) => records(index, {}, 1, 0)) });
    const facts = { evidence: noLogs, collector: await counted(flow()), collectorLog: [warning] };
    expect(await told('logs', facts)).toMatchObject({ fix: expect.stringContaining('last 14 days') });
  });

  it('are not blamed for what was made good, nor for what goes to their own log', async () => {
    const debug = {
      ...flow(),
      'otelcol_exporter_send_failed_spans_total{exporter="debug"}': 5,
      'otelcol_exporter_send_failed_spans_total{exporter="awsxray"}': 0,
    };
    const finding = { ...LOST, cause: 'The span is there, but of kind server', fix: 'Change `kind`' };
    const facts = { collector: await counted(debug), collectorLog: [DENIED] };
    expect(await told('traces', facts, [finding])).toMatchObject({ hop: 'application', cause: finding.cause });
    const old = line(
      'error',
      'traces',
      'awsxray',
      'Exporting failed. Rejecting data.',
      { error: '403' },
      BEGIN - 900_000,
    );
    const quiet = { evidence: none, collector: await counted(flow()), collectorLog: [old] };
    expect((await told('traces', quiet)).hop).toBe('backend');
  });
});

describe('sampling', () => {
  const sampled = evidence(20, {
    traces: tracesOf(index => (index < 2 ? spansOf(index) : 0)),
    logs: Array.from({ length: 20 }, (_, index) => records(index, {}, index < 2 ? 1 : 0)),
  });

  it('of one in ten at the application is no loss', async () => {
    for (const collector of [await counted(flow({ spans: 10 })), undefined]) {
      const diagnosis = await told('traces', { evidence: sampled, collector });
      expect(diagnosis).toMatchObject({ hop: 'application', fix: expect.stringContaining('OTEL_TRACES_SAMPLER') });
      expect(diagnosis.cause).toMatch(/^18 of 20 requests .* sampling, not loss$/);
    }
  });

  it('does not hide what was lost beside it', async () => {
    const traces = sampled.traces.map((one, index) => (index === 1 ? { ...one, segments: [] } : one));
    const diagnosis = await told('traces', {
      evidence: { ...sampled, traces },
      collector: await counted(flow({ spans: 10 })),
    });
    expect(diagnosis.cause).not.toContain('sampling, not loss');
    expect(diagnosis.evidence).toContain('18 requests were not sampled, which is no loss');
  });

  it('is not claimed where no record tells of it', async () => {
    const silent = { ...sampled, logs: [] };
    const diagnosis = await told('traces', { evidence: silent, collector: await counted(flow({ spans: 10 })) });
    expect(diagnosis).toMatchObject({ hop: 'application', fix: expect.stringContaining('OTEL_TRACES_SAMPLER') });
    expect(diagnosis.cause).toContain('Whether they were sampled is not known');
  });

  it('in the collector is told by its processor', async () => {
    const kept = evidence(20, { traces: tracesOf(index => (index < 10 ? spansOf(index) : 0)) });
    const counters = {
      ...flow(),
      'otelcol_processor_incoming_items_total{processor="probabilistic_sampler",otel_signal="traces"}': 100,
      'otelcol_processor_outgoing_items_total{processor="probabilistic_sampler",otel_signal="traces"}': 50,
      'otelcol_exporter_sent_spans_total{exporter="awsxray"}': 50,
      'otelcol_processor_probabilistic_sampler_count_traces_sampled_total{sampled="false"}': 10,
    };
    expect(await told('traces', { evidence: kept, collector: await counted(counters) })).toMatchObject({
      hop: 'collector',
      cause: '`probabilistic_sampler` in the collector left out 50 spans: that is sampling, not loss',
      fix: expect.stringContaining('sampling_percentage'),
    });
  });

  it('by tail sampling is told by its count of traces', async () => {
    const kept = evidence(20, { traces: tracesOf(index => (index < 10 ? spansOf(index) : 0)) });
    const counters = {
      ...flow(),
      'otelcol_exporter_sent_spans_total{exporter="awsxray"}': 50,
      'otelcol_processor_tail_sampling_global_count_traces_sampled_total{sampled="false"}': 10,
    };
    expect(await told('traces', { evidence: kept, collector: await counted(counters) })).toMatchObject({
      hop: 'collector',
      cause: '`tail_sampling` in the collector left out 10 traces: that is sampling, not loss',
    });
  });
});

describe('metrics', () => {
  const silent = evidence(20, { counts: [counts(0)] });

  it('with delta temporality are dropped by the exporter, which counts them as sent', async () => {
    const name =
      'otelcol_exporter_prometheusremotewrite_failed_translations_total{exporter="prometheusremotewrite/app"}';
    const facts = { evidence: silent, collector: await counted({ ...flow(), [name]: 5 }) };
    expect(await told('metrics', facts)).toMatchObject({
      hop: 'exporter',
      cause: expect.stringContaining('delta temporality'),
      fix: expect.stringContaining('OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE=cumulative'),
    });
    expect(
      (await told('metrics', { evidence: silent, collector: await counted({ ...flow(), [name]: 0 }) })).cause,
    ).not.toContain('delta');
  });

  it('under another name are those that the finding names', async () => {
    const finding: Finding = {
      name: 'metric shop.requests',
      passed: false,
      cause:
        'The application has sent no metric that Prometheus would name `shop_requests_total`, though others have arrived',
      fix: 'Did it get another name? The nearest is `shop_served_total`',
    };
    const facts = { evidence: silent, collector: await counted(flow()) };
    expect(await told('metrics', facts, [finding])).toMatchObject({ hop: 'application', fix: finding.fix });
  });

  it("of yesterday's are none of this run's", async () => {
    const cause =
      'The last sample of `shop_requests_total` is from 2026-11-22T06:00:00Z, 24 h before the traffic began, and none has come since';
    const fix =
      'Check that the application still exports metrics, and that the collector forwards them to this Prometheus';
    const finding: Finding = { name: 'metric shop.requests', passed: false, cause, fix };
    const diagnosis = await told('metrics', { evidence: silent, collector: await counted(flow()) }, [finding]);
    expect(diagnosis).toMatchObject({ hop: 'application', fix: expect.stringContaining('`OTEL_METRICS_EXPORTER`') });
    expect(diagnosis.cause).toContain('the last sample of `shop_requests_total` is from 2026-11-22');
  });

  it('of a clock that is five minutes slow are the application’s, whatever the exporter says', async () => {
    const cause =
      "The application's clock is about 300 s behind this runner's: its samples go on, but bear another time";
    const finding: Finding = { name: 'metric shop.requests', passed: false, cause, fix: 'Set the clock' };
    const refusedLine = line('error', 'metrics', 'prometheusremotewrite/app', 'failed to send WriteRequest', {
      error: 'too old sample',
    });
    const facts = { evidence: silent, collector: await counted(flow()), collectorLog: [refusedLine] };
    expect(await told('metrics', facts, [finding])).toMatchObject({ hop: 'application', cause, fix: 'Set the clock' });
  });
});

describe('log records', () => {
  const withoutIds: Finding = {
    name: 'a log record of each of 20 requests',
    passed: false,
    cause: 'Records have come, but without trace ids: 20 events since the first request, in plain text, such as "x"',
    fix: 'Log JSON with `trace_id` and `span_id`, within the active span; in the collector, remove `raw_log: true`',
  };
  const noLogs = evidence(20, { logs: Array.from({ length: 20 }, (_, index) => records(index, {}, 1, 0)) });

  it('without trace ids are the application’s, also where they take the log driver’s way', async () => {
    const { 'otelcol_receiver_accepted_log_records_total{receiver="otlp"}': _, ...rest } = flow();
    const { 'otelcol_exporter_sent_log_records_total{exporter="awscloudwatchlogs"}': __, ...counters } = rest;
    const facts = { evidence: noLogs, collector: await counted(counters) };
    expect(await told('logs', facts, [withoutIds])).toMatchObject({ hop: 'application', fix: withoutIds.fix });
  });

  it('that came over OTLP and are plain text have lost their ids at the exporter', async () => {
    const facts = { evidence: noLogs, collector: await counted(flow()) };
    expect(await told('logs', facts, [withoutIds])).toMatchObject({
      hop: 'exporter',
      fix: expect.stringContaining('raw_log'),
    });
  });

  const twice = evidence(20, { logs: Array.from({ length: 20 }, (_, index) => records(index, { times: 2 })) });
  const doubledFinding: Finding = {
    name: 'log records: each once',
    passed: false,
    cause: 'The same records',
    fix: 'One',
  };

  it('that were exported twice name both exporters', async () => {
    const again = { ...flow(), 'otelcol_exporter_sent_log_records_total{exporter="awscloudwatchlogs/again"}': 20 };
    expect(await told('logs', { evidence: twice, collector: await counted(again) }, [doubledFinding])).toMatchObject({
      hop: 'exporter',
      cause:
        '20 of 20 log records are there more than once: `awscloudwatchlogs` and `awscloudwatchlogs/again` each export the same',
      fix: 'Take one of `awscloudwatchlogs` and `awscloudwatchlogs/again` out of `service.pipelines` of the collector',
    });
  });

  it('that were sent twice are the application’s', async () => {
    const facts = { evidence: twice, collector: await counted(flow({ records: 40 })) };
    expect(await told('logs', facts, [doubledFinding])).toMatchObject({
      hop: 'application',
      fix: expect.stringContaining('only once'),
    });
  });

  it('that are there twice without counters leave open who did it', async () => {
    const diagnosis = await told('logs', { evidence: twice }, [doubledFinding]);
    expect(diagnosis).toMatchObject({ hop: 'exporter', cause: expect.stringContaining('the counters do not tell') });
  });
});

describe('one of two tasks that is silent', () => {
  const isOfB = (index: number) => index % 3 === 2;
  const logs = Array.from({ length: 20 }, (_, index) =>
    records(index, { stream: `ecs/app/${isOfB(index) ? 'task-b' : 'task-a'}` }),
  );
  const split = evidence(20, {
    logs,
    traces: tracesOf(index => (isOfB(index) ? 0 : spansOf(index))),
    counts: [counts(14, { 'task-a': 14, 'task-b': 0 })],
  });

  async function collectors(bLastAt: number): Promise<CollectorIncrease> {
    const samples = (values: Counters, at: number, instance: string) =>
      collectorSeries(values, { at, instance }).map(one => ({
        ...one,
        points: [2000, 1000, 0].map(back => ({ at: at - back, value: one.points[0]?.value ?? 0 })),
      }));
    const after = [
      ...samples(flow({ spans: 70 }), END + 1000, 'task-a'),
      ...samples(flow({ spans: 0, records: 0 }), bLastAt, 'task-b'),
    ];
    const increase = countersSince([], await readCounters(prometheusWith(after)), {
      begin: BEGIN,
      from: END,
      now: END + 15_000,
    });
    if (!increase) throw new Error('no counters');
    return increase;
  }

  it.each(['traces', 'metrics'] as const)('is named for %s, with its collector', async signal => {
    for (const collector of [await collectors(BEGIN - 3000), undefined]) {
      const diagnosis = await told(signal, { evidence: split, collector });
      expect(diagnosis).toMatchObject({ hop: 'collector', fix: expect.stringContaining('collector of task `task-b`') });
      expect(diagnosis.cause).toContain('One instance is silent: `task-b`');
      expect(diagnosis.cause).not.toContain('task-a');
      if (collector) expect(diagnosis.cause).toContain('its collector has told nothing of itself since');
    }
  });

  it('whose collector runs and has accepted nothing is cut off from it', async () => {
    expect(await told('traces', { evidence: split, collector: await collectors(END + 500) })).toMatchObject({
      hop: 'application',
      fix: expect.stringContaining('whether it reaches its collector'),
    });
  });

  it('is not one of which something has arrived, or beside which something is missing', async () => {
    for (const missing of [
      (index: number) => isOfB(index) && index !== 2,
      (index: number) => isOfB(index) || index === 0,
    ]) {
      const traces = tracesOf(index => (missing(index) ? 0 : spansOf(index)));
      expect((await told('traces', { evidence: { ...split, traces } })).cause).not.toContain('silent');
    }
  });

  it('is not one that was asked nothing', async () => {
    const idle = evidence(20, { counts: [counts(14, { 'task-a': 14, 'task-c': 0 })] });
    expect((await told('metrics', { evidence: idle })).cause).not.toContain('silent');
  });
});

describe('spans that are dropped at random', () => {
  it('by a processor name it', async () => {
    const counters = {
      ...flow(),
      'otelcol_exporter_sent_spans_total{exporter="awsxray"}': 95,
      'otelcol_processor_incoming_items_total{processor="filter/some",otel_signal="traces"}': 100,
      'otelcol_processor_outgoing_items_total{processor="filter/some",otel_signal="traces"}': 95,
    };
    const join: Finding = { name: 'join: span ids', passed: false, cause: 'Spans are missing', fix: 'See the ledger' };
    expect(await told('traces', { evidence: holed, collector: await counted(counters) }, [join])).toMatchObject({
      hop: 'collector',
      cause: '`filter/some` in the collector dropped 5 spans',
      fix: expect.stringContaining('conditions of `filter/some`'),
    });
  });

  it('by X-Ray say what the exporter keeps to itself', async () => {
    expect(await told('traces', { evidence: holed, collector: await counted(flow()) })).toMatchObject({
      hop: 'backend',
      cause: 'The collector counts all it accepted as exported, but 5 of 100 spans are not found',
      fix: expect.stringContaining('UnprocessedTraceSegments'),
    });
  });

  it('by the application have never come to the collector', async () => {
    expect(await told('traces', { evidence: holed, collector: await counted(flow({ spans: 95 })) })).toMatchObject({
      hop: 'application',
      cause: expect.stringMatching(/^5 spans have never come to the collector/),
    });
  });

  it('by nobody knows whom, say that', async () => {
    expect(await told('traces', { evidence: holed })).toMatchObject({
      cause: expect.stringContaining('at which hop is not known'),
      fix: expect.stringContaining('service.telemetry.metrics'),
    });
  });
});

it('names the memory limiter, by its counter or its log line', async () => {
  const counters = { ...flow({ spans: 40 }), 'otelcol_receiver_refused_spans_total{receiver="otlp"}': 60 };
  const some = evidence(20, { traces: tracesOf(index => (index < 8 ? spansOf(index) : 0)) });
  const warning = `${new Date(END).toISOString()}\twarn\tmemorylimiter.go:301\tMemory usage is above soft limit. Refusing data.\t{"otelcol.component.kind": "processor", "cur_mem_mib": 210}`;
  const byLine = { evidence: some, collector: await counted(counters), collectorLog: [warning] };
  const byCounter = {
    evidence: some,
    collector: await counted({
      ...counters,
      'otelcol_processor_memory_limiter_refused_spans_total{processor="memory_limiter"}': 60,
    }),
  };
  for (const facts of [byLine, byCounter]) {
    expect(await told('traces', facts)).toMatchObject({
      hop: 'collector',
      cause: 'The memory limiter of the collector has refused 60 spans',
      fix: expect.stringContaining('`limit_mib`'),
    });
  }
});

it.each<[Signal, string]>([
  ['traces', 'xray:BatchGetTraces'],
  ['metrics', 'aps:QueryMetrics'],
  ['logs', 'logs:FilterLogEvents'],
])('names what this run needs to read %s', async (signal, action) => {
  const fault = { what: 'AWS does not allow this', seen: 'AccessDeniedException: 403', fix: 'Ask for the permission' };
  const diagnosis = await told(signal, {}, [LOST], { fault });
  expect(diagnosis).toMatchObject({ hop: 'backend', fix: expect.stringContaining(action) });
  const named = { ...fault, fix: `Allow \`${action}\` for the role` };
  expect((await told(signal, {}, [LOST], { fault: named })).fix).toBe(named.fix);
});

it('does not look for a loss where everything came, and only too late', async () => {
  const gate = judgeLatency('traces', { p50: 1, p95: 2, max: 9000 }, 5000);
  const diagnosis = await told('traces', { collector: await counted(FAILED_SPANS) }, [{ ...LOST, passed: true }, gate]);
  expect(diagnosis).toMatchObject({ cause: gate.cause, fix: expect.stringContaining('max-arrival') });
});

it('does not let what was never sent stand for what has arrived', async () => {
  const diagnosis = await told('traces', {
    answered: 20,
    evidence: none,
    collector: await counted({ ...flow({ spans: 0 }) }),
  });
  expect(diagnosis.cause).toBe('The collector has accepted no spans, so the application has sent none');
});

it('looks at containers first', async () => {
  const container: ContainerFact = { service: 'adot', role: 'collector', state: 'exited', exitCode: 137, log: [] };
  const diagnosis = await told('traces', { containers: [container], evidence: half, collector: await counted(flow()) });
  expect(diagnosis).toMatchObject({ hop: 'collector', cause: expect.stringContaining('exited with code 137') });
});
