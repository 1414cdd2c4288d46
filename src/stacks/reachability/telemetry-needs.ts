import { attributeOf, partition } from '../evaluation/attributes.ts';
import { concatenate, isMap, rendered, Text, Token, Unknown, type Value } from '../evaluation/values.ts';
import { isRecord } from '../json-values.ts';
import { parseSource } from '../source-document.ts';
import type { Call } from './endpoint-policy.ts';
import { externalHost } from './external-hosts.ts';
import type { Need } from './need.ts';
import { items, type Network, ofType } from './network.ts';
import { grants, permissionsOf } from './permissions.ts';

type Container = { readonly [key: string]: Value };

/** The values of a container's environment and command line. */
export function settings(container: Container): Value[] {
  return [
    ...items(container.Environment).map(pair => (isMap(pair) ? pair.Value : pair)),
    ...items(container.Command),
    ...items(container.EntryPoint),
  ];
}

/**
 * Where a task sends metrics, traces and logs by itself: from the collector's configuration, from what its containers are
 * told, and from what its role may do.
 */
export function telemetryNeeds(containers: readonly Container[], role: Value, network: Network): Need[] {
  const values = containers.flatMap(settings);
  const exporters = containers.flatMap(container =>
    settings(container).flatMap(value => exportersOf(value, container)),
  );
  const permissions = permissionsOf(role, network);
  const has = (...types: string[]) => exporters.some(({ type }) => types.includes(type));
  const call = (action: string, resource: Value): Call => ({ action, resource, role, ownAccount: true });
  const needs: Need[] = values.flatMap(value => distantPrometheus(value, network.region));
  if (
    values.some(value => isPrometheus(value, network.region)) ||
    (needs.length === 0 && permissions.some(one => grants(one, 'aps', 'RemoteWrite')))
  )
    needs.push({
      name: 'Prometheus remote write',
      target: { kind: 'service', service: 'aps-workspaces' },
      calls: [
        call(
          'aps:RemoteWrite',
          workspaceArn(values, permissions.find(one => grants(one, 'aps', 'RemoteWrite'))?.resource, network),
        ),
      ],
    });
  if (has('awsxray') || permissions.some(one => grants(one, 'xray', 'PutTraceSegments')))
    needs.push({
      name: 'X-Ray',
      target: { kind: 'service', service: 'xray' },
      calls: [call('xray:PutTraceSegments', '*')],
    });
  for (const { logGroup } of exporters.filter(({ type }) => ['awscloudwatchlogs', 'awsemf'].includes(type)))
    needs.push({
      name: 'CloudWatch Logs',
      target: { kind: 'service', service: 'logs' },
      calls: [call('logs:PutLogEvents', logStreamArn(logGroup, network))],
    });
  return [...needs, ...exporters.flatMap(({ endpoint }) => externalHost(endpoint))];
}

interface Exporter {
  type: string;
  endpoint: string;
  logGroup: Value;
}

/** The exporters that the pipelines of a collector's configuration use; none for a value that is no such thing. */
function exportersOf(value: Value, container: Container): Exporter[] {
  const text = rendered(value);
  if (!text.includes('exporters')) return [];
  const config = parseSource(text).value;
  if (!isRecord(config) || !isRecord(config.exporters) || !isRecord(config.service)) return [];
  const all = config.exporters;
  const pipelines = Object.values(isRecord(config.service.pipelines) ? config.service.pipelines : {});
  const used = pipelines.flatMap(pipeline =>
    isRecord(pipeline) && Array.isArray(pipeline.exporters) ? pipeline.exporters.map(String) : [],
  );
  return [...new Set(used)].map(id => {
    const exporter = isRecord(all[id]) ? all[id] : {};
    return {
      type: id.split('/')[0] ?? id,
      endpoint: String(exporter.endpoint ?? ''),
      logGroup: fromEnvironment(exporter.log_group_name, container),
    };
  });
}

/** A setting of the collector, which may be a variable of its container: `${env:NAME}`. */
function fromEnvironment(setting: unknown, container: Container): Value {
  const variable = /^\$\{(?:env:)?(\w+)\}$/.exec(String(setting ?? ''))?.[1];
  if (variable === undefined)
    return typeof setting === 'string' && !/[{‹]/.test(setting) ? setting : new Unknown('the log group is not known');
  const pair = items(container.Environment).find(one => isMap(one) && one.Name === variable);
  return isMap(pair) ? pair.Value : new Unknown(`variable ${variable} is not in the template`);
}

/** `https://aps-workspaces.<region>.amazonaws.com/workspaces/…`, or the attribute that gives it. */
function isPrometheus(value: Value, region: string): boolean {
  return rendered(value).includes(`://aps-workspaces.${region}.`) || workspaceIn(value) !== undefined;
}

/** A workspace of another Region is a host like any other: endpoints serve their own Region. */
function distantPrometheus(value: Value, region: string): Need[] {
  const [, host, of] = /:\/\/(aps-workspaces\.([a-z0-9-]+)\.[^/:]+)/.exec(rendered(value)) ?? [];
  if (host === undefined || of === region) return [];
  return [{ name: 'Prometheus remote write', target: { kind: 'host', host, port: 443 }, calls: [] }];
}

function workspaceIn(value: Value): Token | undefined {
  const parts = value instanceof Text ? value.parts : [value];
  return parts.find(part => part instanceof Token && part.resource?.type === 'AWS::APS::Workspace') as
    | Token
    | undefined;
}

/** The workspace that is written to, as an endpoint's policy names it. */
function workspaceArn(values: readonly Value[], permitted: Value, network: Network): Value {
  const token = values.map(workspaceIn).find(found => found !== undefined) ?? workspaceIn(permitted);
  const [only, ...others] = ofType(network, 'AWS::APS::Workspace');
  const workspace = token?.resource ?? (others.length === 0 ? only : undefined);
  return workspace
    ? attributeOf(workspace, 'Arn', network.region)
    : new Unknown('which Prometheus workspace is meant is not known');
}

/** A log stream of a group, as endpoint policies name it. */
export function logStreamArn(group: Value, network: Network): Value {
  return concatenate([
    `arn:${partition(network.region)}:logs:${network.region}:`,
    new Token(undefined, 'AWS::AccountId'),
    ':log-group:',
    group === undefined ? new Unknown('the log group is not known') : group,
    ':log-stream:task',
  ]);
}
