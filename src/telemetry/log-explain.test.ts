import { expect, it } from 'vitest';
import { explainMissing, type LogsSeen, mentionsOf } from './log-explain.ts';
import { RUN, recordOf, traceIds } from './log-fixtures.ts';
import { xrayTraceId } from './trace-id.ts';

const [ID = ''] = traceIds(1);
const OTHER = 'e'.repeat(32);
const explain = (more: Partial<LogsSeen> & { messages?: readonly string[] }) => {
  const { messages, ...rest } = more;
  const recent = messages?.map(message => ({ message }));
  return explainMissing({ run: RUN, lost: 3, sent: 3, mentions: [], recent, most: 50, ...rest });
};
const three = (message: string) => [message, message, message];

it('says that nothing at all has come, without a cause: that lies before the log', () => {
  expect(explain({ messages: [] })).toEqual({ note: expect.stringContaining('Nothing at all') });
  expect(explain({})).toEqual({});
});

it.each([
  ['plain text', 'GET / 200', /without trace ids: 3 events .* in plain text, such as "GET \/ 200"/, /raw_log: true/],
  [
    'JSON',
    '{"msg":"GET / 200"}',
    /without trace ids: 3 events since the first request, such as/,
    /within the active span/,
  ],
  ['an id of zeros', recordOf('0'.repeat(32)), /without trace ids/, /within the active span/],
])('tells of %s without trace ids', (_, message, cause, fix) => {
  const found = explain({ messages: three(message) });
  expect(found.cause).toMatch(cause);
  expect(found.fix).toMatch(fix);
});

it('does not take a few lines of others for the records of many requests', () => {
  const found = explain({ lost: 20, sent: 20, messages: ['health check'] });
  expect(found).not.toHaveProperty('cause');
  expect(found.note).toContain('"health check"');
});

it('does not say that ids are missing where other records of the run have them', () => {
  const found = explain({ lost: 3, sent: 20, messages: three('GET / 200') });
  expect(found).not.toHaveProperty('cause');
  expect(found.note).toContain('bear no trace id');
});

it('tells of other trace ids, surely where the user agent is that of the run', () => {
  const renamed = recordOf(OTHER, { attributes: { 'user_agent.original': `zap-obs/${RUN}` } });
  expect(explain({ lost: 3, sent: 20, messages: ['x', renamed] })).toMatchObject({
    cause: `Records of these requests bear other trace ids than the requests did: 1 record, such as one of ${OTHER}`,
    fix: expect.stringContaining('OTEL_PROPAGATORS'),
  });
  expect(explain({ messages: three(recordOf(OTHER)) }).cause).toContain('all of other traces');
  expect(explain({ lost: 3, sent: 20, messages: three(recordOf(OTHER)) })).toEqual({});
});

it('takes what a collector says of itself for no record, its stack traces included', () => {
  const line = '2026-11-23T05:55:24.685Z\terror\tinternal/base_exporter.go:118\tExporting failed. Rejecting data.\t{}';
  const trace = 'go.opentelemetry.io/collector/exporter/exporterhelper/internal.(*BaseExporter).Send';
  const collectors = [line, trace, trace, trace].map(message => ({ message, source: 'g', stream: 'ecs/collector/1' }));
  expect(explain({ recent: collectors })).toEqual({ note: expect.stringContaining('Nothing at all') });
  const own = three('GET / 200').map(message => ({ message, source: 'g', stream: 'ecs/app/1' }));
  expect(explain({ recent: [...collectors, ...own] }).cause).toContain('3 events since');
});

it('says how many at least where it has not asked for more', () => {
  expect(explain({ messages: Array(50).fill('a') }).cause).toContain('at least 50 events');
});

it.each([
  [`GET / trace=${ID}`, undefined],
  [`GET / trace=${xrayTraceId(ID)} ok`, undefined],
  [`{"msg":"a","dd":{"trace":"${ID}"}}`, 'dd.trace'],
  [`app | {"msg":"GET / ${xrayTraceId(ID)}"}`, 'msg'],
  [`{"list":["${ID}"]}`, 'list.0'],
])('finds the id in %s', (message, key) => {
  const mentions = mentionsOf({ message });
  expect(mentions).toEqual([{ traceId: ID, message, ...(key !== undefined && { key }) }]);
  const { cause, fix } = explain({ mentions });
  expect(cause).toContain(key === undefined ? 'in plain text' : `in \`${key}\``);
  expect(fix).toContain('trace_id');
});

it('finds no id in other digits', () => {
  expect(mentionsOf({ message: `0000 ${'0'.repeat(32)} 1-2-3 ${ID.slice(1)}` })).toEqual([]);
});
