import type { Fault } from '../../runner/fault.ts';
import { hiddenResources } from '../evaluation/hidden-resources.ts';
import { scopesOf } from '../evaluation/scope.ts';
import type { Plan } from '../plan.ts';
import { brokenRules } from '../rules/broken-rules.ts';
import { cidrRoom } from './cidr-room.ts';
import type { Combination } from './combination.ts';
import { containerReservations } from './container-reservations.ts';
import { fargateSizes } from './fargate-size.ts';
import { logRetentions } from './log-retention.ts';
import { networkSizes } from './network-size.ts';
import { scalableTargets } from './scalable-target.ts';
import { secureListeners } from './secure-listener.ts';
import { type Sight, sightOf } from './sight.ts';
import { subnetsOutsideVpc } from './subnet-in-vpc.ts';
import { overlappingSubnets } from './subnet-overlap.ts';

/** What templates cannot say in rules, and services would only say when a deployment has come to them. */
const CHECKS: readonly ((sight: Sight) => Combination[])[] = [
  scalableTargets,
  fargateSizes,
  containerReservations,
  logRetentions,
  networkSizes,
  cidrRoom,
  subnetsOutsideVpc,
  overlappingSubnets,
  secureListeners,
];

/** What there is to say about a combination. */
export interface CombinationFault extends Fault {
  /** Short name of a stack; where that is deployed, what is wrong in the templates may work in AWS. */
  unlessDeployed?: string | undefined;
}

/**
 * Values of the plan that cannot work together: rules of the templates that they break, and resources that AWS would refuse.
 * Only what is certain is a fault; what is not known yet is left for AWS to judge.
 */
export function combinationFaults(plan: Pick<Plan, 'stacks' | 'leftOut'>, region: string): CombinationFault[] {
  const scopes = scopesOf(plan, region);
  const rules = [...scopes.values()].flatMap(scope => brokenRules(scope, plan.stacks));
  const sight = sightOf(plan, scopes, hiddenResources(plan) !== undefined);
  const resources = CHECKS.flatMap(check => check(sight));
  const news = resources.filter(found => !rules.some(rule => says(rule, found)));
  return [...rules, ...news].map(({ what, seen, fix, place, unlessDeployed }) => ({
    what,
    seen,
    fix,
    place,
    unlessDeployed,
  }));
}

/** A template's own rule says the same in its own words. */
function says(rule: Combination, { stack, parameters }: Combination): boolean {
  return rule.stack === stack && parameters.length > 0 && parameters.every(name => rule.parameters.includes(name));
}
