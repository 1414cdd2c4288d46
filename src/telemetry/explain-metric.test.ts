import { expect, it } from 'vitest';
import type { ExpectedMetric } from './expectations.ts';
import { MetricSearch } from './metric-search.ts';
import {
  expected,
  HEAT,
  type ProcessOptions,
  REQUESTS,
  type ShopProcess,
  TIMES,
  times,
  World,
} from './metric-world.ts';

const HOME = { path: '/' };

/** What comes of a run in a world, told. */
async function explained(
  world: World,
  run: () => Parameters<MetricSearch['answered']>[0],
  metrics: readonly ExpectedMetric[] = [REQUESTS],
  { exclusive = false, patience = 20_000 } = {},
) {
  const { prometheus: backend, clock } = world;
  const search = new MetricSearch({ backend, metrics, service: 'shop', exclusive, clock });
  await search.baseline();
  search.answered(run());
  for (let left = patience; left > 0; left -= 1000) {
    world.pass(1000);
    await search.look(left <= 1000);
  }
  const [finding] = await search.explain(await search.look(true));
  return finding;
}

function started(world: World, options: ProcessOptions = {}): ShopProcess {
  const process = world.start(options);
  process.serve('/', 7);
  return process;
}

it.each([
  ['behind', -300_000, /^The application's clock is about 300 s behind this runner's/],
  ['ahead of', 300_000, /^The application's clock is about 300 s ahead of this runner's/],
])('tells a clock that is %s ours by five minutes', async (_, skew, cause) => {
  for (const before of [10_000, 400_000]) {
    const world = new World();
    const shop = started(world, { skew });
    world.pass(before);
    const finding = await explained(world, () => world.send([shop], times(5, HOME)));
    expect(finding).toMatchObject({ passed: false, cause: expect.stringMatching(cause) });
    expect(finding?.fix).toContain('NTP');
  }
});

it('does not take an end for another clock', async () => {
  const world = new World();
  const shop = started(world);
  world.pass(10_000);
  const finding = await explained(
    world,
    () => {
      world.pass(1500);
      world.kill(shop);
      world.pass(200);
      return world.send([], times(5, HOME));
    },
    [REQUESTS],
    { patience: 40_000 },
  );
  expect(finding).toMatchObject({
    passed: false,
    seen: 'last sample 41 s old: from before the traffic',
    cause: expect.stringMatching(
      /^The last sample of `shop_requests_total` is from 2026-01-01T12:01:51Z, 1 s before the traffic began, and none/,
    ),
    fix: expect.stringContaining('the collector forwards them'),
  });
});

it("tells yesterday's data by the time of its last sample", async () => {
  const world = new World();
  const old = started(world);
  world.pass(10_000);
  world.kill(old);
  world.pass(26 * 3600_000);
  const finding = await explained(world, () => world.send([], times(5, HOME)));
  expect(finding).toMatchObject({
    passed: false,
    seen: "last sample 26 h old: yesterday's data",
    cause:
      'The last sample of `shop_requests_total` is from 2026-01-01T12:01:50Z, 26 h before the traffic began, and none has come since',
  });
});

it('looks at the code where other metrics go on', async () => {
  const world = new World();
  const shop = started(world);
  world.pass(10_000);
  world.kill(shop);
  world.pass(3600_000);
  world.start({ instance: 'b' });
  const finding = await explained(world, () => world.send([], [HOME]), [REQUESTS, HEAT]);
  expect(finding).toMatchObject({
    seen: 'last sample 60 min old: from before the traffic',
    fix: expect.stringContaining('Other metrics have come since: check that the code'),
  });
});

it('tells what took the place of a metric that was there before', async () => {
  const rename: ProcessOptions['change'] = ({ __name__ }, value) =>
    __name__ === 'shop_requests_total' ? undefined : value;
  const lose: ProcessOptions['change'] = ({ __name__ }, value) => (__name__ === 'shop_heat' ? value : undefined);
  for (const [change, expectation] of [
    [rename, { fix: 'Did it get another name? `shop_request_number_total` has come since' }],
    [lose, { cause: expect.stringContaining('failed 6 times to translate') }],
  ] as const) {
    const world = new World();
    const old = started(world);
    world.pass(10_000);
    world.kill(old);
    const next = started(world, { change });
    world.pass(2000);
    const run = () => {
      const sent = world.send([next], times(3, HOME));
      if (change === rename)
        world.prometheus.write({ __name__: 'shop_request_number_total', job: 'shop' }, world.now, 3);
      else {
        world.prometheus.write(FAILURES, world.now - 20_000, 40);
        world.prometheus.write(FAILURES, world.now, 46);
      }
      return sent;
    };
    expect(await explained(world, run, [REQUESTS, TIMES, HEAT])).toMatchObject({
      seen: expect.stringContaining('from before the traffic'),
      ...expectation,
    });
  }
});

it('names the instance that is silent, and when it spoke last', async () => {
  const world = new World();
  const [a, b] = ['a', 'b'].map(instance => started(world, { instance })) as [ShopProcess, ShopProcess];
  world.pass(10_000);
  world.kill(b);
  world.pass(2000);
  const finding = await explained(world, () => world.send([a, b], times(10, HOME)));
  expect(finding).toMatchObject({
    seen: 'rose by 5 (2 instances: a 5, b 0) for 10 requests',
    cause:
      '1 instance of the service has sent no metrics since the traffic began: `b` (last at 2026-01-01T12:01:50Z, 2 s before the traffic)',
    fix: expect.stringContaining('Look at that task'),
  });
});

it('tells that it is too soon to be sure', async () => {
  const world = new World();
  const [a, b] = [started(world, { instance: 'a' }), started(world, { instance: 'b', interval: 5000 })];
  world.pass(15_000);
  const run = () => {
    const sent = world.send([a], times(110, HOME));
    world.kill(b);
    return [...sent, ...world.send([a], [HOME])];
  };
  const finding = await explained(world, run, [REQUESTS], { exclusive: true, patience: 5000 });
  expect(finding).toMatchObject({ passed: false, fix: expect.stringContaining('two export intervals') });
});

const FAILURES = {
  __name__: 'otelcol_exporter_prometheusremotewrite_failed_translations_total',
  job: 'otel-collector',
};

it('tells delta temporality by what the collector could not translate meanwhile', async () => {
  for (const meanwhile of [0, 6]) {
    const world = new World();
    const change: ProcessOptions['change'] = ({ __name__ }, value) => (__name__ === 'shop_heat' ? value : undefined);
    const shop = started(world, { change });
    world.prometheus.write(FAILURES, world.now, 40);
    world.pass(10_000);
    world.prometheus.write(FAILURES, world.now + 2000, 40 + meanwhile);
    const finding = await explained(world, () => world.send([shop], times(3, HOME)), [REQUESTS, HEAT]);
    expect(finding?.seen).toBe('1 other metric of this service: shop_heat');
    if (meanwhile > 0) {
      expect(finding?.cause).toContain('failed 6 times to translate metrics meanwhile');
      expect(finding?.fix).toContain('OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE=cumulative');
    } else {
      expect(finding?.cause).toContain(
        'The application has sent no metric that Prometheus would name `shop_requests_total`',
      );
    }
  }
});

it('tells delta temporality also where totals had come before', async () => {
  const world = new World();
  let isDelta = false;
  const shop = started(world, {
    change: ({ __name__ }, value) => (isDelta && __name__ !== 'shop_heat' ? undefined : value),
  });
  world.pass(10_000);
  isDelta = true;
  world.pass(500);
  world.prometheus.write(FAILURES, world.now + 2000, 3);
  const finding = await explained(world, () => world.send([shop], times(3, HOME)), [REQUESTS, HEAT]);
  expect(finding).toMatchObject({
    seen: 'last sample 21 s old: from before the traffic',
    cause: expect.stringContaining('failed 3 times to translate metrics'),
  });
});

it('tells values that begin anew with each export', async () => {
  const world = new World();
  let exports = 0;
  const shop = started(world, {
    change: ({ __name__ }, value) => (__name__ === 'shop_heat' ? value : exports++ % 3),
  });
  world.pass(10_000);
  const finding = await explained(world, () => world.send([shop], times(5, HOME)));
  expect(finding?.cause).toContain('The values of instance `a` fall again and again');
  expect(finding?.fix).toContain('service.instance.id');
});

it('tells the service under whose name it has arrived, when ours has sent nothing', async () => {
  for (const isOursThere of [false, true]) {
    const world = new World();
    const shop = started(world, { job: 'prod/shopp' });
    if (isOursThere)
      started(world, { change: ({ __name__ }, value) => (__name__ === 'shop_heat' ? value : undefined) });
    world.pass(10_000);
    const finding = await explained(world, () => world.send([shop], times(5, HOME)));
    if (isOursThere) expect(finding?.cause).not.toContain('shopp');
    else {
      expect(finding).toMatchObject({
        cause: '`shop` has sent no metrics, but a metric of this name has arrived of `shopp`',
        fix: 'Set `OTEL_SERVICE_NAME=shop` for the application, or change `service` in the expectations. Did you mean `shopp`?',
      });
    }
  }
});

it('tells the name that it has got instead', async () => {
  const world = new World();
  const shop = started(world);
  world.pass(10_000);
  const renamed = expected('shop.request', { counts: 'requests' });
  expect(await explained(world, () => world.send([shop], [HOME]), [renamed])).toMatchObject({
    cause: expect.stringContaining('no metric that Prometheus would name `shop_request_total`'),
    fix: 'Did it get another name? The nearest is `shop_requests_total`',
  });
  const otherUnit = { ...TIMES, unit: 'ms' };
  expect(await explained(world, () => world.send([shop], [HOME]), [otherUnit])).toMatchObject({
    cause: expect.stringContaining('It has arrived as `shop_time_seconds_bucket`, the name of a histogram in unit `s`'),
  });
});

it('tells what was counted too often, and what was counted by nobody', async () => {
  const world = new World();
  const shop = started(world);
  world.pass(10_000);
  const exclusive = { exclusive: true };
  const twice = () => {
    shop.serve('/', 5);
    return world.send([shop], times(5, HOME));
  };
  expect(await explained(world, twice, [REQUESTS], exclusive)).toMatchObject({
    seen: 'rose by 10 (1 instance: a 10) for 5 requests',
    cause: 'Every request was counted 2 times, or others have sent as many',
    fix: expect.stringContaining('two instrumentations'),
  });
  const more = () => {
    shop.serve('/');
    return world.send([shop], times(5, HOME));
  };
  expect(await explained(world, more, [REQUESTS], exclusive)).toMatchObject({
    cause: '1 more were counted than this run has sent, though it is exclusive',
  });
  const lost = () => [...world.send([shop], times(5, HOME)), ...world.send([], [HOME])];
  expect(await explained(world, lost)).toMatchObject({
    isFinal: true,
    cause: '1 request of 6 was counted by nobody whose metrics arrive',
  });
});

it('asks nothing more, and changes nothing, when everything is proven or explained', async () => {
  const world = new World();
  const { prometheus: backend, clock } = world;
  const search = new MetricSearch({ backend, metrics: [REQUESTS], service: 'shop', exclusive: false, clock });
  await search.baseline();
  await search.look(true);
  const { length } = world.prometheus.asked;
  const findings = [{ name: 'a', passed: true }];
  expect(await search.explain(findings)).toEqual(findings);
  const told = [{ name: 'a', passed: false, cause: 'known' }];
  expect(await search.explain(told)).toEqual(told);
  expect(world.prometheus.asked).toHaveLength(length);
});
