import { planLines } from '../../report/plan-view.ts';
import type { RunResult } from '../../report/result.ts';
import { summary } from '../../report/summary.ts';
import { whereabouts } from '../../report/words.ts';
import { withTimeout } from '../../runner/cancellation.ts';
import { defineAction } from '../../runner/define-action.ts';
import type { Fault } from '../../runner/fault.ts';
import { throwIfAny } from '../../runner/fault.ts';
import type { InputValues } from '../../runner/spec.ts';
import { cloudFormationOf } from '../../stacks/cloudformation.aws.ts';
import { checkBeforeWrites, deploy, neededLookups, readSnapshots } from '../../stacks/deploy.ts';
import { describePlan } from '../../stacks/describe-plan.ts';
import { loadPlanFiles } from '../../stacks/load-plan-files.ts';
import { lookUp } from '../../stacks/lookups.aws.ts';
import { makePlan, type PlanInput } from '../../stacks/plan.ts';
import { IMAGE_INPUTS } from '../../stacks/resolve.ts';
import { engineFor, sessionFor, throwUnlessGood } from '../stack-run.ts';
import { scalarOutputs } from './outputs.ts';
import { spec } from './spec.ts';

type Inputs = InputValues<typeof spec.inputs>;

export const action = defineAction(spec, async ({ inputs, host, folders, setOutput, signal: cancelled }) => {
  const started = Date.now();
  const session = sessionFor(inputs, host);
  const files = await loadPlanFiles(inputs['stacks-file'], folders);
  const plan = makePlan({
    ...files,
    prefix: inputs['stack-prefix'],
    values: parameterInputs(inputs),
    only: inputs.only,
    tags: inputs.tags,
    hasTemplateBucket: inputs['template-bucket'] !== undefined,
    region: session.region,
  });
  for (const { parameters } of plan.stacks) {
    for (const { declaration, source } of parameters)
      if (declaration.noEcho && 'value' in source) host.mask(source.value);
  }
  const view = describePlan(plan);
  host.openGroup(`Plan for ${plan.prefix} in ${whereabouts(session)}`);
  host.line(planLines(view).join('\n'));
  host.closeGroup();

  const cloudFormation = cloudFormationOf(session);
  const [snapshots, lookups] = await Promise.all([
    readSnapshots(plan, cloudFormation),
    Promise.all([...neededLookups(plan)].map(async lookup => [lookup, await lookUp(lookup, session)] as const)).then(
      found => new Map(found),
    ),
  ]);
  checkBeforeWrites(plan, snapshots, lookups);

  const dryRun = inputs['dry-run'];
  const limit = withTimeout(cancelled, inputs.timeout);
  const engine = engineFor(session, cloudFormation, host, {
    signal: limit.signal,
    roleArn: inputs['role-arn'],
    bucket: inputs['template-bucket'],
    describe: (shortName, logicalId) => files.templates.get(shortName)?.resources[logicalId]?.description,
  });
  host.openGroup(dryRun ? 'Changes' : 'Deployment');
  const stacks = await deploy(plan, snapshots, lookups, engine, {
    maxParallel: inputs['max-parallel'],
    dryRun,
  }).finally(limit.stop);
  host.closeGroup();

  const run: RunResult = {
    operation: 'deploy',
    prefix: plan.prefix,
    region: session.region,
    endpoint: session.endpoint,
    dryRun,
    stacks,
    residue: [],
    duration: Date.now() - started,
  };
  await host.summary(summary(run, view));
  const outputs = Object.fromEntries(stacks.map(({ shortName, outputs }) => [shortName, outputs]));
  setOutput('outputs', JSON.stringify(outputs));
  setOutput(
    'stacks',
    JSON.stringify(
      stacks.map(({ stackName, id, action, status, duration }) => ({
        name: stackName,
        id,
        action,
        status,
        seconds: duration / 1000,
      })),
    ),
  );
  setOutput(
    'changed',
    String(!dryRun && stacks.some(({ action, outcome }) => action !== 'none' && outcome === 'done')),
  );
  for (const [name, value] of scalarOutputs(outputs)) setOutput(name, value);
  throwUnlessGood(run, limit.signal, host);
});

/** Template parameters from inputs, by name; the two images have inputs of their own. */
function parameterInputs(inputs: Inputs): PlanInput['values'] {
  const values = new Map(
    Object.entries(inputs.parameters).map(([name, value]) => [name, { value, origin: 'parameters' }]),
  );
  const twice: Fault[] = [];
  for (const [parameter, origin] of IMAGE_INPUTS) {
    const value = inputs[origin];
    if (value === undefined) continue;
    if (values.has(parameter))
      twice.push({
        what: `Inputs \`${origin}\` and \`parameters\` both set parameter \`${parameter}\``,
        fix: 'Remove one of them',
      });
    values.set(parameter, { value, origin });
  }
  throwIfAny(twice);
  return values;
}
