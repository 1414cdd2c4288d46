// How the generated YAML files are written: plain values, and comments where the reader needs to know why.
import { Document, isNode, type Node, Scalar } from 'yaml';

type Plain =
  | string
  | number
  | boolean
  | null
  | Explained
  | Noted
  | readonly Plain[]
  | { readonly [key: string]: Plain | undefined };

class Explained {
  readonly comment: string;
  readonly value: Plain;

  constructor(comment: string, value: Plain) {
    this.comment = comment;
    this.value = value;
  }
}

class Noted {
  readonly value: string;
  readonly note: string;

  constructor(value: string, note: string) {
    this.value = value;
    this.note = note;
  }
}

/** A mapping or a step with a comment above it. */
export function explained(comment: string, value: Plain): Explained {
  return new Explained(comment, value);
}

/** A text with a comment behind it, on the same line. */
export function noted(value: string, note: string): Noted {
  return new Noted(value, note);
}

export type { Plain };

/** A YAML file with a comment at its top. Members that are undefined are left out. */
export function yamlText(comment: string, content: Plain): string {
  const document = new Document();
  document.contents = nodeOf(document, content) as typeof document.contents;
  document.commentBefore = commentOf(comment);
  return document.toString({ lineWidth: 0 });
}

function nodeOf(document: Document, value: Plain): Node {
  if (value instanceof Explained) {
    const node = nodeOf(document, value.value);
    node.commentBefore = commentOf(value.comment);
    return node;
  }
  if (value instanceof Noted) {
    const scalar = new Scalar(value.value);
    scalar.comment = ` ${value.note}`;
    return scalar;
  }
  if (Array.isArray(value)) return document.createNode(value.map(item => nodeOf(document, item))) as Node;
  if (typeof value === 'object' && value !== null && !isNode(value)) {
    const members = Object.entries(value as Record<string, Plain | undefined>);
    const kept = members.flatMap(([key, member]) => (member === undefined ? [] : [[key, nodeOf(document, member)]]));
    return document.createNode(Object.fromEntries(kept)) as Node;
  }
  return document.createNode(value) as Node;
}

function commentOf(text: string): string {
  return text
    .split('\n')
    .map(line => ` ${line}`)
    .join('\n');
}
