import { expect, it } from 'vitest';
import { lastReceipt } from './witness.ts';

const LINES = [
  '2026-11-23T06:00:00.000000001Z A local simulation of AWS, only X-Ray: nothing here',
  '2026-11-23T06:00:01.100000000Z 06:00:01 logs PutLogEvents 200',
  '2026-11-23T06:00:01.200000000Z 06:00:01 xray PutTraceSegments 200',
  '2026-11-23T06:00:01.300000000Z 06:00:01 logs PutLogEvents 200',
  '2026-11-23T06:00:01.400000000Z 06:00:01 logs PutLogEvents 400 ThrottlingException',
  '2026-11-23T06:00:01.500000000Z 06:00:01 logs FilterLogEvents 200',
];

it('knows when something was taken last, but not what was refused or only asked for', () => {
  expect(lastReceipt(LINES, 'logs')).toBe(Date.parse('2026-11-23T06:00:01.300Z'));
  expect(lastReceipt(LINES, 'traces')).toBe(Date.parse('2026-11-23T06:00:01.200Z'));
  expect(() => lastReceipt(LINES.slice(0, 2), 'traces')).toThrow('PutTraceSegments');
});
