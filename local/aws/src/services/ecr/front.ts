import { Agent, createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { UserFault } from '../../../../../src/runner/fault.ts';
import type { Faults } from '../../faults/injector.ts';
import type { FaultName } from '../../faults.ts';
import type { ApiCall } from '../../server.ts';
import { AwsError } from '../../wire/aws-error.ts';
import { withoutHopByHop } from '../../wire/hop-by-hop.ts';
import { digestOf } from './manifests.ts';
import { RegistryError } from './registry-error.ts';
import type { Repository } from './repositories.ts';
import { type Route, readRoute } from './route.ts';
import type { EcrStore, Image } from './store.ts';
import type { RegistryTokens } from './tokens.ts';

/** What the front needs. */
export interface FrontOptions {
  store: EcrStore;
  tokens: RegistryTokens;
  /** Of the registry behind it, e.g. `http://127.0.0.1:5000`; it starts when it is asked for first. */
  address(): Promise<string>;
  faults: Pick<Faults, 'onRegistry'>;
  now(): Date;
  onCall(call: ApiCall): void;
}

/** ECR's registry, as clients see it. */
export interface Front {
  /** `127.0.0.1:PORT`. */
  host: string;
  close(): Promise<void>;
}

/** What the journal has of the registry; everything else is of the protocol alone. */
const JOURNALLED = ['PutManifest', 'GetManifest', 'HeadManifest', 'PutBlob', 'GetBlob'];

/** A manifest has four megabytes at most: https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pushing-manifests */
const LARGEST_MANIFEST = 4 * 1024 * 1024;

const VERSION = { 'docker-distribution-api-version': 'registry/2.0' };

/**
 * Opens ECR's registry at a free port of 127.0.0.1: it asks for the token, knows repositories and tags, and hands layers and
 * manifests to the registry behind it, which knows neither. Layers pass through and are not held in memory.
 */
export async function openFront(options: FrontOptions): Promise<Front> {
  const agent = new Agent({ keepAlive: true });
  const server = createServer((incoming, response) => {
    serve(options, agent, incoming, response).catch((error: unknown) => {
      // The connection to the client or to the registry has broken in the middle of an answer.
      response.destroy(error instanceof Error ? error : undefined);
    });
  });
  // A large layer may take longer than Node's five minutes for a request.
  server.requestTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { host, close: () => close(server, agent) };
}

async function close(server: Server, agent: Agent): Promise<void> {
  const closed = new Promise<void>(resolve => server.close(() => resolve()));
  server.closeAllConnections();
  agent.destroy();
  await closed;
}

/** One request, and what was found out about it. */
interface Exchange {
  options: FrontOptions;
  agent: Agent;
  incoming: IncomingMessage;
  response: ServerResponse;
  url: URL;
  route: Route;
  struck: FaultName[];
}

async function serve(
  options: FrontOptions,
  agent: Agent,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(incoming.url ?? '/', 'http://localhost');
  const route = readRoute(incoming.method ?? 'GET', url);
  const exchange: Exchange = { options, agent, incoming, response, url, route, struck: [] };
  let error: string | undefined;
  try {
    await answer(exchange);
  } catch (failure) {
    const refusal = asRegistryError(failure);
    error = refusal.code;
    incoming.resume();
    if (!response.headersSent) refuse(exchange, refusal);
    else throw failure;
  } finally {
    tell(exchange, error);
  }
}

async function answer(exchange: Exchange): Promise<void> {
  const { options, incoming, response, route } = exchange;
  const { store } = options;
  checkToken(exchange);
  if (route.action === 'Ping') return send(response, 200, '{}');
  strike(exchange);
  const repository = store.repositories.findAnywhere(route.name);
  if (!repository) throw new RegistryError(404, 'NAME_UNKNOWN', store.repositories.missing(route.name));
  switch (route.action) {
    case 'PutManifest':
      return await putManifest(exchange, repository);
    case 'GetManifest':
    case 'HeadManifest': {
      const { digest } = imageOf(store, repository, route.reference);
      // The registry knows no tags: those that are taken away, or moved, are so at once.
      return await pass(exchange, `/v2/${route.name}/manifests/${digest}`);
    }
    case 'ListTags': {
      const tags = [...store.images(repository).values()].flatMap(image => [...image.tags]).sort();
      return send(response, 200, JSON.stringify({ name: route.name, tags }));
    }
    case 'DeleteManifest':
    case 'Unknown':
      throw new RegistryError(405, 'UNSUPPORTED', `The registry has no ${incoming.method} ${incoming.url}`);
    default:
      return await pass(exchange, pathOf(exchange));
  }
}

function checkToken({ options: { tokens }, incoming: { headers } }: Exchange): void {
  switch (tokens.standing(headers.authorization)) {
    case 'good':
      return;
    case 'expired':
      throw tokenExpired();
    case 'unknown':
      throw new RegistryError(401, 'UNAUTHORIZED', 'Not Authorized');
  }
}

function tokenExpired(): RegistryError {
  return new RegistryError(403, 'DENIED', 'Your authorization token has expired. Reauthenticate and try again.');
}

function strike({ options: { faults, tokens }, incoming: { headers }, route: { action }, struck }: Exchange): void {
  if (faults.onRegistry('expire', action, struck)) {
    tokens.expire(headers.authorization);
    throw tokenExpired();
  }
  const refused = faults.onRegistry('refuse', action, struck);
  if (refused) throw new RegistryError(refused.status, 'UNAVAILABLE', 'The registry is not available');
}

/** A tag has no colon. */
function isDigest(reference: string): boolean {
  return reference.includes(':');
}

/** By digest, or by tag. */
function imageOf(store: EcrStore, repository: Repository, reference: string): Image {
  const id = isDigest(reference) ? { imageDigest: reference } : { imageTag: reference };
  const image = store.image(repository, id);
  if (image) return image;
  throw new RegistryError(404, 'MANIFEST_UNKNOWN', 'Requested image not found');
}

async function putManifest(exchange: Exchange, repository: Repository): Promise<void> {
  const { options, incoming, response, route, struck } = exchange;
  const { name, reference } = route;
  const sent = await readManifestOf(incoming);
  const tag = isDigest(reference) ? undefined : reference;
  if (tag === undefined && digestOf(sent) !== reference)
    throw new RegistryError(400, 'DIGEST_INVALID', 'provided digest did not match uploaded content');
  const isReworded = options.faults.onRegistry('reword', route.action, struck) !== undefined;
  const manifest = isReworded ? Buffer.concat([sent, Buffer.from('\n')]) : sent;
  const put = await options.store.put(repository, manifest, tag, incoming.headers['content-type']);
  if ('refusal' in put) return send(response, put.refusal.status, put.refusal.body);
  const { digest } = put.image;
  const about = { location: `/v2/${name}/manifests/${digest}`, 'docker-content-digest': digest };
  response.writeHead(201, { ...VERSION, ...about, 'content-length': 0 }).end();
}

async function readManifestOf(incoming: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of incoming as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > LARGEST_MANIFEST) throw new RegistryError(413, 'MANIFEST_INVALID', 'The manifest is too large');
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** As it came; only a mount of another repository's layer is not passed on, so that the layer is uploaded. */
function pathOf({ url }: Exchange): string {
  const query = new URLSearchParams(url.searchParams);
  query.delete('mount');
  query.delete('from');
  return query.size === 0 ? url.pathname : `${url.pathname}?${query}`;
}

/** Hands a request to the registry, and its answer to the client, without keeping either. */
async function pass({ options, agent, incoming, response }: Exchange, path: string): Promise<void> {
  const { authorization: _, expect: __, ...headers } = incoming.headers;
  const { hostname, port } = new URL(await options.address());
  const target = { hostname, port, agent, path, method: incoming.method };
  const outgoing = request({ ...target, headers: withoutHopByHop(headers) });
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.once('response', resolve).once('error', reject);
  });
  // What is wrong with the sending, the answer or its absence tells.
  incoming.pipe(outgoing);
  response.once('close', () => {
    if (!response.writableFinished) outgoing.destroy();
  });
  const answer = await answered;
  response.writeHead(answer.statusCode ?? 502, withoutHopByHop(answer.headers));
  await pipeline(answer, response);
}

function asRegistryError(failure: unknown): RegistryError {
  if (failure instanceof RegistryError) return failure;
  if (failure instanceof AwsError) return new RegistryError(failure.status, 'TAG_INVALID', failure.message);
  // There is no registry, and there will be none: with this code Docker says why, instead of trying for fifty seconds more.
  if (failure instanceof UserFault) return new RegistryError(400, 'UNSUPPORTED', failure.message);
  return new RegistryError(503, 'UNAVAILABLE', failure instanceof Error ? failure.message : String(failure));
}

function refuse({ response, incoming }: Exchange, error: RegistryError): void {
  const challenge = `Basic realm="http://${incoming.headers.host}/",service="ecr.amazonaws.com"`;
  if (error.status === 401) response.setHeader('www-authenticate', challenge);
  send(response, error.status, error.body);
}

function send(response: ServerResponse, status: number, body: string): void {
  const about = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  response.writeHead(status, { ...VERSION, ...about }).end(response.req.method === 'HEAD' ? undefined : body);
}

function tell({ options, incoming, response, route, struck }: Exchange, error: string | undefined): void {
  const { action, name, reference } = route;
  // A client that sends no token at first does not mean it: it asks how to log in.
  if (!JOURNALLED.includes(action) || incoming.headers.authorization === undefined) return;
  options.onCall({
    service: 'ecr-registry',
    action,
    params: { repositoryName: name, reference },
    status: response.headersSent ? response.statusCode : 0,
    ...(error !== undefined && { error }),
    ...(struck.length > 0 && { fault: struck.join(',') }),
    at: options.now().toISOString(),
  });
}
