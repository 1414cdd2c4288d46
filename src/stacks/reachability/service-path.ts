import { described, every, type Resource, rendered, Unknown } from '../evaluation/values.ts';
import { passes } from './endpoint-policy.ts';
import { endpointsOf, isOn, maybeEndpoint } from './endpoints.ts';
import type { Need } from './need.ts';
import type { Network } from './network.ts';
import { type Outcome, unknown, worst } from './outcome.ts';
import type { Origin } from './path.ts';
import { wayOut } from './routes.ts';
import { outwards, throughGroups } from './security-path.ts';

/**
 * To a service of AWS. An interface endpoint with private DNS takes the service's own name, so that there is no other way
 * while it exists; without one, the name leads to public addresses.
 * https://docs.aws.amazon.com/vpc/latest/privatelink/privatelink-access-aws-services.html
 */
export function servicePath(service: string, need: Need, origin: Origin, network: Network): Outcome {
  const endpoints = endpointsOf(service, 'Interface', origin.vpc, network);
  const named = endpoints.find(endpoint => isOn(endpoint, 'PrivateDnsEnabled', false) === true);
  if (named) return throughEndpoint(named, need, origin, network);
  const [other] = endpoints;
  const open = maybeEndpoint(origin.vpc, network) ?? (other && undecidedDns(other));
  const way = wayOut(origin.subnet, '0.0.0.0/0', origin.site.publicIp, network);
  if (open) return unknown(open);
  if (way.verdict !== 'blocked') {
    const gate = outwards(origin, { groups: [], address: 'public' }, 'the internet', 443, network);
    return worst([way, gate]);
  }
  if (other) {
    return {
      verdict: 'blocked',
      because: `\`${other.id}\` does not take the service's name, and ${way.because}`,
      add: `\`PrivateDnsEnabled: true\` to \`${other.id}\``,
      place: other.place(['Properties', 'PrivateDnsEnabled']),
    };
  }
  return withoutEndpoint(service, way, origin, network);
}

/** Absent, CloudFormation leaves the choice to EC2. */
function undecidedDns(endpoint: Resource): Unknown | undefined {
  if (endpoint.property('PrivateDnsEnabled') === undefined)
    return new Unknown(`\`${endpoint.id}\` does not say PrivateDnsEnabled`);
  const isOnOrNot = isOn(endpoint, 'PrivateDnsEnabled', false);
  return isOnOrNot instanceof Unknown ? isOnOrNot : undefined;
}

/** What leads outside already, but not from here, is mended there; otherwise an endpoint is what is missing. */
function withoutEndpoint(service: string, way: Outcome, { vpc }: Origin, { region }: Network): Outcome {
  if (way.verdict !== 'blocked') return way;
  const because = `\`${vpc.id}\` has no interface endpoint of it, and ${way.because}`;
  if (/AssignPublicIp|ConnectivityType|GatewayAttachment/.test(way.add)) return { ...way, because };
  const prefix = region.startsWith('cn-') ? 'cn.' : '';
  return {
    verdict: 'blocked',
    because,
    add: `an AWS::EC2::VPCEndpoint of type Interface for ${prefix}com.amazonaws.${region}.${service} to \`${vpc.id}\`, with \`PrivateDnsEnabled: true\``,
    place: vpc.place([]),
  };
}

function throughEndpoint(endpoint: Resource, need: Need, origin: Origin, network: Network): Outcome {
  if (endpoint.exists instanceof Unknown) return unknown(endpoint.exists);
  return worst([
    { verdict: 'reachable', through: `\`${endpoint.id}\``, because: 'its name leads to the endpoint' },
    namesResolve(origin.vpc),
    throughGroups(origin, endpoint, network),
    policyOf(endpoint, need, network),
  ]);
}

/** Private DNS needs both switches of the VPC; host names are off unless asked for. */
function namesResolve(vpc: Resource): Outcome {
  for (const [property, absent] of [
    ['EnableDnsSupport', true],
    ['EnableDnsHostnames', false],
  ] as const) {
    const truth = isOn(vpc, property, absent);
    if (truth instanceof Unknown) return unknown(truth);
    if (!truth) {
      return {
        verdict: 'blocked',
        because: `private DNS names of endpoints do not work in \`${vpc.id}\` without ${property}`,
        add: `\`${property}: true\` to \`${vpc.id}\``,
        place: vpc.place(['Properties', property]),
      };
    }
  }
  return { verdict: 'reachable', through: '', because: 'names resolve' };
}

/** Whether every call of a need passes an endpoint's policy. */
export function policyOf(endpoint: Resource, need: Need, network: Network): Outcome {
  const document = endpoint.property('PolicyDocument');
  const judged = need.calls.map(call => ({ call, truth: passes(document, call, network) }));
  const refused = judged.filter(({ call, truth }) => truth === false && !call.isAdvised).map(({ call }) => call);
  const [first] = refused;
  if (first) {
    const actions = [...new Set(refused.map(({ action }) => action))].join(', ');
    const on = first.resource === undefined || ignored(first.resource) ? '' : ` on ${described(first.resource)}`;
    return {
      verdict: 'blocked',
      because: `the policy of \`${endpoint.id}\` does not allow ${actions}${on}`,
      add: `a statement that allows ${actions}${on} to the PolicyDocument of \`${endpoint.id}\``,
      place: endpoint.place(['Properties', 'PolicyDocument']),
    };
  }
  const advised = judged.find(({ call, truth }) => truth === false && call.isAdvised)?.call;
  const truth = every(judged.map(one => one.truth));
  if (advised)
    return unknown(
      new Unknown(`the policy of \`${endpoint.id}\` does not allow ${advised.action}, as AWS advises for it`),
    );
  return truth instanceof Unknown
    ? unknown(truth)
    : { verdict: 'reachable', through: '', because: 'its policy allows it' };
}

function ignored(resource: Need['calls'][number]['resource']): boolean {
  return rendered(resource) === '*' || rendered(resource).includes('‹?›');
}
