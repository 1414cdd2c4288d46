import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LocalAws, startLocalAws } from '../src/index.ts';
import { awsCli } from './aws-cli.ts';

/** The AWS CLI: a client that shares no code with the SDK. Runs with ZAP_TEST_TOOLS=1. */

let aws: LocalAws;
let folder: string;

const cli = (...words: string[]) => awsCli(aws, ...words);
const json = async (...words: string[]): Promise<Record<string, unknown>> => JSON.parse(await cli(...words));

const template = (days: number) => ({
  Parameters: { Cidr: { Type: 'String', Default: '10.0.0.0/16' } },
  Resources: {
    Vpc: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: { Ref: 'Cidr' } } },
    Log: { Type: 'AWS::Logs::LogGroup', Properties: { RetentionInDays: days } },
  },
  Outputs: { VpcId: { Value: { Ref: 'Vpc' } } },
});

async function file(name: string, content: unknown): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, JSON.stringify(content));
  return path;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'local-aws-'));
  aws = await startLocalAws({ port: 0 });
});
afterAll(async () => {
  await aws.close();
  await rm(folder, { recursive: true });
});

test('creates, reads, updates and deletes a stack', { timeout: 180_000 }, async () => {
  const named = ['--stack-name', 'cli'];
  const body = `file://${await file('a.json', template(7))}`;
  await cli('cloudformation', 'create-stack', ...named, '--template-body', body, '--tags', 'Key=team,Value=x');
  await cli('cloudformation', 'wait', 'stack-create-complete', ...named);
  expect(await json('cloudformation', 'describe-stacks', ...named)).toMatchObject({
    Stacks: [
      {
        StackStatus: 'CREATE_COMPLETE',
        Outputs: [{ OutputKey: 'VpcId', OutputValue: expect.stringMatching(/^vpc-0/) }],
        Tags: [{ Key: 'team', Value: 'x' }],
      },
    ],
  });
  const parameters = ['--parameters', 'ParameterKey=Cidr,ParameterValue=10.1.0.0/16'];
  await cli('cloudformation', 'update-stack', ...named, '--use-previous-template', ...parameters);
  await cli('cloudformation', 'wait', 'stack-update-complete', ...named);
  const { StackEvents } = await json('cloudformation', 'describe-stack-events', ...named);
  expect(StackEvents).toHaveLength(16);
  await expect(
    cli('cloudformation', 'update-stack', ...named, '--use-previous-template', ...parameters),
  ).rejects.toThrow(/\(ValidationError\) when calling the UpdateStack operation: No updates are to be performed\./);
  await cli('cloudformation', 'delete-stack', ...named);
  await cli('cloudformation', 'wait', 'stack-delete-complete', ...named);
});

test('deploys twice, the second time nothing', { timeout: 180_000 }, async () => {
  const words = ['cloudformation', 'deploy', '--stack-name', 'deployed', '--no-fail-on-empty-changeset'];
  const source = ['--template-file', await file('b.json', template(7))];
  expect(await cli(...words, ...source)).toContain('Successfully created/updated stack - deployed');
  const before = aws.stacks().find(stack => stack.name === 'deployed')?.endedAt;
  expect(await cli(...words, ...source)).toContain('No changes to deploy. Stack deployed is up to date');
  expect(aws.stacks().find(stack => stack.name === 'deployed')?.endedAt).toBe(before);
});

test('uploads a template that is too long for a request', { timeout: 180_000 }, async () => {
  const long = await file('long.json', { ...template(7), Metadata: { padding: 'x'.repeat(60_000) } });
  await cli('s3', 'mb', 's3://templates');
  await cli('s3', 'cp', long, 's3://templates/copied/long.json');
  expect(await cli('s3', 'ls', 's3://templates/copied/')).toMatch(/ 60\d{3} long\.json/);
  await cli('s3', 'cp', 's3://templates/copied/long.json', join(folder, 'back.json'));
  const words = ['cloudformation', 'deploy', '--stack-name', 'long', '--template-file', long];
  await expect(cli(...words)).rejects.toThrow(/must be deployed via an S3 Bucket/);
  expect(await cli(...words, '--s3-bucket', 'templates')).toContain('Successfully created/updated stack - long');
});

test('asks STS, EC2 and SSM', { timeout: 180_000 }, async () => {
  expect(await json('--endpoint-url', aws.url, 'sts', 'get-caller-identity')).toMatchObject({
    Account: '000000000000',
  });
  const filter = 'Name=prefix-list-name,Values=com.amazonaws.us-east-1.s3';
  expect(await json('ec2', 'describe-managed-prefix-lists', '--filters', filter)).toMatchObject({
    PrefixLists: [{ PrefixListId: 'pl-63a5400a', PrefixListName: 'com.amazonaws.us-east-1.s3', OwnerId: 'AWS' }],
  });
  const { AvailabilityZones } = await json('ec2', 'describe-availability-zones');
  expect(AvailabilityZones).toHaveLength(3);
  await cli('ssm', 'put-parameter', '--name', '/a', '--value', 'v', '--type', 'String');
  expect(await json('ssm', 'get-parameter', '--name', '/a')).toMatchObject({ Parameter: { Value: 'v' } });
});

test('puts a segment, and finds it by its id and by an annotation', { timeout: 180_000 }, async () => {
  const seconds = Math.floor(Date.now() / 1000);
  const id = '1-4bf92f35-77b34da6a3ce929d0e0e4736';
  const segment = {
    id: '00f067aa0ba902b7',
    trace_id: id,
    name: 'zap-app',
    start_time: seconds,
    end_time: seconds + 0.5,
    annotations: { zap_obs_run: 'run-1' },
    http: { request: { method: 'GET', url: 'http://zap/api/data' }, response: { status: 200 } },
  };
  const put = ['xray', 'put-trace-segments', '--trace-segment-documents'];
  expect(await json(...put, JSON.stringify(segment), '{"id":"1"}')).toEqual({
    UnprocessedTraceSegments: [{ Id: '1', ErrorCode: 'InvalidId', Message: 'Invalid segment. ErrorCode: InvalidId' }],
  });
  expect(await json('xray', 'batch-get-traces', '--trace-ids', id)).toMatchObject({
    Traces: [{ Id: id, Duration: 0.5, Segments: [{ Id: segment.id, Document: JSON.stringify(segment) }] }],
    UnprocessedTraceIds: [],
  });
  const range = ['--start-time', String(seconds - 60), '--end-time', String(seconds + 60), '--filter-expression'];
  const summaries = (...words: string[]) => json('xray', 'get-trace-summaries', ...range, ...words);
  expect(await summaries('annotation[zap_obs_run] = "run-1"')).toMatchObject({
    TraceSummaries: [
      {
        Id: id,
        Http: { HttpMethod: 'GET', HttpStatus: 200 },
        Annotations: { zap_obs_run: [{ AnnotationValue: { StringValue: 'run-1' } }] },
        EntryPoint: { Name: 'zap-app' },
      },
    ],
  });
  expect(await summaries('annotation.zap_obs_run = "run-2"')).toMatchObject({ TraceSummaries: [] });
  await expect(summaries('edge("a", "b")')).rejects.toThrow(
    /\(InvalidRequestException\) when calling the GetTraceSummaries operation: Invalid filter expression: 'edge'/,
  );
  expect(await json('xray', 'get-trace-segment-destination')).toEqual({ Destination: 'XRay', Status: 'ACTIVE' });
  expect(await json('xray', 'get-sampling-rules')).toMatchObject({
    SamplingRuleRecords: [{ SamplingRule: { RuleName: 'Default', Version: 1 }, CreatedAt: expect.anything() }],
  });
});

test('puts log events, filters and reads them', { timeout: 180_000 }, async () => {
  const [group, stream] = [
    ['--log-group-name', '/aws/ecs/zap'],
    ['--log-stream-name', 'otlp/local'],
  ];
  await cli('logs', 'create-log-group', ...group);
  await cli('logs', 'create-log-stream', ...group, ...stream);
  await cli('logs', 'put-retention-policy', ...group, '--retention-in-days', '7');
  const at = Date.now();
  const events = ['a', 'b', 'c'].map((trace_id, index) => ({
    timestamp: at + index,
    message: JSON.stringify({ body: `late ${index}`, trace_id }),
  }));
  const put = await json('logs', 'put-log-events', ...group, ...stream, '--log-events', JSON.stringify(events));
  expect(put.nextSequenceToken).toEqual(expect.any(String));
  const filter = ['logs', 'filter-log-events', ...group];
  expect(await json(...filter, '--filter-pattern', '{ $.trace_id = "b" }')).toMatchObject({
    events: [{ logStreamName: 'otlp/local', ...events[1] }],
  });
  // The CLI follows the tokens itself.
  expect((await json(...filter, '--page-size', '1')).events).toHaveLength(3);
  expect((await json('logs', 'get-log-events', ...group, ...stream, '--limit', '2')).events).toMatchObject([
    events[1] ?? {},
    events[2] ?? {},
  ]);
  expect(await json('logs', 'describe-log-groups', '--log-group-name-prefix', '/aws')).toMatchObject({
    logGroups: [{ logGroupName: '/aws/ecs/zap', retentionInDays: 7 }],
  });
  expect(await json('logs', 'describe-log-streams', ...group)).toMatchObject({
    logStreams: [{ logStreamName: 'otlp/local', lastEventTimestamp: at + 2 }],
  });
  await expect(cli(...filter, '--filter-pattern', 'a=b')).rejects.toThrow(/InvalidParameterException/);
  await cli('logs', 'delete-log-group', ...group);
  await expect(cli(...filter)).rejects.toThrow(/ResourceNotFoundException/);
});

test('lists the clusters of stacks', async () => {
  const cluster = { Resources: { Cluster: { Type: 'AWS::ECS::Cluster', Properties: { ClusterName: 'shop' } } } };
  const named = ['--stack-name', 'with-cluster'];
  const body = `file://${await file('cluster.json', cluster)}`;
  await cli('cloudformation', 'create-stack', ...named, '--template-body', body);
  await cli('cloudformation', 'wait', 'stack-create-complete', ...named);
  const clusterArns = ['arn:aws:ecs:us-east-1:000000000000:cluster/shop'];
  expect(await json('ecs', 'list-clusters')).toEqual({ clusterArns });
  expect(await json('ecs', 'list-services', '--cluster', 'shop')).toEqual({ serviceArns: [] });
});
