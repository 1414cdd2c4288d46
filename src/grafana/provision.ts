import * as v from 'valibot';
import type { GrafanaItem, GrafanaOutcome } from '../report/grafana-result.ts';
import type { Clock } from '../runner/clock.ts';
import { type Fault, UserFault } from '../runner/fault.ts';
import {
  type Decision,
  decideDashboard,
  decideDataSource,
  type FoundDataSource,
  marked,
  merged,
  messageFor,
} from './decide.ts';
import { type GrafanaAnswer, type GrafanaApi, GrafanaUnusable, saidBy } from './http-api.ts';
import type { Wanted, WantedDashboard, WantedDataSource } from './wanted.ts';

export interface ProvisionOptions {
  api: GrafanaApi;
  /** Where Grafana is opened. */
  url: string;
  clock: Clock;
  signal: AbortSignal;
  line(text: string): void;
  /** Told of what stands in the way of one thing, and keeps no other from being done. */
  warn(fault: Fault): void;
}

export interface Provisioned {
  dataSources: GrafanaItem[];
  dashboards: GrafanaItem[];
}

/** How often, and how far apart in milliseconds, a data source is tested whose plugin has only just been installed. */
const FRESH_TESTS = 5;
const FRESH_PAUSE = 2000;

const WORDS: Readonly<Record<GrafanaOutcome, string>> = {
  created: 'created',
  updated: 'updated',
  unchanged: 'as it should be',
  kept: 'kept as somebody has changed it',
  failed: 'failed',
};

const OUTCOME: Readonly<Record<Decision, GrafanaOutcome>> = {
  create: 'created',
  update: 'updated',
  none: 'unchanged',
  keep: 'kept',
};

const dataSourceSchema = v.object({
  uid: v.string(),
  name: v.string(),
  type: v.string(),
  access: v.literal('proxy'),
  url: v.optional(v.string(), ''),
  jsonData: v.optional(v.record(v.string(), v.unknown()), {}),
  version: v.optional(v.number()),
  // What somebody may have set beside what we write: an update that leaves it out would take it back.
  isDefault: v.optional(v.boolean()),
  basicAuth: v.optional(v.boolean()),
  basicAuthUser: v.optional(v.string()),
  withCredentials: v.optional(v.boolean()),
  database: v.optional(v.string()),
  user: v.optional(v.string()),
});
const dashboardSchema = v.object({
  dashboard: v.looseObject({ version: v.number() }),
  meta: v.looseObject({ folderUid: v.optional(v.string()) }),
});
const versionSchema = v.looseObject({ version: v.number(), message: v.optional(v.string(), '') });
/** A list until Grafana 11. */
const versionsSchema = v.union([
  v.array(versionSchema),
  v.pipe(
    v.object({ versions: v.array(versionSchema) }),
    v.transform(({ versions }) => versions),
  ),
]);

/**
 * Brings data sources, folder and dashboards to what is wanted, and writes nothing that is so already. What somebody has changed
 * since we wrote it is kept, with a warning; anything else is not touched.
 *
 * @throws GrafanaUnusable when Grafana cannot be used at all, and the signal's reason when that aborts
 */
export async function provision(wanted: Wanted, options: ProvisionOptions): Promise<Provisioned> {
  const { url, line } = options;
  const done: Provisioned = { dataSources: [], dashboards: [] };
  const tell = (item: GrafanaItem) => {
    line(`${item.name}: ${WORDS[item.outcome]}`);
    return item;
  };
  for (const source of wanted.dataSources) {
    const outcome = await orWarned(() => provisionDataSource(source, options), options);
    const page = `${url}/connections/datasources/edit/${source.uid}`;
    done.dataSources.push(tell({ name: source.name, url: page, outcome }));
  }
  await ensureFolder(wanted.folder, options);
  for (const dashboard of wanted.dashboards) {
    const outcome = await orWarned(() => provisionDashboard(dashboard, wanted.folder.uid, options), options);
    done.dashboards.push(tell({ name: dashboard.title, url: dashboardUrl(url, dashboard), outcome }));
  }
  return done;
}

export function dashboardUrl(url: string, { uid }: Pick<WantedDashboard, 'uid'>): string {
  return `${url}/d/${uid}`;
}

/** What stands in the way of one thing is told, and the next one done. */
async function orWarned(work: () => Promise<GrafanaOutcome>, { warn }: ProvisionOptions): Promise<GrafanaOutcome> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof UserFault) || error instanceof GrafanaUnusable) throw error;
    for (const fault of error.faults) warn(fault);
    return 'failed';
  }
}

// --- Data sources ------------------------------------------------------------------------------------------------------

async function provisionDataSource(wanted: WantedDataSource, options: ProvisionOptions): Promise<GrafanaOutcome> {
  const { api, warn, url } = options;
  const isFresh = await ensurePlugin(wanted, options);
  const path = `/api/datasources/uid/${wanted.uid}`;
  const found = await findDataSource(wanted, options);
  const decision = decideDataSource(wanted, found);
  if (decision === 'create') {
    const answer = await api.ask('POST', '/api/datasources', marked(wanted));
    // The answer to an earlier attempt may have been lost: then it is there, and as wanted.
    const isThere = answer.status === 409 && decideDataSource(wanted, await findDataSource(wanted, options)) === 'none';
    if (!isThere) refuseUnlessOk(answer, `Data source \`${wanted.name}\` could not be created`, nameTaken(answer));
  }
  if (decision === 'update' && found) {
    const answer = await api.ask('PUT', path, { ...found, ...merged(wanted, found) });
    refuseUnlessOk(answer, `Data source \`${wanted.name}\` could not be updated`, 'Run again');
  }
  if (decision === 'keep')
    warn({
      what: `Data source \`${wanted.name}\` is not as zap-obs has it, and was left so: somebody has changed it`,
      fix: `To take ours, delete it at ${url}/connections/datasources/edit/${wanted.uid} and deploy again`,
    });
  else await testDataSource(wanted, isFresh, options);
  return OUTCOME[decision];
}

const nameTaken = ({ status }: GrafanaAnswer) =>
  status === 409
    ? 'Rename the data source that has this name already, and deploy again'
    : 'Mend what it says, and deploy again';

async function findDataSource(
  { uid, name }: WantedDataSource,
  { api }: ProvisionOptions,
): Promise<FoundDataSource | undefined> {
  const answer = await api.ask('GET', `/api/datasources/uid/${uid}`);
  if (answer.status === 404) return undefined;
  refuseUnlessOk(answer, `Data source \`${name}\` cannot be read`, 'Run again');
  return understood(dataSourceSchema, answer, `data source \`${name}\``);
}

/**
 * Installs the plugin of a data source where the workspace has it not: those of AWS's services may be missing from version 9 on.
 * https://docs.aws.amazon.com/grafana/latest/userguide/v10-Grafana-API-Plugin.html
 *
 * @returns whether it was installed just now
 */
async function ensurePlugin({ type, name }: WantedDataSource, { api, line }: ProvisionOptions): Promise<boolean> {
  const { status } = await api.ask('GET', `/api/plugins/${type}/settings`);
  if (status !== 404) return false;
  const installed = await orUnusable(() => api.ask('POST', `/api/plugins/${type}/install`, {}));
  if ('status' in installed && installed.status < 300) {
    line(`Plugin ${type}: installed`);
    return true;
  }
  throw new UserFault({
    what: `Data source \`${name}\` needs plugin \`${type}\`, which the Grafana workspace does not have and may not install`,
    seen: 'seen' in installed ? installed.seen : `${installed.status}, ${saidBy(installed.body)}`,
    fix: "Set `PluginAdminEnabled: true` in the workspace's resource, or switch plugin management on in the console of Amazon Managed Grafana, and deploy again",
  });
}

/** The refusal of one request is told by its words: others need not meet it. */
async function orUnusable(ask: () => Promise<GrafanaAnswer>): Promise<GrafanaAnswer | { seen: string }> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof GrafanaUnusable) return { seen: error.faults[0]?.seen ?? error.message };
    throw error;
  }
}

/** Asks Grafana to reach what the data source stands for, with the workspace's own role. */
async function testDataSource(wanted: WantedDataSource, isFresh: boolean, options: ProvisionOptions): Promise<void> {
  const { api, clock, signal, warn } = options;
  for (let test = 1; ; test += 1) {
    const answer = await orUnusable(() => api.ask('GET', `/api/datasources/uid/${wanted.uid}/health`));
    if ('status' in answer && answer.status < 300) return;
    if (isFresh && test < FRESH_TESTS) {
      await clock.sleep(FRESH_PAUSE, signal);
      continue;
    }
    return warn({
      what: `Grafana has data source \`${wanted.name}\`, but does not reach what it stands for`,
      seen: 'seen' in answer ? answer.seen : `${answer.status}, ${saidBy(answer.body)}`,
      fix: "See whether the workspace's role (`GrafanaRole` of the monitoring stack) allows what it says, and, where Grafana is attached to a VPC, whether it reaches AWS from there",
    });
  }
}

// --- Folder and dashboards ---------------------------------------------------------------------------------------------

/** A folder that somebody has renamed or moved stays so. */
async function ensureFolder(folder: Wanted['folder'], { api }: ProvisionOptions): Promise<void> {
  const found = await api.ask('GET', `/api/folders/${folder.uid}`);
  if (found.status === 200) return;
  const made = await api.ask('POST', '/api/folders', folder);
  // 409 and 412: it is there since an attempt whose answer was lost, or since another run.
  if (made.status === 409 || made.status === 412) return;
  refuseUnlessOk(
    made,
    `Folder \`${folder.title}\` could not be made in Grafana`,
    'Mend what it says, and deploy again',
  );
}

async function provisionDashboard(
  wanted: WantedDashboard,
  folderUid: string,
  options: ProvisionOptions,
): Promise<GrafanaOutcome> {
  const { api, warn, url } = options;
  const found = await findDashboard(wanted, options);
  const decision = decideDashboard(wanted, found?.message);
  if (decision === 'keep') {
    warn({
      what: `Dashboard \`${wanted.title}\` was left as it is: somebody has changed it since zap-obs wrote it`,
      seen: found?.message ? `its newest version says “${found.message}”` : undefined,
      fix: `To take ours, save yours under another name, delete ${dashboardUrl(url, wanted)} and deploy again`,
    });
    return 'kept';
  }
  if (decision === 'none') return 'unchanged';
  const answer = await api.ask('POST', '/api/dashboards/db', {
    dashboard: { ...wanted.model, id: null, ...(found && { version: found.version }) },
    // Whoever has moved it wants it there.
    folderUid: found ? found.folderUid : folderUid,
    message: messageFor(wanted),
    overwrite: false,
  });
  // An attempt whose answer was lost has saved it; otherwise somebody was faster.
  const isSaved =
    answer.status === 412 && decideDashboard(wanted, (await findDashboard(wanted, options))?.message) === 'none';
  if (!isSaved)
    refuseUnlessOk(answer, `Dashboard \`${wanted.title}\` could not be saved`, 'Mend what it says, and deploy again');
  return OUTCOME[decision];
}

interface FoundDashboard {
  version: number;
  folderUid: string;
  message: string;
}

async function findDashboard(
  { uid, title }: WantedDashboard,
  { api }: ProvisionOptions,
): Promise<FoundDashboard | undefined> {
  const answer = await api.ask('GET', `/api/dashboards/uid/${uid}`);
  if (answer.status === 404) return undefined;
  refuseUnlessOk(answer, `Dashboard \`${title}\` cannot be read`, 'Run again');
  const { dashboard, meta } = understood(dashboardSchema, answer, `dashboard \`${title}\``);
  const history = await api.ask('GET', `/api/dashboards/uid/${uid}/versions?limit=1`);
  refuseUnlessOk(history, `The versions of dashboard \`${title}\` cannot be read`, 'Run again');
  const [newest] = understood(versionsSchema, history, `the versions of dashboard \`${title}\``);
  // Without a newest version that is the one shown, nothing says that it is still ours.
  const message = newest?.version === dashboard.version ? newest.message : '';
  return { version: dashboard.version, folderUid: meta.folderUid ?? '', message };
}

// --- Answers -----------------------------------------------------------------------------------------------------------

function refuseUnlessOk({ status, body }: GrafanaAnswer, what: string, fix: string): void {
  if (status < 300) return;
  throw new UserFault({ what, seen: `${status}, ${saidBy(body)}`, fix });
}

function understood<T>(schema: v.GenericSchema<unknown, T>, { body }: GrafanaAnswer, what: string): T {
  const parsed = v.safeParse(schema, body);
  if (parsed.success) return parsed.output;
  throw new UserFault({
    what: `Grafana describes ${what} in another way than zap-obs knows`,
    seen: `${v.getDotPath(parsed.issues[0]) ?? 'the answer'}: ${parsed.issues[0].message}`,
    fix: 'Report it with the version of the workspace; `grafana: skip` leaves Grafana alone',
  });
}
