import { contains, parseCidr } from '../evaluation/cidr.ts';
import { described, type Resource, same, Token, Unknown, type Value } from '../evaluation/values.ts';
import { items, type Network, ofType, resourceOf } from './network.ts';
import { type Outcome, unknown } from './outcome.ts';

/** A subnet's route table; `undefined`: the VPC's main one, which knows the VPC's own addresses and nothing else. */
export function routeTableOf(subnet: Resource, network: Network): Resource | Unknown | undefined {
  for (const association of ofType(network, 'AWS::EC2::SubnetRouteTableAssociation')) {
    const belongs = isOf(association, 'SubnetId', subnet);
    if (belongs === false) continue;
    if (belongs instanceof Unknown) return belongs;
    if (association.exists instanceof Unknown) return association.exists;
    const id = association.property('RouteTableId');
    return (
      resourceOf(id, 'AWS::EC2::RouteTable') ?? new Unknown(`route table ${described(id)} is not in these templates`)
    );
  }
  return undefined;
}

/** Whether a property of a resource names another resource. */
export function isOf(resource: Resource, property: string, other: Resource) {
  const id = resource.property(property);
  const found = resourceOf(id, other.type);
  if (found) return found.id === other.id && found.stack === other.stack;
  if (id === undefined || same(id, new Token(other, 'Ref')) === false) return false;
  return new Unknown(
    id instanceof Unknown
      ? `\`${resource.id}\` may belong to \`${other.id}\`: ${id.why}`
      : `\`${resource.id}\` names ${described(id)}, which may be \`${other.id}\``,
  );
}

/** The way from a subnet to addresses on the internet. */
export function wayOut(subnet: Resource, cidr: string, hasPublicIp: Value, network: Network): Outcome {
  const table = routeTableOf(subnet, network);
  if (table instanceof Unknown) return unknown(table);
  if (!table) {
    return {
      verdict: 'blocked',
      because: `\`${subnet.id}\` has no route table of its own, and the VPC's main one leads nowhere`,
      add: `an AWS::EC2::SubnetRouteTableAssociation of \`${subnet.id}\` with a table that has a route to \`${cidr}\``,
      place: subnet.place([]),
    };
  }
  const route = routeTo(cidr, table, network);
  if (route instanceof Unknown) return unknown(route);
  if (!route) {
    return {
      verdict: 'blocked',
      because: `route table \`${table.id}\` of \`${subnet.id}\` has no route to \`${cidr}\``,
      add: `an AWS::EC2::Route to \`${table.id}\` with DestinationCidrBlock ${cidr} and a NatGatewayId`,
      place: table.place([]),
    };
  }
  if (route.exists instanceof Unknown) return unknown(route.exists);
  return route.property('NatGatewayId') !== undefined
    ? throughNat(route, subnet, network)
    : throughGateway(route, subnet, hasPublicIp, network);
}

/** The route with the longest prefix that holds the whole range. */
function routeTo(cidr: string, table: Resource, network: Network): Resource | Unknown | undefined {
  const wanted = parseCidr(cidr);
  let best: { route: Resource; size: number } | undefined;
  for (const route of ofType(network, 'AWS::EC2::Route')) {
    const belongs = isOf(route, 'RouteTableId', table);
    if (belongs === false) continue;
    const block = route.property('DestinationCidrBlock');
    if (belongs instanceof Unknown || block instanceof Unknown)
      return belongs instanceof Unknown ? belongs : (block as Unknown);
    const range = typeof block === 'string' ? parseCidr(block) : undefined;
    if (!range || !wanted || !contains(range, wanted)) continue;
    const size = range.to - range.from;
    if (!best || size < best.size) best = { route, size };
  }
  return best?.route;
}

/** https://docs.aws.amazon.com/vpc/latest/userguide/vpc-nat-gateway.html: a public one stands in a subnet with an internet gateway. */
function throughNat(route: Resource, subnet: Resource, network: Network): Outcome {
  const id = route.property('NatGatewayId');
  const nat = resourceOf(id, 'AWS::EC2::NatGateway');
  if (!nat)
    return unknown(id instanceof Unknown ? id : new Unknown(`NAT gateway ${described(id)} is not in these templates`));
  if (nat.exists instanceof Unknown) return unknown(nat.exists);
  if (nat.property('ConnectivityType') === 'private') {
    return {
      verdict: 'blocked',
      because: `NAT gateway \`${nat.id}\` is private`,
      add: `\`ConnectivityType: public\` and an AllocationId to \`${nat.id}\``,
      place: nat.place(['Properties', 'ConnectivityType']),
    };
  }
  const place = nat.property('SubnetId');
  const home = resourceOf(place, 'AWS::EC2::Subnet');
  if (!home)
    return unknown(new Unknown(`subnet ${described(place)} of NAT gateway \`${nat.id}\` is not in these templates`));
  if (home.id === subnet.id && home.stack === subnet.stack)
    return unknown(new Unknown(`NAT gateway \`${nat.id}\` stands in the subnet that it serves`));
  const beyond = wayOut(home, '0.0.0.0/0', 'ENABLED', network);
  return beyond.verdict === 'reachable'
    ? { verdict: 'reachable', through: `\`${nat.id}\``, because: `\`${subnet.id}\` has a route to it` }
    : beyond;
}

function throughGateway(route: Resource, subnet: Resource, hasPublicIp: Value, network: Network): Outcome {
  const id = route.property('GatewayId');
  const gateway = resourceOf(id, 'AWS::EC2::InternetGateway');
  if (!gateway) {
    const reason = id instanceof Unknown ? id.why : `\`${route.id}\` leads to something whose own ways are not seen`;
    return unknown(new Unknown(reason));
  }
  const attached = ofType(network, 'AWS::EC2::VPCGatewayAttachment').some(
    attachment => isOf(attachment, 'InternetGatewayId', gateway) !== false,
  );
  if (!attached) {
    return {
      verdict: 'blocked',
      because: `\`${gateway.id}\` is attached to no VPC`,
      add: `an AWS::EC2::VPCGatewayAttachment of \`${gateway.id}\` to the VPC of \`${subnet.id}\``,
      place: gateway.place([]),
    };
  }
  if (hasPublicIp instanceof Unknown) return unknown(hasPublicIp);
  if (hasPublicIp === 'ENABLED')
    return { verdict: 'reachable', through: `\`${gateway.id}\``, because: 'it has a public address' };
  return {
    verdict: 'blocked',
    because: `\`${subnet.id}\` leads to \`${gateway.id}\`, which carries only what has a public address`,
    add: '`AssignPublicIp: ENABLED` to its AwsvpcConfiguration, or a route to a NAT gateway',
    place: route.place([]),
  };
}

/** The network ACL of a subnet, when it has one of its own: its rules are not worked out. */
export function ownAcl(subnet: Resource, network: Network): Unknown | undefined {
  const found = ofType(network, 'AWS::EC2::SubnetNetworkAclAssociation').find(
    association => same(association.property('SubnetId'), subnetId(subnet)) === true,
  );
  return found && new Unknown(`\`${subnet.id}\` has a network ACL of its own, whose rules are not worked out`);
}

function subnetId(subnet: Resource): Value {
  return new Token(subnet, 'Ref');
}

/** Whether a list of ids names the resource. */
export function lists(ids: Value, other: Resource): boolean | Unknown {
  const all = items(ids);
  if (
    all.some(id => {
      const found = resourceOf(id, other.type);
      return found?.id === other.id && found.stack === other.stack;
    })
  )
    return true;
  const open = all.find(id => id instanceof Unknown || typeof id === 'string');
  return open === undefined ? false : new Unknown(`whether ${described(open)} is \`${other.id}\` is only known to AWS`);
}
