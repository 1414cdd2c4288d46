import { expect, it } from 'vitest';
import type { CollectorIncrease, ExporterIncrease, SignalIncrease } from './collector-counters.ts';
import { diagnose } from './diagnose.ts';
import type { ContainerFact, Facts } from './facts.ts';
import type { Finding } from './finding.ts';
import type { Proof, Signal } from './proof.ts';

const lost: Finding = { name: 'a', passed: false };
const found: Finding = { name: 'b', passed: true };

function proofOf(signal: Signal, findings: Finding[] = [lost], more: object = {}): Proof {
  const proof = { signal, passed: false, findings, looks: 9, notes: [], ...more };
  return { service: 'shop', passed: false, signals: [proof] };
}

function container(role: ContainerFact['role'], more: Partial<ContainerFact> = {}): ContainerFact {
  return { service: role === 'collector' ? 'adot-collector' : 'web', role, state: 'running', log: [], ...more };
}

type Counted = Pick<SignalIncrease, 'accepted' | 'refused'> & Pick<ExporterIncrease, 'sent' | 'sendFailed'>;

const none: Counted = {};
const flowing: Counted = { accepted: 8, refused: 0, sent: 8 };

/** What one collector has counted of a run, as of a pipeline with one exporter for each signal. */
function counters(more: Partial<Record<Signal, Counted>> = {}): CollectorIncrease {
  const of = (signal: Signal, id: string): SignalIncrease => {
    const { sent, sendFailed, ...received } = more[signal] ?? flowing;
    const exporter = { id, type: id, isTowardsBackend: true, ...(sent !== undefined && { sent }) };
    return {
      ...received,
      exporters: sent === undefined ? [] : [{ ...exporter, ...(sendFailed !== undefined && { sendFailed }) }],
      processors: [],
      byInstance: new Map(),
    };
  };
  return {
    signals: {
      metrics: of('metrics', 'prometheusremotewrite'),
      traces: of('traces', 'awsxray'),
      logs: of('logs', 'awscloudwatchlogs'),
    },
    collectors: [{ instance: 'local', lastAt: 0, hasReported: true, expectedBy: 0, isSilent: false }],
    isOwn: true,
  };
}

function judged(proof: Proof, facts: Partial<Facts>) {
  const [signal] = diagnose(proof, { answered: 3, ...facts }).signals;
  return { ...signal?.diagnosis, findings: signal?.findings };
}

// Lines of a collector 0.156.0.
const FIELDS = (signal: Signal, component: string, more: object) =>
  JSON.stringify({
    'otelcol.component.id': component,
    'otelcol.component.kind': 'exporter',
    'otelcol.signal': signal,
    ...more,
  });
const TIME = '2026-11-22T23:33:26.024Z';
const DENIED =
  'operation error XRay: PutTraceSegments, https response error StatusCode: 403, RequestID: , api error AccessDeniedException: User: x is not authorized to perform: xray:PutTraceSegments';
const READY = `${TIME}\tinfo\tservice@v0.156.0/service.go:279\tEverything is ready. Begin running and processing data.\t{}`;
const XRAY_DENIED = `${TIME}\terror\tinternal/base_exporter.go:118\tExporting failed. Rejecting data.\t${FIELDS('traces', 'awsxray', { error: DENIED, rejected_items: 8 })}`;
const WRITE_404 = `${TIME}\terror\tprometheusremotewriteexporter@v0.156.0/exporter.go:492\tfailed to send WriteRequest to remote endpoint\t${FIELDS('metrics', 'prometheusremotewrite/app', { status_code: 404, status: '404 Not Found', endpoint: 'http://prometheus:9090/api/v1/wrte', error: '404 page not found\n' })}`;
const WRITE_DROPPED = `${TIME}\terror\tinternal/queue_sender.go:50\tExporting failed. Dropping data.\t${FIELDS('metrics', 'prometheusremotewrite/app', { error: 'Permanent error: remote write request failed', dropped_items: 135 })}`;
const UNKNOWN_TYPE = [
  'Error: failed to get config: cannot unmarshal the configuration: decoding failed due to the following error(s):',
  '',
  `'exporters' unknown type: "awsxrayy" for id: "awsxrayy" (valid values: [debug awscloudwatchlogs awsxray file])`,
];

it('takes a complete signal as it is', () => {
  const proof: Proof = {
    service: 'shop',
    passed: true,
    signals: [{ signal: 'logs', passed: true, findings: [found], looks: 1, notes: [] }],
  };
  expect(diagnose(proof, { answered: 0 })).toEqual(proof);
});

it('names a collector that was stopped', () => {
  const log = [
    READY,
    `${TIME}\tinfo\tservice.go:293\tStarting shutdown...\t{"resource": {"service.name": "otel-collector"}}`,
    `${TIME}\tinfo\tservice.go:307\tShutdown complete.\t{}`,
    'Error: failed to shutdown service: connection refused',
  ];
  const facts = { containers: [container('collector', { state: 'exited', exitCode: 1, log })], collector: counters() };
  for (const signal of ['metrics', 'traces', 'logs'] as const) {
    const { hop, cause, evidence } = judged(proofOf(signal, [lost, found]), facts);
    expect([hop, cause]).toEqual([
      'collector',
      'The collector `adot-collector` is not running (exited with code 1, after it was told to stop)',
    ]);
    expect(evidence?.slice(1)).toEqual([
      `${TIME} info Starting shutdown...`,
      `${TIME} info Shutdown complete.`,
      'Error: failed to shutdown service: connection refused',
    ]);
  }
});

it.each([
  [UNKNOWN_TYPE, 'Mend `awsxrayy` among the exporters of its configuration. Did you mean `awsxray`?'],
  [
    [
      'Error: invalid configuration: service::pipelines::traces: references exporter "awsxrayy" which is not configured',
    ],
    'Declare the exporter `awsxrayy` in its configuration, or correct its name in the pipeline',
  ],
  [
    [
      'Error: failed to get config: cannot unmarshal the configuration: decoding failed due to the following error(s):',
      '',
      "'exporters' error reading configuration for \"awsxray\": '' has invalid keys: regoin",
    ],
    'Remove or correct regoin in its configuration',
  ],
])('names a configuration that the collector does not accept', (log, fix) => {
  const facts = { containers: [container('collector', { state: 'restarting', exitCode: 1, log })] };
  const told = judged(proofOf('traces'), facts);
  expect(told).toMatchObject({ hop: 'collector', fix });
  expect(told.cause).toContain('does not accept its configuration: ');
  expect(told.cause).not.toContain('cannot unmarshal');
});

it('names a signal without a pipeline, from what the receiver says to an empty export', () => {
  const otlp = { metrics: 200, traces: 200, logs: 404 };
  const facts = { otlp, collector: counters({ logs: none }), containers: [container('collector', { log: [READY] })] };
  expect(judged(proofOf('logs', [lost], { notes: ['Log group `g` does not exist'] }), facts)).toMatchObject({
    hop: 'collector',
    cause: 'The collector has no pipeline for logs: its OTLP receiver answers 404 to them',
    fix: expect.stringContaining('Add `logs` to `service.pipelines`'),
    evidence: ['Log group `g` does not exist'],
  });
});

it("names it too from the application's log, where the receiver cannot be asked", () => {
  const line = '{"severity":"ERROR","body":"OTLPExporterError 404 Not Found","attributes":{}}';
  const facts = { collector: counters({ logs: none }), containers: [container('application', { log: [line, line] })] };
  expect(judged(proofOf('logs'), facts)).toMatchObject({
    hop: 'collector',
    cause: "The collector has accepted no log records: it has no pipeline for them, as the application's log says",
    evidence: ['OTLPExporterError 404 Not Found', "the collector's counters: none for this signal"],
  });
});

it('names an exporter that is refused, with the action to allow', () => {
  const failing = { accepted: 8, refused: 0, sent: 0, sendFailed: 8 };
  const facts = {
    collector: counters({ traces: failing }),
    containers: [container('collector', { log: [READY, XRAY_DENIED, XRAY_DENIED] })],
  };
  expect(judged(proofOf('traces'), facts)).toMatchObject({
    hop: 'exporter',
    cause: `Exporter \`awsxray\` of the collector could not deliver 8 spans: Exporting failed. Rejecting data: ${DENIED}`,
    fix: 'Allow `xray:PutTraceSegments` for the role or user whose credentials the collector has',
    evidence: [expect.any(String), "the collector's counters: accepted 8, refused 0, sent 0, send failed 8"],
  });
});

it('names an exporter from its log alone, by the line that says most, when counters cannot arrive', () => {
  const containers = [container('collector', { log: [READY, WRITE_404, WRITE_DROPPED] })];
  const told = judged(proofOf('metrics'), { containers, otlp: { metrics: 200 } });
  expect(told).toMatchObject({ hop: 'exporter', fix: "Correct the path of the exporter's `endpoint`" });
  expect(told.cause).toContain('404 Not Found from http://prometheus:9090/api/v1/wrte');
});

it('does not blame an exporter for what it logged of another signal, or once and no more', () => {
  const containers = [container('collector', { log: [READY, XRAY_DENIED, WRITE_404] })];
  expect(judged(proofOf('logs'), { containers, collector: counters() }).hop).not.toBe('exporter');
  // Prometheus was not up yet; other metrics have arrived since.
  expect(judged(proofOf('metrics', [lost, found]), { containers, collector: counters() })).toMatchObject({
    hop: 'application',
    cause: 'Other metrics of this run have arrived, so the application has not sent this, or not like this',
  });
});

it.each<[string, Signal, Partial<Facts>, string, string]>([
  ['no answer', 'traces', { answered: 0 }, 'application', 'No request was answered'],
  [
    'an application that has ended',
    'metrics',
    { containers: [container('application', { state: 'exited', exitCode: 137 })] },
    'application',
    '`web` is not running any more (exited with code 137)',
  ],
  [
    'an unhealthy collector',
    'metrics',
    { containers: [container('collector', { health: 'unhealthy' })] },
    'collector',
    'is not healthy',
  ],
  [
    'a receiver that does not answer',
    'logs',
    { otlp: { logs: 'refused', traces: 'refused', metrics: 'refused' } },
    'collector',
    'The collector does not answer',
  ],
  [
    'nothing sent',
    'traces',
    { collector: counters({ traces: none }) },
    'application',
    'The collector has accepted no spans, so the application has sent none',
  ],
  [
    'no way to the collector',
    'traces',
    {
      collector: counters({ traces: none }),
      containers: [container('application', { log: ['Error: connect ECONNREFUSED 10.0.0.1:4318'] })],
    },
    'application',
    'the application could not send them',
  ],
  [
    'a full collector',
    'traces',
    { collector: counters({ traces: { accepted: 1, refused: 7 } }) },
    'collector',
    'has refused 7 spans',
  ],
  [
    'a filter',
    'logs',
    { collector: counters({ logs: { accepted: 5, sent: 0 } }) },
    'exporter',
    'has accepted 5 log records and sent none',
  ],
  [
    'a rejection that nobody counts',
    'traces',
    { collector: counters() },
    'backend',
    'has sent 8 spans, but those of this run are not found',
  ],
  [
    'metrics that nobody finds',
    'metrics',
    { collector: counters() },
    'backend',
    'has sent 8 metric points, but none of the application is found',
  ],
  ['nothing known', 'logs', {}, 'collector', "the collector's own counters are not available"],
])('knows %s', (_, signal, facts, hop, cause) => {
  const told = judged(proofOf(signal), facts);
  expect(told.hop).toBe(hop);
  expect(told.cause).toContain(cause);
  expect(told.fix).toBeTruthy();
});

it('says what the backend said, and lets findings keep causes of their own', () => {
  const fault = { what: 'Prometheus cannot be asked', seen: 'refused', fix: 'Check that it runs' };
  const findings = [{ ...lost, cause: 'its own', fix: 'its own' }, lost, found];
  const told = judged(proofOf('metrics', findings, { fault }), { collector: counters() });
  expect(told).toMatchObject({ hop: 'backend', cause: fault.what, fix: fault.fix, evidence: ['refused'] });
  expect(told.findings?.map(({ cause }) => cause)).toEqual(['its own', fault.what, undefined]);
});

it('knows errors of a collector that logs in JSON', () => {
  const line = JSON.stringify({
    level: 'error',
    msg: 'Exporting failed',
    'otelcol.signal': 'logs',
    'otelcol.component.id': 'x',
    error: 'dial tcp: lookup nowhere: no such host',
  });
  const told = judged(proofOf('logs'), { containers: [container('collector', { log: [line] })] });
  expect(told).toMatchObject({ hop: 'exporter', fix: expect.stringContaining('Correct the host') });
});
