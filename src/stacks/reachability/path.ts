import { type Resource, Token, Unknown, type Value } from '../evaluation/values.ts';
import { layersPath } from './layers-path.ts';
import type { Need, Site } from './need.ts';
import { foreign, type Network, resourceOf } from './network.ts';
import { type Outcome, unknown, worst } from './outcome.ts';
import { ownAcl, wayOut } from './routes.ts';
import { allows } from './security-groups.ts';
import { isLocal, outwards } from './security-path.ts';
import { servicePath } from './service-path.ts';

/** Where traffic starts: one subnet of a site. */
export interface Origin {
  site: Site;
  subnet: Resource;
  vpc: Resource;
  groups: readonly Value[];
}

/** Whether a site can reach what it needs from each of its subnets: a task may be put into any of them. */
export function decide(need: Need, site: Site, network: Network): Outcome {
  if (need.target.kind === 'open') return unknown(new Unknown(need.target.why));
  const [first, ...rest] = site.subnets.map(id => fromSubnet(need, site, id, network));
  if (!first) return unknown(new Unknown(`the subnets of \`${site.id}\` are not given`));
  const outcome = worst([first, ...rest]);
  const doubt = network.more ?? (site.exists instanceof Unknown ? site.exists.why : undefined);
  return outcome.verdict === 'blocked' && doubt !== undefined
    ? { verdict: 'unknown', because: `${outcome.because}, but ${doubt}` }
    : outcome;
}

function fromSubnet(need: Need, site: Site, id: Value, network: Network): Outcome {
  const subnet = resourceOf(id, 'AWS::EC2::Subnet');
  const vpc = subnet && resourceOf(subnet.property('VpcId'), 'AWS::EC2::VPC');
  if (!subnet || !vpc)
    return fromForeign(need, site, subnet ? foreign(subnet.property('VpcId'), 'VPC') : foreign(id, 'subnet'), network);
  if (subnet.exists instanceof Unknown) return unknown(subnet.exists);
  const origin: Origin = { site, subnet, vpc, groups: site.groups ?? [new Token(vpc, 'DefaultSecurityGroup')] };
  const outcome = along(need, origin, network);
  const acl = outcome.verdict === 'reachable' ? ownAcl(subnet, network) : undefined;
  return acl ? unknown(acl) : outcome;
}

function along(need: Need, origin: Origin, network: Network): Outcome {
  const { target } = need;
  switch (target.kind) {
    case 'service':
      return servicePath(target.service, need, origin, network);
    case 'layers':
      return layersPath(need, origin, network);
    case 'host':
      return outside(origin, 'public', '0.0.0.0/0', target.port, network);
    case 'range':
      return isLocal(target.cidr, origin.vpc)
        ? inside(origin, target.cidr, network)
        : outside(origin, target.cidr === '0.0.0.0/0' ? 'public' : target.cidr, target.cidr, 443, network);
    case 'open':
      return unknown(new Unknown(target.why));
  }
}

/** To addresses of the VPC, which every subnet leads to. */
function inside(origin: Origin, cidr: string, network: Network): Outcome {
  const peer = { groups: [], address: cidr, vpc: origin.vpc };
  const way: Outcome = { verdict: 'reachable', through: `\`${origin.vpc.id}\``, because: 'it is a part of the VPC' };
  return worst([way, outwards(origin, peer, `\`${cidr}\``, 443, network)]);
}

/** To addresses outside the VPC: the subnet must lead there, and the groups must let it out. */
function outside(origin: Origin, address: string, cidr: string, port: number, network: Network): Outcome {
  const way = wayOut(origin.subnet, cidr, origin.site.publicIp, network);
  const gate = outwards(
    origin,
    { groups: [], address },
    cidr === '0.0.0.0/0' ? 'the internet' : `\`${cidr}\``,
    port,
    network,
  );
  return worst([way, gate]);
}

/**
 * In a network that the templates do not show, only one thing is sure: what the groups let out nowhere stays inside.
 */
function fromForeign(need: Need, site: Site, why: Unknown, network: Network): Outcome {
  const { kind } = need.target;
  const address = kind === 'layers' ? 's3' : kind === 'host' ? 'public' : undefined;
  const cannotLeave =
    address !== undefined &&
    site.groups !== undefined &&
    allows(site.groups, 'egress', { groups: [], address }, kind === 'host' ? need.target.port : 443, network) === false;
  if (!cannotLeave || !site.groups) return unknown(why);
  const origin = { site, groups: site.groups };
  return outwards(origin, { groups: [], address }, kind === 'layers' ? 'S3' : 'the internet', 443, network);
}
