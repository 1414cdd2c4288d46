import { described, ignorance, type Resource, Token, type Truth, Unknown, type Value } from '../evaluation/values.ts';
import { items, type Network, ofType } from './network.ts';
import { isOf } from './routes.ts';

/**
 * The endpoints of a service in a VPC, by type. Service names are `com.amazonaws.<region>.<service>`, in China with a
 * prefix: https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html
 */
export function endpointsOf(
  service: string,
  type: 'Interface' | 'Gateway',
  vpc: Resource,
  network: Network,
): Resource[] {
  return ofType(network, 'AWS::EC2::VPCEndpoint').filter(endpoint => {
    const name = endpoint.property('ServiceName');
    return (
      typeof name === 'string' &&
      new RegExp(`^(cn\\.)?com\\.amazonaws\\.${network.region}\\.${service.replaceAll('.', '\\.')}$`).test(name) &&
      (endpoint.property('VpcEndpointType') ?? 'Gateway') === type &&
      isOf(endpoint, 'VpcId', vpc) === true
    );
  });
}

/** Why an endpoint that the templates show may be one of this service in this VPC, when that cannot be told. */
export function maybeEndpoint(vpc: Resource, network: Network): Unknown | undefined {
  for (const endpoint of ofType(network, 'AWS::EC2::VPCEndpoint')) {
    const open = ignorance(endpoint.property('ServiceName')) ?? ignorance(endpoint.property('VpcEndpointType'));
    if (open) return new Unknown(`\`${endpoint.id}\` may be its endpoint: ${open.why}`);
    const belongs = isOf(endpoint, 'VpcId', vpc);
    if (belongs instanceof Unknown) return belongs;
  }
  return undefined;
}

/** https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html: without groups, the VPC's default one. */
export function groupsOf(endpoint: Resource, vpc: Resource): readonly Value[] {
  const given = endpoint.property('SecurityGroupIds');
  return given === undefined ? [new Token(vpc, 'DefaultSecurityGroup')] : items(given);
}

/** Whether a switch is on; what CloudFormation takes when it is absent is the caller's to say. */
export function isOn(resource: Resource, property: string, absent: Truth): Truth {
  const value = resource.property(property);
  if (value === undefined) return absent;
  if (typeof value === 'string') return value.toLowerCase() === 'true';
  return ignorance(value) ?? new Unknown(`${property} of ${described(value)} is not known`);
}
