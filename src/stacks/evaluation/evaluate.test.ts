import { describe, expect, it } from 'vitest';
import { changedPlan } from '../../tooling/changed-plan.ts';
import { evaluate } from './evaluate.ts';
import { scopesOf } from './scope.ts';
import { isList, rendered, Unknown, type Value } from './values.ts';

const TEMPLATE = `Parameters:
  Known: { Type: String, Default: abc }
  Items: { Type: CommaDelimitedList, Default: "a, b,c" }
  Open: { Type: String }
  FromStore: { Type: "AWS::SSM::Parameter::Value<String>", Default: /name }
Conditions:
  Holds: !Equals [!Ref Known, abc]
  Fails: !Not [!Condition Holds]
  Open: !Equals [!Ref Open, abc]
  Circle: !Not [!Condition Circle]
Mappings:
  Map: { us-east-1: { size: large } }
Resources:
  Vpc: { Type: AWS::EC2::VPC, Properties: { CidrBlock: 10.0.0.0/16 } }
  Group: { Type: AWS::EC2::SecurityGroup, Properties: { VpcId: !Ref Vpc } }
  Repository: { Type: AWS::ECR::Repository, Properties: { RepositoryName: shop } }
  Workspace: { Type: AWS::APS::Workspace }
`;
const [scope] = scopesOf(changedPlan({ one: { file: 'one.yaml', text: TEMPLATE } }), 'us-east-1').values();

/** A value as text; what is not known is its reason. */
function shown(value: Value): string {
  if (value instanceof Unknown) return `? ${value.why}`;
  return isList(value) ? `[${value.map(shown).join()}]` : rendered(value);
}
const Ref = (name: string) => ({ Ref: name });

describe('an expression', () => {
  it.each<[unknown, string]>([
    [Ref('Known'), 'abc'],
    [Ref('Items'), '[a,b,c]'],
    [Ref('Open'), '? parameter `Open` keeps what is deployed'],
    [Ref('FromStore'), '? parameter `FromStore` is read from Parameter Store when the stack is deployed'],
    [Ref('AWS::StackName'), 'p-one'],
    [Ref('AWS::StackId'), '? `AWS::StackId` is only known to AWS'],
    [[Ref('AWS::NoValue'), 1, true], '[1,true]'],
    [{ 'Fn::GetAtt': ['Group', 'GroupId'] }, '‹one/Group.Ref›'],
    [{ 'Fn::GetAtt': 'Group.VpcId' }, '‹one/Vpc.Ref›'],
    [{ 'Fn::GetAtt': ['Vpc', 'CidrBlock'] }, '10.0.0.0/16'],
    [{ 'Fn::GetAtt': ['Repository', 'RepositoryUri'] }, '‹AWS::AccountId›.dkr.ecr.us-east-1.amazonaws.com/shop'],
    [
      { 'Fn::GetAtt': ['Workspace', 'Arn'] },
      'arn:aws:aps:us-east-1:‹AWS::AccountId›:workspace/‹one/Workspace.WorkspaceId›',
    ],
    [{ 'Fn::Sub': '${Known}-${!Known}-${Vpc}-${Group.GroupId}' }, 'abc-${Known}-‹one/Vpc.Ref›-‹one/Group.Ref›'],
    [{ 'Fn::Sub': ['${Known}${Own}', { Known: 'own', Own: Ref('Known') }] }, 'ownabc'],
    [{ 'Fn::Join': ['-', [Ref('Known'), Ref('AWS::NoValue'), Ref('AWS::Region')]] }, 'abc-us-east-1'],
    [{ 'Fn::Split': [',', { 'Fn::Join': [',', [Ref('Vpc'), 'x']] }] }, '[‹one/Vpc.Ref›,x]'],
    [
      { 'Fn::Split': ['/', { 'Fn::GetAtt': ['Workspace', 'PrometheusEndpoint'] }] },
      '? it is cut out of a value that only AWS knows',
    ],
    [{ 'Fn::Select': ['1', Ref('Items')] }, 'b'],
    [{ 'Fn::Select': [3, { 'Fn::Cidr': [Ref('Known'), 4, 8] }] }, '? `Fn::Cidr` does not fit into abc'],
    [{ 'Fn::Select': [3, { 'Fn::Cidr': [{ 'Fn::GetAtt': ['Vpc', 'CidrBlock'] }, 4, 8] }] }, '10.0.3.0/24'],
    [{ 'Fn::FindInMap': ['Map', Ref('AWS::Region'), 'size'] }, 'large'],
    [{ 'Fn::FindInMap': ['Map', 'nowhere', 'size'] }, '? mapping `Map` has no such key'],
    [{ 'Fn::FindInMap': ['Map', 'nowhere', 'size', { DefaultValue: 'small' }] }, 'small'],
    [{ 'Fn::If': ['Holds', 1, 2] }, '1'],
    [{ 'Fn::If': ['Fails', 1, 2] }, '2'],
    [{ 'Fn::If': ['Open', 1, 2] }, '? condition `Open` is open: parameter `Open` keeps what is deployed'],
    [{ 'Fn::If': ['Open', 1, 1] }, '1'],
    [{ 'Fn::If': ['Circle', 1, 2] }, '? condition `Circle` is open: `condition Circle` is defined by itself'],
    [{ 'Fn::And': [{ Condition: 'Holds' }, { Condition: 'Open' }] }, '? parameter `Open` keeps what is deployed'],
    [{ 'Fn::And': [{ Condition: 'Fails' }, { Condition: 'Open' }] }, 'false'],
    [{ 'Fn::Or': [{ Condition: 'Holds' }, { Condition: 'Open' }] }, 'true'],
    [{ 'Fn::Equals': [Ref('Vpc'), ''] }, 'false'],
    [{ 'Fn::Equals': [Ref('Vpc'), 'vpc-1'] }, '? whether `Vpc` is `vpc-1` is only known to AWS'],
    [{ 'Fn::GetAZs': '' }, '? `Fn::GetAZs` is only worked out by AWS'],
    [{ Condition: { StringEquals: 'a statement has conditions of its own' } }, '‹?›'],
  ])('%j', (expression, expected) => {
    expect(scope && shown(evaluate(expression, scope))).toBe(expected);
  });
});
