import type { Session } from '../aws/session.aws.ts';
import { Progress } from '../report/progress.ts';
import type { RunResult, StackResult } from '../report/result.ts';
import { duration, ending, onKeeping } from '../report/words.ts';
import { servicesOf } from '../rollout/ecs.aws.ts';
import { Cancelled, orAbort } from '../runner/cancellation.ts';
import { systemClock } from '../runner/clock.ts';
import { type Fault, messageOf, renderFault, throwIfAny } from '../runner/fault.ts';
import { type Host, inGroup } from '../runner/host.ts';
import { isBusy, waitForOthers } from '../stacks/attach.ts';
import type { OnCancel } from '../stacks/cancel.ts';
import { STATUS_ADVICE } from '../stacks/classify.ts';
import type { CloudFormation } from '../stacks/cloudformation.ts';
import { blankResult, type Engine, type Observer, type Snapshots } from '../stacks/engine.ts';
import { isOwnEvent } from '../stacks/follow.ts';
import type { PlanFiles } from '../stacks/load-plan-files.ts';
import type { Plan } from '../stacks/plan.ts';
import type { StackSettings } from '../stacks/settings.ts';
import { uploadTemplate } from '../stacks/template-bucket.aws.ts';
import { Notebook } from '../stacks/unfinished.ts';
import { lostSightFaults } from './lost-sight.ts';

export interface EngineOptions {
  /** Descriptions of resources are shown from these. */
  files: PlanFiles;
  signal: AbortSignal;
  roleArn?: string | undefined;
  onCancel?: OnCancel | undefined;
  onFailure?: 'rollback' | 'keep' | undefined;
  settings?: StackSettings;
  /** Resources that may be replaced or deleted with what they hold. */
  mayLose?: readonly string[];
  /** For templates that are too large for a request. */
  bucket?: string | undefined;
}

/** The engine that works on stacks for an action, telling the host what goes on. */
export function engineFor(
  session: Session,
  cloudFormation: CloudFormation,
  host: Host,
  options: EngineOptions,
): Engine {
  const { files, signal, roleArn, settings = {}, mayLose = [], onCancel, onFailure, bucket = '' } = options;
  const describe = (stack: string, id: string) => files.templates.get(stack)?.resources[id]?.description;
  const notebook = new Notebook((name, value) => {
    keepState(REGION_STATE, session.region, host);
    keepState(name, value, host);
  });
  return {
    cloudFormation: notebook.watching(cloudFormation),
    services: servicesOf(session),
    clock: systemClock,
    random: Math.random,
    signal,
    roleArn,
    settings,
    mayLose,
    onCancel,
    keepFailed: onFailure === 'keep',
    observer: observerOf(new Progress(host, describe), host, notebook),
    upload: (template, keep) => uploadTemplate(template, bucket, keep, session),
  };
}

/**
 * Attaches to what is going on with some stacks, unless the user wants an error of it.
 *
 * @returns the snapshots, afresh where something was going on
 */
export async function waitIfBusy(
  stacks: readonly { shortName: string; stackName: string }[],
  snapshots: Snapshots,
  engine: Engine,
  host: Host,
): Promise<Snapshots> {
  if (!stacks.some(({ shortName }) => isBusy(snapshots.get(shortName)?.stack))) return snapshots;
  return await inGroup(host, 'In progress', () => waitForOthers(stacks, snapshots, engine));
}

/** The name of the region's state, beside those of what is unfinished. */
export const REGION_STATE = 'region';

/** For the clean-up after the job; without it, only that is missed. */
export function keepState(name: string, value: string, host: Host): void {
  try {
    host.saveState(name, value);
  } catch (error) {
    host.line(`This step's state could not be kept: ${messageOf(error)}`);
  }
}

function observerOf(progress: Progress, host: Host, notebook: Notebook): Observer {
  const said = new Set<string>();
  return {
    warning(text, place) {
      // What is true of every stack is said once.
      if (!said.has(text)) host.annotate('warning', text, { place });
      said.add(text);
    },
    began: ({ shortName, stackName }, action, expected) => progress.began(shortName, stackName, action, expected),
    event: ({ shortName }, event) => progress.event(shortName, { ...event, isStack: isOwnEvent(event) }),
    note: ({ shortName }, text) => host.line(`${shortName}: ${text}`),
    ended(result) {
      notebook.ended(result);
      progress.ended(result);
    },
  };
}

/** The reads before the first write. @param tell called when the run is stopped in them, to say that nothing was changed */
export async function beforeWrites<T>(reads: Promise<T>, signal: AbortSignal, tell: () => Promise<void>): Promise<T> {
  try {
    return await orAbort(reads, signal);
  } catch (error) {
    if (signal.aborted) await tell();
    throw error;
  }
}

/** The results of stacks that a stopped run has not touched. */
export function untouched({ stacks }: Pick<Plan, 'stacks'>, { reason }: AbortSignal): StackResult[] {
  return stacks.map(stack => ({ ...blankResult(stack), reason: (reason as Cancelled).message }));
}

/** The last lines of every service whose deployment failed, a group of the log for each container. */
export async function showServiceLogs({ stacks }: RunResult, host: Host): Promise<void> {
  for (const { service, logs } of stacks.flatMap(({ services = [] }) => services)) {
    for (const { container, group, stream, lines } of logs) {
      const title = `Last lines of container ${container} of service ${service} (${group}, ${stream})`;
      await inGroup(host, title, async () => host.line(lines.join('\n')));
    }
  }
}

/**
 * Fails the action when a stack did not come to its end: with each failure's cause and the template's line, and with what AWS
 * goes on with after an interruption.
 *
 * @throws UserFault, or Cancelled when the job was cancelled
 */
export function throwUnlessGood(run: RunResult, signal: AbortSignal, host: Host): void {
  const lost = lostSightFaults(run);
  const failures = run.stacks
    .filter(({ outcome }) => outcome === 'failed')
    .flatMap(stack => [failureOf(stack, run), ...furtherFailures(stack)]);
  const interruptions = run.stacks
    .filter(({ outcome, lostSight }) => outcome === 'interrupted' && !lostSight)
    .map(stack => interruptionOf(stack, run));
  const isCancelled = signal.aborted && signal.reason instanceof Cancelled && signal.reason.by !== 'timeout';
  if (!isCancelled) throwIfAny([...lost, ...failures, ...interruptions]);
  for (const fault of [...lost, ...failures, ...interruptions])
    host.annotate('error', renderFault(fault), { place: fault.place });
  // One that came when all was done already changes nothing.
  if (signal.aborted && run.stacks.some(({ outcome }) => outcome !== 'done' && outcome !== 'planned'))
    throw signal.reason;
}

function failureOf(stack: StackResult, { operation }: RunResult): Fault {
  const { cause, advice, status = '' } = stack;
  const kept = onKeeping(stack);
  const next = cause?.advice ?? advice ?? ((!kept && STATUS_ADVICE[status]) || 'Mend this and run again');
  const resume =
    operation === 'deploy'
      ? 'stacks deployed before it stay as they are, and a new run goes on from here'
      : 'a new run goes on from here';
  const fix = kept ? `${next}. ${kept}` : `${next}; ${resume}`;
  if (!cause)
    return {
      what: `Stack \`${stack.stackName}\` failed`,
      seen: stack.reason?.replace(/\.$/, ''),
      fix,
      place: stack.place,
    };
  const what = `Stack \`${stack.stackName}\` ${ending(stack)} because of \`${cause.logicalId}\` (${cause.type})${cause.explanation ? `: ${cause.explanation}` : ''}`;
  return { what, seen: cause.reason, fix, place: cause.place };
}

function furtherFailures({ stackName, furtherCauses = [] }: StackResult): Fault[] {
  return furtherCauses.map(({ logicalId, type, explanation, reason, advice, place }) => ({
    what: `\`${logicalId}\` (${type}) of stack \`${stackName}\` stands in the way too${explanation ? `: ${explanation}` : ''}`,
    seen: reason,
    fix: advice,
    place,
  }));
}

function interruptionOf(stack: StackResult, run: RunResult): Fault {
  const { left, status = 'unknown' } = stack;
  return {
    what: `Stack \`${stack.stackName}\` was left before its end, because ${stack.reason}`,
    seen: left ? `${status}; ${left.next}` : `after ${duration(run.duration)}; AWS goes on with what it has begun`,
    fix: left?.fix ?? `Wait until ${stack.id ?? stack.stackName} is at rest, then run again`,
  };
}
