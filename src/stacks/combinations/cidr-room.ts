import { parseCidr } from '../evaluation/cidr.ts';
import { NoRoom, type Resource } from '../evaluation/values.ts';
import { isRecord } from '../json-values.ts';
import type { Combination } from './combination.ts';
import type { Sight } from './sight.ts';

/**
 * `Fn::Cidr` cuts no more ranges out of one than it has room for.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-cidr.html
 */
export function cidrRoom(sight: Sight): Combination[] {
  const groups = new Map<string, { block: NoRoom; subnets: Resource[] }>();
  for (const subnet of sight.certain.filter(({ type }) => type === 'AWS::EC2::Subnet')) {
    const block = subnet.property('CidrBlock');
    if (!(block instanceof NoRoom)) continue;
    const key = JSON.stringify([subnet.stack, block.range, block.count, block.hostBits, block.written]);
    const group = groups.get(key) ?? { block, subnets: [] };
    group.subnets.push(subnet);
    groups.set(key, group);
  }
  return [...groups.values()].flatMap(({ block, subnets }) => describe(block, subnets, sight));
}

function describe(block: NoRoom, subnets: readonly Resource[], sight: Sight): Combination[] {
  const [first] = subnets;
  if (!first) return [];
  const given = sight.parameter(first.stack, source(block.written, first.stack, sight));
  const from = given ? ` (parameter \`${given.setting}\`)` : '';
  const setting = given ? `\`${given.setting}\`` : 'it';
  const names = `${subnets.length === 1 ? 'subnet' : 'subnets'} ${subnets.map(({ id }) => `\`${id}\``).join(', ')}`;
  const bits = 32 - block.hostBits;
  const fits = room(block);
  const needed = 32 - Math.ceil(Math.log2(block.count * 2 ** block.hostBits));
  return [
    {
      stack: first.stack,
      parameters: given ? [given.name] : [],
      what: `${block.range}${from} is too small for ${names} of stack \`${first.stack}\``,
      seen: `\`Fn::Cidr\` asks for ${block.count} ranges of /${bits}, ${fits === 0 ? 'not one fits' : `${fits} fit`}`,
      // No VPC is larger than a /16.
      fix: needed < 16 ? 'Ask for fewer or smaller ranges' : `Give ${setting} a range of /${needed} or larger`,
      place: first.place(['Properties', 'CidrBlock']),
    },
  ];
}

/** How many of the ranges fit. */
function room({ range, hostBits }: NoRoom): number {
  const whole = parseCidr(range);
  return whole ? Math.floor((whole.to - whole.from + 1) / 2 ** hostBits) : 0;
}

/** What is cut is often the VPC's own range: then what that is. */
function source(written: unknown, stack: string, { possible }: Sight): unknown {
  const attribute = isRecord(written) ? written['Fn::GetAtt'] : undefined;
  const [id, name] = Array.isArray(attribute) ? attribute : String(attribute).split('.');
  const vpc = possible.find(resource => resource.stack === stack && resource.id === id);
  return vpc?.type === 'AWS::EC2::VPC' && name === 'CidrBlock' ? vpc.written('CidrBlock') : written;
}
