import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import {
  type Attributes,
  context,
  type Meter,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { knownMethod } from '../known-method.ts';
import { SECONDS } from '../metrics.ts';

/** What a server is traced and measured with. */
export interface TraceRequestsOptions {
  tracer: Tracer;
  meter: Meter;
  /** Requests of this path are left alone. */
  except: string;
}

/**
 * A span and a measurement of `http.server.request.duration` for each request, by OpenTelemetry's stable convention for HTTP.
 *
 * It stands in for @opentelemetry/instrumentation-http, which binds every listener of request and response to the context by
 * replacing their methods one by one: that alone takes 25 µs of CPU for a request (`npm run bench:app`), more than half of what
 * the app takes for its answer. Here nothing is patched. Of a URL its query is left out, since it may hold secrets.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/http/http-spans/
 */
export function traceRequests({
  tracer,
  meter,
  except,
}: TraceRequestsOptions): (listener: RequestListener) => RequestListener {
  const duration = meter.createHistogram('http.server.request.duration', {
    unit: 's',
    description: 'Duration of HTTP server requests.',
    advice: { explicitBucketBoundaries: SECONDS },
  });
  return listener => (request, response) => {
    const path = pathOf(request);
    if (path === except) {
      listener(request, response);
      return;
    }
    const start = performance.now();
    const method = knownMethod(request.method);
    const parent = propagation.extract(ROOT_CONTEXT, request.headers);
    const span = tracer.startSpan(
      method,
      { kind: SpanKind.SERVER, attributes: requestAttributes(request, method, path) },
      parent,
    );
    const within = trace.setSpan(parent, span);
    // The one event that comes whether the answer was sent to its end or the client has left.
    response.once('close', () => {
      const outcome = outcomeOf(request, response);
      span.setAttributes(outcome);
      if (outcome['http.route'] !== undefined) span.updateName(`${method} ${outcome['http.route']}`);
      if (outcome['error.type'] !== undefined) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
      const measured = { 'http.request.method': method, 'url.scheme': 'http', ...version(request), ...outcome };
      duration.record((performance.now() - start) / 1000, measured, within);
    });
    context.with(within, listener, undefined, request, response);
  };
}

function requestAttributes(request: IncomingMessage, method: string, path: string): Attributes {
  const { headers, socket } = request;
  const peer = socket.remoteAddress;
  return {
    'http.request.method': method,
    ...(method !== request.method && { 'http.request.method_original': request.method }),
    'url.path': path,
    'url.scheme': 'http',
    ...serverOf(headers.host),
    'client.address': firstOf(headers['x-forwarded-for']) ?? peer,
    'network.peer.address': peer,
    'network.peer.port': socket.remotePort,
    ...version(request),
    'user_agent.original': headers['user-agent'],
  };
}

/** What is known when the answer has ended. Express leaves the route that has matched on the request. */
function outcomeOf(request: IncomingMessage & { route?: { path?: string } }, response: ServerResponse): Attributes {
  const route = request.route?.path;
  const status = response.statusCode;
  return {
    ...(response.headersSent && { 'http.response.status_code': status }),
    ...(route !== undefined && { 'http.route': route }),
    ...(status >= 500 && { 'error.type': String(status) }),
  };
}

function version({ httpVersion }: IncomingMessage): Attributes {
  return { 'network.protocol.version': httpVersion };
}

function pathOf({ url = '/' }: IncomingMessage): string {
  const query = url.indexOf('?');
  return query === -1 ? url : url.slice(0, query);
}

/** `Host` is `name`, `name:port` or `[address]:port`. */
function serverOf(host: string | undefined): Attributes {
  const [, name, port] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(host ?? '') ?? [];
  if (!name) return {};
  return { 'server.address': name, ...(port !== undefined && { 'server.port': Number(port) }) };
}

/** The first of several values: of `X-Forwarded-For` the one that the caller's own proxy has seen. */
function firstOf(header: string | string[] | undefined): string | undefined {
  const [first = ''] = (Array.isArray(header) ? header.join(',') : (header ?? '')).split(',', 1);
  return first.trim() || undefined;
}
