import { randomBytes } from 'node:crypto';
import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { withoutHopByHop } from '../../wire/hop-by-hop.ts';
import { actionsFor, forwardsTo, type Rule, redirection } from './routing.ts';
import type { Target, TargetGroups } from './target-groups.ts';

/** A listener with its rules, as its stack has made them. */
export interface Listener {
  protocol: string;
  port: number;
  rules: readonly Rule[];
  defaultActions: readonly Readonly<Record<string, unknown>>[];
}

/** So long a target may be silent, in milliseconds: the default of application load balancers. */
const IDLE = 60_000;

/** A load balancer's address on this machine. */
export interface ReverseProxy {
  port: number;
  close(): Promise<void>;
}

/**
 * A reverse proxy at a free port of 127.0.0.1 that does what the listeners of a load balancer say.
 *
 * @param listener the one that answers now; undefined while there is none
 */
export async function openProxy(listener: () => Listener | undefined, groups: TargetGroups): Promise<ReverseProxy> {
  const server = createServer((incoming, response) => {
    serve(listener(), groups, incoming, response).catch((error: unknown) => {
      // The connection to the client or to the target has broken in the middle of an answer.
      response.destroy(error instanceof Error ? error : undefined);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  return { port: (server.address() as AddressInfo).port, close: () => closeServer(server) };
}

async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>(resolve => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}

async function serve(
  listener: Listener | undefined,
  groups: TargetGroups,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (!listener) return answer(response, 503);
  const { method = 'GET', headers } = incoming;
  const routed = { method, headers, url: new URL(incoming.url ?? '/', 'http://localhost') };
  const action = actionsFor(routed, listener.rules, listener.defaultActions).at(-1) ?? {};
  switch (action.Type) {
    case 'forward': {
      const target = pick(forwardsTo(action), groups);
      return target ? await forward(incoming, response, target, groups) : answer(response, 503);
    }
    case 'redirect': {
      const { status, location } = redirection(action, routed);
      response.writeHead(status, { server: SERVER, location, 'content-length': 0 }).end();
      return;
    }
    case 'fixed-response': {
      const {
        StatusCode,
        ContentType = 'text/plain',
        MessageBody = '',
      } = (action.FixedResponseConfig ?? {}) as Record<string, string>;
      response.writeHead(Number(StatusCode), { server: SERVER, 'content-type': ContentType }).end(MessageBody);
      return;
    }
    default:
      return answer(response, 501);
  }
}

let turn = 0;

/** The next target, by the weights of its groups. Where none is healthy, all are tried, as AWS does ("fail open"). */
function pick(weighted: readonly { arn: string; weight: number }[], groups: TargetGroups): Target | undefined {
  const slots = weighted.flatMap(({ arn, weight }) => Array<string>(weight).fill(arn));
  turn += 1;
  const targets = groups.targets(slots[turn % slots.length] ?? '');
  const healthy = targets.filter(({ health }) => health.state === 'healthy');
  const candidates = healthy.length > 0 ? healthy : targets.filter(({ health }) => health.state === 'unhealthy');
  return candidates[Math.floor(turn / Math.max(slots.length, 1)) % candidates.length];
}

async function forward(
  incoming: IncomingMessage,
  response: ServerResponse,
  target: Target,
  groups: TargetGroups,
): Promise<void> {
  const { address, agent } = target;
  // A simulated target, behind which nothing listens.
  if (!address) return answer(response, 502);
  const ended = groups.begin(target);
  try {
    const outgoing = request({
      ...address,
      agent,
      method: incoming.method,
      path: incoming.url,
      headers: forwardedHeaders(incoming),
      timeout: IDLE,
    });
    let isSilent = false;
    outgoing.on('timeout', () => {
      isSilent = true;
      outgoing.destroy(new Error('the target is silent'));
    });
    const answered = new Promise<IncomingMessage | undefined>(resolve => {
      outgoing.on('response', resolve).on('error', () => resolve(undefined));
    });
    incoming.pipe(outgoing);
    // The client has gone before the end.
    response.once('close', () => {
      if (!response.writableFinished) outgoing.destroy();
    });
    const answer = await answered;
    if (!answer) return sorry(response, isSilent ? 504 : 502);
    response.writeHead(answer.statusCode ?? 502, withoutHopByHop(answer.headers));
    await pipeline(answer, response);
  } finally {
    ended();
  }
}

function sorry(response: ServerResponse, status: number): void {
  if (!response.destroyed) answer(response, status);
}

const SERVER = 'awselb/2.0';
const TITLES: Readonly<Record<number, string>> = {
  501: '501 Not Implemented',
  502: '502 Bad Gateway',
  503: '503 Service Temporarily Unavailable',
  504: '504 Gateway Time-out',
};

/** The load balancer's own page for an error. */
function answer(response: ServerResponse, status: number): void {
  const title = TITLES[status];
  const page = `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n</body>\r\n</html>\r\n`;
  response.writeHead(status, { server: SERVER, 'content-type': 'text/html', 'content-length': page.length }).end(page);
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/x-forwarded-headers.html */
function forwardedHeaders({ headers, socket }: IncomingMessage): OutgoingHttpHeaders {
  const client = socket.remoteAddress ?? '127.0.0.1';
  const before = headers['x-forwarded-for'];
  return {
    ...withoutHopByHop(headers),
    'x-forwarded-for': before ? `${before}, ${client}` : client,
    'x-forwarded-proto': 'http',
    'x-forwarded-port': '80',
    'x-amzn-trace-id': traceHeader(headers['x-amzn-trace-id']),
  };
}

/**
 * A root of its own where the client has sent none; otherwise its own part goes before the client's.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-request-tracing.html
 */
export function traceHeader(before: string | string[] | undefined, now = Date.now()): string {
  const id = `1-${Math.floor(now / 1000)
    .toString(16)
    .padStart(8, '0')}-${randomBytes(12).toString('hex')}`;
  const sent = String(before ?? '')
    .replace(/(^|;)\s*Self=[^;]*/gi, '')
    .replace(/^;/, '');
  if (sent === '') return `Root=${id}`;
  return /(^|;)\s*Root=/i.test(sent) ? `Self=${id};${sent}` : `Root=${id};${sent}`;
}
