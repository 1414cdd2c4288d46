import { afterEach, describe, expect, it } from 'vitest';
import { DEMO_IMAGES } from '../../tooling/demo-inputs.ts';
import { type ScenarioRun, scenarios } from '../../tooling/scenario.ts';
import { action as teardown } from '../teardown/run.ts';
import { action as deploy } from './run.ts';

// What the first pull request of a service sees: no stack of it is there, and no image was ever built.
const scenario = scenarios();
const { run, statusOf } = scenario;

/** Logical ids that a dry run says would be added to a stack, or that a deployment has created. */
function added({ host }: ScenarioRun, stack: string): string[] {
  const rows = host.summaryText.matchAll(new RegExp(`^\\| ${stack} \\| add \\| \`(\\w+)\` \\|(.*)$`, 'gm'));
  return [...rows].map(([, id = '', rest = '']) => (rest.includes('condition') ? `${id}?` : id)).sort();
}

function created({ host }: ScenarioRun, stack: string): string[] {
  const done = new RegExp(`^ *${stack} +CREATE_COMPLETE +(\\w+) \\((?!AWS::CloudFormation::Stack)`);
  return host.log.flatMap(line => done.exec(line)?.[1] ?? []).sort();
}

it('shows what the first deployment creates, resource by resource, before there is an image', async () => {
  const inputs = { 'stack-prefix': 'first', 'max-parallel': '1' };
  const preview = await run(deploy, { ...inputs, 'dry-run': 'true' });
  expect(preview.code, preview.host.log.join('\n')).toBe(0);
  await expect(preview.transcript).toMatchFileSnapshot('__transcripts__/first-preview.md');
  expect(await statusOf('first-vpc-alb')).toBeUndefined();

  const deployed = await run(deploy, { ...inputs, ...DEMO_IMAGES });
  for (const stack of ['vpc-alb', 'monitoring', 'ecs-app']) {
    expect(created(deployed, stack).length).toBeGreaterThan(4);
    expect(added(preview, stack)).toEqual(created(deployed, stack));
  }
});

const STACK = { 'stacks.yaml': 'stacks:\n  one: { template: one.yaml }\n' };
const own = (prefix: string, more: Record<string, string> = {}) => ({
  'stack-prefix': prefix,
  'stacks-file': 'stacks.yaml',
  'dry-run': 'true',
  ...more,
});

it('does not pass over other parameters that have no value', async () => {
  const template = `Parameters: { ImageUri: { Type: String }, Image: { Type: String } }
Resources: { Topic: { Type: AWS::SNS::Topic } }
`;
  const { code, host, writes } = await run(deploy, own('typo'), { ...STACK, 'one.yaml': template });
  expect([code, writes]).toEqual([1, []]);
  const errors = host.log.filter(line => line.startsWith('[error'));
  expect(errors).toHaveLength(1);
  expect(errors[0]).toContain('Parameter `Image` of stack `one` has no value');
});

it('marks what hangs on a condition that nobody can tell yet', async () => {
  const template = `Parameters: { ImageUri: { Type: String }, Debug: { Type: String, Default: "no" } }
Conditions:
  IsLatest: !Equals [!Ref ImageUri, latest]
  IsDebug: !Equals [!Ref Debug, "yes"]
Resources:
  Topic: { Type: AWS::SNS::Topic }
  Latest: { Type: AWS::SNS::Topic, Condition: IsLatest }
  Debugging: { Type: AWS::SNS::Topic, Condition: IsDebug }
`;
  const preview = await run(deploy, own('cond'), { ...STACK, 'one.yaml': template });
  expect(preview.code).toBe(0);
  expect(added(preview, 'one')).toEqual(['Latest?', 'Topic']);
});

it('takes the image that is deployed, once there is one', async () => {
  const inputs = { 'stack-prefix': 'later', 'max-parallel': '1' };
  await run(deploy, { ...inputs, ...DEMO_IMAGES });
  const { code, host } = await run(deploy, { ...inputs, 'dry-run': 'true' });
  expect([code, host.outputs.changed]).toEqual([0, 'false']);
  expect(host.summaryText).not.toContain('| known after build |');
});

describe('a role that may not delete stacks', () => {
  const denied: { remove(): void }[] = [];
  const deny = (action: string) => denied.push(scenario.aws.faults.inject({ fault: 'access-denied', action }));
  const allowAll = () => {
    for (const fault of denied.splice(0)) fault.remove();
  };
  afterEach(allowAll);

  const files = { ...STACK, 'one.yaml': 'Resources: { Topic: { Type: AWS::SNS::Topic } }\n' };
  const changed = {
    ...files,
    'one.yaml': files['one.yaml'].replace('Topic }', 'Topic, Properties: { DisplayName: b } }'),
  };
  const flagged = ({ host }: ScenarioRun) => host.log.filter(line => /^\[(error|warning)/.test(line));

  it('leaves an empty one, says so, and the next preview and deployment use it', async () => {
    deny('DeleteStack');
    const first = await run(deploy, own('pr'), files);
    await expect(first.transcript).toMatchFileSnapshot('__transcripts__/dry-run-may-not-delete.md');
    expect([first.code, await statusOf('pr-one')]).toEqual([0, 'REVIEW_IN_PROGRESS']);
    const [warning = '', ...more] = flagged(first);
    expect(warning).toContain('Stack `pr-one` stays behind empty (REVIEW_IN_PROGRESS)');
    // The role of previews shall not have that right.
    expect(warning).not.toContain('Allow `cloudformation:DeleteStack`');
    expect(more).toEqual([]);

    const second = await run(deploy, own('pr'), files);
    expect([second.code, second.host.outputs.changed]).toEqual([0, first.host.outputs.changed]);
    expect(flagged(second)).toEqual([warning]);
    expect((await run(deploy, own('pr', { 'dry-run': 'false' }), files)).code).toBe(0);
    expect(await statusOf('pr-one')).toBe('CREATE_COMPLETE');
    expect(flagged(await run(deploy, own('pr'), changed))).toEqual([]);
  });

  it('leaves what teardown removes, also when it was never deployed', async () => {
    deny('DeleteStack');
    await run(deploy, own('gone'), files);
    expect(await statusOf('gone-one')).toBe('REVIEW_IN_PROGRESS');
    allowAll();
    const inputs = { 'stack-prefix': 'gone', 'stacks-file': 'stacks.yaml', confirm: 'gone' };
    expect((await run(teardown, inputs, files)).code).toBe(0);
    expect(await statusOf('gone-one')).toBeUndefined();
  });

  it('nor change sets leaves one, says how it goes, and stays green', async () => {
    deny('DeleteChangeSet');
    const preview = await run(deploy, own('set'), files);
    expect([preview.code, flagged(preview)]).toEqual([
      0,
      [expect.stringMatching(/Change set zap-obs-\S+ of set-one may be left: .*aws cloudformation delete-change-set/)],
    ]);
  });
});
