import {
  CreateChangeSetCommand,
  DeleteChangeSetCommand,
  DeleteStackCommand,
  DescribeChangeSetCommand,
  ExecuteChangeSetCommand,
  GetTemplateCommand,
  ListChangeSetsCommand,
} from '@aws-sdk/client-cloudformation';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { body, handle, startTestAws, type TestAws } from './support.ts';

let aws: TestAws;
beforeEach(async () => {
  aws = await startTestAws();
});
afterEach(() => aws.close());

const simple = { Resources: { A: handle() } };
const CREATE = { ChangeSetType: 'CREATE' as const };

const execute = (stack: string, name: string, token?: string) =>
  aws.cfn.send(new ExecuteChangeSetCommand({ StackName: stack, ChangeSetName: name, ClientRequestToken: token }));

test('of type CREATE: a stack under review, then the stack', async () => {
  const changeSet = await aws.changeSet('new', 'first', simple, CREATE);
  expect(changeSet).toMatchObject({
    Status: 'CREATE_COMPLETE',
    ExecutionStatus: 'AVAILABLE',
    StackName: 'new',
    ChangeSetId: expect.stringMatching(/^arn:aws:cloudformation:us-east-1:0{12}:changeSet\/first\/[0-9a-f-]{36}$/),
    Changes: [{ Type: 'Resource', ResourceChange: { Action: 'Add', LogicalResourceId: 'A' } }],
  });
  expect(await aws.stack('new')).toMatchObject({ StackStatus: 'REVIEW_IN_PROGRESS', StackId: changeSet.StackId });
  await execute('new', 'first', 'run-1');
  const stack = await aws.settled('new');
  expect(stack).toMatchObject({
    StackStatus: 'CREATE_COMPLETE',
    StackId: changeSet.StackId,
    ChangeSetId: changeSet.ChangeSetId,
  });
  const events = await aws.events('new');
  expect(events.filter(event => event.ClientRequestToken === 'run-1')).toHaveLength(events.length - 1);
  expect(await aws.cfn.send(new DescribeChangeSetCommand({ ChangeSetName: changeSet.ChangeSetId }))).toMatchObject({
    Status: 'CREATE_COMPLETE',
    ExecutionStatus: 'EXECUTE_COMPLETE',
  });
});

test('a stack under review stays when its change set is deleted, takes another one, and goes with DeleteStack', async () => {
  await aws.changeSet('review', 'one', simple, CREATE);
  await aws.cfn.send(new DeleteChangeSetCommand({ StackName: 'review', ChangeSetName: 'one' }));
  expect((await aws.stack('review')).StackStatus).toBe('REVIEW_IN_PROGRESS');
  await expect(aws.changeSet('review', 'two', simple)).rejects.toThrow(
    /is in REVIEW_IN_PROGRESS state and can not be updated\.$/,
  );
  expect((await aws.changeSet('review', 'two', simple, CREATE)).Status).toBe('CREATE_COMPLETE');
  await aws.cfn.send(new DeleteStackCommand({ StackName: 'review' }));
  await expect
    .poll(() => aws.stack('review').catch((error: Error) => error.message))
    .toBe('Stack with id review does not exist');
});

describe('tells of a change', () => {
  const before = {
    Parameters: { Days: { Type: 'Number', Default: 7 }, Cidr: { Type: 'String', Default: '10.0.0.0/16' } },
    Resources: {
      Log: { Type: 'AWS::Logs::LogGroup', Properties: { RetentionInDays: { Ref: 'Days' } } },
      Vpc: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: { Ref: 'Cidr' } } },
      Subnet: { Type: 'AWS::EC2::Subnet', Properties: { VpcId: { Ref: 'Vpc' }, CidrBlock: '10.0.0.0/24' } },
      Topic: {
        Type: 'AWS::SNS::Topic',
        Properties: { DisplayName: { 'Fn::GetAtt': ['Vpc', 'CidrBlock'] }, Tags: [{ Key: 'k', Value: 'v' }] },
      },
      Gone: handle({ DeletionPolicy: 'Retain' }),
    },
  };
  const changes = async (template: Record<string, unknown>, parameters: Record<string, string> = {}) => {
    await aws.create('s', before);
    const Parameters = Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({
      ParameterKey,
      ParameterValue,
    }));
    const { Changes = [] } = await aws.changeSet('s', 'c', template, { Parameters });
    return Object.fromEntries(
      Changes.map(({ ResourceChange }) => [ResourceChange?.LogicalResourceId ?? '', ResourceChange]),
    );
  };

  test('in place, by a parameter', async () => {
    const { Log, ...others } = await changes(before, { Days: '14' });
    expect(others).toEqual({});
    expect(Log).toMatchObject({
      Action: 'Modify',
      Replacement: 'False',
      Scope: ['Properties'],
      PhysicalResourceId: expect.stringMatching(/^s-Log-[A-Z0-9]{12}$/),
      Details: [
        {
          Target: {
            Attribute: 'Properties',
            Name: 'RetentionInDays',
            RequiresRecreation: 'Never',
            Path: '/Properties/RetentionInDays',
            BeforeValue: '7',
            AfterValue: '14',
            AttributeChangeType: 'Modify',
          },
          Evaluation: 'Static',
          ChangeSource: 'ParameterReference',
          CausingEntity: 'Days',
        },
      ],
    });
    expect(JSON.parse(Log?.BeforeContext ?? '')).toEqual({ Properties: { RetentionInDays: 7 } });
    expect(JSON.parse(Log?.AfterContext ?? '')).toEqual({ Properties: { RetentionInDays: 14 } });
  });

  test('by replacement, and what hangs on it', async () => {
    const { Vpc, Subnet, Topic, ...others } = await changes(before, { Cidr: '10.0.0.0/20' });
    expect(others).toEqual({});
    expect(Vpc).toMatchObject({ Replacement: 'True', PolicyAction: 'ReplaceAndDelete' });
    expect(Subnet).toMatchObject({
      Replacement: 'True',
      Details: [
        {
          Target: { Name: 'VpcId', AfterValue: '{{changeSet:KNOWN_AFTER_APPLY}}' },
          Evaluation: 'Static',
          ChangeSource: 'ResourceReference',
          CausingEntity: 'Vpc',
        },
      ],
    });
    expect(Topic).toMatchObject({
      Replacement: 'False',
      Details: [{ Evaluation: 'Dynamic', ChangeSource: 'ResourceAttribute', CausingEntity: 'Vpc.CidrBlock' }],
    });
  });

  test('of tags, of an attribute, of a removal', async () => {
    const { Gone: _, ...resources } = before.Resources;
    const { Topic, Log, Gone, ...others } = await changes({
      ...before,
      Resources: {
        ...resources,
        Topic: { ...resources.Topic, Properties: { ...resources.Topic.Properties, Tags: [{ Key: 'k', Value: 'w' }] } },
        Log: { ...resources.Log, DeletionPolicy: 'Retain' },
      },
    });
    expect(others).toEqual({});
    expect(Topic).toMatchObject({
      Scope: ['Tags'],
      Details: [
        {
          Target: { Attribute: 'Tags', Path: '/Properties/Tags/0/Value', BeforeValue: 'v', AfterValue: 'w' },
          ChangeSource: 'DirectModification',
        },
      ],
    });
    expect(Log).toMatchObject({ Replacement: 'False', Scope: ['DeletionPolicy'] });
    expect(Gone).toMatchObject({ Action: 'Remove', PolicyAction: 'Retain' });
    expect(Gone?.Replacement).toBeUndefined();
  });

  test('without values when they are not asked for', async () => {
    await changes(before, { Days: '14' });
    const { Changes } = await aws.cfn.send(new DescribeChangeSetCommand({ StackName: 's', ChangeSetName: 'c' }));
    expect(Changes?.[0]?.ResourceChange?.Details?.[0]?.Target).toEqual({
      Attribute: 'Properties',
      Name: 'RetentionInDays',
      RequiresRecreation: 'Never',
    });
    expect(Changes?.[0]?.ResourceChange?.BeforeContext).toBeUndefined();
  });
});

test('without changes fails and cannot be executed', async () => {
  await aws.create('same', simple);
  const changeSet = await aws.changeSet('same', 'empty', simple);
  expect(changeSet).toMatchObject({
    Status: 'FAILED',
    ExecutionStatus: 'UNAVAILABLE',
    StatusReason:
      "The submitted information didn't contain changes. Submit different information to create a change set.",
  });
  await expect(execute('same', 'empty')).rejects.toMatchObject({
    name: 'InvalidChangeSetStatusException',
    message: `ChangeSet [${changeSet.ChangeSetId}] cannot be executed in its current status of [FAILED]`,
  });
  expect((await aws.stack('same')).StackStatus).toBe('CREATE_COMPLETE');
});

test('executing one deletes the others; executing it again needs the same token', async () => {
  await aws.create('many', simple);
  const more = (name: string) => ({ Resources: { A: handle(), [name]: handle() } });
  const chosen = await aws.changeSet('many', 'chosen', more('B'));
  await aws.changeSet('many', 'other', more('C'));
  await execute('many', 'chosen', 'token');
  await execute('many', 'chosen', 'token');
  await aws.settled('many');
  const { Summaries } = await aws.cfn.send(new ListChangeSetsCommand({ StackName: 'many' }));
  expect(Summaries?.map(summary => [summary.ChangeSetName, summary.ExecutionStatus])).toEqual([
    ['chosen', 'EXECUTE_COMPLETE'],
  ]);
  await expect(execute('many', 'chosen', 'another')).rejects.toThrow(
    `ChangeSet [${chosen.ChangeSetId}] cannot be executed in its current execution status of [EXECUTE_COMPLETE]`,
  );
  await expect(execute('many', 'other')).rejects.toMatchObject({
    name: 'ChangeSetNotFoundException',
    message: 'ChangeSet [other] does not exist',
  });
  expect((await aws.story('many')).filter(line => line === 'B CREATE_COMPLETE')).toHaveLength(1);
});

test('an update in between makes it obsolete', async () => {
  await aws.create('stale', simple);
  await aws.changeSet('stale', 'old', { Resources: { A: handle(), B: handle() } });
  await aws.update('stale', { Resources: { A: handle(), C: handle() } });
  await expect(execute('stale', 'old')).rejects.toThrow(
    /cannot be executed in its current execution status of \[OBSOLETE\]/,
  );
});

test('requests that are refused', async () => {
  await aws.create('there', simple);
  const make = (more: Partial<ConstructorParameters<typeof CreateChangeSetCommand>[0]>) =>
    aws.cfn.send(
      new CreateChangeSetCommand({
        StackName: 'there',
        ChangeSetName: 'c',
        TemplateBody: body({ Resources: { B: handle() } }),
        ...more,
      }),
    );
  await expect(make(CREATE)).rejects.toThrow(
    'Stack [there] already exists and cannot be created again with the changeSet [c].',
  );
  await expect(make({ StackName: 'absent' })).rejects.toThrow('Stack [absent] does not exist');
  const first = await make({ ClientToken: 't' });
  expect(await make({ ClientToken: 't' })).toMatchObject({ Id: first.Id });
  await expect(make({ ClientToken: 'u' })).rejects.toMatchObject({
    name: 'AlreadyExistsException',
    message: 'ChangeSet c already exists',
  });
  await expect(make({ ChangeSetName: '1' })).rejects.toThrow(/at 'changeSetName' failed to satisfy constraint/);
  // A request that is refused brings no stack into being.
  await expect(make({ ...CREATE, StackName: 'never', TemplateBody: '{}' })).rejects.toThrow(
    'At least one Resources member',
  );
  await expect(aws.stack('never')).rejects.toThrow('Stack with id never does not exist');
});

test('keeps its template, and executes what was reviewed', async () => {
  await aws.create('reviewed', simple);
  await aws.changeSet(
    'reviewed',
    'c',
    { Resources: { A: handle(), B: handle() } },
    { Tags: [{ Key: 'a', Value: 'b' }] },
  );
  const { TemplateBody } = await aws.cfn.send(new GetTemplateCommand({ StackName: 'reviewed', ChangeSetName: 'c' }));
  expect(JSON.parse(TemplateBody ?? '').Resources).toHaveProperty('B');
  await execute('reviewed', 'c');
  expect(await aws.settled('reviewed')).toMatchObject({
    StackStatus: 'UPDATE_COMPLETE',
    Tags: [{ Key: 'a', Value: 'b' }],
  });
});

test('OnStackFailure decides what becomes of a stack that cannot be created', async () => {
  const failing = { Resources: { A: handle({ Metadata: { 'zap-local:fail': 'no' } }) } };
  for (const [wish, status] of [
    ['DELETE', 'DELETE_COMPLETE'],
    ['DO_NOTHING', 'CREATE_FAILED'],
    ['ROLLBACK', 'ROLLBACK_COMPLETE'],
  ] as const) {
    const { StackId = '' } = await aws.changeSet(`on-${wish.toLowerCase().replace('_', '-')}`, 'c', failing, {
      ...CREATE,
      OnStackFailure: wish,
    });
    await aws.cfn.send(new ExecuteChangeSetCommand({ StackName: StackId, ChangeSetName: 'c' }));
    expect((await aws.settled(StackId)).StackStatus).toBe(status);
  }
});

test('a long list of changes comes in pages', async () => {
  const Resources = Object.fromEntries(Array.from({ length: 230 }, (_, index) => [`A${index}`, handle()]));
  const first = await aws.changeSet('pages', 'c', { Resources }, CREATE);
  const named = { StackName: 'pages', ChangeSetName: 'c' };
  const second = await aws.cfn.send(new DescribeChangeSetCommand({ ...named, NextToken: first.NextToken }));
  const third = await aws.cfn.send(new DescribeChangeSetCommand({ ...named, NextToken: second.NextToken }));
  const seen = [first, second, third].map(
    page => page.Changes?.map(change => change.ResourceChange?.LogicalResourceId) ?? [],
  );
  expect(seen.map(page => page.length)).toEqual([100, 100, 30]);
  expect(new Set(seen.flat()).size).toBe(230);
  expect(third.NextToken).toBeUndefined();
});
