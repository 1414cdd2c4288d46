import type { IncomingHttpHeaders } from 'node:http';
import type { Mark } from '../faults/effect.ts';
import type { FaultName } from '../faults.ts';
import { AwsError } from './aws-error.ts';
import { type Params, parseQueryParams } from './params.ts';
import { type Answer, ec2Error, ec2Response, queryError, queryResponse, type XmlDialect } from './xml.ts';

/** A request that was authenticated as far as the local AWS does so. */
export interface ServiceRequest {
  method: string;
  /** As sent, with the query. */
  url: URL;
  /** Path and query, letter for letter. */
  target: string;
  headers: IncomingHttpHeaders;
  /** Decompressed, and without the chunk framing of streamed uploads. */
  body: Buffer;
  /** The body as it came, which is what was signed. */
  raw: Buffer;
  region: string;
  /** The access key id; empty for the calls that need none. */
  accessKeyId: string;
  requestId: string;
  /** Why it is refused; the service answers with it, in its own protocol. */
  fault?: AwsError | undefined;
  /** The name of the stack that it is about, where it names one. */
  stack?: string | undefined;
  /** Names of the faults that have struck it; services may add to it. */
  struck: FaultName[];
  /** Those that the service itself has to show in its data, with what was set of them. */
  marks: ReadonlyMap<FaultName, Mark>;
}

/** What goes back, and what the journal says about it. */
export interface Reply {
  action: string;
  params: Params;
  status: number;
  headers?: Record<string, string>;
  body: string | Buffer;
  error?: AwsError;
}

/** Answers one request; rejects only for bugs of the local AWS. */
export type Service = (request: ServiceRequest) => Promise<Reply>;

/** One call of a Query-protocol service. */
export type QueryAction = (request: ServiceRequest, params: Params) => Answer | Promise<Answer>;

/** A service that takes form parameters and answers in XML: the Query protocol, or EC2's dialect of it. */
export function queryService(
  dialect: XmlDialect,
  actions: Readonly<Record<string, QueryAction>>,
  protocol: 'query' | 'ec2',
): Service {
  const [render, renderError] =
    protocol === 'query'
      ? [queryResponse, (error: AwsError, id: string) => queryError(dialect, error, id)]
      : [ec2Response, (error: AwsError, id: string) => ec2Error(error, id)];
  return async request => {
    const {
      Action: name,
      Version: _,
      ...params
    } = parseQueryParams(request.body.toString() || request.url.search.slice(1));
    const action = typeof name === 'string' ? name : '';
    const headers = { 'content-type': 'text/xml;charset=UTF-8' };
    try {
      if (request.fault) throw request.fault;
      const answer = await pick(actions, action)(request, params);
      return { action, params, status: 200, headers, body: render(dialect, action, answer, request.requestId) };
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      return { action, params, status: error.status, headers, body: renderError(error, request.requestId), error };
    }
  };
}

/**
 * A service that takes and answers JSON and names its call in `X-Amz-Target` (JSON 1.1).
 * `invalid` is the code of an error that breaks the API model, where that is not ValidationError.
 */
export function jsonService(actions: Readonly<Record<string, QueryAction>>, invalid = 'ValidationError'): Service {
  const headers = { 'content-type': 'application/x-amz-json-1.1' };
  return async request => {
    const action =
      String(request.headers['x-amz-target'] ?? '')
        .split('.')
        .at(-1) ?? '';
    const { params, answer, error } = await answerJson(actions, action, request, invalid);
    if (!error) return { action, params, status: 200, headers, body: JSON.stringify(answer) };
    const body = JSON.stringify({ __type: error.code, message: error.message });
    return { action, params, status: error.status, headers, body, error };
  };
}

/** A service that takes and answers JSON and names its call by the path (REST JSON); all of its calls are POSTs. */
export function restJsonService(
  paths: Readonly<Record<string, string>>,
  actions: Readonly<Record<string, QueryAction>>,
  invalid = 'ValidationException',
): Service {
  const headers = { 'content-type': 'application/json' };
  const name = byPath(paths);
  return async request => {
    const action = name(request.method, request.url) ?? '';
    const { params, answer, error } = await answerJson(actions, action, request, invalid);
    if (!error) return { action, params, status: 200, headers, body: JSON.stringify(answer) };
    const body = JSON.stringify({ message: error.message });
    return {
      action,
      params,
      status: error.status,
      headers: { ...headers, 'x-amzn-errortype': error.code },
      body,
      error,
    };
  };
}

/** Names the call that a REST service's request stands for; undefined for one that is none. */
export type Naming = (method: string, url: URL) => string | undefined;

/** Names calls by their path alone. */
export function byPath(paths: Readonly<Record<string, string>>): Naming {
  return (_, { pathname }) => (Object.hasOwn(paths, pathname) ? paths[pathname] : undefined);
}

/** Keeps what is sent in bulk out of the journal: its calls stay as long as the process does. */
export function withoutBulk(service: Service, ...names: readonly string[]): Service {
  return async request => {
    const reply = await service(request);
    const bulk = names.filter(name => Array.isArray(reply.params[name]));
    const counts = bulk.map(name => [name, (reply.params[name] as unknown[]).length]);
    return { ...reply, params: { ...reply.params, ...Object.fromEntries(counts) } };
  };
}

async function answerJson(
  actions: Readonly<Record<string, QueryAction>>,
  action: string,
  request: ServiceRequest,
  invalid: string,
): Promise<{ params: Params; answer?: Answer; error?: AwsError }> {
  let params: Params = {};
  try {
    if (request.fault) throw request.fault;
    params = parseJson(request.body);
    return { params, answer: await pick(actions, action)(request, params) };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const isOfModel = error.code === 'ValidationError';
    return { params, error: isOfModel ? new AwsError(invalid, error.message, error.status) : error };
  }
}

function parseJson(body: Buffer): Params {
  try {
    return JSON.parse(body.toString() || '{}') as Params;
  } catch {
    throw new AwsError('SerializationException', 'The request body is not JSON');
  }
}

function pick(actions: Readonly<Record<string, QueryAction>>, name: string): QueryAction {
  const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
  if (action) return action;
  const known = Object.keys(actions).sort().join(', ');
  throw new AwsError('InvalidAction', `The local AWS has no action ${name || '(none given)'} here; it has: ${known}`);
}
