import { expect, it } from 'vitest';
import { mismatches } from './json-match.ts';
import type { JsonValue } from './json-value.ts';

it.each<[JsonValue, unknown]>([
  [{ a: 1 }, { a: 1, b: 2 }],
  [{}, { a: 1 }],
  [{ a: { b: '<string>' } }, { a: { b: '', c: 1 } }],
  ['<array>', []],
  ['<object>', {}],
  ['<any>', null],
  [{ a: null }, { a: null }],
  [
    [1, '<number>'],
    [1, 0],
  ],
  [{ ok: '<boolean>' }, { ok: false }],
])('%j is what %j holds', (expected, actual) => {
  expect(mismatches(expected, actual)).toEqual([]);
});

it.each<[JsonValue, unknown, string]>([
  [{ a: 1 }, { a: '1' }, 'a: "1" instead of 1'],
  [{ a: null }, {}, 'a: nothing instead of null'],
  ['<object>', [], ': [] instead of "<object>"'],
  ['<object>', null, ': null instead of "<object>"'],
  ['<array>', { length: 0 }, ': {"length":0} instead of "<array>"'],
  [[], [1], ': [1], 1 items instead of []'],
  [[1, 2], [2, 1], '[0]: 2 instead of 1, [1]: 1 instead of 2'],
  [{ a: [{ b: 1 }] }, { a: [{ b: 2 }] }, 'a[0].b: 2 instead of 1'],
  [{ a: 0 }, { a: false }, 'a: false instead of 0'],
])('%j is not what %j holds', (expected, actual, told) => {
  const found = mismatches(expected, actual).map(
    ({ path, seen, expected }) => `${path}: ${seen} instead of ${expected}`,
  );
  expect(found.join(', ')).toBe(told);
});

it('does not take a key for there that is absent, whatever is expected of it', () => {
  expect(mismatches({ a: '<any>' }, {})).toEqual([{ path: 'a', expected: '"<any>"', seen: 'nothing' }]);
  expect(mismatches({ toString: '<any>' }, {})).toHaveLength(1);
});
