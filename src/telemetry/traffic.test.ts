import { afterEach, expect, it } from 'vitest';
import { Cancelled } from '../runner/cancellation.ts';
import { systemClock } from '../runner/clock.ts';
import { closeServers, request, serve } from './fixtures.ts';
import { mintTrace, plainTraceId, tracePrefix, xrayTraceId } from './trace-id.ts';
import { type Answer, answerFindings, checkAnswer, planTraffic, sendRequests } from './traffic.ts';

afterEach(closeServers);

const { signal } = new AbortController();
const options = { run: '0a1b2c3d', signal, clock: systemClock };

it('sends each request once, with a trace of its own and marked as a test, and follows no redirect', async () => {
  const seen: string[][] = [];
  const url = await serve((incoming, outgoing) => {
    const { method = '', headers } = incoming;
    seen.push([method, incoming.url ?? '', String(headers.traceparent), String(headers['x-zap-obs-traffic'])]);
    outgoing.writeHead(302, { location: '/elsewhere' }).end('go');
  });
  const requests = [request({ path: '/a?b=1' }), request({ method: 'POST', path: '/c' })];
  const sent = await sendRequests(requests, `${url}/base/`, options);
  expect(sent.map(({ answer }) => answer)).toMatchObject([
    { kind: 'answered', status: 302, body: 'go', isCut: false },
    { kind: 'answered', status: 302 },
  ]);
  const parents = sent.map(({ traceId }) => expect.stringMatching(new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`)));
  expect(seen.sort((one, other) => String(one[1]).localeCompare(String(other[1])))).toEqual([
    ['GET', '/base/a?b=1', parents[0], 'true'],
    ['POST', '/base/c', parents[1], 'true'],
  ]);
  expect(new Set(sent.map(({ traceId }) => traceId)).size).toBe(2);
});

it('has a few requests on their way at a time, and the answers in the order of the requests', async () => {
  let open = 0;
  let most = 0;
  const url = await serve((incoming, outgoing) => {
    open += 1;
    most = Math.max(most, open);
    setTimeout(
      () => {
        open -= 1;
        outgoing.end(incoming.url);
      },
      incoming.url === '/0' ? 60 : 10,
    );
  });
  const requests = Array.from({ length: 12 }, (_, index) => request({ path: `/${index}` }));
  const sent = await sendRequests(requests, url, options);
  expect(sent.map(({ answer }) => answer.kind === 'answered' && answer.body)).toEqual(requests.map(({ path }) => path));
  expect(most).toBeGreaterThan(1);
  expect(most).toBeLessThan(6);
});

it('measures to the last byte', async () => {
  const url = await serve((_, outgoing) => {
    outgoing.write('first');
    setTimeout(() => outgoing.end('last'), 80);
  });
  const [sent] = await sendRequests([request()], url, options);
  expect(sent?.answer).toMatchObject({ kind: 'answered', body: 'firstlast' });
  expect(sent?.answer.ms).toBeGreaterThanOrEqual(75);
});

it('reads no more than a mebibyte of a body that never ends', async () => {
  const url = await serve((_, outgoing) => {
    const more = () => {
      while (outgoing.write(Buffer.alloc(64 * 1024, 'x')));
      outgoing.once('drain', more);
    };
    more();
  });
  const [sent] = await sendRequests([request()], url, options);
  expect(sent?.answer).toMatchObject({ kind: 'answered', status: 200, isCut: true });
  expect(sent?.answer.kind === 'answered' && sent.answer.body.length).toBe(2000);
});

it('tells why there is no answer, and sends the others all the same', async () => {
  const url = await serve((incoming, outgoing) => {
    if (incoming.url === '/reset') return void incoming.socket.resetAndDestroy();
    if (incoming.url === '/half') {
      outgoing.writeHead(200, { 'content-length': '100' });
      return void outgoing.write('half', () => incoming.socket.destroy());
    }
    if (incoming.url === '/noise') return void incoming.socket.end('no HTTP at all\r\n\r\n');
    outgoing.end('fine');
  });
  const paths = ['/reset', '/half', '/noise', '/fine'];
  const sent = await sendRequests(
    paths.map(path => request({ path })),
    url,
    options,
  );
  expect(sent.map(({ answer }) => (answer.kind === 'failed' ? answer.reason : answer.body))).toEqual([
    'the connection was reset',
    'the connection was closed before the answer was complete',
    expect.stringContaining('the answer is no HTTP'),
    'fine',
  ]);
  const closed = await serve(() => {});
  await closeServers();
  const [refused] = await sendRequests([request()], closed, options);
  expect(refused?.answer).toMatchObject({
    kind: 'failed',
    reason: 'the connection was refused: nothing listens there',
  });
  const [blocked] = await sendRequests([request()], 'http://127.0.0.1:6000', options);
  expect(blocked?.answer).toMatchObject({ kind: 'failed', reason: expect.stringContaining('never used for HTTP') });
});

it('ends with the reason of the signal, without waiting for answers', async () => {
  const url = await serve(() => {});
  const controller = new AbortController();
  const sending = sendRequests([request(), request()], url, { ...options, signal: controller.signal });
  setTimeout(() => controller.abort(new Cancelled('SIGINT')), 50);
  await expect(sending).rejects.toThrow(Cancelled);
});

it.each(['', 'localhost:5000', 'ftp://a/', 'http://user:pw@a/', 'http://a/?b', '/api'])(
  'refuses %j as base',
  async url => {
    await expect(sendRequests([], url, options)).rejects.toThrow('The base URL cannot be used');
  },
);

const answer = (more: Partial<Extract<Answer, { kind: 'answered' }>> = {}): Answer => ({
  kind: 'answered',
  status: 200,
  ms: 10,
  body: '{"items":[1,2],"at":"now"}',
  isCut: false,
  ...more,
});

it('checks status, JSON and time, each for itself', () => {
  const expected = request({ json: { items: '<array>' }, maxMs: 10 });
  expect(checkAnswer(expected, answer()).map(({ name, passed }) => [name, passed])).toEqual([
    ['data: status 200', true],
    ['data: JSON', true],
    ['data: within 10 ms', true],
  ]);
  const found = checkAnswer(expected, answer({ status: 500, ms: 11, body: '{"items":{},"secret":1}' }));
  expect(found.map(({ passed, seen }) => [passed, seen])).toEqual([
    [false, String.raw`500, "{\"items\":{},\"secret\":1}"`],
    [false, '`items` is {} instead of "<array>"'],
    [false, '11 ms to the last byte'],
  ]);
  expect(found.every(({ fix }) => fix)).toBe(true);
});

it.each([
  [{ status: 301 }, 'Expect the status of the redirect'],
  [{ body: '', status: 404 }, 'without a body'],
  [{ body: '<html>' }, 'no JSON: "<html>"'],
  [{ body: '' }, 'no JSON: an empty body'],
  [{ body: '{"items":[]}', isCut: true }, 'a body of more than 1 MiB'],
  [{ body: '[1,2,3,4,5]' }, 'it is [1,2,3,4,5] instead of {"items":"<array>"}'],
])('tells what is wrong with %j', (more, told) => {
  expect(JSON.stringify(checkAnswer(request({ json: { items: '<array>' } }), answer(more)))).toContain(
    JSON.stringify(told).slice(1, -1),
  );
});

it('has one finding for a request without an answer', () => {
  const found = checkAnswer(request({ json: 1, maxMs: 5 }), {
    kind: 'failed',
    reason: 'the connection was reset',
    ms: 3,
  });
  expect(found).toMatchObject([{ passed: false, seen: 'no answer after 3 ms: the connection was reset' }]);
});

it('mints ids that X-Ray takes too, and knows them in both forms', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  const { traceId, traceparent } = mintTrace(tracePrefix(now, '0a1b2c3d'), size => new Uint8Array(size).fill(0xab));
  expect(traceId).toBe(`6955b9000a1b2c3d${'ab'.repeat(8)}`);
  expect(traceparent).toBe(`00-${traceId}-${'ab'.repeat(8)}-01`);
  expect(xrayTraceId(traceId)).toBe(`1-6955b900-0a1b2c3d${'ab'.repeat(8)}`);
  for (const form of [traceId, traceId.toUpperCase(), xrayTraceId(traceId), `Root=${xrayTraceId(traceId)};Sampled=1`])
    expect(plainTraceId(form)).toBe(traceId);
  for (const none of ['', '0'.repeat(32), traceId.slice(1), `2-${xrayTraceId(traceId).slice(2)}`])
    expect(plainTraceId(none)).toBeUndefined();
});

it('sends each request once, then those that leave a trace in turn', () => {
  const [a, health, b] = [request({ name: 'a' }), request({ name: 'health', isTraced: false }), request({ name: 'b' })];
  const names = (count: number) => planTraffic([a, health, b], count).map(({ name }) => name);
  expect(names(8)).toEqual(['a', 'health', 'b', 'a', 'b', 'a', 'b', 'a']);
  expect(names(1)).toEqual(['a', 'health', 'b']);
  expect(planTraffic([health], 3).map(({ name }) => name)).toEqual(['health', 'health', 'health']);
  expect(planTraffic([], 20)).toEqual([]);
});

it('keeps to the rate, however soon the answers come', async () => {
  const url = await serve((_, outgoing) => outgoing.end());
  const begun = Date.now();
  const sent = await sendRequests(planTraffic([request()], 11), url, { ...options, rate: 50 });
  const late = sent.map(({ startedAt }, index) => startedAt - begun - index * 20);
  // A timer of Node may be a millisecond early.
  expect(Math.min(...late)).toBeGreaterThan(-3);
  expect(new Set(sent.map(({ traceId }) => traceId.slice(0, 16))).size).toBe(1);
});

it('sends at the rate although nothing is answered yet', async () => {
  const waiting: (() => void)[] = [];
  const url = await serve((_, outgoing) => {
    waiting.push(() => outgoing.end());
    if (waiting.length === 10) for (const answer of waiting) answer();
  });
  const sent = await sendRequests(planTraffic([request()], 10), url, { ...options, rate: 200 });
  expect(sent.every(({ answer }) => answer.kind === 'answered')).toBe(true);
});

it('sends nothing more where the first request gets no answer that must', async () => {
  let asked = 0;
  const url = await serve(incoming => {
    asked += 1;
    incoming.socket.destroy();
  });
  const sending = sendRequests(planTraffic([request()], 5), url, { ...options, mustReach: true });
  await expect(sending).rejects.toThrow(/^Nothing answers at http:\/\/127\.0\.0\.1:\d+/);
  expect(asked).toBe(1);
});

it('tells what is expected of answers once, and the first that was another', async () => {
  let asked = 0;
  const url = await serve((_, outgoing) => {
    asked += 1;
    outgoing.writeHead(asked === 2 ? 503 : 200).end();
  });
  const sent = await sendRequests(planTraffic([request({ name: 'data', maxMs: 5000 })], 4), url, {
    ...options,
    rate: 100,
  });
  expect(answerFindings(sent)).toMatchObject([
    { name: 'data: status 200', passed: false, seen: '503, without a body (1 of 4 were not)' },
    { name: 'data: within 5000 ms', passed: true, seen: expect.stringMatching(/\(all 4\)$/) },
  ]);
});

it('keeps the trace that an answer names instead of the one which was begun', async () => {
  const other = '6b037d300a1b2c3d0123456789abcdef';
  const url = await serve((incoming, outgoing) => {
    const own = String(incoming.headers.traceparent);
    outgoing.setHeader('traceresponse', incoming.url === '/own' ? own : own.replace(/[0-9a-f]{32}/, other)).end();
  });
  const sent = await sendRequests([request({ path: '/own' }), request({ path: '/other' })], url, options);
  expect(sent.map(({ replaced }) => replaced)).toEqual([undefined, { header: 'traceresponse', traceId: other }]);
});
