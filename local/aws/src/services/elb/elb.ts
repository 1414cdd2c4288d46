import { livingResources } from '../../cloudformation/engine.ts';
import type { Regions, ResourceState } from '../../cloudformation/state.ts';
import { AwsError } from '../../wire/aws-error.ts';
import { requiredText, texts } from '../../wire/params.ts';
import { type QueryAction, queryService, type Service } from '../../wire/service.ts';
import type { TargetGroups } from './target-groups.ts';
import { healthSettings } from './target-health.ts';

const DIALECT = { namespace: 'http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/', listItem: 'member' };
const TYPE = 'AWS::ElasticLoadBalancingV2';

/** Elastic Load Balancing, what its describing calls tell of the load balancers of stacks and of the targets of services. */
export function elbService(regions: Regions, groups: TargetGroups): Service {
  const living = (region: string, kind: string) => livingResources(regions, region, `${TYPE}::${kind}`);
  const group = (region: string, arn: string): ResourceState => {
    const found = living(region, 'TargetGroup').find(({ physicalId }) => physicalId === arn);
    if (!found) throw new AwsError('TargetGroupNotFound', `Target groups '${arn}' not found`);
    return found;
  };
  const actions: Readonly<Record<string, QueryAction>> = {
    DescribeLoadBalancers: ({ region }, params) => {
      const arns = texts(params, 'LoadBalancerArns');
      const names = texts(params, 'Names');
      const found = living(region, 'LoadBalancer').filter(
        ({ physicalId, attributes }) =>
          (arns?.includes(physicalId) ?? true) && (names?.includes(String(attributes.LoadBalancerName)) ?? true),
      );
      const missing = arns?.find(arn => !found.some(({ physicalId }) => physicalId === arn));
      if (missing) throw new AwsError('LoadBalancerNotFound', `Load balancers '[${missing}]' not found`);
      return { LoadBalancers: found.map(loadBalancer) };
    },
    DescribeListeners: ({ region }, params) => {
      const arn = requiredText(params, 'LoadBalancerArn');
      const own = living(region, 'Listener').filter(({ properties }) => properties.LoadBalancerArn === arn);
      return {
        Listeners: own.map(({ physicalId, properties }) => ({
          ListenerArn: physicalId,
          LoadBalancerArn: arn,
          Port: properties.Port,
          Protocol: properties.Protocol,
          DefaultActions: properties.DefaultActions,
        })),
      };
    },
    DescribeRules: ({ region }, params) => {
      const arn = requiredText(params, 'ListenerArn');
      const own = living(region, 'ListenerRule').filter(({ properties }) => properties.ListenerArn === arn);
      return {
        Rules: own.map(({ physicalId, properties }) => ({
          RuleArn: physicalId,
          Priority: String(properties.Priority),
          Conditions: properties.Conditions,
          Actions: properties.Actions,
          IsDefault: false,
        })),
      };
    },
    DescribeTargetGroups: ({ region }, params) => {
      const arns = texts(params, 'TargetGroupArns');
      const found = arns?.map(arn => group(region, arn)) ?? living(region, 'TargetGroup');
      return { TargetGroups: found.map(targetGroup) };
    },
    DescribeTargetHealth: ({ region }, params) => {
      const arn = requiredText(params, 'TargetGroupArn');
      group(region, arn);
      return {
        TargetHealthDescriptions: groups.targets(arn).map(({ id, port, health }) => ({
          Target: { Id: id, Port: port, AvailabilityZone: `${region}a` },
          HealthCheckPort: String(port),
          TargetHealth: { State: health.state, Reason: health.reason, Description: health.description },
        })),
      };
    },
  };
  return queryService(DIALECT, actions, 'query');
}

function loadBalancer({ physicalId, attributes, properties }: ResourceState) {
  return {
    LoadBalancerArn: physicalId,
    DNSName: attributes.DNSName,
    CanonicalHostedZoneId: attributes.CanonicalHostedZoneID,
    LoadBalancerName: attributes.LoadBalancerName,
    Scheme: properties.Scheme ?? 'internet-facing',
    State: { Code: 'active' },
    Type: properties.Type ?? 'application',
    SecurityGroups: properties.SecurityGroups ?? [],
  };
}

function targetGroup({ physicalId, attributes, properties }: ResourceState) {
  const health = healthSettings(properties);
  return {
    TargetGroupArn: physicalId,
    TargetGroupName: attributes.TargetGroupName,
    Protocol: properties.Protocol,
    Port: properties.Port,
    VpcId: properties.VpcId,
    HealthCheckPath: health.path,
    HealthCheckIntervalSeconds: health.interval,
    HealthCheckTimeoutSeconds: health.timeout,
    HealthyThresholdCount: health.healthyAfter,
    UnhealthyThresholdCount: health.unhealthyAfter,
    Matcher: { HttpCode: health.codes },
    TargetType: properties.TargetType ?? 'instance',
  };
}
