import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startLocalAws } from '@zap-obs/local-aws';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { jsonCaller } from '../aws/json-client.aws.ts';
import { openSession } from '../aws/session.aws.ts';
import { TransientError } from '../aws/transient-error.ts';
import type { Clock } from '../runner/clock.ts';
import { UserFault } from '../runner/fault.ts';
import { cloudWatchLogs, LOGS } from './cloudwatch-logs.aws.ts';
import { DOCUMENTS, EXTERNAL_TRACE } from './fixtures.ts';
import { RUN, traceIds } from './log-fixtures.ts';
import { xrayTraceId } from './trace-id.ts';
import { XRAY, xrayTraces } from './xray.aws.ts';

type Body = Record<string, unknown>;
type Answer = { status?: number; body: unknown };

/** Calls as they came, and what answers them. */
let calls: { action: string; body: Body; authorization: string }[];
let answer: (action: string, body: Body) => Answer;
let server: ReturnType<typeof createServer>;

beforeEach(async () => {
  calls = [];
  server = createServer(async (incoming, outgoing) => {
    const parts: Buffer[] = [];
    for await (const part of incoming) parts.push(part);
    const body = JSON.parse(Buffer.concat(parts).toString() || '{}') as Body;
    const action = String(incoming.headers['x-amz-target'] ?? `${incoming.method} ${incoming.url}`);
    calls.push({ action, body, authorization: String(incoming.headers.authorization) });
    const { status = 200, body: answered } = answer(action, body);
    outgoing.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answered));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIALOCALEXAMPLE0000');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
});
afterEach(() => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  server.close();
});

/** Sleeps at once. */
class InstantClock implements Clock {
  #now = 0;
  now = () => this.#now;
  sleep = async (ms: number) => {
    this.#now += ms;
  };
}

const ids = (count: number) => Array.from({ length: count }, (_, index) => `${index}`.padStart(32, 'a'));
const refusal = (type: string, status = 400): Answer => ({ status, body: { __type: type, message: `${type}: no` } });

it('reads log events through empty pages, in milliseconds, by the ids in both forms', async () => {
  const event = {
    timestamp: 1_795_390_768_441,
    message: '{"body":"x"}',
    logStreamName: 's',
    eventId: '1',
    ingestionTime: 7,
  };
  answer = (_, { nextToken }) => ({
    body:
      nextToken === undefined
        ? { events: [], nextToken: '1' }
        : nextToken === '1'
          ? { events: [event], nextToken: '2' }
          : { events: [] },
  });
  const logs = cloudWatchLogs(openSession('us-east-1'), ['/a', '/b']);
  const [id = ''] = ids(1);
  const found = await logs.events([id], 1_795_390_000_123.9);
  const read = { message: event.message, timestamp: event.timestamp, stream: 's', id: '1', ingestedAt: 7 };
  expect(found).toEqual(['/a', '/b'].map(source => ({ ...read, source })));
  expect(calls).toHaveLength(6);
  expect(logs.calls?.()).toBe(6);
  expect(calls.find(({ body }) => body.logGroupName === '/a')).toMatchObject({
    action: 'Logs_20140328.FilterLogEvents',
    body: {
      logGroupName: '/a',
      startTime: 1_795_390_000_123,
      filterPattern: `%${id.slice(0, 8)}-?${id.slice(8, 16)}%`,
    },
  });
});

it('finds the events of a whole run with one call for each group and page', async () => {
  answer = () => ({ body: { events: [] } });
  const logs = cloudWatchLogs(openSession('us-east-1'), ['/a', '/b']);
  await logs.events(traceIds(1000), 0);
  expect(calls.map(({ body }) => body.filterPattern)).toEqual(Array(2).fill(`%6b037d30-?${RUN}%`));
  expect(await logs.events([], 0)).toEqual([]);
  expect(logs.calls?.()).toBe(2);
});

it('names the group that may not be read, and what to allow', async () => {
  answer = (_, { logGroupName }) =>
    logGroupName === '/b' ? refusal('AccessDeniedException') : { body: { events: [] } };
  const error = await cloudWatchLogs(openSession('eu-north-1'), ['/a', '/b'])
    .events(ids(1), 0)
    .catch(one => one);
  expect(error).toBeInstanceOf(UserFault);
  expect(error).not.toBeInstanceOf(TransientError);
  expect(error.faults).toMatchObject([
    {
      what: 'The credentials do not allow `logs:FilterLogEvents` for log group `/b`',
      fix: 'Allow `logs:FilterLogEvents` on `arn:aws:logs:eu-north-1:*:log-group:/b:*` for this role',
    },
  ]);
});

it('leaves a throttled look to the watch, but does not begin again for a later page', async () => {
  answer = () => refusal('ThrottlingException');
  const surroundings = { clock: new InstantClock(), random: () => 0.5 };
  const logs = cloudWatchLogs(openSession('us-east-1', undefined, surroundings), ['/a']);
  const error = await logs.events(ids(1), 0).catch(one => one);
  expect(error).toMatchObject({ name: 'TransientError', isThrottled: true });
  expect(calls).toHaveLength(1);
  calls = [];
  let refused = 0;
  answer = (_, { nextToken }) => {
    if (nextToken === undefined) return { body: { events: [{ message: 'first' }], nextToken: '1' } };
    refused += 1;
    return refused < 3 ? refusal('ThrottlingException') : { body: { events: [{ message: 'second' }] } };
  };
  expect((await logs.events(ids(1), 0)).map(({ message }) => message)).toEqual(['first', 'second']);
  expect(calls.map(({ body }) => body.nextToken)).toEqual([undefined, '1', '1', '1']);
  expect(logs.calls?.()).toBe(5);
});

it('reads a few events of each group, whatever they say, through empty pages, but not without end', async () => {
  answer = (_, { logGroupName, nextToken }) => {
    if (logGroupName === '/none') return refusal('ResourceNotFoundException');
    if (logGroupName === '/empty') return { body: { events: [], nextToken: `${nextToken}.` } };
    return {
      body: { events: nextToken ? ['b', 'c', 'd'].map(message => ({ message })) : [{ message: 'a' }], nextToken: 'x' },
    };
  };
  const logs = cloudWatchLogs(openSession('us-east-1'), ['/busy', '/empty', '/none']);
  const found = await logs.recent?.(1000.5, 3);
  expect(found?.map(({ source, message }) => `${source} ${message}`)).toEqual(['/busy a', '/busy b', '/busy c']);
  expect(calls.filter(({ body }) => body.logGroupName === '/empty')).toHaveLength(5);
  expect(calls[0]?.body).toEqual({ logGroupName: expect.any(String), startTime: 1000, limit: 3 });
});

it('takes an answer that ends in the middle for one that did not come', async () => {
  const aws = await startLocalAws({ port: 0 });
  vi.stubEnv('AWS_ENDPOINT_URL', aws.url);
  aws.faults.inject({ fault: 'half-answer', action: 'FilterLogEvents' });
  const logs = cloudWatchLogs(openSession('us-east-1'), ['/a']);
  expect(await logs.events(ids(1), 0).catch(one => one)).toBeInstanceOf(TransientError);
  expect(await logs.events(ids(1), 0)).toEqual([]);
  await aws.close();
});

it('takes a group that does not exist yet for an empty one, and notes it until it does', async () => {
  answer = (_, { logGroupName }) =>
    logGroupName === '/new' ? refusal('ResourceNotFoundException') : { body: { events: [{ message: 'm' }] } };
  const logs = cloudWatchLogs(openSession('us-east-1'), ['/new', '/old']);
  expect(await logs.events(ids(1), 0)).toEqual([{ message: 'm', source: '/old' }]);
  expect(logs.notes?.()).toEqual(['Log group `/new` does not exist in us-east-1: no record has ever been kept there']);
  answer = () => ({ body: { events: [] } });
  await logs.events(ids(1), 0);
  expect(logs.notes?.()).toEqual([]);
});

it('finds what a collector has put into the local AWS, and nothing of traces that it does not have', async () => {
  const aws = await startLocalAws({ port: 0 });
  vi.stubEnv('AWS_ENDPOINT_URL', aws.url);
  const session = openSession('us-east-1');
  const put = jsonCaller({ ...XRAY, target: { PutTraceSegments: '/TraceSegments' } }, session);
  const logs = jsonCaller(LOGS, session);
  const now = Date.now();
  const times = (document: string) => ({ ...JSON.parse(document), start_time: now / 1000 - 1, end_time: now / 1000 });
  const documents = DOCUMENTS.map(document => JSON.stringify(times(document)));
  await put('PutTraceSegments', { TraceSegmentDocuments: documents }, []);
  const group = { logGroupName: '/aws/ecs/zap-adot-logs' };
  const stream = { ...group, logStreamName: 'otlp/local' };
  const traces = xrayTraces(session);
  const records = cloudWatchLogs(session, [group.logGroupName]);
  expect(await records.events([EXTERNAL_TRACE], now - 60_000)).toEqual([]);
  expect(records.notes?.()).toHaveLength(1);
  await logs('CreateLogGroup', group, []);
  await logs('CreateLogStream', stream, []);
  const messages = [EXTERNAL_TRACE, xrayTraceId(EXTERNAL_TRACE), 'f'.repeat(32)].map(id =>
    JSON.stringify({ trace_id: id }),
  );
  const logEvents = messages.map((message, index) => ({ timestamp: now + index, message }));
  await logs('PutLogEvents', { ...stream, logEvents }, []);
  const unknown = `${EXTERNAL_TRACE.slice(0, 31)}0`;
  // What was put is found a moment later, as with AWS.
  await expect
    .poll(async () => (await traces.segments([EXTERNAL_TRACE, unknown])).map(({ name }) => name).sort())
    .toEqual(['GET', 'zap-app', 'zap-app']);
  await expect
    .poll(async () => (await records.events([EXTERNAL_TRACE, unknown], now - 60_000)).map(({ message }) => message))
    .toEqual(messages.slice(0, 2));
  expect(records.notes?.()).toEqual([]);
  await aws.close();
});

it('takes null in a log event for what is not there', async () => {
  const nothing = { eventId: null, logStreamName: null, message: null, timestamp: null, ingestionTime: null };
  answer = () => ({ body: { events: [nothing], nextToken: null } });
  const backend = cloudWatchLogs(openSession('us-east-1'), ['/shop']);
  expect(await backend.events(traceIds(1), 0)).toEqual([{ message: '', source: '/shop' }]);
});
