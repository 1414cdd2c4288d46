import { isDisjoint, parseCidr } from '../evaluation/cidr.ts';
import { same } from '../evaluation/values.ts';
import type { Combination } from './combination.ts';
import { parametersOf, type Sight, titleOf } from './sight.ts';

/**
 * Subnets of one VPC do not overlap.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSubnet.html
 */
export function overlappingSubnets({ certain, part }: Sight): Combination[] {
  const subnets = certain
    .filter(({ type }) => type === 'AWS::EC2::Subnet')
    .flatMap(subnet => {
      const block = part(subnet, 'CidrBlock');
      const range = typeof block.value === 'string' ? parseCidr(block.value) : undefined;
      return range ? [{ subnet, block, range }] : [];
    });
  return subnets.flatMap((second, index) =>
    subnets.slice(0, index).flatMap((first): Combination[] => {
      const isOneVpc = same(first.subnet.property('VpcId'), second.subnet.property('VpcId')) === true;
      if (!isOneVpc || isDisjoint(first.range, second.range)) return [];
      const own = first.subnet.stack === second.subnet.stack ? [first.block, second.block] : [second.block];
      return [
        {
          stack: second.subnet.stack,
          parameters: parametersOf(...own),
          what: `${titleOf(first.subnet)} and ${titleOf(second.subnet)} overlap in one VPC`,
          seen: `${first.block.text}, ${second.block.text}`,
          fix: `Give \`${second.block.setting}\` a range of its own`,
          place: second.subnet.place(['Properties', 'CidrBlock']),
        },
      ];
    }),
  );
}
