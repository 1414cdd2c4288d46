import { CloudFormationClient, CreateChangeSetCommand, ListExportsCommand } from '@aws-sdk/client-cloudformation';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rightsOf } from '../src/iam/rights.ts';
import { UsedRights } from '../src/iam/used-rights.ts';
import { assumeRole } from './sigv4.ts';
import { CREDENTIALS, startTestAws, type TestAws } from './support.ts';

const HERE = { region: 'us-east-1', account: '000000000000' };
const shown = (call: Omit<Parameters<typeof rightsOf>[0], 'region' | 'account'>) =>
  rightsOf({ ...call, ...HERE }).map(({ action, resource }) => `${action} ${resource}`);

describe('the rights that a call takes', () => {
  it.each<[string, Parameters<typeof shown>[0], string[]]>([
    [
      'of a stack, by its name alone',
      { service: 'cloudformation', action: 'DescribeStacks', params: {}, stack: 'shop-web' },
      ['cloudformation:DescribeStacks arn:aws:cloudformation:us-east-1:000000000000:stack/shop-web/*'],
    ],
    ['of all stacks', { service: 'cloudformation', action: 'ListStacks', params: {} }, ['cloudformation:ListStacks *']],
    [
      'that hands over a role and tags, and has a template read',
      {
        service: 'cloudformation',
        action: 'CreateChangeSet',
        params: {
          RoleARN: 'arn:aws:iam::000000000000:role/x',
          Tags: [{ Key: 'a', Value: 'b' }],
          TemplateURL: 'https://bucket.test/templates/a/b.yaml',
        },
        stack: 'shop-web',
      },
      [
        'cloudformation:CreateChangeSet arn:aws:cloudformation:us-east-1:000000000000:stack/shop-web/*',
        'iam:PassRole arn:aws:iam::000000000000:role/x',
        'cloudformation:TagResource arn:aws:cloudformation:us-east-1:000000000000:stack/shop-web/*',
        's3:GetObject arn:aws:s3:::templates/a/b.yaml',
      ],
    ],
    [
      'of a head of an object, which S3 judges as its content',
      { service: 's3', action: 'HeadObject', params: { Bucket: 'b', Key: 'k/l' } },
      ['s3:GetObject arn:aws:s3:::b/k/l'],
    ],
    [
      'of tags, whose service has another name in policies',
      { service: 'tagging', action: 'GetResources', params: {} },
      ['tag:GetResources *'],
    ],
    [
      'of a repository with tags',
      {
        service: 'ecr',
        action: 'CreateRepository',
        params: { repositoryName: 'a/b', tags: [{ Key: 'a', Value: 'b' }] },
      },
      [
        'ecr:CreateRepository arn:aws:ecr:us-east-1:000000000000:repository/a/b',
        'ecr:TagResource arn:aws:ecr:us-east-1:000000000000:repository/a/b',
      ],
    ],
    [
      "of Docker's push of a layer",
      { service: 'ecr-registry', action: 'PutBlob', params: { repositoryName: 'a' } },
      ['ecr:InitiateLayerUpload', 'ecr:UploadLayerPart', 'ecr:CompleteLayerUpload'].map(
        action => `${action} arn:aws:ecr:us-east-1:000000000000:repository/a`,
      ),
    ],
    [
      'of a log stream',
      { service: 'logs', action: 'GetLogEvents', params: { logGroupName: '/a', logStreamName: 's' } },
      ['logs:GetLogEvents arn:aws:logs:us-east-1:000000000000:log-group:/a:log-stream:s'],
    ],
    [
      'of services, in a cluster that is given by its ARN',
      {
        service: 'ecs',
        action: 'DescribeServices',
        params: { cluster: 'arn:aws:ecs:us-east-1:000000000000:cluster/c', services: ['s'] },
      },
      ['ecs:DescribeServices arn:aws:ecs:us-east-1:000000000000:service/c/s'],
    ],
    [
      'of metrics',
      { service: 'aps', action: 'QueryMetrics', params: { workspaceId: 'ws-1' } },
      ['aps:QueryMetrics arn:aws:aps:us-east-1:000000000000:workspace/ws-1'],
    ],
    ['of nobody yet', { service: 'sts', action: 'AssumeRoleWithWebIdentity', params: { RoleArn: 'x' } }, []],
    ['with a token of Grafana', { service: 'grafana-api', action: 'GetDashboard', params: {} }, []],
  ])('%s', (_, call, expected) => {
    expect(shown(call)).toEqual(expected);
  });

  it('come with what policies look at', () => {
    const params = { cluster: 'c', serviceName: 's' };
    expect(rightsOf({ service: 'ecs', action: 'ListTasks', params, ...HERE })).toEqual([
      {
        action: 'ecs:ListTasks',
        resource: '*',
        context: {
          'aws:RequestedRegion': 'us-east-1',
          'ecs:cluster': 'arn:aws:ecs:us-east-1:000000000000:cluster/c',
        },
      },
    ]);
    const plan = { ChangeSetName: 'zap-obs-1', RoleARN: 'arn:aws:iam::000000000000:role/x' };
    const contexts = ['CreateChangeSet', 'DeleteChangeSet', 'DescribeEvents'].map(
      action => rightsOf({ service: 'cloudformation', action, params: plan, stack: 'shop-web', ...HERE })[0]?.context,
    );
    const both = {
      'aws:RequestedRegion': 'us-east-1',
      'cloudformation:RoleArn': plan.RoleARN,
      'cloudformation:ChangeSetName': 'zap-obs-1',
    };
    const { 'cloudformation:ChangeSetName': _, ...withoutName } = both;
    expect(contexts).toEqual([both, both, withoutName]);
  });
});

describe('the rights that were used', () => {
  it('are as many as there are different ones, and no more than there is room for', () => {
    const used = new UsedRights(2);
    const right = (action: string) => ({ action, resource: '*', context: {} });
    for (const action of ['b', 'a', 'a', 'c']) used.note('me', [right(action)]);
    used.note('you', []);
    expect(used.list().map(({ action, calls }) => `${action} ${calls}`)).toEqual(['a 2', 'b 1']);
    expect(used.omitted).toBe(1);
  });

  let aws: TestAws;
  beforeAll(async () => {
    aws = await startTestAws();
  });
  afterAll(() => aws.close());

  it('are told by whose they were, refused calls too, to everybody who asks', async () => {
    const options = { endpoint: aws.url, region: 'us-east-1', maxAttempts: 1 };
    const mine = new CloudFormationClient({ ...options, credentials: CREDENTIALS });
    const role = new CloudFormationClient({ ...options, credentials: await assumeRole(aws.url) });
    for (const client of [mine, role, role]) await client.send(new ListExportsCommand({}));
    const refused = {
      StackName: 'shop',
      ChangeSetName: 'one',
      TemplateBody: 'no template',
      RoleARN: 'arn:aws:iam::000000000000:role/x',
    };
    await expect(role.send(new CreateChangeSetCommand(refused))).rejects.toThrow();

    const writer = 'arn:aws:sts::000000000000:assumed-role/writer/test';
    const { rights, omitted } = (await (await fetch(`${aws.url}/rights`)).json()) as {
      rights: ReturnType<TestAws['usedRights']>;
      omitted: number;
    };
    expect(rights).toEqual(aws.usedRights());
    expect(omitted).toBe(0);
    expect(rights.map(({ action, caller, calls }) => ({ action, caller, calls }))).toEqual([
      { action: 'cloudformation:CreateChangeSet', caller: writer, calls: 1 },
      { action: 'cloudformation:ListExports', caller: 'arn:aws:iam::000000000000:user/local', calls: 1 },
      { action: 'cloudformation:ListExports', caller: writer, calls: 2 },
      { action: 'iam:PassRole', caller: writer, calls: 1 },
      expect.objectContaining({ action: 'sts:AssumeRole', caller: 'arn:aws:iam::000000000000:user/local' }),
    ]);
  });
});
