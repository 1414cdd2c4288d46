import { describe, expect, it } from 'vitest';
import { Cancelled } from '../runner/cancellation.ts';
import { GrafanaApi, GrafanaUnusable } from './http-api.ts';

type Reply = { status: number; body?: string; headers?: Record<string, string> } | Error;

const json = (status: number, body: unknown, headers = {}): Reply => ({ status, body: JSON.stringify(body), headers });

/** An API whose answers are given one after the other, the last one for ever. */
function scripted(...replies: Reply[]) {
  const requests: { url: string; init: RequestInit }[] = [];
  const pauses: number[] = [];
  const controller = new AbortController();
  const api = new GrafanaApi({
    url: 'https://g-0.example',
    token: 'glsa_secret',
    random: () => 0.5,
    signal: controller.signal,
    clock: { now: () => 0, sleep: async ms => void pauses.push(ms) },
    send: (async (url: string, init: RequestInit) => {
      requests.push({ url, init });
      const reply = replies.length > 1 ? replies.shift() : replies[0];
      if (reply instanceof Error || !reply) throw reply;
      const { status, body = '', headers = {} } = reply;
      return new Response(body, { status, headers });
    }) as typeof fetch,
  });
  return { api, requests, pauses, cancel: () => controller.abort(new Cancelled('SIGTERM')) };
}

const faultOf = async (promise: Promise<unknown>) => {
  const error = await promise.catch((error: unknown) => error);
  expect(error).toBeInstanceOf(GrafanaUnusable);
  expect(String(error)).not.toContain('glsa_');
  return (error as GrafanaUnusable).faults[0];
};

it('asks with the token in a header alone, as JSON, and follows nobody elsewhere', async () => {
  const { api, requests } = scripted(json(200, { ok: true }));
  expect(await api.ask('POST', '/api/folders', { title: 'x' })).toEqual({ status: 200, body: { ok: true } });
  const [{ url, init } = { url: '', init: {} }] = requests;
  expect([url, init.body, init.redirect]).toEqual(['https://g-0.example/api/folders', '{"title":"x"}', 'manual']);
  expect(init.headers).toMatchObject({ authorization: 'Bearer glsa_secret', 'content-type': 'application/json' });
});

it.each([404, 409, 412, 400])('gives %i to its caller, at once', async status => {
  const { api, requests } = scripted(json(status, { message: 'so' }));
  expect(await api.ask('GET', '/api/x')).toEqual({ status, body: { message: 'so' } });
  expect(requests).toHaveLength(1);
});

it.each<[string, Reply]>([
  ['429', json(429, { message: 'slowly' })],
  ['500', json(500, { message: 'oh' })],
  ['502 with a page', { status: 502, body: '<html><title>Bad gateway</title></html>' }],
  ['200 with a page', { status: 200, body: '<html></html>', headers: { 'content-type': 'text/html' } }],
  ['a sign-in page', { status: 302, headers: { location: 'https://sso.example/start' } }],
  ['401 of a young token', json(401, { message: 'Invalid API key' })],
  ['a broken connection', Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })],
])('asks again after %s', async (_, reply) => {
  const { api, requests, pauses } = scripted(reply, reply, json(200, {}));
  expect(await api.ask('GET', '/api/x')).toEqual({ status: 200, body: {} });
  expect([requests.length, pauses]).toEqual([3, [500, 1000]]);
});

it.each([
  ['2', 2000],
  ['3600', 15_000],
])('waits as long as Grafana asks for (%s), within reason', async (seconds, pause) => {
  const { api, pauses } = scripted(json(429, {}, { 'retry-after': seconds }), json(200, {}));
  await api.ask('GET', '/api/x');
  expect(pauses).toEqual([pause]);
});

describe('what does not pass', () => {
  it.each<[string, Reply, object]>([
    [
      '429',
      json(429, { message: 'slowly' }),
      { what: 'Grafana is asked too often, and refuses `GET /api/x`', seen: '429, slowly' },
    ],
    [
      '503',
      json(503, { message: 'oh' }),
      { what: 'Grafana has a fault of its own, and refuses `GET /api/x`', seen: '503, oh' },
    ],
    [
      'a page',
      { status: 200, body: '<html><title>Corporate proxy</title></html>' },
      {
        what: 'Not Grafana, but something else answers `GET /api/x` at https://g-0.example',
        seen: '200, a page with the title “Corporate proxy”',
      },
    ],
    [
      'a sign-in page',
      { status: 302, body: '<a>', headers: { location: 'https://sso.example/start' } },
      { seen: '302, which leads to https://sso.example/start' },
    ],
    [
      '401',
      json(401, { message: 'Invalid API key' }),
      { what: expect.stringContaining('does not take the token'), seen: '401, Invalid API key' },
    ],
    ['403', json(403, { message: 'no' }), { what: 'Grafana does not allow `GET /api/x`', seen: '403, no' }],
    [
      'silence',
      Object.assign(new Error('x'), { code: 'ECONNREFUSED' }),
      { what: 'Grafana at https://g-0.example does not answer `GET /api/x`' },
    ],
  ])('is told: %s', async (_, reply, fault) => {
    const { api, requests } = scripted(reply);
    expect(await faultOf(api.ask('GET', '/api/x'))).toEqual(
      expect.objectContaining({ fix: expect.any(String), ...fault }),
    );
    const isFinal = !(reply instanceof Error) && reply.status === 403;
    expect(requests).toHaveLength(isFinal ? 1 : 4);
  });
});

it('a data source whose plugin is missing is no trouble of Grafana’s', async () => {
  const { api, requests } = scripted(json(500, { message: 'Unable to find datasource plugin' }));
  expect(await api.ask('GET', '/api/x')).toMatchObject({ status: 500 });
  expect(requests).toHaveLength(1);
});

it('a cancelled run asks no more', async () => {
  const { api, cancel, requests } = scripted(json(500, {}));
  cancel();
  await expect(api.ask('GET', '/api/x')).rejects.toThrow(Cancelled);
  expect(requests.length).toBeLessThanOrEqual(1);
});
