import { describe, expect, it } from 'vitest';
import { changedPlan } from '../tooling/changed-plan.ts';
import { SHIPPED_PROFILES, shippedPlan } from '../tooling/shipped-plan.ts';
import { type MonthlyCost, monthlyCost } from './monthly-cost.ts';

const costOf = (values: Record<string, string> = {}, profile?: string) =>
  monthlyCost(shippedPlan({ values, ...(profile !== undefined && { profile }) }), 'us-east-1');
const quantities = ({ items }: MonthlyCost) => Object.fromEntries(items.map(({ name, quantity }) => [name, quantity]));
/** What differs between two bills, as `[before, after]`. */
function difference(before: MonthlyCost, after: MonthlyCost): Record<string, [number, number]> {
  const [one, other] = [quantities(before), quantities(after)];
  const names = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  return Object.fromEntries(
    names.filter(name => one[name] !== other[name]).map(name => [name, [one[name] ?? 0, other[name] ?? 0]]),
  );
}

/** Any template: resources in the short form of JSON. */
const costOfResources = (Resources: Record<string, unknown>, Parameters: Record<string, unknown> = {}) =>
  monthlyCost(changedPlan({ own: { file: 'own.json', text: JSON.stringify({ Parameters, Resources }) } }), 'us-east-1');

describe('the stacks of zap-obs', () => {
  it('cost, by default, exactly this', () => {
    const { items, total } = costOf();
    expect(items.map(({ name, quantity, unitPrice, monthly }) => [name, quantity, unitPrice, monthly])).toEqual([
      // Five endpoints in two zones.
      ['interface-endpoint', 10, 0.01, 73],
      ['load-balancer', 1, 0.0225, 16.43],
      ['public-ipv4', 2, 0.005, 7.3],
      ['fargate-vcpu-x86', 0.5, 0.04048, 14.78],
      ['fargate-gb-x86', 1, 0.004445, 3.24],
      ['grafana-editor', 1, 9, 9],
      // 2 tasks × 300 series × 4 a minute × 43,800 minutes.
      ['metric-samples', 10.512, 0.9, 9.46],
      // Two that judge deployments, four of target tracking.
      ['alarm', 6, 0.1, 0.6],
      ['logs', 0.4, 0.5, 0.2],
    ]);
    expect(total).toBe(134.01);
  });

  it('cost at most 85 dollars a month in the lean profile', () => {
    expect(costOf({}, 'lean').total).toBeLessThanOrEqual(85);
  });

  it.each(SHIPPED_PROFILES)('are counted in full in profile %s, but for what depends on use', profile => {
    expect(costOf({}, profile).uncounted.map(({ type, why }) => [type, why])).toEqual([
      ['AWS::Logs::LogGroup', 'by use: what it stores'],
    ]);
  });

  it.each<[string, Record<string, string>, Record<string, [number, number]>]>([
    ['a third zone', { ZoneCount: '3' }, { 'interface-endpoint': [10, 15], 'public-ipv4': [2, 3] }],
    [
      'a third zone without endpoints of its own',
      { ZoneCount: '3', EndpointPlacement: 'one-zone' },
      { 'interface-endpoint': [10, 5], 'public-ipv4': [2, 3] },
    ],
    ['one NAT gateway', { NatGateways: 'single' }, { 'nat-gateway': [0, 1], 'public-ipv4': [2, 3] }],
    ['a NAT gateway a zone', { NatGateways: 'per-zone' }, { 'nat-gateway': [0, 2], 'public-ipv4': [2, 4] }],
    ['an internal load balancer', { Scheme: 'internal' }, { 'public-ipv4': [2, 0] }],
    [
      'another processor',
      { CpuArchitecture: 'ARM64' },
      {
        'fargate-vcpu-x86': [0.5, 0],
        'fargate-gb-x86': [1, 0],
        'fargate-vcpu-arm': [0, 0.5],
        'fargate-gb-arm': [0, 1],
      },
    ],
    ['another size', { Cpu: '1024', Memory: '4096' }, { 'fargate-vcpu-x86': [0.5, 2], 'fargate-gb-x86': [1, 8] }],
    [
      'more tasks, with autoscaling the least',
      { DesiredCount: '4', MaxCount: '40' },
      { 'fargate-vcpu-x86': [0.5, 1], 'fargate-gb-x86': [1, 2], 'metric-samples': [10.512, 21.024], logs: [0.4, 0.8] },
    ],
    ['a fixed number of tasks', { EnableAutoscaling: 'false' }, { alarm: [6, 2] }],
    [
      'no tasks',
      { EnableAutoscaling: 'false', DesiredCount: '0' },
      {
        alarm: [6, 2],
        'fargate-vcpu-x86': [0.5, 0],
        'fargate-gb-x86': [1, 0],
        'metric-samples': [10.512, 0],
        logs: [0.4, 0],
      },
    ],
    ['a value a minute', { MetricInterval: '60000' }, { 'metric-samples': [10.512, 2.628] }],
    ['no Grafana', { EnableGrafana: 'false' }, { 'grafana-editor': [1, 0] }],
    ['flow logs', { EnableFlowLogs: 'true' }, { logs: [0.4, 3.4] }],
    ['Container Insights', { ContainerInsights: 'enabled' }, { 'insights-metric': [0, 40] }],
    ['more of it', { ContainerInsights: 'enhanced' }, { 'enhanced-insights-metric': [0, 104] }],
    ['alarms', { AlertTopicArn: 'arn:aws:sns:us-east-1:111111111111:alerts' }, { alarm: [6, 11] }],
  ])('%s: %j', (_, values, expected) => {
    expect(difference(costOf(), costOf(values))).toEqual(expected);
  });
});

describe('any template', () => {
  it('names what has no price here, is billed by use, or cannot be told, instead of calling it free', () => {
    const { items, total, uncounted } = costOfResources(
      {
        Database: { Type: 'AWS::RDS::DBInstance' },
        Queue: { Type: 'AWS::SQS::Queue' },
        Network: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.0.0.0/16' } },
        Endpoint: {
          Type: 'AWS::EC2::VPCEndpoint',
          Properties: { VpcEndpointType: 'Interface', SubnetIds: { Ref: 'Subnets' } },
        },
        Gateway: { Type: 'AWS::EC2::VPCEndpoint', Properties: { ServiceName: 'com.amazonaws.us-east-1.s3' } },
        Inside: { Type: 'AWS::ElasticLoadBalancingV2::LoadBalancer', Properties: { Type: 'network' } },
        Elsewhere: { Type: 'AWS::ECS::Service', Properties: { TaskDefinition: 'foreign:1' } },
        Idle: { Type: 'AWS::APS::Workspace' },
      },
      { Subnets: { Type: 'List<AWS::EC2::Subnet::Id>' } },
    );
    expect([items, total]).toEqual([[], 0]);
    expect(uncounted.map(({ resources, why }) => [resources.join(), why])).toEqual([
      ['own.Database', 'its price is not known here'],
      ['own.Queue', 'by use: requests'],
      ['own.Endpoint', 'parameter `Subnets` keeps what is deployed'],
      ['own.Inside', 'only application load balancers have a price here'],
      ['own.Elsewhere', 'its task definition is not part of the plan'],
      ['own.Idle', 'no service of the plan writes to it'],
    ]);
  });

  it('reads sizes as people write them, defaults as CloudFormation has them, and tasks with public addresses', () => {
    const cost = costOfResources({
      Definition: {
        Type: 'AWS::ECS::TaskDefinition',
        Properties: {
          Cpu: '.5 vCPU',
          Memory: '3 GB',
          EphemeralStorage: { SizeInGiB: 50 },
          RequiresCompatibilities: ['FARGATE'],
        },
      },
      Service: {
        Type: 'AWS::ECS::Service',
        Properties: {
          TaskDefinition: { Ref: 'Definition' },
          NetworkConfiguration: { AwsvpcConfiguration: { AssignPublicIp: 'ENABLED' } },
        },
      },
      Balancer: {
        Type: 'AWS::ElasticLoadBalancingV2::LoadBalancer',
        Properties: { Subnets: ['subnet-1', 'subnet-2'] },
      },
    });
    expect(quantities(cost)).toEqual({
      'load-balancer': 1,
      'public-ipv4': 3,
      'fargate-vcpu-x86': 0.5,
      'fargate-gb-x86': 3,
      'fargate-storage': 30,
    });
  });

  it('does not count tasks on instances, nor another service’s autoscaling', () => {
    const service = (launch: string) => ({
      Type: 'AWS::ECS::Service',
      Properties: { TaskDefinition: { Ref: 'Definition' }, LaunchType: launch, DesiredCount: 2 },
    });
    const cost = costOfResources({
      Definition: { Type: 'AWS::ECS::TaskDefinition', Properties: { Cpu: 1024, Memory: 2048 } },
      OnFargate: service('FARGATE'),
      OnInstances: service('EC2'),
      Target: {
        Type: 'AWS::ApplicationAutoScaling::ScalableTarget',
        Properties: { ResourceId: { 'Fn::Sub': 'service/c/${OnInstances.Name}' }, MinCapacity: 9 },
      },
    });
    expect(quantities(cost)).toEqual({ 'fargate-vcpu-x86': 2, 'fargate-gb-x86': 4 });
    expect(cost.uncounted.map(({ resources }) => resources)).toEqual([['own.OnInstances']]);
  });
});
