import {
  DescribeStackEventsCommand,
  DescribeStackResourceCommand,
  DescribeStacksCommand,
  GetTemplateCommand,
  ListStackResourcesCommand,
  ListStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CREDENTIALS, handle, startTestAws, type TestAws } from './support.ts';

let aws: TestAws;
beforeAll(async () => {
  aws = await startTestAws();
});
afterAll(() => aws.close());

test('events come newest first in pages of 100, and new ones do not shift a listing under way', async () => {
  const Resources = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`A${index}`, handle()]));
  await aws.create('paged', { Resources });
  const page = (NextToken?: string) => aws.cfn.send(new DescribeStackEventsCommand({ StackName: 'paged', NextToken }));
  const first = await page();
  expect(first.StackEvents).toHaveLength(100);
  expect(first.StackEvents?.[0]).toMatchObject({ LogicalResourceId: 'paged', ResourceStatus: 'CREATE_COMPLETE' });
  await aws.update('paged', { Resources: { ...Resources, More: handle() } });
  const second = await page(first.NextToken);
  const ids = [...(first.StackEvents ?? []), ...(second.StackEvents ?? [])].map(event => event.EventId);
  expect(ids).toHaveLength(60 * 3 + 2);
  expect(new Set(ids).size).toBe(ids.length);
  expect(second.NextToken).toBeUndefined();
  expect(second.StackEvents?.at(-1)).toMatchObject({
    LogicalResourceId: 'paged',
    ResourceStatus: 'CREATE_IN_PROGRESS',
  });
  await expect(page('nonsense')).rejects.toThrow('Invalid NextToken');
});

test('stacks are listed living or all, in pages, and per region', async () => {
  for (let index = 0; index < 101; index += 1) await aws.create(`many-${index}`, { Resources: { A: handle() } });
  const first = await aws.cfn.send(new DescribeStacksCommand({}));
  const second = await aws.cfn.send(new DescribeStacksCommand({ NextToken: first.NextToken }));
  const names = [...(first.Stacks ?? []), ...(second.Stacks ?? [])].map(stack => stack.StackName);
  expect(first.Stacks).toHaveLength(100);
  expect(new Set(names).size).toBe(102);
  const { StackSummaries } = await aws.cfn.send(new ListStacksCommand({ StackStatusFilter: ['UPDATE_COMPLETE'] }));
  expect(StackSummaries?.map(summary => summary.StackName)).toEqual(['paged']);
  expect((await aws.cfnIn('eu-west-1').send(new DescribeStacksCommand({}))).Stacks).toEqual([]);
});

test('resources', async () => {
  await aws.create('resources', { Resources: { Log: { Type: 'AWS::Logs::LogGroup', Metadata: { why: 'x' } } } });
  const { StackResourceDetail } = await aws.cfn.send(
    new DescribeStackResourceCommand({ StackName: 'resources', LogicalResourceId: 'Log' }),
  );
  expect(StackResourceDetail).toMatchObject({
    ResourceType: 'AWS::Logs::LogGroup',
    ResourceStatus: 'CREATE_COMPLETE',
    PhysicalResourceId: expect.stringMatching(/^resources-Log-/),
    Metadata: '{"why":"x"}',
  });
  const { StackResourceSummaries } = await aws.cfn.send(new ListStackResourcesCommand({ StackName: 'resources' }));
  expect(StackResourceSummaries?.[0]?.PhysicalResourceId).toBe(StackResourceDetail?.PhysicalResourceId);
  await expect(
    aws.cfn.send(new DescribeStackResourceCommand({ StackName: 'resources', LogicalResourceId: 'No' })),
  ).rejects.toThrow('Resource No does not exist for stack resources');
});

test('a template comes back to the byte, or processed', async () => {
  const text =
    '# a comment, <markup> & "quotes"\r\nTransform: AWS::LanguageExtensions\r\nResources:\n  Fn::ForEach::L: [X, [A, B], {"T${X}": {Type: AWS::SNS::Topic}}]\n\n';
  await aws.create('template', text, { Capabilities: ['CAPABILITY_AUTO_EXPAND'] });
  const get = async (TemplateStage: 'Original' | 'Processed') =>
    (await aws.cfn.send(new GetTemplateCommand({ StackName: 'template', TemplateStage }))).TemplateBody ?? '';
  expect(await get('Original')).toBe(text);
  expect(JSON.parse(await get('Processed'))).toEqual({
    Resources: { TA: { Type: 'AWS::SNS::Topic', Properties: {} }, TB: { Type: 'AWS::SNS::Topic', Properties: {} } },
  });
});

test('the journal has every call, in order, with who signed it, its parameters and its error', async () => {
  const before = aws.calls.length;
  await aws.stack('resources');
  await expect(aws.stack('absent')).rejects.toThrow();
  const signed = { region: 'us-east-1', accessKeyId: CREDENTIALS.accessKeyId };
  expect(aws.calls.slice(before)).toEqual([
    {
      service: 'cloudformation',
      action: 'DescribeStacks',
      ...signed,
      params: { StackName: 'resources' },
      stack: 'resources',
      status: 200,
      at: expect.any(String),
    },
    {
      service: 'cloudformation',
      action: 'DescribeStacks',
      ...signed,
      params: { StackName: 'absent' },
      stack: 'absent',
      status: 400,
      error: 'ValidationError',
      at: expect.any(String),
    },
  ]);
});
