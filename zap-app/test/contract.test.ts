import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type OtlpReceiver, startOtlpReceiver, type Value } from './otlp-receiver.ts';
import { type Line, type RunningApp, runApp } from './run-app.ts';

interface Contract {
  service: string;
  requests: {
    name: string;
    method?: string;
    path: string;
    status: number;
    json: Record<string, Value>;
    traced?: false;
    'calls-itself'?: number;
  }[];
  metrics: { name: string; unit: string; type: string; attributes: string[]; counts?: 'requests' | string[] }[];
  spans: { name: string; kind: string; attributes: string[] | Record<string, Value> }[];
  logs: { fields: string[] };
}

const contract: Contract = parse(readFileSync(new URL('../telemetry.yaml', import.meta.url), 'utf8'));

let receiver: OtlpReceiver;
let app: RunningApp;
const answers = new Map<string, { status: number; json: Record<string, unknown> }>();

beforeAll(async () => {
  receiver = await startOtlpReceiver();
  app = await runApp({ receiver });
  for (const { name, method = 'GET', path } of contract.requests) {
    const answer = await fetch(app.url + path, { method });
    answers.set(name, { status: answer.status, json: (await answer.json()) as Record<string, unknown> });
  }
  // Node samples the delays of its event loop every 10 ms; before the first sample there is none to send. What is still
  // missing after 5 s is named by the test of that metric.
  const all = receiver.until(() => contract.metrics.every(({ name }) => receiver.metrics.has(name)));
  await Promise.race([all, setTimeout(5_000, undefined, { ref: false })]);
  // What is held is sent before the exit.
  expect(await app.stop()).toBe(0);
});
afterAll(() => receiver.close());

it.each(contract.requests)('request $name is answered with $status', ({ name, status, json }) => {
  const answer = answers.get(name);
  expect(answer?.status).toBe(status);
  for (const [key, expected] of Object.entries(json)) {
    const seen = answer?.json[key];
    const kind = Array.isArray(seen) ? 'array' : typeof seen;
    expect(`${expected}`.startsWith('<') ? `<${kind}>` : seen, key).toBe(expected);
  }
});

it.each(contract.metrics)('metric $name is sent', ({ name, unit, type, attributes }) => {
  const metric = receiver.metrics.get(name);
  expect(metric).toMatchObject({ name, unit, type });
  const seen = new Set(metric?.points.flatMap(point => Object.keys(point.attributes)));
  expect([...seen]).toEqual(expect.arrayContaining(attributes));
  // The app's own have those and no others: each one more multiplies the series.
  if (name.startsWith('zapp.')) expect([...seen].sort()).toEqual([...attributes].sort());
});

it.each(contract.metrics.filter(({ counts }) => counts !== undefined))(
  'metric $name counts so many requests, and no more',
  ({ name, counts }) => {
    const counted = contract.requests.filter(one =>
      counts === 'requests' ? one.traced !== false : counts?.includes(one.name),
    );
    const calls = counts === 'requests' ? counted.map(one => one['calls-itself'] ?? 0) : [];
    const expected = calls.reduce((sum, more) => sum + more, counted.length);
    const seen = receiver.metrics.get(name)?.points.map(({ value }) => value) ?? [];
    expect(seen.reduce((sum, value) => sum + value, 0)).toBe(expected);
  },
);

it.each(contract.spans)('span $name of kind $kind is sent', ({ name, kind, attributes }) => {
  const spans = receiver.spans.filter(span => span.name === name && span.kind === kind);
  const wanted = Array.isArray(attributes)
    ? Object.fromEntries(attributes.map(key => [key, expect.anything()]))
    : attributes;
  expect(spans.map(span => span.attributes)).toContainEqual(expect.objectContaining(wanted));
});

/** Fields of the data model, of a line and of a record over OTLP. */
const ofLine = ({ resource, attributes, ...fields }: Line): Record<string, unknown> => ({
  ...fields,
  ...prefixed('attributes', attributes),
  ...prefixed('resource', resource ?? {}),
});
const prefixed = (prefix: string, values: object) =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [`${prefix}.${key}`, value]));

it.each(contract.logs.fields)('log field %s is on the line and in the record over OTLP of a request', field => {
  const line = app.lines.find(({ body }) => body === 'GET /api/data 200');
  const record = receiver.logs.find(({ traceId, body }) => traceId === line?.trace_id && body === line?.body);
  const overOtlp: Record<string, unknown> = {
    ...{ timestamp: line?.timestamp, severity: record?.severity, body: record?.body },
    ...{ trace_id: record?.traceId, span_id: record?.spanId, trace_flags: `0${record?.flags}` },
    ...prefixed('attributes', record?.attributes ?? {}),
    ...prefixed('resource', record?.resource ?? {}),
  };
  expect(line && ofLine(line)[field]).toEqual(expect.anything());
  expect(overOtlp[field]).toEqual(line && ofLine(line)[field]);
});

it('every line that tells of a request comes over OTLP too, and the other way round', () => {
  const told = (logs: { body: string }[]) => logs.map(({ body }) => body).sort();
  // What is said after the telemetry has ended cannot be sent.
  expect(told(receiver.logs)).toEqual(told(app.lines));
});

it('the trace of a request is one: spans, line and record have its id, and X-Ray its form', () => {
  const line = app.lines.find(({ body }) => body === 'GET /external 200');
  const spans = receiver.spans.filter(({ traceId }) => traceId === line?.trace_id);
  expect(spans.map(({ name, kind }) => `${kind} ${name}`).sort()).toEqual([
    'client GET',
    'server GET /api/data',
    'server GET /external',
  ]);
  const [hex = ''] = [line?.trace_id];
  expect(line?.attributes.xray_trace_id).toBe(`1-${hex.slice(0, 8)}-${hex.slice(8)}`);
});

it('the exception of /error is on its span, its record and its line, and in nothing that the client sees', () => {
  const span = receiver.spans.find(({ name }) => name === 'GET /error');
  expect(span).toMatchObject({
    statusCode: 2,
    events: [{ name: 'exception', attributes: { 'exception.type': 'SimulatedError' } }],
  });
  const exception = {
    'exception.type': 'SimulatedError',
    'exception.message': 'This error is simulated',
    'exception.stacktrace': expect.stringContaining('error.ts'),
  };
  expect(app.lines.find(({ body }) => body === '/error failed')?.attributes).toMatchObject(exception);
  expect(receiver.logs.find(({ body }) => body === '/error failed')?.attributes).toMatchObject(exception);
  expect(answers.get('error')?.json).toEqual({ error: 'internal_error', trace_id: span?.traceId });
  expect(receiver.metrics.get('zapp.http.exceptions')?.points).toEqual([
    { attributes: { endpoint: '/error', method: 'GET' }, value: 1 },
  ]);
});

it('/health leaves no span, no measurement and no record', () => {
  expect(receiver.spans.filter(({ attributes }) => attributes['url.path'] === '/health')).toEqual([]);
  for (const name of ['zapp.http.requests', 'zapp.http.request.duration', 'http.server.request.duration']) {
    const routes = receiver.metrics
      .get(name)
      ?.points.map(({ attributes: { endpoint, ...rest } }) => endpoint ?? rest['http.route']);
    expect(routes).not.toContain('/health');
  }
  expect(app.lines.filter(({ body }) => body.includes('/health'))).toEqual([]);
});

it('is sent as the service of the contract', () => {
  expect(receiver.resource['service.name']).toBe(contract.service);
});

it('durations have boundaries in seconds', () => {
  for (const name of ['zapp.http.request.duration', 'http.server.request.duration']) {
    const boundaries = receiver.metrics.get(name)?.points[0]?.boundaries ?? [];
    expect([boundaries[0], boundaries.at(-1)]).toEqual([0.005, 10]);
  }
});
