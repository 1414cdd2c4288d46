import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type LocalAws, startLocalAws } from '@zap-obs/local-aws';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PREFIX_TAG } from '../stacks/limits.ts';
import { DEMO_IMAGES } from './demo-inputs.ts';
import { ROOT } from './repository.ts';
import { environmentWithoutAws, localAwsEnvironment, runBundle } from './run-bundle.ts';

// The AWS CLI is a client that knows nothing of this project: what it deploys by hand must be what the bundle deploys.
const run = promisify(execFile);
let mine: LocalAws;
let theirs: LocalAws;
beforeAll(async () => {
  [mine, theirs] = await Promise.all([startLocalAws({ port: 0, pace: 0 }), startLocalAws({ port: 0, pace: 0 })]);
});
afterAll(() => Promise.all([mine.close(), theirs.close()]));

const PREFIX = 'same';
const STACKS = [
  ['vpc-alb', '0-vpc-alb-template.yaml'],
  ['monitoring', '1-monitoring-template.yaml'],
  ['ecs-app', '2-ecs-fargate-template.yaml'],
] as const;

async function cli(endpoint: string, ...args: string[]): Promise<string> {
  const env = { ...environmentWithoutAws(), ...localAwsEnvironment(endpoint), AWS_DEFAULT_REGION: 'us-east-1' };
  const { stdout } = await run('aws', ['--endpoint-url', endpoint, '--output', 'json', ...args], { env });
  return stdout;
}

const parsed = async (endpoint: string, ...args: string[]) => JSON.parse(await cli(endpoint, ...args));

/** `aws cloudformation wait` looks every 30 s; the local AWS is done at once. */
async function untilAtRest(stackName: string): Promise<{ Outputs: { OutputKey: string; OutputValue: string }[] }> {
  for (;;) {
    const { Stacks } = await parsed(theirs.url, 'cloudformation', 'describe-stacks', '--stack-name', stackName);
    if (!Stacks[0].StackStatus.endsWith('_IN_PROGRESS')) return Stacks[0];
  }
}

/** All that has to be told to the AWS CLI, and that the bundle finds by itself. */
async function deployByHand(): Promise<void> {
  const known: Record<string, string> = {
    ImageUri: DEMO_IMAGES['image-uri'],
    CollectorImageUri: DEMO_IMAGES['collector-image-uri'],
  };
  const lists = await parsed(
    theirs.url,
    'ec2',
    'describe-managed-prefix-lists',
    '--filters',
    'Name=prefix-list-name,Values=com.amazonaws.us-east-1.s3',
  );
  known.S3PrefixListId = lists.PrefixLists[0].PrefixListId;
  for (const [shortName, file] of STACKS) {
    const body = `file://${join(ROOT, 'cloudformation', file)}`;
    const facts = await parsed(theirs.url, 'cloudformation', 'validate-template', '--template-body', body);
    const names: string[] = facts.Parameters.map(({ ParameterKey }: { ParameterKey: string }) => ParameterKey);
    const parameters = names.flatMap(name =>
      known[name] === undefined ? [] : [{ ParameterKey: name, ParameterValue: known[name] }],
    );
    const stackName = `${PREFIX}-${shortName}`;
    const capabilities = facts.Capabilities?.length > 0 ? ['--capabilities', ...facts.Capabilities] : [];
    const tags = ['--tags', `Key=${PREFIX_TAG},Value=${PREFIX}`];
    await cli(
      theirs.url,
      ...['cloudformation', 'create-stack', '--stack-name', stackName, '--template-body', body],
      ...['--parameters', JSON.stringify(parameters), ...capabilities, ...tags],
    );
    const stack = await untilAtRest(stackName);
    for (const { OutputKey, OutputValue } of stack.Outputs) known[OutputKey] = OutputValue;
  }
}

/** A stack as the AWS CLI describes it, without what is made anew for each. */
async function described(endpoint: string, stackName: string): Promise<unknown> {
  const [{ Stacks }, { StackResources }] = await Promise.all([
    parsed(endpoint, 'cloudformation', 'describe-stacks', '--stack-name', stackName),
    parsed(endpoint, 'cloudformation', 'describe-stack-resources', '--stack-name', stackName),
  ]);
  const { Parameters, Outputs, Capabilities, Tags, StackStatus } = Stacks[0];
  const byKey = (items: Record<string, string>[], key: string) =>
    items.toSorted((a, b) => String(a[key]).localeCompare(String(b[key])));
  return {
    StackStatus,
    Capabilities,
    Tags,
    parameters: byKey(Parameters, 'ParameterKey').map(item => [item.ParameterKey, shape(item.ParameterValue)]),
    outputs: byKey(Outputs, 'OutputKey').map(item => [item.OutputKey, shape(item.OutputValue)]),
    resources: byKey(StackResources, 'LogicalResourceId').map(item => [
      item.LogicalResourceId,
      item.ResourceType,
      item.ResourceStatus,
      shape(item.PhysicalResourceId),
    ]),
  };
}

/** A value without the parts that are random. */
function shape(value = ''): string {
  return value
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '‹uuid›')
    .replaceAll(/\b[0-9a-f]{8,17}\b/g, '‹hex›')
    .replaceAll(/-[A-Z0-9]{12}\b/g, '-‹ID›')
    .replaceAll(/-\d+\./g, '-‹n›.');
}

it('the AWS CLI and the bundle make the same stacks', { timeout: 120_000 }, async () => {
  const [bundle] = await Promise.all([
    runBundle('deploy', { 'stack-prefix': PREFIX, ...DEMO_IMAGES }, { endpoint: mine.url }),
    deployByHand(),
  ]);
  expect(bundle.code).toBe(0);
  for (const [shortName] of STACKS) {
    const stackName = `${PREFIX}-${shortName}`;
    expect(await described(mine.url, stackName)).toEqual(await described(theirs.url, stackName));
  }
});

it('the bundle takes over what the AWS CLI has deployed, with nothing to do, and tears it down', {
  timeout: 60_000,
}, async () => {
  const before = theirs.calls.length;
  const again = await runBundle('deploy', { 'stack-prefix': PREFIX, ...DEMO_IMAGES }, { endpoint: theirs.url });
  expect([again.code, again.outputs.changed]).toEqual([0, 'false']);
  // Dashboards are no stack: those the AWS CLI has not made.
  const stacks = theirs.calls.slice(before).filter(({ service }) => !service.startsWith('grafana'));
  expect(stacks.filter(({ action }) => !/^(Describe|Get)/.test(action))).toEqual([]);
  expect(
    (await runBundle('teardown', { 'stack-prefix': PREFIX, confirm: PREFIX }, { endpoint: theirs.url })).code,
  ).toBe(0);
  expect((await parsed(theirs.url, 'cloudformation', 'describe-stacks')).Stacks).toEqual([]);
});
