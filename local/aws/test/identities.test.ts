import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestAws, type TestAws } from './support.ts';

let aws: TestAws;
beforeAll(async () => {
  aws = await startTestAws();
});
afterAll(() => aws.close());

const HEX17 = '0[0-9a-f]{16}';
const MADE = (logicalId: string) => `identity-${logicalId}-[A-Z0-9]{12}`;
const ARN = (service: string, rest: string) => `arn:aws:${service}:us-east-1:0{12}:${rest}`;
const POLICY = { Statement: [] };

/** Type, properties, what `Ref` yields, and attributes: from the return values in the AWS CloudFormation Template Reference. */
const CASES: Record<
  string,
  [type: string, properties: Record<string, unknown>, ref: string, attributes?: Record<string, string>]
> = {
  Vpc: [
    'AWS::EC2::VPC',
    { CidrBlock: '10.0.0.0/16' },
    `vpc-${HEX17}`,
    { VpcId: `vpc-${HEX17}`, CidrBlock: '10.0.0.0/16', DefaultSecurityGroup: `sg-${HEX17}` },
  ],
  Subnet: [
    'AWS::EC2::Subnet',
    { VpcId: { Ref: 'Vpc' }, AvailabilityZone: 'us-east-1b' },
    `subnet-${HEX17}`,
    { AvailabilityZone: 'us-east-1b', VpcId: `vpc-${HEX17}` },
  ],
  Gateway: ['AWS::EC2::InternetGateway', {}, `igw-${HEX17}`],
  Attachment: [
    'AWS::EC2::VPCGatewayAttachment',
    { VpcId: { Ref: 'Vpc' }, InternetGatewayId: { Ref: 'Gateway' } },
    `[^|]+\\|vpc-${HEX17}`,
  ],
  Routes: ['AWS::EC2::RouteTable', { VpcId: { Ref: 'Vpc' } }, `rtb-${HEX17}`],
  Route: [
    'AWS::EC2::Route',
    { RouteTableId: { Ref: 'Routes' }, DestinationCidrBlock: '0.0.0.0/0' },
    `rtb-${HEX17}\\|0\\.0\\.0\\.0/0`,
  ],
  Association: [
    'AWS::EC2::SubnetRouteTableAssociation',
    { RouteTableId: { Ref: 'Routes' }, SubnetId: { Ref: 'Subnet' } },
    `rtbassoc-${HEX17}`,
  ],
  Firewall: [
    'AWS::EC2::SecurityGroup',
    { GroupDescription: 'x', VpcId: { Ref: 'Vpc' } },
    `sg-${HEX17}`,
    { GroupId: `sg-${HEX17}` },
  ],
  Address: [
    'AWS::EC2::EIP',
    {},
    '203\\.0\\.113\\.\\d+',
    { AllocationId: `eipalloc-${HEX17}`, PublicIp: '203\\.0\\.113\\.\\d+' },
  ],
  Nat: ['AWS::EC2::NatGateway', { SubnetId: { Ref: 'Subnet' } }, `nat-${HEX17}`],
  Endpoint: [
    'AWS::EC2::VPCEndpoint',
    { VpcId: { Ref: 'Vpc' }, ServiceName: 'com.amazonaws.us-east-1.s3' },
    `vpce-${HEX17}`,
  ],
  Lb: [
    'AWS::ElasticLoadBalancingV2::LoadBalancer',
    { Name: 'front' },
    ARN('elasticloadbalancing', 'loadbalancer/app/front/[0-9a-f]{16}'),
    {
      DNSName: 'front-\\d+\\.us-east-1\\.elb\\.amazonaws\\.com',
      LoadBalancerFullName: 'app/front/[0-9a-f]{16}',
      CanonicalHostedZoneID: 'Z\\w+',
    },
  ],
  Target: [
    'AWS::ElasticLoadBalancingV2::TargetGroup',
    {},
    ARN('elasticloadbalancing', 'targetgroup/identity-Target-[A-Z0-9]{12}/[0-9a-f]{16}'),
    { TargetGroupFullName: 'targetgroup/identity-Target-\\w+/[0-9a-f]{16}' },
  ],
  Listener: [
    'AWS::ElasticLoadBalancingV2::Listener',
    { LoadBalancerArn: { Ref: 'Lb' }, DefaultActions: [] },
    ARN('elasticloadbalancing', 'listener/app/front/[0-9a-f]{16}/[0-9a-f]{16}'),
  ],
  Rule: [
    'AWS::ElasticLoadBalancingV2::ListenerRule',
    { ListenerArn: { Ref: 'Listener' }, Actions: [], Conditions: [], Priority: 1 },
    ARN('elasticloadbalancing', 'listener-rule/app/front/[0-9a-f]{16}/[0-9a-f]{16}/[0-9a-f]{16}'),
  ],
  Cluster: ['AWS::ECS::Cluster', { ClusterName: 'main' }, 'main', { Arn: ARN('ecs', 'cluster/main') }],
  Task: ['AWS::ECS::TaskDefinition', { Family: 'app' }, ARN('ecs', 'task-definition/app:1')],
  Service: [
    'AWS::ECS::Service',
    { Cluster: { Ref: 'Cluster' }, ServiceName: 'web', TaskDefinition: { Ref: 'Task' } },
    ARN('ecs', 'service/main/web'),
    { Name: 'web', ServiceArn: ARN('ecs', 'service/main/web') },
  ],
  Role: [
    'AWS::IAM::Role',
    { AssumeRolePolicyDocument: POLICY, Path: '/app/' },
    MADE('Role'),
    { Arn: `arn:aws:iam::0{12}:role/app/${MADE('Role')}`, RoleId: 'AROA[A-Z0-9]{17}' },
  ],
  Managed: ['AWS::IAM::ManagedPolicy', { PolicyDocument: POLICY }, `arn:aws:iam::0{12}:policy/${MADE('Managed')}`],
  Log: ['AWS::Logs::LogGroup', { LogGroupName: '/app' }, '/app', { Arn: `${ARN('logs', 'log-group:/app')}:\\*` }],
  Prometheus: [
    'AWS::APS::Workspace',
    {},
    ARN('aps', 'workspace/ws-[0-9a-f-]{36}'),
    {
      WorkspaceId: 'ws-[0-9a-f-]{36}',
      PrometheusEndpoint: 'https://aps-workspaces\\.us-east-1\\.amazonaws\\.com/workspaces/ws-[0-9a-f-]{36}/',
    },
  ],
  Grafana: [
    'AWS::Grafana::Workspace',
    { AccountAccessType: 'CURRENT_ACCOUNT', AuthenticationProviders: ['AWS_SSO'], PermissionType: 'SERVICE_MANAGED' },
    'g-[0-9a-f]{10}',
    { Endpoint: 'g-[0-9a-f]{10}\\.grafana-workspace\\.us-east-1\\.amazonaws\\.com' },
  ],
  Queue: [
    'AWS::SQS::Queue',
    {},
    `https://sqs\\.us-east-1\\.amazonaws\\.com/0{12}/${MADE('Queue')}`,
    { Arn: ARN('sqs', MADE('Queue')), QueueName: MADE('Queue') },
  ],
  Topic: ['AWS::SNS::Topic', {}, ARN('sns', MADE('Topic')), { TopicName: MADE('Topic') }],
  Bucket: [
    'AWS::S3::Bucket',
    {},
    'identity-bucket-[a-z0-9]{12}',
    {
      Arn: 'arn:aws:s3:::identity-bucket-[a-z0-9]{12}',
      RegionalDomainName: 'identity-bucket-[a-z0-9]{12}\\.s3\\.us-east-1\\.amazonaws\\.com',
    },
  ],
  BucketPolicy: [
    'AWS::S3::BucketPolicy',
    { Bucket: { Ref: 'Bucket' }, PolicyDocument: POLICY },
    'identity-bucket-[a-z0-9]{12}',
  ],
  Repository: [
    'AWS::ECR::Repository',
    { RepositoryName: 'app' },
    'app',
    { RepositoryUri: '0{12}\\.dkr\\.ecr\\.us-east-1\\.amazonaws\\.com/app', Arn: ARN('ecr', 'repository/app') },
  ],
  Parameter: ['AWS::SSM::Parameter', { Name: '/a/b', Type: 'String', Value: 'v' }, '/a/b', { Value: 'v' }],
  Key: ['AWS::KMS::Key', {}, '[0-9a-f-]{36}', { Arn: ARN('kms', 'key/[0-9a-f-]{36}') }],
  Alarm: [
    'AWS::CloudWatch::Alarm',
    { ComparisonOperator: 'x', EvaluationPeriods: 1 },
    MADE('Alarm'),
    { Arn: ARN('cloudwatch', `alarm:${MADE('Alarm')}`) },
  ],
  Schedule: ['AWS::Events::Rule', {}, MADE('Schedule'), { Arn: ARN('events', `rule/${MADE('Schedule')}`) }],
  Scaling: [
    'AWS::ApplicationAutoScaling::ScalableTarget',
    {
      ResourceId: 'service/main/web',
      ScalableDimension: 'ecs:service:DesiredCount',
      ServiceNamespace: 'ecs',
      MinCapacity: 1,
      MaxCapacity: 2,
    },
    'service/main/web\\|ecs:service:DesiredCount\\|ecs',
  ],
};

test('Ref and attributes of the types that the toolkit and its users deploy', async () => {
  const Resources = Object.fromEntries(
    Object.entries(CASES).map(([id, [Type, Properties]]) => [id, { Type, Properties }]),
  );
  const outputs = Object.entries(CASES).flatMap(([id, [, , ref, attributes = {}]]) => [
    { key: `${id}Ref`, value: { Ref: id }, pattern: ref },
    ...Object.entries(attributes).map(([name, pattern]) => ({
      key: `${id}${name.replaceAll('.', '')}`,
      value: { 'Fn::GetAtt': [id, name] },
      pattern,
    })),
  ]);
  const stack = await aws.create(
    'identity',
    { Resources, Outputs: Object.fromEntries(outputs.map(({ key, value }) => [key, { Value: value }])) },
    { Capabilities: ['CAPABILITY_IAM'] },
  );
  expect((await aws.story('identity')).filter(line => line.includes('FAILED'))).toEqual([]);
  const got = Object.fromEntries(stack.Outputs?.map(output => [output.OutputKey, output.OutputValue ?? '']) ?? []);
  const wrong = outputs.flatMap(({ key, pattern }) =>
    new RegExp(`^${pattern}$`).test(got[key] ?? '') ? [] : [`${key}: ${got[key]} is not ${pattern}`],
  );
  expect(wrong).toEqual([]);
  // An id that is told in two ways is the same id.
  expect(got.FirewallGroupId).toBe(got.FirewallRef);
  expect(got.PrometheusRef).toContain(`/${got.PrometheusWorkspaceId}`);
  expect(got.ListenerRef).toContain(got.LbLoadBalancerFullName?.replace('app/', 'listener/app/'));
});

test('ids are the same in every run, and different for every resource and replacement', async () => {
  const template = (days: number) => ({
    Resources: {
      A: { Type: 'AWS::ECS::TaskDefinition', Properties: { Cpu: `${days}` } },
      B: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.0.0.0/16' } },
      C: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.0.0.0/16' } },
    },
    Outputs: { Out: { Value: { 'Fn::Sub': '${A} ${B} ${C} ${AWS::StackId}' } } },
  });
  const run = async () => {
    const other = await startTestAws();
    const first = (await other.create('ids', template(256))).Outputs?.[0]?.OutputValue ?? '';
    const second = (await other.update('ids', template(512))).Outputs?.[0]?.OutputValue ?? '';
    await other.close();
    return [first, second];
  };
  const [first = '', second = ''] = await run();
  expect(await run()).toEqual([first, second]);
  const [task = '', b, c] = first.split(' ');
  expect(b).not.toBe(c);
  expect(task).toMatch(/task-definition\/idsA[A-Z0-9]{12}:1$/);
  expect(second.split(' ')[0]).toMatch(/:2$/);
});
