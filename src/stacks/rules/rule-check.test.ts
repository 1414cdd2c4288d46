import { describe, expect, it } from 'vitest';
import { renderFault } from '../../runner/fault.ts';
import { type PathStep, parseSource } from '../source-document.ts';
import { malformedRules } from './rule-check.ts';

function faultsOf(text: string): string[] {
  const document = parseSource(text);
  if (document.faults.length > 0) throw new Error(JSON.stringify(document.faults));
  const place = (path: readonly PathStep[]) => ({ file: 't.yaml', ...document.locate(path) });
  return malformedRules(document.value as Record<string, unknown>, place).map(renderFault);
}

const rule = (assert: string, condition = '') => `Parameters: { Size: {}, Names: {} }
Rules:
  R:${condition && `\n    RuleCondition: ${condition}`}
    Assertions:
      - Assert: ${assert}
`;

describe('malformed rules', () => {
  it.each([
    ['a list', 'Rules: []', 't.yaml:1:1: `Rules` must be a mapping'],
    ['no assertions', 'Rules: { R: { RuleCondition: x } }', 't.yaml:1:10: Rule `R` has no `Assertions`'],
    ['none in the list', 'Rules: { R: { Assertions: [] } }', 'Rule `R` has no `Assertions`'],
    ['one that is no list', 'Rules: { R: { Assertions: { Assert: x } } }', 'Rule `R` has no `Assertions`'],
    [
      'nothing to assert',
      'Rules: { R: { Assertions: [{ AssertDescription: x }] } }',
      't.yaml:1:28: An assertion of rule `R` has no `Assert`',
    ],
    [
      'a slip of the pen',
      rule('{ "Fn::Contain": [[a], b] }'),
      't.yaml:5:9: Rule `R` uses `Fn::Contain`, which is no function of rules. Did you mean `Fn::Contains`?',
    ],
    [
      'a function of conditions',
      rule('!Equals [!Join ["", !Ref Names], ""]'),
      't.yaml:5:32: Rule `R` uses `Fn::Join`, which is no function of rules. Use one of `Fn::And`, `Fn::Or`, `Fn::Not`',
    ],
    ['a condition', rule('!Equals [a, a]', '!Condition C'), 't.yaml:4:5: Rule `R` uses `Condition`, which is no'],
    [
      'too few arguments',
      rule('!Not [!And [!Equals [a, a]]]'),
      'Rule `R` uses `Fn::And` with a wrong number of arguments. Seen: 1. Give a list of 2 to 10.',
    ],
    ['no list of arguments', rule('!Equals a'), '`Fn::Equals` with a wrong number of arguments. Seen: no list. Give'],
    [
      'an unknown parameter',
      rule('!Equals [!Ref Sice, a]'),
      'Rule `R` refers to parameter `Sice`, which is not defined. Did you mean `Size`?',
    ],
    [
      'a text',
      rule('yes it is'),
      't.yaml:5:9: Rule `R` asks for true or false where none can come out. Seen: `yes it is`.',
    ],
    ['a condition that is a text', rule('!Equals [a, a]', 'IsProd'), 't.yaml:4:5: Rule `R` asks for true or false'],
    ['nothing', rule('!Equals [a, a]', 'null'), 'where none can come out. Seen: nothing. Give one rule function'],
    ['a list', rule('[!Equals [a, a]]'), 'none can come out. Seen: a list.'],
    [
      'two functions in one',
      rule('{ "Fn::Equals": [a, a], "Fn::Not": [!Equals [a, b]] }'),
      'Seen: a mapping with `Fn::Equals` and `Fn::Not`.',
    ],
    ['a text in `And`', rule('!And [!Equals [a, a], IsProd]'), 't.yaml:5:39: Rule `R` asks for true or false where'],
    ['a text deep down', rule('!Or [!Not [x], !Equals [a, a]]'), 'Seen: `x`.'],
    ['a list of the account', rule('!Not [!RefAll "AWS::EC2::VPC::Id"]'), 'which `Fn::RefAll` does not give. Give one'],
  ])('%s', (_, text, message) => {
    expect(faultsOf(text).join('\n')).toContain(message);
    expect(faultsOf(text)).toHaveLength(1);
  });

  it.each([
    ['each function', rule('!Not [!Or [!Contains [[a, b], !Ref Size], !EachMemberEquals [!Ref Names, a]]]')],
    [
      'their short forms',
      rule('!EachMemberIn [!ValueOfAll ["AWS::EC2::Subnet::Id", VpcId], !RefAll "AWS::EC2::VPC::Id"]'),
    ],
    ['one of a parameter', rule('!Equals [!ValueOf [Names, VpcId], !Ref AWS::Region]')],
    ['the words for true and false, which AWS may take', rule('"true"', 'false')],
    ['a parameter that may be one of them', rule('!Not [!Ref Size]')],
    ['what a macro may mend', `Transform: Own\n${rule('{ "Fn::Own": x }')}`],
    ['no rules', 'Resources: {}'],
  ])('%s is taken', (_, text) => {
    expect(faultsOf(text)).toEqual([]);
  });
});
