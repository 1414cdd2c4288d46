/** The AWS console of a region's partition. */
export function consoleOrigin(region: string): string {
  const host = region.startsWith('cn-')
    ? 'console.amazonaws.cn'
    : region.startsWith('us-gov-')
      ? 'console.amazonaws-us-gov.com'
      : 'console.aws.amazon.com';
  return `https://${region}.${host}`;
}

/** Path and fragment of a page by resource type; the region is added. Addresses as the console showed them in 2025. */
const PAGES: Readonly<Record<string, (id: string, at: { region: string; account: string }) => string>> = {
  'AWS::S3::Bucket': id => `/s3/buckets/${encode(id)}?region=`,
  'AWS::ECR::Repository': (id, { account }) => `/ecr/repositories/private/${account}/${id}?region=`,
  // Twice encoded, and `$` for `%`: what the console itself writes.
  'AWS::Logs::LogGroup': id =>
    `/cloudwatch/home?region=#logsV2:log-groups/log-group/${encode(encode(id)).replaceAll('%', '$')}`,
  'AWS::CloudFormation::Stack': id => `/cloudformation/home?region=#/stacks/stackinfo?stackId=${encode(id)}`,
  'AWS::EC2::SecurityGroup': id => `/vpcconsole/home?region=#SecurityGroup:groupId=${id}`,
  'AWS::EC2::Subnet': id => `/vpcconsole/home?region=#SubnetDetails:subnetId=${id}`,
  'AWS::EC2::VPC': id => `/vpcconsole/home?region=#VpcDetails:VpcId=${id}`,
  'AWS::EC2::NatGateway': id => `/vpcconsole/home?region=#NatGatewayDetails:natGatewayId=${id}`,
  'AWS::EC2::VPCEndpoint': id => `/vpcconsole/home?region=#EndpointDetails:vpcEndpointId=${id}`,
  'AWS::EC2::NetworkInterface': id => `/ec2/home?region=#NetworkInterface:networkInterfaceId=${id}`,
  'AWS::EC2::Instance': id => `/ec2/home?region=#InstanceDetails:instanceId=${id}`,
  'AWS::EC2::Volume': id => `/ec2/home?region=#VolumeDetails:volumeId=${id}`,
  'AWS::ElasticLoadBalancingV2::LoadBalancer': id => `/ec2/home?region=#LoadBalancer:loadBalancerArn=${id}`,
  'AWS::ElasticLoadBalancingV2::TargetGroup': id => `/ec2/home?region=#TargetGroup:targetGroupArn=${id}`,
  'AWS::RDS::DBInstance': id => `/rds/home?region=#database:id=${id}`,
  'AWS::RDS::DBCluster': id => `/rds/home?region=#database:id=${id};is-cluster=true`,
  'AWS::DynamoDB::Table': id => `/dynamodbv2/home?region=#table?name=${encode(id)}`,
  'AWS::ECS::Cluster': id => `/ecs/v2/clusters/${encode(id)}?region=`,
  'AWS::IAM::Role': id => `/iam/home?region=#/roles/details/${encode(id)}`,
  'AWS::IAM::ManagedPolicy': id => `/iam/home?region=#/policies/details/${encode(id)}`,
  'AWS::Lambda::Function': id => `/lambda/home?region=#/functions/${encode(id)}`,
  'AWS::SQS::Queue': id => `/sqs/v3/home?region=#/queues/${encode(id)}`,
  'AWS::SNS::Topic': id => `/sns/v3/home?region=#/topic/${id}`,
  'AWS::KMS::Key': id => `/kms/home?region=#/kms/keys/${id}`,
  'AWS::SecretsManager::Secret': id =>
    `/secretsmanager/secret?name=${encode(id.replace(/^.*:secret:(.+)-\w{6}$/, '$1'))}&region=`,
  'AWS::APS::Workspace': id => `/prometheus/home?region=#/workspaces/workspace/${id.replace(/^.*\//, '')}`,
  'AWS::Grafana::Workspace': id => `/grafana/home?region=#/workspaces/${id}`,
};

/**
 * The page of a resource in the AWS console; `undefined` where none is known.
 *
 * @param account twelve digits, which some pages need
 */
export function resourceLink(type: string, id: string, region: string, account = ''): string | undefined {
  const page = id === '' || !Object.hasOwn(PAGES, type) ? undefined : PAGES[type];
  if (!page || (type === 'AWS::ECR::Repository' && account === '')) return undefined;
  return consoleOrigin(region) + page(id, { region, account }).replace('region=', `region=${region}`);
}

function encode(text: string): string {
  return encodeURIComponent(text);
}
