import type { Clay } from './identity.ts';

/**
 * What the schemas do not say: the form of ids, and the types whose `Ref` or attributes are not uniform (return values in
 * the AWS CloudFormation Template Reference).
 */
export interface KnownIdentity {
  /** The id that ARNs and the schema's identifier are built with; default: the name. */
  id?: string;
  /** Only where `Ref` is not the schema's identifier. */
  ref?: string;
  attributes?: Record<string, unknown>;
}

/** The hand-written part of a resource's identity; undefined for types that the schema describes well enough. */
export function wellKnown(type: string, clay: Clay): KnownIdentity | undefined {
  const prefix = EC2_PREFIXES[type];
  const base: KnownIdentity | undefined = prefix === undefined ? undefined : { id: ec2Id(prefix, clay) };
  const special = Object.hasOwn(SPECIAL, type) ? SPECIAL[type]?.(clay, base?.id ?? '') : undefined;
  return special ? { ...base, ...special } : base;
}

/** The prefixes of EC2 ids, e.g. `vpc-0` and sixteen more hexadecimal digits. */
const EC2_PREFIXES: Readonly<Record<string, string>> = {
  'AWS::EC2::DHCPOptions': 'dopt',
  'AWS::EC2::EgressOnlyInternetGateway': 'eigw',
  'AWS::EC2::FlowLog': 'fl',
  'AWS::EC2::Instance': 'i',
  'AWS::EC2::InternetGateway': 'igw',
  'AWS::EC2::LaunchTemplate': 'lt',
  'AWS::EC2::NatGateway': 'nat',
  'AWS::EC2::NetworkAcl': 'acl',
  'AWS::EC2::NetworkInterface': 'eni',
  'AWS::EC2::PrefixList': 'pl',
  'AWS::EC2::RouteTable': 'rtb',
  'AWS::EC2::SecurityGroup': 'sg',
  'AWS::EC2::SecurityGroupEgress': 'sgr',
  'AWS::EC2::SecurityGroupIngress': 'sgr',
  'AWS::EC2::Subnet': 'subnet',
  'AWS::EC2::SubnetRouteTableAssociation': 'rtbassoc',
  'AWS::EC2::TransitGateway': 'tgw',
  'AWS::EC2::VPC': 'vpc',
  'AWS::EC2::VPCEndpoint': 'vpce',
  'AWS::EC2::Volume': 'vol',
  'AWS::EFS::FileSystem': 'fs',
};

function ec2Id(prefix: string, clay: Clay, purpose?: string): string {
  return `${prefix}-0${clay.hex(16, purpose)}`;
}

const SPECIAL: Readonly<Record<string, (clay: Clay, id: string) => KnownIdentity>> = {
  'AWS::EC2::VPC': clay => ({
    attributes: {
      CidrBlockAssociations: [`vpc-cidr-assoc-0${clay.hex(16, 'cidr')}`],
      DefaultNetworkAcl: ec2Id('acl', clay),
      DefaultSecurityGroup: ec2Id('sg', clay),
    },
  }),
  'AWS::EC2::Subnet': clay => ({
    attributes: {
      AvailabilityZone: clay.properties.AvailabilityZone ?? `${clay.region}a`,
      NetworkAclAssociationId: ec2Id('aclassoc', clay),
    },
  }),
  'AWS::EC2::Route': ({ properties }) => ({
    attributes: {
      CidrBlock:
        properties.DestinationCidrBlock ?? properties.DestinationIpv6CidrBlock ?? properties.DestinationPrefixListId,
    },
  }),
  'AWS::EC2::SecurityGroup': (_, id) => ({ attributes: { GroupId: id } }),
  'AWS::EC2::EIP': clay => {
    const digits = Number.parseInt(clay.hex(4, 'ip'), 16);
    const ip = `203.0.113.${digits % 256}`; // TEST-NET-3: never a real host (RFC 5737).
    return { id: ec2Id('eipalloc', clay), attributes: { AllocationId: ec2Id('eipalloc', clay), PublicIp: ip } };
  },
  'AWS::EC2::VPCEndpoint': (clay, id) => {
    const gateway = clay.properties.VpcEndpointType !== 'Interface';
    const service = String(clay.properties.ServiceName ?? '')
      .split('.')
      .at(-1);
    const name = `${id}-${clay.hex(8, 'dns')}.${service}.${clay.region}.vpce.amazonaws.com`;
    return {
      attributes: {
        DnsEntries: gateway ? [] : [`Z7HUB22UULQXV:${name}`],
        NetworkInterfaceIds: gateway ? [] : [ec2Id('eni', clay)],
      },
    };
  },
  'AWS::ElasticLoadBalancingV2::LoadBalancer': clay => {
    const kind = { network: 'net', gateway: 'gwy' }[String(clay.properties.Type)] ?? 'app';
    const full = `${kind}/${clay.name}/${clay.hex(16)}`;
    const number = Number.parseInt(clay.hex(8, 'dns'), 16);
    const internal = clay.properties.Scheme === 'internal' ? 'internal-' : '';
    return {
      attributes: {
        LoadBalancerArn: clay.arn('elasticloadbalancing', `loadbalancer/${full}`),
        LoadBalancerFullName: full,
        LoadBalancerName: clay.name,
        DNSName: `${internal}${clay.name}-${number}.${clay.region}.elb.amazonaws.com`,
        CanonicalHostedZoneID: 'Z35SXDOTRQ7X7K',
      },
    };
  },
  'AWS::ElasticLoadBalancingV2::TargetGroup': clay => {
    const full = `targetgroup/${clay.name}/${clay.hex(16)}`;
    const arn = clay.arn('elasticloadbalancing', full);
    return { attributes: { TargetGroupArn: arn, TargetGroupFullName: full, TargetGroupName: clay.name } };
  },
  'AWS::ElasticLoadBalancingV2::Listener': clay => {
    const parent = String(clay.properties.LoadBalancerArn).replace(':loadbalancer/', ':listener/');
    return { attributes: { ListenerArn: `${parent}/${clay.hex(16)}` } };
  },
  'AWS::ElasticLoadBalancingV2::ListenerRule': clay => {
    const parent = String(clay.properties.ListenerArn).replace(':listener/', ':listener-rule/');
    return { attributes: { RuleArn: `${parent}/${clay.hex(16)}` } };
  },
  'AWS::ECS::Service': clay => {
    const cluster = String(clay.properties.Cluster ?? 'default')
      .split('/')
      .at(-1);
    return { attributes: { ServiceArn: clay.arn('ecs', `service/${cluster}/${clay.name}`), Name: clay.name } };
  },
  'AWS::ECS::TaskDefinition': clay => {
    // Unlike other names, a family that CloudFormation makes up has no dashes: <stack><logical id><random>.
    const family = clay.properties.Family ?? clay.name.replaceAll('-', '');
    return {
      attributes: { TaskDefinitionArn: clay.arn('ecs', `task-definition/${String(family)}:${clay.generation}`) },
    };
  },
  'AWS::APS::Workspace': clay => {
    const id = `ws-${clay.uuid()}`;
    return {
      id,
      attributes: {
        WorkspaceId: id,
        Arn: clay.arn('aps', `workspace/${id}`),
        PrometheusEndpoint: `https://aps-workspaces.${clay.region}.amazonaws.com/workspaces/${id}/`,
      },
    };
  },
  'AWS::Grafana::Workspace': clay => {
    const id = `g-${clay.hex(10)}`;
    return {
      id,
      attributes: {
        Id: id,
        Endpoint: `${id}.grafana-workspace.${clay.region}.amazonaws.com`,
        Status: 'ACTIVE',
        GrafanaVersion: '10.4',
      },
    };
  },
  'AWS::Logs::LogGroup': clay => ({ attributes: { Arn: `${clay.arn('logs', `log-group:${clay.name}`)}:*` } }),
  'AWS::SQS::Queue': clay => ({
    attributes: {
      QueueName: clay.name,
      QueueUrl: `https://sqs.${clay.region}.amazonaws.com/${clay.account}/${clay.name}`,
    },
  }),
  'AWS::SNS::Topic': clay => ({ attributes: { TopicArn: clay.arn('sns', clay.name), TopicName: clay.name } }),
  'AWS::SNS::Subscription': clay => ({ attributes: { Arn: `${String(clay.properties.TopicArn)}:${clay.uuid()}` } }),
  'AWS::S3::Bucket': clay => ({
    attributes: {
      Arn: `arn:aws:s3:::${clay.name}`,
      DomainName: `${clay.name}.s3.amazonaws.com`,
      DualStackDomainName: `${clay.name}.s3.dualstack.${clay.region}.amazonaws.com`,
      RegionalDomainName: `${clay.name}.s3.${clay.region}.amazonaws.com`,
      WebsiteURL: `http://${clay.name}.s3-website-${clay.region}.amazonaws.com`,
    },
  }),
  'AWS::ECR::Repository': clay => ({
    attributes: { RepositoryUri: `${clay.account}.dkr.ecr.${clay.region}.amazonaws.com/${clay.name}` },
  }),
  'AWS::IAM::Role': clay => ({ attributes: { RoleId: `AROA${clay.random(17)}` } }),
  'AWS::IAM::OIDCProvider': clay => ({
    attributes: {
      Arn: clay.arn('iam', `oidc-provider/${String(clay.properties.Url).replace(/^https:\/\//, '')}`),
    },
  }),
  'AWS::IAM::Policy': clay => ({
    attributes: { Id: `${clay.stackName.slice(0, 5)}-${clay.logicalId.slice(0, 4)}-${clay.random(12)}` },
  }),
  'AWS::KMS::Key': clay => ({ id: clay.uuid(), attributes: { KeyId: clay.uuid() } }),
  'AWS::SecretsManager::Secret': clay => {
    const arn = clay.arn('secretsmanager', `secret:${clay.name}-${clay.random(6)}`);
    return { attributes: { Id: arn } };
  },
  'AWS::CertificateManager::Certificate': clay => ({
    attributes: { CertificateArn: clay.arn('acm', `certificate/${clay.uuid()}`) },
  }),
  'AWS::Events::Rule': clay => {
    const bus = String(clay.properties.EventBusName ?? 'default')
      .split('/')
      .at(-1);
    return {
      ref: bus === 'default' ? clay.name : `${bus}|${clay.name}`,
      attributes: {
        Arn: clay.arn('events', `rule/${bus === 'default' ? '' : `${bus}/`}${clay.name}`),
        RuleName: clay.name,
      },
    };
  },
  'AWS::ApplicationAutoScaling::ScalingPolicy': clay => {
    const target = String(clay.properties.ScalingTargetId ?? clay.properties.ResourceId).split('|')[0];
    const arn = clay.arn('autoscaling', `scalingPolicy:${clay.uuid()}:resource/ecs/${target}:policyName/${clay.name}`);
    return { ref: arn, attributes: { Arn: arn } };
  },
  'AWS::CloudFormation::WaitConditionHandle': clay => {
    const path = `${encodeURIComponent(clay.stackId)}/${clay.logicalId}`;
    const url = `https://cloudformation-waitcondition-${clay.region}.s3.amazonaws.com/${path}?X-Amz-Signature=${clay.hex(64)}`;
    return { id: url, attributes: { Id: url } };
  },
  'AWS::CloudFormation::WaitCondition': clay => {
    const arn = clay.arn('cloudformation', `waitcondition/${clay.name}`);
    return { id: arn, attributes: { Id: arn, Data: '{}' } };
  },
};
