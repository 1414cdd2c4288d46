import * as v from 'valibot';

/**
 * What Grafana publishes of the shapes of its API: commands as its HTTP API's types have them
 * (github.com/grafana/grafana, pkg/services/datasources/models.go, pkg/services/folder/model.go, pkg/services/dashboards), and
 * dashboards as package `@grafana/schema` has them (packages/grafana-schema/src/raw/dashboard/x/dashboard_types.gen.ts). Grafana
 * itself ignores members that it does not know; here they are refused, since they are mistakes.
 */

/** What Grafana lets a uid be (pkg/util/shortid_generator.go). */
const uid = v.pipe(v.string(), v.regex(/^[a-zA-Z0-9\-_]{1,40}$/, 'uid has 1 to 40 letters, digits, - and _'));
const required = v.pipe(v.string(), v.minLength(1));
const anything = v.record(v.string(), v.unknown());

const dataSourceMembers = {
  uid: v.optional(uid),
  name: required,
  type: required,
  access: v.picklist(['proxy', 'direct']),
  url: v.optional(v.string()),
  database: v.optional(v.string()),
  user: v.optional(v.string()),
  basicAuth: v.optional(v.boolean()),
  basicAuthUser: v.optional(v.string()),
  withCredentials: v.optional(v.boolean()),
  isDefault: v.optional(v.boolean()),
  jsonData: v.optional(anything),
  secureJsonData: v.optional(v.record(v.string(), v.string())),
};
export const addDataSource = v.strictObject(dataSourceMembers);
export const updateDataSource = v.strictObject({ ...dataSourceMembers, version: v.optional(v.number()) });

/** https://grafana.com/docs/plugins/grafana-amazonprometheus-datasource/latest/configure/ */
const signedSchema = v.looseObject({
  httpMethod: v.picklist(['GET', 'POST']),
  sigV4Auth: v.literal(true),
  sigV4AuthType: v.picklist(['default', 'keys', 'credentials', 'ec2_iam_role', 'grafana_assume_role']),
  sigV4Region: v.pipe(v.string(), v.regex(/^[a-z]{2,}(-[a-z]+)+-\d$/)),
});
/** https://grafana.com/docs/grafana/latest/datasources/aws-cloudwatch/configure/ */
const awsSchema = v.looseObject({
  authType: v.picklist(['default', 'keys', 'credentials', 'ec2_iam_role', 'grafana_assume_role']),
  defaultRegion: v.pipe(v.string(), v.regex(/^[a-z]{2,}(-[a-z]+)+-\d$/)),
  tracingDatasourceUid: v.optional(uid),
});
/** What each type of data source wants of `jsonData`. */
export const JSON_DATA: Readonly<Record<string, v.GenericSchema>> = {
  prometheus: signedSchema,
  'grafana-amazonprometheus-datasource': signedSchema,
  cloudwatch: awsSchema,
  'grafana-x-ray-datasource': awsSchema,
};

export const createFolder = v.strictObject({
  uid: v.optional(uid),
  title: required,
  parentUid: v.optional(v.string()),
  description: v.optional(v.string()),
});

const ref = v.strictObject({ type: v.optional(v.string()), uid: v.optional(v.string()) });
const oneOrMore = v.union([v.string(), v.array(v.string())]);
/** A variable's `current` is `{}` until something is chosen. */
const option = v.strictObject({
  selected: v.optional(v.boolean()),
  text: v.optional(oneOrMore),
  value: v.optional(oneOrMore),
});
const variable = v.strictObject({
  allValue: v.optional(v.string()),
  current: v.optional(option),
  datasource: v.optional(ref),
  // Of query variables, in all of Grafana's exports; the published type has it not.
  definition: v.optional(v.string()),
  description: v.optional(v.string()),
  hide: v.optional(v.picklist([0, 1, 2])),
  includeAll: v.optional(v.boolean()),
  label: v.optional(v.string()),
  multi: v.optional(v.boolean()),
  name: required,
  options: v.optional(v.array(option)),
  query: v.optional(v.union([v.string(), anything])),
  refresh: v.optional(v.picklist([0, 1, 2])),
  regex: v.optional(v.string()),
  skipUrlSync: v.optional(v.boolean()),
  sort: v.optional(v.picklist([0, 1, 2, 3, 4, 5, 6, 7, 8])),
  type: v.picklist(['query', 'adhoc', 'groupby', 'constant', 'datasource', 'interval', 'textbox', 'custom', 'system']),
});
const dashboardLink = v.strictObject({
  asDropdown: v.boolean(),
  icon: v.string(),
  includeVars: v.boolean(),
  keepTime: v.boolean(),
  tags: v.array(v.string()),
  targetBlank: v.boolean(),
  title: v.string(),
  tooltip: v.string(),
  type: v.picklist(['link', 'dashboards']),
  url: v.optional(v.string()),
});
const gridPos = v.strictObject({
  ...{ h: v.number(), w: v.number(), x: v.number(), y: v.number() },
  static: v.optional(v.boolean()),
});
const COLOR_MODES = [
  'thresholds',
  'palette-classic',
  'palette-classic-by-name',
  'continuous-GrYlRd',
  'continuous-RdYlGr',
  'continuous-BlYlRd',
  'continuous-YlRd',
  'continuous-BlPu',
  'continuous-YlBl',
  'continuous-blues',
  'continuous-reds',
  'continuous-greens',
  'continuous-purples',
  'shades',
  'fixed',
];
const thresholds = v.strictObject({
  mode: v.picklist(['absolute', 'percentage']),
  steps: v.array(v.strictObject({ color: v.string(), value: v.nullable(v.number()) })),
});
const matcher = v.strictObject({ id: v.string(), options: v.optional(v.unknown()) });
const fieldConfig = v.strictObject({
  defaults: v.strictObject({
    color: v.optional(
      v.strictObject({
        mode: v.picklist(COLOR_MODES),
        fixedColor: v.optional(v.string()),
        seriesBy: v.optional(v.picklist(['min', 'max', 'last'])),
      }),
    ),
    custom: v.optional(anything),
    decimals: v.optional(v.number()),
    description: v.optional(v.string()),
    displayName: v.optional(v.string()),
    displayNameFromDS: v.optional(v.string()),
    filterable: v.optional(v.boolean()),
    links: v.optional(v.array(v.unknown())),
    mappings: v.optional(v.array(v.looseObject({ type: v.picklist(['value', 'range', 'regex', 'special']) }))),
    max: v.optional(v.number()),
    min: v.optional(v.number()),
    noValue: v.optional(v.string()),
    path: v.optional(v.string()),
    thresholds: v.optional(thresholds),
    unit: v.optional(v.string()),
    writeable: v.optional(v.boolean()),
  }),
  overrides: v.array(
    v.strictObject({
      matcher,
      properties: v.array(v.strictObject({ id: v.string(), value: v.optional(v.unknown()) })),
    }),
  ),
});
const panelMembers = {
  id: v.optional(v.number()),
  type: required,
  title: v.optional(v.string()),
  description: v.optional(v.string()),
  datasource: v.optional(ref),
  fieldConfig: v.optional(fieldConfig),
  gridPos: v.optional(gridPos),
  hideTimeOverride: v.optional(v.boolean()),
  interval: v.optional(v.string()),
  libraryPanel: v.optional(v.strictObject({ name: v.string(), uid: v.string() })),
  links: v.optional(v.array(dashboardLink)),
  maxDataPoints: v.optional(v.number()),
  maxPerRow: v.optional(v.number()),
  options: v.optional(anything),
  pluginVersion: v.optional(v.string()),
  repeat: v.optional(v.string()),
  repeatDirection: v.optional(v.picklist(['h', 'v'])),
  targets: v.optional(v.array(v.looseObject({ refId: required, datasource: v.optional(ref) }))),
  timeFrom: v.optional(v.string()),
  timeShift: v.optional(v.string()),
  transformations: v.optional(v.array(v.looseObject({ id: v.string() }))),
  transparent: v.optional(v.boolean()),
};
const panel = v.strictObject(panelMembers);
const row = v.strictObject({
  type: v.literal('row'),
  id: v.number(),
  collapsed: v.boolean(),
  datasource: v.optional(ref),
  gridPos: v.optional(gridPos),
  panels: v.array(panel),
  repeat: v.optional(v.string()),
  title: v.optional(v.string()),
});

export const dashboard = v.strictObject({
  id: v.optional(v.nullable(v.number())),
  uid: v.optional(uid),
  title: required,
  description: v.optional(v.string()),
  tags: v.optional(v.array(v.string())),
  schemaVersion: v.pipe(v.number(), v.integer()),
  version: v.optional(v.number()),
  editable: v.optional(v.boolean()),
  fiscalYearStartMonth: v.optional(v.number()),
  gnetId: v.optional(v.string()),
  graphTooltip: v.optional(v.picklist([0, 1, 2])),
  links: v.optional(v.array(dashboardLink)),
  liveNow: v.optional(v.boolean()),
  annotations: v.optional(v.strictObject({ list: v.optional(v.array(v.looseObject({ name: required }))) })),
  panels: v.optional(v.array(v.lazy(input => (isRow(input) ? row : panel)))),
  preload: v.optional(v.boolean()),
  refresh: v.optional(v.string()),
  revision: v.optional(v.number()),
  snapshot: v.optional(anything),
  templating: v.optional(v.strictObject({ list: v.optional(v.array(variable)) })),
  time: v.optional(v.strictObject({ from: v.string(), to: v.string() })),
  timepicker: v.optional(anything),
  timezone: v.optional(v.string()),
  weekStart: v.optional(v.string()),
});

function isRow(input: unknown): boolean {
  return typeof input === 'object' && input !== null && 'type' in input && input.type === 'row';
}

export const saveDashboard = v.strictObject({
  dashboard,
  folderUid: v.optional(v.string()),
  folderId: v.optional(v.number()),
  message: v.optional(v.string()),
  overwrite: v.optional(v.boolean()),
});
