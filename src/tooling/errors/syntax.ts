import { parseSync } from 'rolldown/utils';

/** A node of the syntax tree, as ESTree names it, with what encloses it. */
export interface Node {
  type: string;
  start: number;
  parent: Node | undefined;
  [key: string]: unknown;
}

/** The syntax tree of a TypeScript file. TypeScript 7 has no compiler API; the parser is that of rolldown. */
export function treeOf(text: string, file: string): Node {
  const { program, errors } = parseSync(file, text, { lang: 'ts' });
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]?.message}`);
  const root = program as unknown as Node;
  link(root, undefined);
  return root;
}

function link(node: Node, parent: Node | undefined): void {
  for (const child of childrenOf(node)) link(child, node);
  node.parent = parent;
}

/** The nodes right below a node, in the order of the text. */
export function childrenOf(node: Node): Node[] {
  const children: Node[] = [];
  for (const key in node) {
    if (key === 'parent') continue;
    const value = node[key];
    if (Array.isArray(value)) children.push(...value.filter(isNode));
    else if (isNode(value)) children.push(value);
  }
  return children;
}

export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';
}

/** Every node of a tree, the root first. */
export function nodesOf(root: Node): Node[] {
  const found = [root];
  // It grows while it is walked through.
  for (const node of found) found.push(...childrenOf(node));
  return found;
}

/** What an expression stands for without the type that is said of it. */
export function bare(node: Node): Node {
  return /^(TSAsExpression|TSSatisfiesExpression|TSNonNullExpression|ParenthesizedExpression)$/.test(node.type)
    ? bare(node.expression as Node)
    : node;
}

/** The value of an object's key, where it is written out. */
export function propertyOf(object: Node, name: string): Node | undefined {
  const property = (object.properties as Node[]).find(one => one.type === 'Property' && nameOf(one.key) === name);
  return property && (property.value as Node);
}

export function nameOf(node: unknown): string | undefined {
  return isNode(node) && node.type === 'Identifier' ? String(node.name) : undefined;
}

export function isFunction({ type }: Node): boolean {
  return /^(ArrowFunctionExpression|FunctionExpression|FunctionDeclaration)$/.test(type);
}
