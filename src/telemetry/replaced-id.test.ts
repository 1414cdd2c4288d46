import { expect, it } from 'vitest';
import { replacedId } from './replaced-id.ts';

const OWN = '6b037d3072ff24b47bebbb10741725ad';
const OTHER = '6b037d3172ff24b47bebbb10741725ad';

it.each([
  [{ traceparent: `00-${OTHER}-366bd77f2ff01b81-01` }, 'traceparent'],
  [{ traceresponse: `00-${OTHER}-366bd77f2ff01b81-01` }, 'traceresponse'],
  [{ 'X-Amzn-Trace-Id': 'Root=1-6b037d31-72ff24b47bebbb10741725ad;Sampled=1' }, 'x-amzn-trace-id'],
  [{ 'X-Amzn-Trace-Id': 'Self=1-1;Root=1-6b037d31-72ff24b47bebbb10741725ad' }, 'x-amzn-trace-id'],
])('sees another trace in %o', (headers, header) => {
  expect(replacedId(new Headers(headers as Record<string, string>), OWN)).toEqual({ header, traceId: OTHER });
});

it.each([
  {},
  { traceparent: `00-${OWN}-366bd77f2ff01b81-01` },
  { traceparent: `00-${OWN.toUpperCase()}-366bd77f2ff01b81-01` },
  { traceparent: 'nonsense' },
  { traceresponse: `00-${'0'.repeat(32)}-0000000000000000-00` },
  { 'X-Amzn-Trace-Id': 'Root=1-6b037d30-72ff24b47bebbb10741725ad' },
  { 'X-Amzn-Trace-Id': 'nonsense' },
])('sees none in %o', headers => {
  expect(replacedId(new Headers(headers as Record<string, string>), OWN)).toBeUndefined();
});
