import type { Fault, Place } from '../runner/fault.ts';
import type { GrafanaResult } from './grafana-result.ts';

/** What one run did: the only thing that summaries, outputs and annotations are made from. Plain data. */
export interface RunResult {
  operation: 'deploy' | 'teardown';
  prefix: string;
  region: string;
  /** Where everything went when that was not AWS itself, such as a local AWS. */
  endpoint?: string | undefined;
  dryRun: boolean;
  /** In the order in which they ran, or would run. */
  stacks: StackResult[];
  /** What AWS keeps, and bills for, after a teardown. */
  residue: Residue[];
  /** What Grafana has for the stacks, where it was looked at. */
  grafana?: GrafanaResult | undefined;
  /** What the stacks cost a month, where that was looked at. */
  cost?: CostChange | undefined;
  /** Milliseconds from start to end. */
  duration: number;
}

/** What an idle month costs at list prices, as stacks are and as they are to be. Amounts are USD. */
export interface CostChange {
  /** `undefined` when what is deployed cannot be reckoned. */
  before: number | undefined;
  after: number;
  /** Lines of the bill that change. */
  items: readonly { title: string; before: number; after: number }[];
  /** What is in `after` and has no price here, beside what AWS bills by use alone. */
  uncounted: readonly { type: string; count: number; why: string }[];
  /** Whose prices these are, and on which day they were looked up. */
  region: string;
  on: string;
  notCounted: string;
}

/**
 * `none`: the stack is as it should be. `absent`: there is none to delete. `recreate`: a stack that never came into being was
 * deleted first. `recover`: an update that had failed halfway was undone, and nothing else was to do.
 */
export type StackAction = 'create' | 'recreate' | 'recover' | 'update' | 'none' | 'delete' | 'absent' | 'unknown';

export interface StackResult {
  shortName: string;
  stackName: string;
  /** The stack's ARN, when it exists. */
  id?: string | undefined;
  action: StackAction;
  /**
   * `planned`: a dry run. `skipped`: never started, because of what `reason` says. `interrupted`: AWS goes on with it, but
   * this run stopped watching.
   */
  outcome: 'done' | 'planned' | 'failed' | 'skipped' | 'interrupted';
  /** CloudFormation's status at the end, where it was seen. */
  status?: string | undefined;
  /** Why: what differed for an update, what stood in the way of a stack that was skipped or failed. */
  reason?: string | undefined;
  /** Milliseconds. */
  duration: number;
  /** In a dry run: parameters whose value only the deployment of an earlier stack will tell. */
  knownAfterDeploy: readonly string[];
  /** In a dry run: parameters whose value only the build of an image will tell. */
  knownAfterBuild: readonly string[];
  /** A dry run could not delete the empty stack that its change set was made in. */
  leavesStack?: boolean | undefined;
  changes: Change[];
  timeline: ResourceTime[];
  /** What CloudFormation's validation warns of in the changes. */
  validations: Validation[];
  /** In a dry run: why a deployment would refuse changes that take data with them. */
  losses?: readonly Fault[] | undefined;
  /** Settings beside the template that were brought to what the run wants, in words. */
  settings: string[];
  outputs: Readonly<Record<string, string>>;
  cause?: Cause | undefined;
  /** What else stood in the way, beside `cause`. */
  furtherCauses?: readonly Cause[] | undefined;
  /** Where in a file `reason` lies, where that is known. */
  place?: Place | undefined;
  /** What the user can do about `reason`, where that is known. */
  advice?: string | undefined;
  /** Why this run could look at AWS no longer: its credentials came to their end. */
  lostSight?: { what: string; seen?: string | undefined } | undefined;
  /** Its ECS services whose deployment failed. */
  services?: ServiceReport[] | undefined;
  /** Of one that is `interrupted`: how it was left, at the moment of `status`. */
  left?: Left | undefined;
}

/** How a run that was stopped left a stack that AWS is at work on. */
export interface Left {
  /** What AWS does from here, as a clause. */
  next: string;
  /** How to go on, as an imperative sentence without a closing full stop. */
  fix: string;
  /** AWS should have been told to stop, and was not. */
  isUnheard?: true;
}

/** One resource that a change set touches. */
export interface Change {
  action: string;
  logicalId: string;
  type: string;
  replacement?: 'True' | 'False' | 'Conditional' | undefined;
  details: readonly string[];
}

/** What CloudFormation warns of in a change before it is made. */
export interface Validation {
  logicalId: string;
  type: string;
  reason: string;
  place?: Place | undefined;
}

/** How long a resource took; instants in milliseconds since the Unix epoch. */
export interface ResourceTime {
  logicalId: string;
  type: string;
  from: number;
  to: number;
  failed: boolean;
}

/** The first real cause of a failure. */
export interface Cause {
  logicalId: string;
  type: string;
  status: string;
  reason: string;
  /** What the user can do about it, where that is known. */
  advice?: string | undefined;
  /** The resource in the template. */
  place?: Place | undefined;
  /** The reason in plain words, as a clause; backticks mark code. */
  explanation?: string | undefined;
}

/** What an ECS service says of a deployment that failed. All texts but `logicalId` are AWS's or the application's: untrusted. */
export interface ServiceReport {
  logicalId: string;
  /** Its name in ECS. */
  service: string;
  /** The service's own events, newest first. */
  says: readonly string[];
  /** Failed tasks, oldest first; `container` is the one that the task stopped for, '' when it is not known. */
  tasks: readonly { id: string; container: string; exit: string; reason: string }[];
  /** What the containers of a failed task have printed last, one line each. */
  logs: readonly { container: string; group: string; stream: string; lines: readonly string[] }[];
  /** What could not be read. */
  notes: readonly string[];
  /** What runs since the update was taken back, as a clause. */
  former?: string | undefined;
}

/** Something that stays behind. */
export interface Residue {
  /** The stack that it was of; '' when it stands outside of stacks. */
  stack: string;
  logicalId: string;
  /** '' when only AWS knows. */
  physicalId: string;
  type: string;
  /** Backticks mark code. */
  reason: string;
  cost: 'free' | 'pennies' | 'hourly' | 'by usage' | 'unknown';
  /** Its page in the AWS console, where one is known. */
  link?: string | undefined;
}
