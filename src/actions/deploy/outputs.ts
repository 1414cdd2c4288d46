import type { spec } from './spec.ts';

/** The stack outputs that later steps use most, each under an output name of its own. */
const SCALARS = {
  'load-balancer-url': 'LoadBalancerUrl',
  'cluster-name': 'ClusterName',
  'ecs-service-name': 'EcsServiceName',
  'log-groups': 'LogGroups',
  'metrics-endpoint': 'MetricsEndpoint',
  'grafana-url': 'GrafanaUrl',
} as const satisfies Partial<Record<keyof typeof spec.outputs, string>>;

type Scalar = keyof typeof SCALARS;

/**
 * Those that some stack has; of two, the later one's. Lists have one item a line, as multi-line inputs want them.
 *
 * @param outputs by short name, in the order of deployment
 */
export function scalarOutputs(outputs: Readonly<Record<string, Readonly<Record<string, string>>>>): [Scalar, string][] {
  const all: Readonly<Record<string, string>> = Object.assign({}, ...Object.values(outputs));
  return (Object.entries(SCALARS) as [Scalar, string][]).flatMap(([name, key]): [Scalar, string][] => {
    const value = all[key];
    if (value === undefined) return [];
    return [[name, name === 'log-groups' ? value.split(',').join('\n') : value]];
  });
}
