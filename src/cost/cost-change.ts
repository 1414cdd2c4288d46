import type { CostChange } from '../report/result.ts';
import { isStanding } from '../stacks/classify.ts';
import type { DeployedStack } from '../stacks/cloudformation.ts';
import type { Snapshots } from '../stacks/engine.ts';
import type { Plan, PlannedStack } from '../stacks/plan.ts';
import type { ParameterSource } from '../stacks/sources.ts';
import { parseTemplate, type TemplateParameter } from '../stacks/template.ts';
import { withWhatStands } from '../stacks/what-stands.ts';
import { type MonthlyCost, monthlyCost } from './monthly-cost.ts';

/**
 * What the stacks of a run cost while they stand idle: as AWS has them, from their templates and values, and as the plan wants
 * them. Both are reckoned in the same way, so that what cannot be counted is left out of both.
 */
export function costChange(plan: Plan, snapshots: Snapshots, region: string): CostChange {
  const deployed = deployedStacks(plan, snapshots);
  const before = deployed && monthlyCost({ stacks: deployed }, region);
  const after = monthlyCost(withWhatStands(plan, snapshots), region);
  return {
    before: before?.total,
    after: after.total,
    items: before ? itemsOf(before, after) : [],
    uncounted: after.uncounted.flatMap(({ type, resources, why }) =>
      why.startsWith('by use') ? [] : [{ type, count: resources.length, why }],
    ),
    region: after.basis.region,
    on: after.basis.on,
    notCounted: after.basis.notCounted,
  };
}

/** What costs more, or less, or is new, or gone. */
function itemsOf(before: MonthlyCost, after: MonthlyCost): CostChange['items'] {
  const sums = ({ items }: MonthlyCost) => new Map(items.map(({ title, monthly }) => [title, monthly]));
  const [old, next] = [sums(before), sums(after)];
  return [...new Set([...next.keys(), ...old.keys()])]
    .map(title => ({ title, before: old.get(title) ?? 0, after: next.get(title) ?? 0 }))
    .filter(item => item.before !== item.after);
}

/** The stacks of the plan as AWS has them; `undefined` when a template of theirs cannot be read today. */
function deployedStacks(plan: Plan, snapshots: Snapshots): PlannedStack[] | undefined {
  const stacks: PlannedStack[] = [];
  for (const stack of plan.stacks) {
    const { stack: deployed, template: text = '' } = snapshots.get(stack.shortName) ?? {};
    if (!isStanding(deployed)) continue;
    const parsed = parseTemplate(text, stack.template.file);
    if ('faults' in parsed) return undefined;
    const parameters = Object.values(parsed.template.parameters).map(declaration => ({
      declaration,
      source: sourceAtAws(declaration, stack, deployed, plan, snapshots),
    }));
    stacks.push({ ...stack, template: parsed.template, parameters });
  }
  return stacks;
}

/**
 * A value that the output of another stack still gives stays threaded, so that what it is made of is known: `subnet-1,subnet-2`
 * has no zones and no service.
 */
function sourceAtAws(
  { name }: TemplateParameter,
  { parameters }: PlannedStack,
  deployed: DeployedStack,
  { leftOut }: Plan,
  snapshots: Snapshots,
): ParameterSource {
  const value = deployed.parameters[name];
  const source = parameters.find(({ declaration }) => declaration.name === name)?.source;
  const isThreaded =
    source?.kind === 'output' &&
    !leftOut.includes(source.stack) &&
    snapshots.get(source.stack)?.stack?.outputs[source.output] === value;
  if (source && (isThreaded || value === undefined)) return source;
  return value === undefined ? { kind: 'deployed' } : { kind: 'default', value };
}
