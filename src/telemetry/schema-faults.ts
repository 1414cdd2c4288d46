import * as v from 'valibot';
import type { Fault, Place } from '../runner/fault.ts';
import { suggest } from '../runner/suggest.ts';
import type { PathStep } from '../stacks/source-document.ts';
import { shown } from './json-value.ts';

/** What a schema finds wrong with a value: all of it, each in the words of a user and at its place. */
export function schemaFaults(
  schema: v.GenericSchema,
  value: unknown,
  place: (path: readonly PathStep[]) => Place,
): Fault[] {
  const { issues = [] } = v.safeParse(schema, value);
  const faults = issues.map(issue => ({ ...faultOf(issue, schema, value), place: place(pathOf(issue)) }));
  // A list in the place of a mapping has none of the keys, which is one fault and not as many as keys.
  return faults.filter(({ what }, index) => faults.findIndex(other => other.what === what) === index);
}

function faultOf(issue: v.BaseIssue<unknown>, schema: v.GenericSchema, value: unknown): Fault {
  const path = pathOf(issue);
  const last = issue.path?.at(-1);
  if (Array.isArray(last?.input) && last.type === 'object') {
    return unaccepted(path.slice(0, -1), last.input, 'a mapping');
  }
  if (issue.expected === 'never') {
    const known = entriesAt(schema, path.slice(0, -1));
    return { what: `${written(path)} is not a known key`, fix: suggest(String(path.at(-1)), known) };
  }
  if (last?.origin === 'value' || !last) return unaccepted(path, issue.path ? last?.value : value, issue.message);
  return { what: `${written(path)} is missing`, fix: 'Add it' };
}

function unaccepted(path: readonly PathStep[], value: unknown, expected: string): Fault {
  const seen = value === null ? 'nothing' : `${shown(value)}, ${kindOf(value)}`;
  return { what: `${written(path)} is not accepted`, seen, fix: nearest(value, expected) ?? `Give ${expected}` };
}

/** For a slip of the pen in a word of a list. */
function nearest(value: unknown, expected: string): string | undefined {
  const words = /^one of (.*)$/
    .exec(expected)?.[1]
    ?.replaceAll('`', '')
    .split(/, (?:or )?/);
  const suggestion = words && typeof value === 'string' && value !== '' ? suggest(value, words) : '';
  return suggestion.startsWith('Did you mean') ? suggestion : undefined;
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  return typeof value === 'string' ? 'a text' : `a ${typeof value}`;
}

function pathOf(issue: v.BaseIssue<unknown>): PathStep[] {
  return (issue.path ?? []).map(step => step.key as PathStep);
}

/** A path as a reader writes it: `requests[1].status`. */
export function written(path: readonly PathStep[]): string {
  if (path.length === 0) return 'The file';
  const steps = path.map((step, index) => (typeof step === 'number' ? `[${step}]` : index === 0 ? step : `.${step}`));
  return `\`${steps.join('')}\``;
}

/** The keys of the mapping at a path. */
function entriesAt(schema: v.GenericSchema, path: readonly PathStep[]): string[] {
  const found = path.reduce<Partial<Nested> | undefined>(
    (at, step) => {
      const inner = unwrapped(at);
      return typeof step === 'number' ? inner?.item : inner?.entries?.[step];
    },
    schema as Partial<Nested>,
  );
  return Object.keys(unwrapped(found)?.entries ?? {});
}

/** The parts of a schema that lead to another. */
interface Nested {
  entries: Record<string, Partial<Nested>>;
  item: Partial<Nested>;
  wrapped: Partial<Nested>;
  pipe: readonly Partial<Nested>[];
}

function unwrapped(schema: Partial<Nested> | undefined): Partial<Nested> | undefined {
  if (schema?.wrapped) return unwrapped(schema.wrapped);
  return schema?.pipe?.[0] && schema.pipe[0] !== schema ? unwrapped(schema.pipe[0]) : schema;
}
