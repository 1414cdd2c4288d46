import { type LocalAws, startLocalAws } from '@zap-obs/local-aws';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type JsonCall, jsonCaller } from '../aws/json-client.aws.ts';
import { openLocalSession, type Session } from '../aws/session.aws.ts';
import { cloudWatchLogs, LOGS } from './cloudwatch-logs.aws.ts';
import { GROUP, recordOf, sentRequests } from './log-fixtures.ts';
import { LogSearch } from './log-search.ts';
import type { SentRequest } from './traffic.ts';

/** The search and its adapter against the local AWS, with its faults. */

let aws: LocalAws;
let at: number;
let session: Session;
let logs: JsonCall;

beforeEach(async () => {
  at = Date.parse('2026-11-23T06:00:00Z');
  aws = await startLocalAws({ port: 0, clock: { now: () => new Date(at), sleep: async () => {} } });
  session = openLocalSession(aws.url, 'us-east-1');
  logs = jsonCaller(LOGS, session);
  await logs('CreateLogGroup', { logGroupName: GROUP }, []);
  await logs('CreateLogStream', { logGroupName: GROUP, logStreamName: 'otlp' }, []);
});
afterEach(() => aws.close());

/** As a collector does: in batches. */
async function put(sent: readonly SentRequest[], more: object = {}): Promise<void> {
  for (let from = 0; from < sent.length; from += 100) {
    const logEvents = sent
      .slice(from, from + 100)
      .map(({ traceId, startedAt }) => ({ timestamp: startedAt + 2, message: recordOf(traceId, more) }));
    await logs('PutLogEvents', { logGroupName: GROUP, logStreamName: 'otlp', logEvents }, []);
  }
}

function searchFor(sent: readonly SentRequest[], groups = [GROUP]) {
  const backend = cloudWatchLogs(session, groups);
  const fields = ['trace_id', 'span_id', 'attributes.http.route'];
  const search = new LogSearch({
    backend,
    service: 'shop',
    logs: { fields },
    sent,
    clock: { now: () => at, sleep: async () => {} },
  });
  return { search, calls: () => backend.calls?.() ?? 0 };
}

it('finds the records of a thousand requests with a call a page, through empty pages, once they are there', async () => {
  const sent = sentRequests(1000, at - 20_000);
  const { search, calls } = searchFor(sent);
  expect((await search.look(false))[0]?.seen).toContain('0 of 1000');
  expect(calls()).toBe(1);
  await put(sent);
  aws.faults.inject({ fault: 'late-log-events', seconds: 3 });
  aws.faults.inject({ fault: 'empty-log-page', after: 1 });
  expect((await search.look(false))[0]?.seen).toContain('0 of 1000');
  at += 3000;
  const found = await search.look(false);
  expect(found.every(({ passed }) => passed)).toBe(true);
  expect(found[0]?.seen).toBe('1000 of 1000');
  expect(calls()).toBeLessThanOrEqual(1000 / 5);
  // One for each look, one for the empty page.
  expect(calls()).toBe(4);
  expect(search.evidence().arrivals).toHaveLength(1000);
});

it('reads more than a page holds', async () => {
  const sent = sentRequests(300, at - 20_000);
  await put(sent, { more: 'x'.repeat(8000) });
  const { search, calls } = searchFor(sent);
  expect((await search.look(false))[0]?.seen).toBe('300 of 300');
  expect(calls()).toBe(3);
});

it('finds what was put twice, and not what it has read twice', async () => {
  const sent = sentRequests(5, at - 1000);
  await put(sent.slice(0, 4));
  const { search } = searchFor(sent);
  for (let look = 0; look < 3; look += 1) expect((await search.look(false)).at(-2)?.isFinal).toBeUndefined();
  at += 1200;
  await put(sent.slice(2));
  const once = (await search.look(false)).at(-2);
  expect(once).toMatchObject({ passed: false, isFinal: true, seen: expect.stringContaining('2 of 5 records') });
  expect(once?.cause).toContain('1200 ms apart');
});

it('finds nothing that was never sent, though it is of this run', async () => {
  const sent = sentRequests(3, at - 1000);
  await put(sent.slice(0, 2));
  const { search } = searchFor(sent.slice(2));
  expect((await search.look(true))[0]?.seen).toContain('0 of 1');
});

it('loses nothing of what it has by a look that fails', async () => {
  const sent = sentRequests(3, at - 1000);
  await put(sent.slice(0, 2));
  const { search } = searchFor(sent);
  await search.look(false);
  for (const fault of ['throttled', 'half-answer', 'service-error', 'connection-reset'] as const) {
    aws.faults.inject({ fault, action: 'FilterLogEvents' });
    await expect(search.look(false), fault).rejects.toMatchObject({
      name: 'TransientError',
      isThrottled: fault === 'throttled',
    });
  }
  await put(sent.slice(2));
  expect((await search.look(false))[0]?.seen).toBe('3 of 3');
});

it('explains records without ids from what the group holds, and nothing by a group that is not there', async () => {
  const sent = sentRequests(2, at - 1000);
  await put(sent, { trace_id: undefined });
  const { search } = searchFor(sent, [GROUP, '/none']);
  const [missing] = await search.explain(await search.look(true));
  expect(missing).toMatchObject({
    passed: false,
    cause: expect.stringContaining('Records have come, but without trace ids: 2 events'),
    fix: 'Log within the active span, with the OpenTelemetry instrumentation of the logger',
  });
  expect(search.notes()).toEqual([expect.stringContaining('Log group `/none` does not exist')]);
});
