import type { Fault, Place } from '../runner/fault.ts';
import { suggest } from '../runner/suggest.ts';
import { hasTransform } from './capabilities.ts';
import { isRecord } from './json-values.ts';
import type { PathStep } from './source-document.ts';

/**
 * References to things that the template does not hold: `Ref`, `Fn::GetAtt`, `${…}` in `Fn::Sub`, `DependsOn`, `Condition`,
 * `Fn::If` and the map of `Fn::FindInMap`. A template with a transform is left alone: macros may add what is missing here.
 */
export function danglingReferences(
  template: Readonly<Record<string, unknown>>,
  place: (path: PathStep[]) => Place,
): Fault[] {
  if (hasTransform(template)) return [];
  const names = (section: string) => (isRecord(template[section]) ? Object.keys(template[section]) : []);
  const resources = names('Resources');
  const values = [...names('Parameters'), ...resources];
  const conditions = names('Conditions');
  const mappings = names('Mappings');
  const faults: Fault[] = [];

  const check = (kind: string, name: unknown, known: readonly string[], path: PathStep[]) => {
    if (typeof name !== 'string' || name.startsWith('AWS::') || known.includes(name)) return;
    faults.push({
      what: `${kind} \`${name}\` is not defined in this template`,
      fix: suggest(name, known),
      place: place(path),
    });
  };

  const visit = (value: unknown, path: PathStep[]): void => {
    if (Array.isArray(value)) for (const [index, item] of value.entries()) visit(item, [...path, index]);
    if (!isRecord(value)) return;
    const entries = Object.entries(value);
    const [key, argument] = entries[0] ?? [];
    if (entries.length === 1) {
      if (key === 'Ref') check('Parameter or resource', argument, values, path);
      if (key === 'Condition') check('Condition', argument, conditions, path);
      if (key === 'Fn::If') check('Condition', Array.isArray(argument) ? argument[0] : undefined, conditions, path);
      if (key === 'Fn::FindInMap') check('Mapping', Array.isArray(argument) ? argument[0] : undefined, mappings, path);
      if (key === 'Fn::GetAtt') check('Resource', attributeOwner(argument), resources, path);
      if (key === 'Fn::Sub')
        for (const name of substitutions(argument)) check('Parameter or resource', name, values, path);
    }
    for (const [name, item] of entries) visit(item, [...path, name]);
  };

  for (const [id, resource] of Object.entries(isRecord(template.Resources) ? template.Resources : {})) {
    if (!isRecord(resource)) continue;
    const path = ['Resources', id];
    for (const other of [resource.DependsOn].flat()) check('Resource', other, resources, [...path, 'DependsOn']);
    check('Condition', resource.Condition, conditions, [...path, 'Condition']);
    // An IAM statement may have a `Condition` of its own: only the resource's own attributes are CloudFormation's.
    visit(resource.Properties, [...path, 'Properties']);
  }
  for (const [id, output] of Object.entries(isRecord(template.Outputs) ? template.Outputs : {})) {
    if (isRecord(output)) check('Condition', output.Condition, conditions, ['Outputs', id, 'Condition']);
  }
  for (const section of ['Conditions', 'Outputs']) visit(template[section], [section]);
  return faults;
}

function attributeOwner(argument: unknown): unknown {
  return Array.isArray(argument) ? argument[0] : typeof argument === 'string' ? argument.split('.')[0] : undefined;
}

/** The names inside `${…}` that the template must hold: no literals (`${!x}`), and none that the second argument gives. */
function substitutions(argument: unknown): string[] {
  const [text, given] = Array.isArray(argument) ? argument : [argument, {}];
  if (typeof text !== 'string') return [];
  return [...text.matchAll(/\$\{([^!}][^}]*)\}/g)]
    .map(match => (match[1] ?? '').trim())
    .filter(name => !isRecord(given) || !Object.hasOwn(given, name))
    .map(name => name.split('.')[0] ?? name);
}
