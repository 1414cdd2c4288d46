import type { Residue, RunResult, StackResult } from '../../report/result.ts';
import { summary } from '../../report/summary.ts';
import { whereabouts } from '../../report/words.ts';
import { withTimeout } from '../../runner/cancellation.ts';
import { defineAction } from '../../runner/define-action.ts';
import { UserFault } from '../../runner/fault.ts';
import { type Host, inGroup } from '../../runner/host.ts';
import { cloudFormationOf } from '../../stacks/cloudformation.aws.ts';
import { readSnapshots } from '../../stacks/deploy.ts';
import { loadTeardownFiles } from '../../stacks/load-plan-files.ts';
import { makeTeardownPlan } from '../../stacks/plan.ts';
import { checkBeforeDeletion, deployedTemplates, teardown } from '../../stacks/teardown.ts';
import { beforeWrites, engineFor, sessionFor, throwUnlessGood, untouched } from '../stack-run.ts';
import { spec } from './spec.ts';

export const action = defineAction(
  spec,
  async ({ inputs, host, folders, setOutput, writeSummary, signal: cancelled }) => {
    const started = Date.now();
    const { only, confirm, 'dry-run': dryRun, 'stack-prefix': prefix } = inputs;
    if (!dryRun) requireConfirmation(confirm, prefix);
    const session = sessionFor(inputs, host);
    const { region, endpoint } = session;
    const files = await loadTeardownFiles(inputs['stacks-file'], folders);
    const named = makeTeardownPlan({ ...files, prefix, only, region });
    const cloudFormation = cloudFormationOf(session);
    const signal = withTimeout(cancelled, inputs.timeout);
    const resultOf = (stacks: StackResult[], residue: Residue[]): RunResult => {
      const duration = Date.now() - started;
      return { operation: 'teardown', prefix, region, endpoint, dryRun, stacks, residue, duration };
    };
    const snapshots = await beforeWrites(readSnapshots(named, cloudFormation, 'all'), signal, () =>
      writeSummary(summary(resultOf(untouched(named, signal), []), undefined)),
    );
    // What is deployed may import and export other things than the templates say today.
    const templates = deployedTemplates(files.templates, snapshots);
    const plan = makeTeardownPlan({ ...files, templates, prefix, only, region });
    checkBeforeDeletion(plan, snapshots);

    const engine = engineFor(session, cloudFormation, host, { files, signal });
    const title = `Deletion of ${prefix} in ${whereabouts(session)}${dryRun ? ', as it would be' : ''}`;
    const { stacks, residue } = await inGroup(host, title, () =>
      teardown(plan, files.templates, snapshots, engine, dryRun),
    );

    const run = resultOf(stacks, residue);
    const deleted = stacks.filter(({ action, outcome }) => action === 'delete' && outcome === 'done');
    setOutput('deleted', JSON.stringify(deleted.map(({ stackName }) => stackName)));
    setOutput('residue', JSON.stringify(residue));
    await writeSummary(summary(run, undefined));
    warnOfResidue(residue, dryRun, host);
    throwUnlessGood(run, signal, host);
  },
);

function requireConfirmation(confirm: string | undefined, prefix: string): void {
  if (confirm === prefix) return;
  throw new UserFault({
    what: 'Input `confirm` must repeat the stack prefix, so that nothing is deleted by mistake',
    seen: confirm === undefined ? 'nothing' : `\`${confirm}\``,
    fix: `Give \`confirm: ${prefix}\`, or look first with \`dry-run: true\``,
  });
}

function warnOfResidue(residue: readonly Residue[], dryRun: boolean, host: Host): void {
  for (const { stack, logicalId, physicalId, reason } of residue) {
    const id = physicalId ? ` as ${physicalId}` : '';
    const message = `${logicalId} of ${stack} ${dryRun ? 'would stay' : 'stays'} behind${id}: ${reason}`;
    host.annotate('warning', message, { title: 'Left behind' });
  }
}
