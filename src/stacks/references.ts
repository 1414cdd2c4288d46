import type { Fault, Place } from '../runner/fault.ts';
import { suggest } from '../runner/suggest.ts';
import { hasTransform } from './capabilities.ts';
import { isRecord } from './json-values.ts';
import type { PathStep } from './source-document.ts';

type Locate = (path: PathStep[]) => Place;

/**
 * References to things that the template does not hold: `Ref`, `Fn::GetAtt`, `${…}` in `Fn::Sub`, `DependsOn`, `Condition`,
 * `Fn::If` and the map of `Fn::FindInMap`. A template with a transform is left alone: macros may add what is missing here.
 */
export function danglingReferences(template: Readonly<Record<string, unknown>>, place: Locate): Fault[] {
  if (hasTransform(template)) return [];
  const bodies = (section: string) => Object.entries(isRecord(template[section]) ? template[section] : {});
  const known = knownNames(template);
  return [
    ...bodies('Resources').flatMap(([id, resource]) => resourceReferences(resource, ['Resources', id])),
    ...bodies('Outputs').flatMap(([id, output]) => conditionOf(output, ['Outputs', id])),
    ...['Conditions', 'Outputs'].flatMap(section => [...references(template[section], [section])]),
  ].flatMap(({ kind, name, path }): Fault[] => {
    if (name.startsWith('AWS::') || known[kind].includes(name)) return [];
    const what = `${WORDS[kind]} \`${name}\` is not defined in this template`;
    return [{ what, fix: suggest(name, known[kind]), place: place(path) }];
  });
}

/** What a reference may mean. */
type Kind = 'value' | 'resource' | 'condition' | 'mapping';

interface Reference {
  kind: Kind;
  name: string;
  path: PathStep[];
}

const WORDS: Readonly<Record<Kind, string>> = {
  value: 'Parameter or resource',
  resource: 'Resource',
  condition: 'Condition',
  mapping: 'Mapping',
};

function knownNames(template: Readonly<Record<string, unknown>>): Readonly<Record<Kind, readonly string[]>> {
  const names = (section: string) => (isRecord(template[section]) ? Object.keys(template[section]) : []);
  const resource = names('Resources');
  return {
    value: [...names('Parameters'), ...resource],
    resource,
    condition: names('Conditions'),
    mapping: names('Mappings'),
  };
}

/** Only the resource's own attributes are CloudFormation's: an IAM statement may have a `Condition` of its own. */
function resourceReferences(resource: unknown, path: PathStep[]): Reference[] {
  if (!isRecord(resource)) return [];
  const dependsOn = [resource.DependsOn].flat().filter(name => typeof name === 'string');
  return [
    ...dependsOn.map((name): Reference => ({ kind: 'resource', name, path: [...path, 'DependsOn'] })),
    ...conditionOf(resource, path),
    ...references(resource.Properties, [...path, 'Properties']),
  ];
}

function conditionOf(body: unknown, path: PathStep[]): Reference[] {
  if (!isRecord(body) || typeof body.Condition !== 'string') return [];
  return [{ kind: 'condition', name: body.Condition, path: [...path, 'Condition'] }];
}

/** Every reference that an intrinsic function makes, wherever it stands. */
function* references(value: unknown, path: PathStep[]): Generator<Reference> {
  if (Array.isArray(value)) for (const [index, item] of value.entries()) yield* references(item, [...path, index]);
  if (!isRecord(value)) return;
  const entries = Object.entries(value);
  const [key = '', argument] = entries[0] ?? [];
  if (entries.length === 1) {
    for (const { kind, name } of referenced(key, argument)) if (typeof name === 'string') yield { kind, name, path };
  }
  for (const [name, item] of entries) yield* references(item, [...path, name]);
}

/** What one intrinsic function refers to by name. */
function referenced(intrinsic: string, argument: unknown): { kind: Kind; name: unknown }[] {
  const first = Array.isArray(argument) ? argument[0] : undefined;
  switch (intrinsic) {
    case 'Ref':
      return [{ kind: 'value', name: argument }];
    case 'Condition':
      return [{ kind: 'condition', name: argument }];
    case 'Fn::If':
      return [{ kind: 'condition', name: first }];
    case 'Fn::FindInMap':
      return [{ kind: 'mapping', name: first }];
    case 'Fn::GetAtt':
      return [{ kind: 'resource', name: attributeOwner(argument) }];
    case 'Fn::Sub':
      return substitutions(argument).map(name => ({ kind: 'value', name }));
    default:
      return [];
  }
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
