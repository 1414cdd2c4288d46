import { expect, it } from 'vitest';
import { fieldOf, readLogRecords } from './log-record.ts';

const TRACE = '6b037d305d726a129f7ef91ae956cb3f';
const SPAN = '0f185e3285ab9fcd';
const XRAY = `1-${TRACE.slice(0, 8)}-${TRACE.slice(8)}`;
const TIME = Date.parse('2026-11-22T23:39:28.440Z');

/** The same record in each form; what a form does not have is left out of `lacks`. */
const FORMS: Record<string, { message: string; loggedAt?: number; severity: string; resource?: false }> = {
  'the exporter for CloudWatch Logs': {
    message: JSON.stringify({
      body: 'GET / 200',
      severity_number: 9,
      severity_text: 'INFO',
      flags: 1,
      trace_id: TRACE,
      span_id: SPAN,
      attributes: { 'http.route': '/' },
      scope: { name: 'shop' },
      resource: { 'service.name': 'shop' },
    }),
    loggedAt: TIME,
    severity: 'INFO',
  },
  'OTLP in JSON': {
    message: JSON.stringify({
      resourceLogs: [
        {
          resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] },
          scopeLogs: [
            {
              scope: { name: 'shop' },
              logRecords: [
                {
                  timeUnixNano: `${TIME}000000`,
                  severityNumber: 9,
                  severityText: 'INFO',
                  body: { stringValue: 'GET / 200' },
                  attributes: [{ key: 'http.route', value: { stringValue: '/' } }],
                  traceId: TRACE.toUpperCase(),
                  spanId: SPAN,
                  flags: 1,
                },
              ],
            },
          ],
        },
      ],
    }),
    severity: 'INFO',
  },
  'zap-app on stdout': {
    message: `{"severity":"INFO","timestamp":"2026-11-22T23:39:28.440Z","resource":{"service.name":"shop"},"trace_id":"${TRACE}","span_id":"${SPAN}","trace_flags":"01","attributes":{"http.route":"/"},"body":"GET / 200"}`,
    severity: 'INFO',
  },
  pino: {
    message: `{"level":30,"time":${TIME},"pid":1,"hostname":"x","trace_id":"${TRACE}","span_id":"${SPAN}","trace_flags":"01","http":{"route":"/"},"msg":"GET / 200"}`,
    severity: 'info',
    resource: false,
  },
  'winston, printed by docker compose': {
    message: `web-1  | {"level":"info","message":"GET / 200","timestamp":"2026-11-22T23:39:28.440Z","traceId":"${TRACE}","spanId":"${SPAN}","traceFlags":1,"http.route":"/"}`,
    severity: 'info',
    resource: false,
  },
  structlog: {
    message: `{"event":"GET / 200","level":"info","timestamp":"2026-11-22T23:39:28.440Z","trace_id":"${TRACE}","span_id":"${SPAN}","trace_flags":"01","http.route":"/"}`,
    severity: 'info',
    resource: false,
  },
  "Python's logging": {
    message: `{"asctime":"2026-11-22T23:39:28,440Z","levelname":"INFO","message":"GET / 200","otelTraceID":"${TRACE}","otelSpanID":"${SPAN}","otelTraceSampled":true,"http.route":"/"}`,
    severity: 'INFO',
    resource: false,
  },
  'zap, with the id of X-Ray alone': {
    message: `{"level":"info","ts":${TIME / 1000},"caller":"main.go:1","msg":"GET / 200","xray_trace_id":"${XRAY}","span_id":"${SPAN}","trace_flags":"01","http.route":"/"}`,
    severity: 'info',
    resource: false,
  },
  'the Elastic Common Schema, through the json-file driver': {
    message: JSON.stringify({
      log: `{"@timestamp":"2026-11-22T23:39:28.440Z","log.level":"info","message":"GET / 200","trace":{"id":"${TRACE}","flags":1},"span":{"id":"${SPAN}"},"http":{"route":"/"}}\n`,
      stream: 'stdout',
    }),
    severity: 'info',
    resource: false,
  },
};

it.each(Object.entries(FORMS))('reads %s', (_, { message, loggedAt, severity, resource }) => {
  const [record, ...more] = readLogRecords(message, loggedAt);
  expect(more).toEqual([]);
  expect(record).toMatchObject({ severity, body: 'GET / 200', traceId: TRACE, spanId: SPAN, traceFlags: 1 });
  expect(Math.round(record?.timestamp ?? 0)).toBe(TIME);
  expect(record && fieldOf(record, 'attributes.http.route')).toBe('/');
  if (resource !== false) expect(record && fieldOf(record, 'resource.service.name')).toBe('shop');
  if (resource !== false) expect(record && fieldOf(record, 'attributes.service.name')).toBeUndefined();
});

it('has several records of one export', () => {
  const logRecords = [{ body: { stringValue: 'one' } }, { body: { intValue: '2' } }];
  const message = JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords }] }, {}] });
  expect(readLogRecords(message).map(({ body }) => body)).toEqual(['one', '2']);
});

it.each(['plain text', '', '[1]', '{"broken":', 'GET / {not json}', '"text"'])('finds no record in %j', message => {
  expect(readLogRecords(message)).toEqual([]);
});

it('takes nothing for an id that is none', () => {
  for (const id of ['', '0', '0'.repeat(32), 'xyz', TRACE.slice(1), `${TRACE}0`, 5]) {
    const [record] = readLogRecords(JSON.stringify({ msg: 'a', trace_id: id, span_id: '0'.repeat(16) }));
    expect(record).not.toHaveProperty('traceId');
    expect(record).not.toHaveProperty('spanId');
  }
});

it('has the id in the form of X-Ray as an attribute too, and other keys that no field uses', () => {
  const [record] = readLogRecords(
    JSON.stringify({ msg: 'a', trace_id: TRACE, xray_trace_id: XRAY, user: 'b', level: 30 }),
  );
  expect(record?.attributes).toEqual({ xray_trace_id: XRAY, user: 'b' });
});

it('does not count an empty value as a field, but does count 0 and false', () => {
  const [record] = readLogRecords('{"msg":"","a":"","b":null,"c":0,"d":false,"level":"","trace_flags":"00"}');
  const has = ['body', 'severity', 'trace_flags', 'attributes.a', 'attributes.b', 'attributes.c', 'attributes.d'];
  expect(record && has.filter(field => fieldOf(record, field) !== undefined)).toEqual([
    'trace_flags',
    'attributes.c',
    'attributes.d',
  ]);
  expect(record && fieldOf(record, 'attributes.toString')).toBeUndefined();
});

it.each([
  ['a record of the exporter', `{"body":"a","severity_text":"INFO","trace_id":"${TRACE}","span_id":"${SPAN}"}`, 0],
  ['OTLP', `{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"traceId":"${TRACE}","spanId":"${SPAN}"}]}]}]}`, 0],
  ['a record of no span', '{"body":"a","severity_text":"INFO"}', undefined],
  [
    'a line of a logger, which may not know the flags',
    `{"msg":"a","trace_id":"${TRACE}","span_id":"${SPAN}"}`,
    undefined,
  ],
])('takes flags that are left out for 0 where 0 is left out: %s', (_, message, flags) => {
  expect(readLogRecords(message)[0]?.traceFlags).toBe(flags);
});

it('takes a line that is nested without end for text, and reads one with very many keys', () => {
  const deep = `{"trace_id":"${'a'.repeat(32)}",${'"a":{'.repeat(20_000)}${'}'.repeat(20_001)}`;
  expect(readLogRecords(deep)).toEqual([]);
  const keys = Array.from({ length: 160_000 }, (_, index) => `"k${index}":{}`).join();
  expect(readLogRecords(`{"trace_id":"${'a'.repeat(32)}",${keys}}`)).toMatchObject([{ traceId: 'a'.repeat(32) }]);
});
