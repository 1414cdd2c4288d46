import { parseCidr } from '../evaluation/cidr.ts';
import type { Combination } from './combination.ts';
import { parametersOf, type Sight, titleOf } from './sight.ts';

/**
 * VPCs and subnets have a netmask from /16 to /28.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSubnet.html
 */
export function networkSizes({ certain, part }: Sight): Combination[] {
  const networks = certain.filter(({ type }) => type === 'AWS::EC2::VPC' || type === 'AWS::EC2::Subnet');
  return networks.flatMap((network): Combination[] => {
    const block = part(network, 'CidrBlock');
    const range = typeof block.value === 'string' ? parseCidr(block.value) : undefined;
    if (!range) return [];
    const bits = 32 - Math.log2(range.to - range.from + 1);
    if (bits >= 16 && bits <= 28) return [];
    return [
      {
        stack: network.stack,
        parameters: parametersOf(block),
        what: `${titleOf(network)} is too ${bits < 16 ? 'large' : 'small'} an address range`,
        seen: block.text,
        fix: `Give \`${block.setting}\` a netmask from /16 to /28`,
        place: network.place(['Properties', 'CidrBlock']),
      },
    ];
  });
}
