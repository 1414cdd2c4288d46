import { expect, it } from 'vitest';
import { TransientError } from '../aws/transient-error.ts';
import { UserFault } from '../runner/fault.ts';
import { VirtualClock } from '../tooling/virtual-clock.ts';
import type { Backends, LogEvent, Sample, Segment } from './backends.ts';
import { type Expectations, parseExpectations } from './expectations.ts';
import { answered, DOCUMENTS, EXTERNAL_TRACE, request } from './fixtures.ts';
import { prove } from './prove.ts';
import { readSegments } from './segment.ts';
import type { SentRequest } from './traffic.ts';

const OTHER_TRACE = 'b'.repeat(32);
const expectations = parseExpectations(
  `service: zap-app
requests: [{ name: a, path: / }, { name: b, path: /b }]
metrics: [{ name: shop.orders, unit: "{order}", type: counter, attributes: [route] }]
spans: [{ name: GET /external, kind: server }, { name: GET, kind: client }]
logs: { fields: [trace_id, span_id, body, attributes.http.route] }
`,
  'telemetry.yaml',
);
const segments = DOCUMENTS.flatMap(document => readSegments(EXTERNAL_TRACE, document));
const sample: Sample = { labels: { __name__: 'shop_orders_total', job: 'zap-app', route: '/' }, value: 1 };

function record(trace_id: string, more: object = {}): LogEvent {
  const attributes = { 'http.route': '/' };
  return { message: JSON.stringify({ body: 'x', trace_id, span_id: '0f185e3285ab9fcd', attributes, ...more }) };
}

/** What each backend has, from which moment on. */
interface World {
  metrics?: (elapsed: number, query: string) => Sample[];
  traces?: (elapsed: number, ids: readonly string[]) => Segment[];
  logs?: (elapsed: number, ids: readonly string[]) => LogEvent[];
}

const SENT = [
  answered(EXTERNAL_TRACE, { request: request({ name: 'a' }) }),
  answered(OTHER_TRACE, { request: request({ name: 'b' }) }),
];
const WHOLE_TRACES = [...segments, ...segments.map(one => ({ ...one, traceId: OTHER_TRACE }))];

async function run(world: World, { sent = SENT, of = expectations }: { sent?: SentRequest[]; of?: Expectations } = {}) {
  const clock = new VirtualClock();
  const begun = clock.now();
  const calls = { metrics: 0, traces: [] as string[][], logs: [] as string[][] };
  const elapsed = () => clock.now() - begun;
  const backends: Backends = {
    metrics: {
      query: async promql => {
        calls.metrics += 1;
        return (world.metrics ?? (() => [sample]))(elapsed(), promql);
      },
      range: async () => [],
    },
    traces: {
      segments: async ids => {
        calls.traces.push([...ids]);
        const found = (world.traces ?? (() => WHOLE_TRACES))(elapsed(), ids);
        return found.filter(({ traceId }) => ids.includes(traceId));
      },
    },
    logs: {
      events: async ids => {
        calls.logs.push([...ids]);
        return (world.logs ?? (() => [record(EXTERNAL_TRACE), record(OTHER_TRACE)]))(elapsed(), ids);
      },
      notes: () => (world.logs ? ['a note'] : []),
    },
  };
  const timed = sent.map(one => ({ ...one, startedAt: begun - 1000 }));
  const options = { run: 'r1', signal: new AbortController().signal, clock, patience: 20_000, random: () => 0.5 };
  const proof = await clock.until(prove(of, timed, backends, options));
  const bySignal = Object.fromEntries(proof.signals.map(one => [one.signal, one]));
  return { proof, calls, after: elapsed(), ...bySignal } as const as {
    proof: typeof proof;
    calls: typeof calls;
    after: number;
  } & Record<'metrics' | 'traces' | 'logs', (typeof proof.signals)[number]>;
}

it('is over with one look at each when everything is there', async () => {
  const { proof, calls, after } = await run({});
  expect(proof).toMatchObject({ service: 'zap-app', passed: true });
  expect(proof.signals.map(({ signal, passed, arrivalMs, looks }) => [signal, passed, arrivalMs, looks])).toEqual([
    // From the last answer, which came 995 ms before the proof began.
    ['metrics', true, 995, 1],
    ['traces', true, 995, 1],
    ['logs', true, 995, 1],
  ]);
  expect([after, calls.metrics, calls.traces.length, calls.logs.length]).toEqual([0, 1, 1, 1]);
});

it('watches each signal for itself, and tells when each was complete', async () => {
  const { proof, after } = await run({
    metrics: elapsed => (elapsed < 5000 ? [] : [sample]),
    logs: elapsed => [record(EXTERNAL_TRACE), ...(elapsed < 2000 ? [] : [record(OTHER_TRACE)])],
  });
  expect(proof.passed).toBe(true);
  const [metrics = 0, traces = 0, logs = 0] = proof.signals.map(({ arrivalMs = 0 }) => arrivalMs);
  expect(traces).toBe(995);
  expect(logs).toBeGreaterThanOrEqual(2995);
  expect(logs).toBeLessThan(3900);
  expect(metrics).toBeGreaterThanOrEqual(5995);
  expect(after).toBe(metrics - 995);
});

it('waits for whole traces, not for any, and asks again only for those of which something is missing', async () => {
  const { proof, calls, traces } = await run({
    traces: elapsed => {
      if (elapsed < 1000) return segments.slice(0, 1);
      if (elapsed < 3000) return segments;
      return WHOLE_TRACES;
    },
  });
  expect(proof.passed).toBe(true);
  expect(calls.traces[0]).toEqual([EXTERNAL_TRACE, OTHER_TRACE]);
  expect(calls.traces.at(-1)).toEqual([OTHER_TRACE]);
  expect(traces.findings[0]).toMatchObject({ name: 'a trace of each of 2 requests', seen: '2 of 2' });
});

it('fails when one trace of many is lost, though every span was seen elsewhere', async () => {
  const { traces, proof, after } = await run({ traces: () => segments });
  expect(proof.passed).toBe(false);
  expect(traces.findings.map(({ passed }) => passed)).toEqual([false, true, true]);
  expect(traces.findings[0]?.seen).toBe(`1 of 2; not b (1-bbbbbbbb-${'b'.repeat(24)})`);
  expect(traces).not.toHaveProperty('arrivalMs');
  expect(after).toBe(20_000);
});

it('asks for no trace of a request that leaves none or had no answer', async () => {
  const untraced = answered('c'.repeat(32), { request: request({ name: 'health', isTraced: false }) });
  const failed = answered('d'.repeat(32), { answer: { kind: 'failed', reason: 'reset', ms: 1 } });
  const { proof, calls } = await run({}, { sent: [...SENT, untraced, failed] });
  expect(proof.passed).toBe(true);
  expect([calls.traces, calls.logs].flat(2).sort()).toEqual([EXTERNAL_TRACE, EXTERNAL_TRACE, OTHER_TRACE, OTHER_TRACE]);
});

it('does not wait for traces when no request was answered', async () => {
  const failed = SENT.map(one => ({ ...one, answer: { kind: 'failed', reason: 'reset', ms: 1 } }) as const);
  const { traces, logs, after, calls } = await run({}, { sent: failed });
  expect([after, calls.traces, calls.logs]).toEqual([0, [], []]);
  for (const { passed, findings } of [traces, logs]) {
    expect(passed).toBe(false);
    expect(findings.every(({ cause }) => cause?.startsWith('No request was answered'))).toBe(true);
  }
});

it('asks nothing of a signal of which nothing is expected', async () => {
  const of = parseExpectations('service: zap-app\nrequests: [{ name: a, path: / }]', 'f');
  const { proof, calls } = await run({}, { of });
  expect(proof).toEqual({ service: 'zap-app', passed: true, signals: [] });
  expect([calls.metrics, calls.traces, calls.logs]).toEqual([0, [], []]);
});

it('explains a metric that is missing from those that have arrived', async () => {
  const { metrics, calls } = await run({
    metrics: (_, query) => (query.startsWith('count') ? [{ ...sample, labels: { __name__: 'shop_order_total' } }] : []),
  });
  expect(metrics.findings[0]).toMatchObject({
    passed: false,
    fix: 'Did it get another name? The nearest is `shop_order_total`',
  });
  expect(calls.metrics).toBe(metrics.looks + 1);
});

it('wants the fields of the data model on a record of each request, and an attribute on one of any', async () => {
  const without = (trace: string, more: object) => record(trace, more);
  const { logs } = await run({
    logs: () => [
      record(EXTERNAL_TRACE),
      without(OTHER_TRACE, { attributes: {} }),
      // Another record of the same request that says less takes nothing away.
      without(EXTERNAL_TRACE, { span_id: undefined, attributes: {} }),
    ],
  });
  expect(logs.findings.map(({ passed }) => passed)).toEqual([true, true, true, true, true]);
  const { logs: poor } = await run({
    logs: () => [
      record(EXTERNAL_TRACE, { attributes: {} }),
      without(OTHER_TRACE, { span_id: undefined, attributes: {} }),
    ],
  });
  expect(poor.findings.map(({ name, passed }) => `${passed} ${name}`)).toEqual([
    'true a log record of each of 2 requests',
    'true log field trace_id',
    'false log field span_id',
    'true log field body',
    'false log field attributes.http.route',
  ]);
  expect(poor.findings[2]).toMatchObject({
    seen: '1 of 2 requests without it; the record of b has trace_id, body',
    cause: 'Records have arrived, but without `span_id`',
  });
  expect(poor.notes).toEqual(['a note']);
});

it('counts no record of a trace that this run did not begin', async () => {
  const { logs } = await run({ logs: () => [record('e'.repeat(32)), { message: `text of ${EXTERNAL_TRACE}` }] });
  expect(logs.findings[0]).toMatchObject({ passed: false, seen: expect.stringContaining('0 of 2') });
});

it('tells what a backend refuses at once, and has the other signals all the same', async () => {
  const { metrics, traces, logs } = await run({
    traces: () => {
      throw new UserFault({
        what: 'The credentials do not allow `xray:BatchGetTraces`',
        seen: 'denied',
        fix: 'Allow it',
      });
    },
  });
  expect([metrics.passed, traces.passed, logs.passed, traces.looks]).toEqual([true, false, true, 1]);
  expect(traces.fault?.what).toContain('xray:BatchGetTraces');
  for (const finding of traces.findings)
    expect(finding).toMatchObject({ cause: 'The credentials do not allow `xray:BatchGetTraces`', fix: 'Allow it' });
});

it('outlasts a backend in passing trouble, and tells of one that stays in it', async () => {
  const trouble = (until: number) => (elapsed: number) => {
    if (elapsed < until) throw new TransientError({ what: 'Prometheus does not answer now', fix: 'Look at its log' });
    return [sample];
  };
  expect((await run({ metrics: trouble(3000) })).proof.passed).toBe(true);
  const { metrics, after } = await run({ metrics: trouble(60_000) });
  expect(after).toBe(20_000);
  expect(metrics.findings[0]).toMatchObject({ passed: false, cause: 'Prometheus does not answer now' });
});
