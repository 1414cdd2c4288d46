import { type Fault, type Place, throwIfAny, UserFault } from '../runner/fault.ts';
import { suggest } from '../runner/suggest.ts';
import { type Capability, hasTransform } from './capabilities.ts';
import { withImports } from './exports.ts';
import { type Dependencies, order } from './graph.ts';
import { refusal } from './parameter-check.ts';
import type { Lookup, StackEntry } from './stacks-file.ts';
import type { Template, TemplateParameter } from './template.ts';

/** Where a parameter's value comes from. Values that are known before anything is deployed stand here. */
export type ParameterSource =
  | { kind: 'input'; name: string; value: string }
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

/** One stack of a plan. */
export interface PlannedStack {
  shortName: string;
  stackName: string;
  template: Template;
  parameters: readonly PlannedParameter[];
  capabilities: readonly Capability[];
  tags: Readonly<Record<string, string>>;
  /** The template is too large for a request and goes through the bucket. */
  needsUpload: boolean;
}

/** What a run will do, decided from files and inputs alone. */
export interface Plan {
  prefix: string;
  /** The stacks to deploy, each after what it depends on. */
  stacks: readonly PlannedStack[];
  /** Short names of the stacks that `only` leaves out; their outputs are read from what is deployed. */
  leftOut: readonly string[];
  dependencies: Dependencies;
}

export interface PlanInput {
  prefix: string;
  entries: readonly StackEntry[];
  /** By short name; one for every entry. */
  templates: ReadonlyMap<string, Template>;
  /** Parameter values from inputs by `P` or `<short name>.P`; `origin` is the input that the user wrote. */
  values: ReadonlyMap<string, { value: string; origin: string }>;
  /** Short names to deploy; empty: all. */
  only: readonly string[];
  tags: Readonly<Record<string, string>>;
  hasTemplateBucket: boolean;
  /** The region's name, which exports may be named after. */
  region: string;
}

/** The tag that marks a stack, and through it every resource, as belonging to a prefix. */
export const PREFIX_TAG = 'zap-obs:prefix';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html (template body sizes) */
export const TEMPLATE_BODY_LIMIT = 51_200;
const TEMPLATE_FILE_LIMIT = 1024 * 1024;

/**
 * Decides order, the source of every parameter, capabilities and sizes.
 *
 * @throws UserFault with everything that can be known to be wrong before AWS is asked
 */
export function makePlan(input: PlanInput): Plan {
  const names = input.entries.map(entry => entry.shortName);
  const faults = [...onlyFaults(input), ...unknownValues(input, names), ...tagFaults(input.tags)];
  const stacks = planStacks(input, faults);
  throwIfAny(faults);
  return arrange(stacks, input);
}

/**
 * The same plan for a deletion, which needs the order only: values that a template refuses today, or that are missing, do
 * not keep a stack from being deleted.
 *
 * @throws UserFault for `only` and for cycles
 */
export function makeTeardownPlan(input: Pick<PlanInput, 'prefix' | 'entries' | 'templates' | 'only' | 'region'>): Plan {
  const full = { ...input, values: new Map(), tags: {}, hasTemplateBucket: true };
  throwIfAny(onlyFaults(full));
  return arrange(planStacks(full, []), full);
}

function onlyFaults({ only, entries }: PlanInput): Fault[] {
  const names = entries.map(entry => entry.shortName);
  const what = 'Input `only` names no stack of the stacks file';
  return only
    .filter(name => !names.includes(name))
    .map(name => ({ what, seen: `\`${name}\``, fix: suggest(name, names) }));
}

/** Limits of tags: https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html */
function tagFaults(tags: Readonly<Record<string, string>>): Fault[] {
  const refused = Object.entries(tags).flatMap(([key, value]): Fault[] => {
    const what = `Input \`tags\` has a tag that AWS refuses: \`${key}\``;
    if (/^aws:/i.test(key)) return [{ what, fix: "Keys that begin with `aws:` are AWS's own" }];
    if (key === PREFIX_TAG)
      return [{ what: `Tag \`${PREFIX_TAG}\` is set by zap-obs itself`, fix: 'Remove it from input `tags`' }];
    if (key.length < 1 || key.length > 128) return [{ what, fix: 'A key has 1 to 128 characters' }];
    return value.length > 256 ? [{ what, fix: 'A value has 256 characters at most' }] : [];
  });
  const count = Object.keys(tags).length;
  // One of the fifty is ours.
  return count < 50
    ? refused
    : [...refused, { what: 'Input `tags` has too many tags', seen: String(count), fix: 'Give 49 at most' }];
}

function planStacks(input: PlanInput, faults: Fault[]): PlannedStack[] {
  return input.entries.map((entry, index) => planStack(entry, input, input.entries.slice(0, index), faults));
}

/** Puts the stacks into order, and leaves out what `only` does not name. */
function arrange(stacks: readonly PlannedStack[], input: PlanInput): Plan {
  const dependencies = withImports(stacks, declaredDependencies(stacks, input), input.region);
  const ordered = order(
    stacks.map(({ shortName }) => shortName),
    dependencies,
  );
  if ('cycle' in ordered) {
    const place = input.entries.find(({ shortName }) => shortName === ordered.cycle[0])?.place;
    const what = `The stacks depend on each other in a circle: ${ordered.cycle.join(' → ')}`;
    throw new UserFault({ what, fix: 'Remove one `from` or `depends-on` of the circle', place });
  }
  const isChosen = (name: string) => input.only.length === 0 || input.only.includes(name);
  const byName = new Map(stacks.map(stack => [stack.shortName, stack]));
  return {
    prefix: input.prefix,
    stacks: ordered.order.filter(isChosen).flatMap(name => byName.get(name) ?? []),
    leftOut: ordered.order.filter(name => !isChosen(name)),
    dependencies,
  };
}

function declaredDependencies(stacks: readonly PlannedStack[], input: PlanInput): Dependencies {
  return new Map(
    stacks.map(({ shortName, parameters }, index) => {
      const byOutput = parameters.flatMap(({ source }) => (source.kind === 'output' ? [source.stack] : []));
      return [shortName, new Set([...(input.entries[index]?.dependsOn ?? []), ...byOutput])];
    }),
  );
}

function planStack(entry: StackEntry, input: PlanInput, earlier: readonly StackEntry[], faults: Fault[]): PlannedStack {
  const template = templateOf(entry.shortName, input);
  const stackName = `${input.prefix}-${entry.shortName}`;
  const bytes = Buffer.byteLength(template.text);
  if (stackName.length > 128) {
    faults.push({
      what: 'A stack name may have 128 characters at most',
      seen: `\`${stackName}\` with ${stackName.length}`,
      fix: 'Shorten `stack-prefix`',
    });
  }
  faults.push(...sizeFaults(bytes, template.file, input.hasTemplateBucket));
  for (const [name, rule] of Object.entries(entry.parameters)) {
    if (Object.hasOwn(template.parameters, name)) continue;
    faults.push({
      what: `Template ${template.file} has no parameter \`${name}\``,
      fix: suggest(name, Object.keys(template.parameters)),
      place: rule.place,
    });
  }
  const parameters = Object.values(template.parameters).map(declaration => ({
    declaration,
    source: sourceOf(declaration, entry, input, earlier, faults),
  }));
  faults.push(...parameters.flatMap(parameter => valueFault(parameter, template)));
  return {
    shortName: entry.shortName,
    stackName,
    template,
    parameters,
    capabilities: template.capabilities,
    tags: { ...input.tags, [PREFIX_TAG]: input.prefix },
    needsUpload: bytes > TEMPLATE_BODY_LIMIT,
  };
}

function sizeFaults(bytes: number, file: string, hasBucket: boolean): Fault[] {
  const fault = (limit: string, fix: string): Fault[] => [
    { what: `The template is larger than ${limit}`, seen: `${bytes.toLocaleString('en')} bytes`, fix, place: { file } },
  ];
  if (bytes > TEMPLATE_FILE_LIMIT) return fault('the 1 MB that CloudFormation takes', 'Split the template');
  if (bytes <= TEMPLATE_BODY_LIMIT || hasBucket) return [];
  const limit = `the ${TEMPLATE_BODY_LIMIT.toLocaleString('en')} bytes of a request`;
  return fault(limit, 'Name a bucket in input `template-bucket`: larger ones go through it');
}

/** The first match wins: inputs, the stacks file, threading, the template's default, what the deployed stack has. */
function sourceOf(
  declaration: TemplateParameter,
  entry: StackEntry,
  input: PlanInput,
  earlier: readonly StackEntry[],
  faults: Fault[],
): ParameterSource {
  const { name } = declaration;
  const given = input.values.get(`${entry.shortName}.${name}`) ?? input.values.get(name);
  if (given) return { kind: 'input', name: given.origin, value: given.value };
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

function valueFault({ declaration, source }: PlannedParameter, template: Template): Fault[] {
  const value = knownValue(source);
  const accepted = value === undefined ? undefined : refusal(declaration, value);
  if (value === undefined || accepted === undefined) return [];
  const origin = source.kind === 'input' ? ` (input \`${source.name}\`)` : '';
  const place =
    source.kind === 'stacks-file'
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

function unknownValues({ values, templates }: PlanInput, names: readonly string[]): Fault[] {
  const faults: Fault[] = [];
  for (const [key, { origin }] of values) {
    const dot = key.indexOf('.');
    const stack = dot < 0 ? undefined : key.slice(0, dot);
    const parameter = key.slice(dot + 1);
    if (stack !== undefined && !names.includes(stack)) {
      faults.push({
        what: `Input \`${origin}\` sets a parameter of a stack that is not in the stacks file`,
        seen: `\`${key}\``,
        fix: suggest(stack, names),
      });
      continue;
    }
    const candidates = [...templates]
      .filter(([name]) => stack === undefined || stack === name)
      .flatMap(([, template]) => Object.keys(template.parameters));
    if (candidates.includes(parameter)) continue;
    faults.push({
      what: `Input \`${origin}\` sets parameter \`${parameter}\`, which ${stack ? `the template of \`${stack}\` does not have` : 'no template has'}`,
      fix: suggest(parameter, candidates),
    });
  }
  return faults;
}

/** A template with `Fn::ForEach` or macros may have outputs that its text does not name. */
function mayHaveOutput(template: Template, output: string): boolean {
  return template.outputs.includes(output) || hasTransform(template.value);
}

function templateOf(shortName: string, input: PlanInput): Template {
  const template = input.templates.get(shortName);
  if (!template) throw new Error(`no template was read for stack ${shortName}`);
  return template;
}
