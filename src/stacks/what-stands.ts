import type { Snapshots } from './engine.ts';
import type { Plan, PlannedStack } from './plan.ts';
import type { PlannedParameter } from './sources.ts';

/** The stacks of a plan, with the values that AWS alone has, of stacks that `only` leaves out and of what stays, as they are. */
export function withWhatStands(plan: Plan, snapshots: Snapshots): { stacks: PlannedStack[] } {
  return { stacks: plan.stacks.map(stack => standing(stack, plan, snapshots)) };
}

function standing(stack: PlannedStack, { leftOut }: Plan, snapshots: Snapshots): PlannedStack {
  const present = snapshots.get(stack.shortName)?.stack?.parameters ?? {};
  const valueAtAws = ({ declaration, source }: PlannedParameter): string | undefined => {
    if (source.kind === 'deployed') return present[declaration.name];
    if (source.kind !== 'output' || !leftOut.includes(source.stack)) return undefined;
    return snapshots.get(source.stack)?.stack?.outputs[source.output];
  };
  const parameters = stack.parameters.map(parameter => {
    const value = valueAtAws(parameter);
    return value === undefined ? parameter : { ...parameter, source: { kind: 'default', value } as const };
  });
  return { ...stack, parameters };
}
