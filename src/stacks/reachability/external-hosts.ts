import { parseCidr } from '../evaluation/cidr.ts';
import { Unknown, type Value } from '../evaluation/values.ts';
import type { Need } from './need.ts';
import type { Network } from './network.ts';

/** Names that AWS answers itself, or that belong to no one outside. */
const NOT_EXTERNAL = /(^|\.)(amazonaws\.com(\.cn)?|aws|localhost)$/;

/** The need of a host outside AWS that an https URL names; none for anything else. */
export function externalHost(url: string): Need[] {
  const match = /^https:\/\/([^/:?#\s@]+)(?::(\d+))?(?:[/?#]|$)/i.exec(url);
  const host = match?.[1]?.toLowerCase();
  if (
    host === undefined ||
    host.includes('‹') ||
    host.includes('$') ||
    NOT_EXTERNAL.test(host) ||
    /^[\d.]+$/.test(host)
  )
    return [];
  const port = Number(match?.[2] ?? 443);
  const isInside = !host.includes('.') || /\.(local|internal)$/.test(host);
  return [
    {
      name: port === 443 ? host : `${host}:${port}`,
      target: isInside
        ? { kind: 'open', why: `where \`${host}\` lies is only known to the VPC's own names` }
        : { kind: 'host', host, port },
      calls: [],
      isGuess: true,
    },
  ];
}

/** Parameter `ExternalEgressCidr` of the stack declares addresses outside that its tasks call; empty declares none. */
export function declaredRange(stack: string, network: Network): Need[] {
  const value: Value = network.parameter(stack, 'ExternalEgressCidr');
  if (value === undefined || value === '') return [];
  const name = 'ExternalEgressCidr';
  if (typeof value !== 'string' || !parseCidr(value)) {
    const why = value instanceof Unknown ? value.why : 'parameter `ExternalEgressCidr` is only known to AWS';
    return [{ name, target: { kind: 'open', why }, calls: [] }];
  }
  return [{ name: `${name} ${value}`, target: { kind: 'range', cidr: value }, calls: [] }];
}
