import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ProofResult } from '../../report/proof-result.ts';
import { Cancelled } from '../../runner/cancellation.ts';
import { type ScenarioRun, scenarios } from '../../tooling/scenario.ts';
import {
  SCRIPTED_EXPECTATIONS,
  SCRIPTED_GROUP,
  type ScriptedApp,
  type ScriptedAppOptions,
  startScriptedApp,
} from '../../tooling/scripted-app.ts';
import { ScriptedPrometheus } from '../../tooling/scripted-prometheus.ts';
import { action } from './run.ts';

// A scripted application puts its telemetry where it is looked for; that of a real one, through a real collector, is in
// faults.e2e.test.ts.

const world = scenarios();
let prometheus: ScriptedPrometheus;
let metrics: string;
let app: ScriptedApp | undefined;

beforeEach(async () => {
  prometheus = new ScriptedPrometheus();
  metrics = await prometheus.listen();
});
afterEach(async () => {
  await app?.close();
  app = undefined;
  await prometheus.close();
});

const FILES = { 'telemetry.yaml': SCRIPTED_EXPECTATIONS };

async function validate(
  script: ScriptedAppOptions = {},
  inputs: Record<string, string> = {},
  files: Record<string, string> = FILES,
  signal?: AbortSignal,
): Promise<ScenarioRun & { log: string; result: ProofResult }> {
  app = await startScriptedApp(world.aws.url, prometheus, script);
  const run = await world.run(
    action,
    {
      'target-url': app.url,
      'metrics-endpoint': metrics,
      'log-groups': SCRIPTED_GROUP,
      requests: '8',
      rate: '100',
      timeout: '5s',
      ...inputs,
    },
    files,
    signal,
  );
  const { result: path } = run.host.outputs;
  return { ...run, log: run.host.log.join('\n'), result: path ? JSON.parse(readFileSync(path, 'utf8')) : undefined };
}

/** What was seen of a check, and whether it passed. */
function checkOf({ checks }: ProofResult, name: RegExp) {
  return checks.find(check => name.test(check.name));
}

describe('with everything where it belongs', () => {
  it('proves each request, and tells it in the log, the summary, JSON, JUnit and a page', async () => {
    const { code, host, result, log } = await validate({}, { exclusive: 'true' });
    expect(log).toContain('✓ a trace of each of 7 requests');
    expect(code, log).toBe(0);
    expect(result).toMatchObject({ service: 'shop', passed: true, faults: [] });
    expect(result.requests).toHaveLength(8);
    expect(result.checks.filter(({ passed }) => !passed)).toEqual([]);
    expect(checkOf(result, /^never sent: no traces/)).toMatchObject({ passed: true });
    expect(host.outputs.passed).toBe('true');
    expect(readFileSync(host.outputs.junit ?? '', 'utf8')).toContain('<testsuites name="Telemetry of shop"');
    expect(readFileSync(host.outputs.report ?? '', 'utf8')).toMatch(/^<!doctype html>/i);
    expect(host.summaryText).toContain('## ✅ Telemetry of shop');
  });

  it('fails by its gate when all has arrived, but late', async () => {
    const { code, result } = await validate({ delay: 2500 }, { 'max-arrival': '1s', timeout: '10s' });
    expect(code).toBe(1);
    const red = result.checks.filter(({ passed }) => !passed);
    expect(red.map(({ name }) => name)).toEqual(Array(red.length).fill('arrival within 1.0 s'));
    expect(red.map(({ suite }) => suite)).toContain('traces');
  });
});

describe('before anything is sent', () => {
  it('names all inputs that are missing or wrong at once', async () => {
    const { code, log, result } = await validate(
      {},
      { 'metrics-endpoint': '', 'log-groups': '', signals: 'metrics,traces,logs' },
    );
    expect(code).toBe(1);
    expect(log).toContain('Metrics are expected, and nothing says where they arrive');
    expect(log).toContain('Log records are expected, and nothing says where they arrive');
    expect(result).toBeUndefined();
  });

  it('names a signal that does not exist, and faults of the expectations on their lines', async () => {
    const { log } = await validate({}, { signals: 'trace' }, { 'telemetry.yaml': 'service: shop\nreqests: []\n' });
    expect(log).toMatch(/Input `signals` is not accepted\. Seen: `trace`\. Did you mean `traces`\?/);
    expect(log).toMatch(/telemetry\.yaml:2:\d+/);
  });

  it('asks for expectations, and for requests among them', async () => {
    const { log } = await validate({}, { expectations: 'none.yaml' });
    expect(log).toContain('no file none.yaml');
    await app?.close();
    const silent = 'service: shop\nmetrics: [{ name: a, type: counter }]\n';
    expect((await validate({}, {}, { 'telemetry.yaml': silent })).log).toContain('The expectations have no `requests`');
  });

  it.each([
    [
      'a target where nothing listens',
      { 'target-url': 'http://127.0.0.1:9' },
      /Nothing answers at http:\/\/127\.0\.0\.1:9/,
    ],
    ['a Prometheus where nothing listens', { 'metrics-endpoint': 'http://127.0.0.1:9' }, /Prometheus cannot be asked/],
  ])(
    'says so of %s',
    async (_, inputs, expected) => {
      const { code, log, host, result } = await validate({}, inputs);
      expect(code).toBe(1);
      expect(log).toMatch(expected);
      expect(host.outputs.passed).toBe('false');
      expect(result).toMatchObject({ passed: false, faults: [{}], requests: [] });
    },
    30_000,
  );

  it('says that a workspace does not exist, and that one is in another region', async () => {
    prometheus.answers.push(
      ...Array.from({ length: 20 }, () => ({ status: 404, body: '{"Message":"Workspace not found"}' })),
    );
    expect((await validate()).log).toContain('The workspace does not exist');
    await app?.close();
    const elsewhere = 'https://aps-workspaces.eu-central-1.amazonaws.com/workspaces/ws-1/';
    const { log } = await validate({}, { 'metrics-endpoint': elsewhere });
    expect(log).toContain('in another region than the run');
    expect(log).toContain('aws-region: eu-central-1');
  });

  it('sends nothing where a backend finds what was never sent', async () => {
    const body = '{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"1"]}]}}';
    prometheus.answers.push(...Array.from({ length: 20 }, () => ({ status: 200, body })));
    const { code, log } = await validate();
    expect(code).toBe(1);
    expect(log).toMatch(/finds what nobody has sent|no Prometheus/);
  });
});

describe('when it is cancelled', () => {
  it('says in outputs, summary and files that nothing is proven', async () => {
    const cancelled = new AbortController();
    const during = (n: number) => {
      if (n === 3) cancelled.abort(new Cancelled('SIGINT'));
      return { trace: 'lost' } as const;
    };
    const { code, host, result, log } = await validate({ fate: during }, { timeout: '10m' }, FILES, cancelled.signal);
    expect(code).toBe(130);
    expect(host.outputs.passed).toBe('false');
    const fault = { what: 'Before the proof was complete, the run was cancelled (SIGINT)' };
    expect(result).toMatchObject({ passed: false, faults: [fault], checks: [] });
    expect(host.summaryText).toContain(fault.what);
    expect(log).toContain('nothing could be proven');
  });
});

describe('with something lost', () => {
  it('names the trace that is missing by its id, and proves the others', async () => {
    const { code, result, log } = await validate({ fate: n => (n === 3 ? { trace: 'lost' } : {}) });
    expect(code).toBe(1);
    const lost = result.requests.filter(({ arrived }) => arrived.traces === 'lost');
    expect(lost).toHaveLength(1);
    const [{ traceId } = { traceId: '' }] = lost;
    expect(checkOf(result, /^a trace of each of 7 requests/)?.seen).toContain(
      `6 of 7; not orders (1-${traceId.slice(0, 8)}-${traceId.slice(8)})`,
    );
    expect(result.signals.map(({ signal, passed }) => [signal, passed])).toEqual([
      ['metrics', true],
      ['traces', false],
      ['logs', true],
    ]);
    expect(log).toContain('Why traces are missing');
  }, 30_000);

  it('tells sampling from loss', async () => {
    const { result } = await validate({ fate: n => (n % 2 ? { trace: 'lost', flags: '00' } : {}) });
    const traces = result.signals.find(({ signal }) => signal === 'traces');
    expect(traces).toMatchObject({ passed: false, diagnosis: { hop: 'application' } });
    expect(traces?.diagnosis?.cause).toMatch(/sampled/);
    expect(result.requests.filter(({ arrived }) => arrived.traces === 'not sampled')).toHaveLength(3);
  }, 30_000);

  it('misses records without the id of a trace', async () => {
    const { result } = await validate({ fate: () => ({ log: 'without id' }) });
    const logs = result.signals.find(({ signal }) => signal === 'logs');
    expect(logs).toMatchObject({ passed: false });
    expect(logs?.diagnosis?.cause).toMatch(/trace id/);
  }, 30_000);

  it('misses requests that a counter has not counted, and with `exclusive` those that nobody has sent', async () => {
    const short = await validate({ fate: n => (n < 2 ? { isUncounted: true } : {}) });
    expect(checkOf(short.result, /^metric shop\.orders/)).toMatchObject({ passed: false });
    expect(checkOf(short.result, /^metric shop\.orders/)?.seen).toMatch(/rose by 5\b/);
  }, 30_000);

  it('does not wait for telemetry of a service that answers 503', async () => {
    const began = Date.now();
    const { code, log, result } = await validate({ status: 503 }, { timeout: '10m' });
    expect(code).toBe(1);
    expect(log).toContain('503, without a body');
    expect(log).toContain('No request to http://127.0.0.1');
    expect(result.signals.every(({ looks }) => looks === 0)).toBe(true);
    expect(Date.now() - began).toBeLessThan(60_000);
  });
});
