/** A range of IPv4 addresses, both ends included. */
export interface Range {
  from: number;
  to: number;
}

/** Reads `a.b.c.d/n`; `undefined` for anything else, IPv6 included. */
export function parseCidr(text: string): Range | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text);
  if (!match) return undefined;
  const numbers = match.slice(1).map(Number);
  const bits = numbers.pop() ?? 0;
  if (bits > 32 || numbers.some(byte => byte > 255)) return undefined;
  const size = 2 ** (32 - bits);
  const address = numbers.reduce((sum, byte) => sum * 256 + byte, 0);
  const from = Math.floor(address / size) * size;
  return { from, to: from + size - 1 };
}

export function contains(outer: Range, inner: Range): boolean {
  return outer.from <= inner.from && inner.to <= outer.to;
}

export function isDisjoint(a: Range, b: Range): boolean {
  return a.to < b.from || b.to < a.from;
}

/** Addresses that no public service has: RFC 1918, 6598, 3927, 1122 (loopback), and 255.255.255.255. */
const NEVER_PUBLIC = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '169.254.0.0/16',
  '127.0.0.0/8',
  '255.255.255.255/32',
].flatMap(text => parseCidr(text) ?? []);

/** Whether no address of the range is one of the public internet. */
export function isPrivate(range: Range): boolean {
  return NEVER_PUBLIC.some(known => contains(known, range));
}

/** `Fn::Cidr`: the first `count` ranges with `hostBits` host bits each, or `undefined` when they do not fit. */
export function subdivide(text: string, count: number, hostBits: number): string[] | undefined {
  const range = parseCidr(text);
  const size = 2 ** hostBits;
  if (!range || !Number.isInteger(size) || range.from + count * size - 1 > range.to) return undefined;
  return Array.from({ length: count }, (_, index) => {
    const address = range.from + index * size;
    const bytes = [24, 16, 8, 0].map(shift => Math.floor(address / 2 ** shift) % 256);
    return `${bytes.join('.')}/${32 - hostBits}`;
  });
}
