import { isMap, type Resource, Unknown } from '../evaluation/values.ts';
import type { Need, Site } from './need.ts';
import { items, type Network, ofType } from './network.ts';
import { permissionsOf } from './permissions.ts';

/**
 * What a Grafana workspace asks of each service that its role may read. Attached to a VPC, all of it goes through the VPC:
 * https://docs.aws.amazon.com/grafana/latest/userguide/AMG-configure-vpc.html. The Prometheus data source uses the
 * management API too: https://github.com/aws/amazon-managed-grafana-roadmap/issues/38
 */
const SOURCES: readonly {
  prefix: string;
  dataSource: string;
  needs: readonly (readonly [string, string, string])[];
}[] = [
  {
    prefix: 'aps',
    dataSource: 'PROMETHEUS',
    needs: [
      ['Prometheus queries', 'aps-workspaces', 'aps:QueryMetrics'],
      ['Prometheus management API', 'aps', 'aps:DescribeWorkspace'],
    ],
  },
  { prefix: 'cloudwatch', dataSource: 'CLOUDWATCH', needs: [['CloudWatch', 'monitoring', 'cloudwatch:GetMetricData']] },
  { prefix: 'logs', dataSource: '', needs: [['CloudWatch Logs', 'logs', 'logs:StartQuery']] },
  { prefix: 'xray', dataSource: 'XRAY', needs: [['X-Ray', 'xray', 'xray:GetTraceSummaries']] },
];

/** The Grafana workspaces that are attached to a VPC. */
export function grafanaSites(network: Network): Site[] {
  return ofType(network, 'AWS::Grafana::Workspace').flatMap(workspace => {
    const vpc = workspace.property('VpcConfiguration');
    if (vpc === undefined) return [];
    return [
      {
        title: `Grafana workspace \`${workspace.id}\``,
        stack: workspace.stack,
        id: workspace.id,
        exists: workspace.exists,
        subnets: isMap(vpc) ? items(vpc.SubnetIds) : [new Unknown('its VPC configuration is not known')],
        groups: isMap(vpc) ? items(vpc.SecurityGroupIds) : undefined,
        publicIp: 'DISABLED',
        needs: needsOf(workspace, network),
      },
    ];
  });
}

function needsOf(workspace: Resource, network: Network): Need[] {
  const role = workspace.property('RoleArn');
  const prefixes = permissionsOf(role, network).map(({ action }) => action.split(':')[0]?.toLowerCase());
  const dataSources = items(workspace.property('DataSources'));
  return SOURCES.filter(
    ({ prefix, dataSource }) => prefixes.includes(prefix) || dataSources.includes(dataSource),
  ).flatMap(({ needs }) =>
    needs.map(([name, service, action]) => ({
      name,
      target: { kind: 'service' as const, service },
      calls: [{ action, resource: undefined, role, ownAccount: true }],
    })),
  );
}
