import { type PlanView, planLines } from '../../report/plan-view.ts';
import type { RunResult, StackResult } from '../../report/result.ts';
import { summary } from '../../report/summary.ts';
import { whereabouts } from '../../report/words.ts';
import { withTimeout } from '../../runner/cancellation.ts';
import { defineAction, type Folders } from '../../runner/define-action.ts';
import { renderFault, throwIfAny } from '../../runner/fault.ts';
import { type Host, inGroup } from '../../runner/host.ts';
import type { InputValues } from '../../runner/spec.ts';
import { cloudFormationOf } from '../../stacks/cloudformation.aws.ts';
import { combinationFaults } from '../../stacks/combinations/combinations.ts';
import {
  checkBeforeWrites,
  type DeployOptions,
  deploy,
  neededLookups,
  readSnapshots,
  stacksToRest,
} from '../../stacks/deploy.ts';
import { describePlan } from '../../stacks/describe-plan.ts';
import { untilAnswered } from '../../stacks/follow.ts';
import { loadPlanFiles, type PlanFiles } from '../../stacks/load-plan-files.ts';
import { loadProfile } from '../../stacks/load-profile.ts';
import { lookUpAll } from '../../stacks/lookups.aws.ts';
import { type NamedResources, unknownResources, unknownStackFaults } from '../../stacks/named-resources.ts';
import { makePlan, type Plan } from '../../stacks/plan.ts';
import type { Profile } from '../../stacks/profile.ts';
import { type Finding, reachability } from '../../stacks/reachability/reachability.ts';
import type { StackSettings } from '../../stacks/settings.ts';
import { loadStackPolicy } from '../../stacks/stack-policy.ts';
import { beforeWrites, engineFor, sessionFor, throwUnlessGood, untouched, waitIfBusy } from '../stack-run.ts';
import { judgeCombinations } from './judge-combinations.ts';
import { judgeReachability } from './judge-reachability.ts';
import { outputsOf } from './outputs.ts';
import { parameterInputs } from './parameter-inputs.ts';
import { spec } from './spec.ts';

export const action = defineAction(
  spec,
  async ({ inputs, host, folders, mask, setOutput, writeSummary, signal: cancelled }) => {
    const started = Date.now();
    const dryRun = inputs['dry-run'];
    const session = sessionFor(inputs, host);
    const files = await loadPlanFiles(inputs['stacks-file'], folders);
    const plan = planOf(inputs, files, await loadProfile(inputs.profile, folders), session.region);
    maskSecrets(plan, mask);
    const { replaceable, skippable } = namedResources(inputs);
    throwIfAny([replaceable, skippable].flatMap(named => unknownStackFaults(named, plan)));
    const settings = await settingsOf(inputs, folders);
    const findings = inputs.reachability === 'off' ? [] : reachability(plan, session.region);
    const view = await showPlan(plan, findings, `Plan for ${plan.prefix} in ${whereabouts(session)}`, host);
    // First, because what cannot be reached may follow from values that do not fit together.
    const misfits = combinationFaults(plan, session.region);
    throwIfAny(misfits.filter(({ unlessDeployed }) => unlessDeployed === undefined));
    judgeReachability(findings, inputs.reachability, host);

    const cloudFormation = cloudFormationOf(session);
    const signal = withTimeout(cancelled, inputs.timeout);
    const resultOf = (stacks: StackResult[]): RunResult => {
      const { prefix } = plan;
      const { region, endpoint } = session;
      const duration = Date.now() - started;
      return { operation: 'deploy', prefix, region, endpoint, dryRun, stacks, residue: [], duration };
    };
    const engine = engineFor(session, cloudFormation, host, {
      files,
      signal,
      roleArn: inputs['role-arn'],
      settings,
      mayLose: inputs['allow-replacement'],
      onCancel: inputs['on-cancel'],
      onFailure: inputs['on-failure'],
      bucket: inputs['template-bucket'],
    });
    const options = optionsOf(inputs);
    const isWaiting = options.inProgress === 'wait' && !dryRun;
    const read = async () => {
      const lookUp = untilAnswered(() => lookUpAll(neededLookups(plan), session), engine);
      const [found, lookups] = await Promise.all([readSnapshots(plan, engine), lookUp]);
      return { lookups, snapshots: isWaiting ? await waitIfBusy(stacksToRest(plan), found, engine, host) : found };
    };
    const { lookups, snapshots } = await beforeWrites(read(), signal, () =>
      writeSummary(summary(resultOf(untouched(plan, signal)), view)),
    );
    judgeCombinations(
      misfits.filter(({ unlessDeployed }) => unlessDeployed !== undefined),
      snapshots,
      host,
    );
    checkBeforeWrites(plan, snapshots, lookups, options);
    for (const fault of unknownResources(replaceable, files.templates, snapshots))
      host.annotate('warning', renderFault(fault));

    const stacks = await inGroup(host, dryRun ? 'Changes' : 'Deployment', () =>
      deploy(plan, snapshots, lookups, engine, options),
    );

    const run = resultOf(stacks);
    for (const [name, value] of outputsOf(run, plan, snapshots)) setOutput(name, value);
    await writeSummary(summary(run, view));
    throwUnlessGood(run, signal, host);
  },
);

function optionsOf(inputs: InputValues<typeof spec.inputs>): DeployOptions {
  return {
    maxParallel: inputs['max-parallel'],
    dryRun: inputs['dry-run'],
    inProgress: inputs['in-progress'],
    recreateFailed: inputs['recreate-failed'],
    skipResources: inputs['skip-resources'] ?? [],
  };
}

function namedResources(inputs: InputValues<typeof spec.inputs>): Record<'replaceable' | 'skippable', NamedResources> {
  return {
    replaceable: { input: 'allow-replacement', ids: inputs['allow-replacement'], mayBeBare: true },
    skippable: { input: 'skip-resources', ids: inputs['skip-resources'] ?? [], mayBeBare: false },
  };
}

function planOf(
  inputs: InputValues<typeof spec.inputs>,
  files: PlanFiles,
  profile: Profile | undefined,
  region: string,
): Plan {
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

async function settingsOf(inputs: InputValues<typeof spec.inputs>, { workspace }: Folders): Promise<StackSettings> {
  const { 'termination-protection': protection, 'stack-policy': file } = inputs;
  return {
    terminationProtection: protection && protection === 'on',
    policy: file && (await loadStackPolicy(file, workspace)),
  };
}

function maskSecrets(plan: Plan, mask: (secret: string) => void): void {
  for (const { declaration, source } of plan.stacks.flatMap(({ parameters }) => parameters)) {
    const isGiven = source.kind === 'input' || source.kind === 'profile' || source.kind === 'stacks-file';
    // A short value would black out half of the log, and is no secret.
    if (declaration.noEcho && isGiven && source.value.length >= 4) mask(source.value);
  }
}

async function showPlan(plan: Plan, findings: readonly Finding[], title: string, host: Host): Promise<PlanView> {
  const view = describePlan(plan, findings);
  await inGroup(host, title, async () => host.line(planLines(view).join('\n')));
  return view;
}
