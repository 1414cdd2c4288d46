import { expect, it } from 'vitest';
import type { Segment } from './backends.ts';
import type { LogEvidence, TraceEvidence } from './evidence.ts';
import { judgeJoin, unjoinedTraces } from './join.ts';
import { recordOf, traceIds } from './log-fixtures.ts';
import { readLogRecords } from './log-record.ts';
import { readSegments } from './segment.ts';
import { xrayTraceId } from './trace-id.ts';

const IDS = traceIds(3);
const [FIRST = '', SECOND = ''] = IDS;
const SERVER = '0f185e3285ab9fcd';
const INNER = '1111111111111111';

function segmentsOf(
  traceId: string,
  { name = 'shop', ids = [SERVER] }: { name?: string; ids?: string[] } = {},
): Segment[] {
  const [id, ...inner] = ids;
  const subsegments = inner.map(one => ({ name: 'work', id: one, start_time: 1 }));
  return readSegments(xrayTraceId(traceId), JSON.stringify({ name, id, start_time: 1, subsegments }));
}
const traceOf = (traceId: string, more?: Parameters<typeof segmentsOf>[1]): TraceEvidence => ({
  traceId,
  segments: segmentsOf(traceId, more),
});
const logOf = (traceId: string, ...more: object[]): LogEvidence => ({
  traceId,
  records: (more.length > 0 ? more : [{}]).flatMap(fields =>
    readLogRecords(recordOf(traceId, fields)).map(record => ({ record, times: 1 })),
  ),
});
const judge = (traces: TraceEvidence[], logs: LogEvidence[]) => judgeJoin('shop', traces, logs).logs;
const judgeSpans = (traces: TraceEvidence[], logs: LogEvidence[]) => judgeJoin('shop', traces, logs).traces[0];
const passed = (findings: { passed: boolean }[]) => findings.map(one => one.passed);

it('joins records and segments by trace, span and service', () => {
  const found = judge(
    IDS.map(id => traceOf(id)),
    IDS.map(id => logOf(id)),
  );
  expect(found).toEqual([
    { name: 'join: trace ids', passed: true, seen: '3 requests, as 32 digits' },
    { name: 'join: span ids', passed: true, seen: '3 of 3 records name a span' },
    { name: 'join: service', passed: true, seen: '3 of 3 records, and their spans, are of shop' },
  ]);
  expect(judgeSpans([traceOf(FIRST)], [logOf(FIRST)])).toEqual({
    name: 'join: spans of log records',
    passed: true,
    seen: '1 of 1 records name a span that is there',
  });
});

it('wants the form of X-Ray to be of the same trace, wherever a record has it', () => {
  const traces = [traceOf(FIRST), traceOf(SECOND)];
  const withXray = (id: string, xray: string) => logOf(id, { attributes: { 'aws.xray.trace_id': xray } });
  const good = judge(traces, [withXray(FIRST, xrayTraceId(FIRST)), withXray(SECOND, `Root=${xrayTraceId(SECOND)}`)]);
  expect(good[0]).toMatchObject({ passed: true, seen: '2 requests, also in the form of X-Ray on 2 records' });
  const bad = judge(traces, [withXray(FIRST, xrayTraceId(SECOND)), withXray(SECOND, '1-x')]);
  expect(bad[0]).toMatchObject({
    passed: false,
    seen: `${xrayTraceId(SECOND)} instead of ${xrayTraceId(FIRST)}, 1-x instead of ${xrayTraceId(SECOND)}`,
  });
  expect(passed(bad)).toEqual([false, true, true]);
});

it('lists references to spans that are not there, the first five', () => {
  const ids = traceIds(7);
  const logs = ids.map((id, index) => logOf(id, { span_id: index === 0 ? SERVER : INNER }));
  const traces = ids.map(id => traceOf(id));
  expect(passed(judge(traces, logs))).toEqual([true, true, true]);
  expect(judgeSpans(traces, logs)).toMatchObject({
    passed: false,
    seen: `6 of 7 records name a span that is not there: ${ids
      .slice(1, 6)
      .map(id => `${INNER} of ${xrayTraceId(id)}`)
      .join(', ')} and 1 more`,
  });
  expect(unjoinedTraces(traces, logs)).toEqual(ids.slice(1));
});

it('does not find a span in the trace of another request', () => {
  const found = judgeSpans(
    [traceOf(FIRST, { ids: [SERVER, INNER] }), traceOf(SECOND)],
    [logOf(FIRST), logOf(SECOND, { span_id: INNER })],
  );
  expect(found?.passed).toBe(false);
});

it('finds subsegments too, and takes them for those of the service that they lie in', () => {
  const found = judge([traceOf(FIRST, { ids: [SERVER, INNER] })], [logOf(FIRST, {}, { span_id: INNER })]);
  expect(passed(found)).toEqual([true, true, true]);
  expect(found[2]?.seen).toBe('2 of 2 records, and their spans, are of shop');
});

it('wants a span id on one record of each request at least', () => {
  const traces = [traceOf(FIRST), traceOf(SECOND)];
  expect(passed(judge(traces, [logOf(FIRST, {}, { span_id: undefined }), logOf(SECOND)]))).toEqual([true, true, true]);
  const [, without] = judge(traces, [logOf(FIRST, { span_id: undefined }), logOf(SECOND)]);
  expect(without).toMatchObject({ passed: false, seen: expect.stringContaining(`1 of 2 requests bear no span id`) });
});

it('tells of a record and a span that name different services, and takes records of others for theirs', () => {
  const [, , wrong] = judge([traceOf(FIRST, { name: 'unknown_service:node' })], [logOf(FIRST)]);
  expect(wrong).toMatchObject({
    passed: false,
    seen: '1 of 1 records of `shop` name spans of `unknown_service:node`',
    fix: expect.stringContaining('OTEL_SERVICE_NAME'),
  });
  const stock = readSegments(FIRST, JSON.stringify({ name: 'stock', id: INNER, parent_id: SERVER, start_time: 1 }));
  const traces = [{ traceId: FIRST, segments: [...segmentsOf(FIRST), ...stock] }];
  const others = logOf(FIRST, {}, { span_id: INNER, resource: { 'service.name': 'stock' } });
  expect(passed(judge(traces, [others]))).toEqual([true, true, true]);
  // Of the service itself, then, nothing was joined.
  const alone = logOf(FIRST, { span_id: INNER, resource: { 'service.name': 'stock' } });
  expect(passed(judge(traces, [alone]))).toEqual([true, true, false]);
});

it('leaves out what one signal alone has, and what was not sampled', () => {
  const traces = [traceOf(FIRST), { traceId: SECOND, segments: [] }];
  const found = judge(traces, [logOf(FIRST), logOf(SECOND), { traceId: IDS[2] ?? '', records: [] }]);
  expect(found[0]).toMatchObject({ passed: true, seen: '1 request, as 32 digits' });
  const unsampled = logOf(FIRST, { flags: 0, span_id: INNER });
  expect(judge([traceOf(FIRST)], [unsampled])).toEqual(
    found.map(({ name }) => ({ name, passed: true, seen: 'nothing to join: no request was sampled' })),
  );
});

it('has joined nothing when no request has both', () => {
  expect(passed(judge([traceOf(FIRST)], [logOf(SECOND)]))).toEqual([false, false, false]);
  expect(judge([], [logOf(FIRST)])).toEqual([]);
  expect(judge([traceOf(FIRST)], [])).toEqual([]);
});

it('leaves the loss of a whole signal to that signal', () => {
  const nothing = { traces: [], logs: [] };
  expect(judgeJoin('shop', [{ traceId: FIRST, segments: [] }], [logOf(FIRST)])).toEqual(nothing);
  expect(judgeJoin('shop', [traceOf(FIRST)], [{ traceId: FIRST, records: [] }])).toEqual(nothing);
});
