import type { StackResult } from '../report/result.ts';
import type { Fault } from '../runner/fault.ts';
import type { UnderWay } from './cancel.ts';
import type { Verdict } from './classify.ts';
import type { ParameterValue } from './cloudformation.ts';
import type { Engine, Snapshot } from './engine.ts';
import type { Resource } from './evaluation/values.ts';
import type { PlannedStack } from './plan.ts';
import type { Remedy } from './recover.ts';
import type { RecoveryOptions } from './status-faults.ts';

/** The values of a stack's parameters, as far as they are known. */
export interface Values {
  known: Readonly<Record<string, ParameterValue>>;
  /** In a dry run: parameters whose value a stack of this run will provide. */
  afterDeploy: readonly string[];
  /** In a dry run: parameters whose value the build of an image will tell. */
  afterBuild: readonly string[];
  /** Among those two, the ones that no present value can stand in for: without them no change set can be made. */
  missing: readonly string[];
  /** Why the stack cannot be deployed with these values. */
  faults: readonly Fault[];
  /** What the template makes of the values that are known, where no change set can tell. */
  resources: () => Iterable<Resource>;
}

/** How one stack shall be deployed. */
export interface StackOptions extends RecoveryOptions {
  dryRun: boolean;
}

/** One stack's turn. The result is filled as facts become known, so that a failure leaves behind what was known by then. */
export interface Turn {
  stack: PlannedStack;
  valuesFor: (snapshot: Snapshot) => Values;
  engine: Engine;
  options: StackOptions;
  result: StackResult;
  /** What had to be done before the change itself, in words, and by what means. */
  past: Map<Remedy | 'recreate' | 'wait', string>;
  /** What AWS has been told to begin, until it is seen to have ended. */
  atAws: { underWay?: UnderWay | undefined };
}

/** What is to be done next in a turn, as the last look at the stack shows it. */
export interface Step extends Turn {
  snapshot: Snapshot;
  values: Values;
  verdict: Verdict;
}
