import { describe, expect, it } from 'vitest';
import { DEMO_IMAGES } from '../../tooling/demo-inputs.ts';
import { scenarios } from '../../tooling/scenario.ts';
import { action as teardown } from '../teardown/run.ts';
import { action as deploy } from './run.ts';

const scenario = scenarios();
const { run, statusOf } = scenario;

/** Two stacks of our own: a topic whose name the second one is told. */
const FILES = {
  'stacks.yaml': `stacks:
  first: { template: first.yaml }
  second: { template: second.yaml }
`,
  'first.yaml': `Parameters:
  Suffix: { Type: String, Default: one }
Resources:
  Topic: { Type: AWS::SNS::Topic, Properties: { TopicName: !Sub "\${AWS::StackName}-\${Suffix}" } }
Outputs:
  TopicName: { Value: !GetAtt Topic.TopicName }
`,
  'second.yaml': `Parameters:
  TopicName: { Type: String }
Resources:
  Queue: { Type: AWS::SQS::Queue, Properties: { QueueName: !Sub "\${TopicName}-queue" } }
Outputs:
  QueueName: { Value: !GetAtt Queue.QueueName }
`,
};
const own = (prefix: string, more: Record<string, string> = {}) => ({
  'stack-prefix': prefix,
  'stacks-file': 'stacks.yaml',
  'max-parallel': '1',
  ...more,
});

describe('the three stacks of zap-obs', () => {
  const inputs = { 'stack-prefix': 'shop', 'max-parallel': '1', ...DEMO_IMAGES };

  it('are deployed in order, outputs threaded; again, it does nothing; a change updates one; teardown takes them away', async () => {
    const first = await run(deploy, inputs);
    await expect(first.transcript).toMatchFileSnapshot('__transcripts__/deploy.md');
    expect(first.code).toBe(0);

    const again = await run(deploy, inputs);
    await expect(again.transcript).toMatchFileSnapshot('__transcripts__/deploy-again.md');
    expect(again.writes).toEqual([]);
    // Two reads a stack, the lookup, and the workspace of Grafana.
    // Two reads a stack, the lookup, and Grafana's workspace.
    expect(again.calls).toHaveLength(8);

    const changed = await run(deploy, { ...inputs, parameters: 'ecs-app.DesiredCount: 3' });
    await expect(changed.transcript).toMatchFileSnapshot('__transcripts__/deploy-update.md');
    expect(JSON.parse(changed.host.outputs.stacks ?? '').map((stack: { action: string }) => stack.action)).toEqual([
      'none',
      'none',
      'update',
    ]);

    const gone = await run(teardown, { 'stack-prefix': 'shop', confirm: 'shop' });
    expect(gone.code).toBe(0);
    expect(JSON.parse(gone.host.outputs.deleted ?? '').sort()).toEqual([
      'shop-ecs-app',
      'shop-monitoring',
      'shop-vpc-alb',
    ]);
    for (const name of ['vpc-alb', 'monitoring', 'ecs-app']) expect(await statusOf(`shop-${name}`)).toBeUndefined();
  });
});

describe('a failure', () => {
  const broken = FILES['second.yaml'].replace('QueueName: !Sub', 'VisibilityTimeout: soon, QueueName: !Sub');

  it('shows the first real cause at the line of the template, keeps the earlier stack, and a new run goes on from there', async () => {
    const failed = await run(deploy, own('fail'), { ...FILES, 'second.yaml': broken });
    await expect(failed.transcript).toMatchFileSnapshot('__transcripts__/deploy-failed.md');
    expect(failed.code).toBe(1);
    expect([await statusOf('fail-first'), await statusOf('fail-second')]).toEqual([
      'CREATE_COMPLETE',
      'ROLLBACK_COMPLETE',
    ]);

    const resumed = await run(deploy, own('fail'), FILES);
    expect(resumed.code).toBe(0);
    expect(JSON.parse(resumed.host.outputs.stacks ?? '').map((stack: { action: string }) => stack.action)).toEqual([
      'none',
      'recreate',
    ]);
    expect(await statusOf('fail-second')).toBe('CREATE_COMPLETE');
  });

  it('starts nothing that depends on it', async () => {
    const firstBroken = FILES['first.yaml'].replace('TopicName: !Sub', 'NoSuchProperty: 1, TopicName: !Sub');
    const failed = await run(deploy, own('gate'), { ...FILES, 'first.yaml': firstBroken });
    expect(failed.code).toBe(1);
    expect(failed.host.summaryText).toContain('| not started | — | `first` did not succeed |');
    expect(await statusOf('gate-second')).toBeUndefined();
  });

  it('of an update rolls back and leaves the former version', async () => {
    await run(deploy, own('upd'), FILES);
    const failed = await run(deploy, own('upd'), { ...FILES, 'second.yaml': broken });
    expect(failed.code).toBe(1);
    expect(failed.host.log.at(-1)).toContain(
      'second.yaml:4:3: Stack `upd-second` failed (UPDATE_ROLLBACK_COMPLETE) because of `Queue`',
    );
    expect(await statusOf('upd-second')).toBe('UPDATE_ROLLBACK_COMPLETE');
  });
});

describe('a dry run', () => {
  it('of new stacks shows all that would be added, and leaves nothing behind', async () => {
    const { code, transcript } = await run(deploy, own('dry', { 'dry-run': 'true' }), FILES);
    await expect(transcript).toMatchFileSnapshot('__transcripts__/dry-run-new.md');
    expect(code).toBe(0);
    expect([await statusOf('dry-first'), await statusOf('dry-second')]).toEqual([undefined, undefined]);
  });

  it('of deployed stacks shows changes and what is known only after deployment, and changes nothing', async () => {
    await run(deploy, own('dry2'), FILES);
    const { transcript, calls, host } = await run(
      deploy,
      own('dry2', { 'dry-run': 'true', parameters: 'Suffix: two' }),
      FILES,
    );
    await expect(transcript).toMatchFileSnapshot('__transcripts__/dry-run-change.md');
    expect(calls).not.toContain('cloudformation:ExecuteChangeSet');
    expect(host.outputs.changed).toBe('false');
    const after = await run(deploy, own('dry2'), FILES);
    expect(after.writes).toEqual([]);
  });

  it('never deletes a stack that failed to be created', async () => {
    const broken = FILES['first.yaml'].replace('TopicName: !Sub', 'NoSuchProperty: 1, TopicName: !Sub');
    await run(deploy, own('keep'), { ...FILES, 'first.yaml': broken });
    expect(await statusOf('keep-first')).toBe('ROLLBACK_COMPLETE');
    const { host, writes } = await run(deploy, own('keep', { 'dry-run': 'true' }), FILES);
    expect(host.summaryText).toContain('would be recreated');
    expect(writes).toEqual([]);
    expect(await statusOf('keep-first')).toBe('ROLLBACK_COMPLETE');
  });
});

describe('a dry run of what cannot succeed', () => {
  it('fails as the run would', async () => {
    const files = {
      'stacks.yaml': 'stacks:\n  one: { template: one.yaml }\n  two: { template: two.yaml }\n',
      'one.yaml':
        'Conditions: { No: !Equals [a, b] }\nResources: { T: { Type: "AWS::SNS::Topic" } }\nOutputs: { X: { Condition: No, Value: x } }\n',
      'two.yaml':
        'Parameters: { X: { Type: String } }\nResources: { T: { Type: "AWS::SNS::Topic", Properties: { DisplayName: !Ref X } } }\n',
    };
    await run(deploy, own('cond', { only: 'one' }), files);
    const looked = await run(deploy, own('cond', { 'dry-run': 'true' }), files);
    expect(looked.code).toBe(1);
    expect(looked.host.log.at(-1)).toContain('has no output `X` now');
    expect(looked.host.log.at(-1)).toContain('See whether a condition keeps that output away');
  });
});

describe('only', () => {
  it('deploys one stack with the outputs of the deployed others', async () => {
    await run(deploy, own('only', { only: 'first' }), FILES);
    expect(await statusOf('only-second')).toBeUndefined();
    const { code, host } = await run(deploy, own('only', { only: 'second' }), FILES);
    expect(code).toBe(0);
    expect(JSON.parse(host.outputs.outputs ?? '')).toEqual({
      first: { TopicName: 'only-first-one' },
      second: { QueueName: 'only-first-one-queue' },
    });
  });

  it('says which stack is missing when the others are not deployed', async () => {
    const { code, host, writes } = await run(deploy, own('alone', { only: 'second' }), FILES);
    expect([code, writes]).toEqual([1, []]);
    expect(host.log.at(-1)).toContain(
      'Stack `second` needs `TopicName` from stack `first`, which has no output `TopicName` now',
    );
  });
});

describe('values are remembered by the deployed stack', () => {
  it('where a template has no default', async () => {
    const file = {
      'stacks.yaml': 'stacks:\n  one: { template: one.yaml }\n',
      'one.yaml':
        'Parameters: { Name: { Type: String }, Key: { Type: String, NoEcho: true } }\nResources: { T: { Type: "AWS::SNS::Topic", Properties: { TopicName: !Ref Name, DisplayName: !Ref Key } } }\n',
    };
    const first = await run(deploy, own('mem', { parameters: 'Name: a\nKey: very-secret' }), file);
    expect(first.code).toBe(0);
    expect(first.transcript.replace('Key: very-secret', '')).not.toContain('very-secret');
    const again = await run(deploy, own('mem'), file);
    expect([again.code, again.writes]).toEqual([0, []]);
  });
});

it('two runs with the same prefix never disturb each other’s change sets', async () => {
  const [one, two] = await Promise.all([run(deploy, own('race'), FILES), run(deploy, own('race'), FILES)]);
  expect([one.code, two.code]).toContain(0);
  expect(await statusOf('race-second')).toBe('CREATE_COMPLETE');
});

describe('a template larger than a request', () => {
  const large = { ...FILES, 'first.yaml': `${FILES['first.yaml']}# ${'x'.repeat(51_200)}\n` };
  const objects = async () => {
    const { ListObjectsV2Command, S3Client } = await import('@aws-sdk/client-s3');
    const client = new S3Client({ region: 'us-east-1', forcePathStyle: true });
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: 'templates' }));
    return Contents.map(({ Key }) => Key);
  };

  it('goes through the bucket under the name of its content, once; a dry run leaves none', async () => {
    const { CreateBucketCommand, S3Client } = await import('@aws-sdk/client-s3');
    await new S3Client({ region: 'us-east-1', forcePathStyle: true }).send(
      new CreateBucketCommand({ Bucket: 'templates' }),
    );
    const inputs = own('large', { 'template-bucket': 'templates' });
    const looked = await run(deploy, { ...inputs, 'dry-run': 'true' }, large);
    expect([looked.code, await objects()]).toEqual([0, []]);

    expect((await run(deploy, inputs, large)).code).toBe(0);
    expect(await statusOf('large-first')).toBe('CREATE_COMPLETE');
    expect(await objects()).toEqual([expect.stringMatching(/^zap-obs\/[0-9a-f]{64}\.template$/)]);

    const renamed = { ...inputs, parameters: 'Suffix: two', 'allow-replacement': 'second.Queue' };
    const updated = await run(deploy, renamed, large);
    expect([updated.code, updated.writes.includes('s3:PutObject')]).toEqual([0, false]);
  });
});

it('a first deployment that failed does not lend its values to the next', async () => {
  const files = {
    'stacks.yaml': 'stacks:\n  one: { template: one.yaml }\n',
    'one.yaml':
      'Parameters: { Name: { Type: String } }\nResources: { T: { Type: "AWS::SNS::Topic", Properties: { TopicName: !Ref Name, Wrong: 1 } } }\n',
  };
  await run(deploy, own('lend', { parameters: 'Name: a' }), files);
  expect(await statusOf('lend-one')).toBe('ROLLBACK_COMPLETE');
  const { code, host, writes } = await run(deploy, own('lend'), files);
  expect(host.log.at(-1)).toContain('Parameter `Name` of stack `one` has no value');
  expect([code, writes]).toEqual([1, []]);
});

it.each([
  ['a comment', (text: string) => `# words\n${text}`],
  ['a description', (text: string) => `Description: Grüße – an alle\n${text}`],
  ['the order of keys', (text: string) => text.replace(/^(Parameters:[\s\S]*?)(Resources:[\s\S]*)$/, '$2$1')],
])('a template that differs in %s only is no change', async (what, change) => {
  const prefix = `same-${what.replaceAll(' ', '-')}`;
  await run(deploy, own(prefix), FILES);
  const { code, writes } = await run(deploy, own(prefix), { ...FILES, 'first.yaml': change(FILES['first.yaml']) });
  expect([code, writes]).toEqual([0, []]);
});

it('a template that is not UTF-8 is refused', async () => {
  const { writeFileSync } = await import('node:fs');
  const { host } = await run(deploy, own('latin'), FILES);
  expect(host.log.join('')).toContain('created');
  const latin = Buffer.from(FILES['first.yaml'].replace('Parameters:', '# gr\xfc\xdfe\nParameters:'), 'latin1');
  const { workspace } = scenario;
  writeFileSync(`${workspace}/latin.yaml`, latin);
  const again = await run(deploy, own('latin'), { 'stacks.yaml': 'stacks:\n  first: { template: latin.yaml }\n' });
  expect(again.host.log.at(-1)).toContain('Template `latin.yaml` cannot be read. Seen: text that is not UTF-8.');
});

it('an output that a later stack needs is deployed, though no resource changes', async () => {
  await run(deploy, own('more'), FILES);
  const properties = 'Properties: { Tags: [{ Key: extra, Value: !Ref Extra }],';
  const more = {
    ...FILES,
    'first.yaml': `${FILES['first.yaml']}  Extra: { Value: new }\n`,
    'second.yaml': FILES['second.yaml']
      .replace('Resources:', '  Extra: { Type: String }\nResources:')
      .replace('Properties: {', properties),
  };
  const { code, host } = await run(deploy, own('more'), more);
  expect(code).toBe(0);
  expect(JSON.parse(host.outputs.outputs ?? '').first.Extra).toBe('new');
});
