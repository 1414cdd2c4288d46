import { validationError } from '../wire/aws-error.ts';

/**
 * `Fn::Cidr`: the first `count` blocks of `hostBits` bits each inside an IPv4 or IPv6 block ("Fn::Cidr", AWS CloudFormation
 * Template Reference). Throws when they do not fit.
 */
export function cidrBlocks(block: string, count: number, hostBits: number): string[] {
  const [address = '', prefix = ''] = block.split('/');
  const wide = address.includes(':');
  const width = wide ? 128 : 32;
  const start = wide ? parseIpv6(address) : parseIpv4(address);
  const room = width - Number(prefix) - hostBits;
  if (
    start === undefined ||
    prefix === '' ||
    count < 1 ||
    count > 256 ||
    room < 0 ||
    BigInt(count) > 1n << BigInt(room)
  ) {
    throw validationError(`Template error: Fn::Cidr cannot make ${count} blocks of ${hostBits} bits in ${block}`);
  }
  const base = (start >> BigInt(width - Number(prefix))) << BigInt(width - Number(prefix));
  return Array.from({ length: count }, (_, index) => {
    const value = base + (BigInt(index) << BigInt(hostBits));
    return `${wide ? formatIpv6(value) : formatIpv4(value)}/${width - hostBits}`;
  });
}

function parseIpv4(address: string): bigint | undefined {
  const parts = address.split('.').map(Number);
  if (parts.length !== 4 || parts.some(part => !(part >= 0 && part <= 255))) return undefined;
  return parts.reduce((sum, part) => (sum << 8n) + BigInt(part), 0n);
}

function formatIpv4(value: bigint): string {
  return [24n, 16n, 8n, 0n].map(shift => (value >> shift) & 255n).join('.');
}

function parseIpv6(address: string): bigint | undefined {
  const [head = '', tail] = address.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const gap = tail === undefined ? 0 : 8 - left.length - right.length;
  const groups = [...left, ...Array.from({ length: Math.max(gap, 0) }, () => '0'), ...right];
  if (groups.length !== 8 || groups.some(group => !/^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return groups.reduce((sum, group) => (sum << 16n) + BigInt(`0x${group}`), 0n);
}

/** Full groups without leading zeros, the longest run of zeros at the end shortened, as CloudFormation writes subnets. */
function formatIpv6(value: bigint): string {
  const groups = Array.from({ length: 8 }, (_, index) => ((value >> BigInt(112 - 16 * index)) & 0xffffn).toString(16));
  return groups
    .join(':')
    .replace(/(:0)+$/, '::')
    .replace(/^0::$/, '::');
}
