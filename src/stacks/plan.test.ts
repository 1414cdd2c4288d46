import { describe, expect, it } from 'vitest';
import { UserFault } from '../runner/fault.ts';
import { describePlan } from './describe-plan.ts';
import { makePlan, type Plan, type PlanInput } from './plan.ts';
import { parseStacksFile } from './stacks-file.ts';
import { parseTemplate } from './template.ts';

type Files = Record<string, string>;

/** A template with these parameters and outputs; `body` is added as it is. */
function template(parameters: Record<string, string>, outputs: string[] = [], body = ''): string {
  const declared = Object.entries(parameters).map(([name, rest]) => `  ${name}: { ${rest} }`);
  return [
    ...(declared.length > 0 ? ['Parameters:', ...declared] : []),
    'Resources:\n  R: { Type: "AWS::SNS::Topic" }',
    ...(outputs.length > 0 ? ['Outputs:', ...outputs.map(name => `  ${name}: { Value: x }`)] : []),
    body,
  ].join('\n');
}

function plan(
  stacksFile: string,
  files: Files,
  overrides: Partial<Omit<PlanInput, 'values'>> & { values?: Record<string, string> } = {},
): Plan {
  const entries = parseStacksFile(stacksFile, 'stacks.yaml');
  const templates = new Map(
    entries.map(entry => {
      const parsed = parseTemplate(files[entry.template] ?? '', entry.template);
      if ('faults' in parsed) throw new UserFault(parsed.faults);
      return [entry.shortName, parsed.template];
    }),
  );
  const values = new Map(
    Object.entries(overrides.values ?? {}).map(([key, value]) => [key, { value, origin: 'parameters' }]),
  );
  return makePlan({
    prefix: 'p',
    entries,
    templates,
    only: [],
    tags: {},
    hasTemplateBucket: false,
    region: 'us-east-1',
    ...overrides,
    values,
  });
}

const TWO = 'stacks:\n  one: { template: one.yaml }\n  two: { template: two.yaml }';

const sources = (made: Plan) =>
  describePlan(made).stacks.flatMap(stack =>
    stack.parameters.map(
      ({ name, source, value }) => `${stack.shortName}.${name} = ${source}${value === undefined ? '' : ` ${value}`}`,
    ),
  );

describe('the source of a parameter, first match wins', () => {
  const files = { 'one.yaml': template({}, ['P']), 'two.yaml': template({ P: 'Type: String, Default: d' }) };
  const rule = (text: string) =>
    `${TWO.replace('{ template: two.yaml }', `{ template: two.yaml, parameters: { P: ${text} } }`)}`;

  it.each<[string, string, Record<string, string>, string]>([
    ['an input for one stack', rule('literal'), { 'two.P': 'a', P: 'b' }, 'two.P = input parameters a'],
    ['an input for all stacks', rule('literal'), { P: 'b' }, 'two.P = input parameters b'],
    ['a literal of the stacks file', rule('literal'), {}, 'two.P = stacks file literal'],
    ['a lookup of the stacks file', rule('{ lookup: s3-prefix-list }'), {}, 'two.P = lookup s3-prefix-list'],
    ['an explicit output', rule('{ from: one.P }'), {}, 'two.P = output of one: P'],
    ['an earlier output of the same name', TWO, {}, 'two.P = output of one: P'],
  ])('%s', (_, stacksFile, values, expected) => {
    expect(sources(plan(stacksFile, files, { values }))).toEqual([expected]);
  });

  it('the default, when no earlier stack has such an output', () => {
    const reversed = 'stacks:\n  two: { template: two.yaml }\n  one: { template: one.yaml }';
    expect(sources(plan(reversed, files))).toEqual(['two.P = default d']);
  });

  it('what is deployed, when there is no default', () => {
    expect(
      sources(plan('stacks:\n  two: { template: two.yaml }', { 'two.yaml': template({ P: 'Type: String' }) })),
    ).toEqual(['two.P = as deployed']);
  });

  it('never shows a NoEcho value', () => {
    expect(
      sources(
        plan(
          'stacks:\n  two: { template: two.yaml }',
          { 'two.yaml': template({ P: 'Type: String, NoEcho: true' }) },
          { values: { P: 'hidden' } },
        ),
      ),
    ).toEqual(['two.P = input parameters ••••']);
  });
});

describe('the order of stacks', () => {
  const order = (made: Plan) => made.stacks.map(({ shortName }) => shortName).join(' ');
  const needs = (made: Plan, name: string) => [...(made.dependencies.get(name) ?? [])];

  it('follows an explicit source to a later stack', () => {
    const stacksFile =
      'stacks:\n  a: { template: a.yaml, parameters: { P: { from: b.Q } } }\n  b: { template: b.yaml }';
    expect(order(plan(stacksFile, { 'a.yaml': template({ P: 'Type: String' }), 'b.yaml': template({}, ['Q']) }))).toBe(
      'b a',
    );
  });

  it('follows depends-on', () => {
    expect(
      order(plan('stacks:\n  a: { template: t, depends-on: [b] }\n  b: { template: t }', { t: template({}) })),
    ).toBe('b a');
  });

  const EXPORTER = (name: string) => template({}, [], `Outputs: { O: { Value: x, Export: { Name: ${name} } } }`);
  const IMPORTER = (name: string) =>
    `Resources:\n  R: { Type: "AWS::SNS::Topic", Properties: { TopicName: !ImportValue ${name} } }`;

  it.each([
    ['a literal name', 'shared', 'shared', ['one']],
    ["a name made from the stack's", '!Sub "${AWS::StackName}-x"', 'p-one-x', ['one']],
    ['a joined name', '!Join ["-", [!Ref "AWS::Region", x]]', 'us-east-1-x', ['one']],
    ['an export of somebody else', 'shared', 'foreign', []],
    ['an export whose name only AWS knows', '!Sub "${AWS::AccountId}-x"', 'foreign', ['one']],
    ['an import whose name only AWS knows', 'shared', '{ "Fn::Sub": "${AWS::AccountId}-x" }', ['one']],
  ])('follows an import by %s', (_, exported, imported, expected) => {
    const text = imported.startsWith('{')
      ? `Resources:\n  R: { Type: "AWS::SNS::Topic", Properties: { TopicName: { "Fn::ImportValue": ${imported} } } }`
      : IMPORTER(imported);
    expect(needs(plan(TWO, { 'one.yaml': EXPORTER(exported), 'two.yaml': text }), 'two')).toEqual(expected);
  });

  it('follows an import from a loop, whose exports only CloudFormation will know', () => {
    const loop =
      'Transform: AWS::LanguageExtensions\nResources: { T: { Type: "AWS::SNS::Topic" } }\nOutputs: { "Fn::ForEach::Each": [N, [A], { "O${N}": { Value: x, Export: { Name: !Sub "s-${N}" } } }] }';
    expect(needs(plan(TWO, { 'one.yaml': loop, 'two.yaml': IMPORTER('s-A') }), 'two')).toEqual(['one']);
  });

  it('follows an uncertain import to a later stack too, but never into a circle', () => {
    const unknown = IMPORTER('!Sub "${AWS::AccountId}-x"')
      .replace('!ImportValue !Sub', '!ImportValue { "Fn::Sub":')
      .replace('-x"', '-x" }');
    expect(order(plan(TWO, { 'one.yaml': unknown, 'two.yaml': EXPORTER('shared') }))).toBe('two one');
    const both = `${unknown}\nOutputs: { O: { Value: x, Export: { Name: other } } }`;
    expect(order(plan(TWO, { 'one.yaml': both, 'two.yaml': both }))).toBe('two one');
  });

  it('keeps what `only` leaves out as a dependency, but does not deploy it', () => {
    const made = plan(
      TWO,
      { 'one.yaml': template({}, ['P']), 'two.yaml': template({ P: 'Type: String' }) },
      { only: ['two'] },
    );
    expect(made.stacks.map(({ stackName }) => stackName)).toEqual(['p-two']);
    expect(made.leftOut).toEqual(['one']);
  });
});

describe('what can be known to be wrong is an error of the plan', () => {
  const faultOf = (run: () => unknown): string => {
    try {
      run();
    } catch (error) {
      if (error instanceof UserFault) return error.message;
      throw error;
    }
    return 'accepted';
  };
  const files = {
    'one.yaml': template({}, ['P']),
    'two.yaml': template({ P: 'Type: String', Count: 'Type: Number, Default: 1' }),
  };

  it.each<[string, () => unknown, string]>([
    [
      'a cycle',
      () =>
        plan('stacks:\n  a: { template: t, depends-on: [b] }\n  b: { template: t, depends-on: [a] }', {
          t: template({}),
        }),
      'stacks.yaml:2:3: The stacks depend on each other in a circle: a → b → a',
    ],
    [
      'an unknown parameter',
      () => plan(TWO, files, { values: { Cuont: '2' } }),
      'Input `parameters` sets parameter `Cuont`, which no template has. Did you mean `Count`?',
    ],
    [
      'a parameter of another stack',
      () => plan(TWO, files, { values: { 'one.Count': '2' } }),
      'which the template of `one` does not have',
    ],
    ['a parameter of no stack', () => plan(TWO, files, { values: { 'twoo.Count': '2' } }), 'Did you mean `two`?'],
    [
      'a refused value',
      () => plan(TWO, files, { values: { Count: 'many' } }),
      'The template two.yaml refuses this value of parameter `Count` (input `parameters`). Seen: `many`. Accepted: a number.',
    ],
    [
      'a refused literal',
      () => plan(TWO.replace('two.yaml }', 'two.yaml, parameters: { Count: x } }'), files),
      'stacks.yaml:3:44: The template two.yaml refuses this value of parameter `Count`',
    ],
    [
      'a refused default',
      () => plan('stacks:\n  a: { template: t }', { t: template({ P: 'Type: Number, Default: x' }) }),
      't:2:22: The template t refuses this value',
    ],
    [
      'a rule for an unknown parameter',
      () => plan(TWO.replace('two.yaml }', 'two.yaml, parameters: { Q: x } }'), files),
      'Template two.yaml has no parameter `Q`',
    ],
    [
      'an output that does not exist',
      () => plan(TWO.replace('two.yaml }', 'two.yaml, parameters: { P: { from: one.Q } } }'), files),
      'Stack `one` has no output `Q`',
    ],
    [
      'two sources',
      () =>
        plan('stacks:\n  a: { template: o }\n  b: { template: o }\n  c: { template: i }', {
          o: template({}, ['P']),
          i: template({ P: 'Type: String' }),
        }),
      'has two sources: the outputs of `a` and `b`. Say which under `stacks.c.parameters`, such as `P: { from: a.P }`.',
    ],
    [
      'an unknown stack in only',
      () => plan(TWO, files, { only: ['tow'] }),
      'Input `only` names no stack of the stacks file. Seen: `tow`. Did you mean `two`?',
    ],
    [
      'a stack name that is too long',
      () => plan(TWO, files, { prefix: `p${'x'.repeat(125)}` }),
      'A stack name may have 128 characters at most',
    ],
    [
      'a large template without a bucket',
      () => plan(TWO, { ...files, 'one.yaml': `${files['one.yaml']}\n# ${'x'.repeat(51_200)}` }),
      'Name a bucket in input `template-bucket`',
    ],
    [
      'a template that no bucket helps',
      () =>
        plan(
          TWO,
          { ...files, 'one.yaml': `${files['one.yaml']}\n# ${'x'.repeat(1024 ** 2)}` },
          { hasTemplateBucket: true },
        ),
      'larger than the 1 MB that CloudFormation takes',
    ],
  ])('%s', (_, run, message) => {
    expect(faultOf(run)).toContain(message);
  });

  it('never prints a refused NoEcho value', () => {
    const message = faultOf(() =>
      plan(
        'stacks:\n  a: { template: t }',
        { t: template({ P: 'Type: Number, NoEcho: true' }) },
        { values: { P: 'hidden' } },
      ),
    );
    expect(message).toContain('Seen: a NoEcho value');
    expect(message).not.toContain('hidden');
  });

  it('takes a large template when there is a bucket', () => {
    const made = plan(
      TWO,
      { ...files, 'one.yaml': `${files['one.yaml']}\n# ${'x'.repeat(51_200)}` },
      { hasTemplateBucket: true },
    );
    expect(made.stacks.map(({ needsUpload }) => needsUpload)).toEqual([true, false]);
  });
});
