import * as v from 'valibot';
import { type Fault, type Place, throwIfAny } from '../runner/fault.ts';
import { suggest } from '../runner/suggest.ts';
import { reservedNames } from './reserved-names.ts';
import { type PathStep, parseSource, type SourceDocument } from './source-document.ts';

/** Values that are looked up in the account, by the name used in a stacks file (`{ lookup: s3-prefix-list }`). */
export const LOOKUPS = ['s3-prefix-list'] as const;
export type Lookup = (typeof LOOKUPS)[number];

/** Where a stacks file says that a parameter's value comes from. */
export type ParameterRule =
  | { kind: 'literal'; value: string; place: Place }
  | { kind: 'from'; stack: string; output: string; place: Place }
  | { kind: 'lookup'; lookup: Lookup; place: Place };

/** One stack of a stacks file. */
export interface StackEntry {
  /** The key in the file; the deployed stack is named `<prefix>-<short name>`. */
  shortName: string;
  /** The template's path as written: relative to the stacks file. */
  template: string;
  parameters: Readonly<Record<string, ParameterRule>>;
  /** Short names of stacks that must be deployed before, beside those that threading implies. */
  dependsOn: readonly string[];
  place: Place;
}

const shortName = v.pipe(v.string(), v.regex(/^[a-zA-Z][a-zA-Z0-9-]*$/, 'a letter, then letters, digits and hyphens'));
const scalar = v.union([v.string(), v.number(), v.boolean()]);
const parameterRule = v.union(
  [
    scalar,
    v.array(scalar),
    v.strictObject({ from: v.pipe(v.string(), v.regex(/^[^.\s]+\.[^.\s]+$/, '`{ from: stack.Output }`')) }),
    v.strictObject({ lookup: v.picklist(LOOKUPS) }),
  ],
  `a scalar, a list, \`{ from: stack.Output }\` or \`{ lookup: ${LOOKUPS.join(' | ')} }\``,
);
const stackEntry = v.strictObject({
  template: v.pipe(v.string(), v.nonEmpty('the path of a template, relative to this file')),
  parameters: v.nullish(v.record(v.string(), parameterRule), {}),
  'depends-on': v.nullish(v.array(v.string()), []),
});
const stacksFile = v.strictObject({
  stacks: v.pipe(v.record(shortName, stackEntry), v.minEntries(1, 'at least one stack')),
});

/**
 * Reads a stacks file.
 *
 * @param file the name used in messages
 * @returns the stacks in file order, which is what "earlier" means for threading
 * @throws UserFault with every fault of the file, each at its line and column
 */
export function parseStacksFile(text: string, file: string): StackEntry[] {
  const document = parseSource(text);
  const place = (path: readonly PathStep[]): Place => ({ file, ...document.locate(path) });
  throwIfAny(
    document.faults.map(({ message, ...at }) => ({ what: `Broken YAML: ${message}`, place: { file, ...at } })),
  );
  throwIfAny(reservedNames(document.value, place));
  const parsed = v.safeParse(stacksFile, document.value);
  if (!parsed.success) throwIfAny(parsed.issues.map(issue => schemaFault(issue, document, place)));
  const stacks = Object.entries((parsed.output as v.InferOutput<typeof stacksFile>).stacks);
  const names = stacks.map(([name]) => name);
  const faults: Fault[] = [];
  const mustExist = (name: string, path: PathStep[]) => {
    if (!names.includes(name))
      faults.push({ what: `No stack is named \`${name}\``, fix: suggest(name, names), place: place(path) });
  };
  const entries = stacks.map(([name, entry]): StackEntry => {
    for (const [index, other] of entry['depends-on'].entries()) mustExist(other, ['stacks', name, 'depends-on', index]);
    const parameters = Object.entries(entry.parameters).map(([parameter, rule]) => {
      const path = ['stacks', name, 'parameters', parameter];
      const read = readRule(rule, place(path), (...rest) => document.textAt([...path, ...rest]));
      if (read.kind === 'from') mustExist(read.stack, path);
      return [parameter, read];
    });
    return {
      shortName: name,
      template: entry.template,
      parameters: Object.fromEntries(parameters),
      dependsOn: entry['depends-on'],
      place: place(['stacks', name]),
    };
  });
  throwIfAny(faults);
  return entries;
}

function readRule(
  rule: v.InferOutput<typeof parameterRule>,
  place: Place,
  written: (...path: PathStep[]) => string | undefined,
): ParameterRule {
  if (Array.isArray(rule)) {
    return { kind: 'literal', value: rule.map((item, index) => written(index) ?? String(item)).join(','), place };
  }
  if (typeof rule !== 'object') return { kind: 'literal', value: written() ?? String(rule), place };
  if ('lookup' in rule) return { kind: 'lookup', lookup: rule.lookup, place };
  const [stack = '', output = ''] = rule.from.split('.');
  return { kind: 'from', stack, output, place };
}

function schemaFault(issue: v.BaseIssue<unknown>, document: SourceDocument, place: (path: PathStep[]) => Place): Fault {
  const path = (issue.path ?? []).map(step => step.key as PathStep);
  const where = path.length > 0 ? `\`${path.join('.')}\`` : 'The file';
  const known = siblingKeys(issue);
  if (issue.expected === 'never' && known) {
    const key = String(path.at(-1));
    return { what: `${where} is not a known key`, fix: suggest(key, known), place: place(path) };
  }
  if (issue.received === 'undefined') return { what: `${where} is missing`, place: place(path.slice(0, -1)) };
  if (issue.type === 'min_entries')
    return { what: `${where} is empty`, fix: `Give ${issue.message}`, place: place(path) };
  return {
    what: `${where} is not accepted`,
    // A value may be a secret: only its kind is shown.
    seen:
      document.value === null ? 'an empty file' : kindOf(issue.received.startsWith('"') ? 'string' : issue.received),
    fix: `Expected ${issue.message.startsWith('Invalid') ? kindOf(issue.expected) : issue.message}`,
    place: place(path),
  };
}

/** The schema library's word for a kind, in YAML's words. */
function kindOf(expected: string | null): string {
  if (expected === 'Object') return 'a mapping';
  if (expected === 'Array') return 'a list';
  return expected === 'string' ? 'a text' : (expected ?? 'another value').toLowerCase();
}

function siblingKeys(issue: v.BaseIssue<unknown>): string[] | undefined {
  const depth = issue.path?.length ?? 0;
  return depth === 1 ? Object.keys(stacksFile.entries) : depth === 3 ? Object.keys(stackEntry.entries) : undefined;
}
