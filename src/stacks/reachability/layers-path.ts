import { type Resource, Unknown } from '../evaluation/values.ts';
import { endpointsOf, maybeEndpoint } from './endpoints.ts';
import type { Need } from './need.ts';
import type { Network } from './network.ts';
import { type Outcome, unknown, worst } from './outcome.ts';
import type { Origin } from './path.ts';
import { lists, routeTableOf, wayOut } from './routes.ts';
import { outwards } from './security-path.ts';
import { policyOf } from './service-path.ts';

/**
 * To the bucket that holds image layers. A gateway endpoint is a route, so that it takes the traffic of each subnet whose
 * route table it is on; an interface endpoint of S3 does not serve the addresses that ECR hands out.
 * https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html#ecr-setting-up-s3-gateway
 */
export function layersPath(need: Need, origin: Origin, network: Network): Outcome {
  const { subnet, vpc, site } = origin;
  const table = routeTableOf(subnet, network);
  if (table instanceof Unknown) return unknown(table);
  const gateways = endpointsOf('s3', 'Gateway', vpc, network);
  const standing =
    table && gateways.map(gateway => ({ gateway, has: lists(gateway.property('RouteTableIds'), table) }));
  const gate = outwards(origin, { groups: [], address: 's3' }, 'S3', 443, network);
  const found = standing?.find(({ has }) => has === true)?.gateway;
  if (found) {
    if (found.exists instanceof Unknown) return unknown(found.exists);
    const through: Outcome = { verdict: 'reachable', through: `\`${found.id}\``, because: 'a route of its table' };
    return worst([through, gate, policyOf(found, need, network)]);
  }
  const open = standing?.map(({ has }) => has).find(has => has instanceof Unknown) ?? maybeEndpoint(vpc, network);
  if (open) return unknown(open);
  const way = wayOut(subnet, '0.0.0.0/0', site.publicIp, network);
  return way.verdict === 'blocked' ? missing(way, gateways[0], table, origin, network) : worst([way, gate]);
}

function missing(
  way: Extract<Outcome, { verdict: 'blocked' }>,
  gateway: Resource | undefined,
  table: Resource | undefined,
  { subnet, vpc }: Origin,
  { region }: Network,
): Outcome {
  if (gateway && table) {
    return {
      verdict: 'blocked',
      because: `\`${gateway.id}\` is not on route table \`${table.id}\` of \`${subnet.id}\``,
      add: `\`${table.id}\` to the RouteTableIds of \`${gateway.id}\``,
      place: gateway.place(['Properties', 'RouteTableIds']),
    };
  }
  if (gateway) {
    return {
      verdict: 'blocked',
      because: `\`${subnet.id}\` has no route table of its own, and \`${gateway.id}\` is not on the VPC's main one`,
      add: `an AWS::EC2::SubnetRouteTableAssociation of \`${subnet.id}\` with a route table that \`${gateway.id}\` lists`,
      place: subnet.place([]),
    };
  }
  const because = `\`${vpc.id}\` has no gateway endpoint of S3, and ${way.because}`;
  if (/AssignPublicIp|ConnectivityType|GatewayAttachment/.test(way.add)) return { ...way, because };
  return {
    verdict: 'blocked',
    because,
    add: `an AWS::EC2::VPCEndpoint of type Gateway for com.amazonaws.${region}.s3 to \`${vpc.id}\`, with the route table of \`${subnet.id}\` in RouteTableIds`,
    place: vpc.place([]),
  };
}
