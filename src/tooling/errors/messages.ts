import { bare, isFunction, isNode, type Node, nameOf, nodesOf, propertyOf, treeOf } from './syntax.ts';

/** A message that the sources can show, as its readers may look it up. */
export interface Message {
  /** With `<name>` or `…` in the place of what differs from run to run. */
  what: string;
  /** The next steps that go with it; none where they depend on the case alone. */
  fixes: readonly string[];
  /** Where it is written, by path from the root of the repository. */
  files: readonly string[];
}

/** What cannot be told from the sources alone: a message that is handed on from elsewhere. */
export interface HandedOn {
  file: string;
  line: number;
  text: string;
}

export interface Gathered {
  messages: readonly Message[];
  handedOn: readonly HandedOn[];
}

/** By which keys objects hold messages. */
export interface Keys {
  what: string;
  fix: string;
}

const FAULT: Keys = { what: 'what', fix: 'fix' };

/** How far a value is followed through parameters and constants. */
const MOST_STEPS = 6;

/**
 * Every fault that the sources declare: each object with a `what`, whose text is followed through constants, conditions and the
 * arguments of the functions that make it.
 *
 * @param sources text by path
 * @param keys those of an object that holds a message and its next step
 */
export function gatherMessages(sources: ReadonlyMap<string, string>, keys: Keys = FAULT): Gathered {
  const trees = new Map([...sources].map(([file, text]) => [file, treeOf(text, file)]));
  const resolver = new Resolver([...trees.values()]);
  const found = new Map<string, { fixes: Set<string>; files: Set<string> }>();
  const handedOn: HandedOn[] = [];
  for (const [file, tree] of trees) {
    for (const node of nodesOf(tree)) {
      if (node.type !== 'ObjectExpression') continue;
      const [what, fix] = [propertyOf(node, keys.what), propertyOf(node, keys.fix)];
      if (!what) continue;
      const texts = resolver.textsOf(what);
      if (texts.length === 0) {
        const text = sources.get(file) ?? '';
        const line = text.slice(0, node.start).split('\n').length;
        handedOn.push({ file, line, text: (text.slice(what.start).split('\n')[0] ?? '').trim() });
      }
      const fixes = fix ? resolver.textsOf(fix) : [];
      for (const one of texts) {
        const entry = found.get(one) ?? { fixes: new Set(), files: new Set() };
        for (const each of fixes) entry.fixes.add(each);
        entry.files.add(file);
        found.set(one, entry);
      }
    }
  }
  const messages = [...found].map(([what, { fixes, files }]) => ({ what, fixes: [...fixes], files: [...files] }));
  return { messages: messages.sort((a, b) => compare(a.what, b.what)), handedOn };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

class Resolver {
  /** Calls by the name of what is called. */
  readonly #calls = new Map<string, Node[]>();
  /** Functions that files declare at their top, by name; none where two have the same. */
  readonly #functions = new Map<string, Node | undefined>();

  constructor(trees: readonly Node[]) {
    for (const node of trees.flatMap(tree => nodesOf(tree))) {
      if (node.type === 'CallExpression') {
        const callee = node.callee as Node;
        const name = nameOf(callee) ?? nameOf(callee.property);
        if (name) this.#calls.set(name, [...(this.#calls.get(name) ?? []), node]);
      }
      const name = node.type === 'FunctionDeclaration' ? nameOf(node.id) : undefined;
      if (name) this.#functions.set(name, this.#functions.has(name) ? undefined : node);
    }
  }

  /** The texts that an expression can have; none where that cannot be told. */
  textsOf(expression: Node, steps = MOST_STEPS): string[] {
    const node = bare(expression);
    if (steps === 0) return [];
    const follow = (next: unknown) => (isNode(next) ? this.textsOf(next, steps - 1) : []);
    if (node.regex) return [`/${(node.regex as { pattern: string }).pattern}/`];
    if (node.type === 'Literal') return typeof node.value === 'string' && node.value !== '' ? [node.value] : [];
    if (node.type === 'TemplateLiteral') return this.#shapeOf(node, steps);
    if (node.type === 'ConditionalExpression') return [...follow(node.consequent), ...follow(node.alternate)];
    if (node.type === 'LogicalExpression') return [...follow(node.left), ...follow(node.right)];
    if (node.type === 'CallExpression') return follow(node.callee);
    if (isFunction(node)) return returnedBy(node).flatMap(follow);
    if (node.type === 'MemberExpression')
      return this.#textsOfKey(node.object as Node, nameOf(node.property), steps - 1);
    if (node.type !== 'Identifier') return [];
    const binding = bindingOf(node, String(node.name));
    if (!binding) return follow(this.#functions.get(String(node.name)));
    if ('value' in binding) return follow(binding.value);
    const { key, fallback } = binding;
    const given = this.#argumentsOf(binding).flatMap(one =>
      key === undefined ? follow(one) : this.#textsOfKey(one, key, steps - 1),
    );
    return [...given, ...follow(fallback)];
  }

  /** The texts that a key of an object can have. */
  #textsOfKey(object: Node, key: string | undefined, steps: number): string[] {
    const node = bare(object);
    if (steps === 0 || key === undefined) return [];
    if (node.type === 'ObjectExpression') {
      const value = propertyOf(node, key);
      return value ? this.textsOf(value, steps - 1) : [];
    }
    const binding = node.type === 'Identifier' ? bindingOf(node, String(node.name)) : undefined;
    if (!binding) return [];
    if ('value' in binding) return this.#textsOfKey(binding.value, key, steps - 1);
    if (binding.key !== undefined) return [];
    return this.#argumentsOf(binding).flatMap(one => this.#textsOfKey(one, key, steps - 1));
  }

  /** What is handed to a parameter, wherever its function is called by name. */
  #argumentsOf({ of, index, within }: Parameter): Node[] {
    const calls = (this.#calls.get(of) ?? []).filter(call => within === undefined || rootOf(call) === within);
    return calls.flatMap(call => (call.arguments as Node[])[index] ?? []);
  }

  /** A template, with names for what it is filled with; none where it consists of that alone. */
  #shapeOf({ quasis, expressions }: Node, steps: number): string[] {
    const texts = (quasis as { value: { cooked: string } }[]).map(({ value }) => value.cooked);
    if (!texts.some(text => /[a-z]{2}/i.test(text))) return [];
    const fillings = (expressions as Node[]).map(expression => this.#filling(expression, steps));
    return [texts.map((text, index) => `${text}${fillings[index] ?? ''}`).join('')];
  }

  /** A constant stands there as it is, anything else by its name. */
  #filling(expression: Node, steps: number): string {
    const node = bare(expression);
    const binding = node.type === 'Identifier' ? bindingOf(node, String(node.name)) : undefined;
    if (binding && 'value' in binding && /Literal$/.test(bare(binding.value).type)) {
      const [text] = this.textsOf(binding.value, steps - 1);
      if (text !== undefined) return text;
    }
    const name = nameOf(node) ?? (node.type === 'MemberExpression' ? nameOf(node.property) : undefined);
    return name === undefined ? '…' : `<${inWords(name)}>`;
  }
}

function inWords(name: string): string {
  if (name === name.toUpperCase()) return name.toLowerCase().replaceAll('_', ' ');
  return name.replaceAll(/[A-Z]/g, letter => ` ${letter.toLowerCase()}`);
}

function returnedBy({ body }: Node): Node[] {
  if (!isNode(body)) return [];
  if (body.type !== 'BlockStatement') return [body];
  return nodesOf(body).flatMap(({ type, argument }) =>
    type === 'ReturnStatement' && isNode(argument) ? [argument] : [],
  );
}

/** A parameter of a function that is called by a name; `key` where an object is taken apart. */
interface Parameter {
  of: string;
  index: number;
  key: string | undefined;
  fallback: Node | undefined;
  /** The file outside of which the function is not known. */
  within: Node | undefined;
}

/** What a name stands for where it is used: the nearest constant or parameter of that name. */
function bindingOf(node: Node, name: string): { value: Node } | Parameter | undefined {
  for (let scope = node.parent; scope; scope = scope.parent) {
    const value = constantIn(scope, name) ?? (isFunction(scope) ? parameterOf(scope, name) : undefined);
    if (value) return value;
  }
  return undefined;
}

function constantIn({ type, body }: Node, name: string): { value: Node } | undefined {
  if (type !== 'Program' && type !== 'BlockStatement') return undefined;
  const statements = (body as Node[]).map(one => (isNode(one.declaration) ? one.declaration : one));
  const declarators = statements.flatMap(one =>
    one.type === 'VariableDeclaration' ? (one.declarations as Node[]) : [],
  );
  const found = declarators.find(({ id }) => nameOf(id) === name);
  if (found && isNode(found.init)) return { value: found.init };
  const made = statements.find(one => one.type === 'FunctionDeclaration' && nameOf(one.id) === name);
  return made && { value: made };
}

function parameterOf(made: Node, name: string): Parameter | undefined {
  const of = nameOf(made.id) ?? nameOf(made.parent?.id) ?? nameOf(made.parent?.key);
  if (of === undefined) return undefined;
  const within = isExported(made) ? undefined : rootOf(made);
  for (const [index, param] of (made.params as Node[]).entries()) {
    const plain = param.type === 'AssignmentPattern' ? (param.left as Node) : param;
    const fallback = param.type === 'AssignmentPattern' ? (param.right as Node) : undefined;
    if (nameOf(plain) === name) return { of, index, key: undefined, fallback, within };
    if (plain.type === 'ObjectPattern' && propertyOf(plain, name))
      return { of, index, key: name, fallback: undefined, within };
  }
  return undefined;
}

/** Methods count as exported, since they are called through what is. */
function isExported({ type, parent }: Node): boolean {
  if (type === 'FunctionDeclaration') return /^Export/.test(parent?.type ?? '');
  return parent?.type === 'MethodDefinition';
}

function rootOf(node: Node): Node {
  return node.parent ? rootOf(node.parent) : node;
}
