import { concatenate, type Resource, Token, Unknown, type Value } from './values.ts';

/** Attributes that give the same id as `Ref` (CloudFormation template reference, "Return values" of each type). */
const IDS: Readonly<Record<string, readonly string[]>> = {
  'AWS::EC2::SecurityGroup': ['GroupId', 'Id'],
  'AWS::EC2::VPC': ['VpcId'],
  'AWS::EC2::Subnet': ['SubnetId'],
  'AWS::EC2::RouteTable': ['RouteTableId'],
  'AWS::EC2::NatGateway': ['NatGatewayId'],
  'AWS::EC2::InternetGateway': ['InternetGatewayId'],
  'AWS::EC2::VPCEndpoint': ['Id'],
  'AWS::EC2::PrefixList': ['PrefixListId'],
  'AWS::SecretsManager::Secret': ['Id'],
};

/** Attributes that repeat a property. */
const PROPERTIES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'AWS::EC2::VPC': { CidrBlock: 'CidrBlock' },
  'AWS::EC2::Subnet': { CidrBlock: 'CidrBlock', VpcId: 'VpcId' },
  'AWS::EC2::SecurityGroup': { VpcId: 'VpcId' },
  'AWS::Logs::LogGroup': { Ref: 'LogGroupName' },
  'AWS::ECR::Repository': { Ref: 'RepositoryName' },
};

/** What `Ref` or `Fn::GetAtt` of a resource yields, as far as it is known by its value or its identity. */
export function attributeOf(resource: Resource, attribute: string, region: string): Value {
  const property = PROPERTIES[resource.type]?.[attribute];
  const value = property === undefined ? undefined : resource.property(property);
  if (value !== undefined && !(value instanceof Unknown)) return value;
  return arnOf(resource, attribute, region) ?? new Token(resource, isId(resource, attribute) ? 'Ref' : attribute);
}

function isId({ type }: Resource, attribute: string): boolean {
  return IDS[type]?.includes(attribute) ?? false;
}

/** ARNs that endpoint policies match, spelled out. https://docs.aws.amazon.com/service-authorization/latest/reference/ */
function arnOf(resource: Resource, attribute: string, region: string): Value {
  const of = (service: string, ...rest: Value[]) =>
    concatenate([`arn:${partition(region)}:${service}:${region}:`, new Token(undefined, 'AWS::AccountId'), ...rest]);
  const name = (given: string) => resource.property(given) ?? new Token(resource, 'Ref');
  switch (`${resource.type} ${attribute}`) {
    case 'AWS::APS::Workspace Ref':
    case 'AWS::APS::Workspace Arn':
      return of('aps', ':workspace/', new Token(resource, 'WorkspaceId'));
    case 'AWS::Logs::LogGroup Arn':
      return of('logs', ':log-group:', name('LogGroupName'), ':*');
    case 'AWS::ECR::Repository Arn':
      return of('ecr', ':repository/', name('RepositoryName'));
    case 'AWS::ECR::Repository RepositoryUri':
      return concatenate([
        new Token(undefined, 'AWS::AccountId'),
        `.dkr.ecr.${region}.${urlSuffix(region)}/`,
        name('RepositoryName'),
      ]);
    default:
      return undefined;
  }
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html */
export function partition(region: string): string {
  return region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}

export function urlSuffix(region: string): string {
  return region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
}
