import type { RunResult } from '../../report/result.ts';
import { summary } from '../../report/summary.ts';
import { whereabouts } from '../../report/words.ts';
import { withTimeout } from '../../runner/cancellation.ts';
import { defineAction } from '../../runner/define-action.ts';
import { UserFault } from '../../runner/fault.ts';
import { cloudFormationOf } from '../../stacks/cloudformation.aws.ts';
import { readSnapshots } from '../../stacks/deploy.ts';
import { loadPlanFiles } from '../../stacks/load-plan-files.ts';
import { makePlan } from '../../stacks/plan.ts';
import { teardown } from '../../stacks/teardown.ts';
import { engineFor, sessionFor, throwUnlessGood } from '../stack-run.ts';
import { spec } from './spec.ts';

export const action = defineAction(spec, async ({ inputs, host, folders, setOutput, signal: cancelled }) => {
  const started = Date.now();
  const dryRun = inputs['dry-run'];
  const prefix = inputs['stack-prefix'];
  if (!dryRun && inputs.confirm !== prefix) {
    const seen = inputs.confirm === undefined ? 'nothing' : `\`${inputs.confirm}\``;
    throw new UserFault({
      what: 'Input `confirm` must repeat the stack prefix, so that nothing is deleted by mistake',
      seen,
      fix: `Give \`confirm: ${prefix}\`, or look first with \`dry-run: true\``,
    });
  }
  const session = sessionFor(inputs, host);
  const files = await loadPlanFiles(inputs['stacks-file'], folders);
  const plan = makePlan({
    ...files,
    prefix,
    values: new Map(),
    only: inputs.only,
    tags: {},
    hasTemplateBucket: true,
    region: session.region,
  });
  const cloudFormation = cloudFormationOf(session);
  const snapshots = await readSnapshots(plan, cloudFormation);

  const limit = withTimeout(cancelled, inputs.timeout);
  const engine = engineFor(session, cloudFormation, host, {
    signal: limit.signal,
    describe: (shortName, logicalId) => files.templates.get(shortName)?.resources[logicalId]?.description,
  });
  host.openGroup(`${dryRun ? 'Deletion, as it would be,' : 'Deletion'} of ${prefix} in ${whereabouts(session)}`);
  const { stacks, residue } = await teardown(plan.stacks, plan.dependencies, snapshots, engine, dryRun).finally(
    limit.stop,
  );
  host.closeGroup();

  const run: RunResult = {
    operation: 'teardown',
    prefix,
    region: session.region,
    endpoint: session.endpoint,
    dryRun,
    stacks,
    residue,
    duration: Date.now() - started,
  };
  await host.summary(summary(run, undefined));
  setOutput(
    'deleted',
    JSON.stringify(
      stacks.flatMap(({ action, outcome, stackName }) =>
        action === 'delete' && outcome === 'done' ? [stackName] : [],
      ),
    ),
  );
  setOutput('residue', JSON.stringify(residue));
  for (const { stack, logicalId, physicalId, reason } of residue) {
    host.annotate(
      'warning',
      `${logicalId} of ${stack} ${dryRun ? 'would stay' : 'stays'} behind${physicalId ? ` as ${physicalId}` : ''}: ${reason}`,
      { title: 'Left behind' },
    );
  }
  throwUnlessGood(run, limit.signal, host);
});
