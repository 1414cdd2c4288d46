import { type Finding, reachability } from '../stacks/reachability/reachability.ts';
import { type Changes, changedPlan, type Draft, type Sources } from './changed-plan.ts';

/** One subnet, one service, its logs and its image: small enough to see what each test changes. */
export const SMALL = `Parameters:
  Region2: { Type: String, Default: "" }
  Switch: { Type: String, Default: "on" }
  Open: { Type: String }
  Hidden: { Type: String, NoEcho: true, Default: "https://hidden.example.com" }
  ExternalEgressCidr: { Type: String, Default: "" }
Conditions:
  IsOn: !Equals [!Ref Switch, "on"]
  IsOff: !Not [!Condition IsOn]
  Either: !Or [!Condition IsOn, !Equals [!Ref Open, x]]
  IsOpen: !Equals [!Ref Open, "yes"]
Mappings:
  Ranges: { us-east-1: { all: 0.0.0.0/0 } }
Resources:
  Vpc: { Type: AWS::EC2::VPC, Properties: { CidrBlock: 10.1.0.0/16, EnableDnsHostnames: true } }
  Gateway: { Type: AWS::EC2::InternetGateway, Properties: {} }
  Attachment: { Type: AWS::EC2::VPCGatewayAttachment, Properties: { VpcId: !Ref Vpc, InternetGatewayId: !Ref Gateway } }
  Subnet: { Type: AWS::EC2::Subnet, Properties: { VpcId: !Ref Vpc, CidrBlock: 10.1.0.0/24 } }
  Table: { Type: AWS::EC2::RouteTable, Properties: { VpcId: !Ref Vpc } }
  Association: { Type: AWS::EC2::SubnetRouteTableAssociation, Properties: { SubnetId: !Ref Subnet, RouteTableId: !Ref Table } }
  Way: { Type: AWS::EC2::Route, Properties: { RouteTableId: !Ref Table, DestinationCidrBlock: 0.0.0.0/0, GatewayId: !Ref Gateway } }
  Group: { Type: AWS::EC2::SecurityGroup, Properties: { GroupDescription: tasks, VpcId: !Ref Vpc } }
  Role: { Type: AWS::IAM::Role, Properties: { AssumeRolePolicyDocument: {} } }
  Definition:
    Type: AWS::ECS::TaskDefinition
    Properties:
      NetworkMode: awsvpc
      RequiresCompatibilities: [FARGATE]
      ExecutionRoleArn: !GetAtt Role.Arn
      ContainerDefinitions:
        - Name: app
          Image: !Sub "\${AWS::AccountId}.dkr.ecr.\${AWS::Region}.amazonaws.com/shop/app:1"
          LogConfiguration: { LogDriver: awslogs, Options: { awslogs-group: /shop/app, awslogs-region: !Ref AWS::Region } }
  Service:
    Type: AWS::ECS::Service
    Properties:
      LaunchType: FARGATE
      TaskDefinition: !Ref Definition
      NetworkConfiguration: { AwsvpcConfiguration: { AssignPublicIp: ENABLED, Subnets: [!Ref Subnet], SecurityGroups: [!Ref Group] } }
`;
export const sources: Sources = { app: { file: 'app.yaml', text: SMALL } };

type Properties = Record<string, never> & Record<string, unknown>;
export interface Changing {
  /** Properties of a resource, which are made when there is none. */
  of(id: string, type?: string): Record<string, unknown>;
  container: Record<string, unknown>;
  awsvpc: Record<string, unknown>;
  draft: Draft;
}

function changing(work: (to: Changing) => void): NonNullable<Changes['change']> {
  return ({ app }) => {
    const draft = app as Draft;
    const of = (id: string, type = 'AWS::EC2::VPCEndpoint') => {
      draft.Resources[id] ??= { Type: type, Properties: {} };
      return draft.Resources[id].Properties;
    };
    const [container] = of('Definition').ContainerDefinitions as Record<string, unknown>[];
    const { AwsvpcConfiguration: awsvpc } = of('Service').NetworkConfiguration as { AwsvpcConfiguration: Properties };
    work({ of, container: container ?? {}, awsvpc, draft });
  };
}

export const find = (work: (to: Changing) => void = () => {}, changes: Changes = {}): Finding[] =>
  reachability(changedPlan(sources, { ...changes, change: changing(work) }), {
    ...changes,
    region: changes.region ?? 'us-east-1',
  });
export const verdicts = (findings: readonly Finding[]) =>
  Object.fromEntries(findings.map(finding => [finding.need, finding.verdict]));
export const all = (verdict: string) => ({
  'image registry API': verdict,
  'image registry': verdict,
  'image layers': verdict,
  'CloudWatch Logs': verdict,
});
export const why = (findings: readonly Finding[], need = 'CloudWatch Logs') =>
  findings.find(finding => finding.need === need)?.because ?? '';
export const added = (findings: readonly Finding[], need = 'CloudWatch Logs') =>
  findings.flatMap(finding => (finding.need === need && finding.verdict === 'blocked' ? [finding.add] : [])).join();
export const Ref = (name: string) => ({ Ref: name });
export const att = (name: string, attribute: string) => ({ 'Fn::GetAtt': [name, attribute] });

/** An interface endpoint with a group that lets tasks in. */
export function addEndpoint({ of }: Changing, service: string, id = 'Endpoint', more: Record<string, unknown> = {}) {
  Object.assign(of(id), {
    VpcId: Ref('Vpc'),
    VpcEndpointType: 'Interface',
    ServiceName: { 'Fn::Join': ['.', ['com.amazonaws', Ref('AWS::Region'), service]] },
    PrivateDnsEnabled: 'true',
    SubnetIds: [Ref('Subnet')],
    SecurityGroupIds: [att('EndpointGroup', 'GroupId')],
    ...more,
  });
  of('EndpointGroup', 'AWS::EC2::SecurityGroup').SecurityGroupIngress ??= [
    { IpProtocol: 6, FromPort: 0, ToPort: 65535, CidrIp: att('Vpc', 'CidrBlock') },
  ];
}

export function useNat({ of, awsvpc }: Changing) {
  awsvpc.AssignPublicIp = 'DISABLED';
  const way = of('Way');
  delete way.GatewayId;
  way.NatGatewayId = att('Nat', 'NatGatewayId');
  Object.assign(of('Nat', 'AWS::EC2::NatGateway'), { SubnetId: Ref('PublicSubnet'), AllocationId: 'eipalloc-1' });
  Object.assign(of('PublicSubnet', 'AWS::EC2::Subnet'), { VpcId: Ref('Vpc'), CidrBlock: '10.1.9.0/24' });
  of('PublicTable', 'AWS::EC2::RouteTable').VpcId = Ref('Vpc');
  Object.assign(of('PublicAssociation', 'AWS::EC2::SubnetRouteTableAssociation'), {
    SubnetId: Ref('PublicSubnet'),
    RouteTableId: Ref('PublicTable'),
  });
  Object.assign(of('PublicWay', 'AWS::EC2::Route'), {
    RouteTableId: Ref('PublicTable'),
    DestinationCidrBlock: '0.0.0.0/0',
    GatewayId: Ref('Gateway'),
  });
}
