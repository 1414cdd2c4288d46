import { expect, it } from 'vitest';
import { VirtualClock } from '../tooling/virtual-clock.ts';
import type { LogEvent, LogsBackend } from './backends.ts';
import { BEGUN, eventOf, GROUP, PREFIX, RUN, recordOf, sentRequests, traceIds } from './log-fixtures.ts';
import { LogSearch } from './log-search.ts';
import type { SentRequest } from './traffic.ts';
import { watch } from './watch.ts';

const FIELDS = ['trace_id', 'span_id', 'body', 'attributes.http.route'];

/** A search whose backend has the events that the clock lets it have. */
function searchFor(
  sent: readonly SentRequest[],
  eventsAt: (elapsed: number) => readonly LogEvent[],
  { recent, fields = FIELDS }: { recent?: readonly LogEvent[]; fields?: readonly string[] } = {},
) {
  const clock = new VirtualClock();
  const begun = clock.now();
  const asked: { ids: readonly string[]; since: number }[] = [];
  const recently: { since: number; most: number }[] = [];
  const backend: LogsBackend = {
    events: async (ids, since) => {
      asked.push({ ids, since });
      // As CloudWatch does with one pattern for the run: what it finds is of any of its requests.
      return eventsAt(clock.now() - begun).filter(({ timestamp = since }) => timestamp >= since);
    },
    ...(recent && {
      recent: async (since: number, most: number) => {
        recently.push({ since, most });
        return [...recent];
      },
    }),
    notes: () => ['a note'],
  };
  const search = new LogSearch({ backend, service: 'shop', logs: { fields: [...fields] }, sent, clock });
  const options = { signal: new AbortController().signal, clock, patience: 20_000, random: () => 0.5 };
  const watched = () => clock.until(watch(search.blank(), isLast => search.look(isLast), options));
  return { search, asked, recently, clock, watched };
}

const passed = (findings: { name: string; passed: boolean }[]) =>
  findings.map(({ name, passed }) => `${passed ? '+' : '-'} ${name}`);

it('finds a record of each request with one look, and tells what it found', async () => {
  const sent = sentRequests(3, new VirtualClock().now() - 1000);
  const { search, asked, clock } = searchFor(sent, () => sent.map(one => eventOf(one)));
  const found = await search.look(false);
  expect(passed(found)).toEqual([
    '+ a log record of each of 3 requests',
    '+ log field trace_id',
    '+ log field span_id',
    '+ log field body',
    '+ log field attributes.http.route',
    '+ each log record once',
    '+ log clock within 60 s',
  ]);
  expect(found.map(({ name }) => name)).toEqual(search.blank().map(({ name }) => name));
  expect(search.blank().some(({ passed }) => passed)).toBe(false);
  expect(asked.map(({ ids }) => ids)).toEqual([traceIds(3)]);
  const { logs, arrivals } = search.evidence();
  expect(logs.map(({ traceId, records, completeAt }) => [traceId, records.length, completeAt])).toEqual(
    traceIds(3).map(id => [id, 1, clock.now()]),
  );
  expect(logs[0]?.records[0]).toMatchObject({ source: GROUP, stream: 'otlp', times: 1, record: { body: 'GET / 200' } });
  expect(arrivals).toEqual([995, 985, 975]);
  expect(search.notes()).toEqual(['a note']);
});

it('names what is missing, the first five, and asks again only for that, from there on', async () => {
  const begun = new VirtualClock().now();
  const sent = sentRequests(20, begun);
  const has = (elapsed: number) => sent.filter((_, index) => index < 12 || elapsed >= 3000);
  const { search, asked, watched } = searchFor(sent, elapsed =>
    has(elapsed).map(one => eventOf(one, { id: one.traceId })),
  );
  const first = await search.look(false);
  expect(first[0]?.seen).toBe(
    `12 of 20; not ${[12, 13, 14, 15, 16].map(index => `r${index} (${sent[index]?.traceId})`).join(', ')} and 3 more`,
  );
  const { completeAt } = await watched();
  expect(completeAt).toBeDefined();
  expect(asked[1]?.ids).toEqual(traceIds(20).slice(12));
  // The first look asks far back, for clocks that are behind; once it is known that they are not, the next need not.
  expect(asked[0]?.since).toBeLessThan(begun - 600_000);
  expect(asked[1]?.since).toBe((sent[12]?.startedAt ?? 0) - 5000);
  const { arrivals } = search.evidence();
  expect(arrivals).toHaveLength(20);
  expect(Math.max(...arrivals) - Math.min(...arrivals)).toBeGreaterThanOrEqual(2800);
});

it('finds records of a clock that is far behind those that were found before', async () => {
  const sent = sentRequests(4);
  const late = (one: SentRequest, index: number) =>
    eventOf(one, { id: one.traceId, timestamp: one.startedAt - (index === 3 ? 1_200_000 : 0) });
  const { watched } = searchFor(sent, elapsed => sent.slice(0, elapsed < 500 ? 3 : 4).map(late));
  const { findings, looks } = await watched();
  expect(findings[0]).toMatchObject({ passed: true, seen: '4 of 4' });
  expect(findings.at(-1)).toMatchObject({ passed: false, isFinal: true });
  expect(looks).toBeLessThan(20);
});

it('wants the fields of the data model on one record of each request before that is complete', async () => {
  const sent = sentRequests(2);
  const poor = recordOf(sent[1]?.traceId ?? '', { span_id: undefined });
  const { watched, search } = searchFor(sent, elapsed => [
    eventOf(sent[0] as SentRequest, { id: 'a' }),
    eventOf(sent[1] as SentRequest, { id: 'b', message: poor }),
    ...(elapsed < 2000 ? [] : [eventOf(sent[1] as SentRequest, { id: 'c' })]),
  ]);
  const early = await search.look(false);
  expect(early[2]).toMatchObject({
    passed: false,
    seen: '1 of 2 requests without it; the record of r1 has trace_id, body, attributes.http.route',
    cause: 'Records have arrived, but without `span_id`',
  });
  expect(search.evidence().arrivals).toHaveLength(1);
  expect((await watched()).completeAt).toBeDefined();
  expect(search.evidence().logs[1]?.records).toHaveLength(2);
});

it('goes on asking for an attribute that no record has, of any request', async () => {
  const sent = sentRequests(2);
  const without = (one: SentRequest) =>
    eventOf(one, { id: one.traceId, message: recordOf(one.traceId, { attributes: {} }) });
  const { watched, asked } = searchFor(sent, elapsed => [
    ...sent.map(without),
    ...(elapsed < 1500 ? [] : [eventOf(sent[1] as SentRequest, { id: 'late' })]),
  ]);
  expect((await watched()).findings.every(({ passed }) => passed)).toBe(true);
  expect(asked[1]?.ids).toEqual(traceIds(2));
});

it('finds records that are in the log twice, by the ids of their events, however often it looks', async () => {
  const sent = sentRequests(3);
  const events = sent.map(one => eventOf(one));
  const again = sent.slice(0, 2).map(one => eventOf(one, { ingestedAt: BEGUN + 500 }));
  const { watched, search } = searchFor(sent, elapsed => [...(elapsed < 400 ? events.slice(0, 2) : events), ...again]);
  const { findings, looks } = await watched();
  expect(looks).toBeGreaterThan(1);
  expect(findings.at(-2)).toMatchObject({
    passed: false,
    isFinal: true,
    seen: `2 of 3 records more than once, such as "GET / 200" of r0 (${sent[0]?.traceId}), which is in \`${GROUP}\` 2 times`,
    cause: expect.stringContaining('two exporters or pipelines'),
    fix: expect.stringContaining(GROUP),
  });
  expect(search.evidence().logs.map(({ records }) => records[0]?.times)).toEqual([2, 2, 1]);
});

it('counts events without ids as one when they are read again, and as two when one look has both', async () => {
  const sent = sentRequests(2);
  const { id: _, ...first } = eventOf(sent[0] as SentRequest);
  const { id: __, ...second } = eventOf(sent[1] as SentRequest);
  const { watched } = searchFor(sent, elapsed => (elapsed < 1000 ? [first] : [first, second]));
  expect((await watched()).findings.at(-2)).toMatchObject({ passed: true, seen: '2 records, none twice' });
  const { search } = searchFor(sent, () => [first, first, second]);
  expect((await search.look(false)).at(-2)).toMatchObject({ passed: false, isFinal: true });
});

it('takes the same text at another time, and a record in two groups, for two records, and notes the groups', async () => {
  const sent = sentRequests(1);
  const [one] = sent as [SentRequest];
  const { search } = searchFor(sent, () => [
    eventOf(one),
    eventOf(one, { timestamp: one.startedAt + 3 }),
    eventOf(one, { source: '/ecs/stdout' }),
  ]);
  expect((await search.look(false)).at(-2)).toMatchObject({ passed: true, seen: '3 records, none twice' });
  expect(search.notes()).toContain(
    `Records of 1 of 1 requests are in more than one log group: \`${GROUP}\` and \`/ecs/stdout\``,
  );
});

it('tells of one exporter for each stream from what the streams hold', async () => {
  const sent = sentRequests(1);
  const [one] = sent as [SentRequest];
  const { search } = searchFor(sent, () => [eventOf(one), eventOf(one, { stream: 'otlp-2' })]);
  expect((await search.look(false)).at(-2)?.cause).toContain('in several streams, `otlp` and `otlp-2`');
});

it('finds in the last look what was exported again after all was there', async () => {
  const sent = sentRequests(1);
  const [one] = sent as [SentRequest];
  const events = [eventOf(one)];
  const { search, asked } = searchFor(sent, () => events);
  expect((await search.look(false)).every(({ passed }) => passed)).toBe(true);
  events.push(eventOf(one));
  await search.look(false);
  expect(asked).toHaveLength(1);
  expect((await search.look(true)).at(-2)).toMatchObject({ passed: false, isFinal: true });
});

it('knows requests that were not sampled by the flags of all their records', async () => {
  const sent = sentRequests(5);
  const ids = traceIds(5);
  const flagged = (index: number, flags: unknown) =>
    eventOf(sent[index] as SentRequest, { message: recordOf(ids[index] ?? '', { flags }) });
  const printed = JSON.stringify({ msg: 'a', trace_id: ids[2], span_id: '0f185e3285ab9fcd' });
  const { search } = searchFor(sent, () => [
    flagged(0, 0),
    flagged(1, 1),
    eventOf(sent[2] as SentRequest, { message: printed }),
    flagged(3, 0),
    flagged(3, 3),
    // The exporter leaves out what is 0.
    flagged(4, undefined),
  ]);
  await search.look(false);
  expect(ids.map(id => search.isUnsampled(id))).toEqual([true, false, false, false, true]);
});

it('takes the time at which the log took records for that of their arrival, where the first look has found them', async () => {
  const begun = new VirtualClock().now();
  // Ten seconds of traffic: each record has come half a second after its answer, whenever that is looked at.
  const sent = sentRequests(1000, begun - 10_000);
  const taken = (offset: number) => (one: SentRequest) =>
    eventOf(one, { id: one.traceId, ingestedAt: one.startedAt + offset });
  const { search } = searchFor(sent.slice(0, 900), () => sent.slice(0, 900).map(taken(505)));
  await search.look(false);
  expect(new Set(search.evidence().arrivals)).toEqual(new Set([500]));
  expect(search.notes()).toContain('CloudWatch Logs took the records 0.5 s after the answers (median)');
  // A clock that is ahead: not later than it was seen.
  const { search: ahead } = searchFor(sent, () => sent.map(taken(60_000)));
  await ahead.look(false);
  expect(Math.max(...ahead.evidence().arrivals)).toBe(9995);
});

it('takes the time of the look for what a later one has found, and tells the share of the log', async () => {
  const sent = sentRequests(3, new VirtualClock().now());
  const events = sent.map(one => eventOf(one, { ingestedAt: one.startedAt + 505 }));
  const { search, watched } = searchFor(sent, elapsed => (elapsed < 2000 ? [] : events));
  await watched();
  const { arrivals } = search.evidence();
  expect(Math.min(...arrivals)).toBeGreaterThanOrEqual(1975);
  expect(search.notes().at(-1)).toMatch(
    /^CloudWatch Logs took the records 0\.5 s after the answers \(median\), and they were found 1\.\d s after that$/,
  );
});

it('looks for nothing when nothing was sent', async () => {
  const { search, asked } = searchFor([], () => []);
  await expect(search.look(false)).rejects.toThrow('No request was answered');
  expect(asked).toEqual([]);
});

it('explains what is missing by what the logs hold since the first request that is lost, and asks for no more than fifty', async () => {
  const sent = sentRequests(3);
  const recent = sent.map(() => ({ message: 'GET / 200' }));
  const { search, recently } = searchFor(sent, () => [], { recent });
  const found = await search.explain(await search.look(true));
  expect(recently).toEqual([{ since: BEGUN - 5000, most: 50 }]);
  expect(found.every(({ cause }) => cause?.startsWith('Records have come, but without trace ids'))).toBe(true);
});

it('explains by events that have the id where no record has it, without asking for others', async () => {
  const sent = sentRequests(2);
  const events = sent.map(one => eventOf(one, { message: `{"msg":"a","ctx":{"req":"${one.traceId}"}}` }));
  const { search } = searchFor(sent, () => events);
  const [missing] = await search.explain(await search.look(true));
  expect(missing).toMatchObject({
    passed: false,
    cause: 'The trace ids of 2 of 2 requests are in the logs, but in `ctx.req`, which is no field for them',
  });
});

it('counts no record of a trace that this run did not begin, and not its negative control', async () => {
  const sent = sentRequests(1);
  const control = `${PREFIX}${'f'.repeat(16)}`;
  const { search } = searchFor(sent, () => [
    eventOf(sent[0] as SentRequest, { message: recordOf(control) }),
    eventOf(sent[0] as SentRequest, { message: recordOf('e'.repeat(32)) }),
  ]);
  expect((await search.look(false))[0]).toMatchObject({ passed: false, seen: expect.stringContaining('0 of 1') });
  expect(RUN).toHaveLength(8);
});

it('does not take what another service says of a request for the record of this one', async () => {
  const sent = sentRequests(3, new VirtualClock().now() - 1000);
  const theirs = { resource: { 'service.name': 'stock' } };
  const { search } = searchFor(sent, () =>
    sent.map((one, index) => eventOf(one, { message: recordOf(one.traceId, index === 0 ? {} : theirs) })),
  );
  const [records] = await search.look(false);
  expect(records).toMatchObject({
    passed: false,
    seen: expect.stringContaining('1 of 3; not r1'),
    cause: 'Records of these requests have come, but of `stock`, and none of `shop`',
  });
  // They are evidence all the same, and the search goes on.
  expect(search.evidence().logs.map(one => [one.records.length, one.completeAt !== undefined])).toEqual([
    [1, true],
    [1, false],
    [1, false],
  ]);
});
