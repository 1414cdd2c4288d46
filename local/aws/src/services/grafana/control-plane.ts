import { AwsError } from '../../wire/aws-error.ts';
import type { Params } from '../../wire/params.ts';
import type { Naming, Reply, Service, ServiceRequest } from '../../wire/service.ts';
import { type GrafanaWorkspace, type GrafanaWorkspaces, newKey, nextId, type Role } from './workspaces.ts';

/** The longest that a token may live, in seconds: 30 days. */
const LONGEST_LIFE = 2_592_000;
const OLDEST_WITH_ACCOUNTS = 9;
const MOST_ACCOUNTS_A_PAGE = 100;

/** The calls by method and path, from the service's model. */
const CALLS = [
  ['GET', /^\/workspaces\/([^/]+)$/, 'DescribeWorkspace'],
  ['GET', /^\/workspaces\/([^/]+)\/serviceaccounts$/, 'ListWorkspaceServiceAccounts'],
  ['POST', /^\/workspaces\/([^/]+)\/serviceaccounts$/, 'CreateWorkspaceServiceAccount'],
  ['DELETE', /^\/workspaces\/([^/]+)\/serviceaccounts\/([^/]+)$/, 'DeleteWorkspaceServiceAccount'],
  ['GET', /^\/workspaces\/([^/]+)\/serviceaccounts\/([^/]+)\/tokens$/, 'ListWorkspaceServiceAccountTokens'],
  ['POST', /^\/workspaces\/([^/]+)\/serviceaccounts\/([^/]+)\/tokens$/, 'CreateWorkspaceServiceAccountToken'],
  [
    'DELETE',
    /^\/workspaces\/([^/]+)\/serviceaccounts\/([^/]+)\/tokens\/([^/]+)$/,
    'DeleteWorkspaceServiceAccountToken',
  ],
  ['POST', /^\/tags\/([^/]+)$/, 'TagResource'],
] as const;

type Action = (typeof CALLS)[number][2];

interface GrafanaCall {
  action: Action;
  /** What stands in the path, decoded. */
  labels: string[];
}

function callOf(method: string, { pathname }: URL): GrafanaCall | undefined {
  for (const [wanted, path, action] of CALLS) {
    const match = method === wanted ? path.exec(pathname) : null;
    if (match) return { action, labels: match.slice(1).map(decodeURIComponent) };
  }
  return undefined;
}

/** Names the calls for the journal and for faults. */
export const nameOfGrafanaCall: Naming = (method, url) => callOf(method, url)?.action;

/** Amazon Managed Grafana: its workspaces, their service accounts and tokens. */
export function grafanaService(workspaces: GrafanaWorkspaces, now: () => Date): Service {
  return async (request): Promise<Reply> => {
    const call = callOf(request.method, request.url);
    const [workspaceId, serviceAccountId] = call?.labels ?? [];
    const params = call?.action === 'TagResource' ? { resourceArn: workspaceId } : { workspaceId, serviceAccountId };
    const action = call?.action ?? request.method;
    try {
      if (request.fault) throw request.fault;
      if (!call) {
        const what = `${request.method} ${request.url.pathname}`;
        throw new AwsError('UnknownOperationException', `The local AWS has no ${what} of Amazon Managed Grafana`, 404);
      }
      const body = JSON.stringify(answer(workspaces, request, call, now().getTime()));
      return { action, params, status: 200, headers: { 'content-type': 'application/json' }, body };
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      const { code, message, status } = error;
      const headers = { 'content-type': 'application/json', 'x-amzn-errortype': code };
      return { action, params, status, headers, body: JSON.stringify({ message }), error };
    }
  };
}

function answer(workspaces: GrafanaWorkspaces, request: ServiceRequest, { action, labels }: GrafanaCall, now: number) {
  const [first = '', accountId = '', tokenId = ''] = labels;
  const id = action === 'TagResource' ? /:\/workspaces\/(.+)$/.exec(first)?.[1] : first;
  const workspace = id === undefined ? undefined : workspaces.find(id);
  if (!workspace || workspace.region !== request.region)
    throw new AwsError('ResourceNotFoundException', `Workspace ${id} not found`, 404);
  if (action === 'DescribeWorkspace') return { workspace: described(workspace, request) };
  const input = readJson(request.body);
  if (action === 'TagResource') {
    Object.assign(workspace.state.tags, input.tags);
    return {};
  }
  if (Number.parseInt(workspace.version, 10) < OLDEST_WITH_ACCOUNTS)
    throw invalid(
      'Service accounts are only available for workspaces that are compatible with Grafana version 9 and above',
    );
  const { state } = workspace;
  const workspaceId = workspace.id;
  if (action === 'ListWorkspaceServiceAccounts') return { workspaceId, ...accountsPage(workspace, request.url) };
  if (action === 'CreateWorkspaceServiceAccount') {
    const name = nameIn(input);
    const grafanaRole = String(input.grafanaRole);
    if (!isRole(grafanaRole)) throw invalid('grafanaRole must be ADMIN, EDITOR or VIEWER');
    if (state.accounts.some(account => account.name === name)) throw conflict(`Service account ${name} already exists`);
    const made = { id: String(nextId(state)), name, grafanaRole, tokens: [] };
    state.accounts.push(made);
    return { workspaceId, id: made.id, name, grafanaRole };
  }
  const account = state.accounts.find(account => account.id === accountId);
  if (!account) throw new AwsError('ResourceNotFoundException', `Service account ${accountId} not found`, 404);
  const serviceAccountId = account.id;
  switch (action) {
    case 'DeleteWorkspaceServiceAccount':
      state.accounts.splice(state.accounts.indexOf(account), 1);
      return { workspaceId, serviceAccountId };
    case 'ListWorkspaceServiceAccountTokens': {
      const serviceAccountTokens = account.tokens.map(({ id, name, createdAt, expiresAt, lastUsedAt }) => ({
        ...{ id, name, createdAt: createdAt / 1000, expiresAt: expiresAt / 1000 },
        ...(lastUsedAt !== undefined && { lastUsedAt: lastUsedAt / 1000 }),
      }));
      return { workspaceId, serviceAccountId, serviceAccountTokens };
    }
    case 'CreateWorkspaceServiceAccountToken': {
      const name = nameIn(input);
      const seconds = Number(input.secondsToLive);
      if (!Number.isInteger(seconds) || seconds < 1 || seconds > LONGEST_LIFE)
        throw invalid(`secondsToLive must be between 1 and ${LONGEST_LIFE}`);
      if (account.tokens.some(token => token.name === name)) throw conflict(`Token ${name} already exists`);
      const id = String(nextId(state));
      const key = newKey(workspaceId, id);
      account.tokens.push({ id, name, key, createdAt: now, expiresAt: now + seconds * 1000 });
      return { workspaceId, serviceAccountId, serviceAccountToken: { id, name, key } };
    }
    case 'DeleteWorkspaceServiceAccountToken': {
      const at = account.tokens.findIndex(({ id }) => id === tokenId);
      if (at < 0) throw new AwsError('ResourceNotFoundException', `Token ${tokenId} not found`, 404);
      account.tokens.splice(at, 1);
      return { workspaceId, serviceAccountId, tokenId };
    }
  }
}

/** The endpoint is a host's name on AWS; here, where names lead nowhere, an address on this server. */
function described(
  { id, name, version, status, createdAt, roleArn, tags }: GrafanaWorkspace,
  { headers }: ServiceRequest,
) {
  return {
    ...{ id, name, status, tags, grafanaVersion: version, created: createdAt, modified: createdAt },
    endpoint: `http://${headers.host}/grafana/${id}`,
    authentication: { providers: ['AWS_SSO'] },
    dataSources: [],
    permissionType: 'CUSTOMER_MANAGED',
    ...(roleArn !== undefined && { workspaceRoleArn: roleArn }),
  };
}

function accountsPage({ state: { accounts } }: GrafanaWorkspace, { searchParams }: URL) {
  const from = Number(searchParams.get('nextToken') ?? 0);
  const size = Math.min(Number(searchParams.get('maxResults') ?? MOST_ACCOUNTS_A_PAGE), MOST_ACCOUNTS_A_PAGE);
  if (!Number.isInteger(from) || !(size >= 1)) throw invalid('nextToken or maxResults is not valid');
  const page = accounts.slice(from, from + size);
  return {
    serviceAccounts: page.map(({ id, name, grafanaRole }) => ({ id, name, grafanaRole, isDisabled: 'false' })),
    ...(from + size < accounts.length && { nextToken: String(from + size) }),
  };
}

function readJson(body: Buffer): Params {
  try {
    return JSON.parse(body.toString() || '{}') as Params;
  } catch {
    throw new AwsError('SerializationException', 'The request body is not JSON');
  }
}

function nameIn({ name }: Params): string {
  if (typeof name === 'string' && name.length >= 1 && name.length <= 128) return name;
  throw invalid('name must have between 1 and 128 characters');
}

function isRole(text: string): text is Role {
  return ['ADMIN', 'EDITOR', 'VIEWER'].includes(text);
}

function invalid(message: string): AwsError {
  return new AwsError('ValidationException', message);
}

function conflict(message: string): AwsError {
  return new AwsError('ConflictException', message, 409);
}
