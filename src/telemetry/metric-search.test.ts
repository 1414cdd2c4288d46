import { expect, it } from 'vitest';
import { TransientError } from '../aws/transient-error.ts';
import { UserFault } from '../runner/fault.ts';
import type { MetricsBackend } from './backends.ts';
import type { ExpectedMetric } from './expectations.ts';
import { MetricSearch } from './metric-search.ts';
import { expected, HEAT, REQUESTS, type ShopProcess, TIMES, times, World } from './metric-world.ts';
import type { SentRequest } from './traffic.ts';

function searchIn(world: World, metrics: readonly ExpectedMetric[] = [REQUESTS], more: { exclusive?: boolean } = {}) {
  const { prometheus: backend, clock } = world;
  return new MetricSearch({ backend, metrics, service: 'shop', exclusive: false, clock, ...more });
}

/** A process that has run for a while, with requests of its own before. */
function warm(world: World, options: Parameters<World['start']>[0] = {}, before = 7): ShopProcess {
  const process = world.start(options);
  process.serve('/', before);
  world.pass(10_000);
  return process;
}

/** Looks as watch.ts does, until all is found or final; at most for so long. */
async function watched(world: World, search: MetricSearch, patience = 30_000) {
  const end = world.now + patience;
  for (;;) {
    const findings = await search.look(world.now >= end);
    const isOver = findings.every(({ passed, isFinal }) => passed || isFinal);
    if (isOver || world.now >= end) return { findings, took: world.now - end + patience };
    world.pass(200);
  }
}

const HOME = { path: '/' };

it('finds that a metric has risen by what was sent, and when', async () => {
  const world = new World();
  const shop = warm(world);
  const search = searchIn(world, [REQUESTS, TIMES, HEAT]);
  await search.baseline();
  const sent = world.send([shop], [...times(6, HOME), ...times(4, { path: '/b' })]);
  search.answered(sent);
  // Everything is there, and fresh, but from before.
  expect((await search.look(false)).map(({ passed }) => passed)).toEqual([false, false, true, true]);
  const { findings, took } = await watched(world, search);
  expect(findings).toEqual([
    {
      name: 'metric shop.requests',
      passed: true,
      seen: 'rose by 10 (1 instance: a 10) for 10 requests',
      place: REQUESTS.place,
    },
    {
      name: 'metric shop.time',
      passed: true,
      seen: 'rose by 10 (1 instance: a 10) for 10 requests',
      place: TIMES.place,
    },
    { name: 'metric shop.heat', passed: true, seen: 'shop_heat{}', place: HEAT.place },
    { name: 'metrics shop.requests and shop.time agree', passed: true, seen: 'both rose by 10', place: TIMES.place },
  ]);
  // The next export, and its way.
  expect(took).toBeLessThanOrEqual(1500);
  const { counts, arrivals } = search.evidence();
  const count = { expected: 10, increase: 10, byInstance: new Map([['a', 10]]) };
  expect(counts).toEqual([
    { metric: 'shop.requests', ...count },
    { metric: 'shop.time', ...count },
  ]);
  expect(arrivals).toHaveLength(10);
  for (const arrival of arrivals) expect(arrival).toBeLessThanOrEqual(2000);
  expect(arrivals[0]).toBeGreaterThan(arrivals[9] ?? 0);
});

it('asks once before, once a look, and once more when series have appeared', async () => {
  const world = new World();
  const shop = warm(world);
  const search = searchIn(world, [REQUESTS, TIMES]);
  await search.baseline();
  search.answered(world.send([shop], [HOME, { path: '/new' }]));
  const { prometheus } = world;
  expect(prometheus.asked).toHaveLength(1);
  await search.look(false);
  expect(prometheus.asked).toHaveLength(2);
  world.pass(1500);
  await search.look(false);
  expect(prometheus.asked).toHaveLength(4);
  expect(prometheus.asked[3]).toMatch(/^last_over_time\(\{.*\}\[2d:5m\] offset 2s\)$/);
  await search.look(false);
  expect(prometheus.asked).toHaveLength(5);
});

it('reads again what may have come late only, and everything at the last', async () => {
  const world = new World();
  const shop = warm(world);
  const search = searchIn(world);
  await search.baseline();
  search.answered(world.send([shop], times(2, HOME)));
  world.pass(100_000);
  await search.look(false);
  world.pass(1000);
  await search.look(false);
  await search.look(true);
  const windows = world.prometheus.asked.map(query => /\[(\d+)s\]/.exec(query)?.[1]);
  expect(windows).toEqual(['600', '131', '31', '132']);
});

it('is not content with a metric that is there, and says so as soon as that is certain', async () => {
  const world = new World();
  const shop = warm(world);
  const search = searchIn(world, [REQUESTS, HEAT]);
  await search.baseline();
  const sent = world.send([shop], times(3, HOME));
  // One more was answered by nobody who counts.
  search.answered([...sent, ...world.send([], [HOME])]);
  const { findings, took } = await watched(world, search, 600_000);
  expect(findings[0]).toMatchObject({
    passed: false,
    isFinal: true,
    seen: 'rose by 3 (1 instance: a 3) for 4 requests',
  });
  // A sample taken 5 s after the last answer, and its way.
  expect(took).toBeGreaterThan(5000);
  expect(took).toBeLessThan(7000);
});

it('waits for two intervals where these are long', async () => {
  const world = new World();
  const shop = world.start({ interval: 15_000 });
  shop.serve('/', 5);
  world.pass(60_000);
  const search = searchIn(world);
  await search.baseline();
  search.answered([...world.send([shop], [HOME]), ...world.send([], [HOME])]);
  const { took } = await watched(world, search, 600_000);
  expect(took).toBeGreaterThan(30_000);
  expect(took).toBeLessThan(50_000);
});

it('counts what a process counted before and after it began anew', async () => {
  const world = new World();
  const shop = warm(world, {}, 100);
  const search = searchIn(world, [REQUESTS, TIMES]);
  await search.baseline();
  const before = world.send([shop], times(5, HOME));
  world.pass(2000);
  world.kill(shop);
  const anew = world.start();
  const after = world.send([anew], times(8, HOME));
  search.answered([...before, ...after]);
  const { findings } = await watched(world, search);
  expect(findings[0]).toMatchObject({ passed: true, seen: 'rose by 13 (1 instance: a 13) for 13 requests' });
  expect(findings[1]).toMatchObject({ passed: true });
});

it('sees by other series that a process began anew, though one has risen past its old value', async () => {
  const world = new World();
  const shop = world.start();
  shop.serve('/', 500);
  shop.serve('/few', 3);
  world.pass(10_000);
  const search = searchIn(world);
  await search.baseline();
  world.kill(shop);
  const anew = world.start();
  search.answered(world.send([anew], [...times(7, { path: '/few' }), HOME]));
  const { findings } = await watched(world, search);
  expect(findings[0]).toMatchObject({ passed: true, seen: 'rose by 8 (1 instance: a 8) for 8 requests' });
});

it('takes no gauge that falls for a process that began anew', async () => {
  const world = new World();
  const shop = warm(world, {
    change: ({ __name__ }, value) => (__name__ === 'shop_heat' ? -world.now : value),
  });
  const search = searchIn(world, [REQUESTS, HEAT], { exclusive: true });
  await search.baseline();
  search.answered(world.send([shop], times(5, HOME)));
  expect((await watched(world, search)).findings[0]).toMatchObject({ passed: true });
});

it('adds up instances, also one that has come since and one that has gone', async () => {
  const world = new World();
  const [a, b] = [warm(world, { instance: 'a' }, 900), warm(world, { instance: 'b' }, 5)];
  const search = searchIn(world);
  await search.baseline();
  const early = world.send([a, b], times(10, HOME));
  world.pass(1500);
  world.kill(b);
  const c = world.start({ instance: 'c' });
  search.answered([...early, ...world.send([a, c], times(6, HOME))]);
  const { findings } = await watched(world, search);
  expect(findings[0]).toMatchObject({
    passed: true,
    seen: 'rose by 16 (3 instances: a 8, b 5, c 3) for 16 requests',
  });
});

it('waits for an instance that is silent, and is not certain without it', async () => {
  const world = new World();
  const [a, b] = [warm(world, { instance: 'a' }), warm(world, { instance: 'b' })];
  const search = searchIn(world);
  await search.baseline();
  world.kill(b);
  search.answered(world.send([a, b], times(10, HOME)));
  world.pass(20_000);
  const [finding] = await search.look(false);
  expect(finding).toMatchObject({ passed: false, seen: 'rose by 5 (2 instances: a 5, b 0) for 10 requests' });
  expect(finding).not.toHaveProperty('isFinal');
  b.export(world.now);
  world.pass(1000);
  expect(await search.look(false)).toMatchObject([{ passed: true }]);
});

it('neither names nor waits for an instance that ended minutes before', async () => {
  const world = new World();
  const old = warm(world, { instance: 'old' });
  world.kill(old);
  world.pass(120_000);
  const shop = warm(world);
  const search = searchIn(world, [REQUESTS], { exclusive: true });
  await search.baseline();
  search.answered(world.send([shop], times(5, HOME)));
  expect((await watched(world, search)).findings[0]).toMatchObject({
    passed: true,
    seen: 'rose by 5 (1 instance: a 5) for 5 requests',
  });
});

it('gives up an instance that has been silent for a minute', async () => {
  const world = new World();
  const [a, b] = [warm(world, { instance: 'a' }), warm(world, { instance: 'b' })];
  const search = searchIn(world);
  await search.baseline();
  world.kill(b);
  search.answered(world.send([a, b], times(10, HOME)));
  const { findings, took } = await watched(world, search, 600_000);
  expect(findings[0]).toMatchObject({ isFinal: true, seen: 'rose by 5 (2 instances: a 5, b 0) for 10 requests' });
  expect(took).toBeGreaterThan(50_000);
  expect(took).toBeLessThan(70_000);
});

it('is not certain of anybody whose interval it does not know', async () => {
  const world = new World();
  const search = searchIn(world);
  await search.baseline();
  const shop = world.start({ interval: 50_000 });
  search.answered([...world.send([shop], [HOME]), ...world.send([], [HOME])]);
  world.pass(52_000);
  expect((await search.look(false))[0]).toMatchObject({ passed: false, seen: expect.stringContaining('rose by 1') });
  expect((await search.look(false))[0]).not.toHaveProperty('isFinal');
});

it('tells of each request when it had arrived', async () => {
  const world = new World();
  const shop = warm(world);
  const search = searchIn(world);
  await search.baseline();
  const early = world.send([shop], times(6, HOME));
  const late = world.send([], times(4, HOME));
  search.answered([...early, ...late]);
  world.pass(1500);
  await search.look(false);
  expect(search.evidence().arrivals).toHaveLength(6);
  shop.serve('/', 4);
  world.pass(5000);
  await search.look(false);
  // What the first look has found had come at any time before it.
  expect(search.evidence().arrivals).toEqual([6695, 6645, 6595, 6545]);
});

it('does not count what health checks and load balancers send as well', async () => {
  const world = new World();
  const shop = warm(world);
  const search = searchIn(world);
  await search.baseline();
  const health = { path: '/health', isTraced: false };
  const sent = world.send([shop], [...times(4, HOME), ...times(20, health)]);
  search.answered([...sent, ...world.send([], [HOME])]);
  const { findings } = await watched(world, search);
  expect(findings[0]).toMatchObject({ passed: false, seen: 'rose by 4 (1 instance: a 4) for 5 requests' });
});

it('counts a path that is health-checked when requests that leave a trace go there too', async () => {
  const world = new World();
  const shop = warm(world);
  const search = searchIn(world);
  await search.baseline();
  search.answered(world.send([shop], [{ path: '/?x=1', isTraced: false }, HOME]));
  expect((await watched(world, search)).findings[0]).toMatchObject({ passed: true });
});

it('does not take the first sample after a long silence for an increase', async () => {
  const world = new World();
  const shop = warm(world, {}, 500);
  world.kill(shop);
  world.pass(2 * 3600_000);
  const search = searchIn(world);
  await search.baseline();
  const sent = world.send([shop], times(10, HOME));
  search.answered([...sent, ...world.send([], times(10, HOME))]);
  for (let second = 0; second < 10; second += 1) {
    shop.export(world.now);
    world.pass(1000);
  }
  expect(await search.look(true)).toMatchObject([
    { passed: false, isFinal: true, seen: 'rose by 10 (1 instance: a 10) for 20 requests' },
  ]);
});

it('counts a process of today from 0, though it bears the name of one of yesterday', async () => {
  const world = new World();
  const yesterday = world.start();
  yesterday.serve('/', 4);
  yesterday.serve('/b', 300);
  world.pass(10_000);
  world.kill(yesterday);
  world.pass(26 * 3600_000);
  const search = searchIn(world);
  await search.baseline();
  const shop = world.start();
  search.answered(world.send([shop], [...times(9, HOME), { path: '/b' }]));
  expect((await watched(world, search)).findings).toMatchObject([{ passed: true }]);
  expect(search.evidence().counts[0]?.increase).toBe(10);
});

it('counts series that were not there from 0', async () => {
  const world = new World();
  const search = searchIn(world);
  await search.baseline();
  const shop = world.start({ instance: '' });
  search.answered(world.send([shop], times(5, HOME)));
  expect((await watched(world, search)).findings).toMatchObject([{ passed: true, seen: 'rose by 5 for 5 requests' }]);
});

it('wants those requests only that a metric counts, and as many as were answered as expected', async () => {
  const world = new World();
  const shop = warm(world);
  const search = searchIn(world, [{ ...REQUESTS, counts: ['/b'] }]);
  await search.baseline();
  const [home, ...others] = world.send([], [HOME, { path: '/b' }, { path: '/b' }, { path: '/b' }]) as SentRequest[];
  const [good, wrong, failed] = others as [SentRequest, SentRequest, SentRequest];
  shop.serve('/b');
  const sent = [
    home as SentRequest,
    good,
    { ...wrong, answer: { ...wrong.answer, status: 500 } as SentRequest['answer'] },
    { ...failed, answer: { kind: 'failed', reason: 'reset', ms: 5 } as const },
  ];
  search.answered(sent);
  const { findings } = await watched(world, search);
  expect(findings).toMatchObject([{ passed: true, seen: 'rose by 1 (1 instance: a 1) for 1 request' }]);
  expect(search.evidence().arrivals).toHaveLength(1);
});

it('adds what the service sends to itself to its requests', async () => {
  const world = new World();
  const shop = warm(world);
  const search = searchIn(world, [REQUESTS], { exclusive: true });
  await search.baseline();
  search.answered(world.send([shop], [HOME, { path: '/b', selfCalls: 2 }]));
  world.pass(1500);
  expect((await search.look(false))[0]?.passed).toBe(false);
  shop.serve('/c', 2);
  expect((await watched(world, search)).findings[0]).toMatchObject({
    passed: true,
    seen: 'rose by 4 (1 instance: a 4) for 4 requests, 2 of them sent by the service to itself',
  });
});

it('lets others send meanwhile, unless the run is exclusive: then too much is final at once', async () => {
  for (const exclusive of [false, true]) {
    const world = new World();
    const shop = warm(world);
    const search = searchIn(world, [REQUESTS], { exclusive });
    await search.baseline();
    const sent = world.send([shop], times(5, HOME));
    shop.serve('/other');
    search.answered(sent);
    const { findings, took } = await watched(world, search);
    expect(findings[0]).toMatchObject({ passed: !exclusive, ...(exclusive && { isFinal: true }) });
    expect(findings[0]?.seen).toContain('rose by 6');
    expect(took).toBeLessThanOrEqual(1500);
  }
});

it('is not exclusive before everybody has spoken since the last answer', async () => {
  const world = new World();
  const [a, b] = [warm(world, { instance: 'a' }), warm(world, { instance: 'b', interval: 4000 })];
  const search = searchIn(world, [REQUESTS], { exclusive: true });
  await search.baseline();
  search.answered(world.send([a], times(5, HOME)));
  b.serve('/', 1);
  const { findings } = await watched(world, search);
  expect(findings[0]).toMatchObject({ passed: false, seen: 'rose by 6 (2 instances: a 5, b 1) for 5 requests' });
});

it('leaves out what was counted before the traffic and came after the baseline', async () => {
  const world = new World();
  const shop = warm(world, { latency: 800 });
  shop.serve('/', 3);
  // Exported, but not yet arrived.
  world.pass(1000);
  const search = searchIn(world, [REQUESTS], { exclusive: true });
  await search.baseline();
  world.pass(100);
  search.answered(world.send([shop], times(5, HOME)));
  expect((await watched(world, search)).findings[0]).toMatchObject({ passed: true });
  expect(search.evidence().counts[0]?.increase).toBe(5);
});

it('finds a histogram whose series contradict each other', async () => {
  const world = new World();
  const change = (labels: Record<string, string>, value: number) =>
    labels.le === '+Inf' && value > 7 ? value - 1 : value;
  const shop = warm(world, { change });
  const search = searchIn(world, [TIMES]);
  await search.baseline();
  search.answered(world.send([shop], times(5, HOME)));
  const { findings } = await watched(world, search);
  expect(findings[0]).toMatchObject({
    passed: false,
    isFinal: true,
    seen: 'shop_time_seconds_count{route="/"} rose by 5, its bucket le="+Inf" by 4',
  });
});

it('compares series in samples of the same time: what is still on its way contradicts nothing', async () => {
  const world = new World();
  const shop = warm(world, { change: ({ le }, value) => (le === '+Inf' && value > 9 ? undefined : value) });
  const search = searchIn(world, [TIMES]);
  await search.baseline();
  search.answered(world.send([shop], times(5, HOME)));
  world.pass(1500);
  expect(await search.look(false)).toMatchObject([{ passed: true }]);
});

it('finds that a counter and a histogram of the same requests do not agree', async () => {
  const world = new World();
  // Together, both metrics have as many.
  const wrong = new Map([
    ['b', 1],
    ['c', -1],
  ]);
  const processes = ['a', 'b', 'c'].map(instance =>
    warm(world, {
      instance,
      change: ({ __name__ }, value) =>
        __name__?.startsWith('shop_time') && value > 7 ? value + (wrong.get(instance) ?? 0) : value,
    }),
  );
  const search = searchIn(world, [REQUESTS, TIMES, { ...REQUESTS, name: 'shop.errors', counts: ['/b'] }]);
  await search.baseline();
  search.answered(world.send(processes, times(15, HOME)));
  const { findings } = await watched(world, search);
  expect(findings.map(({ name, passed }) => `${passed} ${name}`)).toEqual([
    'true metric shop.requests',
    'true metric shop.time',
    'false metric shop.errors',
    'false metrics shop.requests and shop.time agree',
  ]);
  expect(findings[3]).toMatchObject({ isFinal: true, seen: 'rose by 5 and by 6 in instance b' });
});

it('does not take samples from before the traffic for proof, of whatever metric', async () => {
  const world = new World();
  const shop = warm(world);
  const search = searchIn(world, [HEAT, expected('shop.requests', { attributes: [{ key: 'route', value: '/' }] })]);
  await search.baseline();
  world.kill(shop);
  world.pass(60_000);
  search.answered(world.send([], [HOME]));
  expect(await search.look(true)).toMatchObject([
    { passed: false, seen: 'last sample 60 s old' },
    { passed: false, seen: 'last sample 60 s old' },
  ]);
});

it('does not find attributes on series that are sent no more', async () => {
  const world = new World();
  const old = warm(world, { instance: 'old' });
  const search = searchIn(world, [expected('shop.requests', { attributes: [{ key: 'route', value: '/' }] })]);
  await search.baseline();
  world.kill(old);
  world.pass(500);
  const fresh = world.start({ instance: 'new' });
  search.answered(world.send([fresh], [{ path: '/other' }]));
  world.pass(2000);
  expect(await search.look(true)).toMatchObject([
    { passed: false, cause: expect.stringContaining('`route` is `/other` instead of `/`') },
  ]);
});

it('needs all series of a histogram', async () => {
  const world = new World();
  const shop = warm(world, { change: ({ __name__ }, value) => (__name__?.endsWith('_bucket') ? undefined : value) });
  const search = searchIn(world, [TIMES]);
  await search.baseline();
  search.answered(world.send([shop], [HOME]));
  world.pass(1500);
  expect(await search.look(true)).toMatchObject([
    { passed: false, cause: "Of the histogram's series, shop_time_seconds_bucket is missing" },
  ]);
});

it('does not believe values that fall again and again', async () => {
  const world = new World();
  const first = warm(world, {}, 50);
  world.pass(500);
  const processes = [first, warm(world, {}, 9)];
  const search = searchIn(world);
  await search.baseline();
  search.answered(world.send(processes, times(10, HOME)));
  const { findings } = await watched(world, search);
  expect(findings[0]?.passed).toBe(false);
});

it('outlasts passing trouble before the traffic, and not any other', async () => {
  const world = new World();
  let troubles = 0;
  const backend = (error: Error): MetricsBackend => ({
    query: async () => [],
    range: async () => {
      troubles += 1;
      if (troubles < 3) throw error;
      return [];
    },
  });
  const options = { metrics: [REQUESTS], service: 'shop', exclusive: false, clock: world.clock };
  await new MetricSearch({ ...options, backend: backend(new TransientError({ what: 'later' })) }).baseline();
  expect(troubles).toBe(3);
  troubles = 0;
  const refused = new MetricSearch({ ...options, backend: backend(new UserFault({ what: 'no' })) });
  await expect(refused.baseline()).rejects.toThrow('no');
  expect(troubles).toBe(1);
});

it('asks nothing when nothing is expected', async () => {
  const world = new World();
  const search = searchIn(world, []);
  await search.baseline();
  search.answered([]);
  expect([search.blank(), await search.look(true), world.prometheus.asked]).toEqual([[], [], []]);
});

it('tells when everything was fresh where nothing counts', async () => {
  const world = new World();
  const shop = warm(world);
  const search = searchIn(world, [HEAT]);
  await search.baseline();
  search.answered(world.send([shop], [HOME, HOME, { path: '/health', isTraced: false }]));
  await watched(world, search);
  expect(search.evidence()).toMatchObject({ counts: [], arrivals: [expect.any(Number), expect.any(Number)] });
});

it('has as many blank findings as findings', async () => {
  const search = searchIn(new World(), [REQUESTS, TIMES, HEAT]);
  expect(search.blank().map(({ name }) => name)).toEqual([
    'metric shop.requests',
    'metric shop.time',
    'metric shop.heat',
    'metrics shop.requests and shop.time agree',
  ]);
});

it('measures the arrival of metrics also where no request leaves a trace', async () => {
  const world = new World();
  const shop = warm(world, { interval: 10_000 });
  world.pass(1000);
  const search = searchIn(world, [HEAT]);
  await search.baseline();
  search.answered(world.send([shop], [{ path: '/', isTraced: false }]));
  await watched(world, search);
  const { arrivals } = search.evidence();
  expect(arrivals).toHaveLength(1);
  expect(arrivals[0]).toBeGreaterThan(5000);
});
