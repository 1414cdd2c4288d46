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

  it('locates keys and items, through short forms too, and falls back to the nearest that exists', () => {
    const { locate } = parseSource('a:\n  b:\n    - x\n    - c: !Sub\n        - t\n        - d: 1\n');
    expect(locate(['a', 'b'])).toEqual({ line: 2, column: 3 });
    expect(locate(['a', 'b', 1, 'c', 'Fn::Sub', 1, 'd'])).toEqual({ line: 6, column: 11 });
    expect(locate(['a', 'nothing', 'deeper'])).toEqual({ line: 1, column: 1 });
  });
});
