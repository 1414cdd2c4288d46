import {
  CST,
  type Document,
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  type LineCounter,
  type Node,
  Parser,
} from 'yaml';

/** What is wrong at an offset of a text. */
interface OffsetFault {
  message: string;
  offset: number;
}

/** Levels of a document: far more than any template has, far less than what ends the stack of a program that walks it. */
const MOST_LEVELS = 400;

/** Nodes that aliases may repeat: far more than resources share, far less than what makes a document explode. */
const MOST_REPEATED = 200_000;

const TOO_DEEP = `It is nested too deeply, more than ${MOST_LEVELS} levels; make it flatter`;

const HALF = 'It has half of a character, such as `\\ud83d` alone, which no call can send; write the whole one';

/**
 * What YAML allows and no program that walks a document survives, or CloudFormation does not read: aliases without an
 * anchor, within their own, or that repeat without an end in sight; depth; merge keys ("hash merges",
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-formats.html).
 *
 * @returns the first of them in the order of the text
 */
export function limitFault(document: Document): OffsetFault | undefined {
  const anchors = new Map<string, Node>();
  /** Of each node that is walked to its end, with its aliases resolved. */
  const extents = new Map<unknown, Extent>();
  let repeated = 0;

  function walk(node: unknown, level: number): Extent | OffsetFault {
    const at = (message: string) => ({ message, offset: offsetOf(node) });
    if (level > MOST_LEVELS) return at(TOO_DEEP);
    if (isAlias(node)) {
      const anchor = anchors.get(node.source);
      if (!anchor) return at(`No anchor \`&${node.source}\` stands before its alias`);
      const extent = extents.get(anchor);
      if (!extent)
        return at(
          `Alias \`*${node.source}\` stands within its own anchor, which would never end; write out what it stands for`,
        );
      repeated += extent.nodes;
      if (repeated > MOST_REPEATED)
        return at(`Aliases such as \`*${node.source}\` repeat too much; write out what they stand for, or less of it`);
      return level + extent.levels > MOST_LEVELS ? at(TOO_DEEP) : extent;
    }
    if (isScalar(node) && typeof node.value === 'string' && !node.value.isWellFormed()) return at(HALF);
    const anchor = isScalar(node) || isCollection(node) ? node.anchor : undefined;
    if (anchor !== undefined) anchors.set(anchor, node as Node);
    if (isMap(node)) {
      const merge = node.items.find(({ key }) => isScalar(key) && key.value === '<<' && key.type === 'PLAIN');
      if (merge)
        return { message: 'Merge keys (`<<`) are not read; write their entries out', offset: offsetOf(merge.key) };
    }
    const extent = { nodes: 1, levels: 1 };
    const children = isPair(node) ? [node.key, node.value] : isCollection(node) ? node.items : [];
    for (const child of children) {
      const found = walk(child, isPair(child) ? level : level + 1);
      if ('message' in found) return found;
      extent.nodes += found.nodes;
      extent.levels = Math.max(extent.levels, found.levels + 1);
    }
    extents.set(node, extent);
    return extent;
  }

  const found = walk(document.contents, 0);
  return 'message' in found ? found : undefined;
}

interface Extent {
  nodes: number;
  levels: number;
}

/**
 * The fault of a text that is so deep that it cannot be composed: its tokens are read without recursion.
 *
 * @param lines is told where each line begins
 */
export function depthFault(text: string, lines: LineCounter): OffsetFault {
  const open: { token: CST.Token | null | undefined; level: number }[] = [];
  for (const token of new Parser(lines.addNewLine).parse(text)) open.push({ token, level: 0 });
  for (let next = open.pop(); next; next = open.pop()) {
    const { token, level } = next;
    if (!token) continue;
    if (level > MOST_LEVELS) return { message: TOO_DEEP, offset: token.offset };
    if (token.type === 'document') open.push({ token: token.value, level });
    if (CST.isCollection(token))
      for (const { key, value } of token.items)
        open.push({ token: key, level: level + 1 }, { token: value, level: level + 1 });
  }
  return { message: TOO_DEEP, offset: 0 };
}

function offsetOf(node: unknown): number {
  return (node as Node | null)?.range?.[0] ?? 0;
}
