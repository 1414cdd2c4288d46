import type { Fault } from '../runner/fault.ts';
import { suggest } from '../runner/suggest.ts';
import { hasTransform } from './capabilities.ts';
import type { Snapshots } from './engine.ts';
import { isRecord } from './json-values.ts';
import type { Plan } from './plan.ts';
import { parseSource } from './source-document.ts';
import type { Template } from './template.ts';

/** An input that names resources: `<short name>.<logical id>`, or where `mayBeBare` the logical id alone. */
export interface NamedResources {
  input: string;
  ids: readonly string[];
  mayBeBare: boolean;
}

/** Names of resources in stacks that there are not: nothing would come of them. */
export function unknownStackFaults(
  { input, ids, mayBeBare }: NamedResources,
  { stacks, leftOut }: Pick<Plan, 'stacks' | 'leftOut'>,
): Fault[] {
  const names = [...stacks.map(({ shortName }) => shortName), ...leftOut];
  return ids.flatMap((id): Fault[] => {
    const stack = stackOf(id);
    if (stack === undefined ? mayBeBare : names.includes(stack)) return [];
    const seen = `\`${id}\``;
    if (stack !== undefined) {
      const what = `Input \`${input}\` names a resource of a stack that is not in the stacks file`;
      return [{ what, seen, fix: suggest(stack, names) }];
    }
    const fix = `Write \`<short name>.${id}\`, with one of ${names.join(', ')}`;
    return [{ what: `Input \`${input}\` names a resource without its stack`, seen, fix }];
  });
}

/**
 * Names of resources that are neither in the templates nor in what is deployed, as far as those show them: most likely slips
 * of the pen, yet harmless. Not for resources of an update that failed, whose template AWS may not show.
 */
export function unknownResources(
  { input, ids }: NamedResources,
  templates: ReadonlyMap<string, Template>,
  snapshots: Snapshots,
): Fault[] {
  const known = new Map([...templates].map(([name, { value }]) => [name, new Set(resourcesIn(value))]));
  const opaque = new Set([...templates].flatMap(([name, { value }]) => (mayHaveMore(value) ? [name] : [])));
  for (const [name, { stack, template }] of snapshots) {
    const value = template === undefined ? undefined : parseSource(template).value;
    if (isRecord(value) && !mayHaveMore(value)) for (const id of resourcesIn(value)) known.get(name)?.add(id);
    // Of a stack that `only` leaves out, what is deployed is not read.
    else if (stack) opaque.add(name);
  }
  return ids.flatMap((id): Fault[] => {
    const stack = stackOf(id);
    const stacks = stack === undefined ? [...known.keys()] : [stack];
    const [logicalId = ''] = id.slice(stack === undefined ? 0 : stack.length + 1).split('.');
    if (stacks.some(name => opaque.has(name) || known.get(name)?.has(logicalId))) return [];
    const candidates = stacks.flatMap(name => [...(known.get(name) ?? [])]);
    const where = stack === undefined ? 'none of the stacks has' : `stack \`${stack}\` does not have`;
    return [{ what: `Input \`${input}\` names \`${logicalId}\`, which ${where}`, fix: nearest(logicalId, candidates) }];
  });
}

/** A stack has hundreds of resources: they are not all told. */
function nearest(id: string, candidates: readonly string[]): string {
  const fix = suggest(id, candidates);
  return fix.startsWith('Did you') ? fix : 'Check the name, or remove it';
}

function stackOf(id: string): string | undefined {
  const dot = id.indexOf('.');
  return dot < 0 ? undefined : id.slice(0, dot);
}

function resourcesIn({ Resources }: Readonly<Record<string, unknown>>): string[] {
  return isRecord(Resources) ? Object.keys(Resources) : [];
}

/** Loops and macros make resources that the text does not name. */
function mayHaveMore(template: Readonly<Record<string, unknown>>): boolean {
  return hasTransform(template) || resourcesIn(template).some(id => id.startsWith('Fn::'));
}
