import type { Fault, Place } from '../runner/fault.ts';
import { suggest } from '../runner/suggest.ts';
import { hasTransform } from './capabilities.ts';
import { refusal } from './parameter-check.ts';
import type { PlanInput } from './plan.ts';
import type { Lookup, StackEntry } from './stacks-file.ts';
import type { Template, TemplateParameter } from './template.ts';

/** Where a parameter's value comes from. Values that are known before anything is deployed stand here. */
export type ParameterSource =
  | { kind: 'input'; name: string; value: string }
  | { kind: 'profile'; name: string; value: string; place: Place }
  | { kind: 'stacks-file'; value: string; place: Place }
  | { kind: 'lookup'; lookup: Lookup }
  | { kind: 'output'; stack: string; output: string }
  /** The value that the deployed stack has now. */
  | { kind: 'deployed' }
  | { kind: 'default'; value: string };

export interface PlannedParameter {
  declaration: TemplateParameter;
  source: ParameterSource;
}

/** The first match wins: inputs, the profile, the stacks file, threading, the template's default, what the deployed stack has. */
export function sourceOf(
  declaration: TemplateParameter,
  entry: StackEntry,
  input: PlanInput,
  earlier: readonly StackEntry[],
  faults: Fault[],
): ParameterSource {
  const { name } = declaration;
  const given = input.values.get(`${entry.shortName}.${name}`) ?? input.values.get(name);
  if (given) return { kind: 'input', name: given.origin, value: given.value };
  const preset = input.profile?.values.get(`${entry.shortName}.${name}`) ?? input.profile?.values.get(name);
  if (input.profile && preset) return { kind: 'profile', name: input.profile.name, ...preset };
  const rule = entry.parameters[name];
  if (rule?.kind === 'literal') return { kind: 'stacks-file', value: rule.value, place: rule.place };
  if (rule?.kind === 'lookup') return { kind: 'lookup', lookup: rule.lookup };
  if (rule?.kind === 'from') {
    const outputs = templateOf(rule.stack, input).outputs;
    if (!mayHaveOutput(templateOf(rule.stack, input), rule.output)) {
      faults.push({
        what: `Stack \`${rule.stack}\` has no output \`${rule.output}\``,
        fix: suggest(rule.output, outputs),
        place: rule.place,
      });
    }
    return { kind: 'output', stack: rule.stack, output: rule.output };
  }
  const providers = earlier.filter(other => templateOf(other.shortName, input).outputs.includes(name));
  if (providers.length > 1) {
    faults.push({
      what: `Parameter \`${name}\` of stack \`${entry.shortName}\` has two sources: the outputs of ${providers.map(({ shortName }) => `\`${shortName}\``).join(' and ')}`,
      fix: `Say which under \`stacks.${entry.shortName}.parameters\`, such as \`${name}: { from: ${providers[0]?.shortName}.${name} }\``,
      place: entry.place,
    });
  }
  if (providers[0]) return { kind: 'output', stack: providers[0].shortName, output: name };
  return declaration.default === undefined ? { kind: 'deployed' } : { kind: 'default', value: declaration.default };
}

/** The value of a source when it is known before anything is deployed. */
export function knownValue(source: ParameterSource): string | undefined {
  return 'value' in source ? source.value : undefined;
}

/** The fault, if any, of a value that is known and that its template refuses. */
export function valueFault({ declaration, source }: PlannedParameter, template: Template): Fault[] {
  const value = knownValue(source);
  const accepted = value === undefined ? undefined : refusal(declaration, value);
  if (value === undefined || accepted === undefined) return [];
  const origin = source.kind === 'input' || source.kind === 'profile' ? ` (${source.kind} \`${source.name}\`)` : '';
  const place =
    'place' in source
      ? source.place
      : source.kind === 'default'
        ? template.place(['Parameters', declaration.name, 'Default'])
        : undefined;
  return [
    {
      what: `The template ${template.file} refuses this value of parameter \`${declaration.name}\`${origin}`,
      seen: shown(declaration, value),
      fix: `Accepted: ${accepted}`,
      place,
    },
  ];
}

/** A value as it may be printed: never one that the template declares NoEcho. */
export function shown(declaration: TemplateParameter, value: string): string {
  return declaration.noEcho ? 'a NoEcho value' : `\`${value}\``;
}

/** Values given for parameters, or stacks, that there are not; a profile of zap-obs may give more than there is, not nothing. */
export function unknownValues(input: PlanInput, names: readonly string[]): Fault[] {
  const { values, profile } = input;
  const given: { key: string; giver: string; place?: Place }[] = [
    ...[...values]
      .filter(([, value]) => value.for === undefined || hasType(value.for, input))
      .map(([key, { origin }]) => ({ key, giver: `Input \`${origin}\`` })),
    ...(profile?.isBundled ? [] : [...(profile?.values ?? [])]).map(([key, { place }]) => ({
      key,
      giver: `Profile \`${profile?.name}\``,
      place,
    })),
  ];
  const faults = given.flatMap(({ key, giver, place }) => {
    const { stack, parameter } = parts(key);
    if (stack !== undefined && !names.includes(stack)) {
      const what = `${giver} sets a parameter of a stack that is not in the stacks file`;
      return [{ what, seen: `\`${key}\``, fix: suggest(stack, names), place }];
    }
    const candidates = candidatesFor(stack, input);
    if (candidates.includes(parameter)) return [];
    const lacking = stack ? `the template of \`${stack}\` does not have` : 'no template has';
    const what = `${giver} sets parameter \`${parameter}\`, which ${lacking}`;
    return [{ what, fix: suggest(parameter, candidates), place }];
  });
  const isUseless = profile?.isBundled && profile.values.size > 0 && passedOver(input).length === profile.values.size;
  if (!isUseless) return faults;
  const what = `Profile \`${profile.name}\` sets parameters of the templates of zap-obs, and none of these templates has any of them`;
  return [...faults, { what, fix: 'Remove input `profile`, or name a file of yours in it' }];
}

/** What a profile of zap-obs names and no template of this run has. */
export function passedOver(input: Pick<PlanInput, 'profile' | 'templates'>): string[] {
  const keys = input.profile?.isBundled ? [...input.profile.values.keys()] : [];
  return keys.filter(key => {
    const { stack, parameter } = parts(key);
    return !candidatesFor(stack, input).includes(parameter);
  });
}

/** A template with macros may have resources that its text does not name. */
function hasType(type: string, { templates }: Pick<PlanInput, 'templates'>): boolean {
  return [...templates.values()].some(({ resources }) => Object.values(resources).some(one => one.type === type));
}

/** `P` or `<short name>.P` */
function parts(key: string): { stack: string | undefined; parameter: string } {
  const dot = key.indexOf('.');
  return { stack: dot < 0 ? undefined : key.slice(0, dot), parameter: key.slice(dot + 1) };
}

/** The parameters of one stack's template, or of all. */
function candidatesFor(stack: string | undefined, { templates }: Pick<PlanInput, 'templates'>): string[] {
  return [...templates]
    .filter(([name]) => stack === undefined || stack === name)
    .flatMap(([, template]) => Object.keys(template.parameters));
}

/** A template with `Fn::ForEach` or macros may have outputs that its text does not name. */
function mayHaveOutput(template: Template, output: string): boolean {
  return template.outputs.includes(output) || hasTransform(template.value);
}

/** The template of a stack. */
export function templateOf(shortName: string, input: PlanInput): Template {
  const template = input.templates.get(shortName);
  if (!template) throw new Error(`no template was read for stack ${shortName}`);
  return template;
}
