import { readFileSync } from 'node:fs';
import { parseSource } from '../../stacks/source-document.ts';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonMap = { [key: string]: Json };

export interface Parameter {
  Type: string;
  Description?: string;
  Default?: Json;
  AllowedPattern?: string;
  AllowedValues?: Json[];
  MinValue?: number;
  MaxValue?: number;
}

export interface Resource {
  Type: string;
  Condition?: string;
  DependsOn?: string | string[];
  Metadata?: JsonMap;
  Properties?: JsonMap;
}

export interface Template {
  Description: string;
  Metadata: { 'AWS::CloudFormation::Interface': { ParameterGroups: { Parameters: string[] }[] } };
  Parameters: Record<string, Parameter>;
  Rules?: JsonMap;
  Mappings?: JsonMap;
  Conditions?: JsonMap;
  Resources: Record<string, Resource>;
  Outputs: Record<string, { Description?: string; Condition?: string; Value: Json; Export?: Json }>;
}

export interface Stack {
  name: string;
  file: string;
  text: string;
  template: Template;
  explicit: Record<string, Json>;
}

export const folder = new URL('../../../cloudformation/', import.meta.url);

export function read(file: string): { text: string; value: unknown } {
  const text = readFileSync(new URL(file, folder), 'utf8');
  const document = parseSource(text);
  if (document.faults.length > 0) throw new Error(`${file}: ${JSON.stringify(document.faults)}`);
  return { text, value: document.value };
}

export const stacksFile = read('stacks.yaml').value as {
  stacks: Record<string, { template: string; parameters?: Record<string, Json> }>;
};

export const stacks: Stack[] = Object.entries(stacksFile.stacks).map(([name, { template: file, parameters = {} }]) => {
  const { text, value } = read(file);
  return { name, file, text, template: value as Template, explicit: parameters };
});

export const [network, monitoring, application] = stacks.map(stack => stack.template) as [Template, Template, Template];
