import { type Fault, throwIfAny, UserFault } from '../runner/fault.ts';
import { suggest } from '../runner/suggest.ts';
import type { Capability } from './capabilities.ts';
import { withImports } from './exports.ts';
import { type Dependencies, order } from './graph.ts';
import { needsUpload, PREFIX_TAG, sizeFaults, tagFaults } from './limits.ts';
import type { Profile } from './profile.ts';
import { malformedRules } from './rules/rule-check.ts';
import { type PlannedParameter, passedOver, sourceOf, templateOf, unknownValues, valueFault } from './sources.ts';
import type { StackEntry } from './stacks-file.ts';
import type { Template } from './template.ts';

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
  /** What a profile of zap-obs names and no template has; absent when there is nothing of the kind. */
  passedOver?: { profile: string; names: readonly string[] };
}

/** A parameter's value from an input. */
export interface GivenValue {
  value: string;
  /** The input that the user wrote. */
  origin: string;
  /** The type of resource that it is for: where no template has one, it may be left unused. */
  for?: string;
}

export interface PlanInput {
  prefix: string;
  entries: readonly StackEntry[];
  /** By short name; one for every entry. */
  templates: ReadonlyMap<string, Template>;
  /** Parameter values from inputs by `P` or `<short name>.P`. */
  values: ReadonlyMap<string, GivenValue>;
  /** A set of parameters, which `values` win over. */
  profile?: Profile | undefined;
  /** Short names to deploy; empty: all. */
  only: readonly string[];
  tags: Readonly<Record<string, string>>;
  hasTemplateBucket: boolean;
  /** The region's name, which exports may be named after. */
  region: string;
}

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
  const left = passedOver(input);
  const plan = arrange(stacks, input);
  return input.profile && left.length > 0
    ? { ...plan, passedOver: { profile: input.profile.name, names: left } }
    : plan;
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
  // Here and not with the template: what is deployed was accepted, and a deletion reads it for its order only.
  faults.push(...malformedRules(template.value, template.place));
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
    needsUpload: needsUpload(bytes),
  };
}
