import { contains, parseCidr } from '../evaluation/cidr.ts';
import { type Resource, same, Token } from '../evaluation/values.ts';
import type { Combination } from './combination.ts';
import { type Part, parametersOf, type Sight, titleOf } from './sight.ts';

/**
 * A subnet lies within one of the address ranges of its VPC, which `AWS::EC2::VPCCidrBlock` may add to; a person
 * may have done the same by hand where the VPC is deployed.
 * https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html
 */
export function subnetsOutsideVpc(sight: Sight): Combination[] {
  // What is not seen may add a range, and so may a custom resource.
  if (sight.hasMore || sight.possible.some(({ type }) => mayDoAnything(type))) return [];
  return sight.certain
    .filter(({ type }) => type === 'AWS::EC2::Subnet')
    .flatMap((subnet): Combination[] => {
      const vpc = vpcOf(subnet);
      if (!vpc) return [];
      const [inner, outer] = [sight.part(subnet, 'CidrBlock'), sight.part(vpc, 'CidrBlock')];
      if (!isOutside(inner, outer) || further(vpc, sight).some(more => !isOutside(inner, more))) return [];
      return [
        {
          stack: subnet.stack,
          parameters: [...parametersOf(inner), ...(vpc.stack === subnet.stack ? parametersOf(outer) : [])],
          what: `${titleOf(subnet)} lies outside its VPC`,
          seen: `${inner.text}, ${outer.text} of \`${vpc.id}\``,
          fix: `Give \`${inner.setting}\` a range within that of \`${vpc.id}\`; a range that is added to the VPC is declared as \`AWS::EC2::VPCCidrBlock\``,
          unlessDeployed: vpc.stack,
          place: subnet.place(['Properties', 'CidrBlock']),
        },
      ];
    });
}

/** Custom resources, and types that are not of AWS: what they do is in no template. */
function mayDoAnything(type: string): boolean {
  return type === 'AWS::CloudFormation::CustomResource' || !type.startsWith('AWS::');
}

function vpcOf(subnet: Resource): Resource | undefined {
  const id = subnet.property('VpcId');
  const vpc = id instanceof Token && id.attribute === 'Ref' ? id.resource : undefined;
  return vpc?.type === 'AWS::EC2::VPC' ? vpc : undefined;
}

/** The ranges that are, or may be, added to a VPC. */
function further(vpc: Resource, { possible, part }: Sight): Part[] {
  return possible
    .filter(({ type }) => type === 'AWS::EC2::VPCCidrBlock')
    .filter(block => same(block.property('VpcId'), new Token(vpc, 'Ref')) !== false)
    .filter(block => block.property('CidrBlock') !== undefined || block.property('Ipv4IpamPoolId') !== undefined)
    .map(block => part(block, 'CidrBlock'));
}

/** Both are known, and one is not within the other. */
function isOutside(inner: Part, outer: Part): boolean {
  const [small, large] = [inner, outer].map(({ value }) => (typeof value === 'string' ? parseCidr(value) : undefined));
  return small !== undefined && large !== undefined && !contains(large, small);
}
