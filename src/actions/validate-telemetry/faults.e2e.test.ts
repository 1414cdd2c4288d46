import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { LedgerHop, ProofResult, SignalName } from '../../report/proof-result.ts';
import { prometheusOver } from '../../telemetry/prometheus.ts';
import { openFront } from '../../tooling/telemetry-stage/front.ts';
import { slowClock } from '../../tooling/telemetry-stage/slow-clock.ts';
import { GROUPS, type Scene, TelemetryStage } from '../../tooling/telemetry-stage/stage.ts';
import { redSignals, signalOf, type Validation, validate } from '../../tooling/telemetry-stage/validate.ts';

// The shipped bundle against the sample application in containers, whose telemetry is lost in one way after another. Each
// scene has a new collector and, where it concerns them, a new application and local AWS; Prometheus keeps what was there.

let stage: TelemetryStage;

beforeAll(async () => {
  stage = await TelemetryStage.open(`zap-e2e-faults-${randomBytes(3).toString('hex')}`);
  await leaveSeries();
});
afterAll(() => stage?.close());

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

/** Seconds; what is lost for certain is told sooner. */
const TIMEOUT = 8;

function prove(inputs: Record<string, string> = {}): Promise<Validation> {
  const { application, prometheus, aws } = stage.addresses;
  return validate(
    {
      'target-url': application,
      expectations: 'zap-app/telemetry.yaml',
      'metrics-endpoint': prometheus,
      'log-groups': Object.values(GROUPS).join('\n'),
      timeout: `${TIMEOUT}s`,
      ...inputs,
    },
    { endpoint: aws },
  );
}

async function proveAmid(scene: Scene, inputs: Record<string, string> = {}): Promise<Validation> {
  await stage.play(scene);
  return prove(inputs);
}

/** All that is said of a signal that is red, to be searched for words. */
function wordsOf({ proof }: Validation, signal: SignalName): string {
  const checks = proof.checks.filter(({ suite, passed }) => suite === signal && !passed);
  const { diagnosis } = signalOf(proof, signal);
  const told = checks.flatMap(({ name, seen, cause, fix }) => [name, seen, cause, fix]);
  return [diagnosis?.cause, diagnosis?.fix, ...told, ...remarksOf(proof, signal)].filter(Boolean).join('\n');
}

function remarksOf({ ledgers }: ProofResult, signal: SignalName): readonly string[] {
  return ledgers.find(ledger => ledger.signal === signal)?.remarks ?? [];
}

function hopOf({ ledgers }: ProofResult, signal: SignalName, hop: LedgerHop['hop'], unit?: string): LedgerHop {
  const found = ledgers
    .find(ledger => ledger.signal === signal)
    ?.hops.find(one => one.hop === hop && (unit === undefined || one.unit === unit));
  if (!found) throw new Error(`the ledger of ${signal} has no hop ${hop}`);
  return found;
}

it('proves the sample application, and finds nothing missing', async () => {
  const run = await prove({ requests: '20', timeout: '60s' });
  expect(run, run.log).toMatchObject({ code: 0, outputs: { passed: 'true' } });
  expect(run.proof.requests).toHaveLength(20);
  expect(redSignals(run.proof), run.log).toEqual([]);
  for (const { hops } of run.proof.ledgers) expect(hops.filter(({ lost = 0 }) => lost > 0)).toEqual([]);
});

describe('on the way to the collector', () => {
  it('names a collector that was stopped half-way', async () => {
    await stage.play({});
    const front = await openFront(stage.addresses.application, async count => {
      if (count === 11) await stage.act('stop', 'collector');
    });
    try {
      const run = await prove({ 'target-url': front.url, rate: '5' });
      expect(redSignals(run.proof), run.log).toEqual(['metrics', 'traces', 'logs']);
      for (const signal of redSignals(run.proof)) expect(signalOf(run.proof, signal).diagnosis?.hop).toBe('collector');
      const { count = 0, lost } = hopOf(run.proof, 'traces', 'found', 'requests');
      expect(count).toBeGreaterThan(0);
      expect(lost).toBeGreaterThanOrEqual(8);
    } finally {
      await front.close();
    }
  });

  it('tells sampling from loss', async () => {
    const scene = { application: { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.1' } };
    const run = await proveAmid(scene, { requests: '40' });
    expect(redSignals(run.proof), run.log).toEqual(['traces']);
    expect(wordsOf(run, 'traces')).toMatch(/sampl/);
    expect(signalOf(run.proof, 'traces').diagnosis).toMatchObject({ hop: 'application' });
  });

  it('names delta temporality', async () => {
    const run = await proveAmid({ application: { OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'delta' } });
    expect(redSignals(run.proof), run.log).toEqual(['metrics']);
    expect(wordsOf(run, 'metrics')).toMatch(/delta/);
    expect(wordsOf(run, 'metrics')).toContain('OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE');
  });

  it('names a metric that has another name now, though the old series is still there', async () => {
    const renamed = (text: string) => text.replace("'zapp.http.requests'", "'zapp.http.served'");
    const run = await proveAmid({ sources: { 'src/metrics.ts': renamed } });
    expect(redSignals(run.proof), run.log).toEqual(['metrics']);
    expect(wordsOf(run, 'metrics')).toContain('zapp_http_requests_total');
    expect(wordsOf(run, 'metrics')).toContain('zapp_http_served_total');
  });

  it("is not content with series of yesterday's", async () => {
    const run = await proveAmid({ application: { OTEL_METRICS_EXPORTER: 'none' } });
    expect(redSignals(run.proof), run.log).toEqual(['metrics']);
    expect(wordsOf(run, 'metrics')).toContain('OTEL_METRICS_EXPORTER');
  });

  it('names a clock that is five minutes slow', async () => {
    // An instance of its own, as every task on ECS is one.
    const scene = {
      preload: slowClock(310_000),
      application: { OTEL_RESOURCE_ATTRIBUTES: 'service.instance.id=slow' },
    };
    const run = await proveAmid(scene);
    expect(redSignals(run.proof), run.log).toContain('metrics');
    expect(wordsOf(run, 'metrics')).toMatch(/clock/);
    expect(signalOf(run.proof, 'metrics').diagnosis).toMatchObject({ hop: 'application' });
  });
});

describe('on the way from the collector', () => {
  it('names an exporter of traces whose endpoint is wrong', async () => {
    const run = await proveAmid({ collectorEnvironment: { AWS_ENDPOINT_URL_XRAY: 'http://local-aws:9' } });
    expect(redSignals(run.proof), run.log).toEqual(['traces']);
    expect(signalOf(run.proof, 'traces').diagnosis).toMatchObject({ hop: 'exporter' });
    expect(wordsOf(run, 'traces')).toMatch(/`awsxray`/);
    expect(wordsOf(run, 'traces')).toMatch(/connection refused/);
    expect(wordsOf(run, 'traces')).toMatch(/endpoint/);
  });

  it('names an exporter of metrics whose endpoint is wrong', async () => {
    const endpoint = 'http://prometheus:9/api/v1/write';
    const run = await proveAmid({ collectorEnvironment: { AWS_PROMETHEUS_ENDPOINT: endpoint } });
    expect(redSignals(run.proof), run.log).toEqual(['metrics']);
    expect(signalOf(run.proof, 'metrics').diagnosis).toMatchObject({ hop: 'exporter' });
    expect(wordsOf(run, 'metrics')).toMatch(/endpoint/);
  });

  it('names records that are kept without the id of a trace', async () => {
    const run = await proveAmid({
      collector: config => config.replace(/^( *)log_stream_name: .*$/m, '$&\n$1raw_log: true'),
    });
    expect(redSignals(run.proof), run.log).toEqual(['logs']);
    expect(wordsOf(run, 'logs')).toContain('raw_log');
  });

  it('names what was exported twice', async () => {
    const run = await proveAmid({
      collector: config =>
        config
          .replace(/^ {2}(awscloudwatchlogs)(:\n(?: {4}.*\n)+)/m, '$&  $1/again$2')
          .replace('exporters: [awscloudwatchlogs]', 'exporters: [awscloudwatchlogs, awscloudwatchlogs/again]'),
    });
    expect(redSignals(run.proof), run.log).toEqual(['logs']);
    expect(wordsOf(run, 'logs')).toMatch(/twice|more than once/);
    expect(run.proof.duration).toBeLessThan(TIMEOUT * 1000);
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
    expect(redSignals(run.proof), run.log).toEqual(['traces']);
    const prometheus = prometheusOver(stage.addresses.prometheus);
    const [dropped] = await prometheus.query('sum(otelcol_processor_filter_spans_filtered_total)');
    const { hops } = run.proof.ledgers.find(({ signal }) => signal === 'traces') ?? { hops: [] };
    const lost = hops.filter(({ unit }) => unit === 'spans').reduce((sum, { lost = 0 }) => sum + lost, 0);
    expect(dropped?.value).toBeGreaterThan(1);
    expect(Math.abs(lost - (dropped?.value ?? 0))).toBeLessThanOrEqual(1);
  });
});
