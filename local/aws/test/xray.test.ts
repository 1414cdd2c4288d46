import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ManualClock, startTestAws, type TestAws } from './support.ts';
import { caller } from './telemetry-support.ts';

let clock: ManualClock;
let aws: TestAws;
/** Seconds. */
let at: number;
const call = caller(() => aws.url, 'xray');

beforeEach(async () => {
  clock = new ManualClock();
  at = clock.now().getTime() / 1000;
  aws = await startTestAws({ clock });
});
afterEach(() => aws.close());

const traceId = (number: number) => `1-4bf92f35-${String(number).padStart(24, '0')}`;
const spanId = (number: number) => String(number).padStart(16, '0');
/** A segment of trace 1, of one second. */
const segment = (number: number, more: object = {}) => ({
  id: spanId(number),
  trace_id: traceId(1),
  name: 'zap-app',
  start_time: at,
  end_time: at + 1,
  ...more,
});
const part = (number: number, parent: number, more: object = {}) =>
  segment(number, { type: 'subsegment', parent_id: spanId(parent), ...more });
const put = async (...documents: unknown[]) => {
  const TraceSegmentDocuments = documents.map(one => (typeof one === 'string' ? one : JSON.stringify(one)));
  return call('TraceSegments', { TraceSegmentDocuments });
};
const get = async (...numbers: number[]) => (await call('Traces', { TraceIds: numbers.map(traceId) })).body;
const documentsOf = async (number = 1) =>
  (await get(number)).Traces[0].Segments.map(({ Document }: { Document: string }) => JSON.parse(Document));
const summaries = (input: object = {}) =>
  call('TraceSummaries', { StartTime: at - 60, EndTime: at + 60, TimeRangeType: 'Event', ...input });
const idsOf = (answer: { body: { TraceSummaries: { Id: string }[] } }) =>
  answer.body.TraceSummaries.map(({ Id }) => Number(Id.slice(-4)));

const start = (TraceIds: string[], more: object = {}) =>
  call('StartTraceRetrieval', { TraceIds, StartTime: at - 60, EndTime: at + 60, ...more });
/** What a retrieval finds, in one page. */
const retrieved = async (...numbers: number[]): Promise<{ Id: string }[]> => {
  const { RetrievalToken } = (await start(numbers.map(traceId))).body;
  return (await call('ListRetrievedTraces', { RetrievalToken })).body.Traces;
};

describe('PutTraceSegments', () => {
  test('takes segments', async () => {
    expect(await put(segment(1))).toEqual({ status: 200, body: { UnprocessedTraceSegments: [] } });
    expect(await get(1)).toEqual({
      Traces: [
        {
          Id: traceId(1),
          Duration: 1,
          LimitExceeded: false,
          Segments: [{ Id: spanId(1), Document: JSON.stringify(segment(1)) }],
        },
      ],
      UnprocessedTraceIds: [],
    });
  });

  test.each<[string, unknown, object]>([
    ['no JSON', '{', { ErrorCode: 'ParseError', Message: 'Invalid segment. ErrorCode: ParseError' }],
    ['no object', '1', { ErrorCode: 'ParseError' }],
    ['nothing', [], { ErrorCode: 'MissingId', Message: 'Invalid segment. ErrorCode: MissingId' }],
    ['no id', { name: 'a' }, { ErrorCode: 'MissingId' }],
    ['an id of 15 digits', { id: '000000000000001' }, { Id: '000000000000001', ErrorCode: 'InvalidId' }],
    ['no trace', { id: spanId(1) }, { Id: spanId(1), ErrorCode: 'MissingTraceId' }],
    [
      'a W3C trace id',
      { id: spanId(1), trace_id: '4bf92f3577b34da6a3ce929d0e0e4736' },
      { Id: spanId(1), ErrorCode: 'InvalidTraceId', Message: 'Invalid segment. ErrorCode: InvalidTraceId' },
    ],
    ['no name', { id: spanId(1), trace_id: traceId(1) }, { ErrorCode: 'MissingName' }],
    ['a long name', { id: spanId(1), trace_id: traceId(1), name: 'x'.repeat(201) }, { ErrorCode: 'InvalidName' }],
    ['no start', { id: spanId(1), trace_id: traceId(1), name: 'a' }, { ErrorCode: 'MissingStartTime' }],
    ['no end', { id: spanId(1), trace_id: traceId(1), name: 'a', start_time: 1 }, { ErrorCode: 'MissingEndTime' }],
    [
      'a start as text',
      { id: spanId(1), trace_id: traceId(1), name: 'a', start_time: '1', end_time: 2 },
      { ErrorCode: 'InvalidStartTime' },
    ],
    [
      'a subsegment with a bad name',
      { id: spanId(1), trace_id: traceId(1), type: 'subsegment', name: 'mysql at ?' },
      { ErrorCode: 'InvalidName', Message: 'Invalid subsegment. ErrorCode: InvalidName, Cause: null' },
    ],
    [
      'a subsegment of nothing',
      { id: spanId(1), trace_id: traceId(1), type: 'subsegment', name: 'a', start_time: 1, end_time: 2 },
      { ErrorCode: 'MissingParentId' },
    ],
    [
      'a bad part',
      { id: spanId(1), trace_id: traceId(1), name: 'a', start_time: 1, end_time: 2, subsegments: [{ id: spanId(2) }] },
      { Id: spanId(1), ErrorCode: 'MissingName' },
    ],
    [
      'parts that are no list',
      { id: spanId(1), trace_id: traceId(1), name: 'a', start_time: 1, end_time: 2, subsegments: 'none' },
      { ErrorCode: 'ParseError' },
    ],
    [
      'annotations that are none',
      { id: spanId(1), trace_id: traceId(1), name: 'a', start_time: 1, end_time: 2, annotations: 'none' },
      { ErrorCode: 'ParseError' },
    ],
    ['64 kB and more', 'x'.repeat(65_537), { ErrorCode: 'SegmentTooLarge' }],
  ])('tells of %s with 200, and takes the rest', async (_, document, unprocessed) => {
    const answer = await put(document, segment(9, { trace_id: traceId(9) }));
    expect(answer).toMatchObject({ status: 200, body: { UnprocessedTraceSegments: [unprocessed] } });
    const { Traces, UnprocessedTraceIds } = await get(1, 9);
    expect(Traces).toHaveLength(1);
    expect(UnprocessedTraceIds).toEqual([traceId(1)]);
  });

  test('null stands for nothing', async () => {
    const empty = { parent_id: null, annotations: null, http: null, subsegments: null, namespace: null };
    expect((await put(segment(1, empty))).body.UnprocessedTraceSegments).toEqual([]);
    expect(await documentsOf()).toHaveLength(1);
    expect(idsOf(await summaries({ FilterExpression: 'annotation.a OR ok' }))).toEqual([1]);
  });

  test('a trace that grows too large', async () => {
    const big = (number: number) => segment(number, { metadata: { text: 'x'.repeat(60_000) } });
    for (let number = 1; number <= 8; number += 1)
      expect((await put(big(number))).body.UnprocessedTraceSegments).toEqual([]);
    expect((await put(big(9))).body.UnprocessedTraceSegments).toMatchObject([
      { Id: spanId(9), ErrorCode: 'InvalidSegment', Message: expect.stringMatching(/^Trace Size Exceeded\./) },
    ]);
  });

  test.each([
    ['none', {}],
    ['an empty list', { TraceSegmentDocuments: [] }],
    ['more than 50', { TraceSegmentDocuments: Array.from({ length: 51 }, () => '{}') }],
  ])('refuses %s', async (_, input) => {
    expect(await call('TraceSegments', input)).toMatchObject({ status: 400, code: 'InvalidRequestException' });
  });

  test('keeps the documents out of the journal', async () => {
    await put(segment(1), segment(2));
    expect(aws.calls.at(-1)).toMatchObject({ action: 'PutTraceSegments', params: { TraceSegmentDocuments: 2 } });
  });
});

describe('BatchGetTraces', () => {
  test('puts subsegments that were sent apart where they belong, in whatever order they came', async () => {
    await put(part(3, 2, { name: 'inner' }), part(2, 1, { name: 'outer' }), segment(1));
    const [document, ...more] = await documentsOf();
    expect(more).toEqual([]);
    const times = { start_time: at, end_time: at + 1 };
    expect(document).toEqual({
      ...segment(1),
      subsegments: [
        { id: spanId(2), name: 'outer', ...times, subsegments: [{ id: spanId(3), name: 'inner', ...times }] },
      ],
    });
  });

  test('until its segment has come, a subsegment stands for itself', async () => {
    await put(part(2, 1));
    expect(await documentsOf()).toEqual([part(2, 1)]);
    await put(segment(1));
    expect(await documentsOf()).toHaveLength(1);
  });

  test('subsegments that are in each other, or in themselves, do no harm', async () => {
    await put(part(1, 1), part(2, 3), part(3, 2));
    const found = await documentsOf();
    expect(found.map(({ id }: { id: string }) => id)).toEqual([spanId(1), spanId(3)]);
  });

  test('adds a segment for a service that was called and has sent none', async () => {
    await put(segment(1), part(2, 1, { namespace: 'remote', name: 'GET' }), part(3, 1, { namespace: 'remote' }));
    await put(segment(4, { parent_id: spanId(3), name: 'called' }));
    const inferred = (await documentsOf()).filter((one: { inferred?: boolean }) => one.inferred);
    expect(inferred).toMatchObject([{ name: 'GET', parent_id: spanId(2), trace_id: traceId(1) }]);
  });

  test('a complete segment takes the place of one in progress, and keeps it', async () => {
    const { end_time: _, ...open } = segment(1, { in_progress: true });
    await put(open);
    expect((await summaries()).body.TraceSummaries).toMatchObject([{ IsPartial: true }]);
    await put(segment(1));
    await put(open);
    expect(await documentsOf()).toEqual([segment(1)]);
  });

  test('takes five ids', async () => {
    expect(await call('Traces', { TraceIds: [1, 2, 3, 4, 5, 6].map(traceId) })).toMatchObject({
      status: 400,
      code: 'InvalidRequestException',
    });
    expect(await call('Traces', {})).toMatchObject({ status: 400 });
  });

  test('keeps the newest 20,000 traces', { timeout: 60_000 }, async () => {
    for (let from = 0; from < 20_001; from += 50) {
      const many = Array.from({ length: 50 }, (_, index) => segment(1, { trace_id: traceId(from + index) }));
      await put(...many.slice(0, 20_001 - from));
    }
    expect((await get(0, 1)).UnprocessedTraceIds).toEqual([traceId(0)]);
  });
});

describe('GetTraceSummaries', () => {
  test('tells what a trace was', async () => {
    const http = {
      request: { method: 'GET', url: 'http://a/', user_agent: 'me', client_ip: '1.2.3.4' },
      response: { status: 500 },
    };
    const annotations = { run: 'r-1', count: 2, yes: true, 'not/indexed': 'x' };
    await put(segment(1, { http, fault: true, origin: 'AWS::ECS::Fargate', annotations, end_time: at + 0.5 }));
    await put(part(2, 1, { annotations: { run: 'r-1', inner: 'i' }, throttle: true }));
    const service = { Name: 'zap-app', Names: ['zap-app'], AccountId: '000000000000', Type: 'AWS::ECS::Fargate' };
    const { body } = await summaries();
    expect(body).toMatchObject({ TracesProcessedCount: 1, ApproximateTime: at });
    expect(body.TraceSummaries).toEqual([
      {
        Id: traceId(1),
        StartTime: at,
        Duration: 1,
        ResponseTime: 0.5,
        HasFault: true,
        HasError: false,
        HasThrottle: false,
        IsPartial: false,
        Http: { HttpURL: 'http://a/', HttpStatus: 500, HttpMethod: 'GET', UserAgent: 'me', ClientIp: '1.2.3.4' },
        Annotations: {
          run: [{ AnnotationValue: { StringValue: 'r-1' }, ServiceIds: [service] }],
          count: [{ AnnotationValue: { NumberValue: 2 }, ServiceIds: [service] }],
          yes: [{ AnnotationValue: { BooleanValue: true }, ServiceIds: [service] }],
          inner: [{ AnnotationValue: { StringValue: 'i' }, ServiceIds: [service] }],
        },
        Users: [],
        ServiceIds: [service],
        ResourceARNs: [],
        EntryPoint: service,
        Revision: 2,
        MatchedEventTime: at,
      },
    ]);
  });

  test('newest first, in pages, of which none is missed when more comes', async () => {
    const starting = (number: number) => segment(1, { trace_id: traceId(number), start_time: at - number / 10 });
    for (const from of [0, 50, 100]) await put(...Array.from({ length: 50 }, (_, index) => starting(from + index)));
    const first = await summaries();
    expect(idsOf(first)).toEqual(Array.from({ length: 100 }, (_, index) => index));
    await put(segment(1, { trace_id: traceId(999), start_time: at + 1, end_time: at + 2 }));
    const second = await summaries({ NextToken: first.body.NextToken });
    expect(idsOf(second)).toEqual(Array.from({ length: 50 }, (_, index) => index + 100));
    expect(second.body.NextToken).toBeUndefined();
    expect(await summaries({ NextToken: 'x' })).toMatchObject({ status: 400, code: 'InvalidRequestException' });
  });

  test('by the time of its start, its coming, or its end', async () => {
    await put(segment(1, { start_time: at - 100, end_time: at - 50 }));
    const around = async (TimeRangeType: string | undefined, time: number) =>
      idsOf(await summaries({ TimeRangeType, StartTime: time - 5, EndTime: time + 5 })).length;
    const times = [at - 100, at - 50, at];
    const seen = async (type?: string) => Promise.all(times.map(time => around(type, time)));
    expect(await seen('TraceId')).toEqual([1, 0, 0]);
    expect(await seen(undefined)).toEqual([1, 0, 0]);
    expect(await seen('Service')).toEqual([0, 1, 0]);
    expect(await seen('Event')).toEqual([0, 0, 1]);
  });

  test.each([
    ['no start', { StartTime: undefined }],
    ['an end before the start', { EndTime: 0 }],
    ['more than six hours', { StartTime: 0 }],
    ['an unknown type', { TimeRangeType: 'Whenever' }],
    ['no time', { StartTime: 'now' }],
  ])('refuses %s', async (_, input) => {
    expect(await summaries(input)).toMatchObject({ status: 400, code: 'InvalidRequestException' });
  });

  test('takes times as text too', async () => {
    await put(segment(1));
    const StartTime = new Date((at - 1) * 1000).toISOString();
    expect(idsOf(await summaries({ StartTime }))).toEqual([1]);
  });
});

describe('filter expressions', () => {
  beforeEach(async () => {
    const http = (status: number) => ({
      request: { method: 'GET', url: 'http://zap/api/data', user_agent: 'curl', client_ip: '1.2.3.4' },
      response: { status },
    });
    const trace = (number: number, more: object) => segment(number, { trace_id: traceId(number), ...more });
    await put(
      trace(1, { http: http(200), annotations: { run: 'r-1', size: 5, yes: true, 'a.b': 'dotted' }, user: 'ann' }),
      trace(2, { http: http(500), fault: true, annotations: { run: 'r-2' }, end_time: at + 9 }),
      trace(3, { http: http(404), error: true, resource_arn: 'arn:x:task/1' }),
      trace(4, { parent_id: spanId(3), trace_id: traceId(3), name: 'down', fault: true, origin: 'AWS::ECS::Fargate' }),
      part(5, 1, { annotations: { inner: 'deep' } }),
    );
  });

  test.each<[string, number[]]>([
    ['annotation.run = "r-1"', [1]],
    ['annotation[run] = "r-1"', [1]],
    ['annotation[a.b] = "dotted"', [1]],
    ["annotation[run] = 'r-2'", [2]],
    ['annotation.inner = "deep"', [1]],
    ['annotation.run', [1, 2]],
    ['annotation[none]', []],
    ['annotation.run BEGINSWITH "r-"', [1, 2]],
    ['annotation.run ENDSWITH "2"', [2]],
    ['annotation.run contains "-1"', [1]],
    ['annotation.run != "r-1"', [2]],
    ['annotation.size > 4', [1]],
    ['annotation.size > 5', []],
    ['annotation.size = "5"', []],
    ['annotation.yes = true', [1]],
    ['http.status = 404', [3]],
    ['http.status >= 404 AND http.status < 500', [3]],
    ['http.url CONTAINS "/api/" AND http.method = "GET"', [1, 2, 3]],
    ['http.useragent = "curl" http.clientip = "1.2.3.4" ok', [1]],
    ['ok', [1]],
    ['fault', [2]],
    ['fault = true', [2]],
    ['fault != true', [1, 3]],
    ['error', [3]],
    ['!fault', [1, 3]],
    ['ok OR error', [1, 3]],
    ['ok OR error AND fault', [1]],
    ['(ok OR error) AND !ok', [3]],
    ['partial', []],
    ['throttle', []],
    ['responsetime > 5', [2]],
    ['duration <= 1', [1, 3]],
    ['user = "ann"', [1]],
    ['resource.arn ENDSWITH "task/1"', [3]],
    ['service("zap-app")', [1, 2, 3]],
    ['service("down")', [3]],
    ['service("none")', []],
    ['service() { fault }', [2, 3]],
    ['service("zap-app") { fault = true OR responsetime > 2.5 }', [2]],
    ['service("down") { fault } AND error', [3]],
    ['service(id(name: "down"))', [3]],
    ['service(id(name: "down", type: "AWS::ECS::Fargate"))', [3]],
    ['service(id(type: "AWS::EC2::Instance"))', []],
  ])('%s', async (FilterExpression, expected) => {
    expect(idsOf(await summaries({ FilterExpression })).sort()).toEqual(expected);
  });

  test.each([
    'edge("a", "b")',
    'colour = "red"',
    'annotation[run',
    'annotation.run = ',
    'annotation.run = r',
    'http.status',
    'http.status = 200 AND',
    'fault = maybe',
    'service("a"',
    'service("a") { fault',
    'service(id(colour: "red"))',
    '(ok',
    'ok )',
  ])('%s is refused, with what is known', async FilterExpression => {
    const refused = await summaries({ FilterExpression });
    expect(refused).toMatchObject({ status: 400, code: 'InvalidRequestException' });
    expect(refused.body.message).toMatch(/^Invalid filter expression: .*The local AWS knows: ok, .*annotation\[key\]/);
  });
});

test('sampling is as in a new account, and records of telemetry are taken', async () => {
  const { body } = await call('GetSamplingRules', {});
  expect(body.SamplingRuleRecords).toMatchObject([{ SamplingRule: { RuleName: 'Default', FixedRate: 0.05 } }]);
  const targets = await call('SamplingTargets', {
    SamplingStatisticsDocuments: [{ RuleName: 'Default' }, { RuleName: 'mine' }],
  });
  expect(targets.body).toMatchObject({
    SamplingTargetDocuments: [{ RuleName: 'Default', ReservoirQuotaTTL: at + 10 }],
    UnprocessedStatistics: [{ RuleName: 'mine' }],
  });
  expect(await call('SamplingStatisticSummaries', {})).toMatchObject({ body: { SamplingStatisticSummaries: [] } });
  expect(await call('TelemetryRecords', { TelemetryRecords: [] })).toEqual({ status: 200, body: {} });
  expect(await call('GetTraceSegmentDestination', {})).toEqual({
    status: 200,
    body: { Destination: 'XRay', Status: 'ACTIVE' },
  });
});

describe('Transaction Search', () => {
  const filter = (filterPattern: string) =>
    caller(() => aws.url, 'logs')('FilterLogEvents', { logGroupName: 'aws/spans', filterPattern, startTime: 0 });
  const switchTo = (Destination: string) => call('UpdateTraceSegmentDestination', { Destination });

  test('is switched on and off, and keeps traces apart', async () => {
    await put(segment(1));
    expect(await switchTo('CloudWatchLogs')).toEqual({
      status: 200,
      body: { Destination: 'CloudWatchLogs', Status: 'PENDING' },
    });
    expect((await call('GetTraceSegmentDestination', {})).body).toEqual({
      Destination: 'CloudWatchLogs',
      Status: 'ACTIVE',
    });
    await put(segment(2, { trace_id: traceId(2) }));
    expect((await get(1, 2)).Traces).toEqual([]);
    expect((await retrieved(1, 2)).map(({ Id }) => Id)).toEqual([traceId(2)]);
    await switchTo('XRay');
    expect((await get(1, 2)).Traces.map(({ Id }: { Id: string }) => Id)).toEqual([traceId(1)]);
    expect(await switchTo('S3')).toMatchObject({ status: 400, code: 'InvalidRequestException' });
  });

  test('retrieves what was there at the start, five traces a page, each segment once', async () => {
    await switchTo('CloudWatchLogs');
    const numbers = Array.from({ length: 12 }, (_, index) => index + 1);
    for (const number of numbers) {
      const own = { trace_id: traceId(number) };
      await put(segment(1, own), part(2, 1, own), segment(1, own));
    }
    const { RetrievalToken } = (await start(numbers.map(traceId))).body;
    await put(segment(3, { parent_id: spanId(1) }));
    const found: { Id: string; Spans: { Id: string; Document: string }[] }[] = [];
    const pages: number[] = [];
    for (let NextToken: string | undefined, page = 0; page === 0 || NextToken; page += 1) {
      const { body } = await call('ListRetrievedTraces', { RetrievalToken, ...(NextToken && { NextToken }) });
      expect(body.RetrievalStatus).toBe('COMPLETE');
      found.push(...body.Traces);
      pages.push(body.Traces.length);
      NextToken = body.NextToken;
    }
    expect(pages).toEqual([5, 5, 2]);
    expect(found.map(({ Id }) => Id)).toEqual(numbers.map(traceId));
    for (const { Spans } of found) {
      expect(Spans.map(({ Id }) => Id)).toEqual([spanId(1)]);
      expect(JSON.parse(Spans[0]?.Document ?? '')).toMatchObject({ id: spanId(1), subsegments: [{ id: spanId(2) }] });
    }
  });

  test('gives spans in the conventions too, and refuses what it does not know', async () => {
    await switchTo('CloudWatchLogs');
    await put(segment(1));
    const { RetrievalToken } = (await start([traceId(1)])).body;
    const { body } = await call('ListRetrievedTraces', { RetrievalToken, TraceFormat: 'OTEL' });
    expect(JSON.parse(body.Traces[0].Spans[0].Document)).toMatchObject({ spanId: spanId(1), kind: 'SERVER' });
    expect(await call('ListRetrievedTraces', { RetrievalToken, TraceFormat: 'JAEGER' })).toMatchObject({ status: 400 });
    expect(await call('ListRetrievedTraces', { RetrievalToken: 'none' })).toMatchObject({
      status: 404,
      code: 'ResourceNotFoundException',
    });
    expect((await retrieved(9)).length).toBe(0);
    expect(await start(Array(101).fill(traceId(1)))).toMatchObject({ status: 400, code: 'InvalidRequestException' });
    expect(await start([traceId(1)], { StartTime: undefined })).toMatchObject({ status: 400 });
    const early = (await start([traceId(1)], { EndTime: at - 30 })).body;
    expect((await call('ListRetrievedTraces', early)).body.Traces).toEqual([]);
  });

  test('writes spans into a log group that nobody else writes', async () => {
    await switchTo('CloudWatchLogs');
    const http = {
      request: { method: 'GET', url: 'http://shop/', user_agent: 'zap-obs/1' },
      response: { status: 200 },
    };
    const metadata = { default: { 'http.route': '/', 'otel.resource.service.name': 'shop' } };
    const call1 = { id: spanId(2), name: 'GET', namespace: 'remote', start_time: at, end_time: at + 0.5, fault: true };
    await put(
      segment(1, { http, metadata, parent_id: spanId(8), subsegments: [call1] }),
      segment(5, { in_progress: true, end_time: undefined }),
    );
    const { body } = await filter('"4bf92f35000000000000000000000001"');
    expect(body.events.map(({ message }: { message: string }) => JSON.parse(message))).toEqual([
      {
        resource: { attributes: { 'service.name': 'shop' } },
        traceId: '4bf92f35000000000000000000000001',
        spanId: spanId(1),
        parentSpanId: spanId(8),
        flags: 1,
        name: 'zap-app',
        kind: 'SERVER',
        startTimeUnixNano: at * 1e9,
        endTimeUnixNano: (at + 1) * 1e9,
        durationNano: 1e9,
        attributes: {
          'http.request.method': 'GET',
          'url.full': 'http://shop/',
          'user_agent.original': 'zap-obs/1',
          'http.response.status_code': 200,
          'http.route': '/',
        },
        status: { code: 'UNSET' },
      },
      expect.objectContaining({
        spanId: spanId(2),
        parentSpanId: spanId(1),
        kind: 'CLIENT',
        status: { code: 'ERROR' },
        durationNano: 5e8,
      }),
    ]);
    const logs = caller(() => aws.url, 'logs');
    const event = { timestamp: at * 1000, message: '{}' };
    const named = { logGroupName: 'aws/spans', logStreamName: 'default' };
    expect(await logs('PutLogEvents', { ...named, logEvents: [event] })).toMatchObject({
      status: 400,
      code: 'InvalidParameterException',
    });
    expect(await logs('CreateLogGroup', { logGroupName: 'aws/mine' })).toMatchObject({ status: 400 });
  });
});

test('a region has traces of its own', async () => {
  await put(segment(1));
  const authorization = 'AWS4-HMAC-SHA256 Credential=AKIA/20260101/eu-west-1/xray/aws4_request';
  const body = JSON.stringify({ TraceIds: [traceId(1)] });
  const answer = await fetch(`${aws.url}/Traces`, { method: 'POST', headers: { authorization }, body });
  expect(await answer.json()).toMatchObject({ Traces: [] });
});

describe('faults', () => {
  test('segments that are answered with 200, and are not kept', async () => {
    const fault = aws.faults.inject({ fault: 'segments-unprocessed' });
    expect((await put(segment(1))).body.UnprocessedTraceSegments).toMatchObject([{ Id: spanId(1) }]);
    expect((await get(1)).Traces).toEqual([]);
    expect(fault.struck).toBe(1);
    expect((await put(segment(1))).body.UnprocessedTraceSegments).toEqual([]);
  });

  test('traces that come late, and part by part', async () => {
    aws.faults.inject({ fault: 'late-traces', seconds: 5 });
    await put(segment(1));
    await clock.advance(2);
    await put(segment(2, { parent_id: spanId(1) }));
    await clock.advance(2);
    expect((await get(1)).UnprocessedTraceIds).toEqual([traceId(1)]);
    expect(idsOf(await summaries())).toEqual([]);
    await clock.advance(1);
    expect(await documentsOf()).toHaveLength(1);
    expect(idsOf(await summaries())).toEqual([1]);
    await clock.advance(2);
    expect(await documentsOf()).toHaveLength(2);
  });

  test('Transaction Search', async () => {
    await put(segment(1));
    const fault = aws.faults.inject({ fault: 'transaction-search' });
    expect((await call('GetTraceSegmentDestination', {})).body.Destination).toBe('CloudWatchLogs');
    expect((await get(1)).Traces).toEqual([]);
    expect(idsOf(await summaries())).toEqual([]);
    await put(segment(2, { trace_id: traceId(2) }));
    expect((await retrieved(1, 2)).map(({ Id }) => Id)).toEqual([traceId(2)]);
    fault.remove();
    expect((await get(1, 2)).Traces).toHaveLength(1);
  });

  test('segments that are dropped at random, the same ones for the same seed', async () => {
    const kept = async () => {
      const fault = aws.faults.inject({ fault: 'segments-dropped', percent: 20, seed: 5 });
      const documents = Array.from({ length: 50 }, (_, index) => segment(index + 1, { trace_id: traceId(7) }));
      for (const some of [documents.slice(0, 20), documents.slice(20)])
        expect((await put(...some)).body.UnprocessedTraceSegments).toEqual([]);
      fault.remove();
      return (await documentsOf(7)).map(({ id }: { id: string }) => id);
    };
    const first = await kept();
    expect(first.length).toBeGreaterThan(30);
    expect(first.length).toBeLessThan(48);
    expect(await kept()).toEqual(first);
  });

  test('some segments that are not processed, and say so', async () => {
    aws.faults.inject({ fault: 'segments-unprocessed', percent: 50 });
    const documents = Array.from({ length: 20 }, (_, index) => segment(index + 1));
    const { UnprocessedTraceSegments } = (await put(...documents)).body;
    expect(UnprocessedTraceSegments.length).toBeGreaterThan(3);
    expect(await documentsOf()).toHaveLength(20 - UnprocessedTraceSegments.length);
  });

  test('traces that are left unprocessed though they are there', async () => {
    for (const number of [1, 2, 3]) await put(segment(number, { trace_id: traceId(number) }));
    aws.faults.inject({ fault: 'half-answered-traces' });
    const { Traces, UnprocessedTraceIds } = await get(1, 2, 3);
    expect(Traces.map(({ Id }: { Id: string }) => Id)).toEqual([traceId(2)]);
    expect(UnprocessedTraceIds).toEqual([traceId(1), traceId(3)]);
    expect((await get(1, 2, 3)).Traces).toHaveLength(3);
  });

  test('retrievals that take their time', async () => {
    await call('UpdateTraceSegmentDestination', { Destination: 'CloudWatchLogs' });
    await put(segment(1));
    aws.faults.inject({ fault: 'slow-retrieval', seconds: 3 });
    const { RetrievalToken } = (await start([traceId(1)])).body;
    const list = async () => (await call('ListRetrievedTraces', { RetrievalToken })).body;
    expect(await list()).toEqual({ RetrievalStatus: 'RUNNING', TraceFormat: 'XRAY', Traces: [] });
    await clock.advance(3);
    expect(await list()).toMatchObject({ RetrievalStatus: 'COMPLETE', Traces: [{ Id: traceId(1) }] });
  });

  test('are of a call by its name, and have the names that the SDK of this service knows', async () => {
    aws.faults.inject({ fault: 'throttled', action: 'PutTraceSegments' });
    expect((await get(1)).Traces).toEqual([]);
    expect(await put(segment(1))).toMatchObject({ status: 429, code: 'ThrottledException' });
    aws.faults.inject({ fault: 'access-denied', times: 1 });
    expect(await put(segment(1))).toMatchObject({ status: 403, code: 'AccessDeniedException' });
    expect(await call('Traces', {}, 'AKIAINVALIDEXAMPLE00')).toMatchObject({
      status: 403,
      code: 'UnrecognizedClientException',
    });
    expect(await call('Traces', {}, 'ASIAEXPIREDEXAMPLE00')).toMatchObject({ code: 'ExpiredTokenException' });
    expect(await call('Groups', {})).toMatchObject({ status: 400, code: 'InvalidAction' });
  });
});
