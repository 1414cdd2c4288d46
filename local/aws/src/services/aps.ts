import { type IncomingMessage, request as send } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { messageOf } from '../../../../src/runner/fault.ts';
import type { AccessKeys } from '../wire/access-keys.ts';
import { AwsError } from '../wire/aws-error.ts';
import type { Naming, Reply, Service, ServiceRequest } from '../wire/service.ts';
import { verifySignature } from '../wire/signature.ts';
import type { Workspace, Workspaces } from './workspaces.ts';

/** What a workspace answers below its endpoint, named as IAM names it ("Actions for Amazon Managed Service for Prometheus"). */
const METRICS_CALLS = [
  { path: /^remote_write$/, methods: ['POST'], action: 'RemoteWrite' },
  { path: /^query(_range)?$/, methods: ['GET', 'POST'], action: 'QueryMetrics' },
  { path: /^series$/, methods: ['GET', 'POST'], action: 'GetSeries' },
  { path: /^labels$/, methods: ['GET', 'POST'], action: 'GetLabels' },
  { path: /^label\/[^/]+\/values$/, methods: ['GET'], action: 'GetLabels' },
  { path: /^metadata$/, methods: ['GET'], action: 'GetMetricMetadata' },
];

/** The endpoints of workspaces, which stand under host names of their own on AWS: whatever comes there is theirs. */
export const WORKSPACE_ENDPOINTS = /^\/workspaces\/[^/]+\/api\/v1\//;

/** A call of Amazon Managed Prometheus; `path` is what stands after `/api/v1/` where it is about metrics. */
interface ApsCall {
  action: string;
  id?: string | undefined;
  path?: string | undefined;
}

function callOf(method: string, { pathname }: URL): ApsCall | undefined {
  const [, id, , path] = /^\/workspaces(?:\/([^/]+)(\/api\/v1\/(.+))?)?$/.exec(pathname) ?? [undefined];
  if (path !== undefined) {
    const call = METRICS_CALLS.find(call => call.path.test(path) && call.methods.includes(method));
    return call && { action: call.action, id, path };
  }
  if (method !== 'GET' || !/^\/workspaces(\/[^/]+)?$/.test(pathname)) return undefined;
  return id === undefined ? { action: 'ListWorkspaces' } : { action: 'DescribeWorkspace', id };
}

/** Names the calls for the journal and for faults. */
export const nameOfApsCall: Naming = (method, url) => callOf(method, url)?.action;

/** Amazon Managed Prometheus: its workspaces, and before the Prometheus of each a front that takes signed requests only. */
export function apsService(workspaces: Workspaces, keys: AccessKeys, now: () => Date): Service {
  return async request => {
    const { method, url } = request;
    const call = callOf(method, url);
    const action = call?.action ?? method;
    const params = { ...(call?.id !== undefined && { workspaceId: call.id }), ...queryOf(request) };
    try {
      if (request.fault) throw request.fault;
      const workspace = call?.id === undefined ? undefined : workspaces.find(call.id);
      // A workspace's endpoint is of its region; the calls about workspaces are of the region that they are signed for.
      const region = call?.path === undefined ? undefined : workspace?.region;
      await verifySignature({ ...request, body: request.raw }, { service: 'aps', region, keys, now: now() });
      return { action, params, ...(await answer(workspaces, request, call, workspace)) };
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      return { action, params, ...refusal(error), error };
    }
  };
}

type Answered = Pick<Reply, 'status' | 'headers' | 'body'>;

async function answer(
  workspaces: Workspaces,
  request: ServiceRequest,
  call: ApsCall | undefined,
  workspace: Workspace | undefined,
): Promise<Answered> {
  const { method, url, region } = request;
  if (!call) {
    const what = `${method} ${url.pathname}`;
    throw new AwsError('UnknownOperationException', `The local AWS has no ${what} of Amazon Managed Prometheus`, 404);
  }
  if (call.id === undefined) {
    const start = url.searchParams.get('alias') ?? '';
    const found = workspaces.list(region).filter(({ alias = '' }) => alias.startsWith(start.trim()));
    return json({ workspaces: found.map(summary) });
  }
  const isHere = call.path !== undefined || workspace?.region === region;
  if (!workspace || !isHere) throw new AwsError('ResourceNotFoundException', 'Workspace not found', 404);
  if (call.path === undefined) {
    return json({ workspace: { ...summary(workspace), prometheusEndpoint: workspace.endpoint } });
  }
  const server = workspaces.serverOf(workspace.id);
  if (server === undefined) {
    const message = 'This workspace is simulated, and keeps no metrics: the local AWS was started without containers';
    throw new AwsError('InternalServerException', message, 500);
  }
  const path = call.path === 'remote_write' ? 'write' : call.path;
  return pass(request, `${server}/workspaces/${workspace.id}/api/v1/${path}${url.search}`);
}

function summary({ id, arn, alias, status, createdAt, tags }: Workspace) {
  return { workspaceId: id, arn, alias, status: { statusCode: status }, createdAt, tags };
}

function json(body: unknown): Answered {
  return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

/** What the server behind has to know; the signature and the host are none of it. */
const PASSED_ON = [
  'accept',
  'accept-encoding',
  'content-encoding',
  'content-type',
  'user-agent',
  'x-prometheus-remote-write-version',
];
const PASSED_BACK = ['content-type', 'content-encoding'];

/** Asks the server behind, byte for byte: Prometheus' own errors are the workspace's. */
async function pass({ method, headers, raw }: ServiceRequest, url: string): Promise<Answered> {
  try {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const passed = { ...pick(headers, PASSED_ON), 'content-length': String(raw.length) };
      send(url, { method, headers: passed, agent: false }, resolve).on('error', reject).end(raw);
    });
    const body = await buffer(response);
    return { status: response.statusCode ?? 502, headers: pick(response.headers, PASSED_BACK), body };
  } catch (error) {
    const message = `The Prometheus behind this workspace does not answer: ${messageOf(error)}`;
    throw new AwsError('InternalServerException', message, 500);
  }
}

function pick(headers: Readonly<Record<string, unknown>>, names: readonly string[]): Record<string, string> {
  const given = names.filter(name => headers[name] !== undefined);
  return Object.fromEntries(given.map(name => [name, String(headers[name])]));
}

/** For the journal: what was asked for, but not what was written. */
function queryOf({ url, headers, raw }: ServiceRequest): { query?: string } {
  const isForm = String(headers['content-type']).startsWith('application/x-www-form-urlencoded');
  const query = url.searchParams.get('query') ?? (isForm ? new URLSearchParams(raw.toString()).get('query') : null);
  return query === null ? {} : { query };
}

/** Seen with a capital letter in public reports: aws-otel-collector#2155, terraform-aws-eks-blueprints#709. */
const CAPITALIZED = ['ResourceNotFoundException', 'AccessDeniedException'];

function refusal({ code, message, status }: AwsError): Answered {
  const member = CAPITALIZED.includes(code) ? 'Message' : 'message';
  const headers = { 'content-type': 'application/json', 'x-amzn-errortype': code };
  return { status, headers, body: JSON.stringify({ [member]: message }) };
}
