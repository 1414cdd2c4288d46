import type { Fault, Place } from '../runner/fault.ts';
import { type Capability, requiredCapabilities } from './capabilities.ts';
import { argumentsOf, isRecord } from './json-values.ts';
import { danglingReferences } from './references.ts';
import { type PathStep, parseSource } from './source-document.ts';

/** A template's parameter, as far as the plan needs it. Bounds are numbers, whether written as such or as strings. */
export interface TemplateParameter {
  name: string;
  /** `String`, `Number`, `List<…>`, `AWS::EC2::VPC::Id`, `AWS::SSM::Parameter::Value<…>` … */
  type: string;
  /** The default as CloudFormation takes it: a string, even when written as a number. */
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

/** Limits of CloudFormation: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
const LIMITS = { Parameters: 200, Resources: 500, Outputs: 200, Mappings: 200 } as const;

/**
 * Parses a template and checks what can be known from its text alone.
 *
 * @param file the name used in messages
 */
export function parseTemplate(text: string, file: string): { template: Template } | { faults: Fault[] } {
  const document = parseSource(text);
  if (document.faults.length > 0) {
    return {
      faults: document.faults.map(({ message, ...at }) => ({
        what: `Broken template: ${message}`,
        place: { file, ...at },
      })),
    };
  }
  const place = (path: readonly PathStep[]): Place => ({ file, ...document.locate(path) });
  if (!isRecord(document.value)) {
    return {
      faults: [
        {
          what: 'A template must be a mapping with `Resources`',
          seen: text.trim() === '' ? 'an empty file' : `\`${text.trim().split('\n')[0]?.slice(0, 60)}\``,
          place: { file },
        },
      ],
    };
  }
  const value = document.value;
  const faults: Fault[] = [];
  for (const [section, limit] of Object.entries(LIMITS)) {
    const entries = value[section];
    if (entries === undefined && section !== 'Resources') continue;
    if (!isRecord(entries))
      faults.push({ what: `\`${section}\` must be a mapping`, fix: 'Add at least one entry', place: place([section]) });
    else if (Object.keys(entries).length > limit) {
      faults.push({
        what: `\`${section}\` has too many entries`,
        seen: String(Object.keys(entries).length),
        fix: `CloudFormation takes ${limit}; split the template`,
        place: place([section]),
      });
    }
  }
  if (faults.length > 0) return { faults };
  const resources = Object.entries(value.Resources as Record<string, unknown>).filter(([id]) => !id.startsWith('Fn::'));
  for (const [id, resource] of resources) {
    if (!isRecord(resource) || typeof resource.Type !== 'string') {
      faults.push({
        what: `Resource \`${id}\` has no \`Type\``,
        fix: 'Give it one, such as `Type: AWS::S3::Bucket`',
        place: place(['Resources', id]),
      });
    }
  }
  const parameters = Object.entries((value.Parameters ?? {}) as Record<string, unknown>);
  for (const [name, parameter] of parameters) {
    if (!isRecord(parameter) || typeof parameter.Type !== 'string') {
      faults.push({
        what: `Parameter \`${name}\` has no \`Type\``,
        fix: 'Give it one, such as `Type: String`',
        place: place(['Parameters', name]),
      });
    }
  }
  if (faults.length === 0) faults.push(...danglingReferences(value, place));
  if (faults.length > 0) return { faults };
  const outputs = Object.entries((value.Outputs ?? {}) as Record<string, unknown>).filter(
    ([id]) => !id.startsWith('Fn::'),
  );
  return {
    template: {
      file,
      text,
      value,
      parameters: Object.fromEntries(
        parameters.map(([name, raw]) => [name, readParameter(name, raw as Record<string, unknown>)]),
      ),
      resources: Object.fromEntries(resources.map(([id, raw]) => [id, readResource(raw as Record<string, unknown>)])),
      outputs: outputs.map(([name]) => name),
      exports: outputs.flatMap(([, output]) =>
        isRecord(output) && isRecord(output.Export) ? [output.Export.Name] : [],
      ),
      imports: [...argumentsOf(value, 'Fn::ImportValue')],
      capabilities: requiredCapabilities(value),
      place,
    },
  };
}

function readParameter(name: string, raw: Record<string, unknown>): TemplateParameter {
  const text = (key: string) => (raw[key] === undefined || raw[key] === null ? undefined : String(raw[key]));
  const number = (key: string) => (raw[key] === undefined ? undefined : Number(raw[key]));
  return {
    name,
    type: String(raw.Type),
    default: text('Default'),
    noEcho: String(raw.NoEcho) === 'true',
    allowedValues: Array.isArray(raw.AllowedValues) ? raw.AllowedValues.map(String) : undefined,
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
