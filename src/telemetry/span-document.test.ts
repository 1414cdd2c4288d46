import { expect, it } from 'vitest';
import { DOCUMENTS, EXTERNAL_TRACE, span } from './fixtures.ts';
import { readTraceDocument } from './span-document.ts';
import { judgeSpan } from './span-finding.ts';

const document = (more: object = {}) =>
  JSON.stringify({
    resource: { attributes: { 'service.name': 'shop', 'telemetry.sdk.language': 'nodejs' } },
    scope: { name: '@opentelemetry/instrumentation-http' },
    traceId: EXTERNAL_TRACE,
    spanId: 'c7990851e10fa5d8',
    parentSpanId: '366bd77f2ff01b81',
    flags: 1,
    name: 'GET /external',
    kind: 'SERVER',
    startTimeUnixNano: 1795390768441000000,
    endTimeUnixNano: 1795390768459000000,
    durationNano: 18000000,
    attributes: {
      'http.request.method': 'GET',
      'url.path': '/external',
      'http.route': '/external',
      'http.response.status_code': 200,
      'user_agent.original': 'zap-obs/abcdef01',
    },
    status: { code: 'UNSET' },
    ...more,
  });
const read = (more: object = {}) => readTraceDocument(document(more))[0];

it('reads a span as if X-Ray had made a segment of it', () => {
  expect(read()).toMatchObject({
    ...{ traceId: EXTERNAL_TRACE, id: 'c7990851e10fa5d8', parentId: '366bd77f2ff01b81', name: 'GET /external' },
    ...{ isSubsegment: false, isInProgress: false, isFault: false, isError: false, isInferred: false },
    http: { method: 'GET', status: 200, userAgent: 'zap-obs/abcdef01' },
  });
  expect(read()?.startedAt).toBeCloseTo(1795390768.441, 3);
  expect(read()?.endedAt).toBeCloseTo(1795390768.459, 3);
  const attributes = { 'http.route': '/external', 'url.path': '/external', 'http.response.status_code': '200' };
  const found = judgeSpan(span('GET /external', 'server', attributes), readTraceDocument(document()), 'shop');
  expect(found.passed).toBe(true);
  expect(judgeSpan(span('GET /external', 'server'), readTraceDocument(document()), 'store').passed).toBe(false);
});

it.each([
  ['CLIENT', { isSubsegment: true, namespace: 'remote' }],
  ['SPAN_KIND_PRODUCER', { isSubsegment: true, namespace: 'remote' }],
  [3, { isSubsegment: true, namespace: 'remote' }],
  ['INTERNAL', { isSubsegment: true }],
  ['CONSUMER', { isSubsegment: false }],
  [2, { isSubsegment: false }],
])('knows the kind %s', (kind, expected) => {
  expect(read({ kind })).toMatchObject(expected);
  if (!('namespace' in expected)) expect(read({ kind })).not.toHaveProperty('namespace');
});

it.each([
  [{ status: { code: 'ERROR' } }, true, false],
  [{ status: { code: 'STATUS_CODE_ERROR' }, attributes: {} }, true, false],
  [{ status: { code: 2 }, attributes: { 'http.response.status_code': 404 } }, false, true],
  [{ attributes: { 'http.response.status_code': '503' } }, true, false],
])('knows errors: %o', (more, isFault, isError) => {
  expect(read(more)).toMatchObject({ isFault, isError });
});

it('takes times as texts, roots without parents, and spans that have not ended', () => {
  expect(read({ startTimeUnixNano: '1795390768441000000' })?.startedAt).toBeCloseTo(1795390768.441, 3);
  expect(read({ parentSpanId: '' })).not.toHaveProperty('parentId');
  expect(read({ parentSpanId: '', kind: 'INTERNAL' })?.isSubsegment).toBe(false);
  expect(read({ endTimeUnixNano: undefined })).toMatchObject({ isInProgress: true });
});

it('reads segments as ever, and nothing of what is neither', () => {
  expect(readTraceDocument(DOCUMENTS[0], EXTERNAL_TRACE)).toMatchObject([{ id: '6600bd9337403632' }]);
  for (const text of ['', 'x', '1', 'null', '[]', '{}', '{"spanId":"a","name":"b"}', document({ name: 1 })])
    expect(readTraceDocument(text)).toEqual([]);
});

it('reads nothing from a document that is nested without end', () => {
  const deep = `${'{"name":"a","id":"1","subsegments":['.repeat(20_000)}${']}'.repeat(20_000)}`;
  expect(readTraceDocument(deep, '1-6b037d30-72ff24b47bebbb10741725ad')).toEqual([]);
});
