import {
  isCollection,
  isMap,
  isPair,
  isScalar,
  LineCounter,
  type Node,
  Pair,
  parseDocument,
  Scalar,
  YAMLMap,
  YAMLSeq,
} from 'yaml';

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

/** A parsed YAML or JSON document that remembers where everything stood. */
export interface SourceDocument {
  /** The plain value; CloudFormation's short forms (`!Ref x`) are in their long form (`{ Ref: 'x' }`). */
  value: unknown;
  /** Syntax errors in file order; `value` is undefined when there are any. */
  faults: SyntaxFault[];
  /** Where the key (or item) at this path stands; the nearest existing ancestor when the path does not exist. */
  locate(path: readonly PathStep[]): Position;
}

/**
 * Parses a CloudFormation template or a stacks file.
 *
 * CloudFormation reads YAML 1.1 without its binary, omap, pairs, set and timestamp tags and without hash merges
 * (AWS CloudFormation User Guide, "Template formats"); JSON is a subset of what is read here.
 */
export function parseSource(text: string): SourceDocument {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    version: '1.1',
    merge: false,
    lineCounter: lines,
    prettyErrors: false,
    customTags: tags => [...tags.filter(tag => !UNSUPPORTED_TAGS.has(tagName(tag))), ...SHORT_FORM_TAGS],
  });
  const positionAt = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const faults = [
    ...document.errors.map(error => ({ message: error.message, ...positionAt(error.pos[0]) })),
    ...document.warnings
      .filter(warning => warning.code === 'TAG_RESOLVE_FAILED')
      .map(warning => ({ message: warning.message, ...positionAt(warning.pos[0]) })),
  ];
  return {
    value: faults.length === 0 ? document.toJS() : undefined,
    faults,
    locate: path => positionAt(offsetOf(document.contents, path)),
  };
}

const UNSUPPORTED_TAGS = new Set(
  ['binary', 'omap', 'pairs', 'set', 'timestamp', 'merge'].map(name => `tag:yaml.org,2002:${name}`),
);

function tagName(tag: unknown): string {
  return typeof tag === 'string' ? `tag:yaml.org,2002:${tag}` : String((tag as { tag?: unknown }).tag);
}

/** The intrinsic functions that have a short form; `Ref` and `Condition` carry no `Fn::` prefix in their long form. */
const SHORT_FORMS = [
  'And',
  'Base64',
  'Cidr',
  'Condition',
  'Equals',
  'FindInMap',
  'ForEach',
  'GetAtt',
  'GetAZs',
  'GetStackOutput',
  'If',
  'ImportValue',
  'Join',
  'Length',
  'Not',
  'Or',
  'Ref',
  'Select',
  'Split',
  'Sub',
  'ToJsonString',
  'Transform',
];

const SHORT_FORM_TAGS = SHORT_FORMS.flatMap(name => {
  const longForm = name === 'Ref' || name === 'Condition' ? name : `Fn::${name}`;
  const wrap = (node: YAMLMap | YAMLSeq) => {
    const map = new YAMLMap();
    map.add(new Pair(new Scalar(longForm), node));
    return map;
  };
  return [
    {
      tag: `!${name}`,
      resolve: (text: string) => ({ [longForm]: name === 'GetAtt' ? splitAttribute(text) : text }),
    },
    { tag: `!${name}`, collection: 'seq' as const, nodeClass: YAMLSeq, resolve: wrap as never },
    { tag: `!${name}`, collection: 'map' as const, nodeClass: YAMLMap, resolve: wrap as never },
  ];
});

/** `Resource.Outputs.Key` → `['Resource', 'Outputs.Key']`: only the first dot separates. */
function splitAttribute(text: string): string[] {
  const dot = text.indexOf('.');
  return dot < 0 ? [text] : [text.slice(0, dot), text.slice(dot + 1)];
}

function offsetOf(contents: Node | null, path: readonly PathStep[]): number {
  let node: unknown = contents;
  let offset = contents?.range?.[0] ?? 0;
  for (const step of path) {
    if (!isCollection(node)) break;
    const item = isMap(node)
      ? node.items.find(pair => isPair(pair) && isScalar(pair.key) && String(pair.key.value) === String(step))
      : node.items[Number(step)];
    if (item === undefined) break;
    const anchor = (isPair(item) ? item.key : item) as Node;
    offset = anchor.range?.[0] ?? offset;
    node = isPair(item) ? item.value : item;
  }
  return offset;
}
