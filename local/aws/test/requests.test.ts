import { CreateStackCommand, GetTemplateSummaryCommand, ValidateTemplateCommand } from '@aws-sdk/client-cloudformation';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { handle, startTestAws, type TemplateData, type TestAws } from './support.ts';

let aws: TestAws;
beforeAll(async () => {
  aws = await startTestAws();
});
afterAll(() => aws.close());

const resources = { A: handle() };

describe('a template is refused when', () => {
  const vpc = (properties: unknown) => ({ Resources: { V: { Type: 'AWS::EC2::VPC', Properties: properties } } });
  test.each<[string, TemplateData | string, string]>([
    ['it is not YAML', 'Resources: {A: [', 'Template format error: YAML not well-formed. (line 1, column 17)'],
    ['it is not JSON', '{"Resources": ]', 'Template format error: JSON not well-formed. (line 1, column 15)'],
    ['it is no mapping', '- a', 'Template format error: unsupported structure.'],
    [
      'it has no resources',
      { Description: 'x' },
      'Template format error: At least one Resources member must be defined.',
    ],
    [
      'it has a section that does not exist',
      { Resource: {}, Resources: resources },
      'Invalid template property or properties [Resource]',
    ],
    [
      'a logical id has a dash',
      { Resources: { 'a-b': handle() } },
      'Template format error: Resource name a-b is non alphanumeric.',
    ],
    [
      'a resource has no type',
      { Resources: { A: {} } },
      'Template format error: [/Resources/A] Every Resources object must contain a Type member.',
    ],
    [
      'a resource has a member that does not exist',
      { Resources: { A: handle({ Propertys: {} }) } },
      "Invalid template resource property 'Propertys'",
    ],
    [
      'a type does not exist',
      { Resources: { A: { Type: 'AWS::EC2::Vpc' } } },
      'Template format error: Unrecognized resource types: [AWS::EC2::Vpc]',
    ],
    [
      'it has custom resources',
      { Resources: { A: { Type: 'Custom::Thing' } } },
      'Template format error: the local AWS runs no custom resources; the template has [Custom::Thing]',
    ],
    [
      'a Ref leads nowhere',
      vpc({ CidrBlock: { Ref: 'Cidr' } }),
      'Template format error: Unresolved resource dependencies [Cidr] in the Resources block of the template',
    ],
    [
      'a Sub leads nowhere',
      vpc({ CidrBlock: { 'Fn::Sub': '${Cidr}' } }),
      'Template format error: Unresolved resource dependencies [Cidr] in the Resources block of the template',
    ],
    [
      'DependsOn leads nowhere',
      { Resources: { A: handle({ DependsOn: 'B' }) } },
      'Template format error: Unresolved resource dependencies [B] in the Resources block of the template',
    ],
    [
      'an output leads nowhere',
      { Resources: resources, Outputs: { O: { Value: { Ref: 'B' } } } },
      'Template format error: Unresolved resource dependencies [B] in the Outputs block of the template',
    ],
    [
      'GetAtt leads nowhere',
      vpc({ CidrBlock: { 'Fn::GetAtt': ['B', 'Arn'] } }),
      'Template error: instance of Fn::GetAtt references undefined resource B',
    ],
    [
      'an attribute does not exist',
      { ...vpc({}), Outputs: { O: { Value: { 'Fn::GetAtt': ['V', 'Arn'] } } } },
      'Template error: resource V does not support attribute type Arn in Fn::GetAtt',
    ],
    [
      'resources wait for each other',
      { Resources: { A: handle({ DependsOn: 'B' }), B: handle({ DependsOn: 'A' }) } },
      'Circular dependency between resources: [A, B]',
    ],
    [
      'a condition does not exist',
      { Resources: { A: handle({ Condition: 'No' }) } },
      'Template format error: Unresolved condition dependency No in the Resources block of the template',
    ],
    [
      'a condition looks at a resource',
      { Conditions: { C: { 'Fn::Equals': [{ Ref: 'A' }, 'x'] } }, Resources: resources },
      'Template format error: Unresolved dependencies [A]. Cannot reference resources in the Conditions block of the template',
    ],
    [
      'it has too many resources',
      { Resources: Object.fromEntries(Array.from({ length: 501 }, (_, index) => [`A${index}`, handle()])) },
      'Template format error: Number of resources, 501, is greater than maximum allowed, 500',
    ],
  ])('%s', async (_, template, message) => {
    await expect(aws.create('refused', template)).rejects.toMatchObject({ name: 'ValidationError', message });
    await expect(aws.stack('refused')).rejects.toThrow('Stack with id refused does not exist');
  });

  test('its text is longer than 51,200 bytes, counted as bytes', async () => {
    const fits = { Description: '', Resources: resources };
    const room = 51_200 - JSON.stringify(fits).length;
    await expect(aws.create('fits', { ...fits, Description: 'x'.repeat(room) })).resolves.toMatchObject({
      StackStatus: 'CREATE_COMPLETE',
    });
    await expect(aws.create('long', { ...fits, Description: `é${'x'.repeat(room - 1)}` })).rejects.toThrow(
      /'templateBody' failed to satisfy constraint: Member must have length less than or equal to 51200/,
    );
  });

  test('a rule of its own is broken', async () => {
    const template = {
      Parameters: { Env: { Type: 'String' }, Size: { Type: 'String' } },
      Rules: {
        Prod: {
          RuleCondition: { 'Fn::Equals': [{ Ref: 'Env' }, 'prod'] },
          Assertions: [
            { Assert: { 'Fn::Contains': [['l', 'xl'], { Ref: 'Size' }] }, AssertDescription: 'prod is large' },
          ],
        },
      },
      Resources: resources,
    };
    const given = (env: string, size: string) => ({
      Parameters: [
        { ParameterKey: 'Env', ParameterValue: env },
        { ParameterKey: 'Size', ParameterValue: size },
      ],
    });
    await expect(aws.create('rule-1', template, given('prod', 's'))).rejects.toThrow('Rule Prod failed: prod is large');
    await expect(aws.create('rule-2', template, given('prod', 'xl'))).resolves.toMatchObject({
      StackStatus: 'CREATE_COMPLETE',
    });
    await expect(aws.create('rule-3', template, given('dev', 's'))).resolves.toMatchObject({
      StackStatus: 'CREATE_COMPLETE',
    });
  });

  test('a rule uses a function that rules do not have', async () => {
    const template = (condition: unknown) => ({
      Parameters: { Names: { Type: 'CommaDelimitedList', Default: '' } },
      Conditions: { Always: { 'Fn::Equals': ['a', 'a'] } },
      Rules: { Named: { RuleCondition: condition, Assertions: [{ Assert: { 'Fn::Equals': ['a', 'a'] } }] } },
      Resources: resources,
    });
    const joined = { 'Fn::Equals': [{ 'Fn::Join': ['', { Ref: 'Names' }] }, ''] };
    await expect(aws.create('rule-4', template(joined))).rejects.toThrow(
      'Rule Named uses Fn::Join, which is no function of rules',
    );
    await expect(aws.create('rule-5', template({ Condition: 'Always' }))).rejects.toThrow('Rule Named uses Condition');
    const each = { 'Fn::EachMemberEquals': [{ Ref: 'Names' }, ''] };
    await expect(aws.create('rule-6', template(each))).resolves.toMatchObject({ StackStatus: 'CREATE_COMPLETE' });
  });
});

describe('a parameter', () => {
  const VPC = 'vpc-0123456789abcdef0';
  test.each<[string, Record<string, unknown>, string | undefined, string | undefined]>([
    ['without value or default', {}, undefined, 'Parameters: [P] must have values'],
    ['with an allowed value', { AllowedValues: ['a', 'b'] }, 'b', undefined],
    ['with another value', { AllowedValues: ['a', 'b'] }, 'c', "Parameter 'P' must be one of AllowedValues"],
    ['that matches its pattern', { AllowedPattern: '[a-z]+' }, 'abc', undefined],
    [
      'that matches its pattern in part only',
      { AllowedPattern: '[a-z]+' },
      'abc1',
      "Parameter 'P' must match pattern [a-z]+",
    ],
    [
      'whose constraint is described',
      { AllowedPattern: '[a-z]+', ConstraintDescription: 'must be lower case' },
      'A',
      'Parameter P failed to satisfy constraint: must be lower case',
    ],
    ['as short as allowed', { MinLength: 2 }, 'ab', undefined],
    ['too short', { MinLength: 2 }, 'a', "Parameter 'P' must contain at least 2 characters"],
    ['too long', { MaxLength: '2' }, 'abc', "Parameter 'P' must contain at most 2 characters"],
    ['that is a number', { Type: 'Number', MinValue: 1 }, '1', undefined],
    ['that is none', { Type: 'Number' }, 'one', "Parameter 'P' must be a number"],
    ['too small', { Type: 'Number', MinValue: 1 }, '0', "Parameter 'P' must be a number not less than 1"],
    [
      'too large, as numbers compare',
      { Type: 'Number', MaxValue: 9 },
      '10',
      "Parameter 'P' must be a number not greater than 9",
    ],
    ['with a list of numbers', { Type: 'List<Number>' }, '1, 2', undefined],
    ['with a list that is not all numbers', { Type: 'List<Number>' }, '1,b', "Parameter 'P' must be a number"],
    ['with a list of allowed values', { Type: 'CommaDelimitedList', AllowedValues: ['a', 'b'] }, 'a,b', undefined],
    ['with an id', { Type: 'AWS::EC2::VPC::Id' }, VPC, undefined],
    [
      'with a wrong id',
      { Type: 'AWS::EC2::VPC::Id' },
      'subnet-1',
      'Parameter validation failed: parameter value subnet-1 for parameter name P does not exist',
    ],
    [
      'with a list of ids, one wrong',
      { Type: 'List<AWS::EC2::VPC::Id>' },
      `${VPC},x`,
      'Parameter validation failed: parameter value x for parameter name P does not exist',
    ],
    ['of an unknown type', { Type: 'Text' }, 'x', 'Template format error: Unrecognized parameter type: Text'],
    [
      'that SSM does not have',
      { Type: 'AWS::SSM::Parameter::Value<String>' },
      '/none',
      'Unable to fetch parameters [/none] from parameter store for this account.',
    ],
  ])('%s', async (title, declaration, value, message) => {
    const template = { Parameters: { P: { Type: 'String', ...declaration } }, Resources: resources };
    const name = `p${title.replaceAll(/\W/g, '-')}`;
    const created = aws.create(name, template, {
      ...(value !== undefined && { Parameters: [{ ParameterKey: 'P', ParameterValue: value }] }),
    });
    if (message === undefined) await expect(created).resolves.toMatchObject({ StackStatus: 'CREATE_COMPLETE' });
    else await expect(created).rejects.toMatchObject({ name: 'ValidationError', message });
  });

  test('that the template does not have', async () => {
    const Parameters = [{ ParameterKey: 'Extra', ParameterValue: 'x' }];
    await expect(aws.create('extra', { Resources: resources }, { Parameters })).rejects.toThrow(
      'Parameters: [Extra] do not exist in the template',
    );
  });

  test('keeps its value on request, or goes back to the default', async () => {
    const template = (description: string) => ({
      Parameters: { P: { Type: 'String', Default: 'default' }, Secret: { Type: 'String', NoEcho: true } },
      Resources: resources,
      Outputs: { O: { Value: { 'Fn::Sub': '${P} ${Secret}' }, Description: description } },
    });
    const given = [
      { ParameterKey: 'P', ParameterValue: 'given' },
      { ParameterKey: 'Secret', ParameterValue: 'hush' },
    ];
    const created = await aws.create('keeps', template('1'), { Parameters: given });
    expect(created.Parameters).toEqual([
      { ParameterKey: 'P', ParameterValue: 'given' },
      { ParameterKey: 'Secret', ParameterValue: '****' },
    ]);
    const keep = (key: string) => ({ ParameterKey: key, UsePreviousValue: true });
    const kept = await aws.update('keeps', template('2'), { Parameters: [keep('P'), keep('Secret')] });
    expect(kept.Outputs?.[0]?.OutputValue).toBe('given hush');
    const back = await aws.update('keeps', template('3'), { Parameters: [keep('Secret')] });
    expect(back.Outputs?.[0]?.OutputValue).toBe('default hush');
  });

  test('takes its value from SSM', async () => {
    await aws.create('ssm-source', {
      Resources: {
        P: { Type: 'AWS::SSM::Parameter', Properties: { Name: '/net/zones', Type: 'StringList', Value: 'a,b' } },
      },
    });
    const stack = await aws.create('ssm-typed', {
      Parameters: { P: { Type: 'AWS::SSM::Parameter::Value<List<String>>', Default: '/net/zones' } },
      Resources: resources,
      Outputs: { O: { Value: { 'Fn::Select': [1, { Ref: 'P' }] } } },
    });
    expect(stack.Outputs?.[0]?.OutputValue).toBe('b');
    expect(stack.Parameters).toEqual([{ ParameterKey: 'P', ParameterValue: '/net/zones', ResolvedValue: 'a,b' }]);
  });
});

describe('capabilities', () => {
  const role = (properties: Record<string, unknown>) => ({
    Resources: {
      Role: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: { Statement: [] }, ...properties } },
    },
  });
  test.each([
    ['none for an unnamed role', {}, [], 'CAPABILITY_IAM'],
    ['the lesser one for a named role', { RoleName: 'r' }, ['CAPABILITY_IAM'], 'CAPABILITY_NAMED_IAM'],
  ] as const)('%s: refused', async (_, properties, Capabilities, wanted) => {
    await expect(aws.create('iam', role(properties), { Capabilities: [...Capabilities] })).rejects.toMatchObject({
      name: 'InsufficientCapabilitiesException',
      message: `Requires capabilities : [${wanted}]`,
    });
  });

  test('the greater one does for both', async () => {
    await expect(aws.create('iam-1', role({}), { Capabilities: ['CAPABILITY_NAMED_IAM'] })).resolves.toMatchObject({
      StackStatus: 'CREATE_COMPLETE',
    });
    await expect(
      aws.create('iam-2', role({ RoleName: 'r2' }), { Capabilities: ['CAPABILITY_NAMED_IAM'] }),
    ).resolves.toMatchObject({
      StackStatus: 'CREATE_COMPLETE',
    });
  });

  test('are told beforehand', async () => {
    const summary = await aws.cfn.send(
      new GetTemplateSummaryCommand({ TemplateBody: JSON.stringify(role({ RoleName: 'x' })) }),
    );
    expect(summary).toMatchObject({
      Capabilities: ['CAPABILITY_NAMED_IAM'],
      CapabilitiesReason: 'The following resource(s) require capabilities: [AWS::IAM::Role]',
      ResourceTypes: ['AWS::IAM::Role'],
    });
  });
});

test('ValidateTemplate tells a template apart from nonsense', async () => {
  const good = {
    Description: 'd',
    Parameters: { P: { Type: 'String', Default: 'x', Description: 'why' } },
    Resources: resources,
  };
  const answer = await aws.cfn.send(new ValidateTemplateCommand({ TemplateBody: JSON.stringify(good) }));
  expect(answer).toMatchObject({
    Description: 'd',
    Parameters: [{ ParameterKey: 'P', DefaultValue: 'x', NoEcho: false, Description: 'why' }],
  });
  await expect(aws.cfn.send(new ValidateTemplateCommand({ TemplateBody: '{}' }))).rejects.toThrow(
    'At least one Resources member',
  );
});

test('a stack name that is none, and a name that is taken', async () => {
  await expect(aws.create('1st', { Resources: resources })).rejects.toThrow(
    /at 'stackName' failed to satisfy constraint/,
  );
  await aws.create('taken', { Resources: resources });
  await expect(aws.create('taken', { Resources: resources })).rejects.toMatchObject({
    name: 'AlreadyExistsException',
    message: 'Stack [taken] already exists',
  });
});

test('the same CreateStack with the same token is one request', async () => {
  const request = new CreateStackCommand({
    StackName: 'once',
    TemplateBody: JSON.stringify({ Resources: resources }),
    ClientRequestToken: 't1',
  });
  const first = await aws.cfn.send(request);
  expect((await aws.cfn.send(request)).StackId).toBe(first.StackId);
  await aws.settled('once');
  expect((await aws.story('once')).filter(line => line.startsWith('once CREATE_IN_PROGRESS'))).toHaveLength(1);
});
