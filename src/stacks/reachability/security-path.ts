import { contains, parseCidr } from '../evaluation/cidr.ts';
import { described, every, type Resource, Token, Unknown, type Value } from '../evaluation/values.ts';
import { groupsOf } from './endpoints.ts';
import { items, type Network, resourceOf } from './network.ts';
import { type Outcome, unknown, worst } from './outcome.ts';
import type { Origin } from './path.ts';
import { ownAcl } from './routes.ts';
import { allows, type Direction, type Peer } from './security-groups.ts';

const OPEN: Outcome = { verdict: 'reachable', through: '', because: 'its security groups let it out' };

/** Whether the groups of an origin let TCP out to a peer. */
export function outwards(
  origin: Pick<Origin, 'site' | 'groups'>,
  peer: Peer,
  where: string,
  port: number,
  network: Network,
): Outcome {
  const truth = allows(origin.groups, 'egress', peer, port, network);
  if (truth instanceof Unknown) return unknown(truth);
  return truth ? OPEN : closed('egress', origin.groups, where, destinationOf(peer), port);
}

/** Whether traffic of an origin comes through to each interface of an endpoint: out of its groups, and into the endpoint's. */
export function throughGroups(origin: Origin, endpoint: Resource, network: Network): Outcome {
  const groups = groupsOf(endpoint, origin.vpc);
  const homes = items(endpoint.property('SubnetIds')).map(id => resourceOf(id, 'AWS::EC2::Subnet'));
  const where = groups.map(described).join(', ');
  const out = every(
    homes.map(home => {
      const address =
        home?.property('CidrBlock') ?? new Unknown(`a subnet of \`${endpoint.id}\` is not in these templates`);
      return allows(origin.groups, 'egress', { groups, address, vpc: origin.vpc }, 443, network);
    }),
  );
  const source = { groups: origin.groups, address: origin.subnet.property('CidrBlock'), vpc: origin.vpc };
  const into = allows(groups, 'ingress', source, 443, network);
  const acl = homes.map(home => home && ownAcl(home, network)).find(found => found !== undefined);
  return worst([
    out === false
      ? closed('egress', origin.groups, where, destinationOf({ groups, address: '' }), 443)
      : out === true
        ? OPEN
        : unknown(out),
    into === false ? refused(groups, origin.groups) : into === true ? OPEN : unknown(into),
    acl ? unknown(acl) : OPEN,
  ]);
}

function destinationOf({ groups: [group], address }: Peer): string {
  if (group !== undefined) return `\`DestinationSecurityGroupId\` ${described(group)}`;
  if (address === 's3')
    return "the Region's S3 list as `DestinationPrefixListId` (in the stacks file: `{ lookup: s3-prefix-list }`)";
  return `\`CidrIp: ${typeof address === 'string' && address !== 'public' ? address : '0.0.0.0/0'}\``;
}

function closed(direction: Direction, groups: readonly Value[], where: string, peer: string, port: number): Outcome {
  const [group] = groups;
  const names = groups.map(described).join(', ');
  return blocked(
    group,
    direction,
    `no egress rule of ${names} lets TCP ${port} out to ${where}`,
    `an egress rule on TCP ${port} with ${peer} to ${described(group)}`,
  );
}

function refused(groups: readonly Value[], sources: readonly Value[]): Outcome {
  const [group, source] = [groups[0], sources[0]];
  const names = groups.map(described).join(', ');
  const because = `no ingress rule of ${names} lets TCP 443 in from ${sources.map(described).join(', ')}`;
  return blocked(
    group,
    'ingress',
    because,
    `an ingress rule on TCP 443 with \`SourceSecurityGroupId\` ${described(source)} to ${described(group)}`,
  );
}

function blocked(group: Value, direction: Direction, because: string, add: string): Outcome {
  const resource = group instanceof Token ? group.resource : undefined;
  if (!resource) return unknown(new Unknown(`${because}, as far as these templates show`));
  const property = direction === 'egress' ? 'SecurityGroupEgress' : 'SecurityGroupIngress';
  return { verdict: 'blocked', because, add, place: resource.place(['Properties', property]) };
}

/** Whether a range lies inside the VPC. */
export function isLocal(cidr: string, vpc: Resource): boolean {
  const block = vpc.property('CidrBlock');
  const [outer, inner] = [typeof block === 'string' ? parseCidr(block) : undefined, parseCidr(cidr)];
  return outer !== undefined && inner !== undefined && contains(outer, inner);
}
