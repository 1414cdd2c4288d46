import { describe, expect, it } from 'vitest';
import type { DeployedStack } from '../stacks/cloudformation.ts';
import type { Snapshots } from '../stacks/engine.ts';
import type { Plan } from '../stacks/plan.ts';
import { changedPlan } from '../tooling/changed-plan.ts';
import { shippedPlan } from '../tooling/shipped-plan.ts';
import { costChange } from './cost-change.ts';
import { monthlyCost } from './monthly-cost.ts';

const REGION = 'us-east-1';

/** AWS's answers for a plan that was deployed: outputs and the values that flow are ids, as there. */
function deployedAs(plan: Plan, status = 'CREATE_COMPLETE'): Snapshots {
  const outputOf = (stack: string, name: string) => `id-${stack}-${name}`;
  return new Map(
    plan.stacks.map(({ shortName, stackName, template, parameters }) => {
      const values = parameters.map(({ declaration, source }) => {
        const value =
          'value' in source ? source.value : source.kind === 'output' ? outputOf(source.stack, source.output) : 'pl-1';
        return [declaration.name, declaration.noEcho ? '****' : value];
      });
      const stack: DeployedStack = {
        ...{ id: `arn:${stackName}`, name: stackName, status, tags: {}, terminationProtection: false },
        parameters: Object.fromEntries(values),
        outputs: Object.fromEntries(template.outputs.map(name => [name, outputOf(shortName, name)])),
      };
      return [shortName, { stack, template: template.text }];
    }),
  );
}

const totalOf = (plan: Plan) => monthlyCost(plan, REGION).total;

describe('the stacks of zap-obs', () => {
  it('cost nothing before they are there', () => {
    const plan = shippedPlan();
    const absent: Snapshots = new Map(
      plan.stacks.map(({ shortName }) => [shortName, { stack: undefined, template: undefined }]),
    );
    expect(costChange(plan, absent, REGION)).toMatchObject({ before: 0, after: totalOf(plan) });
  });

  it('cost before a change what they cost as they were planned then, whatever ids AWS has given', () => {
    const change = costChange(shippedPlan(), deployedAs(shippedPlan()), REGION);
    expect(change).toMatchObject({ before: totalOf(shippedPlan()), after: totalOf(shippedPlan()), items: [] });
  });

  it('cost less with fewer endpoints, of which the item tells', () => {
    const cheaper = shippedPlan({ values: { EndpointPlacement: 'one-zone' } });
    const { before, after, items } = costChange(cheaper, deployedAs(shippedPlan()), REGION);
    expect([before, after]).toEqual([totalOf(shippedPlan()), totalOf(cheaper)]);
    expect(items.map(({ title }) => title)).toEqual(['Interface endpoints, in each zone']);
    expect(items[0]?.before).toBeGreaterThan(items[0]?.after ?? Number.NaN);
  });

  it('name what is gone from the bill', () => {
    const without = shippedPlan({ values: { EnableGrafana: 'false' } });
    expect(costChange(without, deployedAs(shippedPlan()), REGION).items).toEqual([
      { title: 'Managed Grafana, active editors', before: expect.any(Number), after: 0 },
    ]);
  });
});

const SOURCES = {
  net: {
    file: 'net.yaml',
    text: `Parameters: { Gateways: { Type: Number, Default: 1 } }
Conditions: { Two: !Equals [!Ref Gateways, 2] }
Resources:
  One: { Type: AWS::EC2::NatGateway }
  Two: { Type: AWS::EC2::NatGateway, Condition: Two }
Outputs: { Ids: { Value: !Ref One } }
`,
  },
  app: {
    file: 'app.yaml',
    text: `Parameters: { Ids: { Type: CommaDelimitedList }, Cpu: { Type: Number, Default: 256 }, Secret: { Type: String, NoEcho: true, Default: x } }
Resources:
  Endpoint: { Type: AWS::EC2::VPCEndpoint, Properties: { VpcEndpointType: Interface, SubnetIds: !Ref Ids } }
  Odd: { Type: constructor }
`,
  },
};

it('takes values of stacks that `only` leaves out from what they have put out', () => {
  const all = changedPlan(SOURCES);
  const snapshots = deployedAs(all);
  const plan = changedPlan(SOURCES, { only: ['app'] });
  expect(costChange(plan, snapshots, REGION)).toMatchObject({ before: 7.3, after: 7.3 });
});

it('counts a stack that never came into being, or is being deleted, as none', () => {
  const plan = changedPlan(SOURCES, { only: ['net'] });
  expect(costChange(plan, deployedAs(plan, 'ROLLBACK_COMPLETE'), REGION)).toMatchObject({ before: 0, after: 32.85 });
});

it('keeps a deployed value that the template has no default for', () => {
  const sources = { net: { ...SOURCES.net, text: SOURCES.net.text.replace(', Default: 1', '') } };
  const two = changedPlan(sources, { values: { Gateways: '2' } });
  expect(costChange(changedPlan(sources), deployedAs(two), REGION)).toMatchObject({ before: 65.7, after: 65.7 });
});

it('does not guess what a template comes to that cannot be read', () => {
  const plan = changedPlan(SOURCES, { only: ['net'] });
  const [[name, { stack }] = ['', { stack: undefined }]] = deployedAs(plan);
  const snapshots: Snapshots = new Map([[name, { stack, template: 'Resources: [' }]]);
  expect(costChange(plan, snapshots, REGION)).toMatchObject({ before: undefined, after: 32.85, items: [] });
});

it('tells what it cannot price, and bears a type that no resource has', () => {
  const { uncounted } = costChange(changedPlan(SOURCES), deployedAs(changedPlan(SOURCES)), REGION);
  expect(uncounted).toContainEqual({ type: 'constructor', count: 1, why: 'its price is not known here' });
});
