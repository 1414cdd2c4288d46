import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type LocalAws, startLocalAws } from '@zap-obs/local-aws';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { jsonCaller } from '../aws/json-client.aws.ts';
import { openSession, type Session } from '../aws/session.aws.ts';
import { TransientError } from '../aws/transient-error.ts';
import { type Clock, systemClock } from '../runner/clock.ts';
import { UserFault } from '../runner/fault.ts';
import { answered, DOCUMENTS, EXTERNAL_TRACE } from './fixtures.ts';
import { xrayTraceId } from './trace-id.ts';
import { TraceSearch } from './trace-search.ts';
import { type Watched, watch } from './watch.ts';
import { XRAY, xrayTraces } from './xray.aws.ts';

/** What a runner's OIDC token looks like. */
const TOKEN = ['{}', '{"sub":"repo:a/b","aud":"sts.amazonaws.com"}', '']
  .map(part => Buffer.from(part).toString('base64url'))
  .join('.');

const ids = (count: number) => Array.from({ length: count }, (_, index) => `${index}`.padStart(32, 'a'));

beforeEach(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIALOCALEXAMPLE0000');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
});
afterEach(() => vi.unstubAllEnvs());

describe('with scripted answers', () => {
  type Body = Record<string, unknown>;
  type Answer = { status?: number; body: unknown };

  let calls: { path: string; body: Body; authorization: string }[];
  let answer: (path: string, body: Body) => Answer;
  let server: ReturnType<typeof createServer>;

  beforeEach(async () => {
    calls = [];
    server = createServer(async (incoming, outgoing) => {
      const parts: Buffer[] = [];
      for await (const part of incoming) parts.push(part);
      const body = JSON.parse(Buffer.concat(parts).toString() || '{}') as Body;
      const path = String(incoming.headers['x-amz-target'] ?? incoming.url);
      calls.push({ path, body, authorization: String(incoming.headers.authorization) });
      const { status = 200, body: answered } = answer(path, body);
      outgoing.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answered));
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const INDEXED = { body: { Destination: 'XRay', Status: 'ACTIVE' } };
  const SEARCHED = { body: { Destination: 'CloudWatchLogs', Status: 'ACTIVE' } };
  const refusal = (type: string, status = 400): Answer => ({ status, body: { __type: type, message: `${type}: no` } });
  const to = (path: string) => calls.filter(one => one.path === path);

  it('asks for five traces a call, in its form, signed for it, and for every page', async () => {
    answer = (path, { TraceIds, NextToken }) => {
      if (path !== '/Traces') return INDEXED;
      const wanted = TraceIds as string[];
      if (!wanted.includes(xrayTraceId(EXTERNAL_TRACE))) return { body: { Traces: [], UnprocessedTraceIds: wanted } };
      const Document = DOCUMENTS[NextToken ? 1 : 0];
      const Traces = [{ Id: xrayTraceId(EXTERNAL_TRACE), Duration: 0.1, Segments: [{ Id: 'x', Document }] }];
      return { body: { Traces, UnprocessedTraceIds: [], ...(!NextToken && { NextToken: 'more' }) } };
    };
    const wanted = [...ids(11), EXTERNAL_TRACE];
    const traces = xrayTraces(openSession('eu-north-1'));
    expect(await traces.idsACall?.()).toBe(5);
    const found = await traces.segments(wanted);
    expect(traces.calls?.()).toBe(5);
    expect(found.map(({ id, traceId }) => [id, traceId])).toEqual([
      ['6600bd9337403632', EXTERNAL_TRACE],
      ['25ba56e9cad017b0', EXTERNAL_TRACE],
    ]);
    expect(to('/Traces')).toHaveLength(4);
    expect(calls[0]?.authorization).toContain('/eu-north-1/xray/aws4_request');
    const asked = to('/Traces').filter(({ body }) => !body.NextToken);
    expect(asked.flatMap(({ body }) => body.TraceIds as string[]).sort()).toEqual(wanted.map(xrayTraceId).sort());
    expect(Math.max(...asked.map(({ body }) => (body.TraceIds as string[]).length))).toBe(5);
  });

  it('asks for no trace when there is none to ask for', async () => {
    expect(await xrayTraces(openSession('us-east-1')).segments([])).toEqual([]);
    expect(calls).toEqual([]);
  });

  it('asks once where traces are kept, goes on where a role may not know it, and notes that while nothing is found', async () => {
    let documents: readonly string[] = [];
    answer = path => {
      if (path !== '/Traces') return refusal('AccessDeniedException', 403);
      const Segments = documents.map(Document => ({ Id: 'x', Document }));
      return { body: { Traces: [{ Id: xrayTraceId(EXTERNAL_TRACE), Segments }] } };
    };
    const traces = xrayTraces(openSession('us-east-1'));
    await Promise.all([traces.segments(ids(1)), traces.segments(ids(1))]);
    expect(to('/GetTraceSegmentDestination')).toHaveLength(1);
    expect(traces.notes?.()).toEqual([expect.stringContaining('allow `xray:GetTraceSegmentDestination`')]);
    documents = DOCUMENTS;
    expect(await traces.segments(ids(1))).toHaveLength(3);
    expect(traces.notes?.()).toEqual([]);
  });

  it('asks again where traces are kept when that was not answered', async () => {
    let isFailing = true;
    answer = path => {
      if (path === '/Traces') return { body: { Traces: [] } };
      return isFailing ? refusal('ThrottledException', 429) : INDEXED;
    };
    const traces = xrayTraces(openSession('us-east-1'));
    await expect(traces.segments(ids(1))).rejects.toBeInstanceOf(TransientError);
    isFailing = false;
    expect(await traces.segments(ids(1))).toEqual([]);
  });

  it.each([
    ['ThrottledException', 429, true],
    ['InternalFailure', 500, true],
    ['AccessDeniedException', 403, false],
  ] as const)('tells %s apart, and leaves it to the watch to ask again', async (type, status, mayPass) => {
    answer = path => (path === '/Traces' ? refusal(type, status) : INDEXED);
    const error = await xrayTraces(openSession('us-east-1'))
      .segments(ids(1))
      .catch(one => one);
    expect(error).toBeInstanceOf(UserFault);
    expect(error instanceof TransientError).toBe(mayPass);
    expect(to('/Traces')).toHaveLength(1);
    if (!mayPass) expect(error.message).toContain('Allow `xray:BatchGetTraces`');
  });

  it('finds ids by user agent and time of coming, page by page, within six hours', async () => {
    answer = (path, { NextToken }) => {
      if (path !== '/TraceSummaries') return INDEXED;
      const Id = xrayTraceId(NextToken ? 'b'.repeat(32) : EXTERNAL_TRACE);
      return { body: { TraceSummaries: [{ Id }], ...(!NextToken && { NextToken: 'more' }) } };
    };
    const now = Date.now();
    const traces = xrayTraces(openSession('us-east-1'));
    expect(await traces.named?.('zap-obs/abcdef01', now - 60_000)).toEqual([EXTERNAL_TRACE, 'b'.repeat(32)]);
    expect(to('/TraceSummaries')[0]?.body).toMatchObject({
      TimeRangeType: 'Event',
      FilterExpression: 'http.useragent = "zap-obs/abcdef01"',
      StartTime: Math.floor(now / 1000) - 60,
    });
    await traces.named?.('zap-obs/abcdef01', 0);
    const { StartTime = 0, EndTime = 0 } = (to('/TraceSummaries').at(-1)?.body ?? {}) as Record<string, number>;
    expect(EndTime - StartTime).toBeLessThan(6 * 3600);
    expect(EndTime - StartTime).toBeGreaterThan(5 * 3600);
  });

  it('passes what is neither a segment nor a span', async () => {
    answer = path => {
      if (path !== '/Traces') return INDEXED;
      const Segments = ['nonsense', '1', '{"spanId":"a"}', '{}', ...DOCUMENTS].map(Document => ({ Id: 'x', Document }));
      return { body: { Traces: [{ Id: xrayTraceId(EXTERNAL_TRACE), Segments }, { Id: 'x' }, {}] } };
    };
    expect(await xrayTraces(openSession('us-east-1')).segments(ids(1))).toHaveLength(3);
  });

  it.each(['FAILED', 'TIMEOUT', 'CANCELLED', 'RUNNING'])(
    'gives up a retrieval that stays %s',
    async RetrievalStatus => {
      answer = path => {
        if (path === '/GetTraceSegmentDestination') return SEARCHED;
        return { body: path === '/StartTraceRetrieval' ? { RetrievalToken: 't' } : { RetrievalStatus, Traces: [] } };
      };
      let now = 1_795_390_768_441;
      const clock: Clock = {
        now: () => now,
        sleep: async ms => {
          now += ms;
        },
      };
      const failing = xrayTraces(openSession('us-east-1', undefined, { clock })).segments(ids(1));
      await expect(failing).rejects.toBeInstanceOf(TransientError);
      await expect(failing).rejects.toThrow(RetrievalStatus);
      expect(to('/ListRetrievedTraces').length).toBeLessThan(50);
    },
  );

  it('names both ways into Transaction Search when neither is open', async () => {
    answer = path => (path === '/GetTraceSegmentDestination' ? SEARCHED : refusal('AccessDeniedException', 403));
    const error = await xrayTraces(openSession('us-east-1'))
      .segments(ids(1))
      .catch(one => one);
    expect(error).toBeInstanceOf(UserFault);
    expect(error).not.toBeInstanceOf(TransientError);
    for (const action of ['xray:StartTraceRetrieval', 'xray:ListRetrievedTraces', 'logs:FilterLogEvents'])
      expect(error.message).toContain(action);
  });
});

describe('with the local AWS', () => {
  let aws: LocalAws;
  let session: Session;
  let put: (documents: readonly object[]) => Promise<void>;
  /** The time at which the run begins, to a second: its ids begin with it. */
  let begun: number;

  beforeEach(async () => {
    aws = await startLocalAws({ port: 0 });
    vi.stubEnv('AWS_ENDPOINT_URL', aws.url);
    session = openSession('us-east-1');
    begun = Math.floor(Date.now() / 1000) * 1000;
    const caller = jsonCaller({ ...XRAY, target: { PutTraceSegments: '/TraceSegments' } }, session);
    put = async documents => {
      const TraceSegmentDocuments = documents.map(document => JSON.stringify(document));
      await caller('PutTraceSegments', { TraceSegmentDocuments }, []);
    };
  });
  afterEach(() => aws.close());

  const RUN = 'abcdef01';
  const traceOf = (number: number) =>
    `${(begun / 1000).toString(16).padStart(8, '0')}${RUN}${number.toString(16).padStart(16, '0')}`;
  const spanOf = (number: number) => `a${number.toString(16).padStart(15, '0')}`;
  const server = (number: number, more: object = {}) => ({
    ...{ name: 'shop', id: spanOf(number), trace_id: xrayTraceId(traceOf(number)), parent_id: '00000000000000ff' },
    ...{ start_time: begun / 1000, end_time: begun / 1000 + 0.01 },
    http: {
      request: { method: 'GET', url: 'http://shop/data', user_agent: `zap-obs/${RUN}` },
      response: { status: 200 },
    },
    metadata: { default: { 'http.route': '/data', 'otel.resource.service.name': 'shop' } },
    ...more,
  });
  const sentOf = (count: number) =>
    Array.from({ length: count }, (_, index) =>
      answered(traceOf(index), { startedAt: begun, spanId: '00000000000000ff' }),
    );
  const searchFor = (count: number, of = session) =>
    new TraceSearch({
      ...{ service: 'shop', spans: [], sent: sentOf(count), run: RUN, clock: systemClock, isUnsampled: () => false },
      backend: xrayTraces(of),
    });
  const until = (search: TraceSearch, patience = 20_000): Promise<Watched> =>
    watch(search.blank(), isLast => search.look(isLast), {
      ...{ signal: new AbortController().signal, clock: systemClock, patience },
    });
  const isWhole = ({ findings }: Watched) => findings.every(({ passed }) => passed);
  const callsOf = (action: string) => aws.calls.filter(call => call.action === action);

  it('finds forty traces in eight calls and one for each look', async () => {
    await put(Array.from({ length: 40 }, (_, index) => server(index)));
    const watched = await until(searchFor(40));
    expect(isWhole(watched)).toBe(true);
    expect(callsOf('BatchGetTraces').length).toBeLessThanOrEqual(8 + watched.looks);
    expect(callsOf('GetTraceSegmentDestination')).toHaveLength(1);
  });

  it.each([
    ['throttled', { fault: 'throttled', action: 'BatchGetTraces', times: 2 }],
    ['failing', { fault: 'service-error', action: 'BatchGetTraces', times: 2 }],
    ['half-answered', { fault: 'half-answered-traces', times: 12 }],
    ['late', { fault: 'late-traces', seconds: 1 }],
    ['broken off', { fault: 'half-answer', action: 'BatchGetTraces', times: 2 }],
  ] as const)('finds all of them where X-Ray is %s', async (_, fault) => {
    aws.faults.inject(fault);
    await put(Array.from({ length: 20 }, (_, index) => server(index)));
    expect(isWhole(await until(searchFor(20)))).toBe(true);
  });

  it('ends at a refusal, and names the action', async () => {
    aws.faults.inject({ fault: 'access-denied', action: 'BatchGetTraces' });
    const { fault, looks } = await until(searchFor(20));
    expect([fault?.fix, looks]).toEqual(['Allow `xray:BatchGetTraces` for this role', 1]);
  });

  it('survives credentials that expire under way, with new ones', async () => {
    const role = {
      ...{ roleArn: 'arn:aws:iam::000000000000:role/r', sessionName: 'run', duration: 3_600_000 },
      idToken: async () => TOKEN,
    };
    const own = openSession('us-east-1', role);
    await put(Array.from({ length: 20 }, (_, index) => server(index)));
    const search = searchFor(21, own);
    await search.look(false);
    const fault = aws.faults.inject({ fault: 'expired-credentials', action: 'BatchGetTraces' });
    await put([server(20)]);
    expect(isWhole(await until(search))).toBe(true);
    expect(fault.struck).toBeGreaterThan(0);
    expect(callsOf('AssumeRoleWithWebIdentity')).toHaveLength(2);
  });

  it('tells how many segments were dropped on the way', async () => {
    const handle = aws.faults.inject({ fault: 'segments-dropped', percent: 20, seed: 3 });
    const call = (number: number) => ({
      ...server(number, { id: `b${spanOf(number).slice(1)}`, parent_id: spanOf(number), name: 'GET' }),
      ...{ type: 'subsegment', namespace: 'remote' },
    });
    await put(Array.from({ length: 20 }, (_, index) => [server(index), call(index)]).flat());
    handle.remove();
    const search = searchFor(20);
    const { findings } = await until(search, 300);
    const found = search.evidence().traces.flatMap(({ segments }) => segments.filter(({ isInferred }) => !isInferred));
    expect(found.length).toBeLessThan(40);
    const lost = search.evidence().traces.filter(({ segments }) => segments.length === 0).length;
    expect(findings.find(({ name }) => name === 'spans of each trace')).toMatchObject({
      passed: false,
      seen: expect.stringContaining(`${found.length} of 40 spans; incomplete: data (`),
    });
    expect(findings[0]?.seen).toContain(`${20 - lost} of 20`);
  });

  it('finds the traces of a run whose ids were replaced', async () => {
    await put([server(1), server(2, { http: { request: { user_agent: 'somebody' } } })]);
    const search = searchFor(1);
    const { findings } = await until(search, 100);
    const [explained] = await search.explain(findings);
    expect(explained?.cause).toContain(`The trace id was replaced on the way`);
    expect(explained?.cause).toContain(`${xrayTraceId(traceOf(1))} instead of such as ${xrayTraceId(traceOf(0))}`);
  });

  describe('and Transaction Search', () => {
    beforeEach(async () => {
      const target = { UpdateTraceSegmentDestination: '/UpdateTraceSegmentDestination' };
      const update = jsonCaller({ ...XRAY, target }, session);
      await update('UpdateTraceSegmentDestination', { Destination: 'CloudWatchLogs' }, []);
    });

    it('retrieves a hundred traces at a time, and waits for retrievals that take their time', async () => {
      aws.faults.inject({ fault: 'slow-retrieval', seconds: 0.5 });
      for (let first = 0; first < 120; first += 40)
        await put(Array.from({ length: 40 }, (_, index) => server(first + index)));
      const search = searchFor(120);
      const watched = await until(search);
      expect(isWhole(watched)).toBe(true);
      expect(callsOf('StartTraceRetrieval').length).toBeLessThanOrEqual(2 + watched.looks);
      expect(callsOf('BatchGetTraces')).toEqual([]);
      expect(callsOf('FilterLogEvents')).toEqual([]);
      expect(search.evidence().traces[0]?.segments[0]).toMatchObject({ name: 'shop', http: { status: 200 } });
    });

    it.each(['StartTraceRetrieval', 'ListRetrievedTraces'])(
      'reads the log of spans where %s is denied',
      async action => {
        aws.faults.inject({ fault: 'access-denied', action });
        await put(Array.from({ length: 20 }, (_, index) => server(index)));
        await put([server(99, { trace_id: xrayTraceId(`${traceOf(0).slice(0, 16)}${'e'.repeat(16)}`) })]);
        const traces = xrayTraces(session);
        expect(await traces.idsACall?.()).toBe(100);
        const found = await traces.segments(sentOf(20).map(({ traceId }) => traceId));
        expect(found).toHaveLength(20);
        expect(found[0]).toMatchObject({
          ...{ traceId: traceOf(0), id: spanOf(0), parentId: '00000000000000ff', isSubsegment: false },
          ...{ startedAt: begun / 1000, http: { method: 'GET', status: 200 } },
        });
        expect(found[0]?.metadata).toMatchObject({ 'http.route': '/data', 'otel.resource.service.name': 'shop' });
        // The refusal is remembered.
        expect(await traces.idsACall?.()).toBe(1000);
        await traces.segments([traceOf(0)]);
        expect(callsOf(action)).toHaveLength(1);
        expect(isWhole(await until(searchFor(20)))).toBe(true);
      },
    );

    it('finds spans of a clock that is five minutes ahead or behind', async () => {
      const times = (seconds: number) => ({ start_time: begun / 1000 + seconds, end_time: begun / 1000 + seconds + 1 });
      await put([server(0, times(300)), server(1, times(-300))]);
      expect(await xrayTraces(session).segments([traceOf(0), traceOf(1)])).toHaveLength(2);
    });

    it('finds a run by its user agent in the log of spans', async () => {
      await put([server(1), server(2, { http: { request: { user_agent: 'somebody' } } })]);
      const traces = xrayTraces(session);
      expect(await traces.named?.(`zap-obs/${RUN}`, begun - 60_000)).toEqual([traceOf(1)]);
      expect(traces.calls?.()).toBe(2);
    });
  });
});
