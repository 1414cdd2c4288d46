/** Typical durations in seconds of creating, changing and deleting a resource, from public deployment logs. */
interface Durations {
  create: number;
  update?: number;
  delete?: number;
}

const DEFAULT: Required<Durations> = { create: 3, update: 3, delete: 3 };

const TYPICAL: Readonly<Record<string, Durations>> = {
  'AWS::ElasticLoadBalancingV2::LoadBalancer': { create: 150, delete: 20 },
  'AWS::EC2::VPCEndpoint': { create: 90, delete: 40 },
  'AWS::EC2::NatGateway': { create: 100, delete: 60 },
  'AWS::EC2::InternetGateway': { create: 16 },
  'AWS::EC2::VPC': { create: 12 },
  'AWS::EC2::EIP': { create: 16 },
  'AWS::ECS::Service': { create: 240, update: 200, delete: 60 },
  'AWS::ECS::Cluster': { create: 8 },
  'AWS::IAM::Role': { create: 18 },
  'AWS::IAM::InstanceProfile': { create: 120 },
  'AWS::APS::Workspace': { create: 10 },
  'AWS::Grafana::Workspace': { create: 240, delete: 60 },
  'AWS::RDS::DBInstance': { create: 420, update: 60, delete: 300 },
  'AWS::CloudFront::Distribution': { create: 240, update: 200, delete: 240 },
};

/** How long an operation on a resource takes at pace 1, in seconds. */
export function typicalSeconds(type: string, operation: keyof Durations): number {
  const known = TYPICAL[type];
  return known?.[operation] ?? DEFAULT[operation];
}
