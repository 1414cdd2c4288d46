import type { GrafanaResult } from '../../report/grafana-result.ts';
import type { RunResult, StackResult } from '../../report/result.ts';
import { summary } from '../../report/summary.ts';
import { withoutSecrets } from '../../report/without-secrets.ts';
import { withTimeout } from '../../runner/cancellation.ts';
import { defineAction } from '../../runner/define-action.ts';
import { renderFault } from '../../runner/fault.ts';
import { inGroup } from '../../runner/host.ts';
import { cloudFormationOf } from '../../stacks/cloudformation.aws.ts';
import { checkBeforeWrites, deploy, neededLookups, readSnapshots, stacksToRest } from '../../stacks/deploy.ts';
import { untilAnswered } from '../../stacks/follow.ts';
import { lookUpAll } from '../../stacks/lookups.aws.ts';
import { unknownResources } from '../../stacks/named-resources.ts';
import { sessionFor } from '../session-for.ts';
import { beforeWrites, engineFor, showServiceLogs, throwUnlessGood, untouched, waitIfBusy } from '../stack-run.ts';
import { judgeCombinations } from './judge-combinations.ts';
import { optionsOf, settingsOf } from './options.ts';
import { dashboardsOf, outputsOf } from './outputs.ts';
import { planFor } from './plan-for.ts';
import { provisionGrafana } from './provision-grafana.ts';
import { spec } from './spec.ts';
import { commentOnRefusal, withComment } from './with-comment.ts';

export const action = defineAction(
  spec,
  withComment(async ({ inputs, host, folders, mask, redact, setOutput, writeSummary, signal: cancelled }, note) => {
    const started = Date.now();
    const dryRun = inputs['dry-run'];
    const session = sessionFor(inputs, host);
    const { files, plan, view, doubtful, replaceable } = await planFor(inputs, session, folders, mask, host);
    note({ reachability: view.reachability });
    const settings = await settingsOf(inputs, folders);

    const cloudFormation = cloudFormationOf(session);
    const signal = withTimeout(cancelled, inputs.timeout);
    const resultOf = (stacks: StackResult[]): RunResult => {
      const { prefix } = plan;
      const { region, endpoint } = session;
      const duration = Date.now() - started;
      return { operation: 'deploy', prefix, region, endpoint, dryRun, stacks, residue: [], duration };
    };
    const summarise = (run: RunResult) => writeSummary(summary(withoutSecrets(run, redact), view));
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
    const tell = () => summarise(resultOf(untouched(plan, signal)));
    const { lookups, snapshots } = await beforeWrites(read(), signal, tell);
    judgeCombinations(doubtful, snapshots, host);
    checkBeforeWrites(plan, snapshots, lookups, options);
    for (const fault of unknownResources(replaceable, files.templates, snapshots))
      host.annotate('warning', renderFault(fault));

    const isCostAsked = dryRun || inputs.comment;
    const { costChange } = isCostAsked ? await import('../../cost/cost-change.ts') : { costChange: () => undefined };
    const cost = costChange(plan, snapshots, session.region);
    const stacks = await inGroup(host, dryRun ? 'Changes' : 'Deployment', () =>
      deploy(plan, snapshots, lookups, engine, options, session.region),
    );

    const run = { ...resultOf(stacks), cost };
    note({ run });
    const outputs = outputsOf(run, plan, snapshots);
    for (const [name, value] of outputs) setOutput(name, value);
    await showServiceLogs(run, host);
    const grafana = await grafanaOf(run, new Map(outputs));
    if (grafana) setOutput('dashboards', dashboardsOf(grafana));
    await summarise({ ...run, grafana });
    throwUnlessGood(run, signal, host);

    /** Where this ends the run, the stacks are up all the same: the summary says what became of them. */
    async function grafanaOf(run: RunResult, outputs: ReadonlyMap<string, string>): Promise<GrafanaResult | undefined> {
      if (inputs.grafana === 'skip' || signal.aborted) return undefined;
      try {
        return await provisionGrafana(run, outputs, { host, session, toolkit: folders.toolkit, signal, mask });
      } catch (error) {
        await summarise(run);
        throw error;
      }
    }
  }),
  commentOnRefusal,
);
