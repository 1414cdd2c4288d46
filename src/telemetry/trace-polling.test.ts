import { seededRandom } from '@zap-obs/local-aws';
import { expect, it } from 'vitest';
import { VirtualClock } from '../tooling/virtual-clock.ts';
import { runWorld as runWorldOn, throttled, type World } from './trace-fixtures.ts';
import { batchesOf, type OpenTrace, probeOf } from './trace-polling.ts';

const runWorld = (world: World) => runWorldOn(new VirtualClock(), world);

const open = (count: number, more: (index: number) => Partial<OpenTrace> = () => ({})): OpenTrace[] =>
  Array.from({ length: count }, (_, index) => ({
    traceId: `${index}`,
    name: `n${index % 3}`,
    answeredAt: index,
    asked: 0,
    ...more(index),
  }));

it('asks first for what would arrive next, and for the last, of all kinds', () => {
  expect(probeOf(open(4), 5).sort()).toEqual(['0', '1', '2', '3']);
  expect(probeOf(open(100), 5)).toEqual(['0', '1', '99', '2', '3']);
  expect(probeOf(open(100), 5, 49.5).slice(0, 3)).toEqual(['50', '51', '99']);
  // Those that were asked for least, when nothing follows what is there.
  const asked = open(100, index => ({ asked: index < 40 ? 2 : 1, name: 'one' }));
  expect(probeOf(asked, 5, 1000)).toEqual(['99', '40', '41', '42', '43']);
});

it('puts those that were left behind last, and each into one call', () => {
  const traces = open(12, index => ({ asked: index < 4 ? 1 : 0 }));
  const batches = batchesOf(traces, 5, 2);
  expect(batches).toEqual([
    ['3', '4', '5', '6', '7'],
    ['8', '9', '10', '11', '0'],
    ['1', '2'],
  ]);
});

const whole = ({ findings }: { findings: { passed: boolean }[] }) => findings.every(({ passed }) => passed);

/** How traces can come; in the order of sending unless it says otherwise. */
const ARRIVALS: [string, (index: number) => (part: number) => number, again?: number][] = [
  ['at once', () => () => 0],
  ['together after 5 s', () => () => 5000],
  ['in batches of a second', index => () => 2000 + Math.floor(index / 100) * 1000],
  ['one after the other', index => () => 1000 + index * 10],
  ['calls before their servers', () => part => (part === 0 ? 6000 : 3000)],
  // A third of the traces look whole before they are, and are asked for once more.
  ['servers before their calls', () => part => (part === 0 ? 3000 : 4000), 1 / 3],
];

it.each(
  ARRIVALS.flatMap(([name, arrives, again = 0]) =>
    [10, 100, 1000].map(count => [name, count, arrives, again] as const),
  ),
)(
  'finds traces that come %s, %i of them, in a call for five and one for each look',
  async (_, count, arrives, again) => {
    const run = await runWorld({ count, arrives: (index, part) => arrives(index)(part) });
    expect(whole(run)).toBe(true);
    expect(run.search.evidence().traces.flatMap(({ segments }) => segments)).toHaveLength(run.parts);
    expect(run.after - run.lastArrival).toBeLessThan(1000);
    expect(run.calls.length).toBeLessThanOrEqual(Math.ceil(((1 + again) * count) / 5) + 2 * run.looks + 20);
    expect(Math.max(...run.calls.map(ids => ids.length))).toBeLessThanOrEqual(5);
  },
);

it.each([1, 2, 3, 4, 5])('finds traces that come in any order within ten seconds (%i)', async seed => {
  const random = seededRandom(seed);
  const times = Array.from({ length: 300 }, () => random() * 10_000);
  const run = await runWorld({ count: 300, arrives: index => times[index] });
  expect(whole(run)).toBe(true);
  expect(run.after - run.lastArrival).toBeLessThan(1000);
  // What comes without order is asked for more than once.
  expect(run.calls.length).toBeLessThanOrEqual(60 + 5 * run.looks);
});

it('finds the traces of a second task that sends later, in twice as many calls at most', async () => {
  const run = await runWorld({ count: 1000, arrives: index => (index % 2 === 0 ? 2000 : 9000) });
  expect(whole(run)).toBe(true);
  expect(run.after - run.lastArrival).toBeLessThan(1000);
  expect(run.calls.length).toBeLessThanOrEqual(400 + run.looks);
});

it.each([
  ['5 %', 0.05],
  ['half', 0.5],
])('misses nothing that has arrived when %s of the spans are lost', async (_, share) => {
  const random = seededRandom(7);
  const fates = Array.from({ length: 1000 }, () => [random(), random(), random()]);
  // Some come as late as the last moment.
  const arrives = (index: number, part: number) =>
    (fates[index]?.[part] ?? 0) < share ? undefined : index % 50 === 0 ? 25_000 : 3000;
  const run = await runWorld({ count: 1000, arrives });
  const expected = run.sent.map((one, index) =>
    [0, 1, 2].slice(0, one.request.name === 'external' ? 3 : 1).filter(part => arrives(index, part) !== undefined),
  );
  expect(run.search.evidence().traces.map(({ segments }) => segments.length)).toEqual(
    expected.map(({ length }) => length),
  );
  expect(run.findings[0]).toMatchObject({
    passed: false,
    seen: expect.stringContaining(`${expected.filter(({ length }) => length > 0).length} of 1000; not `),
  });
  const lost = run.search.evidence().traces.filter(({ completeAt }) => completeAt === undefined).length;
  // One for five, one for each look, and the last look's for what is lost.
  expect(run.calls.length).toBeLessThanOrEqual(200 + 2 * run.looks + 2 * Math.ceil(lost / 5) + 60);
});

it('makes fewer calls at a time when it is throttled, and misses nothing', async () => {
  const random = seededRandom(3);
  let inFlight = 0;
  const run = await runWorld({
    count: 500,
    arrives: () => 1000,
    meddle: (_, __, answer) => {
      inFlight += 1;
      if (random() < 0.3) throw throttled();
      return answer;
    },
  });
  expect(whole(run)).toBe(true);
  expect(inFlight).toBe(run.calls.length);
  expect(run.calls.length).toBeLessThan(250);
});

it('asks again at the last what was throttled or passed over', async () => {
  const run = await runWorld({
    count: 40,
    patience: 3000,
    // Everything arrives just before the end, and one trace is lost.
    arrives: index => (index === 5 ? undefined : 2990),
    meddle: (call, ids, answer) => {
      if (call % 4 === 0) throw throttled();
      // The first time, half of what is asked for is left unprocessed.
      return call % 3 === 0 ? answer.filter(({ traceId }) => ids.indexOf(traceId) % 2 === 0) : answer;
    },
  });
  const found = run.search.evidence().traces.filter(({ segments }) => segments.length > 0);
  expect(found).toHaveLength(39);
});

it('tells of a backend that throttles for ever', async () => {
  const run = await runWorld({
    count: 40,
    patience: 5000,
    arrives: () => 0,
    meddle: () => {
      throw throttled();
    },
  });
  expect(run.fault?.what).toBe('Rate exceeded');
  expect(run.looks).toBeLessThan(8);
  expect(run.calls.length).toBeLessThan(60);
});
