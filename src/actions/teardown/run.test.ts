import { describe, expect, it } from 'vitest';
import { scenarios } from '../../tooling/scenario.ts';
import { action as deploy } from '../deploy/run.ts';
import { action as teardown } from './run.ts';

const { run, statusOf } = scenarios();

const FILES = {
  'stacks.yaml':
    'stacks:\n  base: { template: base.yaml }\n  user: { template: user.yaml }\n  aside: { template: aside.yaml, depends-on: [user] }\n',
  'base.yaml': `Resources:
  Topic: { Type: AWS::SNS::Topic }
Outputs:
  TopicArn: { Value: !Ref Topic, Export: { Name: !Sub "\${AWS::StackName}-topic" } }
`,
  'user.yaml': `Parameters: { BaseStack: { Type: String, Default: none } }
Resources:
  Queue: { Type: AWS::SQS::Queue, Properties: { Tags: [{ Key: topic, Value: { "Fn::ImportValue": !Sub "\${BaseStack}-topic" } }] } }
`,
  'aside.yaml': `Resources:
  Kept: { Type: AWS::S3::Bucket, DeletionPolicy: Retain }
  Gone: { Type: AWS::SQS::Queue }
`,
};
const own = (prefix: string, more: Record<string, string> = {}) => ({
  'stack-prefix': prefix,
  'stacks-file': 'stacks.yaml',
  ...more,
});
const deployed = (prefix: string, files: Record<string, string> = FILES) =>
  run(deploy, own(prefix, { parameters: `BaseStack: ${prefix}-base` }), files);
const statuses = (prefix: string) => Promise.all(['base', 'user', 'aside'].map(name => statusOf(`${prefix}-${name}`)));

it('deletes importers before what they import from, waits, and lists what stays behind', async () => {
  expect((await deployed('down')).code).toBe(0);
  const gone = await run(teardown, own('down', { confirm: 'down' }), FILES);
  expect(gone.code).toBe(0);
  await expect(gone.transcript).toMatchFileSnapshot('__transcripts__/teardown.md');
  expect(JSON.parse(gone.host.outputs.residue ?? '')).toEqual([
    expect.objectContaining({
      stack: 'down-aside',
      logicalId: 'Kept',
      type: 'AWS::S3::Bucket',
      physicalId: expect.stringContaining('down-aside-kept'),
    }),
  ]);
  expect(await statuses('down')).toEqual([undefined, undefined, undefined]);

  const again = await run(teardown, own('down', { confirm: 'down' }), FILES);
  expect([again.code, again.writes, again.host.outputs.deleted]).toEqual([0, [], '[]']);
});

it('shows in a dry run what it would delete and what would stay, and deletes nothing', async () => {
  await deployed('look');
  const looked = await run(teardown, own('look', { 'dry-run': 'true' }), FILES);
  await expect(looked.transcript).toMatchFileSnapshot('__transcripts__/teardown-dry-run.md');
  expect(looked.writes).toEqual([]);
  expect(await statuses('look')).toEqual(['CREATE_COMPLETE', 'CREATE_COMPLETE', 'CREATE_COMPLETE']);
});

describe('deletes nothing unless the prefix is confirmed', () => {
  it.each([
    ['nothing', {}, 'Seen: nothing. Give `confirm: sure`'],
    ['another prefix', { confirm: 'shure' }, 'Seen: `shure`.'],
    ['another case', { confirm: 'Sure' }, 'Seen: `Sure`.'],
  ])('%s', async (_, inputs, message) => {
    const { code, calls, host } = await run(teardown, own('sure', inputs), FILES);
    expect([code, calls]).toEqual([1, []]);
    expect(host.log.join('\n')).toContain(message);
  });
});

describe('a deletion that fails', () => {
  const files = {
    ...FILES,
    'user.yaml': FILES['user.yaml'].replace(
      'Type: AWS::SQS::Queue,',
      'Type: AWS::SQS::Queue, Metadata: { "zap-local:fail-delete": "The queue is in use" },',
    ),
  };

  it('says why, keeps what it depends on, and deletes the rest', async () => {
    await deployed('stuck', files);
    const failed = await run(teardown, own('stuck', { confirm: 'stuck' }), files);
    expect(failed.code).toBe(1);
    await expect(failed.transcript).toMatchFileSnapshot('__transcripts__/teardown-failed.md');
    expect(await statuses('stuck')).toEqual(['CREATE_COMPLETE', 'DELETE_FAILED', undefined]);
  });

  it('does not keep from deletion what is independent of it', async () => {
    const independent = { ...files, 'stacks.yaml': FILES['stacks.yaml'].replace(', depends-on: [user]', '') };
    await deployed('apart', independent);
    expect((await run(teardown, own('apart', { confirm: 'apart' }), independent)).code).toBe(1);
    expect(await statuses('apart')).toEqual(['CREATE_COMPLETE', 'DELETE_FAILED', undefined]);
  });
});

describe('only', () => {
  it('deletes the stacks that it names', async () => {
    await deployed('some');
    expect((await run(teardown, own('some', { confirm: 'some', only: 'aside, user' }), FILES)).code).toBe(0);
    expect(await statuses('some')).toEqual(['CREATE_COMPLETE', undefined, undefined]);
  });

  it('leaves nothing standing on what is gone', async () => {
    await deployed('base');
    const { code, host, writes } = await run(teardown, own('base', { confirm: 'base', only: 'base' }), FILES);
    expect([code, writes]).toEqual([1, []]);
    expect(host.log.at(-1)).toContain(
      'Stack `user` depends on `base`, and input `only` would leave it standing. Name `user` in `only` too.',
    );
  });
});

it('refuses before the first deletion when one stack is protected, in a dry run too', async () => {
  await deployed('safe');
  const { CloudFormationClient, UpdateTerminationProtectionCommand } = await import('@aws-sdk/client-cloudformation');
  await new CloudFormationClient({ region: 'us-east-1' }).send(
    new UpdateTerminationProtectionCommand({ StackName: 'safe-base', EnableTerminationProtection: true }),
  );
  for (const inputs of [{ confirm: 'safe' }, { 'dry-run': 'true' }]) {
    const { code, host, writes } = await run(teardown, own('safe', inputs), FILES);
    expect([code, writes]).toEqual([1, []]);
    expect(host.log.at(-1)).toContain('Termination protection is on for stack `safe-base`');
  }
});

it('needs no template that can be deployed, only the order', async () => {
  await deployed('old');
  const broken = {
    ...FILES,
    'base.yaml': 'Resources: [',
    'user.yaml': FILES['user.yaml'].replace('Default: none', 'Default: none, AllowedValues: [x]'),
  };
  expect((await run(teardown, own('old', { confirm: 'old' }), broken)).code).toBe(0);
  expect(await statuses('old')).toEqual([undefined, undefined, undefined]);
});
