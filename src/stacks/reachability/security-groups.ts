import { contains, isDisjoint, isPrivate, parseCidr } from '../evaluation/cidr.ts';
import {
  described,
  every,
  ignorance,
  isList,
  isMap,
  type Resource,
  same,
  some,
  Token,
  type Truth,
  Unknown,
  type Value,
} from '../evaluation/values.ts';
import { foreign, items, type Network, ofType, resourceOf } from './network.ts';

export type Direction = 'egress' | 'ingress';

/** The other end of a connection, as rules see it. */
export interface Peer {
  /** Its security groups; none for addresses outside the VPC. */
  groups: readonly Value[];
  /** Its address range; `public`: somewhere on the internet; `s3`: those of the Region's S3. */
  address: Value | 'public' | 's3';
  /** The VPC that its address belongs to. */
  vpc?: Resource | undefined;
}

interface Rule {
  protocol: Value;
  from: Value;
  to: Value;
  cidr: Value;
  group: Value;
  prefixList: Value;
  exists: Truth;
}

/**
 * Whether the rules of any of these groups allow TCP to or from the peer. Groups are stateful: the answer needs no rule.
 * https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
 */
export function allows(
  groups: readonly Value[],
  direction: Direction,
  peer: Peer,
  port: number,
  network: Network,
): Truth {
  return some(groups.map(group => groupAllows(group, direction, peer, port, network)));
}

function groupAllows(group: Value, direction: Direction, peer: Peer, port: number, network: Network): Truth {
  const { rules, complete } = rulesOf(group, direction, network);
  const found = some(rules.map(rule => every([rule.exists, hasPort(rule, port), matches(rule, peer)])));
  return found === false && complete instanceof Unknown ? complete : found;
}

function rulesOf(group: Value, direction: Direction, network: Network): { rules: Rule[]; complete: true | Unknown } {
  const name = direction === 'egress' ? 'SecurityGroupEgress' : 'SecurityGroupIngress';
  const rules: Rule[] = [];
  let complete: true | Unknown = true;
  for (const resource of ofType(network, `AWS::EC2::${name}`)) {
    const belongs = same(resource.property('GroupId'), group);
    if (belongs === true) rules.push(ruleOf(key => resource.property(key), direction, resource.exists));
    else if (belongs instanceof Unknown) complete = belongs;
  }
  const resource = resourceOf(group, 'AWS::EC2::SecurityGroup');
  if (resource) {
    const inline = resource.property(name);
    if (ignorance(inline)) complete = ignorance(inline) ?? complete;
    for (const rule of items(inline)) {
      if (isMap(rule)) rules.push(ruleOf(key => rule[key], direction, true));
      else complete = rule instanceof Unknown ? rule : new Unknown(`a rule of \`${resource.id}\` is not readable`);
    }
    // Only rules that the group itself has replace the rule that EC2 gives it: everything may leave.
    if (direction === 'egress' && (inline === undefined || (isList(inline) && inline.length === 0)))
      rules.push(EVERYTHING);
  } else if (isDefaultGroup(group)) {
    rules.push(direction === 'egress' ? EVERYTHING : { ...EVERYTHING, cidr: undefined, group });
  } else complete = foreign(group, 'security group');
  return { rules, complete };
}

/** https://docs.aws.amazon.com/vpc/latest/userguide/default-security-group.html */
function isDefaultGroup(group: Value): boolean {
  return group instanceof Token && group.attribute === 'DefaultSecurityGroup';
}

const EVERYTHING: Rule = {
  protocol: '-1',
  from: undefined,
  to: undefined,
  cidr: '0.0.0.0/0',
  group: undefined,
  prefixList: undefined,
  exists: true,
};

function ruleOf(read: (key: string) => Value, direction: Direction, exists: Truth): Rule {
  const side = direction === 'egress' ? 'Destination' : 'Source';
  return {
    protocol: read('IpProtocol'),
    from: read('FromPort'),
    to: read('ToPort'),
    cidr: read('CidrIp'),
    group: read(`${side}SecurityGroupId`),
    prefixList: read(`${side}PrefixListId`),
    exists,
  };
}

function hasPort({ protocol, from, to }: Rule, port: number): Truth {
  if (protocol === '-1') return true;
  if (typeof protocol !== 'string') return ignorance(protocol) ?? new Unknown('the protocol of a rule is not known');
  if (!['tcp', '6'].includes(protocol.toLowerCase())) return false;
  if (typeof from !== 'string' || typeof to !== 'string')
    return ignorance(from) ?? ignorance(to) ?? new Unknown('the ports of a rule are not known');
  return Number(from) <= port && port <= Number(to);
}

function matches({ cidr, group, prefixList }: Rule, peer: Peer): Truth {
  if (group !== undefined) return some(peer.groups.map(other => same(group, other)));
  if (prefixList !== undefined) return prefixListHas(prefixList, peer);
  return cidr === undefined ? false : covers(cidr, peer);
}

/** The Region's S3 list is known through the plan's lookup; one of the user's own says what it holds. */
function prefixListHas(list: Value, peer: Peer): Truth {
  if (list instanceof Token && list.key === 'lookup:s3-prefix-list') return peer.address === 's3';
  const own = resourceOf(list, 'AWS::EC2::PrefixList');
  if (own) return some(items(own.property('Entries')).map(entry => (isMap(entry) ? covers(entry.Cidr, peer) : false)));
  return ignorance(list) ?? new Unknown(`whose addresses prefix list ${described(list)} holds is only known to AWS`);
}

/** Whether a range covers the peer's address. */
function covers(cidr: Value, { address, vpc }: Peer): Truth {
  if (cidr === '0.0.0.0/0') return true;
  const ownRange = cidr instanceof Token && cidr.attribute === 'CidrBlock' ? cidr.resource : undefined;
  if (ownRange && vpc) return ownRange.id === vpc.id && ownRange.stack === vpc.stack;
  if (typeof cidr !== 'string') return ignorance(cidr) ?? new Unknown(`range ${described(cidr)} is only known to AWS`);
  const range = parseCidr(cidr);
  if (!range) return new Unknown(`\`${cidr}\` is no IPv4 range`);
  if (address === 'public' || address === 's3')
    return isPrivate(range) ? false : new Unknown(`whether \`${cidr}\` holds the addresses is not known`);
  const other = typeof address === 'string' ? parseCidr(address) : undefined;
  if (!other) return ignorance(address) ?? new Unknown('the addresses of the other end are not known');
  if (contains(range, other)) return true;
  return isDisjoint(range, other) ? false : new Unknown(`\`${cidr}\` covers only a part of \`${address}\``);
}
