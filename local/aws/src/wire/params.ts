import { constraintError } from './aws-error.ts';

/** The parameters of one call: scalars are text in the Query protocols and keep their JSON kind in the JSON ones. */
export interface Params {
  readonly [name: string]: unknown;
}

/**
 * Turns the flat form of the Query and EC2 protocols into a tree: `Tags.member.1.Key=a` and `Tags.1.Key=a` both become
 * `{ Tags: [{ Key: 'a' }] }` (Smithy, "AWS Query protocol" and "AWS EC2 query protocol").
 */
export function parseQueryParams(form: string): Params {
  const root = new Map<string, unknown>();
  for (const [name, value] of new URLSearchParams(form)) {
    const path = name.split('.').filter(step => step !== 'member');
    let node = root;
    for (const step of path.slice(0, -1)) {
      const next = node.get(step);
      const child: Map<string, unknown> = next instanceof Map ? next : new Map();
      node.set(step, child);
      node = child;
    }
    // An empty list is sent as `Tags=`.
    if (!(node.get(path.at(-1) ?? name) instanceof Map)) node.set(path.at(-1) ?? name, value);
  }
  return plain(root) as Params;
}

function plain(node: unknown): unknown {
  if (!(node instanceof Map)) return node;
  const entries = [...node].map(([key, value]) => [String(key), plain(value)] as const);
  if (entries.length > 0 && entries.every(([key]) => /^\d+$/.test(key))) {
    return entries.sort(([a], [b]) => Number(a) - Number(b)).map(([, value]) => value);
  }
  return Object.fromEntries(entries);
}

/** A scalar parameter as text; undefined when it was not sent. */
export function text(params: Params, name: string): string | undefined {
  const value = params[name];
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : undefined;
}

/** A scalar parameter that the call cannot do without; throws AWS's ValidationError when it is missing or empty. */
export function requiredText(params: Params, name: string): string {
  const value = text(params, name);
  if (value) return value;
  const member = name.charAt(0).toLowerCase() + name.slice(1);
  throw constraintError(member, null, 'Member must not be null');
}

/** A boolean parameter; undefined when it was not sent. */
export function flag(params: Params, name: string): boolean | undefined {
  const value = text(params, name);
  return value === undefined ? undefined : value === 'true';
}

/** A list of scalars; undefined when it was not sent, so that "keep what is" and "none" stay apart. */
export function texts(params: Params, name: string): string[] | undefined {
  const value = params[name];
  if (value === undefined) return undefined;
  return Array.isArray(value) ? value.map(String) : [];
}

/** A list of structures; undefined when it was not sent. */
export function structures(params: Params, name: string): Params[] | undefined {
  const value = params[name];
  if (value === undefined) return undefined;
  return Array.isArray(value) ? value.filter((item): item is Params => typeof item === 'object' && item !== null) : [];
}
