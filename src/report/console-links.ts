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

/** What a proof has looked at. */
export interface ProofPlaces {
  region: string;
  /** Where AWS's calls went when that was not AWS itself: it has no consoles. */
  endpoint?: string | undefined;
  /** Log groups. */
  groups: readonly string[];
  /** Names the run; it stands in all its trace ids. */
  run: string;
  /** Of the trace that is drawn: 32 hexadecimal digits. */
  traceId?: string | undefined;
  /** Of Amazon Managed Prometheus, or of another Prometheus. */
  workspaceUrl?: string | undefined;
  grafanaUrl?: string | undefined;
}

/** Where to look further at what a proof has found. */
export function proofLinks(places: ProofPlaces): { title: string; url: string }[] {
  const { region, endpoint, groups, run, traceId, workspaceUrl, grafanaUrl } = places;
  const workspace = /^https:\/\/aps-workspaces[^/]*\.amazonaws\.com(?:\.cn)?\/workspaces\/(ws-[\w-]+)/.exec(
    workspaceUrl ?? '',
  )?.[1];
  const local = workspaceUrl && !workspace && !/\/workspaces\//.test(workspaceUrl) ? workspaceUrl : undefined;
  const console = endpoint === undefined ? consoleLinks(region, { groups, run, traceId, workspace }) : [];
  return [
    ...console,
    ...(local ? [{ title: 'Prometheus', url: local }] : []),
    ...(grafanaUrl ? [{ title: 'Grafana Explore', url: `${grafanaUrl.replace(/\/+$/, '')}/explore` }] : []),
  ];
}

function consoleLinks(
  region: string,
  {
    groups,
    run,
    traceId,
    workspace,
  }: Pick<ProofPlaces, 'groups' | 'run' | 'traceId'> & { workspace: string | undefined },
): { title: string; url: string }[] {
  const home = `${consoleOrigin(region)}/cloudwatch/home?region=${region}`;
  const xray = traceId && `1-${traceId.slice(0, 8)}-${traceId.slice(8)}`;
  // As a regular expression, which finds the run in the midst of a trace id: a term would have to be a word of its own.
  const events = `log-events${consoleCode(`?filterPattern=${encode(`%${run}%`)}`)}`;
  const prometheus = workspace && resourceLink('AWS::APS::Workspace', workspace, region);
  return [
    ...(xray ? [{ title: 'The trace in X-Ray', url: `${home}#xray:traces/${xray}` }] : []),
    ...groups.map(group => ({
      title: `Log group ${group}`,
      url: `${resourceLink('AWS::Logs::LogGroup', group, region) ?? home}/${events}`,
    })),
    ...(prometheus ? [{ title: 'Prometheus workspace', url: prometheus }] : []),
  ];
}

/** What follows `#` is encoded once more, with `$` for `%`, by the console itself. */
function consoleCode(text: string): string {
  return encode(text).replaceAll('%', '$');
}

function encode(text: string): string {
  return encodeURIComponent(text);
}
