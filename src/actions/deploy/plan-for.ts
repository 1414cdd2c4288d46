import type { Session } from '../../aws/session.aws.ts';
import { type PlanView, planLines } from '../../report/plan-view.ts';
import { whereabouts } from '../../report/words.ts';
import type { Folders } from '../../runner/define-action.ts';
import { throwIfAny } from '../../runner/fault.ts';
import { type Host, inGroup } from '../../runner/host.ts';
import type { InputValues } from '../../runner/spec.ts';
import { type CombinationFault, combinationFaults } from '../../stacks/combinations/combinations.ts';
import { describePlan } from '../../stacks/describe-plan.ts';
import { loadPlanFiles, type PlanFiles } from '../../stacks/load-plan-files.ts';
import { loadProfile } from '../../stacks/load-profile.ts';
import { type NamedResources, unknownStackFaults } from '../../stacks/named-resources.ts';
import { makePlan, type Plan } from '../../stacks/plan.ts';
import type { Profile } from '../../stacks/profile.ts';
import { reachability } from '../../stacks/reachability/reachability.ts';
import { judgeReachability } from './judge-reachability.ts';
import { parameterInputs } from './parameter-inputs.ts';
import type { spec } from './spec.ts';

type Inputs = InputValues<typeof spec.inputs>;

/** A plan that nothing speaks against as far as files and inputs tell. */
interface CheckedPlan {
  files: PlanFiles;
  plan: Plan;
  view: PlanView;
  /** Wrong unless somebody has changed by hand what is deployed. */
  doubtful: readonly CombinationFault[];
  /** What `allow-replacement` names. */
  replaceable: NamedResources;
}

/**
 * Makes the plan of the inputs, shows it, and judges it before AWS is asked anything.
 *
 * @throws UserFault with all that is wrong
 */
export async function planFor(
  inputs: Inputs,
  session: Session,
  folders: Folders,
  mask: (secret: string) => void,
  host: Host,
): Promise<CheckedPlan> {
  const { region } = session;
  const files = await loadPlanFiles(inputs['stacks-file'], folders);
  const plan = planOf(inputs, files, await loadProfile(inputs.profile, folders), region);
  maskSecrets(plan, mask);
  const { replaceable, skippable } = namedResources(inputs);
  throwIfAny([replaceable, skippable].flatMap(named => unknownStackFaults(named, plan)));
  const findings = inputs.reachability === 'off' ? [] : reachability(plan, session);
  const view = describePlan(plan, findings, inputs['dry-run']);
  const title = `Plan for ${plan.prefix} in ${whereabouts(session)}`;
  await inGroup(host, title, async () => host.line(planLines(view).join('\n')));
  // First, because what cannot be reached may follow from values that do not fit together.
  const misfits = combinationFaults(plan, region);
  throwIfAny(misfits.filter(({ unlessDeployed }) => unlessDeployed === undefined));
  judgeReachability(findings, inputs.reachability, host);
  const doubtful = misfits.filter(({ unlessDeployed }) => unlessDeployed !== undefined);
  return { files, plan, view, doubtful, replaceable };
}

function planOf(inputs: Inputs, files: PlanFiles, profile: Profile | undefined, region: string): Plan {
  return makePlan({
    ...files,
    prefix: inputs['stack-prefix'],
    values: parameterInputs(inputs),
    profile,
    only: inputs.only,
    tags: inputs.tags,
    hasTemplateBucket: inputs['template-bucket'] !== undefined,
    region,
  });
}

function namedResources(inputs: Inputs): Record<'replaceable' | 'skippable', NamedResources> {
  return {
    replaceable: { input: 'allow-replacement', ids: inputs['allow-replacement'], mayBeBare: true },
    skippable: { input: 'skip-resources', ids: inputs['skip-resources'] ?? [], mayBeBare: false },
  };
}

function maskSecrets(plan: Plan, mask: (secret: string) => void): void {
  for (const { declaration, source } of plan.stacks.flatMap(({ parameters }) => parameters)) {
    const isGiven = source.kind === 'input' || source.kind === 'profile' || source.kind === 'stacks-file';
    // A short value would black out half of the log, and is no secret.
    if (declaration.noEcho && isGiven && source.value.length >= 4) mask(source.value);
  }
}
