import { setTimeout as sleep } from 'node:timers/promises';
import {
  CloudFormationClient,
  type CloudFormationClientConfig,
  CreateStackCommand,
  DeleteStackCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import { describe, expect, it } from 'vitest';
import { scenarios } from '../../tooling/scenario.ts';
import { action as teardown } from '../teardown/run.ts';
import { action as deploy } from './run.ts';

// A hundredth of AWS's durations: operations last long enough to be met under way.
const scenario = scenarios(0.01);
const { run, statusOf } = scenario;

const STACKS = { 'stacks.yaml': 'stacks:\n  one: { template: one.yaml }\n' };
const template = (properties: string, metadata = '{}', more = '') =>
  `Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n    Metadata: ${metadata}\n    Properties: ${properties}\n${more}Outputs:\n  Name: { Value: !GetAtt Topic.TopicName }\n`;
const GOOD = template('{ DisplayName: good }');
const BETTER = template('{ DisplayName: better }');
const files = (text: string) => ({ ...STACKS, 'one.yaml': text });
const own = (prefix: string, more: Record<string, string> = {}) => ({
  'stack-prefix': prefix,
  'stacks-file': 'stacks.yaml',
  ...more,
});
const client = (config: CloudFormationClientConfig = {}) =>
  new CloudFormationClient({ region: 'us-east-1', ...config });
const settled = async (name: string) => {
  for (;;) {
    const status = await statusOf(name);
    if (!status?.endsWith('_IN_PROGRESS')) return status;
    await sleep(5);
  }
};
const update = async (name: string, text: string, more = {}) => {
  await client().send(new UpdateStackCommand({ StackName: name, TemplateBody: text, ...more }));
  return await settled(name);
};
/** As it is seen, without the marks that keep it from being taken for Markdown. */
const shown = (markdown: string) => markdown.replaceAll('\\_', '_');
const actions = (outputs: Record<string, string>) =>
  JSON.parse(outputs.stacks ?? '').map(({ action }: { action: string }) => action);

/** A stack whose update failed, and the rollback of it as well. */
async function stuck(prefix: string): Promise<void> {
  await run(deploy, own(prefix), files(GOOD));
  const broken = template(
    '{ DisplayName: changed }',
    '{ "zap-local:stuck-rollback": "The topic is locked" }',
    '  Wrong: { Type: AWS::SQS::Queue, DependsOn: Topic, Properties: { NoSuchProperty: 1 } }\n',
  );
  expect(await update(`${prefix}-one`, broken)).toBe('UPDATE_ROLLBACK_FAILED');
}

describe('UPDATE_ROLLBACK_FAILED', () => {
  it('names what keeps the rollback and the input that lets it go on; with that, it is continued and then updated', async () => {
    await stuck('stuck');
    const again = await run(deploy, own('stuck'), files(BETTER));
    await expect(again.transcript).toMatchFileSnapshot('__transcripts__/recovery-stuck.md');
    expect(again.code).toBe(1);
    expect(await statusOf('stuck-one')).toBe('UPDATE_ROLLBACK_FAILED');

    const skipped = await run(deploy, own('stuck', { 'skip-resources': 'one.Topic, one.Other' }), files(BETTER));
    await expect(skipped.transcript).toMatchFileSnapshot('__transcripts__/recovery-continued.md');
    expect([skipped.code, actions(skipped.host.outputs), skipped.host.outputs.changed]).toEqual([
      0,
      ['update'],
      'true',
    ]);
    expect(await statusOf('stuck-one')).toBe('UPDATE_COMPLETE');
  });

  it('of a stack that is as planned otherwise is recovered', async () => {
    await stuck('back');
    const { code, host } = await run(deploy, own('back', { 'skip-resources': 'one.Topic' }), files(GOOD));
    expect([code, actions(host.outputs), host.outputs.changed]).toEqual([0, ['recover'], 'true']);
    expect(host.summaryText).toContain('continued a rollback that had failed');
    expect(await statusOf('back-one')).toBe('UPDATE_ROLLBACK_COMPLETE');
  });

  it('is told by a dry run, which leaves it', async () => {
    await stuck('look');
    const { code, writes, host } = await run(deploy, own('look', { 'dry-run': 'true' }), files(BETTER));
    expect([code, writes]).toEqual([0, []]);
    expect(shown(host.summaryText)).toContain(
      'a deployment would continue the rollback first (UPDATE_ROLLBACK_FAILED)',
    );
  });

  it.each([
    [
      'skip-resources',
      'onw.Topic',
      'of a stack that is not in the stacks file. Seen: `onw.Topic`. Did you mean `one`?',
    ],
    ['allow-replacement', 'onw.Topic', 'of a stack that is not in the stacks file. Seen: `onw.Topic`. Did you mean'],
    ['skip-resources', 'Topic', 'without its stack. Seen: `Topic`. Write `<short name>.Topic`, with one of one.'],
  ])('%s: %s, which is nothing, is an error before any call', async (input, id, message) => {
    const { code, calls, host } = await run(deploy, own('nobody', { [input]: id }), files(GOOD));
    expect([code, calls]).toEqual([1, []]);
    expect(host.log.at(-1)).toContain(`Input \`${input}\` names a resource ${message}`);
  });
});

it('UPDATE_FAILED, as an update leaves it that keeps what failed, is rolled back and updated anew', async () => {
  await run(deploy, own('kept'), files(GOOD));
  const broken = template('{ DisplayName: changed, NoSuchProperty: 1 }');
  expect(await update('kept-one', broken, { DisableRollback: true })).toBe('UPDATE_FAILED');
  const { code, host, writes } = await run(deploy, own('kept'), files(BETTER));
  expect([code, actions(host.outputs)]).toEqual([0, ['update']]);
  expect(writes[0]).toBe('cloudformation:RollbackStack');
  expect(host.summaryText).toContain('rolled back an update that had failed; changed: template');
  expect(await statusOf('kept-one')).toBe('UPDATE_COMPLETE');
});

const BROKEN = template('{ NoSuchProperty: 1 }');
const create = async (name: string, text: string, more = {}) => {
  await client().send(new CreateStackCommand({ StackName: name, TemplateBody: text, ...more }));
  return await settled(name);
};

describe.each<[string, (name: string) => Promise<unknown>]>([
  ['ROLLBACK_COMPLETE', name => create(name, BROKEN)],
  ['CREATE_FAILED', name => create(name, BROKEN, { DisableRollback: true })],
  [
    'DELETE_FAILED',
    async name => {
      const exported = `${GOOD}  Exported: { Value: x, Export: { Name: ${name}-export } }\n`;
      const importer = template(`{ DisplayName: !ImportValue ${name}-export }`);
      await create(name, exported);
      await create(`${name}-user`, importer);
      await client().send(new DeleteStackCommand({ StackName: name }));
      await settled(name);
      await client().send(new DeleteStackCommand({ StackName: `${name}-user` }));
      await settled(`${name}-user`);
    },
  ],
])('%s', (status, make) => {
  const prefix = status.toLowerCase().replace('_', '-');

  it('is replaced', async () => {
    await make(`${prefix}-one`);
    expect(await statusOf(`${prefix}-one`)).toBe(status);
    const { code, host } = await run(deploy, own(prefix), files(GOOD));
    expect([code, actions(host.outputs)]).toEqual([0, ['recreate']]);
    expect(shown(host.summaryText)).toContain(`replaces a stack in ${status}`);
    expect(await statusOf(`${prefix}-one`)).toBe('CREATE_COMPLETE');
  });

  it('is left alone by a dry run and with `recreate-failed: false`', async () => {
    await make(`${prefix}2-one`);
    const looked = await run(deploy, own(`${prefix}2`, { 'dry-run': 'true' }), files(GOOD));
    expect([looked.code, looked.writes]).toEqual([0, []]);
    expect(looked.host.summaryText).toContain('would be recreated');
    const refused = await run(deploy, own(`${prefix}2`, { 'recreate-failed': 'false' }), files(GOOD));
    expect([refused.code, refused.writes]).toEqual([1, []]);
    expect(refused.host.log.at(-1)).toContain(`Seen: ${status}. Take it away with \`teardown\``);
    expect(await statusOf(`${prefix}2-one`)).toBe(status);
  });
});

it('remains that cannot be deleted are named with what keeps them', async () => {
  await create('rest-one', template('{}', '{ "zap-local:fail-delete": "The topic is locked" }'));
  await client().send(new DeleteStackCommand({ StackName: 'rest-one' }));
  expect(await settled('rest-one')).toBe('DELETE_FAILED');
  const { code, host } = await run(deploy, own('rest'), files(GOOD));
  expect(code).toBe(1);
  expect(host.log.at(-1)).toContain(
    'The remains of stack `rest-one` could not be deleted because of `Topic`. Seen: The topic is locked',
  );
});

describe('an operation of somebody else', () => {
  const slow = (name: string, seconds: number) =>
    template(`{ DisplayName: ${name} }`, `{ "zap-local:seconds": ${seconds} }`);
  it('is watched to its end, and the deployment goes on from there', async () => {
    await client().send(new CreateStackCommand({ StackName: 'busy-one', TemplateBody: slow('theirs', 50) }));
    const { code, transcript, host } = await run(deploy, own('busy'), files(BETTER));
    await expect(transcript).toMatchFileSnapshot('__transcripts__/attach.md');
    expect([code, actions(host.outputs)]).toEqual([0, ['update']]);
    expect(await statusOf('busy-one')).toBe('UPDATE_COMPLETE');
  });

  it('that ends badly is recovered from', async () => {
    const text = template('{ DisplayName: a }', '{ "zap-local:seconds": 30, "zap-local:fail": "It broke" }');
    await client().send(new CreateStackCommand({ StackName: 'bad-one', TemplateBody: text }));
    const { code, host } = await run(deploy, own('bad'), files(GOOD));
    expect([code, actions(host.outputs)]).toEqual([0, ['recreate']]);
  });

  it('that takes the stack away is followed by a creation', async () => {
    await create('away-one', slow('theirs', 30));
    await client().send(new DeleteStackCommand({ StackName: 'away-one' }));
    const { code, host } = await run(deploy, own('away'), files(GOOD));
    expect([code, actions(host.outputs)]).toEqual([0, ['create']]);
  });

  it('ends the run before the first write with `in-progress: fail`, and is only told by a dry run', async () => {
    await client().send(new CreateStackCommand({ StackName: 'no-one', TemplateBody: slow('theirs', 100) }));
    const refused = await run(deploy, own('no', { 'in-progress': 'fail' }), files(GOOD));
    expect([refused.code, refused.writes]).toEqual([1, []]);
    expect(refused.host.log.at(-1)).toContain(
      'Another operation is going on with stack `no-one`. Seen: CREATE_IN_PROGRESS.',
    );
    const looked = await run(deploy, own('no', { 'dry-run': 'true' }), files(GOOD));
    expect([looked.code, looked.writes]).toEqual([0, []]);
    expect(shown(looked.host.summaryText)).toContain('another operation is going on (CREATE_IN_PROGRESS)');
    expect(await statusOf('no-one')).toBe('CREATE_IN_PROGRESS');
    await settled('no-one');
  });

  it('is waited for before a deletion too', async () => {
    await client().send(new CreateStackCommand({ StackName: 'gone-one', TemplateBody: slow('theirs', 30) }));
    const { code, host } = await run(teardown, own('gone', { confirm: 'gone' }), files(GOOD));
    expect([code, host.outputs.deleted]).toEqual([0, '["gone-one"]']);
    expect(host.log.join('\n')).toContain('CREATE_COMPLETE  Topic');
  });

  it('that begins between the plan and the change is waited for, and the change planned anew', async () => {
    await run(deploy, own('between'), files(GOOD));
    const [one, two] = await Promise.all([
      run(deploy, own('between'), files(slow('same', 30))),
      run(deploy, own('between'), files(slow('same', 30))),
    ]);
    expect([one.code, two.code]).toEqual([0, 0]);
    const all = [...actions(one.host.outputs), ...actions(two.host.outputs)].sort();
    expect(all).toEqual(['none', 'update']);
  });
});

it('two runs that create the same stacks at once both succeed', async () => {
  const inputs = own('twins');
  const runs = await Promise.all([run(deploy, inputs, files(GOOD)), run(deploy, inputs, files(GOOD))]);
  expect(runs.map(({ code }) => code)).toEqual([0, 0]);
  expect(
    scenario.aws.stacks().filter(({ name, status }) => name === 'twins-one' && status === 'CREATE_COMPLETE'),
  ).toHaveLength(1);
});
