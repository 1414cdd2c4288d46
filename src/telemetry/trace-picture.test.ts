import { describe, expect, it } from 'vitest';
import type { Segment } from './backends.ts';
import type { FoundRecord } from './evidence.ts';
import { answered, DOCUMENTS, EXTERNAL_TRACE, request } from './fixtures.ts';
import { readSegments } from './segment.ts';
import { tracePicture } from './trace-picture.ts';

const STARTED = 1795390768.44 * 1000;
const SENT = answered(EXTERNAL_TRACE, { startedAt: STARTED, request: request({ path: '/external' }) });
const SEGMENTS = DOCUMENTS.flatMap(document => readSegments(EXTERNAL_TRACE, document));

function record(more: Partial<FoundRecord['record']> = {}, times = 1): FoundRecord {
  return { record: { attributes: {}, resource: {}, ...more }, times };
}

function segment(id: string, more: Partial<Segment> = {}): Segment {
  return {
    traceId: EXTERNAL_TRACE,
    id,
    name: id,
    isSubsegment: true,
    isInProgress: false,
    startedAt: 1,
    endedAt: 2,
    isFault: false,
    isError: false,
    isInferred: false,
    http: {},
    sql: {},
    annotations: {},
    metadata: {},
    ...more,
  };
}

const drawn = (segments: readonly Segment[], records: readonly FoundRecord[] = []) =>
  tracePicture([SENT], [{ traceId: EXTERNAL_TRACE, segments }], [{ traceId: EXTERNAL_TRACE, records }]);

describe('a trace of the collector', () => {
  it('is drawn from the request down, in milliseconds since it was sent, with log records where they belong', () => {
    const logged = record({ timestamp: STARTED + 14, severity: 'INFO', body: 'fetched', spanId: 'c7990851e10fa5d8' });
    // Whatever order the segments came in.
    expect(drawn(SEGMENTS.toReversed(), [logged])).toEqual({
      traceId: EXTERNAL_TRACE,
      title: 'GET /external',
      bars: [
        { name: 'GET /external → 200', depth: 0, start: 0, duration: 5, kind: 'request', isError: false },
        { name: 'GET /external', service: 'zap-app', depth: 1, start: 1, duration: 18, kind: 'server', isError: false },
        {
          name: 'GET 127.0.0.1:25000/api/data',
          service: 'zap-app',
          depth: 2,
          start: 9,
          duration: expect.closeTo(7.938, 2),
          kind: 'call',
          isError: false,
        },
        {
          name: 'GET /api/data',
          service: 'zap-app',
          depth: 3,
          start: 13,
          duration: expect.closeTo(0.99, 2),
          kind: 'server',
          isError: false,
        },
        { name: 'INFO fetched', depth: 4, start: 14, duration: 0, kind: 'log', isError: false },
      ],
    });
  });
});

describe('what is drawn', () => {
  it('siblings by their start, below their parent', () => {
    const bars = drawn([
      segment('late', { parentId: 'top', startedAt: 4 }),
      segment('early', { parentId: 'top', startedAt: 3 }),
      segment('top', { startedAt: 2 }),
      segment('other', { startedAt: 1 }),
    ])?.bars;
    expect(bars?.map(({ name, depth }) => [name, depth])).toEqual([
      ['GET /external → 200', 0],
      ['other', 1],
      ['top', 1],
      ['early', 2],
      ['late', 2],
    ]);
  });

  it('a span whose parent has not arrived, spans that are their own ancestors, and one id twice: each once', () => {
    const bars = drawn([
      segment('orphan', { parentId: 'absent' }),
      segment('self', { parentId: 'self' }),
      segment('a', { parentId: 'b' }),
      segment('b', { parentId: 'a' }),
      segment('twice'),
      segment('twice'),
      segment('child', { parentId: 'twice' }),
    ])?.bars;
    expect(bars?.map(({ name }) => name).toSorted()).toEqual(
      ['GET /external → 200', 'a', 'b', 'child', 'orphan', 'self', 'twice', 'twice'].toSorted(),
    );
  });

  it('a span that has not ended until the last one that has', () => {
    const bars = drawn([
      segment('open', { isInProgress: true, startedAt: 1, endedAt: undefined as never }),
      segment('done', { startedAt: 1, endedAt: 3 }),
    ])?.bars;
    expect(bars?.[1]).toMatchObject({ name: 'open (in progress)', duration: 2000 });
  });

  it('a clock that runs behind as a start before the request', () => {
    expect(drawn([segment('early', { startedAt: (STARTED - 300_000) / 1000 })])?.bars[1]?.start).toBe(-300_000);
  });

  it('errors, queries, and records that are doubled', () => {
    const bars = drawn(
      [segment('db', { isFault: true, sql: { query: 'SELECT 1' }, namespace: 'remote' })],
      [record({ severity: 'ERROR', body: { code: 7 }, timestamp: STARTED }, 2)],
    )?.bars;
    expect(bars?.find(({ kind }) => kind === 'log')).toMatchObject({
      name: 'ERROR {"code":7} (2 times)',
      isError: true,
    });
    expect(bars?.find(({ kind }) => kind === 'call')).toMatchObject({ name: 'SELECT 1', isError: true });
  });

  it('no more than a hundred bars, and names that are cut', () => {
    const picture = drawn(
      Array.from({ length: 150 }, (_, index) => segment(`${index}`, { name: 'x'.repeat(1_000_000) })),
    );
    expect(picture?.bars).toHaveLength(100);
    expect(picture?.more).toBe(51);
    expect(picture?.bars[1]?.name.length).toBe(160);
  });
});

describe('the trace that is drawn', () => {
  const [a = '', b = '', c = ''] = ['a', 'b', 'c'].map(letter => letter.repeat(32));
  const sent = [a, b, c].map(traceId => answered(traceId));
  const trace = (traceId: string, spans: number, completeAt?: number) => ({
    traceId,
    segments: Array.from({ length: spans }, (_, index) => segment(`${index}`)),
    ...(completeAt !== undefined && { completeAt }),
  });

  it('is the one with most spans', () => {
    expect(tracePicture(sent, [trace(a, 1, 1), trace(b, 3, 1), trace(c, 2, 1)], [])?.traceId).toBe(b);
  });

  it('is one that lacks something, where it has spans at all', () => {
    expect(tracePicture(sent, [trace(a, 3, 1), trace(b, 1), trace(c, 0)], [])?.traceId).toBe(b);
    expect(tracePicture(sent, [trace(a, 3, 1), trace(b, 5, 1), trace(c, 0)], [])?.traceId).toBe(b);
  });

  it('is one with log records where no spans were found, and none where nothing was', () => {
    const logs = [{ traceId: c, records: [record({ timestamp: 1000, body: 'x' })] }];
    expect(tracePicture(sent, [trace(a, 0), trace(b, 0), trace(c, 0)], logs)?.traceId).toBe(c);
    expect(tracePicture(sent, [], [])).toBeUndefined();
  });
});
