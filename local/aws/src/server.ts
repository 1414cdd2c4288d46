import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AwsError } from './wire/aws-error.ts';
import { readBody } from './wire/body.ts';
import { credentialFault, credentialScope, missingToken } from './wire/credentials.ts';
import type { Reply, Service } from './wire/service.ts';
import { queryError } from './wire/xml.ts';

/** One call, as the journal keeps it. */
export interface ApiCall {
  service: string;
  action: string;
  params: Readonly<Record<string, unknown>>;
  /** HTTP status. */
  status: number;
  /** The error's code, when the call failed. */
  error?: string;
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
  /** By the service name of the credential scope. */
  services: Readonly<Record<string, Service>>;
  now(): Date;
  /** Called once for every call, when it has been answered. */
  onCall(call: ApiCall): void;
}

/** The one call that is not signed: its caller has no credentials yet. */
const UNSIGNED = /(^|&)Action=AssumeRoleWithWebIdentity(&|$)/;

/** Starts listening; rejects with Node's own error when it cannot (EADDRINUSE). */
export async function listen(options: ServerOptions): Promise<Listening> {
  const server = createServer((request, response) => {
    const requestId = randomUUID();
    answer(options, request, requestId).then(
      reply => {
        const headers = { 'x-amzn-requestid': requestId, 'x-amz-request-id': requestId, ...reply.headers };
        response.writeHead(reply.status, headers).end(request.method === 'HEAD' ? undefined : reply.body);
      },
      (error: unknown) => {
        // A bug in the local AWS: the caller gets AWS's InternalFailure with the trace, so that it is seen.
        const failure = new AwsError(
          'InternalFailure',
          error instanceof Error ? (error.stack ?? error.message) : String(error),
          500,
        );
        response.writeHead(500, { 'content-type': 'text/xml' }).end(queryError({ namespace: '' }, failure, requestId));
      },
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(options.port, options.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://${options.host}:${port}`, port, close: () => closeServer(server) };
}

async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve, reject) => {
    server.close(error => (error ? reject(error) : resolve()));
  });
  server.closeAllConnections();
  await closed;
}

async function answer(options: ServerOptions, request: IncomingMessage, requestId: string): Promise<Reply> {
  const body = await readBody(request);
  const url = new URL(request.url ?? '/', 'http://localhost');
  let service = 'unknown';
  let reply: Reply;
  try {
    const scope = credentialScope(request.headers, url) ?? unsignedScope(body, url);
    service = scope.service;
    const handle = Object.hasOwn(options.services, service) ? options.services[service] : undefined;
    if (!handle) {
      throw new AwsError(
        'InvalidAction',
        `The local AWS has no service ${service}; it has: ${Object.keys(options.services).join(', ')}`,
      );
    }
    const { region, accessKeyId } = scope;
    const { method = 'GET', headers } = request;
    const fault = credentialFault(scope);
    reply = await handle({ method, url, headers, body, region, accessKeyId, requestId, fault });
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const action = /(?:^|&)Action=(\w+)/.exec(body.toString('utf8', 0, 4096))?.[1] ?? '';
    reply = { action, params: {}, status: error.status, body: queryError({ namespace: '' }, error, requestId), error };
    reply.headers = { 'content-type': 'text/xml' };
  }
  const { action, params, status, error } = reply;
  options.onCall({
    service,
    action,
    params,
    status,
    ...(error && { error: error.code }),
    at: options.now().toISOString(),
  });
  return reply;
}

function unsignedScope(body: Buffer, url: URL) {
  if (UNSIGNED.test(body.toString()) || UNSIGNED.test(url.search.slice(1))) {
    return { service: 'sts', region: 'us-east-1', accessKeyId: '' };
  }
  throw missingToken();
}
