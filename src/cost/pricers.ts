import { isList, isMap, type Resource, Unknown } from '../stacks/evaluation/values.ts';
import { ASSUMED } from './assumptions.ts';
import { type Charge, type Inventory, lengthOf, numberOf, type Pricer } from './charge.ts';
import {
  containersOf,
  definitionOf,
  extraStorage,
  isFargate,
  mentions,
  metricInterval,
  sizeOf,
  taskCount,
} from './ecs-tasks.ts';
import { HOURS_A_MONTH } from './prices.ts';

/** What resources of a type cost while they stand, whatever goes through them. */
export const PRICERS: Readonly<Record<string, Pricer>> = {
  'AWS::EC2::VPCEndpoint': endpoint => {
    const type = endpoint.property('VpcEndpointType') ?? 'Gateway';
    if (type === 'Gateway') return [];
    if (type !== 'Interface') return new Unknown('only interface and gateway endpoints have a price here');
    return each('interface-endpoint', lengthOf(endpoint.property('SubnetIds')));
  },
  'AWS::EC2::NatGateway': () => each('nat-gateway', 1),
  'AWS::EC2::EIP': () => each('public-ipv4', 1),
  'AWS::ElasticLoadBalancingV2::LoadBalancer': balancer => {
    if ((balancer.property('Type') ?? 'application') !== 'application')
      return new Unknown('only application load balancers have a price here');
    const scheme = balancer.property('Scheme') ?? 'internet-facing';
    if (scheme instanceof Unknown) return scheme;
    const addresses = scheme === 'internet-facing' ? lengthOf(balancer.property('Subnets')) : 0;
    return joined(each('load-balancer', 1), each('public-ipv4', addresses));
  },
  'AWS::ECS::Service': serviceCharges,
  'AWS::ECS::Cluster': clusterCharges,
  'AWS::Grafana::Workspace': () => each('grafana-editor', ASSUMED.grafanaEditors),
  'AWS::APS::Workspace': workspaceCharges,
  'AWS::CloudWatch::Alarm': alarm => {
    const period = numberOf(alarm.property('Period'), 60);
    if (period instanceof Unknown) return period;
    return each(period < 60 ? 'fast-alarm' : 'alarm', 1);
  },
  'AWS::ApplicationAutoScaling::ScalingPolicy': policy =>
    policy.property('PolicyType') === 'TargetTrackingScaling' ? each('alarm', ASSUMED.alarmsPerTrackingPolicy) : [],
  'AWS::EC2::FlowLog': flowLog =>
    (flowLog.property('LogDestinationType') ?? 'cloud-watch-logs') === 'cloud-watch-logs'
      ? each('logs', ASSUMED.flowLogGigabytes)
      : new Unknown('flow logs outside CloudWatch have no price here'),
};

type Charges = readonly Charge[] | Unknown;

function each(price: Charge['price'], quantity: number | Unknown): Charges {
  if (quantity instanceof Unknown) return quantity;
  return quantity > 0 ? [{ price, quantity }] : [];
}

function joined(...parts: readonly Charges[]): Charges {
  const unknown = parts.find(part => part instanceof Unknown);
  return unknown ?? parts.flatMap(part => (part instanceof Unknown ? [] : part));
}

function serviceCharges(service: Resource, inventory: Inventory): Charges {
  const definition = definitionOf(service);
  if (!definition) return new Unknown('its task definition is not part of the plan');
  if (!isFargate(service, definition)) return new Unknown('only tasks on Fargate have a price here');
  const [tasks, size, storage] = [taskCount(service, inventory), sizeOf(definition), extraStorage(definition)];
  if (tasks instanceof Unknown) return tasks;
  if (size instanceof Unknown) return size;
  if (storage instanceof Unknown) return storage;
  const platform = definition.property('RuntimePlatform');
  const { CpuArchitecture = 'X86_64', OperatingSystemFamily = 'LINUX' } = isMap(platform) ? platform : {};
  if (OperatingSystemFamily !== 'LINUX') return new Unknown('only Linux has a price here');
  if (CpuArchitecture !== 'X86_64' && CpuArchitecture !== 'ARM64') return new Unknown('its processor is not known');
  const suffix = CpuArchitecture === 'ARM64' ? 'arm' : 'x86';
  const writesLogs = containersOf(definition).some(
    ({ LogConfiguration }) => isMap(LogConfiguration) && LogConfiguration.LogDriver === 'awslogs',
  );
  return joined(
    each(`fargate-vcpu-${suffix}`, tasks * size.cpus),
    each(`fargate-gb-${suffix}`, tasks * size.gigabytes),
    each('fargate-storage', tasks * storage),
    each('public-ipv4', hasPublicAddress(service) ? tasks : 0),
    each('logs', writesLogs ? tasks * ASSUMED.logGigabytesPerTask : 0),
  );
}

function hasPublicAddress(service: Resource): boolean {
  const network = service.property('NetworkConfiguration');
  const vpc = isMap(network) ? (network.AwsvpcConfiguration ?? network.AwsVpcConfiguration) : undefined;
  return isMap(vpc) && vpc.AssignPublicIp === 'ENABLED';
}

function clusterCharges(cluster: Resource, inventory: Inventory): Charges {
  const settings = cluster.property('ClusterSettings');
  const setting = isList(settings)
    ? settings.filter(isMap).find(({ Name }) => Name === 'containerInsights')
    : undefined;
  const mode = setting?.Value ?? 'disabled';
  if (mode === 'disabled') return [];
  if (mode !== 'enabled' && mode !== 'enhanced') return new Unknown('whether it has Container Insights is not known');
  const services = inventory.ofType('AWS::ECS::Service').filter(one => mentions(one.property('Cluster'), cluster));
  const metrics = ASSUMED.insightsMetricsPerCluster + services.length * ASSUMED.insightsMetricsPerService;
  if (mode === 'enabled') return each('insights-metric', metrics);
  const tasks = sum(services.map(service => taskCount(service, inventory)));
  if (tasks instanceof Unknown) return tasks;
  return each('enhanced-insights-metric', metrics + tasks * ASSUMED.enhancedMetricsPerTask);
}

/** What the services of the plan that write to a workspace send it in a month, in tens of millions. */
function workspaceCharges(workspace: Resource, inventory: Inventory): Charges {
  const samples = inventory.ofType('AWS::ECS::Service').flatMap((service): (number | Unknown)[] => {
    const definition = definitionOf(service);
    if (!definition || !containersOf(definition).some(container => mentions(container, workspace))) return [];
    const [tasks, interval] = [taskCount(service, inventory), metricInterval(definition)];
    if (tasks instanceof Unknown) return [tasks];
    if (interval instanceof Unknown) return [interval];
    return [(tasks * ASSUMED.seriesPerTask * HOURS_A_MONTH * 3_600_000) / interval];
  });
  if (samples.length === 0) return new Unknown('no service of the plan writes to it');
  const total = sum(samples);
  return total instanceof Unknown ? total : each('metric-samples', total / 10_000_000);
}

function sum(numbers: readonly (number | Unknown)[]): number | Unknown {
  let total = 0;
  for (const number of numbers) {
    if (number instanceof Unknown) return number;
    total += number;
  }
  return total;
}

/** Types of which AWS bills the use alone, and what that use is. */
export const BY_USE: Readonly<Record<string, string>> = {
  'AWS::Logs::LogGroup': 'what it stores',
  'AWS::SNS::Topic': 'messages',
  'AWS::SQS::Queue': 'requests',
  'AWS::S3::Bucket': 'what it stores, and requests',
  'AWS::ECR::Repository': 'what it stores',
  'AWS::Lambda::Function': 'calls',
  'AWS::DynamoDB::Table': 'what it stores, and requests',
  'AWS::APS::RuleGroupsNamespace': 'samples that its rules read',
};

/** Types that cost nothing of their own. */
export const FREE: ReadonlySet<string> = new Set([
  ...['VPC', 'Subnet', 'InternetGateway', 'VPCGatewayAttachment', 'RouteTable', 'Route'].map(
    name => `AWS::EC2::${name}`,
  ),
  ...['SubnetRouteTableAssociation', 'SecurityGroup', 'SecurityGroupIngress'].map(name => `AWS::EC2::${name}`),
  'AWS::EC2::SecurityGroupEgress',
  ...['TargetGroup', 'Listener', 'ListenerRule'].map(name => `AWS::ElasticLoadBalancingV2::${name}`),
  ...['Role', 'Policy', 'ManagedPolicy', 'InstanceProfile'].map(name => `AWS::IAM::${name}`),
  'AWS::ECS::TaskDefinition',
  'AWS::ApplicationAutoScaling::ScalableTarget',
  // The zone and the web ACL are paid for where they are made.
  'AWS::Route53::RecordSet',
  'AWS::WAFv2::WebACLAssociation',
]);
