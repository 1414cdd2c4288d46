import type { Fault } from '../../runner/fault.ts';

/** Values that cannot work together. */
export interface Combination extends Fault {
  /** Short name of the stack. */
  stack: string;
  /** The parameters of that stack which it is made of, as far as they can be told. */
  parameters: readonly string[];
  /**
   * Short name of a stack that may have been changed by hand where it is deployed, so that the fault is only certain where it
   * is not.
   */
  unlessDeployed?: string;
}
