import { isCollection, isMap, isPair, isScalar, LineCounter, type Node, parseDocument, type Tags } from 'yaml';
import { SHORT_FORM_TAGS } from './short-forms.ts';
import { depthFault, limitFault } from './source-limits.ts';

/** A place in a file, both counted from 1, as editors and annotations count. */
export interface Position {
  line: number;
  column: number;
}

/** One step into a document: a mapping's key or a sequence's index. */
export type PathStep = string | number;

/** A syntax error of a YAML or JSON file, with its place. */
export interface SyntaxFault extends Position {
  message: string;
}

/** A parsed YAML or JSON document that remembers where everything stood, and how it was written. */
export interface SourceDocument {
  /** The plain value; CloudFormation's short forms (`!Ref x`) are in their long form (`{ Ref: 'x' }`). */
  value: unknown;
  /** Syntax errors in file order; `value` is undefined when there are any. */
  faults: SyntaxFault[];
  /** Where the key (or item) at this path stands; the nearest existing ancestor when the path does not exist. */
  locate(path: readonly PathStep[]): Position;
  /**
   * The scalar at this path as it was written, where `value` has what YAML makes of it: `1.10` is not `1.1`, and an account
   * id keeps its leading zero. `undefined` when there is no scalar.
   */
  textAt(path: readonly PathStep[]): string | undefined;
}

/**
 * Parses a CloudFormation template or a stacks file.
 *
 * CloudFormation reads YAML 1.1 without its binary, omap, pairs, set and timestamp tags and without hash merges
 * (AWS CloudFormation User Guide, "Template formats"); JSON is a subset of what is read here. As in other readers of
 * YAML 1.1, `y` and `n` are no booleans.
 */
export function parseSource(text: string): SourceDocument {
  return parse(text, {
    version: '1.1',
    customTags: tags => [...tags.filter(tag => !REPLACED_TAGS.has(tagName(tag))), ...BOOLEANS, ...SHORT_FORM_TAGS],
  });
}

/**
 * Parses a file that no other program reads: YAML 1.2 with its core schema, as editors understand it, so that `on` is a text
 * and `0755` a number. JSON is a subset. Faults are the same, but for those of CloudFormation's tags.
 */
export function parseYaml(text: string): SourceDocument {
  return parse(text, { version: '1.2', schema: 'core' });
}

/** A template with every scalar as it is written: what `1.10` or `12345678901234567890` becomes as a number, differs. */
export function parseAsWritten(text: string): SourceDocument {
  return parse(text, { schema: 'failsafe', customTags: SHORT_FORM_TAGS });
}

function parse(text: string, options: Parameters<typeof parseDocument>[1]): SourceDocument {
  const lines = new LineCounter();
  const positionAt = (offset: number) => positionIn(lines, offset);
  const document = composed(text, { ...options, merge: false, lineCounter: lines, prettyErrors: false });
  if (!document) {
    const linesAgain = new LineCounter();
    const { message, offset } = depthFault(text, linesAgain);
    const fault = { message, ...positionIn(linesAgain, offset) };
    return { value: undefined, faults: [fault], locate: () => positionAt(0), textAt: () => undefined };
  }
  const syntax = [...document.errors, ...document.warnings.filter(({ code }) => code === 'TAG_RESOLVE_FAILED')].map(
    ({ code, message, pos }) => ({ message: OWN_WORDS[code] ?? message, offset: pos[0] }),
  );
  const limit = syntax.length === 0 ? limitFault(document) : undefined;
  const faults = (limit ? [limit] : syntax).map(({ message, offset }) => ({ message, ...positionAt(offset) }));
  return {
    value: faults.length === 0 ? document.toJS({ maxAliasCount: -1 }) : undefined,
    faults,
    locate: path => positionAt(nodesOn(document.contents, path).at(-1)?.anchor.range?.[0] ?? 0),
    textAt: path => {
      const found = nodesOn(document.contents, path);
      const node = found.length === path.length + 1 ? found.at(-1)?.node : undefined;
      if (!isScalar(node)) return undefined;
      return typeof node.value === 'string' ? node.value : (node.source ?? String(node.value));
    },
  };
}

function positionIn(lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}

/** `undefined` when the text is nested so deeply that the program's stack ends; the library may tell that as a fault. */
function composed(text: string, options: Parameters<typeof parseDocument>[1]) {
  try {
    const document = parseDocument(text, options);
    return document.errors.some(({ message }) => message.includes('call stack')) ? undefined : document;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** In place of words that are for programmers. */
const OWN_WORDS: Readonly<Partial<Record<string, string>>> = {
  MULTIPLE_DOCS: 'A second document begins here; a file is one document, so remove this `---` and what follows',
};

const REPLACED_TAGS = new Set(
  ['binary', 'bool', 'merge', 'omap', 'pairs', 'set', 'timestamp'].map(name => `tag:yaml.org,2002:${name}`),
);

function tagName(tag: unknown): string {
  return typeof tag === 'string' ? `tag:yaml.org,2002:${tag}` : String((tag as { tag?: unknown }).tag);
}

const BOOLEANS: Tags = [
  { test: /^(?:yes|Yes|YES|true|True|TRUE|on|On|ON)$/, value: true },
  { test: /^(?:no|No|NO|false|False|FALSE|off|Off|OFF)$/, value: false },
].map(({ test, value }) => ({
  tag: 'tag:yaml.org,2002:bool',
  default: true as const,
  test,
  resolve: () => value,
  stringify: () => String(value),
}));

/** The nodes from the root down a path, as far as it exists; `anchor` is the node that marks the place: a key, or an item. */
function nodesOn(contents: Node | null, path: readonly PathStep[]): { node: unknown; anchor: Node }[] {
  if (!contents) return [];
  const found: { node: unknown; anchor: Node }[] = [{ node: contents, anchor: contents }];
  for (const step of path) {
    const node = found.at(-1)?.node;
    if (!isCollection(node)) break;
    const item = isMap(node)
      ? node.items.find(pair => isPair(pair) && isScalar(pair.key) && String(pair.key.value) === String(step))
      : node.items[Number(step)];
    if (item === undefined) break;
    found.push(isPair(item) ? { node: item.value, anchor: item.key as Node } : { node: item, anchor: item as Node });
  }
  return found;
}
