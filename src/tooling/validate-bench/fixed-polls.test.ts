import { type LocalAws, startLocalAws } from '@zap-obs/local-aws';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { jsonCaller } from '../../aws/json-client.aws.ts';
import { openLocalSession, type Session } from '../../aws/session.aws.ts';
import type { MetricsBackend } from '../../telemetry/backends.ts';
import { LOGS } from '../../telemetry/cloudwatch-logs.aws.ts';
import { xrayTraceId } from '../../telemetry/trace-id.ts';
import { XRAY } from '../../telemetry/xray.aws.ts';
import { pollAtFixedTimes } from './fixed-polls.ts';

let aws: LocalAws;
let session: Session;
const group = { logGroupName: '/app' };
const stream = { ...group, logStreamName: 's' };

beforeEach(async () => {
  aws = await startLocalAws({ port: 0 });
  session = openLocalSession(aws.url, 'us-east-1');
  const logs = jsonCaller(LOGS, session);
  await logs('CreateLogGroup', group, []);
  await logs('CreateLogStream', stream, []);
});
afterEach(() => aws.close());

it('is content as soon as anything of each is there, which it sees at its next turn only', async () => {
  const now = Date.now();
  const seconds = Math.floor(now / 1000).toString(16);
  const traceIds = Array.from({ length: 7 }, (_, index) => seconds + `${index}`.padStart(24, 'a'));
  const arrive = async () => {
    const put = jsonCaller({ ...XRAY, target: { PutTraceSegments: '/TraceSegments' } }, session);
    const TraceSegmentDocuments = traceIds.map(id =>
      JSON.stringify({
        name: 'a',
        id: id.slice(16),
        trace_id: xrayTraceId(id),
        start_time: now / 1000,
        end_time: now / 1000,
      }),
    );
    await put('PutTraceSegments', { TraceSegmentDocuments }, []);
    const logEvents = traceIds.map(id => ({ timestamp: now, message: `{"trace_id":"${id}"}` }));
    await jsonCaller(LOGS, session)('PutLogEvents', { ...stream, logEvents }, []);
  };
  const pauses: number[] = [];
  const metrics: MetricsBackend = {
    query: async () => (pauses.length > 0 ? [{ labels: {}, value: 0 }] : []),
    range: async () => [],
  };
  const clock = {
    now: () => pauses.reduce((sum, ms) => sum + ms, 0),
    sleep: async (ms: number) => {
      await arrive();
      pauses.push(ms);
    },
  };
  const wanted = { session, metrics, logGroup: '/app', traceIds, series: ['a_total'], since: now - 1000 };
  const end = await pollAtFixedTimes(wanted, clock, new AbortController().signal);
  // Two calls for seven traces, one for the log and one for the series, twice.
  expect(end).toEqual({ passed: true, verdictAt: 20_000, calls: 8 });
});

it('gives up after ten tries', async () => {
  const pauses: number[] = [];
  const clock = { now: () => 7, sleep: async (ms: number) => void pauses.push(ms) };
  const metrics: MetricsBackend = { query: async () => [], range: async () => [] };
  const wanted = { session, metrics, logGroup: '/app', traceIds: [], series: ['a_total'], since: 0 };
  expect(await pollAtFixedTimes(wanted, clock, new AbortController().signal)).toMatchObject({
    passed: false,
    calls: 10,
  });
  expect(pauses).toEqual(Array(9).fill(20_000));
});
