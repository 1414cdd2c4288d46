import { renderFault, throwIfAny } from '../../runner/fault.ts';
import type { Host } from '../../runner/host.ts';
import type { InputValues } from '../../runner/spec.ts';
import { type Finding, reachabilityFaults } from '../../stacks/reachability/reachability.ts';
import type { spec } from './spec.ts';

type Mode = InputValues<typeof spec.inputs>['reachability'];

/**
 * Tasks that cannot reach what they need would fail after many minutes, so they end the run here. What is only guessed to be
 * needed is a warning.
 *
 * @throws UserFault unless the user only wants to be warned
 */
export function judgeReachability(findings: readonly Finding[], mode: Mode, host: Host): void {
  const isBinding = ({ isGuess }: Finding) => mode === 'enforce' && !isGuess;
  for (const fault of reachabilityFaults(findings.filter(finding => !isBinding(finding)))) {
    host.annotate('warning', renderFault(fault), { place: fault.place });
  }
  const faults = reachabilityFaults(findings.filter(isBinding));
  throwIfAny(faults.map(fault => ({ ...fault, fix: `${fault.fix}; input \`reachability: warn\` goes on without it` })));
}
