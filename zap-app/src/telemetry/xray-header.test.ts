import { expect, it } from 'vitest';
import { parseXRayHeader } from './xray-header.ts';

const ROOT = '1-67891233-abcdef012345678912345678';
const traceId = '67891233abcdef012345678912345678';
const parentId = '53995c3f42cd8ad8';

it.each([
  [`Root=${ROOT}`, { traceId, wish: 'undecided' }],
  [`Root=${ROOT};Parent=${parentId};Sampled=1`, { traceId, parentId, wish: 'sampled' }],
  [`Sampled=0; Parent=${parentId}; Root=${ROOT}`, { traceId, parentId, wish: 'not sampled' }],
  [`Root=${ROOT};Parent=${parentId};Sampled=?`, { traceId, parentId, wish: 'undecided' }],
  [`Self=1-67891234-12456789abcdef012345678;Root=${ROOT};CalledFrom=app`, { traceId, wish: 'undecided' }],
  [`Root=${ROOT.toUpperCase()};Lineage=a87bd80c:1|68fd508a:5`, { traceId, wish: 'undecided' }],
  // A parent that is none: the trace is kept.
  [`Root=${ROOT};Parent=0000000000000000`, { traceId, wish: 'undecided' }],
  [`Root=${ROOT};Parent=xyz`, { traceId, wish: 'undecided' }],
])('%s', (header, expected) => {
  expect(parseXRayHeader(header)).toEqual(expected);
});

it.each([
  '',
  'Root',
  'Root=',
  `Parent=${parentId};Sampled=1`,
  'Root=2-67891233-abcdef012345678912345678',
  'Root=1-67891233-abcdef0123456789123456',
  'Root=1-67891233-abcdef01234567891234567g',
  'Root=1-00000000-000000000000000000000000',
  `${';'.repeat(2000)}Root=${ROOT}`,
])('%j names no trace', header => {
  expect(parseXRayHeader(header)).toBeUndefined();
});
