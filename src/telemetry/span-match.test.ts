import { expect, it } from 'vitest';
import type { Segment } from './backends.ts';
import { DOCUMENTS, EXTERNAL_TRACE, span } from './fixtures.ts';
import { readSegments } from './segment.ts';
import { judgeSpan } from './span-finding.ts';
import { attributeOf } from './span-match.ts';

const segments = DOCUMENTS.flatMap(document => readSegments('1-6b037d30-72ff24b47bebbb10741725ad', document));

/** A segment made of these parts. */
function segment(document: object): Segment[] {
  return readSegments(EXTERNAL_TRACE, JSON.stringify({ id: 'a', trace_id: 'x', ...document }));
}

it('reads segments with their trace, parents and what is nested in them', () => {
  expect(segments.map(({ id, parentId, isSubsegment, traceId }) => [id, parentId, isSubsegment, traceId])).toEqual([
    ['6600bd9337403632', '366bd77f2ff01b81', false, EXTERNAL_TRACE],
    ['25ba56e9cad017b0', '6600bd9337403632', true, EXTERNAL_TRACE],
    ['c7990851e10fa5d8', '25ba56e9cad017b0', false, EXTERNAL_TRACE],
  ]);
  const nested = segment({
    name: 'a',
    subsegments: [{ id: 'b', name: 'query', subsegments: [{ id: 'c', name: 'deep', namespace: 'remote' }] }],
  });
  expect(nested.map(({ name, parentId, isSubsegment }) => [name, parentId, isSubsegment])).toEqual([
    ['a', undefined, false],
    ['query', 'a', true],
    ['deep', 'b', true],
  ]);
  expect(readSegments('x', 'no JSON')).toEqual([]);
  expect(readSegments('x', '{"id":"a"}')).toEqual([]);
});

it.each([
  [
    'GET /external',
    'server',
    { 'http.route': '/external', 'http.response.status_code': '200', 'url.path': '/external' },
  ],
  ['GET /api/data', 'server', { 'server.address': '127.0.0.1', 'server.port': '25000', 'url.scheme': 'http' }],
  [
    'GET',
    'client',
    { 'url.full': 'http://127.0.0.1:25000/api/data?page=2', 'url.query': 'page=2', 'network.peer.port': '25000' },
  ],
  ['GET /external', 'server', { 'user_agent.original': undefined, 'client.address': undefined }],
] as const)('finds %s (%s)', (name, kind, attributes) => {
  expect(judgeSpan(span(name, kind, attributes), segments, 'zap-app')).toMatchObject({ passed: true });
});

it.each([
  [
    'GET /missing',
    'server',
    {},
    'No span of that name is in the traces that have arrived; there are `GET`, `GET /api/data`, `GET /external`',
  ],
  ['GET /external', 'client', {}, "The span is there, but it is a server's, not of kind client"],
  ['GET', 'internal', {}, 'The span is there, but it is a call (remote), not of kind internal'],
  [
    'GET /external',
    'server',
    { 'http.route': '/other', user: undefined },
    'without `user`; `http.route` is `/external` instead of `/other`',
  ],
  ['zap-app', 'server', {}, 'No span of that name'],
] as const)('does not take anything for %s (%s)', (name, kind, attributes, cause) => {
  const finding = judgeSpan(span(name, kind, attributes), segments, 'zap-app');
  expect(finding).toMatchObject({ passed: false });
  expect(finding.cause).toContain(cause);
});

it('does not put attributes together from two segments', () => {
  const attributes = { 'http.route': '/external', 'network.peer.port': '53354', 'url.path': '/api/data' };
  expect(judgeSpan(span('GET /external', 'server', attributes), segments, 'zap-app').passed).toBe(false);
});

it("tells another service's span from one's own", () => {
  const found = judgeSpan(span('GET /external', 'server'), segments, 'shop');
  expect(found).toMatchObject({ passed: false, cause: 'The span is there, but of service `zap-app`, not `shop`' });
});

it('knows spans by their name where X-Ray keeps it, without the characters that it does not', () => {
  const internal = segment({ name: 'work a b', type: 'subsegment', metadata: { default: { n: 3 } } });
  expect(judgeSpan(span('work <a> (b)', 'internal', { n: '3' }), internal, 'shop').passed).toBe(true);
  const queue = segment({ name: 'orders process', parent_id: 'z' });
  expect(judgeSpan(span('orders process', 'consumer'), queue, 'shop').passed).toBe(true);
  const call = segment({
    name: 'Inventory',
    type: 'subsegment',
    namespace: 'remote',
    metadata: { default: { 'rpc.service': 'shop.Inventory', 'rpc.method': 'Get' } },
  });
  expect(judgeSpan(span('shop.Inventory/Get', 'client'), call, 'shop').passed).toBe(true);
});

it('finds attributes among annotations too, also where dots have become underscores', () => {
  const [one] = segment({
    name: 'a',
    annotations: { 'http.route': '/x', shop_kind: 'b', zero: 0 },
    sql: { database_type: 'pg' },
  });
  const read = (key: string) => one && attributeOf(one, key);
  expect([read('http.route'), read('shop.kind'), read('zero'), read('db.system'), read('url.path')]).toEqual([
    '/x',
    'b',
    0,
    'pg',
    undefined,
  ]);
});
