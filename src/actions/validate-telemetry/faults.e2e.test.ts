import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Ledger, LedgerHop, ProvenSignal, SignalName } from '../../report/proof-result.ts';
import { prometheusOver } from '../../telemetry/prometheus.ts';
import { ROOT } from '../../tooling/repository.ts';
import { openFront } from '../../tooling/telemetry-stage/front.ts';
import { slowClock } from '../../tooling/telemetry-stage/slow-clock.ts';
import { GROUPS, type Scene, TelemetryStage } from '../../tooling/telemetry-stage/stage.ts';
import { redSignals, signalOf, type Validation, validate } from '../../tooling/telemetry-stage/validate.ts';

// The shipped bundle against the sample application in containers, whose telemetry is lost in one way after another. Each
// scene has a new collector and, where it concerns them, a new application and local AWS; Prometheus keeps what was there.

let stage: TelemetryStage;
let folder: string;
let expectations: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'zap-obs-faults-'));
  expectations = join(folder, 'telemetry.yaml');
  const whole = await readFile(join(ROOT, 'zap-app/telemetry.yaml'), 'utf8');
  // A process that has only just begun may collect no garbage for a while.
  await writeFile(expectations, whole.replace(/^.*v8js\.gc\.duration.*\n/m, ''));
  stage = await TelemetryStage.open(`zap-e2e-faults-${randomBytes(3).toString('hex')}`);
  await leaveSeries();
});
afterAll(async () => {
  await stage?.close();
  await rm(folder, { recursive: true, force: true });
});

/** Every scene comes after traffic of others, whose series are there already. */
async function leaveSeries(): Promise<void> {
  const { application, prometheus } = stage.addresses;
  await Promise.all(['/', '/api/data', '/error'].map(path => fetch(application + path)));
  const metrics = prometheusOver(prometheus);
  await vi.waitFor(async () => expect(await metrics.query('zapp_http_requests_total')).not.toEqual([]), {
    timeout: 30_000,
    interval: 200,
  });
}

/** How long is waited where only time tells that nothing more comes; and where the verdict comes of itself, by when it has to. */
const TIMEOUT = '8s';
const LONG = { timeout: '60s' };
const EARLY = 40_000;

function prove(inputs: Record<string, string> = {}): Promise<Validation> {
  const { application, prometheus, aws } = stage.addresses;
  return validate(
    {
      'target-url': application,
      expectations,
      'metrics-endpoint': prometheus,
      'log-groups': Object.values(GROUPS).join('\n'),
      timeout: TIMEOUT,
      ...inputs,
    },
    { endpoint: aws },
  );
}

async function proveAmid(scene: Scene, inputs: Record<string, string> = {}): Promise<Validation> {
  await stage.play(scene);
  return prove(inputs);
}

/** The diagnosis of a run in which these signals are red, and no others; each signal has one. */
function redOf({ proof, log }: Validation, ...signals: SignalName[]): Record<SignalName, ProvenSignal['diagnosis']> {
  expect(redSignals(proof), log).toEqual(signals);
  expect(proof.passed).toBe(false);
  const entries = signals.map(signal => [signal, signalOf(proof, signal).diagnosis] as const);
  return Object.fromEntries(entries) as Record<SignalName, ProvenSignal['diagnosis']>;
}

function said(hop: string, cause: RegExp, fix: RegExp) {
  return { hop, cause: expect.stringMatching(cause), fix: expect.stringMatching(fix) };
}

/** A verdict that was not waited for until the end. */
function expectEarly({ proof }: Validation): void {
  expect(proof.duration).toBeLessThan(EARLY);
}

function ledgerOf({ proof }: Validation, signal: SignalName): Ledger {
  const found = proof.ledgers.find(ledger => ledger.signal === signal);
  if (!found) throw new Error(`no ledger of ${signal}`);
  return found;
}

function hopOf({ hops }: Ledger, hop: LedgerHop['hop'], unit: string): LedgerHop {
  const found = hops.find(one => one.hop === hop && one.unit === unit);
  if (!found) throw new Error(`no hop ${hop} of ${unit}`);
  return found;
}

function lostOf({ hops }: Ledger, unit: string): number {
  return hops.filter(one => one.unit === unit).reduce((sum, { lost = 0 }) => sum + lost, 0);
}

it('proves the sample application, and finds nothing missing', async () => {
  const run = await prove({ requests: '20', expectations: 'zap-app/telemetry.yaml', ...LONG });
  expect(run, run.log).toMatchObject({ code: 0, outputs: { passed: 'true' } });
  expect(run.proof.requests).toHaveLength(20);
  expect(redSignals(run.proof)).toEqual([]);
  expect(run.proof.ledgers.map(ledger => lostOf(ledger, 'requests') + lostOf(ledger, 'spans'))).toEqual([0, 0, 0]);
});

describe('on the way to the collector', () => {
  it('names a collector that was stopped half-way', async () => {
    await stage.play({});
    const front = await openFront(stage.addresses.application, async count => {
      if (count === 11) await stage.stopCollector();
    });
    try {
      const run = await prove({ 'target-url': front.url, rate: '5' });
      const red = redOf(run, 'metrics', 'traces', 'logs');
      for (const one of Object.values(red))
        expect(one).toMatchObject(said('collector', /it has stopped/, /start it again/));
      const { count = 0, lost = 0 } = hopOf(ledgerOf(run, 'traces'), 'found', 'requests');
      expect(count).toBeGreaterThan(0);
      expect(lost).toBeGreaterThan(count / 2);
    } finally {
      await front.close();
    }
  });

  it('tells sampling from loss', async () => {
    const scene = { application: { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.1' } };
    const run = await proveAmid(scene, { requests: '40', ...LONG });
    const { traces } = redOf(run, 'traces');
    expect(traces).toMatchObject(
      said('application', /not sampled by the application.*: that is sampling, not loss/, /`OTEL_TRACES_SAMPLER=/),
    );
    const ledger = ledgerOf(run, 'traces');
    const unsampled = run.proof.requests.filter(({ arrived }) => arrived.traces === 'not sampled').length;
    expect(unsampled).toBeGreaterThan(20);
    expect(hopOf(ledger, 'sampled', 'requests').count).toBe(39 - unsampled);
    expect([lostOf(ledger, 'requests'), lostOf(ledger, 'spans')]).toEqual([0, 0]);
    expectEarly(run);
  });

  it('names delta temporality', async () => {
    const application = { OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'delta' };
    const run = await proveAmid({ application }, LONG);
    const { metrics } = redOf(run, 'metrics');
    expect(metrics).toMatchObject(
      said('exporter', /delta temporality/, /OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE=cumulative/),
    );
    expectEarly(run);
  });

  it('names a metric that has another name now, though the old series is still there', async () => {
    const renamed = (text: string) => text.replace("'zapp.http.requests'", "'zapp.http.served'");
    const run = await proveAmid({ sources: { 'src/metrics.ts': renamed } }, LONG);
    const { metrics } = redOf(run, 'metrics');
    expect(metrics).toMatchObject(said('application', /zapp_http_requests_total/, /zapp_http_served_total/));
    const failed = run.proof.checks.filter(({ suite, passed }) => suite === 'metrics' && !passed);
    for (const { name } of failed) expect(name).toContain('zapp.http.requests');
    expectEarly(run);
  });

  it("is not content with series of yesterday's", async () => {
    const run = await proveAmid({ application: { OTEL_METRICS_EXPORTER: 'none' } });
    const { metrics } = redOf(run, 'metrics');
    expect(metrics).toMatchObject(
      said('application', /No metrics of the application have come since the traffic began/, /OTEL_METRICS_EXPORTER/),
    );
    const old = run.proof.checks.find(({ name }) => name === 'metric zapp.http.requests');
    expect(old).toMatchObject({ passed: false, seen: expect.stringContaining('from before the traffic') });
  });

  it('names a clock that is five minutes slow', async () => {
    // An instance of its own, as every task on ECS is one.
    const application = { OTEL_RESOURCE_ATTRIBUTES: 'service.instance.id=slow' };
    const run = await proveAmid({ preload: slowClock(310_000), application });
    const red = redOf(run, 'metrics', 'traces', 'logs');
    for (const one of Object.values(red))
      expect(one).toMatchObject(said('application', /clock .*\b3(09|1[0-2]) s/, /NTP/));
  });
});

describe('on the way from the collector', () => {
  it('names an exporter of traces whose endpoint is wrong', async () => {
    const run = await proveAmid({ collectorEnvironment: { AWS_ENDPOINT_URL_XRAY: 'http://local-aws:9' } });
    const { traces } = redOf(run, 'traces');
    expect(traces).toMatchObject(said('exporter', /`awsxray`.*connection refused/, /exporter's `endpoint`/));
    const { count, lost = 0 } = hopOf(ledgerOf(run, 'traces'), 'exported', 'spans');
    expect(count).toBe(0);
    expect(lost).toBeGreaterThan(0);
  });

  it('names an exporter of metrics whose endpoint is wrong', async () => {
    const endpoint = 'http://prometheus:9/api/v1/write';
    const run = await proveAmid({ collectorEnvironment: { AWS_PROMETHEUS_ENDPOINT: endpoint } });
    const { metrics } = redOf(run, 'metrics');
    // By its log, or where that has said nothing yet, by the silence of the collector itself.
    expect(metrics).toMatchObject(said('exporter', /not deliver/, /`endpoint`/));
    expect(hopOf(ledgerOf(run, 'metrics'), 'exported', 'data points')).toMatchObject({
      note: expect.stringContaining('collector counters unavailable'),
    });
  });

  it('names records that are kept without the id of a trace', async () => {
    const run = await proveAmid({
      collector: config => config.replace(/^( *)log_stream_name: .*$/m, '$&\n$1raw_log: true'),
    });
    const { logs } = redOf(run, 'logs');
    expect(logs).toMatchObject(said('exporter', /without trace ids: .*"GET \/ 200"/, /remove `raw_log: true`/));
  });

  it('names what was exported twice', async () => {
    const collector = (config: string) =>
      config
        .replace(/^ {2}(awscloudwatchlogs)(:\n(?: {4}.*\n)+)/m, '$&  $1/again$2')
        .replace('exporters: [awscloudwatchlogs]', 'exporters: [awscloudwatchlogs, awscloudwatchlogs/again]');
    const run = await proveAmid({ collector }, LONG);
    const { logs } = redOf(run, 'logs');
    const both = /`awscloudwatchlogs` and `awscloudwatchlogs\/again`/;
    expect(logs).toMatchObject(said('exporter', both, /^Take one of .* out of `service.pipelines`/));
    expectEarly(run);
  });

  it('counts what is dropped at random', async () => {
    await stage.play({
      collector: config =>
        config
          .replace(
            /^processors:\n/m,
            '$&  filter/some:\n    traces: { span: [\'IsMatch(span_id.string, "^0[0-9a-c]")\'] }\n',
          )
          .replace(/^( {4}traces:\n.*\n.*resourcedetection), /m, '$1, filter/some, '),
    });
    const run = await prove({ requests: '300', rate: '150' });
    const { traces } = redOf(run, 'traces');
    expect(traces).toMatchObject(
      said('collector', /`filter\/some` .* dropped \d+ spans/, /conditions of `filter\/some`/),
    );
    const prometheus = prometheusOver(stage.addresses.prometheus);
    const [dropped] = await prometheus.query('sum(otelcol_processor_filter_spans_filtered_total)');
    expect(dropped?.value).toBeGreaterThan(1);
    expect(Math.abs(lostOf(ledgerOf(run, 'traces'), 'spans') - (dropped?.value ?? 0))).toBeLessThanOrEqual(1);
  });
});
