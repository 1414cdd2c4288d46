import type { Fault, Place } from '../runner/fault.ts';
import { type Capability, hasMacro, requiredCapabilities } from './capabilities.ts';
import { argumentsOf, isRecord } from './json-values.ts';
import { type PathStep, parseSource, type SourceDocument } from './source-document.ts';
import { templateFaults } from './template-check.ts';

/** A template's parameter, as far as the plan needs it. Bounds are numbers, whether written as such or as strings. */
export interface TemplateParameter {
  name: string;
  /** `String`, `Number`, `List<…>`, `AWS::EC2::VPC::Id`, `AWS::SSM::Parameter::Value<…>` … */
  type: string;
  /** The default as it is written, also when YAML would make a number of it. */
  default?: string | undefined;
  noEcho: boolean;
  allowedValues?: string[] | undefined;
  allowedPattern?: string | undefined;
  constraintDescription?: string | undefined;
  minLength?: number | undefined;
  maxLength?: number | undefined;
  minValue?: number | undefined;
  maxValue?: number | undefined;
}

/** A template's resource; `Fn::ForEach` blocks are expanded by CloudFormation and not listed. */
export interface TemplateResource {
  type: string;
  deletionPolicy?: string | undefined;
  /** A few words for people, from `Metadata: { "zap-obs:description": … }`. */
  description?: string | undefined;
}

/** A parsed template. Plain facts only; what they mean for a deployment is the plan's to say. */
export interface Template {
  /** The name used in messages. */
  file: string;
  text: string;
  /** The parsed template, short forms in their long form. */
  value: Readonly<Record<string, unknown>>;
  parameters: Readonly<Record<string, TemplateParameter>>;
  resources: Readonly<Record<string, TemplateResource>>;
  outputs: readonly string[];
  /** The `Export.Name` of each output that has one, unresolved. */
  exports: readonly unknown[];
  /** The argument of each `Fn::ImportValue`, unresolved. */
  imports: readonly unknown[];
  capabilities: readonly Capability[];
  place(path: readonly PathStep[]): Place;
}

/**
 * Parses a template and checks what can be known from its text alone.
 *
 * @param file the name used in messages
 */
export function parseTemplate(text: string, file: string): { template: Template } | { faults: Fault[] } {
  const document = parseSource(text);
  const place = (path: readonly PathStep[]): Place => ({ file, ...document.locate(path) });
  const faults = templateFaults(document, text, file, place);
  if (faults.length > 0) return { faults };
  const value = document.value as Record<string, unknown>;
  const entries = (section: string) =>
    Object.entries((value[section] ?? {}) as Record<string, Record<string, unknown>>).filter(
      ([id]) => !id.startsWith('Fn::'),
    );
  const outputs = entries('Outputs');
  return {
    template: {
      file,
      text,
      value,
      parameters: Object.fromEntries(
        entries('Parameters').map(([name, raw]) => [name, readParameter(name, raw, document)]),
      ),
      resources: Object.fromEntries(entries('Resources').map(([id, raw]) => [id, readResource(raw)])),
      outputs: outputs.map(([name]) => name),
      exports: [
        ...outputs.flatMap(([, output]) => (isRecord(output.Export) ? [output.Export.Name] : [])),
        ...(hasHiddenOutputs(value) ? [UNKNOWN_NAME] : []),
      ],
      imports: [...argumentsOf(value, 'Fn::ImportValue')],
      capabilities: requiredCapabilities(value),
      place,
    },
  };
}

/**
 * Stands for a template that cannot be read, where only its place in the order counts: it may export and import anything.
 */
export function unknownTemplate(file: string): Template {
  return {
    file,
    text: '',
    value: {},
    parameters: {},
    resources: {},
    outputs: [],
    exports: [UNKNOWN_NAME],
    imports: [UNKNOWN_NAME],
    capabilities: [],
    place: () => ({ file }),
  };
}

/** Stands for the name of an export that only CloudFormation will know. */
const UNKNOWN_NAME = { 'Fn::Transform': 'unknown' };

/** Loops and macros may make outputs, and exports, that the text does not name. */
function hasHiddenOutputs(value: Readonly<Record<string, unknown>>): boolean {
  const hasLoop = isRecord(value.Outputs) && Object.keys(value.Outputs).some(key => key.startsWith('Fn::'));
  return hasLoop || hasMacro(value);
}

function readParameter(name: string, raw: Record<string, unknown>, document: SourceDocument): TemplateParameter {
  const text = (...path: PathStep[]) => document.textAt(['Parameters', name, ...path]);
  const number = (key: string) => (raw[key] === undefined ? undefined : Number(raw[key]));
  return {
    name,
    type: String(raw.Type),
    default: raw.Default === null ? '' : text('Default'),
    noEcho: String(raw.NoEcho) === 'true',
    allowedValues: Array.isArray(raw.AllowedValues)
      ? raw.AllowedValues.map((value, index) => text('AllowedValues', index) ?? String(value))
      : undefined,
    allowedPattern: text('AllowedPattern'),
    constraintDescription: text('ConstraintDescription'),
    minLength: number('MinLength'),
    maxLength: number('MaxLength'),
    minValue: number('MinValue'),
    maxValue: number('MaxValue'),
  };
}

function readResource(raw: Record<string, unknown>): TemplateResource {
  const description = isRecord(raw.Metadata) ? raw.Metadata['zap-obs:description'] : undefined;
  return {
    type: String(raw.Type),
    deletionPolicy: typeof raw.DeletionPolicy === 'string' ? raw.DeletionPolicy : undefined,
    description: typeof description === 'string' ? description : undefined,
  };
}
