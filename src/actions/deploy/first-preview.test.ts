import { expect, it } from 'vitest';
import { DEMO_IMAGES } from '../../tooling/demo-inputs.ts';
import { type ScenarioRun, scenarios } from '../../tooling/scenario.ts';
import { action as deploy } from './run.ts';

// What the first pull request of a service sees: no stack of it is there, and no image was ever built.
const { run, statusOf } = scenarios();

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
  expect(host.summaryText).not.toContain('known after build');
});
