import { parseSource } from '../../../../src/stacks/source-document.ts';
import { validationError } from '../wire/aws-error.ts';

/** A parameter's declaration; values are text, as CloudFormation keeps them. */
export interface ParameterDeclaration {
  type: string;
  default?: string | undefined;
  noEcho: boolean;
  description?: string | undefined;
  allowedValues?: string[] | undefined;
  allowedPattern?: string | undefined;
  constraintDescription?: string | undefined;
  minLength?: number | undefined;
  maxLength?: number | undefined;
  minValue?: number | undefined;
  maxValue?: number | undefined;
}

/** A resource as the template declares it; expressions are not computed yet. */
export interface ResourceDeclaration {
  type: string;
  properties: Record<string, unknown>;
  metadata: Record<string, unknown>;
  /** The explicit DependsOn only. */
  dependsOn: string[];
  condition?: string | undefined;
  deletionPolicy?: unknown;
  updateReplacePolicy?: unknown;
  /** CreationPolicy and UpdatePolicy, which have no effect here but count as changes. */
  otherPolicies: Record<string, unknown>;
}

/** An output as the template declares it. */
export interface OutputDeclaration {
  value: unknown;
  description?: string | undefined;
  condition?: string | undefined;
  exportName?: unknown;
}

/** A template after its transforms. */
export interface Template {
  description?: string | undefined;
  /** JSON text of the top-level Metadata. */
  metadata?: string | undefined;
  version?: string | undefined;
  transforms: string[];
  parameters: Record<string, ParameterDeclaration>;
  mappings: Record<string, Record<string, Record<string, unknown>>>;
  conditions: Record<string, unknown>;
  rules: Record<string, unknown>;
  resources: Record<string, ResourceDeclaration>;
  outputs: Record<string, OutputDeclaration>;
}

/** A mapping of a template. */
export type Dict = Record<string, unknown>;

/** Whether a value is a mapping: neither a scalar nor a list. */
export function isDict(value: unknown): value is Dict {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Limits from "Understand CloudFormation quotas" (AWS CloudFormation User Guide). */
const MAX_RESOURCES = 500;

const SECTIONS = new Set([
  'AWSTemplateFormatVersion',
  'Description',
  'Metadata',
  'Parameters',
  'Rules',
  'Mappings',
  'Conditions',
  'Transform',
  'Resources',
  'Outputs',
  'Hooks',
]);

const RESOURCE_MEMBERS = new Set([
  'Type',
  'Properties',
  'Metadata',
  'DependsOn',
  'Condition',
  'DeletionPolicy',
  'UpdateReplacePolicy',
  'CreationPolicy',
  'UpdatePolicy',
]);

/** Reads a template's text into the plain tree that transforms work on; throws AWS's "Template format error". */
export function readTemplateText(body: string): Dict {
  const { value, faults } = parseSource(body);
  const [fault] = faults;
  if (fault) {
    const language = body.trimStart().startsWith('{') ? 'JSON' : 'YAML';
    throw formatError(`${language} not well-formed. (line ${fault.line}, column ${fault.column})`);
  }
  if (!isDict(value)) throw formatError('unsupported structure.');
  return value;
}

/** Reads the tree of a template, after transforms, into its typed form; throws AWS's errors about its structure. */
export function readTemplate(source: Dict): Template {
  const unknown = Object.keys(source).filter(key => !SECTIONS.has(key));
  if (unknown.length > 0) throw validationError(`Invalid template property or properties [${unknown.join(', ')}]`);
  const version = source.AWSTemplateFormatVersion;
  if (version !== undefined && version !== '2010-09-09') {
    throw formatError(`Template format version not supported. The only supported version is 2010-09-09`);
  }
  const resources = section(source, 'Resources');
  const count = Object.keys(resources).length;
  if (count === 0) throw formatError('At least one Resources member must be defined.');
  if (count > MAX_RESOURCES) {
    throw formatError(`Number of resources, ${count}, is greater than maximum allowed, ${MAX_RESOURCES}`);
  }
  return {
    description: optionalText(source.Description),
    metadata: source.Metadata === undefined ? undefined : JSON.stringify(source.Metadata),
    version: optionalText(version),
    transforms: [source.Transform ?? []].flat().map(item => (isDict(item) ? String(item.Name) : String(item))),
    parameters: readParameters(source),
    mappings: section(source, 'Mappings') as Template['mappings'],
    conditions: section(source, 'Conditions'),
    rules: section(source, 'Rules'),
    resources: mapValues(resources, readResource),
    outputs: mapValues(section(source, 'Outputs'), readOutput),
  };
}

/** The Parameters section alone: Fn::ForEach may need its values before the rest can be read. */
export function readParameters(source: Dict): Record<string, ParameterDeclaration> {
  return mapValues(section(source, 'Parameters'), readParameter);
}

function readParameter(value: unknown, name: string): ParameterDeclaration {
  if (!isDict(value) || typeof value.Type !== 'string') {
    throw formatError(`Every Parameters object must contain a Type member. (${name})`);
  }
  const number = (key: string) => (value[key] === undefined ? undefined : Number(value[key]));
  const list = value.AllowedValues;
  return {
    type: value.Type,
    default: optionalText(value.Default),
    noEcho: String(value.NoEcho) === 'true',
    description: optionalText(value.Description),
    allowedValues: Array.isArray(list) ? list.map(String) : undefined,
    allowedPattern: optionalText(value.AllowedPattern),
    constraintDescription: optionalText(value.ConstraintDescription),
    minLength: number('MinLength'),
    maxLength: number('MaxLength'),
    minValue: number('MinValue'),
    maxValue: number('MaxValue'),
  };
}

function readResource(value: unknown, name: string): ResourceDeclaration {
  if (!/^[A-Za-z0-9]+$/.test(name)) throw formatError(`Resource name ${name} is non alphanumeric.`);
  if (!isDict(value)) throw formatError(`[/Resources/${name}] resource definition is malformed`);
  if (typeof value.Type !== 'string') {
    throw formatError(`[/Resources/${name}] Every Resources object must contain a Type member.`);
  }
  const unknown = Object.keys(value).find(key => !RESOURCE_MEMBERS.has(key));
  if (unknown !== undefined) throw validationError(`Invalid template resource property '${unknown}'`);
  const { Properties: properties = {}, Metadata: metadata = {} } = value;
  if (!isDict(properties))
    throw formatError(`[/Resources/${name}/Properties] 'null' values are not allowed in templates`);
  return {
    type: value.Type,
    properties,
    metadata: isDict(metadata) ? metadata : {},
    dependsOn: [value.DependsOn ?? []].flat().map(String),
    condition: optionalText(value.Condition),
    deletionPolicy: value.DeletionPolicy,
    updateReplacePolicy: value.UpdateReplacePolicy,
    otherPolicies: {
      ...(value.CreationPolicy !== undefined && { CreationPolicy: value.CreationPolicy }),
      ...(value.UpdatePolicy !== undefined && { UpdatePolicy: value.UpdatePolicy }),
    },
  };
}

function readOutput(value: unknown, name: string): OutputDeclaration {
  if (!isDict(value) || value.Value === undefined) {
    throw formatError(`Output ${name} is malformed. The Value member is missing.`);
  }
  const exported = value.Export;
  return {
    value: value.Value,
    description: optionalText(value.Description),
    condition: optionalText(value.Condition),
    exportName: isDict(exported) ? exported.Name : undefined,
  };
}

function section(source: Dict, name: string): Dict {
  const value = source[name];
  if (value === undefined) return {};
  if (!isDict(value)) throw formatError(`[/${name}] 'null' values are not allowed in templates`);
  return value;
}

function optionalText(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  return Array.isArray(value) ? value.join(',') : String(value);
}

/** Applies a function to every value of a record, keeping its keys and their order. */
export function mapValues<T, R>(record: Record<string, T>, change: (value: T, key: string) => R): Record<string, R> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value, key)]));
}

/** CloudFormation's error about a template's structure. */
export function formatError(message: string): Error {
  return validationError(`Template format error: ${message}`);
}
