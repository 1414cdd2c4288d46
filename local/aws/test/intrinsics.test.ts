import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { handle, startTestAws, type TemplateData, type TestAws } from './support.ts';

let aws: TestAws;
let count = 0;
beforeAll(async () => {
  aws = await startTestAws();
});
afterAll(() => aws.close());

/** Evaluates an expression as the output of a stack of its own. */
async function evaluate(value: unknown, more: TemplateData = {}): Promise<string | undefined> {
  count += 1;
  const name = `expression-${count}`;
  const stack = await aws.create(name, {
    Parameters: {
      Name: { Type: 'String', Default: 'blue' },
      List: { Type: 'CommaDelimitedList', Default: 'a, b,c' },
      Empty: { Type: 'String', Default: '' },
    },
    Mappings: { Sizes: { 'us-east-1': { web: 'large', ports: ['80', '443'] } } },
    Conditions: {
      IsBlue: { 'Fn::Equals': [{ Ref: 'Name' }, 'blue'] },
      IsRed: { 'Fn::Equals': [{ Ref: 'Name' }, 'red'] },
      NotRed: { 'Fn::Not': [{ Condition: 'IsRed' }] },
      Both: { 'Fn::And': [{ Condition: 'NotRed' }, { Condition: 'IsBlue' }] },
      Neither: { 'Fn::Or': [{ Condition: 'IsRed' }, { 'Fn::Equals': ['1', '2'] }] },
    },
    Resources: {
      Vpc: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.20.0.0/16' } },
      Handle: handle(),
    },
    Outputs: { Out: { Value: value } },
    ...more,
  });
  expect(stack.StackStatusReason).toBeUndefined();
  return stack.Outputs?.[0]?.OutputValue?.replaceAll(name, '<stack>');
}

describe('the value of', () => {
  const join = (list: unknown) => ({ 'Fn::Join': ['|', list] });
  test.each<[string, unknown, string]>([
    ['Ref of a parameter', { Ref: 'Name' }, 'blue'],
    ['Ref of a list parameter, spaces trimmed', join({ Ref: 'List' }), 'a|b|c'],
    ['GetAtt', { 'Fn::GetAtt': ['Vpc', 'CidrBlock'] }, '10.20.0.0/16'],
    ['GetAtt as one text', { 'Fn::GetAtt': 'Vpc.CidrBlock' }, '10.20.0.0/16'],
    [
      'Sub of parameters, attributes and literals',
      { 'Fn::Sub': '${Name}-${Vpc.CidrBlock}-${!Name}-$' },
      'blue-10.20.0.0/16-${Name}-$',
    ],
    [
      'Sub with variables, which win over parameters',
      { 'Fn::Sub': ['${Name}/${Other}', { Name: 'own', Other: { Ref: 'Name' } }] },
      'own/blue',
    ],
    ['Sub that does not substitute what it put in', { 'Fn::Sub': ['${A}', { A: '${Name}' }] }, '${Name}'],
    ['Join', { 'Fn::Join': ['-', ['a', { Ref: 'Name' }, 'c']] }, 'a-blue-c'],
    ['Join of nothing', { 'Fn::Join': ['-', ['only']] }, 'only'],
    ['Select', { 'Fn::Select': ['1', { Ref: 'List' }] }, 'b'],
    ['Split', { 'Fn::Select': [2, { 'Fn::Split': [',', 'x,y,z'] }] }, 'z'],
    ['FindInMap', { 'Fn::FindInMap': ['Sizes', { Ref: 'AWS::Region' }, 'web'] }, 'large'],
    ['FindInMap of a list', join({ 'Fn::FindInMap': ['Sizes', 'us-east-1', 'ports'] }), '80|443'],
    ['GetAZs', join({ 'Fn::GetAZs': '' }), 'us-east-1a|us-east-1b|us-east-1c'],
    ['GetAZs of another region', { 'Fn::Select': [0, { 'Fn::GetAZs': 'eu-west-1' }] }, 'eu-west-1a'],
    [
      'Cidr',
      join({ 'Fn::Cidr': [{ 'Fn::GetAtt': ['Vpc', 'CidrBlock'] }, 3, 8] }),
      '10.20.0.0/24|10.20.1.0/24|10.20.2.0/24',
    ],
    ['Cidr across a byte', { 'Fn::Select': [3, { 'Fn::Cidr': ['10.0.255.0/22', '4', '8'] }] }, '10.0.255.0/24'],
    ['Cidr of IPv6', { 'Fn::Select': [1, { 'Fn::Cidr': ['2001:db8::/56', 2, 64] }] }, '2001:db8:0:1::/64'],
    ['Base64', { 'Fn::Base64': 'héllo' }, 'aMOpbGxv'],
    ['If, true', { 'Fn::If': ['IsBlue', 'yes', 'no'] }, 'yes'],
    ['If, false', { 'Fn::If': ['IsRed', 'yes', 'no'] }, 'no'],
    ['And of conditions', { 'Fn::If': ['Both', 'yes', 'no'] }, 'yes'],
    ['Or of conditions', { 'Fn::If': ['Neither', 'yes', 'no'] }, 'no'],
    ['AWS::NoValue in a list', join(['a', { 'Fn::If': ['IsRed', 'b', { Ref: 'AWS::NoValue' }] }, 'c']), 'a|c'],
    ['AWS::Region', { Ref: 'AWS::Region' }, 'us-east-1'],
    ['AWS::AccountId', { Ref: 'AWS::AccountId' }, '000000000000'],
    ['AWS::StackName', { Ref: 'AWS::StackName' }, '<stack>'],
    ['AWS::Partition and URLSuffix', { 'Fn::Sub': '${AWS::Partition}.${AWS::URLSuffix}' }, 'aws.amazonaws.com'],
    ['the empty text', { Ref: 'Empty' }, ''],
  ])('%s', async (_, expression, expected) => {
    expect((await evaluate(expression)) ?? '').toBe(expected);
  });

  test('AWS::StackId is the id of the stack', async () => {
    const stack = await aws.create('own-id', {
      Resources: { A: handle() },
      Outputs: { Id: { Value: { Ref: 'AWS::StackId' } } },
    });
    expect(stack.Outputs?.[0]?.OutputValue).toBe(stack.StackId);
  });

  test('short forms in YAML', async () => {
    const stack = await aws.create(
      'yaml',
      `
Parameters: { Name: { Type: String, Default: x } }
Conditions: { IsX: !Equals [!Ref Name, x] }
Resources: { Vpc: { Type: AWS::EC2::VPC, Properties: { CidrBlock: 10.0.0.0/16 } } }
Outputs:
  A: { Value: !Join ['-', [!Sub '\${Name}', !If [IsX, !GetAtt Vpc.CidrBlock, no], !Select [0, !Split ['.', 'p.q']]]] }
`,
    );
    expect(stack.Outputs?.[0]?.OutputValue).toBe('x-10.0.0.0/16-p');
  });

  test('an SSM dynamic reference', async () => {
    const parameter = {
      Type: 'AWS::SSM::Parameter',
      Properties: { Name: '/a/b', Type: 'String', Value: 'secret-free' },
    };
    await aws.create('parameter', { Resources: { P: parameter } });
    expect(await evaluate('x-{{resolve:ssm:/a/b:1}}')).toBe('x-secret-free');
  });
});

test('a resource whose condition is false is not made, and one that refers to it is refused', async () => {
  const template = {
    Conditions: { Never: { 'Fn::Equals': ['a', 'b'] } },
    Resources: { Off: handle({ Condition: 'Never' }), On: handle() },
    Outputs: { Hidden: { Condition: 'Never', Value: { Ref: 'Off' } }, Shown: { Value: 'x' } },
  };
  const stack = await aws.create('conditional', template);
  expect(stack.Outputs?.map(output => output.OutputKey)).toEqual(['Shown']);
  expect((await aws.story('conditional')).filter(line => line.startsWith('Off'))).toEqual([]);

  const referring = { ...template, Outputs: { Bad: { Value: { Ref: 'Off' } } } };
  expect(await aws.create('referring', referring)).toMatchObject({
    StackStatus: 'ROLLBACK_COMPLETE',
  });
});

describe('Transform: AWS::LanguageExtensions', () => {
  const capabilities = { Capabilities: ['CAPABILITY_AUTO_EXPAND' as const] };

  test('unrolls nested loops in resources and outputs, counts, and writes JSON', async () => {
    const stack = await aws.create(
      'loops',
      {
        Transform: 'AWS::LanguageExtensions',
        Parameters: { Zones: { Type: 'CommaDelimitedList', Default: 'one,two' } },
        Mappings: { M: { a: { b: 'found' } } },
        Resources: {
          'Fn::ForEach::Zones': [
            'Zone',
            { Ref: 'Zones' },
            {
              'Fn::ForEach::Kinds': [
                'Kind',
                ['pub.lic', 'private'],
                {
                  '&{Kind}${Zone}': {
                    Type: 'AWS::SNS::Topic',
                    Properties: { TopicName: { 'Fn::Sub': '${Kind}-${Zone}' }, DisplayName: { Ref: 'Zone' } },
                  },
                },
              ],
            },
          ],
        },
        Outputs: {
          'Fn::ForEach::Out': [
            'Zone',
            { Ref: 'Zones' },
            { 'Out${Zone}': { Value: { 'Fn::GetAtt': ['private${Zone}', 'TopicName'] } } },
          ],
          Count: { Value: { 'Fn::Length': { Ref: 'Zones' } } },
          Json: { Value: { 'Fn::ToJsonString': { a: { Ref: 'AWS::Region' }, n: [1] } } },
          Fallback: { Value: { 'Fn::FindInMap': ['M', 'a', 'none', { DefaultValue: 'default' }] } },
          Found: { Value: { 'Fn::FindInMap': ['M', 'a', 'b', { DefaultValue: 'default' }] } },
        },
      },
      capabilities,
    );
    expect(Object.fromEntries(stack.Outputs?.map(output => [output.OutputKey, output.OutputValue]) ?? [])).toEqual({
      Outone: 'private-one',
      Outtwo: 'private-two',
      Count: '2',
      Json: '{"a":"us-east-1","n":[1]}',
      Fallback: 'default',
      Found: 'found',
    });
    const made = (await aws.story('loops')).filter(
      line => line.endsWith('CREATE_COMPLETE') && !line.startsWith('loops'),
    );
    expect(made.map(line => line.split(' ')[0]).sort()).toEqual(['privateone', 'privatetwo', 'publicone', 'publictwo']);
  });

  test('is needed for what it brings', async () => {
    const without = { Resources: { A: handle() }, Outputs: { Count: { Value: { 'Fn::Length': ['a'] } } } };
    await expect(aws.create('no-transform', without)).resolves.toMatchObject({ StackStatus: 'ROLLBACK_COMPLETE' });
  });

  test('needs CAPABILITY_AUTO_EXPAND, and no other transform is run', async () => {
    const template = { Transform: 'AWS::LanguageExtensions', Resources: { A: handle() } };
    await expect(aws.create('expand', template)).rejects.toMatchObject({
      name: 'InsufficientCapabilitiesException',
      message: 'Requires capabilities : [CAPABILITY_AUTO_EXPAND]',
    });
    await expect(
      aws.create('sam', { ...template, Transform: 'AWS::Serverless-2016-10-31' }, capabilities),
    ).rejects.toThrow(
      /runs no transform but AWS::LanguageExtensions; the template asks for \[AWS::Serverless-2016-10-31\]/,
    );
  });
});
