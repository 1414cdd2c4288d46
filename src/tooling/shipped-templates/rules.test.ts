import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestAws, type TestAws } from '../../../local/aws/test/support.ts';
import { scopesOf } from '../../stacks/evaluation/scope.ts';
import { brokenRules } from '../../stacks/rules/broken-rules.ts';
import { changedPlan } from '../changed-plan.ts';
import { type Json, type JsonMap, stacks, type Template } from './templates.ts';
import { intrinsic, isMap, walk } from './walk.ts';

/**
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-rules.html
 * ("Supported functions"); those that look into the account are left out, which no plan could know.
 */
const DOCUMENTED = ['And', 'Or', 'Not', 'Equals', 'Contains', 'EachMemberEquals', 'EachMemberIn'];

describe.each(stacks)('the rules of $file', ({ template }) => {
  const rules = Object.entries(template.Rules ?? {}) as [string, { RuleCondition?: Json; Assertions: JsonMap[] }][];

  it('use only functions that rules are documented to have', () => {
    const used = [...walk(template.Rules ?? {}, '')].flatMap(({ path, value }) => {
      const [name] = intrinsic(value) ?? (isMap(value) && 'Condition' in value ? ['Condition'] : []);
      return name === undefined || name === 'Ref' ? [] : [{ path, name: name.replace('Fn::', '') }];
    });
    expect(used.filter(({ name }) => !DOCUMENTED.includes(name))).toEqual([]);
  });

  it('say in words what each assertion asks for', () => {
    const silent = rules.flatMap(([name, { Assertions }]) =>
      Assertions.filter(({ AssertDescription }) => typeof AssertDescription !== 'string').map(() => name),
    );
    expect(silent).toEqual([]);
  });
});

/** For parameters without a list of what they accept: something, and nothing where that is possible. */
const SAMPLES: Readonly<Record<string, readonly string[]>> = {
  CertificateArn: ['', 'arn:aws:acm:us-east-1:111111111111:certificate/0a0b'],
  DomainName: ['', 'app.example.com'],
  HostedZoneId: ['', 'Z23ABC4XYZL05B'],
  GrafanaSubnetIds: ['', 'subnet-0a', 'subnet-0a,subnet-0b'],
  GrafanaSecurityGroupIds: ['', 'sg-0a'],
  ExternalEgressCidr: ['', '203.0.113.0/24', '0.0.0.0/0'],
  DesiredCount: ['0', '2'],
};

describe('the plan and the local AWS', () => {
  let aws: TestAws | undefined;
  let made = 0;
  beforeAll(async () => {
    aws = await startTestAws();
  });
  afterAll(() => aws?.close());

  it.each(stacks)('judge the rules of $file alike, whatever the values', async ({ template }) => {
    const groups = Object.values(template.Rules ?? {}).map(rule => parametersOf(rule).toSorted());
    const distinct = [...new Map(groups.map(names => [names.join(), names])).values()];
    const outcomes = new Set<string | undefined>();
    for (const names of distinct) {
      const text = JSON.stringify(onlyRules(template, names));
      for (const values of combinations(names, template)) {
        const { stacks: planned } = changedPlan({ one: { file: 't.json', text } }, { values });
        const [scope] = scopesOf({ stacks: planned }, 'us-east-1').values();
        const broken = scope && brokenRules(scope, planned)[0]?.what;
        const parameters = Object.entries(values).map(([ParameterKey, ParameterValue]) => ({
          ParameterKey,
          ParameterValue,
        }));
        const refused = await aws?.create(`rules-${made++}`, text, { Parameters: parameters }).then(
          () => undefined,
          (error: Error) => /^Rule (\w+) failed/.exec(error.message)?.[1] ?? error.message,
        );
        expect(/^Rule `(\w+)`/.exec(broken ?? '')?.[1], JSON.stringify(values)).toBe(refused);
        outcomes.add(refused);
      }
    }
    // Each rule was seen broken, and each group of values without a broken rule.
    expect([...outcomes].sort()).toEqual([...Object.keys(template.Rules ?? {}), undefined].sort());
  });
});

function parametersOf(rule: Json): string[] {
  const names = [...walk(rule, '')].flatMap(({ value }) => {
    const [name, argument] = intrinsic(value) ?? [];
    return name === 'Ref' ? [argument as string] : [];
  });
  return [...new Set(names)];
}

/** The rules of a template that these parameters decide, without the resources. */
function onlyRules({ Parameters, Rules = {} }: Template, names: readonly string[]): JsonMap {
  const decided = Object.entries(Rules).filter(([, rule]) => parametersOf(rule).every(name => names.includes(name)));
  return {
    Parameters: Object.fromEntries(names.map(name => [name, Parameters[name] as unknown as Json])),
    Rules: Object.fromEntries(decided),
    Resources: { Handle: { Type: 'AWS::CloudFormation::WaitConditionHandle' } },
  };
}

/** Every value of each parameter with every one of the others. */
function combinations(names: readonly string[], { Parameters }: Template): Record<string, string>[] {
  const [name, ...others] = names;
  if (name === undefined) return [{}];
  const values = (Parameters[name]?.AllowedValues ?? SAMPLES[name] ?? []).map(String);
  return values.flatMap(value =>
    combinations(others, { Parameters } as Template).map(rest => ({ [name]: value, ...rest })),
  );
}
