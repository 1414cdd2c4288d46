import { expect, it } from 'vitest';
import { countRecords } from './otlp-count.ts';

const field = (number: number, bytes: readonly number[]) => {
  // Lengths of two bytes, as real messages have.
  return [number * 8 + 2, (bytes.length & 127) | 128, bytes.length >> 7, ...bytes];
};
const resource = (...scopes: number[][]) => field(1, [...field(1, [0]), ...scopes.flatMap(scope => field(2, scope))]);
const scope = (records: number) =>
  Array.from({ length: records }, () =>
    field(2, [...field(2, [1, 2]), 0x09, ...Array(8).fill(0), 0x10, 0x80, 0x01]),
  ).flat();

it.each([
  ['nothing', [], 0],
  ['one', resource(scope(1)), 1],
  ['of several scopes and resources', [...resource(scope(2), scope(3)), ...resource(scope(40))], 45],
  ['beside fields of every type', [0x20, 0x01, 0x2d, 0, 0, 0, 0, ...resource([...field(1, [9]), ...scope(1)])], 1],
])('counts %s', (_what, bytes, expected) => {
  expect(countRecords(Uint8Array.from(bytes))).toBe(expected);
});

it.each([[[0x0a, 0x05, 0x00]], [[0x0a]], [[0x0b]]])('refuses %j', bytes => {
  expect(() => countRecords(Uint8Array.from(bytes))).toThrow(RangeError);
});
