import { renderFault, throwIfAny } from '../../runner/fault.ts';
import type { Host } from '../../runner/host.ts';
import type { CombinationFault } from '../../stacks/combinations/combinations.ts';
import type { Snapshots } from '../../stacks/engine.ts';

/**
 * Ends the run for what is certainly wrong. What may work in AWS as somebody changed it by hand is a warning: refusing it
 * would keep a deployment that works from being updated at all.
 *
 * @throws UserFault
 */
export function judgeCombinations(faults: readonly CombinationFault[], snapshots: Snapshots, host: Host): void {
  const mayWork = ({ unlessDeployed: name }: CombinationFault) => name !== undefined && snapshots.get(name)?.stack;
  for (const fault of faults.filter(mayWork)) host.annotate('warning', renderFault(fault), { place: fault.place });
  throwIfAny(faults.filter(fault => !mayWork(fault)));
}
