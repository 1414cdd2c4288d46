import { expect, it } from 'vitest';
import { TransientError } from '../aws/transient-error.ts';
import { UserFault } from '../runner/fault.ts';
import { VirtualClock } from '../tooling/virtual-clock.ts';
import type { Segment } from './backends.ts';
import type { Finding } from './finding.ts';
import { answered, request, span } from './fixtures.ts';
import { isSpanOf } from './trace-facts.ts';
import {
  RUN,
  runWorld as runWorldOn,
  SPANS,
  segment,
  traceFor,
  traceOf,
  traffic,
  type World,
} from './trace-fixtures.ts';
import { xrayTraceId } from './trace-id.ts';
import { TraceSearch, type TraceSearchOptions } from './trace-search.ts';
import type { SentRequest } from './traffic.ts';

const runWorld = (world: World) => runWorldOn(new VirtualClock(), world);
const clock = new VirtualClock();

/** What a last look finds of these segments. */
async function lookAt(
  sent: readonly SentRequest[],
  segments: readonly Segment[],
  more: Partial<TraceSearchOptions> = {},
): Promise<Record<'traces' | 'whole' | 'time', Finding> & { findings: Finding[]; search: TraceSearch }> {
  const backend = { segments: async () => [...segments] };
  const search = new TraceSearch({
    ...{ backend, service: 'shop', spans: [], sent, run: RUN, clock, isUnsampled: () => false },
    ...more,
  });
  const findings = await search.look(true);
  expect(findings.map(({ name }) => name)).toEqual(search.blank().map(({ name }) => name));
  const [traces, whole, time] = [findings[0], findings.at(-2), findings.at(-1)] as [Finding, Finding, Finding];
  return { traces, whole, time, findings, search };
}

const SENT = traffic(6, clock.now());
const WHOLE = SENT.flatMap(one => traceFor(one, one.request.name === 'external' ? 2 : 0));
const [index, data, external] = SENT as [SentRequest, SentRequest, SentRequest];
const without = (...ids: string[]) => WHOLE.filter(({ id }) => !ids.includes(id));
/** Of a request: 0 is the server's span, what follows are its calls. */
const idOf = ({ traceId }: SentRequest, part: number) => `${traceId.slice(-8)}0000000${part}`;

it('passes when every trace is there with all its spans', async () => {
  const { findings } = await lookAt(SENT, WHOLE, { spans: SPANS });
  expect(findings.map(({ name, passed, seen }) => [name, passed, seen])).toEqual([
    ['a trace of each of 6 requests', true, '6 of 6'],
    ['span GET /data (server)', true, `in 2 of 2 traces, such as segment \`shop\` of ${xrayTraceId(data.traceId)}`],
    ['span GET /external (server)', true, expect.stringContaining('in 2 of 2 traces')],
    ['span GET (client)', true, `subsegment \`GET\` of ${xrayTraceId(external.traceId)}`],
    ['spans of each trace', true, '10 of 10 spans'],
    ['span clock within 60 s', true, 'within the requests'],
  ]);
});

it('names what is missing whole, the first five of it', async () => {
  const { traces, whole } = await lookAt(SENT, []);
  expect(traces.passed).toBe(false);
  expect(traces.seen).toBe(
    `0 of 6; not ${SENT.slice(0, 5)
      .map(one => `${one.request.name} (${xrayTraceId(one.traceId)})`)
      .join(', ')} and 1 more`,
  );
  expect(traces).not.toHaveProperty('cause');
  expect(traces).not.toHaveProperty('isFinal');
  expect(whole.passed).toBe(false);
});

it.each<[string, Segment[], string]>([
  ['a call that its siblings have', without(idOf(external, 2)), '2 of 3'],
  ['the server, to which calls refer', without(idOf(external, 0)), '2 of 3, 1 parent absent, no segment of shop'],
  [
    'the end of a span',
    WHOLE.map(one => (one.id === idOf(external, 0) ? { ...one, isInProgress: true } : one)),
    '1 in progress',
  ],
])('counts a trace as incomplete that lacks %s', async (_, segments, lack) => {
  const { traces, whole, search } = await lookAt(SENT, segments);
  const spans = segments.length;
  expect(traces.passed).toBe(true);
  expect(whole).toEqual({
    name: 'spans of each trace',
    passed: false,
    seen: `${spans} of 10 spans; incomplete: external (${xrayTraceId(external.traceId)}): ${lack}`,
  });
  const { traces: evidence, arrivals } = search.evidence();
  expect(evidence.filter(({ completeAt }) => completeAt === undefined).map(({ traceId }) => traceId)).toEqual([
    external.traceId,
  ]);
  expect(evidence.find(({ traceId }) => traceId === external.traceId)?.expected).toBe(3);
  expect(arrivals).toHaveLength(5);
});

it('counts nothing that X-Ray has inferred', async () => {
  const inferred = segment(index.traceId, 'f'.repeat(16), { isInferred: true, parentId: idOf(index, 0) });
  const { traces, whole } = await lookAt([index, data], [inferred, ...traceFor(data)]);
  expect(traces.seen).toContain('1 of 2; not index');
  expect(whole).toMatchObject({ passed: true, seen: '1 of 1 trace' });
});

it('does not look for spans of a proxy that sends none here, but for those of a trace that others continue', async () => {
  const behind = WHOLE.map(one => (one.isSubsegment ? one : { ...one, parentId: `p${one.id.slice(1)}` }));
  expect((await lookAt(SENT, behind)).whole.passed).toBe(true);
  const mixed = behind.map(one => (one.traceId === data.traceId ? (traceFor(data)[0] as Segment) : one));
  expect((await lookAt(SENT, mixed)).whole).toMatchObject({
    passed: false,
    seen: expect.stringContaining('1 parent absent'),
  });
});

it('takes it that the first of several does more, once the others were looked at again', async () => {
  const more = segment(index.traceId, 'e'.repeat(16), {
    isSubsegment: true,
    parentId: idOf(index, 0),
    name: 'connect',
  });
  const sent = traffic(12, clock.now());
  const segments = [...sent.flatMap(one => traceFor(one, one.request.name === 'external' ? 2 : 0)), more];
  const of = (ids: readonly string[]) => segments.filter(({ traceId }) => ids.includes(traceId));
  const run = await runWorld({ count: 12, arrives: () => 0, meddle: (_, ids) => of(ids) });
  expect(run.findings.filter(({ passed }) => !passed)).toEqual([]);
  expect(run.after).toBeGreaterThanOrEqual(2000);
  expect(run.after).toBeLessThan(4000);
  // Of two, one cannot tell.
  expect((await lookAt(SENT, [...WHOLE, more])).whole.passed).toBe(false);
});

it('wants a declared span in each trace of the requests that begin it', async () => {
  const segments = WHOLE.map(one =>
    one.id === idOf(data, 0) ? { ...one, metadata: { 'http.route': '/other' }, http: {} } : one,
  );
  const { findings } = await lookAt(SENT, segments, { spans: SPANS });
  expect(findings[1]).toMatchObject({
    passed: false,
    seen: `in 1 of 2 traces; not in data (${xrayTraceId(data.traceId)})`,
    place: { file: 'telemetry.yaml' },
  });
  expect(findings.at(-2)?.seen).toContain('without `GET /data`');
});

it('explains a declared span that is nowhere as it should be', async () => {
  const spans = [span('GET /data', 'server', { 'http.route': '/data', 'shop.id': '7' })];
  const { findings } = await lookAt(SENT, WHOLE, { spans });
  expect(findings[1]).toMatchObject({
    passed: false,
    seen: expect.stringContaining('in 0 of 2 traces; segment `shop`'),
    cause: expect.stringContaining('without `shop.id`'),
  });
});

it.each([
  [{ 'url.path': '/data' }, {}, true],
  [{ 'url.path': '/data' }, { path: '/data?page=2' }, true],
  [{ 'http.route': '/data', 'http.request.method': 'POST' }, {}, false],
  [{ 'http.route': '/data', 'http.request.method': undefined }, {}, true],
  [{ 'http.route': '/data', 'http.response.status_code': '405' }, {}, false],
  [{ 'http.route': '/data', 'http.response.status_code': '405' }, { status: 405 }, true],
  [{ 'http.route': '/:kind' }, {}, false],
  [{}, {}, false],
])('knows of a span with %o whether a request %o begins it: %s', (attributes, more, is) => {
  expect(isSpanOf(span('x', 'server', attributes), request({ path: '/data', ...more }))).toBe(is);
  // A call's path is that of somebody else.
  expect(isSpanOf(span('x', 'client', attributes), request({ path: '/data', ...more }))).toBe(false);
});

it('tells of segments of another service', async () => {
  const { whole } = await lookAt(SENT, WHOLE, { service: 'store' });
  expect(whole).toMatchObject({
    passed: false,
    cause: 'Traces have segments of `shop`, and none of `store`',
    fix: expect.stringContaining('OTEL_SERVICE_NAME=store'),
  });
});

it.each([
  [300, 'ahead'],
  [-300, 'behind'],
])('tells at once of a clock that is %i s off', async (seconds, word) => {
  const run = await runWorld({
    count: 20,
    arrives: () => 500,
    meddle: (_, __, answer) =>
      answer.map(one => ({ ...one, ...(one.startedAt && { startedAt: one.startedAt + seconds }) })),
  });
  expect(run.after).toBeLessThan(1500);
  expect(run.findings.filter(({ passed }) => !passed)).toEqual([
    {
      name: 'span clock within 60 s',
      passed: false,
      isFinal: true,
      seen: `segments of 20 of 20 traces begin 300 s ${word}`,
      cause: `The clock of \`shop\` is 300 s ${word} of this machine, by which the requests were timed`,
      fix: expect.stringContaining('NTP'),
    },
  ]);
});

it('bears a clock that is less than a minute off', async () => {
  const { time } = await lookAt(
    [index],
    traceFor(index).map(one => ({ ...one, startedAt: (one.startedAt ?? 0) - 59 })),
  );
  expect(time).toMatchObject({ passed: true, seen: '59 s behind' });
});

it('tells sampling from loss, and waits for nothing that cannot come', async () => {
  const isSampled = (position: number) => position % 10 === 0;
  const run = await runWorld({
    count: 20,
    arrives: position => (isSampled(position) ? 1000 : undefined),
    more: { spans: [], isUnsampled: traceId => !isSampled(Number.parseInt(traceId.slice(-16), 16) - 1) },
  });
  expect(run.after).toBeLessThan(2000);
  expect(run.findings[0]).toMatchObject({
    passed: false,
    isFinal: true,
    seen: '2 of 20; 18 of 20 requests were not sampled (log records say so)',
    cause: expect.stringContaining('sampling, not loss'),
    fix: expect.stringMatching(/OTEL_TRACES_SAMPLER=.*OTEL_TRACES_SAMPLER_ARG.*traceparent/),
  });
  expect(run.findings.slice(1).map(({ passed }) => passed)).toEqual([true, true]);
  expect(run.search.evidence().traces.filter(({ expected }) => expected !== undefined)).toHaveLength(2);
  const none = await lookAt(SENT, [], { spans: SPANS, isUnsampled: () => true });
  expect(none.findings.every(({ isFinal, cause }) => isFinal && cause?.includes('sampling'))).toBe(true);
});

it('does not wait for a span that can only be in traces which were not sampled', async () => {
  const run = await runWorld({
    count: 9,
    arrives: position => (position % 3 === 2 ? undefined : 1000),
    more: { isUnsampled: traceId => Number.parseInt(traceId.slice(-16), 16) % 3 === 0 },
  });
  expect(run.after).toBeLessThan(2000);
  const call = run.findings.find(({ name }) => name === 'span GET (client)');
  expect(call).toMatchObject({ isFinal: true, seen: 'not in 6 traces', cause: expect.stringContaining('sampling') });
  expect(run.findings.find(({ name }) => name.includes('/external'))).toMatchObject({ isFinal: true });
  // As long as traces are incomplete, it may come in them.
  const isUnsampled = (id: string) => id === index.traceId;
  const open = await lookAt(SENT, traceFor(data), { spans: SPANS, isUnsampled });
  expect(open.findings[3]).not.toHaveProperty('isFinal');
});

it('tells sampling and loss apart in one run', async () => {
  const { traces } = await lookAt(SENT, traceFor(index), { isUnsampled: id => id === data.traceId });
  expect(traces.seen).toMatch(/^1 of 6; 1 of 6 requests were not sampled .*; not external \(/);
  expect(traces).not.toHaveProperty('isFinal');
});

it('ignores traces that it has not asked for, and does not lose what it once had', async () => {
  const stranger = traceFor({ ...index, traceId: 'e'.repeat(32) });
  expect((await lookAt([index], stranger)).traces.passed).toBe(false);
  let look = 0;
  const backend = { segments: async () => (look++ === 0 ? WHOLE : []) };
  const search = new TraceSearch({
    ...{ backend, service: 'shop', spans: [], sent: [external], run: RUN, clock, isUnsampled: () => false },
  });
  await search.look(false);
  expect((await search.look(true)).every(({ passed }) => passed)).toBe(true);
});

it('asks for nothing when nothing was answered', async () => {
  const search = lookAt([], WHOLE);
  await expect(search).rejects.toThrow('No request was answered');
});

it('ends at a refusal, with its advice', async () => {
  const run = await runWorld({
    count: 20,
    arrives: () => 0,
    meddle: () => {
      throw new UserFault({ what: 'Not allowed', fix: 'Allow `xray:BatchGetTraces`' });
    },
  });
  expect([run.looks, run.calls.length, run.fault?.fix]).toEqual([1, 1, 'Allow `xray:BatchGetTraces`']);
});

it('does not go on with a look that was given up', async () => {
  const slow = new VirtualClock();
  const calls: string[][] = [];
  const sent = traffic(200, slow.now());
  const backend = {
    async segments(ids: readonly string[]) {
      calls.push([...ids]);
      await slow.sleep(1000);
      return sent.filter(({ traceId }) => ids.includes(traceId)).flatMap(one => traceFor(one));
    },
  };
  const search = new TraceSearch({
    ...{ backend, service: 'shop', spans: [], sent, run: RUN, clock: slow, isUnsampled: () => false },
  });
  const givenUp = search.look(false);
  await slow.until(slow.sleep(1500));
  const before = calls.length;
  const last = await slow.until(Promise.all([givenUp, search.look(true)]));
  expect(last[1][0]?.passed).toBe(true);
  // The first look has made two calls; the second asks for the rest.
  expect([before, calls.length]).toEqual([2, 2 + Math.ceil(195 / 5)]);
});

const OTHERS = [traceOf(1000), traceOf(1001)];

it.each([
  ['as X-Ray mints them', OTHERS, /begin with the time.*X-Amzn-Trace-Id/, /OTEL_PROPAGATORS=xray,tracecontext/],
  ['at random', ['d'.repeat(32)], /random.*traceparent/, /OTEL_PROPAGATORS=tracecontext/],
])('tells of ids that were replaced on the way, %s', async (_, others, cause, fix) => {
  const startedAt = 0x6b037d30 * 1000;
  const sent = [answered(traceOf(0), { startedAt }), answered(traceOf(1), { startedAt })];
  const asked: unknown[][] = [];
  const named = async (...words: unknown[]) => {
    asked.push(words);
    return [traceOf(1), ...others];
  };
  const backend = { segments: async () => traceFor(sent[1] as SentRequest), named };
  const { search, findings } = await lookAt(sent, [], { backend });
  const [explained] = await search.explain(findings);
  expect(asked).toEqual([[`zap-obs/${RUN}`, startedAt - 600_000]]);
  expect(explained).toMatchObject({
    passed: false,
    cause: expect.stringMatching(cause),
    fix: expect.stringMatching(fix),
  });
  expect(explained?.cause).toContain(others.map(xrayTraceId).join(', '));
  expect(explained?.cause).toContain(xrayTraceId(traceOf(0)));
});

it('believes answers that name another trace, where X-Ray knows none or may not be asked', async () => {
  const replaced = { header: 'x-amzn-trace-id', traceId: traceOf(1000) };
  const denied = async () => {
    throw new UserFault({ what: 'Not allowed' });
  };
  for (const named of [undefined, async () => [], denied]) {
    const backend = { segments: async () => [], ...(named && { named }) };
    const { search, findings } = await lookAt([{ ...index, replaced }], [], { backend });
    const [explained] = await search.explain(findings);
    expect(explained?.cause).toContain(
      `answers name in \`x-amzn-trace-id\` ids that it has not given, ${xrayTraceId(traceOf(1000))} instead of such as`,
    );
  }
  // What was found all the same needs no explanation.
  const { search, findings } = await lookAt([{ ...index, replaced }], traceFor(index));
  expect(await search.explain(findings)).toEqual(findings);
});

it('says nothing of replaced ids where there are none, or where it may not ask', async () => {
  const nobody = { segments: async () => [], named: async () => [index.traceId] };
  const none = await lookAt([index], [], { backend: nobody });
  expect(await none.search.explain(none.findings)).toEqual(none.findings);
  const refused = {
    segments: async () => [],
    named: async () => {
      throw new UserFault({ what: 'The credentials do not allow `xray:GetTraceSummaries`' });
    },
  };
  const denied = await lookAt([index], [], { backend: refused });
  expect(await denied.search.explain(denied.findings)).toEqual(denied.findings);
  expect(denied.search.notes()).toEqual([expect.stringContaining('xray:GetTraceSummaries')]);
  const failing = {
    segments: async () => [],
    named: async () => {
      throw new TransientError({ what: 'not now' });
    },
  };
  const passing = await lookAt([index], [], { backend: failing });
  await expect(passing.search.explain(passing.findings)).rejects.toThrow('not now');
});
