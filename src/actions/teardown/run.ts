import { resourceLink } from '../../report/console-links.ts';
import type { Residue, RunResult, StackResult } from '../../report/result.ts';
import { summary } from '../../report/summary.ts';
import { whereabouts } from '../../report/words.ts';
import { withTimeout } from '../../runner/cancellation.ts';
import { defineAction } from '../../runner/define-action.ts';
import { UserFault } from '../../runner/fault.ts';
import { type Host, inGroup } from '../../runner/host.ts';
import { cloudFormationOf } from '../../stacks/cloudformation.aws.ts';
import { readSnapshots } from '../../stacks/deploy.ts';
import type { Allowed } from '../../stacks/ladder.ts';
import { leftoversOf } from '../../stacks/leftovers.aws.ts';
import { loadTeardownFiles } from '../../stacks/load-plan-files.ts';
import { makeTeardownPlan } from '../../stacks/plan.ts';
import { checkBeforeDeletion, deployedTemplates, teardown } from '../../stacks/teardown.ts';
import { sessionFor } from '../session-for.ts';
import { beforeWrites, engineFor, throwUnlessGood, untouched, waitIfBusy } from '../stack-run.ts';
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
    const engine = engineFor(session, cloudFormation, host, { files, signal });
    const isWaiting = inputs['in-progress'] === 'wait' && !dryRun;
    const read = async () => {
      const found = await readSnapshots(named, engine, 'all');
      return isWaiting ? await waitIfBusy(named.stacks, found, engine, host) : found;
    };
    const snapshots = await beforeWrites(read(), signal, () =>
      writeSummary(summary(resultOf(untouched(named, signal), []), undefined)),
    );
    // What is deployed may import and export other things than the templates say today.
    const templates = deployedTemplates(files.templates, snapshots);
    const plan = makeTeardownPlan({ ...files, templates, prefix, only, region });
    checkBeforeDeletion(plan, snapshots, inputs['in-progress']);

    const title = `Deletion of ${prefix} in ${whereabouts(session)}${dryRun ? ', as it would be' : ''}`;
    const tools = { engine, leftovers: leftoversOf(session), allowed: allowedBy(inputs) };
    const { stacks, residue: left } = await inGroup(host, title, () =>
      teardown(plan, files.templates, snapshots, tools, dryRun),
    );
    const residue = endpoint ? left : left.map(item => withLink(item, region, accountOf(stacks)));

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

/** AWS takes up to 45 minutes to give a network interface of Lambda back; the rest of the time is for what comes after. */
const LONGEST_WAIT = 45 * 60_000;

function allowedBy(inputs: { force: boolean; 'delete-repositories': boolean; timeout: number }): Allowed {
  const { force, 'delete-repositories': deleteRepositories, timeout } = inputs;
  return { force, deleteRepositories, patience: Math.min(LONGEST_WAIT, timeout / 2) };
}

function accountOf(stacks: readonly StackResult[]): string | undefined {
  return stacks.find(({ id }) => id)?.id?.split(':')[4];
}

function withLink(item: Residue, region: string, account: string | undefined): Residue {
  return { ...item, link: resourceLink(item.type, item.physicalId, region, account) };
}

function warnOfResidue(residue: readonly Residue[], dryRun: boolean, host: Host): void {
  for (const { stack, logicalId, physicalId, type, reason, cost } of residue) {
    const name = logicalId ? `${logicalId} of ${stack}` : `${type} ${physicalId}`;
    const id = logicalId && physicalId ? ` as ${physicalId}` : '';
    const message = `${name} ${dryRun ? 'would stay' : 'stays'} behind${id}: ${reason}. Cost: ${cost}`;
    host.annotate('warning', message, { title: 'Left behind' });
  }
}
