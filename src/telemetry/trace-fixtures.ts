import { setImmediate as nextTurn } from 'node:timers/promises';
import { TransientError } from '../aws/transient-error.ts';
import type { Clock } from '../runner/clock.ts';
import type { Segment, TracesBackend } from './backends.ts';
import { answered, request, span } from './fixtures.ts';
import { TraceSearch, type TraceSearchOptions } from './trace-search.ts';
import type { SentRequest } from './traffic.ts';
import { type Watched, watch } from './watch.ts';

/** What tests of traces share: requests, their spans, and an X-Ray that is a model. */

export const RUN = 'abcdef01';
const hex = (number: number, digits: number) => number.toString(16).padStart(digits, '0');
/** The runner's span of a request. */
export const runnerSpan = (number: number) => hex(number + 1, 16);
export const traceOf = (number: number) => `6b037d30${RUN}${hex(number + 1, 16)}`;

/** One span of a trace, as X-Ray gives it. */
export function segment(traceId: string, id: string, more: Partial<Segment> = {}): Segment {
  return {
    traceId,
    id,
    name: 'shop',
    isSubsegment: false,
    isInProgress: false,
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

/** A request's trace: the server's span, and those of calls that it makes. */
export function traceFor({ traceId, spanId, request, startedAt }: SentRequest, calls = 0): Segment[] {
  const server = `${traceId.slice(-8)}00000000`;
  const seconds = startedAt / 1000;
  return [
    segment(traceId, server, {
      ...(spanId !== undefined && { parentId: spanId }),
      startedAt: seconds,
      endedAt: seconds + 0.01,
      http: { method: request.method, url: `http://shop${request.path}`, status: request.status },
      metadata: { 'http.route': request.path },
    }),
    ...Array.from({ length: calls }, (_, index) =>
      segment(traceId, `${traceId.slice(-8)}0000000${index + 1}`, {
        name: 'GET',
        namespace: 'remote',
        isSubsegment: true,
        parentId: server,
        http: { method: 'GET' },
      }),
    ),
  ];
}

/** `names` in turn: one request every ten milliseconds, answered after five. */
export function traffic(count: number, startedAt: number, names = ['index', 'data', 'external']): SentRequest[] {
  return Array.from({ length: count }, (_, index) => {
    const name = names[index % names.length] ?? '';
    return answered(traceOf(index), {
      request: request({ name, path: `/${name}` }),
      spanId: runnerSpan(index),
      startedAt: startedAt + index * 10,
    });
  });
}

export const SPANS = [
  span('GET /data', 'server', { 'http.route': '/data', 'http.request.method': 'GET' }),
  span('GET /external', 'server', { 'http.route': '/external' }),
  span('GET', 'client'),
];

/** When a part of a trace arrives, in milliseconds after the last answer; never, when it is undefined. */
export type Arrival = (index: number, part: number) => number | undefined;

export interface World {
  count: number;
  arrives: Arrival;
  /** Milliseconds. */
  patience?: number;
  latency?: number;
  /** May throw, or change what is answered. */
  meddle?(call: number, ids: readonly string[], answer: Segment[], elapsed: number): Segment[];
  more?: Partial<TraceSearchOptions>;
}

export interface Run extends Watched {
  search: TraceSearch;
  sent: SentRequest[];
  calls: string[][];
  /** So many spans there are. */
  parts: number;
  /** Milliseconds after the last answer. */
  after: number;
  /** When the last part arrived that arrives at all before the end. */
  lastArrival: number;
}

/** Watches a model X-Ray until the verdict. */
export async function runWorld(
  clock: Clock & { until<T>(work: Promise<T>): Promise<T> },
  { count, arrives, patience = 60_000, latency = 5, ...world }: World,
): Promise<Run> {
  const sent = traffic(count, clock.now());
  const begun = Math.max(...sent.map(({ startedAt, answer }) => startedAt + answer.ms));
  await clock.until(clock.sleep(begun - clock.now()));
  const parts = sent.flatMap((one, index) =>
    traceFor(one, one.request.name === 'external' ? 2 : 0).map((segment, part) => ({
      segment,
      at: arrives(index, part),
    })),
  );
  const byTrace = Map.groupBy(parts, ({ segment }) => segment.traceId);
  const calls: string[][] = [];
  const backend: TracesBackend = {
    async segments(ids) {
      calls.push([...ids]);
      const call = calls.length;
      await clock.sleep(latency);
      await nextTurn();
      const elapsed = clock.now() - begun;
      const found = ids
        .flatMap(id => byTrace.get(id) ?? [])
        .filter(({ at }) => at !== undefined && at <= elapsed)
        .map(({ segment }) => segment);
      return world.meddle ? world.meddle(call, ids, found, elapsed) : found;
    },
  };
  const search = new TraceSearch({
    ...{ backend, service: 'shop', spans: SPANS, sent, run: RUN, clock, isUnsampled: () => false },
    ...world.more,
  });
  const options = { signal: new AbortController().signal, clock, patience, random: () => 0.5 };
  const watched = await clock.until(watch(search.blank(), isLast => search.look(isLast), options));
  const arrivals = parts.flatMap(({ at }) => (at === undefined ? [] : [at]));
  return {
    ...watched,
    search,
    sent,
    calls,
    parts: parts.length,
    after: clock.now() - begun,
    lastArrival: Math.max(0, ...arrivals),
  };
}

export function throttled(): TransientError {
  return new TransientError({ what: 'Rate exceeded' }, { isThrottled: true });
}
