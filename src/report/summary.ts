import { renderPlace } from '../runner/fault.ts';
import { billOf, costFact } from './cost-view.ts';
import type { GrafanaOutcome, GrafanaResult } from './grafana-result.ts';
import { blocks, code, fenced, folded, html, link, plain, prose, table } from './markdown.ts';
import { timeline } from './mermaid.ts';
import { type PlanView, planMarkdown } from './plan-view.ts';
import type { Cause, RunResult, ServiceReport, StackResult } from './result.ts';
import { changeCounts, consoleUrl, duration, ending, explanation, headline, onKeeping } from './words.ts';

const ICON = { done: '✅', planned: '📝', failed: '❌', skipped: '⏭️', interrupted: '⏸️' } as const;

/** How many resources the timeline shows. */
const SLOWEST = 12;

/** GitHub drops a summary of more than 1 MiB: https://docs.github.com/actions/reference/limits */
const MOST_BYTES = 1_000_000;

/** The job summary of a run, in Markdown as GitHub renders it; of a very large run, without the plan. */
export function summary(run: RunResult, plan: PlanView | undefined): string {
  const whole = render(run, plan && planMarkdown(plan));
  if (Buffer.byteLength(whole) <= MOST_BYTES) return whole;
  return render(run, 'The plan is too large for this page; the log has it.');
}

function render(run: RunResult, plan: string | undefined): string {
  const times = timeline(run.stacks, SLOWEST);
  return blocks(
    `## ${worstIcon(run)} ${plain(headline(run))}`,
    run.endpoint && `Not AWS itself: everything went to ${code(run.endpoint)}, as \`AWS_ENDPOINT_URL\` says.`,
    ...run.stacks.flatMap(stack => (stack.cause || stack.outcome === 'failed' ? [failure(stack)] : [])),
    ...run.stacks.flatMap(({ services = [] }) => services.map(serviceSection)),
    stackTable(run),
    run.cost && costFact(run.cost, run.dryRun),
    run.grafana && grafanaSection(run.grafana),
    validationTable(run),
    run.dryRun ? changeTable(run) : undefined,
    run.cost && billOf(run.cost),
    run.residue.length > 0 ? residueTable(run) : undefined,
    times ? `### Slowest resources\n\n${fenced('mermaid', times)}` : undefined,
    outputTable(run),
    plan,
  );
}

function worstIcon({ stacks, dryRun }: RunResult): string {
  const outcomes = stacks.map(({ outcome }) => outcome);
  for (const outcome of ['failed', 'interrupted', 'skipped'] as const)
    if (outcomes.includes(outcome)) return ICON[outcome];
  return dryRun ? ICON.planned : ICON.done;
}

function stackTable({ stacks, region, endpoint }: RunResult): string {
  const name = ({ stackName, id }: StackResult) =>
    id && !endpoint ? link(code(stackName), consoleUrl(region, id)) : code(stackName);
  return table(
    ['', 'Stack', 'Result', 'Changes', 'Why', 'Time'],
    stacks.map(stack => [
      ICON[stack.outcome],
      name(stack),
      ending(stack),
      (stack.outcome === 'interrupted' ? '' : changeCounts(stack)) || '—',
      stack.outcome === 'failed' ? 'see above' : prose(why(stack)),
      stack.outcome === 'skipped' ? '' : duration(stack.duration),
    ]),
  );
}

const GRAFANA_ICON: Readonly<Record<GrafanaOutcome, string>> = {
  created: '✅',
  updated: '✅',
  unchanged: '✅',
  kept: '✋',
  failed: '⚠️',
};

function grafanaSection({ url, dataSources, dashboards, stopped }: GrafanaResult): string {
  const rows = [...dashboards, ...dataSources].map(({ name, url, outcome }) => [
    GRAFANA_ICON[outcome],
    outcome === 'failed' ? plain(name) : link(plain(name), url),
    dashboards.some(one => one.url === url) ? 'dashboard' : 'data source',
    outcome === 'kept' ? 'kept as somebody has changed it' : outcome,
  ]);
  return blocks(
    `### ${url ? link('Grafana', url) : 'Grafana'}`,
    stopped && `⚠️ ${prose(stopped)}. The stacks are up all the same.`,
    rows.length > 0 ? table(['', 'What', 'Kind', 'Result'], rows) : undefined,
  ).trimEnd();
}

/** A setting that would be made, or was, is worth a word beside why the stack changes. */
function why(stack: StackResult): string {
  return [explanation(stack), ...stack.settings].filter(Boolean).join('; ');
}

/** What CloudFormation's validation warns of. */
function validationTable({ stacks }: RunResult): string | undefined {
  const rows = stacks.flatMap(({ shortName, validations }) =>
    validations.map(({ logicalId, type, reason, place }) => [
      shortName,
      `${code(logicalId)} (${plain(type)})`,
      plain(reason.replaceAll('\n', ' ')),
      place ? code(renderPlace(place)) : '',
    ]),
  );
  if (rows.length === 0) return undefined;
  return `### CloudFormation warns\n\n${table(['Stack', 'Resource', 'Says', 'Where'], rows)}`;
}

function failure(stack: StackResult): string {
  const { cause, furtherCauses = [] } = stack;
  const kept = onKeeping(stack);
  const causes = cause
    ? [cause, ...furtherCauses].flatMap((each, index) => [...(index > 0 ? [''] : []), ...causeLines(each)])
    : [prose(stack.reason ?? ''), ...adviceLines(stack.advice)];
  const lines = [...causes, ...(kept ? ['', `**Kept:** ${prose(kept)}.`] : [])];
  return [
    '> [!CAUTION]',
    `> **${plain(stack.stackName)}** ${plain(ending(stack))}`,
    '>',
    ...lines.map(line => `> ${line}`),
  ].join('\n');
}

function causeLines({ logicalId, type, reason, advice, place, explanation }: Cause): string[] {
  return [
    `${code(logicalId)} (${plain(type)})${place ? `, ${code(renderPlace(place))}` : ''}:${explanation ? ` ${prose(explanation)}.` : ''}`,
    plain(reason.replaceAll('\n', ' ')),
    ...adviceLines(advice),
  ];
}

function adviceLines(advice: string | undefined): string[] {
  return advice ? ['', `**What to do:** ${prose(advice)}.`] : [];
}

/** What a service whose deployment failed has to say; all but our own words is untrusted. */
function serviceSection({ service, tasks, logs, says, notes, former }: ServiceReport): string {
  const rows = tasks.map(({ id, container, exit, reason }) => [code(id), code(container), plain(exit), plain(reason)]);
  return blocks(
    `### What service ${code(service)} says`,
    rows.length > 0 ? table(['Stopped task', 'Container', 'Exit code', 'Reason'], rows) : undefined,
    former && `The update was taken back, and the former version goes on: ${plain(former)}.`,
    ...logs.map(({ container, group, lines }) =>
      folded(
        `Last lines of container <code>${html(container)}</code> (log group <code>${html(group)}</code>)`,
        fenced('text', lines.join('\n')),
      ),
    ),
    says.length > 0 ? folded('What ECS says of it, newest first', fenced('text', says.join('\n'))) : undefined,
    ...notes.map(plain),
  ).trimEnd();
}

function changeTable({ stacks }: RunResult): string {
  const rows = stacks.flatMap(stack => [
    ...stack.changes.map(({ action, logicalId, type, replacement, details }) => [
      stack.shortName,
      replacement === 'True' ? '**replace**' : replacement === 'Conditional' ? '**may replace**' : action.toLowerCase(),
      code(logicalId),
      plain(type),
      details.map(code).join(', '),
    ]),
    ...stack.knownAfterDeploy.map(name => [stack.shortName, 'known after deploy', code(name), 'parameter', '']),
    ...stack.knownAfterBuild.map(name => [stack.shortName, 'known after build', code(name), 'parameter', '']),
  ]);
  return rows.length === 0
    ? ''
    : folded('What would change', table(['Stack', 'Change', 'Resource', 'Type', 'Of it'], rows));
}

function residueTable({ residue, dryRun }: RunResult): string {
  const rows = residue.map(({ stack, logicalId, physicalId, type, reason, cost, link: page }) => [
    code(stack) || '—',
    code(logicalId) || '—',
    page ? link(code(physicalId), page) : code(physicalId),
    plain(type),
    cost === 'hourly' ? `**${cost}**` : cost,
    prose(reason),
  ]);
  const head = ['Stack', 'Resource', 'Id', 'Type', 'Cost', 'Why'];
  return `### ${dryRun ? 'Would stay behind' : 'Stays behind'}\n\n${table(head, rows)}`;
}

function outputTable({ stacks, operation }: RunResult): string {
  const rows = stacks.flatMap(stack =>
    Object.entries(stack.outputs).map(([key, value]) => [
      stack.shortName,
      code(key),
      /^https?:\/\/[\w./:@%?&=#~+-]+$/.test(value) ? value : code(value),
    ]),
  );
  return operation === 'teardown' || rows.length === 0
    ? ''
    : folded('Outputs', table(['Stack', 'Output', 'Value'], rows));
}
