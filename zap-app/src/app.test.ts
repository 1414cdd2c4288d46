import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { type Attributes, createNoopMeter, type Meter } from '@opentelemetry/api';
import { afterEach, expect, it } from 'vitest';
import { createApp } from './app.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function listening(server: Server): Promise<string> {
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

interface Recorded {
  log: { severity: string; body: string; attributes: Attributes }[];
  durations: { seconds: number; attributes: Attributes }[];
  counts: { name: string; attributes: Attributes }[];
}

/** The app with what it would log and count kept. */
async function serve(external = 'http://127.0.0.1:9/', timeout = 1000) {
  const recorded: Recorded = { log: [], durations: [], counts: [] };
  const noop = createNoopMeter();
  const meter: Meter = Object.assign(Object.create(noop), {
    createCounter: (name: string) => ({
      add: (_: number, attributes: Attributes) => recorded.counts.push({ name, attributes }),
    }),
    createHistogram: () => ({
      record: (seconds: number, attributes: Attributes) => recorded.durations.push({ seconds, attributes }),
    }),
  });
  const app = createApp({
    log: (severity, body, attributes = {}) => recorded.log.push({ severity, body, attributes }),
    meter,
    external: { target: () => ({ url: new URL(external), isSelf: false }), timeout },
  });
  return { url: await listening(createServer(app)), ...recorded };
}

it('lists every endpoint, and every endpoint that it lists answers', async () => {
  const { url } = await serve();
  const { endpoints } = (await (await fetch(url)).json()) as { endpoints: { path: string }[] };
  expect(endpoints.map(({ path }) => path)).toEqual(['/', '/health', '/api/data', '/external', '/error']);
  for (const { path } of endpoints) expect((await fetch(url + path)).status, path).not.toBe(404);
});

it.each(['/', '/health', '/api/data', '/external', '/error'])(
  '%s refuses other methods and says which it takes',
  async path => {
    const { url } = await serve();
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
      const answer = await fetch(url + path, { method });
      expect([answer.status, answer.headers.get('allow')], method).toEqual([405, 'GET, HEAD']);
      expect(answer.headers.get('content-type')).toContain('application/json');
    }
  },
);

it('answers HEAD as GET without a body', async () => {
  const { url } = await serve();
  const answer = await fetch(`${url}/api/data`, { method: 'HEAD' });
  expect([answer.status, await answer.text()]).toEqual([200, '']);
});

it('makes no label of what strangers write', async () => {
  const { url, counts, durations, log } = await serve();
  const paths = ['/a', '/b?c', '/API/data', '/api/data/', '/health/', '/..%2f', '/%E0%A4%A', `/${'x'.repeat(2000)}`];
  for (const path of paths) expect((await fetch(url + path)).status, path).toBe(404);
  // Methods, too: Node knows some thirty.
  const odd = request(`${url}/api/data`, { method: 'PROPFIND' }).end();
  const [response] = await once(odd, 'response');
  response.resume();
  expect(response.statusCode).toBe(405);
  const labels = new Set([...counts, ...durations].map(({ attributes }) => JSON.stringify(attributes)));
  expect([...labels].map(label => JSON.parse(label))).toEqual([
    { endpoint: 'unmatched', method: 'GET', status: 404 },
    { endpoint: '/api/data', method: '_OTHER', status: 405 },
  ]);
  expect(Math.max(...log.map(({ attributes }) => `${attributes['url.path']}`.length))).toBe(256);
});

it('gives nothing of a thrown error to the client', async () => {
  const { url, counts, log } = await serve();
  const text = await (await fetch(`${url}/error`)).text();
  expect(text).toBe('{"error":"internal_error"}');
  expect(log[0]).toMatchObject({
    severity: 'ERROR',
    attributes: { 'exception.message': 'This error is simulated', 'exception.stacktrace': expect.any(String) },
  });
  expect(counts).toContainEqual({ name: 'zapp.http.exceptions', attributes: { endpoint: '/error', method: 'GET' } });
});

it('measures each of many requests at once by itself', async () => {
  const arrived: (() => void)[] = [];
  let all = () => {};
  const slow = await listening(
    createServer((_request, response) => {
      arrived.push(() => response.end());
      if (arrived.length === 2) all();
    }),
  );
  const { url, durations } = await serve(slow, 10_000);
  const both = new Promise<void>(resolve => {
    all = resolve;
  });
  const start = performance.now();
  const slowOnes = [fetch(`${url}/external`), fetch(`${url}/external`)];
  await both;
  // Quick ones begin and end while the slow ones last.
  for (let i = 0; i < 20; i++) await fetch(`${url}/api/data`);
  const quickTook = (performance.now() - start) / 1000;
  for (const answer of arrived) answer();
  await Promise.all(slowOnes);
  const of = (endpoint: string) => durations.filter(({ attributes }) => attributes.endpoint === endpoint);
  const quick = of('/api/data').reduce((total, { seconds }) => total + seconds, 0);
  expect(of('/api/data')).toHaveLength(20);
  expect(quick).toBeLessThanOrEqual(quickTook);
  for (const { seconds } of of('/external')) expect(seconds).toBeGreaterThanOrEqual(quick);
  expect(of('/external')).toHaveLength(2);
});

it('counts a request whose client left, as such', async () => {
  let arrived = () => {};
  const reached = new Promise<void>(resolve => {
    arrived = resolve;
  });
  const { url, log, durations } = await serve(await listening(createServer(() => arrived())), 10_000);
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.write('GET /external HTTP/1.1\r\nHost: a\r\n\r\n');
  await reached;
  socket.destroy();
  await expect.poll(() => log.map(({ body }) => body)).toContain('GET /external 499');
  expect(durations[0]?.attributes).toEqual({ endpoint: '/external', method: 'GET', status: 499 });
});

it('calls EXTERNAL_URL, with its credentials, and shows neither these nor its query', async () => {
  let authorization: string | undefined;
  const other = await listening(
    createServer((request, response) => {
      authorization = request.headers.authorization;
      response.end('ok');
    }),
  );
  const { url } = await serve(`${other.replace('//', '//me:s%40cret@')}/path?token=t`);
  const answer = await fetch(`${url}/external`);
  expect(answer.status).toBe(200);
  expect(await answer.json()).toEqual({
    url: `${other}/path`,
    self: false,
    status: 200,
    milliseconds: expect.any(Number),
  });
  expect(authorization).toBe(`Basic ${Buffer.from('me:s@cret').toString('base64')}`);
});

it.each<[string, (request: never, response: import('node:http').ServerResponse) => void, string]>([
  ['answers an error', (_request, response) => response.writeHead(503).end(), 'it answered 503'],
  ['does not answer', () => {}, 'no answer within 300 ms'],
  ['answers half', (_request, response) => response.writeHead(200).write('half'), 'no answer within 300 ms'],
  ['closes the connection', (_request, response) => response.destroy(), 'it closed the connection (UND_ERR_SOCKET)'],
  [
    'does not stop answering',
    (_request, response) => response.end('x'.repeat(2 * 1024 * 1024)),
    'its answer is longer than 1048576 bytes',
  ],
])('answers 502 with a reason when the other side %s', async (_what, behave, reason) => {
  const other = await listening(createServer(behave as never));
  const { url, log } = await serve(other, 300);
  const answer = await fetch(`${url}/external`);
  expect(answer.status).toBe(502);
  expect(await answer.json()).toEqual({ error: 'bad_gateway', reason, url: `${other}/`, self: false });
  expect(log[0]).toMatchObject({ severity: 'ERROR', body: `The call to ${other}/ failed: ${reason}` });
});

it('answers 502 with a reason when nothing listens there', async () => {
  const closed = createServer();
  const nowhere = await listening(closed);
  closed.close();
  const { url } = await serve(nowhere);
  const { reason } = (await (await fetch(`${url}/external`)).json()) as { reason: string };
  expect(reason).toBe('nothing listens there (ECONNREFUSED)');
});
