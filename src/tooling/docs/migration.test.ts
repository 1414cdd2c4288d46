import { expect, it } from 'vitest';
import { action as deploy } from '../../actions/deploy/run.ts';
import { action as teardown } from '../../actions/teardown/run.ts';
import { DEMO_IMAGES } from '../demo-inputs.ts';
import { scenarios } from '../scenario.ts';

const { run, statusOf } = scenarios();

/** Stacks as a script of somebody's has left them: the names that zap-obs uses, other resources, an export in use. */
const OLD = {
  'old-stacks.yaml': `stacks:
  vpc-alb: { template: old-network.yaml }
  monitoring: { template: old-monitoring.yaml }
  ecs-app: { template: old-app.yaml, depends-on: [vpc-alb, monitoring] }
`,
  'old-network.yaml': `Resources:
  Network: { Type: AWS::EC2::VPC, Properties: { CidrBlock: 10.100.0.0/16 } }
Outputs:
  NetworkId: { Value: !Ref Network, Export: { Name: old-network } }
`,
  'old-monitoring.yaml': `Resources:
  Metrics: { Type: AWS::APS::Workspace, Properties: {} }
`,
  'old-app.yaml': `Resources:
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties: { GroupDescription: of the app, VpcId: !ImportValue old-network }
`,
};
const SHORT_NAMES = ['vpc-alb', 'monitoring', 'ecs-app'];

it('docs/migration.md: stacks of the same names are not taken over, and a new prefix works beside them', async () => {
  const old = { 'stack-prefix': 'shop' };
  const oldStacks = { ...old, 'stacks-file': 'old-stacks.yaml' };
  expect((await run(deploy, oldStacks, OLD)).code).toBe(0);

  const dry = await run(deploy, { ...old, ...DEMO_IMAGES, 'dry-run': 'true' });
  expect(dry.transcript).toContain('`Metrics` (AWS::APS::Workspace) of stack `shop-monitoring` would be deleted');

  const taken = await run(deploy, { ...old, ...DEMO_IMAGES });
  expect(taken.code).toBe(1);
  expect(taken.host.log.join('\n')).toContain('monitoring: failed before any change');
  // The network has rolled back, because the application still imports from it.
  expect(await Promise.all(SHORT_NAMES.map(name => statusOf(`shop-${name}`)))).toEqual([
    'UPDATE_ROLLBACK_COMPLETE',
    'CREATE_COMPLETE',
    'CREATE_COMPLETE',
  ]);

  const beside = await run(deploy, { 'stack-prefix': 'shop2', ...DEMO_IMAGES });
  expect(beside.code).toBe(0);

  const gone = await run(teardown, { ...oldStacks, confirm: 'shop' });
  expect(gone.code).toBe(0);
  expect(await Promise.all(SHORT_NAMES.map(name => statusOf(`shop-${name}`)))).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  expect(await statusOf('shop2-ecs-app')).toBe('CREATE_COMPLETE');
});
