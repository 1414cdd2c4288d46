import type { ResourceCatalog } from '../resources/catalog.ts';
import { validationError } from '../wire/aws-error.ts';
import { formatError, isDict, type Template } from './template.ts';

/** A place in a template that points at a parameter, a resource or a condition. */
export interface Reference {
  kind: 'ref' | 'attribute' | 'condition';
  name: string;
  /** The attribute's path, for `attribute`; undefined where it is computed. */
  attribute?: string | undefined;
}

const SUB_VARIABLE = /\$\{([^!${}][^${}]*)\}/g;

/** The variables of a `Fn::Sub` text, in order; `${!Literal}` is none. */
export function subVariables(text: string): string[] {
  return [...text.matchAll(SUB_VARIABLE)].map(match => (match[1] ?? '').trim());
}

/** Every reference in a value, at any depth, both branches of `Fn::If` included, as CloudFormation counts them. */
export function referencesIn(value: unknown): Reference[] {
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (!isDict(value)) return [];
  const [entry, ...more] = Object.entries(value);
  if (entry && more.length === 0) {
    const [name, argument] = entry;
    if (name === 'Ref' && typeof argument === 'string') return [{ kind: 'ref', name: argument }];
    if (name === 'Condition' && typeof argument === 'string') return [{ kind: 'condition', name: argument }];
    if (name === 'Fn::GetAtt') return getAttReference(argument);
    if (name === 'Fn::Sub') return subReferences(argument);
    if (name === 'Fn::If' && Array.isArray(argument)) {
      return [{ kind: 'condition', name: String(argument[0]) }, ...referencesIn(argument.slice(1))];
    }
  }
  return Object.values(value).flatMap(referencesIn);
}

function getAttReference(argument: unknown): Reference[] {
  const parts = typeof argument === 'string' ? splitOnce(argument) : argument;
  if (!Array.isArray(parts)) return referencesIn(argument);
  const [name, attribute] = parts;
  return [
    { kind: 'attribute', name: String(name), attribute: typeof attribute === 'string' ? attribute : undefined },
    ...referencesIn(attribute),
  ];
}

function subReferences(argument: unknown): Reference[] {
  const [text, variables] = Array.isArray(argument) ? argument : [argument, {}];
  const own = isDict(variables) ? variables : {};
  const outer = subVariables(String(text)).filter(name => !(name in own));
  return [
    ...outer.map((name): Reference => {
      const [target = name, attribute] = splitOnce(name);
      return attribute === undefined ? { kind: 'ref', name } : { kind: 'attribute', name: target, attribute };
    }),
    ...referencesIn(own),
  ];
}

/** `Resource.Outputs.Key` → `['Resource', 'Outputs.Key']`: only the first dot separates. */
export function splitOnce(path: string): string[] {
  const dot = path.indexOf('.');
  return dot < 0 ? [path] : [path.slice(0, dot), path.slice(dot + 1)];
}

/** Logical ids of the resources that a declared resource needs first, explicitly or by reference. */
export function dependenciesOf(template: Template, logicalId: string): string[] {
  const declaration = template.resources[logicalId];
  if (!declaration) return [];
  const named = referencesIn(declaration.properties).map(reference => reference.name);
  return [...new Set([...declaration.dependsOn, ...named])].filter(name => name in template.resources);
}

/**
 * Checks every reference of a template and the order of its resources; throws the errors that CloudFormation answers the
 * request with. What a condition switches off is checked all the same.
 */
export function checkReferences(template: Template, catalog: ResourceCatalog): void {
  const types = [...new Set(Object.values(template.resources).map(resource => resource.type))];
  const custom = types.filter(type => type.startsWith('Custom::') || type === 'AWS::CloudFormation::CustomResource');
  if (custom.length > 0)
    throw formatError(`the local AWS runs no custom resources; the template has [${custom.join(', ')}]`);
  const unknown = types.filter(type => !catalog.has(type));
  if (unknown.length > 0) throw formatError(`Unrecognized resource types: [${unknown.join(', ')}]`);

  checkConditions(template);
  const resources = Object.values(template.resources);
  const missingDependency = resources
    .flatMap(resource => resource.dependsOn)
    .filter(name => !(name in template.resources));
  checkBlock(
    template,
    catalog,
    'Resources',
    resources.map(resource => [resource.properties, resource.condition]),
    missingDependency,
  );
  const outputs = Object.values(template.outputs);
  checkBlock(
    template,
    catalog,
    'Outputs',
    outputs.map(output => [[output.value, output.exportName], output.condition]),
    [],
  );
  checkCircles(template);
}

function checkConditions(template: Template): void {
  const references = referencesIn(Object.values(template.conditions));
  const resources = references.filter(({ kind, name }) => kind !== 'condition' && !isValue(template, name));
  if (resources.length > 0) {
    const names = [...new Set(resources.map(reference => reference.name))].join(', ');
    throw formatError(
      `Unresolved dependencies [${names}]. Cannot reference resources in the Conditions block of the template`,
    );
  }
  checkConditionNames(template, references, 'Conditions');
}

function checkConditionNames(template: Template, references: Reference[], block: string): void {
  const missing = references.find(({ kind, name }) => kind === 'condition' && !(name in template.conditions));
  if (missing)
    throw formatError(`Unresolved condition dependency ${missing.name} in the ${block} block of the template`);
}

function checkBlock(
  template: Template,
  catalog: ResourceCatalog,
  block: string,
  parts: [value: unknown, condition: string | undefined][],
  missingDependency: string[],
): void {
  const references = parts.flatMap(([value]) => referencesIn(value));
  const used = parts.flatMap(([, name]): Reference[] => (name === undefined ? [] : [{ kind: 'condition', name }]));
  const unresolved = references
    .filter(({ kind, name }) => kind === 'ref' && !isValue(template, name) && !(name in template.resources))
    .map(reference => reference.name);
  const missing = [...new Set([...unresolved, ...missingDependency])];
  if (missing.length > 0) {
    throw formatError(`Unresolved resource dependencies [${missing.join(', ')}] in the ${block} block of the template`);
  }
  // A policy document's "Condition" holds an object, so only names written as text arrive here.
  checkConditionNames(template, [...used, ...references], block);
  for (const { kind, name, attribute } of references) {
    if (kind !== 'attribute') continue;
    const type = template.resources[name]?.type;
    if (type === undefined) {
      throw validationError(`Template error: instance of Fn::GetAtt references undefined resource ${name}`);
    }
    if (attribute !== undefined && !catalog.hasAttribute(type, attribute)) {
      throw validationError(
        `Template error: resource ${name} does not support attribute type ${attribute} in Fn::GetAtt`,
      );
    }
  }
}

function isValue(template: Template, name: string): boolean {
  return name in template.parameters || name.startsWith('AWS::');
}

function checkCircles(template: Template): void {
  const settled = new Set<string>();
  const visit = (id: string, path: string[]): void => {
    if (settled.has(id)) return;
    const start = path.indexOf(id);
    if (start >= 0) throw validationError(`Circular dependency between resources: [${path.slice(start).join(', ')}]`);
    for (const next of dependenciesOf(template, id)) visit(next, [...path, id]);
    settled.add(id);
  };
  for (const id of Object.keys(template.resources)) visit(id, []);
}
