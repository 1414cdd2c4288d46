import type { RunResult, StackResult } from '../../report/result.ts';
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

/** The action's outputs. */
export function outputsOf({ stacks, dryRun }: RunResult): [Output, string][] {
  const hasChanged = !dryRun && stacks.some(({ action, outcome }) => action !== 'none' && outcome === 'done');
  return [
    ['outputs', JSON.stringify(Object.fromEntries(stacks.map(({ shortName, outputs }) => [shortName, outputs])))],
    ['stacks', JSON.stringify(stacks.map(describe))],
    ['changed', String(hasChanged)],
    ...scalarOutputs(stacks),
  ];
}

function describe({ stackName: name, id, action, status, duration }: StackResult) {
  return { name, id, action, status, seconds: duration / 1000 };
}

/** Those that some stack has; of two, the later one's. Lists have one item a line, as multi-line inputs want them. */
function scalarOutputs(stacks: readonly StackResult[]): [Output, string][] {
  const all: Readonly<Record<string, string>> = Object.assign({}, ...stacks.map(({ outputs }) => outputs));
  return Object.entries(SCALARS).flatMap(([name, key]): [Output, string][] => {
    const value = all[key];
    if (value === undefined) return [];
    return [[name as Output, name === 'log-groups' ? value.split(',').join('\n') : value]];
  });
}
