import { ExpiredCredentials } from '../aws/transient-error.ts';
import type { StackResult } from '../report/result.ts';
import type { Services } from '../rollout/ecs.ts';
import { Cancelled } from '../runner/cancellation.ts';
import { type Place, renderFault, UserFault } from '../runner/fault.ts';
import type { OnCancel } from './cancel.ts';
import type { CloudFormation, DeployedStack, StackEvent } from './cloudformation.ts';
import type { FollowOptions } from './follow.ts';
import type { StackSettings } from './settings.ts';

/** What deploying and deleting stacks needs from outside. */
export interface Engine extends Omit<FollowOptions, 'onEvent'> {
  cloudFormation: CloudFormation;
  /** The ECS services that stacks have, to be followed and verified; absent: CloudFormation's word is all there is. */
  services?: Services | undefined;
  observer: Observer;
  /** Puts a template that is too large for a request where CloudFormation can read it; one not to be kept under a name of its own. */
  upload(template: string, keep: boolean): Promise<Upload>;
  settings: StackSettings;
  /** Resources that may be replaced or deleted with what they hold: `LogicalId` or `<short name>.LogicalId`. */
  mayLose: readonly string[];
  /** The role that CloudFormation acts with. */
  roleArn?: string | undefined;
  /** What becomes of what AWS has under way when the run is stopped. Default: it is taken back. */
  onCancel?: OnCancel | undefined;
  /** What failed stays as it is, for inspection, instead of being rolled back. */
  keepFailed?: boolean | undefined;
}

/** A template in a bucket. */
export interface Upload {
  url: string;
  remove(): Promise<void>;
}

/** Told of everything as it happens; nothing in the engine prints. */
export interface Observer {
  /** Work on a stack begins. `expected`: how many resources it will touch. */
  began(stack: { shortName: string; stackName: string }, action: string, expected: number): void;
  event(stack: { shortName: string; stackName: string }, event: StackEvent): void;
  /** Something that is worth a line of the log. */
  note(stack: { shortName: string }, text: string): void;
  ended(result: StackResult): void;
  /** Something that the user should know and that does not change how the run ends. */
  warning(text: string, place?: Place): void;
}

/** A stack as it was read before the run, with its template as submitted. */
export interface Snapshot {
  stack: DeployedStack | undefined;
  template: string | undefined;
}

/** Every stack of a plan as AWS held it at the start, by short name; also those that `only` leaves out. */
export type Snapshots = ReadonlyMap<string, Snapshot>;

/** The result of a stack with which nothing was done yet. */
export function blankResult({ shortName, stackName }: { shortName: string; stackName: string }): StackResult {
  return {
    shortName,
    stackName,
    action: 'unknown',
    outcome: 'skipped',
    duration: 0,
    knownAfterDeploy: [],
    knownAfterBuild: [],
    changes: [],
    timeline: [],
    validations: [],
    settings: [],
    outputs: {},
  };
}

/** Whether what depends on a stack may have its turn. */
export function isGood({ outcome }: StackResult): boolean {
  return outcome === 'done' || outcome === 'planned';
}

/** Follow options that also tell the observer. */
export function watching(stack: { shortName: string; stackName: string }, engine: Engine): FollowOptions {
  return {
    clock: engine.clock,
    signal: engine.signal,
    random: engine.random,
    onEvent: event => engine.observer.event(stack, event),
  };
}

/**
 * Turns what stopped the work on a stack into its result; a bug is thrown on. What AWS has begun goes on, whatever kept this
 * run from watching it: then the stack did not fail, as far as anybody knows.
 */
export function recordFailure(error: unknown, result: StackResult): void {
  const isUnderWay = result.outcome === 'interrupted';
  if (error instanceof ExpiredCredentials) {
    const [{ what, seen } = { what: error.message }] = error.faults;
    Object.assign(result, { lostSight: { what, seen }, reason: what });
    if (!isUnderWay) result.outcome = 'skipped';
    return;
  }
  if (error instanceof Cancelled) {
    if (!isUnderWay) result.outcome = 'skipped';
    result.reason = error.message;
  } else if (error instanceof UserFault) {
    if (!isUnderWay) result.outcome = 'failed';
    result.reason = error.faults.map(({ fix: _, place: __, ...fault }) => renderFault(fault)).join(' ');
    result.place = error.faults.find(({ place }) => place !== undefined)?.place;
    result.advice = error.faults.map(({ fix }) => fix).findLast(fix => fix !== undefined);
  } else throw error;
}
