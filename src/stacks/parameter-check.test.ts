import { describe, expect, it } from 'vitest';
import { refusal } from './parameter-check.ts';
import type { TemplateParameter } from './template.ts';

const parameter = (overrides: Partial<TemplateParameter>): TemplateParameter => ({
  name: 'P',
  type: 'String',
  noEcho: false,
  ...overrides,
});

describe('a value is refused exactly when CloudFormation would refuse it', () => {
  it.each<[string, Partial<TemplateParameter>, string, string | undefined]>([
    ['pattern must match the whole value', { allowedPattern: '[a-z]+' }, 'abc1', 'a value that matches `[a-z]+`'],
    ['alternatives are anchored as one', { allowedPattern: 'a|b' }, 'ax', 'a value that matches `a|b`'],
    ['a matching value passes', { allowedPattern: '[a-z]+' }, 'abc', undefined],
    ['the constraint description is preferred', { allowedPattern: 'x', constraintDescription: 'an x' }, 'y', 'an x'],

    ...['\\p{Alnum}+', '\\A[a-z]+\\z', '[a-z&&[^x]]+', '[a-z]++', '(?i)ABC', '\\habc', '([a-z]+)+'].map(
      (allowedPattern): [string, Partial<TemplateParameter>, string, undefined] => [
        `left to AWS: ${allowedPattern}`,
        { allowedPattern },
        'abc!'.repeat(20),
        undefined,
      ],
    ),
    ['a class of Unicode', { allowedPattern: '\\p{L}+' }, 'äbc', undefined],
    ['a line break is no character of `.`', { allowedPattern: '.*' }, 'a\nb', 'a value that matches `.*`'],
    ['allowed values', { allowedValues: ['a', 'b'] }, 'c', 'one of `a`, `b`'],
    ['each item of a list is checked', { type: 'CommaDelimitedList', allowedValues: ['a', 'b'] }, 'a, b', undefined],
    ['one bad item of a list is enough', { type: 'CommaDelimitedList', allowedValues: ['a'] }, 'a,c', 'one of `a`'],
    ['an empty string is not a number', { type: 'Number' }, '', 'a number'],
    ['a number in words', { type: 'Number' }, 'two', 'a number'],
    ['below the minimum', { type: 'Number', minValue: 1 }, '0', 'a number of at least 1'],
    ['above the maximum', { type: 'List<Number>', maxValue: 5 }, '1,6', 'a number of at most 5'],
    ['too short', { minLength: 2 }, 'a', 'at least 2 characters'],
    ['too long', { maxLength: 2 }, 'abc', 'at most 2 characters'],
    ['longer than any parameter may be', {}, 'x'.repeat(4097), 'at most 4,096 bytes'],
    [
      'the wrong kind of id',
      { type: 'AWS::EC2::VPC::Id' },
      'subnet-0123456789abcdef0',
      'an id such as `vpc-0123456789abcdef0`',
    ],
    ['a list of ids', { type: 'List<AWS::EC2::Subnet::Id>' }, 'subnet-01234567,subnet-0123456789abcdef0', undefined],
    [
      'an SSM name is not held to the constraints',
      { type: 'AWS::SSM::Parameter::Value<Number>', maxValue: 1 },
      '/a/b',
      undefined,
    ],
  ])('%s', (_, overrides, value, expected) => {
    expect(refusal(parameter(overrides), value)).toBe(expected);
  });
});
