import type { Place } from '../../runner/fault.ts';
import type { PathStep } from '../source-document.ts';

/** A resource of the plan, as its templates and values describe it. */
export interface Resource {
  /** Short name of its stack. */
  stack: string;
  id: string;
  type: string;
  /** Whether its condition holds. */
  exists: Truth;
  /** Its properties, evaluated when asked for. */
  property(name: string): Value;
  /** A property as the template writes it. */
  written(name: string): unknown;
  place(path: readonly PathStep[]): Place;
}

/** Something that has no value before it is deployed, but whose identity is known: an attribute, the account's id. */
export class Token {
  /** Equal for equal things. */
  readonly key: string;
  readonly resource: Resource | undefined;
  readonly attribute: string;

  constructor(resource: Resource | undefined, attribute: string) {
    this.resource = resource;
    this.attribute = attribute;
    this.key = resource ? `${resource.stack}/${resource.id}.${attribute}` : attribute;
  }
}

/** What cannot be known before the deployment, and why. */
export class Unknown {
  readonly why: string;

  constructor(why: string) {
    this.why = why;
  }
}

/** What the deployment is known to fail at: ranges that an address range has no room for. */
export class NoRoom extends Unknown {
  readonly range: string;
  readonly count: number;
  readonly hostBits: number;
  /** Where the range comes from, as the template writes it. */
  readonly written: unknown;

  constructor(range: string, count: number, hostBits: number, written: unknown) {
    super(`\`Fn::Cidr\` does not fit into ${range}`);
    this.range = range;
    this.count = count;
    this.hostBits = hostBits;
    this.written = written;
  }
}

/** Text of which some parts are known only by their identity, or not at all. */
export class Text {
  readonly parts: readonly (string | Token | Unknown)[];

  constructor(parts: readonly (string | Token | Unknown)[]) {
    this.parts = parts;
  }
}

/** What an expression of a template yields; `undefined` is `AWS::NoValue`. Scalars are text, as CloudFormation takes them. */
export type Value = string | Token | Unknown | Text | undefined | readonly Value[] | { readonly [key: string]: Value };

export type Truth = boolean | Unknown;

export function isMap(value: Value): value is { readonly [key: string]: Value } {
  return (
    typeof value === 'object' &&
    !Array.isArray(value) &&
    !(value instanceof Token || value instanceof Unknown || value instanceof Text)
  );
}

export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

/** One text of several values, merging what is known. */
export function concatenate(values: readonly Value[]): Value {
  const parts: (string | Token | Unknown)[] = [];
  for (const value of values) {
    for (const part of value instanceof Text ? value.parts : [value]) {
      const last = parts.at(-1);
      if (typeof part === 'string' && typeof last === 'string') parts[parts.length - 1] = last + part;
      else if (typeof part === 'string' || part instanceof Token || part instanceof Unknown) parts.push(part);
      else return new Unknown('a list or a map stands where text is expected');
    }
  }
  const filled = parts.filter(part => part !== '');
  const [first = ''] = filled;
  return filled.length <= 1 ? first : new Text(filled);
}

/** Splits text. An unknown part may hold the separator, but ids and account numbers hold no comma and no dot. */
export function split(value: Value, separator: string): Value {
  if (value instanceof Unknown) return value;
  const pieces: Value[][] = [[]];
  for (const part of value instanceof Text ? value.parts : [value]) {
    if (typeof part === 'string') {
      const [head = '', ...rest] = part.split(separator);
      pieces.at(-1)?.push(head);
      pieces.push(...rest.map(piece => [piece]));
    } else if (part instanceof Token && (separator === ',' || part.key === 'AWS::AccountId')) pieces.at(-1)?.push(part);
    else return part instanceof Unknown ? part : new Unknown('it is cut out of a value that only AWS knows');
  }
  return pieces.map(concatenate);
}

/** Text for comparing and showing: `‹stack/Id.attribute›` stands for what only the deployment tells. */
export function rendered(value: Value): string {
  if (typeof value === 'string') return value;
  if (value instanceof Token) return `‹${value.key}›`;
  if (value instanceof Text) return value.parts.map(rendered).join('');
  return '‹?›';
}

/** Why a value is not known in full, when it is not. A token counts as known. */
export function ignorance(value: Value): Unknown | undefined {
  if (value instanceof Unknown) return value;
  if (value instanceof Text) return value.parts.find(part => part instanceof Unknown);
  return undefined;
}

/** Whether two values are the same thing. What AWS gave earlier may well be what a literal names: nobody can tell. */
export function same(a: Value, b: Value): Truth {
  const unknown = ignorance(a) ?? ignorance(b);
  if (unknown) return unknown;
  if (typeof a === 'string' && typeof b === 'string') return a === b;
  if (isScalar(a) && isScalar(b)) {
    if (rendered(a) === rendered(b)) return true;
    if (isOwn(a) && isOwn(b)) return false;
    if (a === '' || b === '') return false;
    return new Unknown(`whether ${described(a)} is ${described(b)} is only known to AWS`);
  }
  return a === b;
}

/** Something of AWS, which is itself and nothing else; custom resources and nested stacks may pass on anything. */
function isOwn(value: Value): boolean {
  if (!(value instanceof Token)) return false;
  return value.resource === undefined || /^AWS::(?!CloudFormation::)(?!.*::MODULE$)/.test(value.resource.type);
}

function isScalar(value: Value): value is string | Token | Text {
  return typeof value === 'string' || value instanceof Token || value instanceof Text;
}

/** A value as messages show it. */
export function described(value: Value): string {
  if (value instanceof Token && value.resource)
    return `\`${value.resource.id}${value.attribute === 'Ref' ? '' : `.${value.attribute}`}\``;
  if (isList(value)) return value.map(described).join(', ');
  return `\`${rendered(value)}\``;
}

/** All must hold. */
export function every(truths: readonly Truth[]): Truth {
  return truths.includes(false) ? false : (truths.find(truth => truth instanceof Unknown) ?? true);
}

/** One must hold. */
export function some(truths: readonly Truth[]): Truth {
  return truths.includes(true) ? true : (truths.find(truth => truth instanceof Unknown) ?? false);
}

export function negated(truth: Truth): Truth {
  return truth instanceof Unknown ? truth : !truth;
}
