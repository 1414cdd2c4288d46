import { type Fault, renderPlace } from '../runner/fault.ts';
import { billOf, costFact } from './cost-view.ts';
import { inert, inertCode, inertProse } from './inert.ts';
import { blocks, fenced, html, table } from './markdown.ts';
import type { ReachabilityView } from './plan-view.ts';
import type { Change, RunResult, StackResult } from './result.ts';
import { shownText } from './shown-text.ts';
import { count, duration, ending, explanation } from './words.ts';

/** What a comment on a pull request tells: of a dry run what would change, of a deployment what came of it. Plain data. */
export interface Preview {
  prefix: string;
  region: string;
  /** The last digits of the account, where the role names it. */
  account?: string | undefined;
  dryRun: boolean;
  /** Undefined when the run failed before it came to its stacks. */
  run?: RunResult | undefined;
  /** Empty when it was not looked at, or nothing needs anything. */
  reachability: readonly ReachabilityView[];
  /** With what the run failed, the first cause first; empty when it did not. */
  faults: readonly Fault[];
  /** The commit that was looked at, as long as it is known. */
  commit?: string | undefined;
  /** The workflow run's page. */
  page?: string | undefined;
  /** When this was written, in milliseconds since the Unix epoch. */
  at: number;
}

/** GitHub takes 65,536 characters and refuses more; some are left for what it counts otherwise. */
export const MOST_CHARACTERS = 64_000;

/** How much of each part is shown. */
interface Limits {
  /** Of a fold. */
  lines: number;
  /** Rows of the table, and folds. */
  stacks: number;
  faults: number;
  /** Length of a sentence. */
  words: number;
}

/** Ever less, until it is short enough. */
const LIMITS: readonly Limits[] = [
  { lines: 1000, stacks: 200, faults: 5, words: 1200 },
  { lines: 300, stacks: 200, faults: 5, words: 1200 },
  { lines: 100, stacks: 200, faults: 5, words: 1200 },
  { lines: 30, stacks: 100, faults: 3, words: 800 },
  { lines: 10, stacks: 50, faults: 3, words: 800 },
  { lines: 0, stacks: 30, faults: 2, words: 400 },
  { lines: 0, stacks: 10, faults: 1, words: 400 },
];

/** So few lines are shown without being unfolded. */
const FEW = 8;

/**
 * The comment in Markdown as GitHub renders it, never longer than it takes. What stacks, templates and AWS have put into it does
 * nothing there.
 *
 * @param marker the first line, by which the comment is found again
 */
export function previewComment(marker: string, preview: Preview): string {
  let body = '';
  for (const limits of LIMITS) {
    body = `${marker}\n${render(preview, limits)}`;
    if (body.length <= MOST_CHARACTERS) return body;
  }
  throw new Error(`a comment with next to nothing has ${body.length} characters`);
}

function render(preview: Preview, limits: Limits): string {
  const { run, reachability, faults } = preview;
  const stacks = run?.stacks ?? [];
  return blocks(
    `### ${title(preview)}`,
    headline(preview),
    run?.endpoint && `Not AWS itself: everything went to ${inertCode(run.endpoint)}.`,
    failure(faults, limits),
    losses(stacks, limits),
    stacks.length > 0 ? stackTable(stacks, preview, limits) : undefined,
    factList(run, reachability, preview),
    ...stacks.slice(0, limits.stacks).map(stack => changesOf(stack, preview, limits)),
    reachabilityLines(reachability, limits),
    run?.cost && billOf(run.cost),
    footer(preview),
  );
}

function title({ prefix, region, account, dryRun, run, faults }: Preview): string {
  const place = `${inert(region)}${account ? `, account …${inert(account)}` : ''}`;
  const where = `${inertCode(prefix)} in ${place}`;
  if (faults.length > 0) return `❌ ${dryRun ? 'Preview' : 'Deployment'} of ${where} failed`;
  const isIdle = run?.stacks.every(isUntouched) ?? false;
  if (isIdle) return `✅ ${where} is up to date`;
  return dryRun ? `📝 Preview of ${where}` : `🚀 Deployed ${inertCode(prefix)} to ${place}`;
}

function isUntouched({ action, settings }: StackResult): boolean {
  return action === 'none' && settings.length === 0;
}

/** What happens to resources, in the order in which it is told. */
type Fate = 'add' | 'change' | 'replace' | 'may replace' | 'delete' | 'import' | 'AWS decides';

function fateOf({ action, replacement }: Change): Fate {
  switch (action) {
    case 'Add':
      return 'add';
    case 'Remove':
      return 'delete';
    case 'Import':
      return 'import';
    case 'Modify':
      return replacement === 'True' ? 'replace' : replacement === 'Conditional' ? 'may replace' : 'change';
    default:
      return 'AWS decides';
  }
}

function numberOf(fate: Fate, changes: readonly Change[]): number {
  return changes.filter(change => fateOf(change) === fate).length;
}

/** How each fate is told before and after a deployment. */
const FATES: readonly (readonly [Fate, planned: string, done: string])[] = [
  ['add', 'to add', 'added'],
  ['import', 'to import', 'imported'],
  ['change', 'to change', 'changed'],
  ['replace', 'to replace', 'replaced'],
  ['may replace', 'to change or replace', 'changed or replaced'],
  ['delete', 'to delete', 'deleted'],
  ['AWS decides', 'for AWS to decide', 'decided by AWS'],
];

function headline({ dryRun, run, faults }: Preview): string | undefined {
  if (!run) return dryRun ? undefined : 'Nothing was changed.';
  const { stacks } = run;
  if (faults.length > 0) return dryRun ? undefined : outcomeOf(stacks);
  if (stacks.every(isUntouched))
    return dryRun
      ? 'Nothing would change: CloudFormation has deployed what this commit describes. Changes that were made by hand (drift) are not looked for.'
      : 'Nothing had to be changed.';
  const changes = stacks.flatMap(stack => stack.changes);
  const counts = FATES.flatMap(([fate, planned, done]) => {
    const number = numberOf(fate, changes);
    return number > 0 ? [`${number} ${dryRun ? planned : done}`] : [];
  });
  const touched = stacks.filter(stack => !isUntouched(stack)).length;
  const resources = counts.length > 0 ? counts.join(', ') : 'No resource';
  return `**${resources}** in ${touched} of ${count(stacks.length, 'stack')}${dryRun ? '' : `, in ${duration(run.duration)}`}.`;
}

function outcomeOf(stacks: readonly StackResult[]): string {
  const done = stacks.filter(({ outcome }) => outcome === 'done').length;
  return `${done} of ${count(stacks.length, 'stack')} went well; a new run goes on from there.`;
}

function failure(faults: readonly Fault[], { faults: most, words }: Limits): string | undefined {
  if (faults.length === 0) return undefined;
  const shown = faults
    .slice(0, most)
    .flatMap((fault, index) => [...(index > 0 ? ['', '---', ''] : []), ...faultLines(fault, words)]);
  const more = faults.length - most;
  const rest = more > 0 ? ['', `… and ${more} more, which the log of the run has.`] : [];
  return alert('CAUTION', [...shown, ...rest]);
}

function faultLines({ what, seen, fix, place }: Fault, most: number): string[] {
  return [
    `${place ? `${inertCode(renderPlace(place))}: ` : ''}**${inertProse(what, most).trim()}.**`,
    ...(seen === undefined ? [] : ['', `Seen: ${inertProse(seen, most)}`]),
    ...(fix === undefined ? [] : ['', `**What to do:** ${inertProse(fix, most)}.`]),
  ];
}

/** Changes that a deployment would refuse, as they take data with them. */
function losses(stacks: readonly StackResult[], { faults: most, words }: Limits): string | undefined {
  const all = stacks.flatMap(stack => stack.losses ?? []);
  if (all.length === 0) return undefined;
  const lines = all
    .slice(0, most)
    .flatMap(({ what, fix = '' }) => ['', `- ${inertProse(what, words)}. ${inertProse(fix, words)}.`]);
  const more = all.length - most;
  return alert('WARNING', [
    '**A deployment would refuse this**',
    ...lines,
    ...(more > 0 ? ['', `- … and ${more} more`] : []),
  ]);
}

/** https://docs.github.com/get-started/writing-on-github/getting-started-with-writing-and-formatting-on-github/basic-writing-and-formatting-syntax#alerts */
function alert(kind: 'CAUTION' | 'WARNING', lines: readonly string[]): string {
  return [`> [!${kind}]`, ...lines.map(line => `> ${line}`.trimEnd())].join('\n');
}

function iconOf({ outcome, action }: StackResult): string {
  if (outcome === 'failed') return '❌';
  if (outcome === 'interrupted') return '⏸️';
  if (outcome === 'skipped') return '⏭️';
  const icons: Partial<Record<StackResult['action'], string>> = {
    none: '✅',
    create: '🆕',
    recreate: '🆕',
    unknown: '❔',
  };
  return icons[action] ?? (outcome === 'planned' ? '✏️' : '✅');
}

function stackTable(stacks: readonly StackResult[], { dryRun }: Preview, { stacks: most }: Limits): string {
  const words = dryRun ? ['Add', 'Change', 'Replace', 'Delete'] : ['Added', 'Changed', 'Replaced', 'Deleted'];
  const rows = stacks.slice(0, most).map(stack => {
    const number = (...fates: Fate[]) => fates.reduce((sum, fate) => sum + numberOf(fate, stack.changes), 0);
    const [certain, possible] = [number('replace'), number('may replace')];
    const replaced = possible > 0 ? `${certain}–${certain + possible}` : certain || '';
    return [
      iconOf(stack),
      inertCode(stack.shortName, 128),
      inert(ending(stack), 128),
      `${number('add', 'import') || ''}`,
      `${number('change', 'AWS decides') || ''}`,
      replaced === '' ? '' : `**${replaced}**`,
      number('delete') > 0 ? `**${number('delete')}**` : '',
      whyOrTime(stack, dryRun),
    ];
  });
  const more = stacks.length - most;
  const rest = more > 0 ? [['', `… and ${more} more`, '', '', '', '', '', '']] : [];
  return table(['', 'Stack', 'Result', ...words, dryRun ? 'Why' : 'Time'], [...rows, ...rest]);
}

function whyOrTime(stack: StackResult, dryRun: boolean): string {
  if (stack.outcome === 'failed') return 'see above';
  if (stack.outcome === 'skipped' || dryRun) return inertProse(explanation(stack), 200);
  return duration(stack.duration);
}

function factList(
  run: RunResult | undefined,
  reachability: readonly ReachabilityView[],
  { dryRun }: Preview,
): string | undefined {
  const warnings = run?.stacks.flatMap(stack => stack.validations) ?? [];
  const url = run && !dryRun ? addressOf(run) : undefined;
  const facts = [
    url && `**Answers at** <${url}>`,
    run?.cost && costFact(run.cost, dryRun),
    reachabilityFact(reachability),
    warnings.length > 0
      ? `**CloudFormation warns** of ${count(warnings.length, 'change')}; the job summary has them`
      : '',
  ].filter(fact => fact);
  return facts.length > 0 ? facts.map(fact => `- ${fact}`).join('\n') : undefined;
}

/** Where the service answers, when that is an address and nothing else. */
function addressOf({ stacks }: RunResult): string | undefined {
  const url = stacks.map(({ outputs }) => outputs.LoadBalancerUrl).findLast(value => value !== undefined);
  return url !== undefined && url.length < 500 && /^https?:\/\/[\w./:%?&=~+-]+$/.test(url) ? url : undefined;
}

function reachabilityFact(needs: readonly ReachabilityView[]): string | undefined {
  if (needs.length === 0) return undefined;
  const having = (verdict: ReachabilityView['verdict']) => needs.filter(need => need.verdict === verdict).length;
  const name = '**Reachability**';
  const [blocked, unknown] = [having('blocked'), having('unknown')];
  if (blocked + unknown === 0) return `${name}: tasks reach all that they need (${needs.length} of ${needs.length})`;
  const parts = [
    ...(blocked > 0 ? [`🔴 ${blocked} blocked`] : []),
    ...(unknown > 0 ? [`${unknown} cannot be told`] : []),
    ...(having('reachable') > 0 ? [`${having('reachable')} reachable`] : []),
  ];
  return `${name} of ${count(needs.length, 'thing')} that tasks need: ${parts.join(', ')}`;
}

/** `!` is orange on GitHub; `~` has no colour, as the least of them. */
const SIGNS: Readonly<Record<Fate, string>> = {
  add: '+',
  import: '+',
  change: '~',
  replace: '!',
  'may replace': '!',
  delete: '-',
  'AWS decides': '~',
};

/** What is worth a word beside the sign. */
const REMARKS: Partial<Readonly<Record<Fate, readonly [planned: string, done: string]>>> = {
  import: ['imported', 'imported'],
  replace: ['replaced', 'replaced'],
  'may replace': ['may be replaced', 'changed or replaced'],
  'AWS decides': ['AWS decides', 'AWS decided'],
};

/** What changes of a stack, in the colours of a difference: a block of code, in which nothing is active. */
function changesOf(stack: StackResult, { dryRun }: Preview, { lines: most }: Limits): string | undefined {
  const { changes, settings, shortName } = stack;
  const order = FATES.map(([fate]) => fate);
  const sorted = changes.toSorted((a, b) => order.indexOf(fateOf(b)) - order.indexOf(fateOf(a)));
  const rows = [...sorted.map(change => rowOf(change, dryRun)), ...settings.map(setting => ['~', setting])];
  const later = laterKnown(stack);
  if (rows.length === 0) return later && `<code>${inert(shortName, 128)}</code>: ${later}`;
  return fold(`<code>${inert(shortName, 128)}</code>`, rows, 'change', most, later);
}

/** So many names are read; more are a wall. */
const MOST_NAMES = 20;

/** Parameters whose value only a build, or the deployment of another stack, tells. */
function laterKnown({ knownAfterBuild, knownAfterDeploy }: StackResult): string | undefined {
  const lists = [
    ['Known after build', knownAfterBuild],
    ['Known after deploy', knownAfterDeploy],
  ] as const;
  const lines = lists.flatMap(([when, names]) => (names.length > 0 ? [`${when}: ${nameList(names)}`] : []));
  return lines.length > 0 ? lines.join('\\\n') : undefined;
}

function nameList(names: readonly string[]): string {
  const shown = names.slice(0, MOST_NAMES).map(name => inertCode(name, 128));
  const more = names.length - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function rowOf(change: Change, dryRun: boolean): string[] {
  const fate = fateOf(change);
  const remark = REMARKS[fate]?.[dryRun ? 0 : 1];
  const details = change.details.join(', ');
  return [SIGNS[fate], change.logicalId, change.type, [remark, details].filter(Boolean).join(': ')];
}

function reachabilityLines(needs: readonly ReachabilityView[], { lines: most }: Limits): string | undefined {
  if (needs.every(({ verdict }) => verdict === 'reachable')) return undefined;
  const signs = { reachable: '+', blocked: '-', unknown: '!' } as const;
  const rows = needs
    .toSorted((a, b) => Number(a.verdict === 'reachable') - Number(b.verdict === 'reachable'))
    .map(({ service, need, verdict, detail }) => [
      signs[verdict],
      service,
      need,
      `${verdict === 'unknown' ? 'cannot be told' : verdict}: ${detail.replaceAll('`', '')}`,
    ]);
  return fold('Reachability', rows, 'thing', most);
}

/**
 * Rows in the colours of a difference, as many as there is room for.
 *
 * @param name HTML that is inert already: GitHub reads no Markdown in the line of a fold
 * @param after what stands below them
 */
function fold(name: string, rows: readonly string[][], noun: string, most: number, after?: string): string {
  const lines = columns(rows.slice(0, most));
  const left = rows.length - lines.length;
  const open = rows.length <= FEW && lines.length > 0 ? ' open' : '';
  // Between HTML, Markdown is read only after an empty line.
  return [
    `<details${open}><summary>${name}: ${count(rows.length, noun)}</summary>`,
    ...(lines.length > 0 ? [fenced('diff', lines.join('\n'))] : []),
    ...(left > 0 ? [`… and ${count(left, 'more line', 'more lines')}: the job summary of the run has them all.`] : []),
    ...(after === undefined ? [] : [after]),
    '</details>',
  ].join('\n\n');
}

/** Longer cells do not push the others away. */
const WIDEST = 48;

/** Rows of a sign and cells, in columns. */
function columns(rows: readonly (readonly string[])[]): string[] {
  const clean = rows.map(([sign = '', ...cells]) => [sign, ...cells.map(cell => shownText(cell))]);
  const widthOf = (index: number) =>
    Math.max(0, ...clean.map(row => row[index]?.length ?? 0).filter(length => length <= WIDEST));
  const widths = [1, 2, 3].map(widthOf);
  return clean.map(([sign = '', ...cells]) =>
    `${sign} ${cells.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join('  ')}`.trimEnd(),
  );
}

function footer({ commit, page, at, dryRun, run }: Preview): string {
  const isClean = !run?.stacks.some(({ leavesStack }) => leavesStack);
  const parts = [
    ...(commit ? [`Commit <code>${inert(commit.slice(0, 7))}</code>`] : []),
    ...(page ? [`<a href="${html(page)}">log and job summary</a>`] : []),
    `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`,
    ...(dryRun ? [`dry run: ${isClean ? 'nothing' : 'no resource'} was changed at AWS`] : []),
  ];
  return `<sub>${parts.join(' · ')}</sub>`;
}
