import type { GrafanaResult } from '../../report/grafana-result.ts';
import type { RunResult, StackResult } from '../../report/result.ts';
import type { Snapshots } from '../../stacks/engine.ts';
import type { Plan } from '../../stacks/plan.ts';
import type { spec } from './spec.ts';

type Output = keyof typeof spec.outputs;

/** The stack outputs that later steps use most, each under an output name of its own. */
const SCALARS = {
  'load-balancer-url': 'LoadBalancerUrl',
  'cluster-name': 'ClusterName',
  'ecs-service-name': 'EcsServiceName',
  'log-groups': 'LogGroups',
  'metrics-endpoint': 'MetricsEndpoint',
  'grafana-url': 'GrafanaUrl',
} as const satisfies Partial<Record<Output, string>>;

/** The action's outputs; those of stacks that `only` leaves out are what they have deployed. */
export function outputsOf({ stacks, dryRun }: RunResult, { leftOut }: Plan, snapshots: Snapshots): [Output, string][] {
  const hasChanged =
    !dryRun &&
    stacks.some(({ action, outcome }) => action !== 'none' && (outcome === 'done' || outcome === 'interrupted'));
  const outputs = Object.fromEntries([
    ...leftOut.map(name => [name, snapshots.get(name)?.stack?.outputs ?? {}] as const),
    ...stacks.map(({ shortName, outputs }) => [shortName, outputs] as const),
  ]);
  return [
    ['outputs', JSON.stringify(outputs)],
    ['stacks', JSON.stringify(stacks.map(describe))],
    ['changed', String(hasChanged)],
    ...scalarOutputs(outputs),
  ];
}

function describe({ stackName: name, id, action, status, duration }: StackResult) {
  return { name, id, action, status, seconds: duration / 1000 };
}

/** Those that some stack has; of two, the later one's. Lists have one item a line, as multi-line inputs want them. */
function scalarOutputs(outputs: Readonly<Record<string, Readonly<Record<string, string>>>>): [Output, string][] {
  const all: Readonly<Record<string, string>> = Object.assign({}, ...Object.values(outputs));
  return Object.entries(SCALARS).flatMap(([name, key]): [Output, string][] => {
    const value = all[key];
    if (value === undefined) return [];
    return [[name as Output, name === 'log-groups' ? value.split(',').join('\n') : value]];
  });
}

/** Where the dashboards that are there are opened, one a line. */
export function dashboardsOf({ dashboards }: GrafanaResult): string {
  return dashboards
    .filter(({ outcome }) => outcome !== 'failed')
    .map(({ url }) => url)
    .join('\n');
}
