import { isMap, type Resource, Token, type Value } from '../evaluation/values.ts';
import { items, type Network, ofType } from './network.ts';

/** An action that a role is allowed, as it is written: `aps:RemoteWrite`, `xray:*`. */
export interface Permission {
  action: string;
  resource: Value;
}

/**
 * AWS managed policies that say what telemetry a task sends.
 * https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html
 */
const MANAGED: Readonly<Record<string, readonly string[]>> = {
  AmazonPrometheusRemoteWriteAccess: ['aps:RemoteWrite'],
  AmazonPrometheusQueryAccess: ['aps:QueryMetrics'],
  AWSXRayDaemonWriteAccess: ['xray:PutTraceSegments'],
  AWSXrayWriteOnlyAccess: ['xray:PutTraceSegments'],
};

/** What the policies of a role in the plan allow; nothing for a role that the plan does not have. */
export function permissionsOf(role: Value, network: Network): Permission[] {
  const resource = role instanceof Token ? role.resource : undefined;
  if (resource?.type !== 'AWS::IAM::Role') return [];
  return [
    ...items(resource.property('Policies')).flatMap(policy => (isMap(policy) ? allowed(policy.PolicyDocument) : [])),
    ...items(resource.property('ManagedPolicyArns')).flatMap(managed),
    ...attached(resource, network),
  ];
}

function attached(role: Resource, network: Network): Permission[] {
  const names = (policy: Resource) =>
    [...items(policy.property('Roles')), policy.property('RoleName')].some(
      one => one instanceof Token && one.resource?.id === role.id && one.resource.stack === role.stack,
    );
  return ['AWS::IAM::Policy', 'AWS::IAM::RolePolicy', 'AWS::IAM::ManagedPolicy']
    .flatMap(type => ofType(network, type))
    .filter(names)
    .flatMap(policy => allowed(policy.property('PolicyDocument')));
}

function managed(arn: Value): Permission[] {
  if (arn instanceof Token && arn.resource?.type === 'AWS::IAM::ManagedPolicy')
    return allowed(arn.resource.property('PolicyDocument'));
  const name = typeof arn === 'string' ? (arn.split('/').at(-1) ?? '') : '';
  return (MANAGED[name] ?? []).map(action => ({ action, resource: '*' }));
}

function allowed(document: Value): Permission[] {
  if (!isMap(document)) return [];
  return items(document.Statement).flatMap(statement => {
    if (!isMap(statement) || statement.Effect !== 'Allow') return [];
    const [resource] = items(statement.Resource);
    return items(statement.Action).flatMap(action => (typeof action === 'string' ? [{ action, resource }] : []));
  });
}

/** Whether a permission is one of these actions of a service, or all of the service. */
export function grants({ action }: Permission, service: string, ...actions: readonly string[]): boolean {
  const [prefix = '', name = ''] = action.toLowerCase().split(':');
  return prefix === service && (name === '*' || actions.some(one => one.toLowerCase() === name));
}
