import type { Place } from '../runner/fault.ts';

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
  /** Milliseconds from start to end. */
  duration: number;
}

/** `none`: the stack is as it should be. `absent`: there is none to delete. `recreate`: a stack that never came into being was deleted first. */
export type StackAction = 'create' | 'recreate' | 'update' | 'none' | 'delete' | 'absent' | 'unknown';

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
  changes: Change[];
  timeline: ResourceTime[];
  outputs: Readonly<Record<string, string>>;
  cause?: Cause | undefined;
  /** What the user can do about `reason`, where that is known. */
  advice?: string | undefined;
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
}

/** Something that stays behind after its stack is gone. */
export interface Residue {
  stack: string;
  logicalId: string;
  physicalId: string;
  type: string;
  reason: string;
}
