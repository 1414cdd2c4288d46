import { validationError } from '../wire/aws-error.ts';
import { cidrBlocks } from './cidr.ts';
import { splitOnce } from './references.ts';
import { type Dict, isDict, type Template } from './template.ts';

/** What a change set shows for a value that only the deployment can tell (DescribeChangeSet, IncludePropertyValues). */
export const KNOWN_AFTER_APPLY = '{{changeSet:KNOWN_AFTER_APPLY}}';

/** Everything that a template's expressions can reach. */
export interface Scope {
  region: string;
  /** True with `Transform: AWS::LanguageExtensions`: Fn::Length, Fn::ToJsonString and the DefaultValue of Fn::FindInMap. */
  extended: boolean;
  mappings: Template['mappings'];
  /** Outcomes of the template's conditions. */
  conditions: Readonly<Record<string, boolean>>;
  /** `Ref` of a parameter, a pseudo parameter or a resource; undefined when there is no such thing (yet). */
  ref(name: string): unknown;
  /** `Fn::GetAtt`; undefined when there is no such resource or attribute (yet). */
  attribute(resource: string, attribute: string): unknown;
  importValue(name: string): string;
  /** `{{resolve:service:reference}}`. */
  dynamicReference(service: string, reference: string): string;
}

/** `Ref: AWS::NoValue`: the property that holds it is left out. */
export const NO_VALUE = Symbol('AWS::NoValue');

/** Computes a template value in a scope; throws CloudFormation's ValidationError for what it cannot make sense of. */
export function evaluate(value: unknown, scope: Scope): unknown {
  if (typeof value === 'string') return resolveDynamic(value, scope);
  if (Array.isArray(value)) return value.map(item => evaluate(item, scope)).filter(item => item !== NO_VALUE);
  if (!isDict(value)) return value;
  const [entry, ...more] = Object.entries(value);
  if (entry && more.length === 0) {
    const [name, argument] = entry;
    const run = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
    if (run) return run(argument, scope);
    if (name.startsWith('Fn::')) throw templateError(`${name} is not a function that is supported here`);
  }
  const members = Object.entries(value).map(([key, item]) => [key, evaluate(item, scope)] as const);
  return Object.fromEntries(members.filter(([, item]) => item !== NO_VALUE));
}

/** Computes all of a template's conditions; they may refer to each other in any order. */
export function evaluateConditions(
  declared: Readonly<Record<string, unknown>>,
  scope: Omit<Scope, 'conditions'>,
): Record<string, boolean> {
  const results: Record<string, boolean> = {};
  const running = new Set<string>();
  const lazy: Scope = {
    ...scope,
    conditions: new Proxy(results, {
      get: (_, name) => settle(String(name)),
      has: (_, name) => String(name) in declared,
    }),
  };
  const settle = (name: string): boolean => {
    if (name in results) return results[name] === true;
    if (running.has(name))
      throw validationError(`Template format error: Circular dependency between conditions: [${name}]`);
    running.add(name);
    results[name] = truth(evaluate(declared[name], lazy));
    return results[name] === true;
  };
  for (const name of Object.keys(declared)) settle(name);
  return results;
}

type Intrinsic = (argument: unknown, scope: Scope) => unknown;

const FUNCTIONS: Readonly<Record<string, Intrinsic>> = {
  Ref: (name, scope) => refer(String(name), scope),
  Condition: (name, scope) => condition(String(name), scope),
  'Fn::GetAtt': (argument, scope) => {
    const [resource, attribute] = typeof argument === 'string' ? splitOnce(argument) : list('Fn::GetAtt', argument, 2);
    return getAttribute(String(resource), String(evaluate(attribute, scope)), scope);
  },
  'Fn::Sub': (argument, scope) => {
    const [pattern, variables] = Array.isArray(argument) ? argument : [argument, {}];
    if (typeof pattern !== 'string')
      throw templateError(
        "One or more Fn::Sub intrinsic functions don't specify expected arguments. Specify a string as first argument, and an optional second argument to specify a mapping of values to replace in the string",
      );
    const own = (evaluate(variables, scope) ?? {}) as Dict;
    const filled = pattern.replace(/\$\{(!?)([^${}]+)\}/g, (_, literal: string, inner: string) => {
      if (literal) return `\${${inner}}`;
      const name = inner.trim();
      if (Object.hasOwn(own, name)) return asText(own[name], 'Fn::Sub');
      const [target = name, attribute] = splitOnce(name);
      return asText(attribute === undefined ? refer(name, scope) : getAttribute(target, attribute, scope), 'Fn::Sub');
    });
    return resolveDynamic(filled, scope);
  },
  'Fn::Join': (argument, scope) => {
    const [delimiter, items] = list('Fn::Join', argument, 2);
    const values = evaluate(items, scope);
    if (values === KNOWN_AFTER_APPLY) return values;
    if (!Array.isArray(values))
      throw templateError(
        'every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list of strings to be joined or a function that returns a list of strings (such as Fn::GetAZs) to be joined.',
      );
    return resolveDynamic(values.map(item => asText(item, 'Fn::Join')).join(String(delimiter)), scope);
  },
  'Fn::Select': (argument, scope) => {
    const [index, items] = list('Fn::Select', argument, 2);
    const values = evaluate(items, scope);
    const at = evaluate(index, scope);
    if (values === KNOWN_AFTER_APPLY) return values;
    if (!Array.isArray(values))
      throw templateError('Fn::Select requires a list argument with two elements: an integer index and a list');
    if (!(Number(at) in values))
      throw templateError(`Fn::Select cannot select nonexistent value at index ${String(at)}`);
    return values[Number(at)];
  },
  'Fn::Split': (argument, scope) => {
    const [delimiter, source] = list('Fn::Split', argument, 2);
    const whole = asText(evaluate(source, scope), 'Fn::Split');
    return whole.includes(KNOWN_AFTER_APPLY) ? KNOWN_AFTER_APPLY : whole.split(String(delimiter));
  },
  'Fn::FindInMap': (argument, scope) => findInMap(argument, scope),
  'Fn::GetAZs': (argument, scope) => availabilityZones(asText(evaluate(argument, scope), 'Fn::GetAZs') || scope.region),
  'Fn::Cidr': (argument, scope) => {
    const [block, count, bits] = list('Fn::Cidr', argument, 2).map(item => evaluate(item, scope));
    return block === KNOWN_AFTER_APPLY ? block : cidrBlocks(String(block), Number(count), Number(bits ?? 8));
  },
  'Fn::Base64': (argument, scope) => Buffer.from(asText(evaluate(argument, scope), 'Fn::Base64')).toString('base64'),
  'Fn::ImportValue': (argument, scope) => scope.importValue(asText(evaluate(argument, scope), 'Fn::ImportValue')),
  'Fn::If': (argument, scope) => {
    const [name, yes, no] = list('Fn::If', argument, 3);
    if (!(String(name) in scope.conditions))
      throw templateError(`unresolved condition dependency ${String(name)} in Fn::If`);
    return evaluate(condition(String(name), scope) ? yes : no, scope);
  },
  'Fn::Equals': (argument, scope) => {
    const [left, right] = list('Fn::Equals', argument, 2).map(item => evaluate(item, scope));
    return same(left, right);
  },
  'Fn::Not': (argument, scope) => !truth(evaluate(list('Fn::Not', argument, 1)[0], scope)),
  'Fn::And': (argument, scope) => list('Fn::And', argument, 2).every(item => truth(evaluate(item, scope))),
  'Fn::Or': (argument, scope) => list('Fn::Or', argument, 2).some(item => truth(evaluate(item, scope))),
  'Fn::Length': (argument, scope) => {
    needExtensions('Fn::Length', scope);
    const values = evaluate(argument, scope);
    if (!Array.isArray(values)) throw templateError('Fn::Length requires a list');
    return values.length;
  },
  'Fn::ToJsonString': (argument, scope) => {
    needExtensions('Fn::ToJsonString', scope);
    return JSON.stringify(evaluate(argument, scope));
  },
};

function refer(name: string, scope: Scope): unknown {
  const value = name === 'AWS::NoValue' ? NO_VALUE : scope.ref(name);
  if (value === undefined) throw unresolved(name);
  return value;
}

function getAttribute(resource: string, attribute: string, scope: Scope): unknown {
  const value = scope.attribute(resource, attribute);
  if (value === undefined) throw unresolved(resource);
  return value;
}

/** A condition switched the resource off, or (in Conditions and Rules) resources cannot be reached at all. */
function unresolved(name: string): Error {
  return validationError(
    `Template format error: Unresolved resource dependencies [${name}] in the Resources block of the template`,
  );
}

function condition(name: string, scope: Scope): boolean {
  return scope.conditions[name] === true;
}

function findInMap(argument: unknown, scope: Scope): unknown {
  const [map, top, second, options] = list('Fn::FindInMap', argument, 3).map(item => evaluate(item, scope));
  const fallback = isDict(options) && 'DefaultValue' in options ? options.DefaultValue : undefined;
  if (fallback !== undefined) needExtensions('The DefaultValue of Fn::FindInMap', scope);
  const table = scope.mappings[String(map)];
  if (table === undefined && fallback === undefined) {
    throw templateError(`Mapping named '${String(map)}' is not present in the 'Mappings' section of template.`);
  }
  const value = table?.[String(top)]?.[String(second)] ?? fallback;
  if (value === undefined) {
    throw templateError(`Unable to get mapping for ${String(map)}::${String(top)}::${String(second)}`);
  }
  return value;
}

/** The names of a region's zones; every region here has three. */
export function availabilityZones(region: string): string[] {
  return ['a', 'b', 'c'].map(letter => `${region}${letter}`);
}

/** Equality as `Fn::Equals` sees it: kinds do not matter ("true" equals true), structure does. */
function same(left: unknown, right: unknown): boolean {
  const flat = (value: unknown): string =>
    JSON.stringify(value, (_, item) => (typeof item === 'object' ? item : String(item)));
  return flat(left) === flat(right);
}

function truth(value: unknown): boolean {
  return value === true || value === 'true';
}

function list(name: string, argument: unknown, atLeast: number): unknown[] {
  if (Array.isArray(argument) && argument.length >= atLeast) return argument;
  throw templateError(`${name} requires a list argument with ${atLeast} or more elements`);
}

function asText(value: unknown, name: string): string {
  if (Array.isArray(value) || isDict(value)) throw templateError(`${name} expression does not resolve to a string`);
  return value === NO_VALUE ? '' : String(value);
}

function resolveDynamic(value: string, scope: Scope): string {
  return value.replace(/\{\{resolve:([\w-]+):([^}]+)\}\}/g, (_, service: string, reference: string) =>
    scope.dynamicReference(service, reference),
  );
}

function needExtensions(name: string, scope: Scope): void {
  if (!scope.extended) throw templateError(`${name} is only available with Transform: AWS::LanguageExtensions`);
}

/** CloudFormation's error about an expression. */
export function templateError(message: string): Error {
  return validationError(`Template error: ${message}`);
}
