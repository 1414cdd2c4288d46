import { CreateStackCommand, DeleteStackCommand } from '@aws-sdk/client-cloudformation';
import { afterEach, describe, expect, test } from 'vitest';
import type { LocalAwsOptions } from '../src/index.ts';
import { body, handle, ManualClock, startTestAws, type TestAws } from './support.ts';

let aws: TestAws;
const start = async (options: LocalAwsOptions = {}) => {
  aws = await startTestAws(options);
};
afterEach(() => aws.close());

/** A resource that takes this long, and needs those. */
const slow = (seconds: number, dependsOn: string[] = [], metadata: Record<string, unknown> = {}) =>
  handle({ DependsOn: dependsOn, Metadata: { 'zap-local:seconds': seconds, ...metadata } });

test('tells the creation of each resource in three events, after those it refers to', async () => {
  await start();
  const stack = await aws.create(
    'order',
    {
      Resources: {
        Subnet: { Type: 'AWS::EC2::Subnet', Properties: { VpcId: { Ref: 'Vpc' }, CidrBlock: '10.0.0.0/24' } },
        Vpc: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.0.0.0/16' } },
      },
    },
    {
      ClientRequestToken: 'token-1',
      Tags: [{ Key: 'team', Value: 'x' }],
      RoleARN: 'arn:aws:iam::000000000000:role/deployer',
      TimeoutInMinutes: 5,
    },
  );
  expect(stack).toMatchObject({
    StackStatus: 'CREATE_COMPLETE',
    Tags: [{ Key: 'team', Value: 'x' }],
    RoleARN: 'arn:aws:iam::000000000000:role/deployer',
    TimeoutInMinutes: 5,
    EnableTerminationProtection: false,
  });
  expect(await aws.story('order')).toEqual([
    'order CREATE_IN_PROGRESS: User Initiated',
    'Vpc CREATE_IN_PROGRESS',
    'Vpc CREATE_IN_PROGRESS: Resource creation Initiated',
    'Vpc CREATE_COMPLETE',
    'Subnet CREATE_IN_PROGRESS',
    'Subnet CREATE_IN_PROGRESS: Resource creation Initiated',
    'Subnet CREATE_COMPLETE',
    'order CREATE_COMPLETE',
  ]);
  const events = await aws.events('order');
  expect(new Set(events.map(event => event.ClientRequestToken))).toEqual(new Set(['token-1']));
  expect(new Set(events.map(event => event.EventId)).size).toBe(events.length);
  expect(events[0]).toMatchObject({ PhysicalResourceId: stack.StackId, ResourceType: 'AWS::CloudFormation::Stack' });
  const [begun, initiated] = events.filter(event => event.LogicalResourceId === 'Subnet');
  expect(begun?.PhysicalResourceId ?? '').toBe('');
  expect(initiated?.PhysicalResourceId).toMatch(/^subnet-0[0-9a-f]{16}$/);
  expect(JSON.parse(initiated?.ResourceProperties ?? '')).toEqual({
    VpcId: events[3]?.PhysicalResourceId,
    CidrBlock: '10.0.0.0/24',
  });
});

test('creates as parallel as dependencies allow', async () => {
  const clock = new ManualClock();
  await start({ clock, pace: 1 });
  const Resources = { A: slow(10), B: slow(10), C: slow(10, ['A']), D: slow(30) };
  await aws.cfn.send(new CreateStackCommand({ StackName: 'parallel', TemplateBody: body({ Resources }) }));
  await clock.advance(29);
  expect((await aws.stack('parallel')).StackStatus).toBe('CREATE_IN_PROGRESS');
  await clock.advance(1);
  expect((await aws.stack('parallel')).StackStatus).toBe('CREATE_COMPLETE');
  const completed = (await aws.events('parallel')).filter(event => event.ResourceStatus === 'CREATE_COMPLETE');
  const begin = completed.at(-1)?.Timestamp?.getTime() ?? 0;
  expect(
    completed.map(event => [event.LogicalResourceId, 30 - (begin - (event.Timestamp?.getTime() ?? 0)) / 1000]),
  ).toEqual([
    ['A', 10],
    ['B', 10],
    ['C', 20],
    ['D', 30],
    ['parallel', 30],
  ]);
});

test('takes a typical time at pace 1, and that fraction of it at others', async () => {
  const clock = new ManualClock();
  await start({ clock, pace: 0.1 });
  const Resources = { Lb: { Type: 'AWS::ElasticLoadBalancingV2::LoadBalancer', Properties: { Name: 'lb' } } };
  await aws.cfn.send(new CreateStackCommand({ StackName: 'paced', TemplateBody: body({ Resources }) }));
  await clock.advance(14.9);
  expect((await aws.stack('paced')).StackStatus).toBe('CREATE_IN_PROGRESS');
  await clock.advance(0.2);
  expect((await aws.stack('paced')).StackStatus).toBe('CREATE_COMPLETE');
});

describe('when a resource fails', () => {
  const failing = {
    Resources: {
      Done: slow(1),
      Cancelled: slow(60),
      Failing: slow(5, ['Done'], { 'zap-local:fail': 'no capacity' }),
      Never: handle({ DependsOn: 'Failing' }),
    },
  };

  test('cancels the others, starts nothing more and deletes in reverse order', async () => {
    const clock = new ManualClock();
    await start({ clock, pace: 1 });
    await aws.cfn.send(
      new CreateStackCommand({ StackName: 'rollback', TemplateBody: body(failing), ClientRequestToken: 't' }),
    );
    await clock.advance(100);
    const stack = await aws.stack('rollback');
    expect(stack.StackStatus).toBe('ROLLBACK_COMPLETE');
    const story = await aws.story('rollback');
    expect(story.slice(story.indexOf('Failing CREATE_FAILED: no capacity'))).toEqual([
      'Failing CREATE_FAILED: no capacity',
      'Cancelled CREATE_FAILED: Resource creation cancelled',
      'rollback ROLLBACK_IN_PROGRESS: The following resource(s) failed to create: [Failing, Cancelled]. Rollback requested by user.',
      'Failing DELETE_IN_PROGRESS',
      'Cancelled DELETE_IN_PROGRESS',
      'Failing DELETE_COMPLETE',
      'Done DELETE_IN_PROGRESS',
      'Done DELETE_COMPLETE',
      'Cancelled DELETE_COMPLETE',
      'rollback ROLLBACK_COMPLETE',
    ]);
    expect(story.filter(line => line.startsWith('Never'))).toEqual([]);
  });

  test.each([
    [{ OnFailure: 'DO_NOTHING' }, 'CREATE_FAILED'],
    [{ DisableRollback: true }, 'CREATE_FAILED'],
    [{ OnFailure: 'DELETE' }, 'DELETE_COMPLETE'],
    [{ OnFailure: 'ROLLBACK' }, 'ROLLBACK_COMPLETE'],
  ] as const)('%o ends in %s', async (wish, status) => {
    await start();
    const stack = await aws.create('reaction', failing, wish);
    expect(stack.StackStatus).toBe(status);
    const deleted = (await aws.story(stack.StackId ?? '')).filter(line => line.endsWith('DELETE_COMPLETE'));
    expect(deleted.length > 0).toBe(status !== 'CREATE_FAILED');
  });

  test('a stack that was rolled back takes no update, but can be deleted and made anew', async () => {
    await start();
    await aws.create('dead', failing);
    await expect(aws.update('dead', { Resources: { A: handle() } })).rejects.toMatchObject({
      name: 'ValidationError',
      message: expect.stringMatching(
        /^Stack:arn:aws:cloudformation:us-east-1:0{12}:stack\/dead\/[0-9a-f-]{36} is in ROLLBACK_COMPLETE state and can not be updated\.$/,
      ),
    });
    await aws.cfn.send(new DeleteStackCommand({ StackName: 'dead' }));
    await expect
      .poll(() => aws.stack('dead').catch((error: Error) => error.message))
      .toBe('Stack with id dead does not exist');
    expect((await aws.create('dead', { Resources: { A: handle() } })).StackStatus).toBe('CREATE_COMPLETE');
  });

  test('a rollback that fails says so, and retained resources stay', async () => {
    await start();
    const stack = await aws.create('stuck', {
      Resources: {
        Kept: handle({ DeletionPolicy: 'Retain' }),
        OnlyAfter: handle({ DeletionPolicy: 'RetainExceptOnCreate' }),
        Stuck: handle({ Metadata: { 'zap-local:fail-delete': 'in use' } }),
        Failing: slow(0, ['Kept', 'Stuck', 'OnlyAfter'], { 'zap-local:fail': 'no' }),
      },
    });
    expect(stack).toMatchObject({
      StackStatus: 'ROLLBACK_FAILED',
      StackStatusReason: 'The following resource(s) failed to delete: [Stuck].',
    });
    const story = await aws.story('stuck');
    expect(story).toContain('Kept DELETE_SKIPPED');
    expect(story).toContain('OnlyAfter DELETE_COMPLETE');
    expect(story).toContain('Stuck DELETE_FAILED: in use');
  });
});

describe('a resource fails against its schema when', () => {
  const cases: [string, string, Record<string, unknown>, string][] = [
    ['a required property is missing', 'AWS::EC2::Subnet', {}, '#: required key [VpcId] not found'],
    ['a property does not exist', 'AWS::EC2::VPC', { Cidr: 'x' }, '#: extraneous key [Cidr] is not permitted'],
    [
      'a nested property does not exist',
      'AWS::ECS::Service',
      { NetworkConfiguration: { AwsVpc: {} } },
      '#/NetworkConfiguration: extraneous key [AwsVpc] is not permitted',
    ],
    [
      'a nested required property is missing',
      'AWS::EC2::VPC',
      { Tags: [{ Key: 'a' }] },
      '#/Tags/0: required key [Value] not found',
    ],
    [
      'a number is none',
      'AWS::Logs::LogGroup',
      { RetentionInDays: 'week' },
      '#/RetentionInDays: expected type: Integer, found: String',
    ],
    [
      'an integer is broken',
      'AWS::ECS::Service',
      { DesiredCount: '1.5' },
      '#/DesiredCount: expected type: Integer, found: String',
    ],
    [
      'a boolean is none',
      'AWS::EC2::VPC',
      { EnableDnsSupport: 'yes' },
      '#/EnableDnsSupport: expected type: Boolean, found: String',
    ],
    [
      'a list is none',
      'AWS::ElasticLoadBalancingV2::LoadBalancer',
      { Subnets: 'a' },
      '#/Subnets: expected type: JSONArray, found: String',
    ],
    [
      'an object is none',
      'AWS::ECS::Service',
      { NetworkConfiguration: 'a' },
      '#/NetworkConfiguration: expected type: JSONObject, found: String',
    ],
    [
      'a value is not in its list',
      'AWS::ECS::Service',
      { LaunchType: 'MOON' },
      '#/LaunchType: MOON is not a valid enum value',
    ],
  ];
  test.each(cases)('%s', async (_, Type, Properties, problem) => {
    await start();
    const stack = await aws.create('schema', { Resources: { R: { Type, Properties } } });
    expect(stack.StackStatus).toBe('ROLLBACK_COMPLETE');
    expect(await aws.story('schema')).toContain(
      `R CREATE_FAILED: Properties validation failed for resource R with message:\n${problem}`,
    );
  });

  test('but text is taken for numbers and booleans, and numbers for text', async () => {
    await start();
    const Properties = { LogGroupName: 5, RetentionInDays: '7' };
    const stack = await aws.create('lenient', {
      Resources: {
        L: { Type: 'AWS::Logs::LogGroup', Properties },
        V: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.0.0.0/16', EnableDnsSupport: 'true' } },
      },
    });
    expect(stack.StackStatus).toBe('CREATE_COMPLETE');
    const made = (await aws.events('lenient')).find(
      event => event.LogicalResourceId === 'L' && event.ResourceStatus === 'CREATE_COMPLETE',
    );
    expect(JSON.parse(made?.ResourceProperties ?? '')).toEqual({ LogGroupName: '5', RetentionInDays: 7 });
  });
});

test('a name that another stack has given is taken, in the same region only', async () => {
  await start();
  const template = { Resources: { L: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: '/app' } } } };
  const first = await aws.create('first', template);
  const second = await aws.create('second', template);
  expect(second.StackStatus).toBe('ROLLBACK_COMPLETE');
  expect(await aws.story('second')).toContain(`L CREATE_FAILED: /app already exists in stack ${first.StackId}`);
  // The victim's rollback must not have taken the name away from its owner.
  expect((await aws.create('third', template)).StackStatus).toBe('ROLLBACK_COMPLETE');
});

test('deleting a stack that is being created cancels the creation', async () => {
  const clock = new ManualClock();
  await start({ clock, pace: 1 });
  const { StackId = '' } = await aws.cfn.send(
    new CreateStackCommand({ StackName: 'cut', TemplateBody: body({ Resources: { A: slow(1), B: slow(100) } }) }),
  );
  await clock.advance(10);
  await aws.cfn.send(new DeleteStackCommand({ StackName: 'cut' }));
  expect((await aws.stack('cut')).StackStatus).toBe('DELETE_IN_PROGRESS');
  await clock.advance(200);
  expect((await aws.stack(StackId)).StackStatus).toBe('DELETE_COMPLETE');
  const story = await aws.story(StackId);
  expect(story).toContain('B CREATE_FAILED: Resource creation cancelled');
  expect(story.slice(-1)).toEqual(['cut DELETE_COMPLETE']);
  expect(story.join()).not.toContain('ROLLBACK');
});

test('two resources of one stack cannot have the same name either', async () => {
  await start();
  const L = { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: '/same' } };
  const stack = await aws.create('twins', { Resources: { A: L, B: { ...L, DependsOn: 'A' } } });
  expect(await aws.story('twins')).toContain(`B CREATE_FAILED: /same already exists in stack ${stack.StackId}`);
});
