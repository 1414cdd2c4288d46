import { argumentsOf, isRecord } from '../json-values.ts';
import type { Plan, PlannedStack } from '../plan.ts';
import { isToBeBuilt } from '../resolve.ts';
import { knownValue, type PlannedParameter } from '../sources.ts';
import { evaluate } from './evaluate.ts';
import { type Resource, same, split, Token, type Truth, Unknown, type Value } from './values.ts';

/** What the expressions of one stack are evaluated against. */
export interface Scope {
  stack: PlannedStack;
  region: string;
  resources: ReadonlyMap<string, Resource>;
  parameter(name: string): Value;
  condition(name: string): Truth;
  /** What `Fn::ImportValue` yields. */
  imported(name: Value): Value;
}

/** A scope for each stack of a plan, by short name. */
export function scopesOf({ stacks }: Pick<Plan, 'stacks'>, region: string): Map<string, Scope> {
  const scopes = new Map<string, Scope>();
  for (const stack of stacks) scopes.set(stack.shortName, scopeOf(stack, region, scopes));
  return scopes;
}

function scopeOf(stack: PlannedStack, region: string, scopes: ReadonlyMap<string, Scope>): Scope {
  const resources = new Map<string, Resource>();
  const busy = new Set<string>();
  /** Conditions that name each other in a circle would never end. */
  const guarded = <T>(name: string, work: () => T): T | Unknown => {
    if (busy.has(name)) return new Unknown(`\`${name}\` is defined by itself`);
    busy.add(name);
    try {
      return work();
    } finally {
      busy.delete(name);
    }
  };
  const scope: Scope = {
    stack,
    region,
    resources,
    parameter: name => guarded(`parameter ${name}`, () => parameterValue(name, stack, scopes)),
    condition: name => guarded(`condition ${name}`, () => conditionValue(name, scope)),
    imported: name => importedValue(name, scopes),
  };
  for (const [id, { type }] of Object.entries(stack.template.resources)) resources.set(id, resourceOf(id, type, scope));
  return scope;
}

function resourceOf(id: string, type: string, scope: Scope): Resource {
  const { template, shortName } = scope.stack;
  const all = isRecord(template.value.Resources) ? template.value.Resources : {};
  const raw = isRecord(all[id]) ? all[id] : {};
  const properties = isRecord(raw.Properties) ? raw.Properties : {};
  const cache = new Map<string, Value>();
  const hasMacro = [...argumentsOf(properties, 'Fn::Transform')].length > 0;
  return {
    stack: shortName,
    id,
    type,
    get exists() {
      return typeof raw.Condition === 'string' ? scope.condition(raw.Condition) : true;
    },
    property(name) {
      // Properties that are worked out as a whole, or that a macro adds to, are not looked into.
      if (Object.keys(properties).some(key => key.startsWith('Fn::')) || hasMacro)
        return new Unknown(`\`${id}\` is changed when it is deployed`);
      if (!cache.has(name)) cache.set(name, evaluate(properties[name], scope));
      return cache.get(name);
    },
    written: name => properties[name],
    place: path => template.place(['Resources', id, ...path]),
  };
}

function conditionValue(name: string, scope: Scope): Truth {
  const { Conditions } = scope.stack.template.value;
  if (!isRecord(Conditions) || !(name in Conditions))
    return new Unknown(`condition \`${name}\` is not in the template`);
  const value = evaluate(Conditions[name], scope);
  if (value instanceof Unknown) return value;
  return value === 'true'
    ? true
    : value === 'false'
      ? false
      : new Unknown(`condition \`${name}\` cannot be worked out`);
}

function parameterValue(name: string, stack: PlannedStack, scopes: ReadonlyMap<string, Scope>): Value {
  const parameter = stack.parameters.find(({ declaration }) => declaration.name === name);
  if (!parameter) return new Unknown(`\`${name}\` is neither a parameter nor a resource`);
  const { declaration } = parameter;
  // What must not be shown is not looked at: messages are made of values.
  if (declaration.noEcho) return new Unknown(`parameter \`${name}\` is NoEcho`);
  if (declaration.type.startsWith('AWS::SSM::Parameter::Value'))
    return new Unknown(`parameter \`${name}\` is read from Parameter Store when the stack is deployed`);
  const value = sourceValue(parameter, scopes);
  return /^(List<|CommaDelimitedList)/.test(declaration.type) ? listOf(value) : value;
}

function listOf(value: Value): Value {
  const items = split(value, ',');
  return Array.isArray(items) ? items.map(item => (typeof item === 'string' ? item.trim() : item)) : items;
}

function sourceValue(parameter: PlannedParameter, scopes: ReadonlyMap<string, Scope>): Value {
  const { declaration, source } = parameter;
  const known = knownValue(source);
  if (known !== undefined) return known;
  if (source.kind === 'lookup') return new Token(undefined, `lookup:${source.lookup}`);
  if (isToBeBuilt(parameter))
    return new Unknown(`no image is given for \`${declaration.name}\`: it stays as deployed, or is built first`);
  if (source.kind !== 'output') return new Unknown(`parameter \`${declaration.name}\` keeps what is deployed`);
  const provider = scopes.get(source.stack);
  if (!provider)
    return new Unknown(`\`${declaration.name}\` comes from stack \`${source.stack}\`, which is not part of this run`);
  const value = outputValue(source.output, provider);
  return value === undefined ? (declaration.default ?? missing(source.stack, source.output)) : value;
}

function missing(stack: string, output: string): Unknown {
  return new Unknown(`stack \`${stack}\` has no output \`${output}\` under these values`);
}

/** `undefined` when the output's condition does not hold. */
function outputValue(name: string, scope: Scope): Value {
  const { Outputs } = scope.stack.template.value;
  const output = isRecord(Outputs) ? Outputs[name] : undefined;
  if (!isRecord(output)) return missing(scope.stack.shortName, name);
  const exists = typeof output.Condition === 'string' ? scope.condition(output.Condition) : true;
  return exists === true ? evaluate(output.Value, scope) : exists === false ? undefined : exists;
}

function importedValue(name: Value, scopes: ReadonlyMap<string, Scope>): Value {
  if (typeof name !== 'string') return new Unknown('the name of an import is only known to AWS');
  for (const scope of scopes.values()) {
    const { Outputs } = scope.stack.template.value;
    for (const [key, output] of Object.entries(isRecord(Outputs) ? Outputs : {})) {
      if (!isRecord(output) || !isRecord(output.Export)) continue;
      if (same(evaluate(output.Export.Name, scope), name) === true)
        return outputValue(key, scope) ?? missing(scope.stack.shortName, key);
    }
  }
  return new Unknown(`export \`${name}\` belongs to no stack of this run`);
}
