import type { RequestListener } from 'node:http';
import { afterEach, expect, it } from 'vitest';
import { TransientError } from '../aws/transient-error.ts';
import { UserFault } from '../runner/fault.ts';
import { closeServers, serve } from './fixtures.ts';
import { prometheusOver } from './prometheus.ts';

afterEach(closeServers);

const VECTOR = { resultType: 'vector', result: [{ metric: { __name__: 'up', job: 'a' }, value: [1, '2.5'] }] };
const json = (value: unknown, status = 200): RequestListener => {
  return (_, outgoing) => outgoing.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
};

it('asks below its address, in a body, because a query may be longer than an address', async () => {
  const seen: string[] = [];
  const url = await serve(async (incoming, outgoing) => {
    const parts: Buffer[] = [];
    for await (const part of incoming) parts.push(part);
    seen.push(
      `${incoming.method} ${incoming.url}`,
      new URLSearchParams(Buffer.concat(parts).toString()).get('query') ?? '',
    );
    json({ status: 'success', data: VECTOR })(incoming, outgoing);
  });
  const prometheus = prometheusOver(`${url}/workspaces/ws-1/`);
  const samples = await prometheus.query('up{a="b&c"}');
  expect(prometheus.calls?.()).toBe(1);
  expect(samples).toEqual([{ labels: { __name__: 'up', job: 'a' }, value: 2.5 }]);
  expect(seen).toEqual(['POST /workspaces/ws-1/api/v1/query', 'up{a="b&c"}']);
});

it.each<[string, RequestListener, boolean, string]>([
  ['a throttled query', json({ status: 'error', errorType: 'x', error: 'slow down' }, 429), true, 'slow down'],
  ['a server in trouble', json({}, 503), true, 'status 503'],
  ['a broken answer', (_, outgoing) => outgoing.end('{"status":"succ'), true, 'broken off'],
  ['a connection that is lost', incoming => incoming.socket.resetAndDestroy(), true, 'reset'],
  [
    'a query that it refuses',
    json({ status: 'error', errorType: 'bad_data', error: 'parse error at 1' }, 400),
    false,
    'parse error at 1',
  ],
  ['no rights', json({ message: 'Forbidden' }, 403), false, 'aps:QueryMetrics'],
  ['another server', (_, outgoing) => outgoing.end('<html>hello'), false, 'no Prometheus'],
  ['no such path', json({ message: 'nothing here' }, 404), false, 'no Prometheus'],
  ['a redirect', (_, outgoing) => outgoing.writeHead(302, { location: '/' }).end(), true, 'cannot be asked'],
  [
    'another kind of answer',
    json({ status: 'success', data: { resultType: 'matrix', result: [] } }),
    false,
    'no Prometheus',
  ],
  [
    'an answer that is not what it seems',
    json({ status: 'success', data: { resultType: 'vector', result: [{ metric: { a: 1 }, value: [1] }] } }),
    false,
    'no Prometheus',
  ],
])('tells %s', async (_, answer, mayPass, told) => {
  const error: unknown = await prometheusOver(await serve(answer))
    .query('up')
    .catch(one => one);
  expect(error).toBeInstanceOf(UserFault);
  expect(error instanceof TransientError).toBe(mayPass);
  expect((error as Error).message).toContain(told);
});

it('knows throttling from other trouble', async () => {
  const error = await prometheusOver(await serve(json({}, 429)))
    .query('up')
    .catch(one => one);
  expect(error.isThrottled).toBe(true);
});

it('tells that nobody listens', async () => {
  const url = await serve(() => {});
  await closeServers();
  const error = await prometheusOver(url)
    .query('up')
    .catch(one => one);
  expect(error).toBeInstanceOf(TransientError);
  expect(error.message).toContain('refused');
});
