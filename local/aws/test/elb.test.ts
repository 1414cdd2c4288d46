import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../src/clock.ts';
import { type Listener, openProxy, traceHeader } from '../src/services/elb/proxy.ts';
import { actionsFor, redirection } from '../src/services/elb/routing.ts';
import { type Target, TargetGroups } from '../src/services/elb/target-groups.ts';
import { afterLook, healthSettings, type Look, NEW } from '../src/services/elb/target-health.ts';

const asked = (path: string, headers: Record<string, string> = {}, method = 'GET') => ({
  method,
  headers,
  url: new URL(path, 'http://localhost'),
});
const rule = (priority: number, condition: Record<string, unknown>) => ({
  priority,
  conditions: [condition],
  actions: [{ Type: 'forward', TargetGroupArn: String(priority) }],
});

describe('rules', () => {
  const test = { Field: 'http-header', HttpHeaderConfig: { HttpHeaderName: 'X-Zap-Obs-Test', Values: ['true'] } };
  const rules = [
    rule(100, { Field: 'path-pattern', PathPatternConfig: { Values: ['/*'] } }),
    rule(10, test),
    rule(20, { Field: 'path-pattern', Values: ['/img/?.png'] }),
    rule(30, { Field: 'host-header', HostHeaderConfig: { Values: ['*.Example.com'] } }),
    rule(40, { Field: 'http-request-method', HttpRequestMethodConfig: { Values: ['DELETE'] } }),
    rule(50, { Field: 'query-string', QueryStringConfig: { Values: [{ Key: 'v', Value: '2' }] } }),
  ];

  it.each([
    ['everything else', asked('/'), '100'],
    ['a header, whatever its case', asked('/', { 'x-zap-obs-test': 'TRUE' }), '10'],
    ['a header of another value', asked('/', { 'x-zap-obs-test': 'a1b2' }), '100'],
    ['a path with one character', asked('/img/a.png?x'), '20'],
    ['no path with two', asked('/img/ab.png'), '100'],
    ['a host without its port', asked('/', { host: 'shop.example.com:8080' }), '30'],
    ['a method', asked('/', {}, 'DELETE'), '40'],
    ['a query', asked('/?v=2'), '50'],
  ])('%s', (_, request, expected) => {
    expect(actionsFor(request, rules, [])).toEqual([{ Type: 'forward', TargetGroupArn: expected }]);
  });

  it('fall back on the default, and redirect with what the request had', () => {
    expect(actionsFor(asked('/'), [], [{ Type: 'x' }])).toEqual([{ Type: 'x' }]);
    const action = { RedirectConfig: { Protocol: 'HTTPS', Port: '443', StatusCode: 'HTTP_301' } };
    expect(redirection(action, asked('/a/b?c=d', { host: 'shop.example.com' }))).toEqual({
      status: 301,
      location: 'https://shop.example.com/a/b?c=d',
    });
  });
});

describe('the health of a target', () => {
  const settings = healthSettings({
    HealthyThresholdCount: 2,
    UnhealthyThresholdCount: 3,
    Matcher: { HttpCode: '200-204,301' },
  });
  const seen = (...looks: Look[]) => looks.reduce((health, look) => afterLook(health, look, settings), NEW);
  const ok = { status: 204 };
  const bad = { status: 500 };

  it.each([
    ['is initial until enough looks in a row are good', [ok, bad, ok], 'initial', 'Elb.RegistrationInProgress'],
    ['is healthy after two', [ok, { status: 301 }], 'healthy', undefined],
    ['stays so until three in a row are bad', [ok, ok, bad, bad, ok, bad, bad], 'healthy', undefined],
    ['is unhealthy with the codes it gave', [ok, ok, bad, bad, bad], 'unhealthy', 'Target.ResponseCodeMismatch'],
    ['needs two good ones to come back', [bad, bad, bad, ok], 'unhealthy', 'Target.ResponseCodeMismatch'],
    ['is told apart by what is wrong', Array(3).fill({ failure: 'timeout' }), 'unhealthy', 'Target.Timeout'],
  ] as const)('%s', (_, looks, state, reason) => {
    expect(seen(...looks)).toMatchObject({ state, ...(reason && { reason }) });
  });
});

describe('the proxy', () => {
  const closing: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  const serverOf = async (listener: RequestListener) => {
    const server = createServer(listener).listen(0, '127.0.0.1');
    await once(server, 'listening');
    closing.push(() => {
      server.closeAllConnections();
      server.close();
    });
    return { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
  };
  const setUp = async (listener?: Listener) => {
    const groups = new TargetGroups({
      clock: systemClock,
      pace: 0,
      settings: () =>
        healthSettings({ HealthyThresholdCount: 1, UnhealthyThresholdCount: 1, Matcher: { HttpCode: '200-299' } }),
    });
    const proxy = await openProxy(
      () => listener ?? { protocol: 'HTTP', port: 80, rules: [], defaultActions: FORWARD },
      groups,
    );
    closing.push(
      () => groups.close(),
      () => proxy.close(),
    );
    return { groups, url: `http://127.0.0.1:${proxy.port}` };
  };
  const FORWARD = [{ Type: 'forward', TargetGroupArn: 'group' }];
  const until = async (holds: () => boolean) => {
    while (!holds()) await systemClock.sleep(0.01, new AbortController().signal);
  };
  const states = (targets: readonly Target[]) => targets.map(({ health }) => health.state);

  it('answers 503 where there is no target, and 502 where none listens', async () => {
    const { groups, url } = await setUp();
    expect((await fetch(url)).status).toBe(503);
    groups.register('group', { id: '10.0.0.1', port: 80, address: { host: '127.0.0.1', port: 9 } });
    await until(() => states(groups.targets('group')).includes('unhealthy'));
    const response = await fetch(url);
    expect([response.status, await response.text()]).toEqual([502, expect.stringContaining('502 Bad Gateway')]);
  });

  it('passes requests on whole, with the headers of a load balancer', async () => {
    const { groups, url } = await setUp();
    const address = await serverOf(async (request, response) => {
      const chunks = await request.toArray();
      response.writeHead(201, { 'x-own': 'yes' });
      response.end(
        JSON.stringify({ path: request.url, headers: request.headers, body: Buffer.concat(chunks).toString() }),
      );
    });
    groups.register('group', { id: '10.0.0.1', port: 80, address: await serverOf((_, response) => response.end()) });
    groups.register('group', { id: '10.0.0.2', port: 80, address });
    await until(() =>
      groups.targets('group').some(({ id, health }) => id === '10.0.0.1' && health.state === 'healthy'),
    );
    await groups.deregister('group', { id: '10.0.0.1', port: 80 });
    const sent = { method: 'POST', body: 'x'.repeat(200_000), headers: { 'x-forwarded-for': '203.0.113.7' } };
    const response = await fetch(`${url}/a?b=c`, sent);
    const { path, headers, body } = (await response.json()) as {
      path: string;
      headers: Record<string, string>;
      body: string;
    };
    expect([response.status, response.headers.get('x-own'), path, body.length]).toEqual([
      201,
      'yes',
      '/a?b=c',
      200_000,
    ]);
    expect(headers['x-forwarded-for']).toMatch(/^203\.0\.113\.7, 127\.0\.0\.1$/);
    expect(headers['x-amzn-trace-id']).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/);
  });

  it('loses no request when a target is taken out: what it has begun it ends, and what is new goes elsewhere', async () => {
    const { groups, url } = await setUp();
    let finish = () => {};
    const old = await serverOf((request, response) => {
      if (request.url !== '/slow') return response.end('old');
      finish = () => response.end('old and slow');
    });
    const fresh = await serverOf((_, response) => response.end('new'));
    const healthy = (count: number) =>
      until(() => states(groups.targets('group')).filter(state => state === 'healthy').length === count);
    groups.register('group', { id: 'old', port: 80, address: old });
    await healthy(1);
    const slow = fetch(`${url}/slow`).then(response => response.text());
    await until(() => groups.targets('group').some(({ open }) => open === 1));
    groups.register('group', { id: 'new', port: 80, address: fresh });
    await healthy(2);
    const gone = groups.deregister('group', { id: 'old', port: 80 });
    expect(states(groups.targets('group'))).toEqual(['draining', 'healthy']);
    for (let count = 0; count < 5; count += 1) expect(await (await fetch(url)).text()).toBe('new');
    finish();
    expect(await slow).toBe('old and slow');
    await gone;
    expect(groups.targets('group').map(({ id }) => id)).toEqual(['new']);
  });

  it('does what fixed responses and redirects say', async () => {
    const fixed = { Type: 'fixed-response', FixedResponseConfig: { StatusCode: '418', MessageBody: 'tea' } };
    const { url } = await setUp({ protocol: 'HTTP', port: 80, rules: [], defaultActions: [fixed] });
    const response = await fetch(url);
    expect([response.status, await response.text()]).toEqual([418, 'tea']);
  });
});

it('a trace header keeps the root of the client, and gets one where there is none', () => {
  const own = '1-00000001-[0-9a-f]{24}';
  expect(traceHeader(undefined, 1000)).toMatch(new RegExp(`^Root=${own}$`));
  expect(traceHeader('Root=1-2-3;Parent=4;Sampled=1', 1000)).toMatch(
    new RegExp(`^Self=${own};Root=1-2-3;Parent=4;Sampled=1$`),
  );
  expect(traceHeader('Self=1-9-9;Root=1-2-3', 1000)).toMatch(new RegExp(`^Self=${own};Root=1-2-3$`));
  expect(traceHeader('Parent=4', 1000)).toMatch(new RegExp(`^Root=${own};Parent=4$`));
});
