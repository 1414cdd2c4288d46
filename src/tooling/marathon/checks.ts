import type { ApiCall, FaultName, StackInfo } from '@zap-obs/local-aws';
import { STACKS } from './small-stacks.ts';
import { type Run, SECRETS } from './world.ts';

/** Faults that a run gets over by itself, as long as they do not strike the same call again and again. */
const HARMLESS: readonly FaultName[] = [
  'throttled',
  'service-error',
  'connection-reset',
  'answer-lost',
  'slow-answer',
  'hanging',
  'half-answer',
  'html-answer',
  'stale-read',
  'lost-event-page',
  'repeated-event-page',
  'late-events',
  'disordered-events',
  'resource-hangs',
];
/** Of those, what a call is tried again for, and not as often as a call is tried. */
const LINE: readonly FaultName[] = HARMLESS.slice(0, 8);
const MOST_FAULTS_OF_A_LINE = 4;

/** At rest with all that its template says; which template that is, its version tells. */
const isFine = (stack: StackInfo | undefined) => /^(CREATE|UPDATE|UPDATE_ROLLBACK)_COMPLETE$/.test(stack?.status ?? '');
const isGone = (stack: StackInfo | undefined) => !stack || stack.status === 'DELETE_COMPLETE';
const isAtRest = (stack: StackInfo) => isGone(stack) || isFine(stack);
const of = (stacks: readonly StackInfo[], shortName: string) =>
  stacks.find(({ name }) => name.endsWith(`-${shortName}`));

/** What is wrong with a run, one sentence each; empty when it did and said what it should. */
export function problemsOf(run: Run): string[] {
  return [
    ...crash(run),
    ...wrongExit(run),
    ...wrongReport(run),
    ...(run.step.dryRun ? changesOfDryRun(run) : []),
    ...needlessWrites(run),
    ...orphans(run),
    ...secrets(run),
  ];
}

function crash({ log, summary, code, step, isEndless, wasStopped }: Run): string[] {
  const crashed = /bug in zap-obs|crashed/;
  // A signal may hit a process that has done its work and is taking itself down.
  const isLate = step.isProcess && wasStopped && code === null && /^## (✅|📝)/.test(summary);
  const isSilent = code !== 0 && !isEndless && !isLate && !/\[error|::error/.test(log);
  return [
    ...(isEndless ? ['it does not come to an end'] : []),
    ...(crashed.test(log) ? [`it crashed: ${excerpt(log, crashed)}`] : []),
    ...(isSilent ? [`it ends with code ${code}, and does not say why`] : []),
  ];
}

function excerpt(log: string, pattern: RegExp): string {
  const lines = log.split('\n');
  const at = lines.findIndex(each => pattern.test(each));
  return lines.slice(at, at + 4).join(' ⏎ ');
}

const isBusy = (status: string) => status.endsWith('_IN_PROGRESS') && status !== 'REVIEW_IN_PROGRESS';
const foreign = ({ struck }: Run) => [...struck.keys()].some(name => name.startsWith('foreign-'));

/** The exit code says whether everything is as the run was to make it. */
function wrongExit(run: Run): string[] {
  const { step, code, before, after, struck, wasStopped } = run;
  const { action, dryRun, version } = step;
  if (run.isEndless) return [];
  const isExcused = wasStopped || version === 'broken' || !before.every(isAtRest);
  const strikes = LINE.reduce((sum, name) => sum + (struck.get(name) ?? 0), 0);
  const isEasy = [...struck.keys()].every(name => HARMLESS.includes(name)) && strikes <= MOST_FAULTS_OF_A_LINE;
  if (code !== 0) return isEasy && !isExcused ? [`it fails (${code}) though it could get over ${faultsIn(run)}`] : [];
  if (dryRun || foreign(run)) return [];
  if (action === 'teardown')
    return after.flatMap(stack => (isGone(stack) ? [] : [`it ends well, but ${stack.name} is ${stack.status}`]));
  return STACKS.flatMap(name => {
    const stack = of(after, name);
    if (isFine(stack) && stack?.outputs.Version === version) return [];
    return [`it ends well, but ${name} is ${stack?.status ?? 'not there'} with version ${stack?.outputs.Version}`];
  });
}

function faultsIn({ struck }: Run): string {
  return [...struck].map(([name, times]) => `${times} × ${name}`).join(', ') || 'everything: no fault has struck';
}

/** The rows of the summary, by short name: how the stack ended, in words. */
function rowsOf({ summary }: Run): Map<string, string> {
  const rows = [...summary.matchAll(/^\| \S+ \| \[?`[\w-]+-(\w+)`\S* \| ([^|]+) \|/gm)];
  return new Map(rows.map(([, name = '', words = '']) => [name, words.trim()]));
}

const executed = ({ calls }: Run, shortName: string) =>
  calls.some(
    call => call.action === 'ExecuteChangeSet' && call.status === 200 && call.stack?.endsWith(`-${shortName}`),
  );

/** What the summary says of each stack is so. */
function wrongReport(run: Run): string[] {
  const { step, code, after, outputs } = run;
  if (run.isEndless) return [];
  const rows = rowsOf(run);
  const problems: string[] = [];
  for (const [name, words] of rows) {
    const stack = of(after, name);
    const says = `the summary says of ${name} '${words}', but`;
    if (/^(created|recreated|updated|unchanged)$/.test(words) && !step.dryRun && !foreign(run)) {
      if (!isFine(stack) || stack?.outputs.Version !== step.version)
        problems.push(`${says} it is ${stack?.status} with version ${stack?.outputs.Version}`);
    }
    if (/^(not started|failed before any change)/.test(words) && executed(run, name))
      problems.push(`${says} its change set was executed`);
    const [, status] = /^failed \(([A-Z_]+)\)$/.exec(words) ?? [];
    if (status && !status.endsWith('_IN_PROGRESS') && stack?.status !== status && !foreign(run))
      problems.push(`${says} it is ${stack?.status}`);
    if (words === 'deleted' && !isGone(stack) && !foreign(run)) problems.push(`${says} it is ${stack?.status}`);
  }
  if (code !== 0 || step.dryRun) return problems;
  if (rows.size !== STACKS.length) problems.push(`the summary tells of ${rows.size} stacks`);
  return [...problems, ...(step.action === 'deploy' ? wrongOutputs(run, outputs) : [])];
}

function wrongOutputs(run: Run, given: Record<string, string>): string[] {
  if (foreign(run)) return [];
  const real = Object.fromEntries(STACKS.map(name => [name, of(run.after, name)?.outputs ?? {}]));
  const told: Record<string, Record<string, string>> = JSON.parse(given.outputs ?? '{}');
  const problems = STACKS.filter(name => !sameOutputs(told[name] ?? {}, real[name] ?? {})).map(
    name => `output \`outputs\` has ${JSON.stringify(told[name])} for ${name}, which has ${JSON.stringify(real[name])}`,
  );
  if (given.changed !== 'true' && STACKS.some(name => executed(run, name)))
    problems.push(`output \`changed\` is ${given.changed}, but a change set was executed`);
  return problems;
}

function sameOutputs(one: Record<string, string>, other: Record<string, string>): boolean {
  const sorted = (outputs: Record<string, string>) => JSON.stringify(Object.entries(outputs).sort());
  return sorted(one) === sorted(other);
}

const isWrite = ({ action }: ApiCall) => !/^(Describe|Get|List|Head|Assume|Validate)/.test(action);

/** A dry run writes nothing but change sets, which it takes away, with the empty stacks that hold them. */
function changesOfDryRun(run: Run): string[] {
  const { calls, before, after, step } = run;
  const allowed = step.action === 'deploy' ? /^(CreateChangeSet|DeleteChangeSet|DeleteStack)$/ : /^$/;
  const wrong = calls.filter(call => isWrite(call) && !allowed.test(call.action)).map(({ action }) => action);
  if (foreign(run)) return wrong.map(action => `a dry run calls ${action}`);
  const shown = (stacks: readonly StackInfo[]) =>
    JSON.stringify(
      stacks.filter(stack => !isGone(stack)).map(({ name, id, resources, outputs }) => [name, id, resources, outputs]),
    );
  const isSame =
    shown(before.filter(({ status }) => status !== 'REVIEW_IN_PROGRESS')) ===
    shown(after.filter(({ status }) => status !== 'REVIEW_IN_PROGRESS'));
  return [...wrong.map(action => `a dry run calls ${action}`), ...(isSame ? [] : ['a dry run has changed stacks'])];
}

/**
 * Where everything is as it should be, nothing is written. What AWS does not show takes a change set to compare, a value that
 * is NoEcho as well as a stack that is shown as it was.
 */
function needlessWrites(run: Run): string[] {
  const { step, before, calls, struck } = run;
  const isWanted = STACKS.every(name => isFine(of(before, name)) && of(before, name)?.outputs.Version === step.version);
  if (step.action !== 'deploy' || !isWanted || foreign(run)) return [];
  const mayCompare = (call: ApiCall) =>
    (call.stack?.endsWith('-side') || struck.has('stale-read')) && /^(Create|Delete)ChangeSet$/.test(call.action);
  return calls
    .filter(call => isWrite(call) && !mayCompare(call))
    .map(({ action, stack }) => `${action} is called for ${stack}, though nothing is to be done`);
}

/** What a run leaves behind and does not tell. Where AWS takes no call any more, telling is all that it can do. */
function orphans({ before, after, log, struck }: Run): string[] {
  const mayBeLeft = log.split('\n').filter(each => each.includes('may be left'));
  const amid = [...struck.keys()].join(', ') || 'no fault';
  const old = new Set(before.flatMap(({ name, status, changeSets }) => [...changeSets, `${name} ${status}`]));
  return after.flatMap(({ name, status, changeSets }) => {
    const isTold = (what: string) => mayBeLeft.some(each => each.includes(what));
    const unheard = changeSets.filter(changeSet => !old.has(changeSet) && !isTold(changeSet));
    const isEmpty = status === 'REVIEW_IN_PROGRESS' && changeSets.length === 0 && !old.has(`${name} ${status}`);
    return [
      ...unheard.map(changeSet => `change set ${changeSet} of ${name} is left, amid ${amid}`),
      ...(isEmpty && !isTold(`of ${name} `) ? [`the empty stack ${name} is left, amid ${amid}`] : []),
      ...(isBusy(status) ? [`${name} does not come to rest: ${status}`] : []),
    ];
  });
}

function secrets({ log, summary, outputs, states }: Run): string[] {
  const places = { log, summary, outputs: JSON.stringify(outputs), 'saved states': states };
  return Object.entries(SECRETS).flatMap(([what, secret]) =>
    Object.entries(places).flatMap(([place, text]) =>
      text.includes(secret) ? [`${what} stands in the ${place}`] : [],
    ),
  );
}
