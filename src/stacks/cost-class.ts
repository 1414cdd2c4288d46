/**
 * How something is billed that stays behind. `free`: nothing by itself. `pennies`: for what it stores, or a small sum a month.
 * `hourly`: for as long as it exists, used or not. `by usage`: for requests and data only.
 */
export type CostClass = 'free' | 'pennies' | 'hourly' | 'by usage' | 'unknown';

/** By type, with the page that says so; none of it was compared with a bill. */
const CLASSES: Readonly<Record<Exclude<CostClass, 'unknown'>, Readonly<Record<string, readonly string[]>>>> = {
  free: {
    'https://aws.amazon.com/iam/faqs/': ['AWS::IAM::'],
    'https://aws.amazon.com/vpc/pricing/': [
      'AWS::EC2::VPC',
      'AWS::EC2::Subnet',
      'AWS::EC2::SecurityGroup',
      'AWS::EC2::SecurityGroupIngress',
      'AWS::EC2::SecurityGroupEgress',
      'AWS::EC2::RouteTable',
      'AWS::EC2::Route',
      'AWS::EC2::SubnetRouteTableAssociation',
      'AWS::EC2::InternetGateway',
      'AWS::EC2::VPCGatewayAttachment',
      'AWS::EC2::NetworkInterface',
    ],
    'https://aws.amazon.com/ecs/pricing/': ['AWS::ECS::Cluster', 'AWS::ECS::TaskDefinition'],
    'https://aws.amazon.com/elasticloadbalancing/pricing/': [
      'AWS::ElasticLoadBalancingV2::TargetGroup',
      'AWS::ElasticLoadBalancingV2::Listener',
      'AWS::ElasticLoadBalancingV2::ListenerRule',
    ],
    'https://aws.amazon.com/systems-manager/pricing/': ['AWS::SSM::Parameter'],
    'https://aws.amazon.com/certificate-manager/pricing/': ['AWS::CertificateManager::Certificate'],
    'https://aws.amazon.com/waf/pricing/': ['AWS::WAFv2::WebACLAssociation'],
    'https://aws.amazon.com/autoscaling/pricing/': ['AWS::ApplicationAutoScaling::'],
  },
  pennies: {
    'https://aws.amazon.com/s3/pricing/': ['AWS::S3::Bucket'],
    'https://aws.amazon.com/ecr/pricing/': ['AWS::ECR::Repository'],
    'https://aws.amazon.com/cloudwatch/pricing/': ['AWS::Logs::LogGroup', 'AWS::CloudWatch::Alarm'],
    'https://aws.amazon.com/secrets-manager/pricing/': ['AWS::SecretsManager::Secret'],
    'https://aws.amazon.com/kms/pricing/': ['AWS::KMS::Key'],
    'https://aws.amazon.com/route53/pricing/': ['AWS::Route53::HostedZone', 'AWS::Route53::RecordSet'],
    'https://aws.amazon.com/efs/pricing/': ['AWS::EFS::FileSystem'],
  },
  hourly: {
    'https://aws.amazon.com/elasticloadbalancing/pricing/': ['AWS::ElasticLoadBalancingV2::LoadBalancer'],
    'https://aws.amazon.com/vpc/pricing/': ['AWS::EC2::NatGateway', 'AWS::EC2::EIP'],
    'https://aws.amazon.com/privatelink/pricing/': ['AWS::EC2::VPCEndpoint'],
    'https://aws.amazon.com/ec2/pricing/': ['AWS::EC2::Instance', 'AWS::AutoScaling::AutoScalingGroup'],
    'https://aws.amazon.com/ebs/pricing/': ['AWS::EC2::Volume'],
    'https://aws.amazon.com/fargate/pricing/': ['AWS::ECS::Service'],
    'https://aws.amazon.com/rds/pricing/': ['AWS::RDS::DBInstance', 'AWS::RDS::DBCluster'],
    'https://aws.amazon.com/elasticache/pricing/': ['AWS::ElastiCache::'],
    'https://aws.amazon.com/opensearch-service/pricing/': ['AWS::OpenSearchService::Domain'],
    'https://aws.amazon.com/msk/pricing/': ['AWS::MSK::Cluster'],
    'https://aws.amazon.com/redshift/pricing/': ['AWS::Redshift::Cluster'],
    'https://aws.amazon.com/eks/pricing/': ['AWS::EKS::Cluster'],
    'https://aws.amazon.com/waf/pricing/': ['AWS::WAFv2::WebACL'],
  },
  'by usage': {
    'https://aws.amazon.com/prometheus/pricing/': ['AWS::APS::Workspace', 'AWS::APS::RuleGroupsNamespace'],
    'https://aws.amazon.com/grafana/pricing/': ['AWS::Grafana::Workspace'],
    'https://aws.amazon.com/sqs/pricing/': ['AWS::SQS::Queue'],
    'https://aws.amazon.com/sns/pricing/': ['AWS::SNS::Topic'],
    'https://aws.amazon.com/lambda/pricing/': ['AWS::Lambda::Function'],
    'https://aws.amazon.com/dynamodb/pricing/': ['AWS::DynamoDB::Table'],
    'https://aws.amazon.com/cloudfront/pricing/': ['AWS::CloudFront::Distribution'],
    'https://aws.amazon.com/api-gateway/pricing/': ['AWS::ApiGateway::RestApi', 'AWS::ApiGatewayV2::Api'],
    'https://aws.amazon.com/vpc/pricing/': ['AWS::EC2::FlowLog'],
  },
};

/** A type whose name ends in `::` stands for all of its service. */
export function costClass(type: string): CostClass {
  for (const [cost, pages] of Object.entries(CLASSES) as [CostClass, Record<string, readonly string[]>][]) {
    const isMeant = (known: string) => known === type || (known.endsWith('::') && type.startsWith(known));
    if (Object.values(pages).flat().some(isMeant)) return cost;
  }
  return 'unknown';
}
