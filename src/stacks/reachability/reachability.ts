import type { Fault } from '../../runner/fault.ts';
import type { Plan } from '../plan.ts';
import { ecsSites } from './ecs-sites.ts';
import { grafanaSites } from './grafana-sites.ts';
import { networkOf, type Surroundings } from './network.ts';
import type { Outcome } from './outcome.ts';
import { decide } from './path.ts';

/** Whether one service, or one Grafana workspace, can reach one thing that it needs. */
export type Finding = Outcome & {
  /** `<short name of its stack>.<logical id>` */
  service: string;
  /** How messages call it. */
  title: string;
  need: string;
  /** The need itself is a guess, see `Need`. */
  isGuess: boolean;
};

/**
 * What the plan's services and workspaces can reach, decided from templates and known values alone. What these do not tell
 * is `unknown`, never a guess.
 */
export function reachability(plan: Pick<Plan, 'stacks' | 'leftOut'>, surroundings: Surroundings): Finding[] {
  const network = networkOf(plan, surroundings);
  return [...ecsSites(network), ...grafanaSites(network)].flatMap(site =>
    site.needs.map(need => ({
      ...decide(need, site, network),
      service: `${site.stack}.${site.id}`,
      title: site.title,
      need: need.name,
      isGuess: need.isGuess === true,
    })),
  );
}

/** One fault for each thing to add, however many needs wait for it. */
export function reachabilityFaults(findings: readonly Finding[]): Fault[] {
  const groups = new Map<string, { first: Extract<Finding, { verdict: 'blocked' }>; needs: string[] }>();
  for (const finding of findings) {
    if (finding.verdict !== 'blocked') continue;
    const key = `${finding.service} ${finding.add}`;
    const group = groups.get(key) ?? { first: finding, needs: [] };
    group.needs.push(finding.need);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ first, needs }) => ({
    what: `${first.title} cannot reach ${sequence(needs)}`,
    seen: first.because,
    fix: `Add ${first.add}`,
    place: first.place,
  }));
}

function sequence(names: readonly string[]): string {
  return names.length <= 1 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
