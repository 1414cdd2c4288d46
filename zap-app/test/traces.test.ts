import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type OtlpReceiver, startOtlpReceiver } from './otlp-receiver.ts';
import { type AppOptions, type RunningApp, runApp } from './run-app.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const ROOT = '1-4bf92f35-77b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';

let receiver: OtlpReceiver;
let app: RunningApp | undefined;
beforeEach(async () => {
  receiver = await startOtlpReceiver();
});
afterEach(async () => {
  app?.process.kill('SIGKILL');
  await receiver.close();
});

/** The server spans of requests to /api/data with these headers, one request each; empty when none is recorded. */
async function spansOf(headers: Record<string, string>[], env: AppOptions['env'] = {}) {
  app = await runApp({ receiver, env });
  for (const each of headers) await (await app.get('/api/data', each)).text();
  expect(await app.stop()).toBe(0);
  return receiver.spans.filter(({ kind }) => kind === 'server');
}

const NEVER_BY_ITSELF = { OTEL_TRACES_SAMPLER: 'parentbased_always_off' };

it('goes on with the trace of a traceparent, whatever a load balancer adds', async () => {
  const [span] = await spansOf([
    { traceparent: `00-${TRACE}-${PARENT}-01`, 'X-Amzn-Trace-Id': 'Root=1-67891233-abcdef012345678912345678' },
  ]);
  expect(span).toMatchObject({ traceId: TRACE, parentSpanId: PARENT });
});

it("goes on with a load balancer's trace, of which its span is then the root", async () => {
  const [span] = await spansOf([{ 'X-Amzn-Trace-Id': `Self=1-67891234-12456789abcdef012345678;Root=${ROOT}` }]);
  expect(span).toMatchObject({ traceId: TRACE, parentSpanId: '' });
  expect(app?.lines.find(({ body }) => body === 'GET /api/data 200')?.trace_id).toBe(TRACE);
});

it("gives the request after a load balancer's one a trace of its own", async () => {
  const [, second] = await spansOf([{ 'X-Amzn-Trace-Id': `Root=${ROOT}` }, {}]);
  expect(second?.traceId).toMatch(/^[0-9a-f]{32}$/);
  expect(second?.traceId).not.toBe(TRACE);
});

it('goes on with the parent of an X-Amzn-Trace-Id', async () => {
  const [span] = await spansOf([{ 'X-Amzn-Trace-Id': `Root=${ROOT};Parent=${PARENT};Sampled=1` }], NEVER_BY_ITSELF);
  expect(span).toMatchObject({ traceId: TRACE, parentSpanId: PARENT });
});

it('records nothing that a caller wants left out, by either header', async () => {
  const headers = [
    { traceparent: `00-${TRACE}-${PARENT}-00` },
    { 'X-Amzn-Trace-Id': `Root=${ROOT};Parent=${PARENT};Sampled=0` },
    { 'X-Amzn-Trace-Id': `Root=${ROOT};Sampled=0` },
  ];
  expect(await spansOf(headers)).toEqual([]);
  // It is logged all the same, with the caller's trace.
  const lines = app?.lines.filter(({ body }) => body === 'GET /api/data 200');
  expect(lines?.map(({ trace_id, trace_flags }) => [trace_id, trace_flags])).toEqual(headers.map(() => [TRACE, '00']));
});

it('grants callers only so many traces a second, and then decides by itself', async () => {
  const headers = Array.from({ length: 40 }, (_, index) => ({
    traceparent: `00-${String(index + 1).padStart(32, '0')}-${PARENT}-01`,
  }));
  const env = { ...NEVER_BY_ITSELF, ZAPP_TRUSTED_PARENTS_PER_SECOND: '3' };
  const start = performance.now();
  const granted = (await spansOf(headers, env)).length;
  const seconds = (performance.now() - start) / 1000;
  expect(granted).toBeGreaterThanOrEqual(3);
  expect(granted).toBeLessThanOrEqual(3 + 3 * seconds);
});

it('trusts nobody when told so', async () => {
  const env = { ...NEVER_BY_ITSELF, ZAPP_TRUSTED_PARENTS_PER_SECOND: '0' };
  expect(await spansOf([{ traceparent: `00-${TRACE}-${PARENT}-01` }], env)).toEqual([]);
});

it('sends X-Amzn-Trace-Id on when the propagator is named, and traceparent only when it is not', async () => {
  const seen: Record<string, unknown>[] = [];
  const other = createServer(({ headers }, response) => {
    seen.push(headers);
    response.end('{}');
  }).listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as { port: number };
  for (const propagators of ['', 'xray,tracecontext']) {
    app = await runApp({ receiver, env: { EXTERNAL_URL: `http://127.0.0.1:${port}/`, OTEL_PROPAGATORS: propagators } });
    await (await app.get('/external', { traceparent: `00-${TRACE}-${PARENT}-01` })).text();
    await app.stop();
  }
  other.close();
  const amzn = expect.stringMatching(new RegExp(`^Root=${ROOT};Parent=[0-9a-f]{16};Sampled=1$`));
  expect(seen[0]).toMatchObject({ traceparent: expect.stringContaining(TRACE) });
  expect(seen[0]).not.toHaveProperty('x-amzn-trace-id');
  expect(seen[1]).toMatchObject({ traceparent: expect.stringContaining(TRACE), 'x-amzn-trace-id': amzn });
});

it('says at the start what it does not understand, and goes on', async () => {
  app = await runApp({ receiver, env: { OTEL_TRACES_SAMPLER: 'sometimes', OTEL_PROPAGATORS: 'pigeon' } });
  await app.untilLine(({ body }) => body.includes('OTEL_TRACES_SAMPLER=sometimes is not known'));
  await app.untilLine(({ body }) => body.includes('OTEL_PROPAGATORS names pigeon'));
  await (await app.get('/api/data')).text();
  await receiver.until(() => receiver.spans.length > 0);
});
