import { randomUUID } from 'node:crypto';
import { chmod } from 'node:fs/promises';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, ListenOptions } from 'node:net';
import type { Clock } from './clock.ts';
import type { FaultedCall } from './faults/effect.ts';
import type { Fate, Faults } from './faults/injector.ts';
import { AwsError } from './wire/aws-error.ts';
import { contentOf, readBody } from './wire/body.ts';
import { type CredentialScope, credentialFault, credentialScope, missingToken } from './wire/credentials.ts';
import type { Naming, Reply, Service } from './wire/service.ts';
import { queryError } from './wire/xml.ts';

/** One call, as the journal keeps it. */
export interface ApiCall {
  service: string;
  action: string;
  params: Readonly<Record<string, unknown>>;
  /** For which it was signed. */
  region?: string;
  /** Of whoever signed it. */
  accessKeyId?: string;
  /** The name of the stack that it was about, where it named one. */
  stack?: string;
  /** HTTP status; 0 when it was not processed. */
  status: number;
  /** The error's code, when the call failed. */
  error?: string;
  /** Names of the faults on demand that have struck it, separated by commas. */
  fault?: string;
  /** ISO 8601. */
  at: string;
}

/** A running server. */
export interface Listening {
  url: string;
  port: number;
  close(): Promise<void>;
}

/** What the HTTP server needs. */
export interface ServerOptions {
  host: string;
  /** 0 takes any free one. */
  port: number;
  /** A path at which it listens too, for containers. */
  socket?: string | undefined;
  /** By the service name of the credential scope. */
  services: Readonly<Record<string, Service>>;
  /** Of the services that name a call by its method and path: how. */
  namings: Readonly<Record<string, Naming>>;
  /** Paths that are a service's own, whatever a signature says: on AWS they have host names of their own. */
  ownPaths?: Readonly<Record<string, RegExp>>;
  /** What containers ask for without a signature, by path; undefined where there is nothing. */
  unsigned?(path: string): object | undefined | Promise<object | undefined>;
  clock: Clock;
  faults: Pick<Faults, 'onRequest'>;
  /** The name of the stack that a request names, by whatever parameter. */
  stackNamed(region: string, parameters: URLSearchParams): string | undefined;
  /** Called once for every call, when it has been answered. */
  onCall(call: ApiCall): void;
}

/** The one call that is not signed: its caller has no credentials yet. */
const UNSIGNED = /(^|&)Action=AssumeRoleWithWebIdentity(&|$)/;

/** Starts listening; rejects with Node's own error when it cannot (EADDRINUSE). */
export async function listen(options: ServerOptions): Promise<Listening> {
  const closing = new AbortController();
  const onRequest = (request: IncomingMessage, response: ServerResponse) => {
    const requestId = randomUUID();
    serve(options, request, response, requestId, closing.signal).catch((error: unknown) => {
      if (closing.signal.aborted) return;
      // A bug in the local AWS: the caller gets AWS's InternalFailure with the trace, so that it is seen.
      const failure = new AwsError(
        'InternalFailure',
        error instanceof Error ? (error.stack ?? error.message) : String(error),
        500,
      );
      response.writeHead(500, { 'content-type': 'text/xml' }).end(queryError({ namespace: '' }, failure, requestId));
    });
  };
  const { host, port: wanted, socket } = options;
  const server = await listenAt({ host, port: wanted }, onRequest);
  const servers = [server, ...(socket === undefined ? [] : [await listenAt({ path: socket }, onRequest)])];
  const { port } = server.address() as AddressInfo;
  const close = async () => {
    closing.abort(new Error('the local AWS is closing'));
    await Promise.all(servers.map(closeServer));
  };
  return { url: `http://${host}:${port}`, port, close };
}

async function listenAt(where: ListenOptions, onRequest: RequestListener): Promise<Server> {
  const server = createServer(onRequest);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(where, resolve);
  });
  // Who may reach it, its folder decides; the users of containers are not this one.
  if (where.path !== undefined) await chmod(where.path, 0o666);
  return server;
}

async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve, reject) => {
    server.close(error => (error ? reject(error) : resolve()));
  });
  server.closeAllConnections();
  await closed;
}

/** A request as it came, with what its signature says of it. */
interface Arrived {
  request: IncomingMessage;
  url: URL;
  raw: Buffer;
  body: Buffer;
  requestId: string;
  scope: CredentialScope | AwsError;
  /** The service whose own path it is; that looks at the signature itself. */
  owner: string | undefined;
  /** As faults see it. */
  call: FaultedCall;
}

async function serve(
  options: ServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
  requestId: string,
  closing: AbortSignal,
): Promise<void> {
  const { clock, faults } = options;
  if (isHealthCheck(request)) return answerHealth(options, response);
  const { method, headers, url = '' } = request;
  if (method === 'GET' && headers.authorization === undefined) {
    const found = await options.unsigned?.(url);
    if (found) return answerJson(response, found);
  }
  const arrived = { ...(await arrive(options, request)), requestId };
  const fate = faults.onRequest(arrived.call);
  const { transport } = fate;
  const reply = transport?.isProcessed === false ? undefined : await answer(options, arrived, fate);
  const { service, action, stack, accessKeyId } = arrived.call;
  const region = arrived.scope instanceof AwsError ? '' : arrived.scope.region;
  const { error } = reply ?? {};
  options.onCall({
    service,
    action: reply?.action ?? action,
    params: reply?.params ?? {},
    ...(region !== '' && { region }),
    ...(accessKeyId !== '' && { accessKeyId }),
    ...(stack !== undefined && { stack }),
    status: reply?.status ?? 0,
    ...(error && { error: error.code }),
    ...(fate.struck.length > 0 && { fault: fate.struck.join(',') }),
    at: clock.now().toISOString(),
  });
  const send = (body = reply?.body ?? '') => {
    const headers = { 'x-amzn-requestid': requestId, 'x-amz-request-id': requestId, ...reply?.headers };
    response.writeHead(reply?.status ?? 500, headers).end(request.method === 'HEAD' ? undefined : body);
  };
  if (!transport) return send();
  const sleep = (seconds: number) => clock.sleep(seconds, closing);
  await transport.deliver({ response, body: Buffer.from(reply?.body ?? ''), send, sleep }, transport.fault);
}

/** Whether a container's health check asks; an object of a bucket `health` is asked for with a signature. */
function isHealthCheck({ method, url, headers }: IncomingMessage): boolean {
  return method === 'GET' && url === '/health' && headers.authorization === undefined;
}

function answerHealth({ services }: ServerOptions, response: ServerResponse): void {
  answerJson(response, { status: 'ok', simulation: true, services: Object.keys(services) });
}

function answerJson(response: ServerResponse, body: object): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function arrive(options: ServerOptions, request: IncomingMessage): Promise<Omit<Arrived, 'requestId'>> {
  const raw = await readBody(request);
  const url = new URL(request.url ?? '/', 'http://localhost');
  const { headers, method = 'GET' } = request;
  const owner = Object.entries(options.ownPaths ?? {}).find(([, paths]) => paths.test(url.pathname))?.[0];
  const body = owner === undefined ? contentOf(raw, headers) : raw;
  const scope = scopeOf(request, url, body);
  const signed = scope instanceof AwsError ? { service: 'unknown', region: '', accessKeyId: '' } : scope;
  const { region, accessKeyId } = signed;
  const service = owner ?? signed.service;
  const target = headers['x-amz-target'];
  const naming = options.namings[service];
  const hasForm = target === undefined && service !== 's3' && naming === undefined;
  const parameters = new URLSearchParams(hasForm ? body.toString() || url.search.slice(1) : '');
  const named = parameters.get('Action') ?? (naming?.(method, url) || String(target ?? ''));
  const action = named.split('.').at(-1) || method;
  const stack = service === 'cloudformation' ? options.stackNamed(region, parameters) : undefined;
  const call = { service, action, stack, accessKeyId, headers, now: options.clock.now() };
  return { request, url, raw, body, scope, owner, call };
}

async function answer(options: ServerOptions, arrived: Arrived, { refusal, struck, marks }: Fate): Promise<Reply> {
  const { request, url, raw, body, requestId, scope, owner, call } = arrived;
  try {
    if (scope instanceof AwsError && owner === undefined) throw scope;
    const { service, accessKeyId } = call;
    const region = scope instanceof AwsError ? '' : scope.region;
    const handle = Object.hasOwn(options.services, service) ? options.services[service] : undefined;
    if (!handle) {
      throw new AwsError(
        'InvalidAction',
        `The local AWS has no service ${service}; it has: ${Object.keys(options.services).join(', ')}`,
      );
    }
    const { method = 'GET', headers, url: target = '/' } = request;
    const fault = refusal ?? credentialFault({ service, accessKeyId });
    const asked = { method, url, target, headers, body, raw, region, accessKeyId, requestId };
    return await handle({ ...asked, fault, stack: call.stack, struck, marks });
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const { action } = call;
    const refused = { action, params: {}, status: error.status, error };
    // A client that speaks JSON takes anything else for an answer that was broken off.
    if (request.headers['x-amz-target'] !== undefined) {
      const text = JSON.stringify({ __type: error.code, message: error.message });
      return { ...refused, headers: { 'content-type': 'application/x-amz-json-1.1' }, body: text };
    }
    const text = queryError({ namespace: '' }, error, requestId);
    return { ...refused, headers: { 'content-type': 'text/xml' }, body: text };
  }
}

/** Whose request it is and what for, or why that cannot be told. */
function scopeOf({ headers }: IncomingMessage, url: URL, body: Buffer): CredentialScope | AwsError {
  try {
    const scope = credentialScope(headers, url);
    if (scope) return scope;
  } catch (error) {
    if (error instanceof AwsError) return error;
    throw error;
  }
  if (UNSIGNED.test(body.toString()) || UNSIGNED.test(url.search.slice(1))) {
    return { service: 'sts', region: 'us-east-1', accessKeyId: '' };
  }
  return missingToken();
}
