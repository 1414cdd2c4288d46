import { describe, expect, it } from 'vitest';
import { parseSource } from './source-document.ts';

describe('parseSource', () => {
  it.each([
    ['!Ref A', { Ref: 'A' }],
    ['!Condition A', { Condition: 'A' }],
    ['!GetAtt A.Outputs.B', { 'Fn::GetAtt': ['A', 'Outputs.B'] }],
    ['!GetAtt [A, B]', { 'Fn::GetAtt': ['A', 'B'] }],
    ['!Sub "${A}"', { 'Fn::Sub': '${A}' }],
    ['!Sub ["${A}", { A: !Ref B }]', { 'Fn::Sub': ['${A}', { A: { Ref: 'B' } }] }],
    [
      '!If [A, !Ref "AWS::NoValue", { b: !GetAZs "" }]',
      { 'Fn::If': ['A', { Ref: 'AWS::NoValue' }, { b: { 'Fn::GetAZs': '' } }] },
    ],
    ['!Transform { Name: A }', { 'Fn::Transform': { Name: 'A' } }],
  ])('puts %s into its long form', (text, value) => {
    expect(parseSource(`x: ${text}`).value).toEqual({ x: value });
  });

  it('reads JSON, tabs and all', () => {
    expect(parseSource('{\n\t"a": [1,\n\t{"b": true}]\n}').value).toEqual({ a: [1, { b: true }] });
  });

  it('keeps a date a string, as CloudFormation does', () => {
    expect(parseSource('AWSTemplateFormatVersion: 2010-09-09').value).toEqual({
      AWSTemplateFormatVersion: '2010-09-09',
    });
  });

  it.each([
    ['a: [1\nb: 2', 2, 1],
    ['a: 1\na: 2', 2, 1],
    ['a: 1\nb: !Reff x', 2, 4],
    ['a:\n  b: 1\n c: 2', 3, 1],
  ])('says where %j is broken', (text, line, column) => {
    const { faults, value } = parseSource(text);
    expect(faults[0]).toMatchObject({ line, column });
    expect(value).toBeUndefined();
  });

  const bomb = (levels: number) => [
    'k0: &k0 [x]',
    ...Array.from({ length: levels }, (_, i) => `k${i + 1}: &k${i + 1} [${`*k${i}, `.repeat(9)}]`),
  ];
  const chain = (length: number) => [
    'k0: &k0 [x]',
    ...Array.from({ length }, (_, i) => `k${i + 1}: &k${i + 1} [*k${i}]`),
  ];

  it.each([
    ['aliases that explode', bomb(9).join('\n'), 'Aliases such as `*k5` repeat too much', 7],
    ['an alias within its anchor', 'R:\n  A: &x\n    B: [{ C: *x }]', '`*x` stands within its own anchor', 3],
    ['an alias without an anchor', 'R:\n  A: *x', 'No anchor `&x` stands before its alias', 2],
    ['an alias before its anchor', 'R: *x\nS: &x 1', 'No anchor `&x` stands before its alias', 1],
    ['aliases that nest', chain(1000).join('\n'), 'nested too deeply, more than 400 levels', 399],
    ['deep JSON', `{"a":\n${'['.repeat(20_000)}${']'.repeat(20_000)}}`, 'nested too deeply', 2],
    ['deep functions', `a:\n  ${'{"Fn::Not":['.repeat(3000)}1${']}'.repeat(3000)}`, 'nested too deeply', 2],
    ['depth that alone would be walked', `a:\n  ${'['.repeat(500)}${']'.repeat(500)}`, 'nested too deeply', 2],
    ['a deep block', Array.from({ length: 3000 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'), 'nested too deeply', 402],
    ['a merge key', 'a: &a { b: 1 }\nc:\n  <<: *a', 'Merge keys (`<<`) are not read', 3],
    ['half of a character', 'a: 1\nb: "\\ud83d"', 'It has half of a character', 2],
    ['two documents', 'a: 1\n---\nb: 2', 'A second document begins here', 2],
  ])('refuses %s where it stands', (_, text, message, line) => {
    const { faults, value } = parseSource(text);
    expect(faults).toEqual([{ message: expect.stringContaining(message), line, column: expect.any(Number) }]);
    expect(value).toBeUndefined();
  });

  it.each([
    ['an anchor that is used often', `k: &k { Ref: x }\nl: [${'*k, '.repeat(2000)}]`],
    ['an anchor that is set anew', 'a: &a { b: 1 }\nc: [&a 2, *a]'],
    ['depth that a template may have', `a: ${'!Not ['.repeat(50)}1${']'.repeat(50)}`],
    ['a key that only looks like a merge', '"<<": 1'],
  ])('takes %s', (_, text) => {
    expect(parseSource(text).faults).toEqual([]);
  });

  it('locates keys and items, through short forms too, and falls back to the nearest that exists', () => {
    const { locate } = parseSource('a:\n  b:\n    - x\n    - c: !Sub\n        - t\n        - d: 1\n');
    expect(locate(['a', 'b'])).toEqual({ line: 2, column: 3 });
    expect(locate(['a', 'b', 1, 'c', 'Fn::Sub', 1, 'd'])).toEqual({ line: 6, column: 11 });
    expect(locate(['a', 'nothing', 'deeper'])).toEqual({ line: 1, column: 1 });
  });
});
