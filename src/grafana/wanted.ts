import { createHash } from 'node:crypto';

/** A data source as Grafana's API takes it: https://grafana.com/docs/grafana/latest/developers/http_api/data_source/ */
export interface WantedDataSource {
  uid: string;
  name: string;
  type: string;
  access: 'proxy';
  url: string;
  jsonData: Readonly<Record<string, unknown>>;
}

export interface WantedDashboard {
  uid: string;
  title: string;
  /** Grafana's dashboard model, without `id` and `version`. */
  model: Readonly<Record<string, unknown>>;
  /** Tells this content from any other. */
  hash: string;
}

/** What Grafana shall have for a set of stacks. */
export interface Wanted {
  folder: { uid: string; title: string };
  /** The first is the one that dashboards read. */
  dataSources: readonly WantedDataSource[];
  dashboards: readonly WantedDashboard[];
  /** Tells all this from any other. */
  hash: string;
}

export interface WantedFor {
  /** Of the stacks: what bears it in Grafana is theirs. */
  prefix: string;
  region: string;
  /** The workspace of Amazon Managed Prometheus, without `/api/v1/…`. */
  metricsEndpoint: string;
  /** Of Grafana, such as `12.4`. */
  version: string;
  /** By the name of each, such as `service`. */
  dashboards: ReadonlyMap<string, DashboardModel>;
}

export type DashboardModel = Readonly<Record<string, unknown>> & {
  title: string;
  templating: { list: readonly Readonly<Record<string, unknown>>[] };
};

/** What Grafana lets a uid be long. */
const UID_LENGTH = 40;

/**
 * The name of the workspace's own role in data sources: what Amazon Managed Grafana calls "Workspace IAM Role".
 * https://grafana.com/docs/grafana/latest/datasources/aws-cloudwatch/aws-authentication/
 */
const WORKSPACE_ROLE = 'ec2_iam_role';

/**
 * Amazon Managed Grafana has a data source of its own for Amazon Managed Prometheus from version 12 on, where the general one's
 * signing is deprecated. Dashboards for `prometheus` take either: Grafana counts both as one kind.
 * https://docs.aws.amazon.com/grafana/latest/userguide/amazon-prometheus-data-source.html
 */
const AMP_PLUGIN = { id: 'grafana-amazonprometheus-datasource', since: 12 };

export function wantedFor({ prefix, region, metricsEndpoint, version, dashboards }: WantedFor): Wanted {
  const uid = (part: string) => uidOf(prefix, part);
  const title = `zap-obs / ${prefix}`;
  const aws = { access: 'proxy', url: '' } as const;
  const role = { authType: WORKSPACE_ROLE, defaultRegion: region };
  const prometheus: WantedDataSource = {
    uid: uid('prometheus'),
    name: `${title} / Prometheus`,
    type: Number.parseInt(version, 10) >= AMP_PLUGIN.since ? AMP_PLUGIN.id : 'prometheus',
    access: 'proxy',
    url: `${metricsEndpoint.replace(/\/+$/, '')}/`,
    jsonData: { httpMethod: 'POST', sigV4Auth: true, sigV4AuthType: WORKSPACE_ROLE, sigV4Region: region },
  };
  const dataSources = [
    prometheus,
    { ...aws, uid: uid('x-ray'), name: `${title} / X-Ray`, type: 'grafana-x-ray-datasource', jsonData: role },
    {
      ...aws,
      uid: uid('cloudwatch'),
      name: `${title} / CloudWatch`,
      type: 'cloudwatch',
      // Log records then lead to their trace.
      jsonData: { ...role, tracingDatasourceUid: uid('x-ray') },
    },
  ];
  const wanted = {
    folder: { uid: uid('folder'), title },
    dataSources,
    dashboards: [...dashboards].map(([name, model]) => dashboardFor(uid(name), model, prometheus)),
  };
  return { ...wanted, hash: hashOf(wanted) };
}

/** Like the file, but under a uid of its own, and with the data source chosen. */
function dashboardFor(uid: string, file: DashboardModel, { name, uid: source }: WantedDataSource): WantedDashboard {
  const { id: _, version: __, ...kept } = file;
  const list = file.templating.list.map(variable =>
    variable.type === 'datasource' ? { ...variable, current: { text: name, value: source } } : variable,
  );
  const model = { ...kept, uid, templating: { ...file.templating, list } };
  return { uid, title: file.title, model, hash: hashOf(model) };
}

/** `zap-obs-<prefix>-<part>`; a prefix that is too long for Grafana is cut, and told from its likes by a hash. */
export function uidOf(prefix: string, part: string): string {
  const whole = `zap-obs-${prefix}-${part}`;
  if (whole.length <= UID_LENGTH) return whole;
  const hash = hashOf(prefix).slice(0, 8);
  const room = UID_LENGTH - whole.length + prefix.length - hash.length - 1;
  return `zap-obs-${prefix.slice(0, room)}-${hash}-${part}`;
}

/** Twelve hex digits. */
export function hashOf(value: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(value)))
    .digest('hex')
    .slice(0, 12);
}

/** The order of an object's keys means nothing. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
