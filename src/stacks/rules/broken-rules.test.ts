import { describe, expect, it } from 'vitest';
import { renderFault } from '../../runner/fault.ts';
import { type Changes, changedPlan, type Sources } from '../../tooling/changed-plan.ts';
import { scopesOf } from '../evaluation/scope.ts';
import { brokenRules } from './broken-rules.ts';

const TOPIC = 'Resources: { T: { Type: "AWS::SNS::Topic" } }\n';

function brokenOf(sources: Sources, changes: Changes = {}): string[] {
  const { stacks } = changedPlan(sources, changes);
  const scopes = scopesOf({ stacks }, 'us-east-1');
  return [...scopes.values()].flatMap(scope => brokenRules(scope, stacks)).map(renderFault);
}

describe('an assertion', () => {
  const PARAMETERS = `Parameters:
  Size: { Type: String, Default: s }
  Count: { Type: Number, Default: 2 }
  Version: { Type: String, Default: "1.10" }
  Empty: { Type: CommaDelimitedList, Default: "" }
  Names: { Type: CommaDelimitedList, Default: "a, b" }
  Open: { Type: String }
  Secret: { Type: String, NoEcho: true, Default: s }
  Stored: { Type: "AWS::SSM::Parameter::Value<String>", Default: s }
  VpcId: { Type: "AWS::EC2::VPC::Id" }
`;
  const verdict = (assert: string, condition?: string) => {
    const rule = `Rules:\n  R:\n${condition ? `    RuleCondition: ${condition}\n` : ''}    Assertions: [{ Assert: ${assert} }]\n`;
    return brokenOf({ one: { file: 't.yaml', text: PARAMETERS + rule + TOPIC } }).length === 0 ? 'passes' : 'broken';
  };

  it.each([
    ['!Equals [!Ref Size, s]', 'passes'],
    ['!Equals [!Ref Size, m]', 'broken'],
    ['!Not [!Equals [!Ref Size, s]]', 'broken'],
    ['!Equals [!Ref Count, 2]', 'passes'],
    ['!Equals [!Ref Count, 3]', 'broken'],
    ['!And [!Equals [!Ref Size, s], !Equals [!Ref Count, 3]]', 'broken'],
    ['!Or [!Equals [!Ref Size, s], !Equals [!Ref Count, 3]]', 'passes'],
    ['!Or [!Equals [!Ref Size, m], !Equals [!Ref Count, 3]]', 'broken'],
    ['!Contains [[s, m], !Ref Size]', 'passes'],
    ['!Contains [[m, l], !Ref Size]', 'broken'],
    ['!Contains [!Ref Names, b]', 'passes'],
    ['!Contains [!Ref Names, c]', 'broken'],
    ['!Contains [!Ref Empty, ""]', 'passes'],
    ['!EachMemberEquals [!Ref Empty, ""]', 'passes'],
    ['!EachMemberEquals [!Ref Names, ""]', 'broken'],
    ['!EachMemberEquals [!Ref Names, a]', 'broken'],
    ['!EachMemberIn [!Ref Names, [a, b, c]]', 'passes'],
    ['!EachMemberIn [!Ref Names, [a, c]]', 'broken'],
    ['!EachMemberIn [[a], !Ref Names]', 'passes'],
    ['!Not [!EachMemberEquals [!Ref Empty, ""]]', 'broken'],
    ['!Not [!EachMemberIn [!Ref Empty, [a, ""]]]', 'broken'],
    ['!Contains [!Ref Empty, a]', 'broken'],
    ['!EachMemberEquals [[""], a]', 'broken'],
    ['!Equals [!Ref AWS::Region, eu-central-1]', 'broken'],
    ['!Equals [!Contains [[s], !Ref Size], "false"]', 'broken'],
  ])('%s %s', (assert, expected) => {
    expect(verdict(assert)).toBe(expected);
  });

  it.each([
    ['a deployed value', '!Equals [!Ref Open, x]'],
    ['a deployed value, negated', '!Not [!Equals [!Ref Open, x]]'],
    ['a deployed value beside one that holds', '!And [!Equals [!Ref Open, x], !Equals [!Ref Size, s]]'],
    ['a deployed value in a list', '!Contains [[!Ref Open, m], !Ref Size]'],
    ['a NoEcho value', '!Equals [!Ref Secret, x]'],
    ['a value in Parameter Store', '!Equals [!Ref Stored, x]'],
    ['the account', '!Equals [!Ref AWS::AccountId, "111111111111"]'],
    [
      'the resources of the account',
      '!EachMemberIn [!ValueOfAll ["AWS::EC2::Subnet::Id", VpcId], !RefAll "AWS::EC2::VPC::Id"]',
    ],
    ['the resources of the account, negated', '!Not [!Contains [!RefAll "AWS::EC2::VPC::Id", !Ref VpcId]]'],
    ['an attribute in the account', '!Equals [!ValueOf [VpcId, Tags.Department], IT]'],
    ['a list compared with a text', '!Equals [!Ref Names, "a,b"]'],
    ['whether all of nothing is something', '!EachMemberEquals [!Ref Empty, a]'],
    ['whether it is not', '!Not [!EachMemberEquals [!Ref Empty, a]]'],
    ['whether all of nothing is in a list', '!EachMemberIn [!Ref Empty, [a, b]]'],
    ['whether it is not in it', '!Not [!EachMemberIn [!Ref Empty, [a, b]]]'],
    ['whether nothing is in a list of nothing', '!EachMemberIn [[""], !Ref Empty]'],
    ['whether nothing has an empty member', '!Not [!Contains [!Ref Empty, ""]]'],
    ['a number that YAML shortens', '!Equals [!Ref Version, 1.10]'],
  ])('%s is left for CloudFormation', (_, assert) => {
    expect(verdict(assert)).toBe('passes');
  });

  it.each([
    ['holds', '!Equals [!Ref Size, s]', 'broken'],
    ['does not', '!Equals [!Ref Size, m]', 'passes'],
    ['is open', '!Equals [!Ref Open, x]', 'passes'],
    ['is open in the part that does not matter', '!Or [!Equals [!Ref Open, x], !Equals [!Ref Size, s]]', 'broken'],
  ])('whose condition %s', (_, condition, expected) => {
    expect(verdict('!Equals [!Ref Count, 3]', condition)).toBe(expected);
  });
});

describe('what is said', () => {
  const NETWORK = `Parameters: { Nat: { Type: String, Default: none } }
${TOPIC}Outputs:
  Nat: { Value: !Ref Nat }
  Mixed: { Value: !Sub "\${Nat}-x" }
`;
  const app = (parameter: string, type = 'String', more = '') => `Parameters:
  Egress: { Type: String, Default: "" }
  ${parameter}: { Type: ${type} }
${more}Rules:
  Way:
    RuleCondition: !Not [!Equals [!Ref Egress, ""]]
    Assertions:
      - Assert: !Not [!Equals [!Ref ${parameter}, none]]
        AssertDescription: >-
          Egress needs
          a way out.
${TOPIC}`;
  const sources = (parameter: string, more?: string): Sources => ({
    net: { file: 'net.yaml', text: NETWORK },
    app: { file: 'app.yaml', text: app(parameter, 'String', more) },
  });

  it('names the rule, its words, the values, where they come from and the line, across stacks', () => {
    expect(brokenOf(sources('Nat'), { values: { Egress: 'all' } })).toEqual([
      'app.yaml:8:9: Rule `Way` of stack `app` does not hold: Egress needs a way out. Seen: `Egress` `all` (input `parameters`), `Nat` `none` (the default of `net.Nat`). Change `Egress` or `net.Nat`.',
    ]);
  });

  it('knows what another stack passes on', () => {
    expect(brokenOf(sources('Nat'), { values: { Egress: 'all', 'net.Nat': 'single' } })).toEqual([]);
    expect(brokenOf(sources('Nat'), { values: { Egress: 'all', 'net.Nat': 'single', 'app.Nat': 'none' } })).toEqual([
      expect.stringContaining('`Nat` `none` (input `parameters`). Change `Egress` or `Nat`.'),
    ]);
  });

  it('names the output when it is more than a parameter', () => {
    const text = app('Mixed').replace(', none]', ', none-x]');
    const broken = brokenOf({ ...sources('Nat'), app: { file: 'app.yaml', text } }, { values: { Egress: 'all' } });
    expect(broken).toEqual([
      expect.stringContaining('`Mixed` `none-x` (output `net.Mixed`). Change `Egress` or `Mixed`.'),
    ]);
  });

  it('leaves what a stack outside of the run provides to CloudFormation', () => {
    expect(brokenOf(sources('Nat'), { values: { Egress: 'all' }, only: ['app'] })).toEqual([]);
  });

  it('leaves a template that a macro changes to CloudFormation', () => {
    expect(brokenOf(sources('Nat', 'Transform: Own\n'), { values: { Egress: 'all' } })).toEqual([]);
    expect(
      brokenOf(sources('Nat', 'Transform: AWS::LanguageExtensions\n'), { values: { Egress: 'all' } }),
    ).toHaveLength(1);
  });

  it('never shows a NoEcho value', () => {
    const text = `Parameters:
  Key: { Type: String, NoEcho: true, Default: hidden }
  Size: { Type: String, Default: s }
Rules: { R: { Assertions: [{ Assert: !And [!Equals [!Ref Key, x], !Equals [!Ref Size, m]] }] } }
${TOPIC}`;
    const broken = brokenOf({ one: { file: 't.yaml', text } });
    expect(broken).toEqual([
      expect.stringContaining('an assertion is false. Seen: `Key` a NoEcho value (the default of'),
    ]);
    expect(broken.join()).not.toContain('hidden');
  });

  it('tells each assertion that is false', () => {
    const text = `Parameters: { Size: { Type: String, Default: s } }
Rules: { R: { Assertions: [{ Assert: !Equals [!Ref Size, m] }, { Assert: !Equals [!Ref Size, s] }, { Assert: !Equals [!Ref Size, l] }] } }
${TOPIC}`;
    expect(brokenOf({ one: { file: 't.yaml', text } })).toHaveLength(2);
  });
});
