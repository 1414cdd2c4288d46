import { expect } from 'vitest';
import type { Json, JsonMap, Template } from './templates.ts';

export interface Visit {
  path: string;
  value: Json;
}

export function* walk(value: Json, path: string): Generator<Visit> {
  yield { path, value };
  if (Array.isArray(value)) for (const [index, item] of value.entries()) yield* walk(item, `${path}[${index}]`);
  else if (isMap(value)) for (const [key, item] of Object.entries(value)) yield* walk(item, `${path}.${key}`);
}

export function isMap(value: Json | undefined): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The name and argument of an intrinsic function: a map of just that key. */
export function intrinsic(value: Json): [name: string, argument: Json] | undefined {
  const entries = isMap(value) ? Object.entries(value) : [];
  const [entry] = entries;
  if (entries.length !== 1 || entry === undefined) return undefined;
  return entry[0] === 'Ref' || entry[0].startsWith('Fn::') ? entry : undefined;
}

export interface Reference {
  path: string;
  name: string;
  attribute?: string;
}

/** Everything that `Ref`, `Fn::GetAtt` and the placeholders of `Fn::Sub` name, at any depth. */
export function references(value: Json, path: string): Reference[] {
  return [...walk(value, path)].flatMap(visit => {
    const [name, argument] = intrinsic(visit.value) ?? [];
    if (name === 'Ref') return [{ path: visit.path, name: argument as string }];
    if (name === 'Fn::GetAtt') {
      const [resource, attribute] = argument as [string, string];
      return [{ path: visit.path, name: resource, attribute }];
    }
    if (name !== 'Fn::Sub') return [];
    const [text, variables = {}] = Array.isArray(argument) ? (argument as [string, JsonMap?]) : [argument as string];
    return [...text.matchAll(/\$\{([^!}][^}]*)\}/g)]
      .map(([, inside = '']) => inside)
      .filter(inside => !(inside in variables))
      .map(inside => {
        const [resource = '', ...attribute] = inside.split('.');
        return { path: visit.path, name: resource, ...(attribute.length > 0 && { attribute: attribute.join('.') }) };
      });
  });
}

/** The members of a list, those of either branch of an `Fn::If` included. */
export function members(list: Json | undefined): JsonMap[] {
  return ((list ?? []) as Json[]).flatMap(branches).filter(isMap);
}

export function branches(value: Json): Json[] {
  const [name, argument] = intrinsic(value) ?? [];
  if (name === 'Fn::If') return (argument as Json[]).slice(1).flatMap(branches);
  return isNoValue(value) ? [] : [value];
}

export function isNoValue(value: Json): boolean {
  return isMap(value) && value.Ref === 'AWS::NoValue';
}

/** A value where the conditions that hold are known; members that `AWS::NoValue` takes away are gone. */
export function resolve(value: Json, holds: (condition: string) => boolean): Json {
  const [name, argument] = intrinsic(value) ?? [];
  if (name === 'Fn::If') {
    const [condition, yes = null, no = null] = argument as [string, Json?, Json?];
    return resolve(holds(condition) ? yes : no, holds);
  }
  if (Array.isArray(value)) return value.map(item => resolve(item, holds)).filter(item => !isNoValue(item));
  if (!isMap(value)) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, resolve(item, holds)] as const);
  return Object.fromEntries(entries.filter(([, item]) => !isNoValue(item)));
}

/** The condition, and all that must hold for it: what its `Fn::And` joins. */
export function implied(template: Template, condition: string): string[] {
  const [name, argument] = intrinsic(template.Conditions?.[condition] ?? null) ?? [];
  const parts = name === 'Fn::And' ? (argument as { Condition: string }[]) : [];
  return [condition, ...parts.flatMap(part => implied(template, part.Condition))];
}

/** References to conditional resources from where their condition need not hold. */
export function unguarded(template: Template, value: Json, path: string, holding: string[]): string[] {
  const [name, argument] = intrinsic(value) ?? [];
  if (name === 'Fn::If') {
    const [condition, yes = null, no = null] = argument as [string, Json?, Json?];
    return [
      ...unguarded(template, yes, `${path}.${condition}`, [...holding, ...implied(template, condition)]),
      ...unguarded(template, no, `${path}.not ${condition}`, holding),
    ];
  }
  if (name === undefined && typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([key, item]) => unguarded(template, item, `${path}.${key}`, holding));
  const inner = Array.isArray(argument)
    ? argument.flatMap((item, index) => unguarded(template, item, `${path}[${index}]`, holding))
    : [];
  const own = references(value, path)
    .filter(reference => reference.path === path)
    .filter(reference => {
      const needed = template.Resources[reference.name]?.Condition;
      return needed !== undefined && !holding.includes(needed);
    })
    .map(reference => `${path}: ${reference.name}`);
  return [...own, ...inner];
}

export function ofType(template: Template, type: string): [name: string, properties: JsonMap][] {
  return Object.entries(template.Resources)
    .filter(([, resource]) => resource.Type === type)
    .map(([name, resource]) => [name, resource.Properties ?? {}]);
}

export function only(template: Template, type: string): JsonMap {
  const found = ofType(template, type);
  expect(
    found.map(([name]) => name),
    `exactly one ${type}`,
  ).toHaveLength(1);
  return (found[0] as [string, JsonMap])[1];
}

/** The parts of a template that make resources: all but Parameters, where literals are defaults. */
export function body({ Parameters: _, ...rest }: Template): Json {
  return rest as unknown as Json;
}

/** What the functions of string handling yield, for given parameters and attributes (`Workspace.Arn`). */
export function evaluate(value: Json, values: Record<string, string>): Json {
  const [name, argument] = intrinsic(value) ?? [];
  if (name === undefined) return Array.isArray(value) ? value.map(item => evaluate(item, values)) : value;
  const read = (key: string) => {
    const found = values[key];
    if (found === undefined) throw new Error(`the test gives no ${key}`);
    return found;
  };
  if (name === 'Ref') return read(argument as string);
  if (name === 'Fn::GetAtt') return read((argument as string[]).join('.'));
  if (name === 'Fn::Sub') {
    const [text, own = {}] = Array.isArray(argument) ? (argument as [string, JsonMap?]) : [argument as string];
    return text.replace(/\$\{([^}]+)\}/g, (_, key) => String(evaluate(own[key] ?? read(key), values)));
  }
  const [first = null, second = null] = argument as Json[];
  if (name === 'Fn::Split') return String(evaluate(second, values)).split(first as string);
  if (name === 'Fn::Select') return (evaluate(second, values) as Json[])[first as number] ?? null;
  throw new Error(`the test knows no ${name}`);
}

/** The resources that a role's policies name, by the actions allowed on them. */
export function permissions(template: Template, role: string, values: Record<string, string>): Record<string, Json> {
  const policies = members(template.Resources[role]?.Properties?.Policies);
  return Object.fromEntries(
    policies
      .flatMap(policy => members((policy.PolicyDocument as JsonMap).Statement))
      .map(({ Action, Resource = null }) => [String(Action), evaluate(Resource, values)]),
  );
}
