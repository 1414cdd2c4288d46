import { once } from 'node:events';
import { createServer, type RequestListener, request, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { type Attributes, createNoopMeter, type Meter, SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { afterEach, expect, it } from 'vitest';
import { traceRequests } from './trace-requests.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A server of which spans and measurements are kept. */
async function serve(listener: RequestListener) {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  const measured: { seconds: number; attributes: Attributes }[] = [];
  const meter: Meter = Object.assign(Object.create(createNoopMeter()), {
    createHistogram: () => ({
      record: (seconds: number, attributes: Attributes) => measured.push({ seconds, attributes }),
    }),
  });
  const server = createServer(traceRequests({ tracer: provider.getTracer('test'), meter, except: '/quiet' })(listener));
  servers.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    measured,
    spans: () => exporter.getFinishedSpans(),
    /** Asks, and waits until the server too has done with it. */
    ask: async (path: string, { method = 'GET', headers = {} } = {}) => {
      const before = measured.length;
      const [response] = await once(request({ port, host: '127.0.0.1', path, method, headers }).end(), 'response');
      await response.resume().toArray();
      await expect.poll(() => measured.length).toBe(before + 1);
    },
  };
}

it('tells of a request what the convention asks for, and nothing of its query', async () => {
  const { port, ask, spans, measured } = await serve((incoming, response) => {
    Object.assign(incoming, { route: { path: '/items/:id' } });
    response.end();
  });
  await ask('/items/7?token=secret', { headers: { 'X-Forwarded-For': '203.0.113.7, 10.0.0.1', 'User-Agent': 'test' } });
  const [span] = spans();
  expect([span?.name, span?.kind, span?.status.code]).toEqual([
    'GET /items/:id',
    SpanKind.SERVER,
    SpanStatusCode.UNSET,
  ]);
  expect(span?.attributes).toEqual({
    'http.request.method': 'GET',
    'http.response.status_code': 200,
    'http.route': '/items/:id',
    'url.path': '/items/7',
    'url.scheme': 'http',
    'server.address': '127.0.0.1',
    'server.port': port,
    'client.address': '203.0.113.7',
    'network.peer.address': '127.0.0.1',
    'network.peer.port': expect.any(Number),
    'network.protocol.version': '1.1',
    'user_agent.original': 'test',
  });
  expect(measured[0]?.attributes).toEqual({
    'http.request.method': 'GET',
    'http.response.status_code': 200,
    'http.route': '/items/:id',
    'url.scheme': 'http',
    'network.protocol.version': '1.1',
  });
});

it('calls a failure one, and an error of the caller none', async () => {
  const { ask, spans, measured } = await serve(({ url }, response) => response.writeHead(Number(url?.slice(1))).end());
  for (const status of [503, 404]) await ask(`/${status}`);
  expect(spans().map(({ name, status, attributes }) => [name, status.code, attributes['error.type']])).toEqual([
    ['GET', SpanStatusCode.ERROR, '503'],
    ['GET', SpanStatusCode.UNSET, undefined],
  ]);
  expect(measured.map(({ attributes }) => attributes['error.type'])).toEqual(['503', undefined]);
});

it('makes one of all unusual methods', async () => {
  const { ask, spans, measured } = await serve((_request, response) => response.end());
  await ask('/', { method: 'PROPFIND' });
  expect(spans()[0]?.name).toBe('_OTHER');
  expect(spans()[0]?.attributes).toMatchObject({
    'http.request.method': '_OTHER',
    'http.request.method_original': 'PROPFIND',
  });
  expect(measured[0]?.attributes['http.request.method']).toBe('_OTHER');
});

it('leaves the excepted path alone, with a query too, and no other', async () => {
  const { port, ask, spans, measured } = await serve((_request, response) => response.end());
  for (const path of ['/quiet', '/quiet?a']) await (await fetch(`http://127.0.0.1:${port}${path}`)).text();
  await ask('/quiet/');
  expect(spans().map(({ attributes }) => attributes['url.path'])).toEqual(['/quiet/']);
  expect(measured).toHaveLength(1);
});

it('ends the span of a request whose client has left, without a status that was never sent', async () => {
  let arrived = () => {};
  const reached = new Promise<void>(resolve => {
    arrived = resolve;
  });
  const { port, spans } = await serve(() => arrived());
  const socket = connect(port, '127.0.0.1');
  socket.write('GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n');
  await reached;
  socket.destroy();
  await expect.poll(() => spans()).toHaveLength(1);
  expect(spans()[0]?.attributes).not.toHaveProperty(['http.response.status_code']);
  expect(spans()[0]?.attributes).toMatchObject({ 'server.address': '[::1]', 'server.port': 80 });
});
