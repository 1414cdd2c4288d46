import { openSession, type Session } from '../aws/session.aws.ts';
import { Progress } from '../report/progress.ts';
import type { RunResult, StackResult } from '../report/result.ts';
import { duration, ending } from '../report/words.ts';
import { Cancelled } from '../runner/cancellation.ts';
import { systemClock } from '../runner/clock.ts';
import { type Fault, renderFault, throwIfAny, UserFault } from '../runner/fault.ts';
import { type Host, inGroup } from '../runner/host.ts';
import type { InputValues } from '../runner/spec.ts';
import { isBusy, waitForOthers } from '../stacks/attach.ts';
import { STATUS_ADVICE } from '../stacks/classify.ts';
import type { CloudFormation } from '../stacks/cloudformation.ts';
import type { Engine, Observer, Snapshots } from '../stacks/engine.ts';
import { isOwnEvent } from '../stacks/follow.ts';
import type { PlanFiles } from '../stacks/load-plan-files.ts';
import type { StackSettings } from '../stacks/settings.ts';
import { uploadTemplate } from '../stacks/template-bucket.aws.ts';
import { lostSightFaults } from './lost-sight.ts';
import { type credentialInputs, stackInputs } from './shared-inputs.ts';

type SharedInputs = InputValues<typeof stackInputs> & InputValues<typeof credentialInputs>;

/** The session that an action's inputs ask for. */
export function sessionFor(inputs: SharedInputs, host: Host): Session {
  const { AWS_REGION, AWS_DEFAULT_REGION } = process.env;
  const region = inputs['aws-region'] ?? (AWS_REGION || AWS_DEFAULT_REGION || 'us-east-1');
  const { regex, accepts } = stackInputs['aws-region'].pattern;
  if (!regex.test(region)) {
    throw new UserFault({
      what: 'The environment names no region of AWS',
      seen: `\`${region}\``,
      fix: `Set \`AWS_REGION\` to ${accepts}`,
    });
  }
  const roleArn = inputs['role-to-assume'];
  const surroundings = { notify: (text: string) => host.line(text) };
  if (roleArn === undefined) return openSession(region, undefined, surroundings);
  const idToken = (audience: string) => host.idToken(audience);
  const role = { roleArn, sessionName: inputs['role-session-name'], duration: inputs['role-duration'], idToken };
  return openSession(region, role, surroundings);
}

export interface EngineOptions {
  /** Descriptions of resources are shown from these. */
  files: PlanFiles;
  signal: AbortSignal;
  roleArn?: string | undefined;
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
  const { files, signal, roleArn, settings = {}, mayLose = [], bucket = '' } = options;
  const describe = (stack: string, id: string) => files.templates.get(stack)?.resources[id]?.description;
  return {
    cloudFormation,
    clock: systemClock,
    random: Math.random,
    signal,
    roleArn,
    settings,
    mayLose,
    observer: observerOf(new Progress(host, describe), host),
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

function observerOf(progress: Progress, host: Host): Observer {
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
    ended: result => progress.ended(result),
  };
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
  const next = cause?.advice ?? advice ?? STATUS_ADVICE[status] ?? 'Mend this and run again';
  const resume =
    operation === 'deploy'
      ? 'stacks deployed before it stay as they are, and a new run goes on from here'
      : 'a new run goes on from here';
  const fix = `${next}; ${resume}`;
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
  return {
    what: `Stack \`${stack.stackName}\` was left before its end, because ${stack.reason}`,
    seen: `after ${duration(run.duration)}; AWS goes on with what it has begun`,
    fix: `Wait until ${stack.id ?? stack.stackName} is at rest, then run again`,
  };
}
