import type { ParameterView, PlanView, ReachabilityView } from '../report/plan-view.ts';
import type { Plan } from './plan.ts';
import type { Finding } from './reachability/reachability.ts';
import { isToBeBuilt } from './resolve.ts';
import { knownValue, type ParameterSource, type PlannedParameter } from './sources.ts';

/**
 * A plan as it is shown to people, with what was found about what its tasks can reach.
 *
 * @param dryRun images that nothing names need not be deployed
 */
export function describePlan(plan: Plan, findings: readonly Finding[] = [], dryRun = false): PlanView {
  return {
    notes: plan.passedOver
      ? [`profile ${plan.passedOver.profile}: ${plan.passedOver.names.join(', ')} of no template here are left out`]
      : [],
    reachability: findings.map(describeFinding),
    stacks: plan.stacks.map(stack => ({
      shortName: stack.shortName,
      stackName: stack.stackName,
      template: stack.template.file,
      after: [...(plan.dependencies.get(stack.shortName) ?? [])],
      capabilities: stack.capabilities,
      resources: Object.keys(stack.template.resources).length,
      bytes: Buffer.byteLength(stack.template.text),
      parameters: stack.parameters.map(parameter => describeParameter(parameter, dryRun)),
    })),
    edges: plan.stacks.flatMap(stack =>
      [...(plan.dependencies.get(stack.shortName) ?? [])].map(from => ({
        from,
        to: stack.shortName,
        values: stack.parameters.flatMap(({ source }) =>
          source.kind === 'output' && source.stack === from ? [source.output] : [],
        ),
      })),
    ),
  };
}

function describeFinding(finding: Finding): ReachabilityView {
  const { service, need, verdict, because } = finding;
  if (verdict === 'reachable') return { service, need, verdict, detail: `through ${finding.through}` };
  return { service, need, verdict, detail: verdict === 'blocked' ? `${because}; add ${finding.add}` : because };
}

function describeParameter(parameter: PlannedParameter, dryRun: boolean): ParameterView {
  const { declaration, source } = parameter;
  const value = knownValue(source);
  return {
    name: declaration.name,
    source: dryRun && isToBeBuilt(parameter) ? 'as deployed, else known after build' : words(source),
    value: value !== undefined && declaration.noEcho ? '••••' : value,
  };
}

function words(source: ParameterSource): string {
  switch (source.kind) {
    case 'input':
    case 'profile':
      return `${source.kind} ${source.name}`;
    case 'stacks-file':
      return 'stacks file';
    case 'lookup':
      return `lookup ${source.lookup}`;
    case 'output':
      return `output of ${source.stack}: ${source.output}`;
    case 'deployed':
      return 'as deployed';
    case 'default':
      return 'default';
  }
}
