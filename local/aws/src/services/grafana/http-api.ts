import * as v from 'valibot';
import { AwsError } from '../../wire/aws-error.ts';
import type { Params } from '../../wire/params.ts';
import type { Naming, Service, ServiceRequest } from '../../wire/service.ts';
import { addDataSource, createFolder, JSON_DATA, saveDashboard, updateDataSource } from './shapes.ts';
import {
  type DataSource,
  type GrafanaWorkspace,
  type GrafanaWorkspaces,
  hasPlugin,
  nextId,
  type Role,
  type ServiceAccount,
} from './workspaces.ts';

/** Where Grafana itself is, which has a host of its own on AWS. */
export const GRAFANA_PATHS = /^\/grafana\/g-[0-9a-f]{10}\/api\//;

/** How versions of dashboards are listed: with a token of the next page from version 11 on. */
const PAGED_VERSIONS_SINCE = 11;

/** An answer of Grafana: JSON, with a `message` where it refuses. */
interface Answer {
  status?: number;
  body: unknown;
}

interface Asked {
  workspace: GrafanaWorkspace;
  account: ServiceAccount;
  /** What stands in the path. */
  id: string;
  url: URL;
  /** Parsed JSON. */
  input: unknown;
  now: Date;
}

/** A call of Grafana's HTTP API that it refuses, in its own words. */
class Refusal extends Error {
  readonly answer: Answer;

  constructor(status: number, message: string, more: object = {}) {
    super(message);
    this.answer = { status, body: { ...more, message } };
  }
}

interface Call {
  method: string;
  path: RegExp;
  name: string;
  /** The least role that may do so. */
  role: Role;
  answer(asked: Asked): Answer;
}

const CALLS: readonly Call[] = [
  {
    ...{ method: 'GET', path: /^\/plugins\/([^/]+)\/settings$/, name: 'GetPluginSettings', role: 'VIEWER' },
    answer({ workspace, id }) {
      if (!hasPlugin(workspace, id)) throw new Refusal(404, 'Plugin not found, no installed plugin with that id');
      return { body: { id, name: id, type: 'datasource', enabled: true, pinned: false } };
    },
  },
  {
    ...{ method: 'POST', path: /^\/plugins\/([^/]+)\/install$/, name: 'InstallPlugin', role: 'ADMIN' },
    answer({ workspace, id }) {
      if (!workspace.mayInstallPlugins) throw new Refusal(404, 'Not found');
      if (hasPlugin(workspace, id)) throw new Refusal(409, 'Plugin already installed');
      workspace.state.plugins.add(id);
      return { body: {} };
    },
  },
  {
    ...{ method: 'GET', path: /^\/datasources\/uid\/([^/]+)$/, name: 'GetDataSource', role: 'ADMIN' },
    answer: asked => ({ body: shownSource(sourceOf(asked)) }),
  },
  {
    ...{ method: 'POST', path: /^\/datasources$/, name: 'CreateDataSource', role: 'ADMIN' },
    answer({ workspace: { state }, input }) {
      const command = readSource(addDataSource, input);
      const uid = command.uid ?? `ds${nextId(state)}`;
      if ([...state.dataSources.values()].some(({ command: { name } }) => name === command.name))
        throw new Refusal(409, 'data source with the same name already exists');
      if (state.dataSources.has(uid)) throw new Refusal(409, 'data source with the same uid already exists');
      const made = { id: nextId(state), version: 1, command: { ...command, uid } };
      state.dataSources.set(uid, made);
      const { name } = command;
      return { body: { id: made.id, name, message: 'Datasource added', datasource: shownSource(made) } };
    },
  },
  {
    ...{ method: 'PUT', path: /^\/datasources\/uid\/([^/]+)$/, name: 'UpdateDataSource', role: 'ADMIN' },
    answer(asked) {
      const found = sourceOf(asked);
      const { version, ...command } = readSource(updateDataSource, asked.input);
      if (version !== undefined && version !== found.version)
        throw new Refusal(409, 'Datasource has already been updated by someone else. Please reload and try again');
      const fresh = { ...found, version: found.version + 1, command: { ...command, uid: found.command.uid } };
      asked.workspace.state.dataSources.set(asked.id, fresh);
      const { name } = command;
      return { body: { id: found.id, name, message: 'Datasource updated', datasource: shownSource(fresh) } };
    },
  },
  {
    ...{ method: 'DELETE', path: /^\/datasources\/uid\/([^/]+)$/, name: 'DeleteDataSource', role: 'ADMIN' },
    answer(asked) {
      const { id } = sourceOf(asked);
      asked.workspace.state.dataSources.delete(asked.id);
      return { body: { id, message: 'Data source deleted' } };
    },
  },
  {
    ...{ method: 'GET', path: /^\/datasources\/uid\/([^/]+)\/health$/, name: 'GetDataSourceHealth', role: 'ADMIN' },
    answer(asked) {
      const { command } = sourceOf(asked);
      if (!hasPlugin(asked.workspace, command.type)) throw new Refusal(500, 'Unable to find datasource plugin');
      return { body: { status: 'OK', message: 'Simulated: the local AWS asks no data source' } };
    },
  },
  {
    ...{ method: 'GET', path: /^\/folders\/([^/]+)$/, name: 'GetFolder', role: 'VIEWER' },
    answer({ workspace: { state }, id }) {
      const found = state.folders.get(id);
      if (!found) throw new Refusal(404, 'folder not found', { status: 'not-found' });
      return { body: { ...found, uid: id, url: `/dashboards/f/${id}/` } };
    },
  },
  {
    ...{ method: 'POST', path: /^\/folders$/, name: 'CreateFolder', role: 'EDITOR' },
    answer({ workspace: { state }, input }) {
      const { uid = `folder${nextId(state)}`, title } = read(createFolder, input);
      if (state.folders.has(uid)) throw new Refusal(412, 'the folder has been changed by someone else');
      const made = { id: nextId(state), title };
      state.folders.set(uid, made);
      return { body: { ...made, uid, url: `/dashboards/f/${uid}/`, version: 1 } };
    },
  },
  {
    ...{ method: 'GET', path: /^\/dashboards\/uid\/([^/]+)$/, name: 'GetDashboard', role: 'VIEWER' },
    answer({ workspace: { state }, id }) {
      const found = state.dashboards.get(id);
      const newest = found?.versions[0];
      if (!found || !newest) throw new Refusal(404, 'Dashboard not found');
      const { version, model } = newest;
      const { folderUid } = found;
      return {
        body: {
          dashboard: { ...model, id: found.id, uid: id, version },
          meta: { folderUid, version, url: `/d/${id}` },
        },
      };
    },
  },
  {
    ...{ method: 'GET', path: /^\/dashboards\/uid\/([^/]+)\/versions$/, name: 'GetDashboardVersions', role: 'VIEWER' },
    answer({ workspace, id, url }) {
      const found = workspace.state.dashboards.get(id);
      if (!found) throw new Refusal(404, 'Dashboard not found');
      const limit = Number(url.searchParams.get('limit') ?? 1000);
      const versions = found.versions
        .slice(0, limit)
        .map(({ version, message, createdBy, created }) => ({ uid: id, version, message, createdBy, created }));
      const isPaged = Number.parseInt(workspace.version, 10) >= PAGED_VERSIONS_SINCE;
      return { body: isPaged ? { continueToken: '', versions } : versions };
    },
  },
  {
    ...{ method: 'POST', path: /^\/dashboards\/db$/, name: 'SaveDashboard', role: 'EDITOR' },
    answer: saveDashboardOf,
  },
  {
    ...{ method: 'DELETE', path: /^\/dashboards\/uid\/([^/]+)$/, name: 'DeleteDashboard', role: 'EDITOR' },
    answer({ workspace: { state }, id }) {
      if (!state.dashboards.delete(id)) throw new Refusal(404, 'Dashboard not found');
      return { body: { message: 'Dashboard deleted' } };
    },
  },
];

function saveDashboardOf({ workspace: { state }, account, input, now }: Asked): Answer {
  const { dashboard, folderUid = '', message = '', overwrite = false } = read(saveDashboard, input);
  const uid = dashboard.uid ?? `d${nextId(state)}`;
  const found = state.dashboards.get(uid);
  const former = found?.versions[0]?.version ?? 0;
  if (folderUid !== '' && !state.folders.has(folderUid)) throw new Refusal(400, 'folder not found');
  if (found && !overwrite && dashboard.version !== former)
    throw new Refusal(412, 'The dashboard has been changed by someone else', { status: 'version-mismatch' });
  const { id: _, version: __, ...model } = dashboard;
  const saved = { version: former + 1, message, createdBy: `sa-${account.name}`, created: now.toISOString(), model };
  const id = found?.id ?? nextId(state);
  state.dashboards.set(uid, { id, folderUid, versions: [saved, ...(found?.versions ?? [])] });
  return { body: { id, uid, url: `/d/${uid}`, status: 'success', version: saved.version, folderUid } };
}

function sourceOf({ workspace, id }: Asked): DataSource {
  const found = workspace.state.dataSources.get(id);
  if (!found) throw new Refusal(404, 'Data source not found');
  return found;
}

/** What Grafana adds of its own. */
function shownSource({ id, version, command }: DataSource) {
  const { secureJsonData: _, ...shown } = command;
  const defaults = { url: '', user: '', database: '', basicAuth: false, basicAuthUser: '', withCredentials: false };
  return { id, orgId: 1, ...defaults, isDefault: false, jsonData: {}, ...shown, version, readOnly: false };
}

function readSource<T extends { type: string; jsonData?: unknown }>(
  schema: v.GenericSchema<unknown, T>,
  input: unknown,
): T {
  const command = read(schema, input);
  const wanted = JSON_DATA[command.type];
  if (wanted) read(wanted, command.jsonData);
  return command;
}

function read<T>(schema: v.GenericSchema<unknown, T>, input: unknown): T {
  const parsed = v.safeParse(schema, input);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  throw new Refusal(400, `bad request data: ${v.getDotPath(issue) ?? 'body'}: ${issue.message}`);
}

function callOf(method: string, { pathname }: URL): { call: Call; id: string } | undefined {
  const path = pathname.replace(/^\/grafana\/[^/]+\/api/, '');
  for (const call of CALLS) {
    const match = call.method === method ? call.path.exec(path) : null;
    if (match) return { call, id: decodeURIComponent(match[1] ?? '') };
  }
  return undefined;
}

/** Names the calls for the journal and for faults. */
export const nameOfGrafanaApiCall: Naming = (method, url) => callOf(method, url)?.call.name;

const RANK: Readonly<Record<Role, number>> = { VIEWER: 0, EDITOR: 1, ADMIN: 2 };

/** Grafana's own HTTP API, as far as `deploy` and those who look after it use it; in memory, by workspace. */
export function grafanaApiService(workspaces: GrafanaWorkspaces, now: () => Date): Service {
  return async request => {
    const asked = callOf(request.method, request.url);
    const workspace = workspaces.find(/^\/grafana\/([^/]+)/.exec(request.url.pathname)?.[1] ?? '');
    const action = asked?.call.name ?? request.method;
    const params: Params = { workspaceId: workspace?.id, ...(asked?.id && { id: asked.id }) };
    try {
      if (request.fault) throw refusalOf(request.fault);
      if (!workspace) throw new Refusal(404, 'Not found');
      const account = authenticate(workspace, request, now());
      if (!asked) throw new Refusal(404, 'Not found');
      const { call, id } = asked;
      if (RANK[account.grafanaRole] < RANK[call.role]) {
        const message = `You'll need additional permissions to perform this action. Permissions needed: those of role ${call.role}`;
        throw new Refusal(403, message, { title: 'Access denied', accessErrorId: 'ACE0000000000' });
      }
      const input = readJson(request.body);
      return reply(call.answer({ workspace, account, id, url: request.url, input, now: now() }));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { status = 500 } = error.answer;
      return { ...reply(error.answer), error: new AwsError(String(status), error.message, status) };
    }

    function reply({ status = 200, body }: Answer) {
      const headers = { 'content-type': 'application/json; charset=UTF-8' };
      return { action, params, status, headers, body: JSON.stringify(body) };
    }
  };
}

/** The account whose token comes with a request. */
function authenticate({ state }: GrafanaWorkspace, { headers }: ServiceRequest, now: Date): ServiceAccount {
  const key = /^Bearer (\S+)$/.exec(headers.authorization ?? '')?.[1];
  if (key === undefined) throw new Refusal(401, 'Unauthorized');
  for (const account of state.accounts) {
    const token = account.tokens.find(one => one.key === key);
    if (!token) continue;
    if (token.expiresAt <= now.getTime()) throw new Refusal(401, 'Expired API key');
    token.lastUsedAt = now.getTime();
    return account;
  }
  throw new Refusal(401, 'Invalid API key');
}

function readJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString() || 'null');
  } catch {
    throw new Refusal(400, 'bad request data');
  }
}

/** Faults on demand are AWS's errors; Grafana has other words for the same. */
function refusalOf({ code, message, status }: AwsError): Refusal {
  if (/Throttl/.test(code)) return new Refusal(429, 'Too many requests');
  if (/InvalidClientTokenId|ExpiredToken/.test(code)) return new Refusal(401, 'Invalid API key');
  if (/AccessDenied/.test(code)) return new Refusal(403, "You'll need additional permissions to perform this action.");
  return new Refusal(status, message);
}
