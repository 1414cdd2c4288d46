import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LocalAws, startLocalAws } from '../src/index.ts';
import { awsCli } from './aws-cli.ts';

/** Transaction Search by the AWS CLI: a client that shares no code with ours. Runs with ZAP_TEST_TOOLS=1. */

let aws: LocalAws;
const json = async (...words: string[]): Promise<Record<string, unknown>> => JSON.parse(await awsCli(aws, ...words));

beforeAll(async () => {
  aws = await startLocalAws({ port: 0 });
});
afterAll(() => aws.close());

test('switches Transaction Search on, and retrieves a trace', { timeout: 180_000 }, async () => {
  const seconds = Math.floor(Date.now() / 1000);
  const id = '1-4bf92f35-77b34da6a3ce929d0e0e4736';
  const segment = { id: '00f067aa0ba902b7', trace_id: id, name: 'a', start_time: seconds, end_time: seconds + 1 };
  expect(await json('xray', 'update-trace-segment-destination', '--destination', 'CloudWatchLogs')).toEqual({
    Destination: 'CloudWatchLogs',
    Status: 'PENDING',
  });
  await json('xray', 'put-trace-segments', '--trace-segment-documents', JSON.stringify(segment));
  const range = ['--start-time', String(seconds - 60), '--end-time', String(seconds + 60)];
  const { RetrievalToken } = await json('xray', 'start-trace-retrieval', '--trace-ids', id, ...range);
  const list = ['xray', 'list-retrieved-traces', '--retrieval-token', String(RetrievalToken)];
  expect(await json(...list, '--trace-format', 'XRAY')).toEqual({
    RetrievalStatus: 'COMPLETE',
    TraceFormat: 'XRAY',
    Traces: [{ Id: id, Duration: 1, Spans: [{ Id: segment.id, Document: JSON.stringify(segment) }] }],
  });
  await expect(json('xray', 'list-retrieved-traces', '--retrieval-token', 'none')).rejects.toThrow(
    /\(ResourceNotFoundException\) when calling the ListRetrievedTraces operation/,
  );
  const filter = ['logs', 'filter-log-events', '--log-group-name', 'aws/spans', '--filter-pattern', '"4bf92f35"'];
  expect(await json(...filter)).toMatchObject({ events: [{ logStreamName: 'default' }] });
});
