import { expect, it } from 'vitest';
import { MetricSearch } from './metric-search.ts';
import type { Labels } from './metric-series.ts';
import { REQUESTS, World } from './metric-world.ts';

/** Mulberry32: the same numbers for the same seed. */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return below => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

/** One export of one process: everything that it has counted by then. */
interface Export {
  at: number;
  arrivesAt: number;
  counted: ReadonlyMap<string, number>;
}

interface Process {
  instance: string;
  exports: Export[];
}

const ROUTES = ['/', '/a', '/b'];
const SECOND = 1000;

/**
 * Instances that come and go, whose processes end without a last export and begin anew, and whose exports come late and out of
 * order; one may have been silent for hours. Times are relative to the baseline.
 */
function randomProcesses(random: (below: number) => number): Process[] {
  return Array.from({ length: 1 + random(3) }, (_, number) => `i${number}`).flatMap(instance => {
    const interval = (1 + random(10)) * SECOND;
    const isSilent = random(4) === 0;
    let at = isSilent ? -(1 + random(20)) * 3_600_000 : (random(60) - 40) * SECOND;
    // The first has counted much, so that one that begins anew can be told from it by what it says first.
    const processes: Process[] = [];
    for (let count = 0; count <= random(3); count += 1) {
      const counted = new Map([['/', count === 0 ? 1000 : 1]]);
      const exports: Export[] = [];
      for (let left = 2 + random(8); left > 0; left -= 1) {
        exports.push({ at, arrivesAt: at + random(20 * SECOND), counted: new Map(counted) });
        // What has been silent goes on after the baseline.
        at = exports.length === 1 && isSilent && count === 0 ? random(5 * SECOND) + 1 : at + interval;
        for (const route of ROUTES) {
          const more = random(4);
          if (more > 0 && (route !== '/a' || random(2) === 0)) counted.set(route, (counted.get(route) ?? 0) + more);
        }
        counted.set('/', (counted.get('/') ?? 0) + 1);
      }
      processes.push({ instance, exports });
    }
    return processes;
  });
}

/** What was counted between the last export that was there at the baseline and the last of all, process by process. */
function trueRise(processes: readonly Process[], route: string): number {
  let rise = 0;
  for (const instance of new Set(processes.map(process => process.instance))) {
    const own = processes.filter(process => process.instance === instance);
    const isThere = ({ at, arrivesAt, counted }: Export) => at <= 0 && arrivesAt <= 0 && counted.has(route);
    const base = own.flatMap(({ exports }) => exports.filter(isThere)).sort((one, other) => other.at - one.at)[0];
    for (const { exports } of own) {
      const after = exports.filter(({ at }) => base === undefined || at > base.at).at(-1);
      const before = base && exports.includes(base) ? (base.counted.get(route) ?? 0) : 0;
      if (after) rise += (after.counted.get(route) ?? 0) - before;
    }
  }
  return rise;
}

it('finds what was counted, whatever begins anew, comes late, comes or goes', async () => {
  for (let seed = 0; seed < 400; seed += 1) {
    const random = randomOf(seed);
    const processes = randomProcesses(random);
    const world = new World();
    const begin = world.now;
    for (const { instance, exports } of processes) {
      for (const { at, arrivesAt, counted } of exports) {
        for (const [route, value] of counted) {
          const labels: Labels = { __name__: 'shop_requests_total', job: 'shop', instance, route };
          world.prometheus.write(labels, begin + at, value, begin + arrivesAt);
        }
      }
    }
    const { prometheus: backend, clock } = world;
    const search = new MetricSearch({ backend, metrics: [REQUESTS], service: 'shop', exclusive: false, clock });
    await search.baseline();
    search.answered(world.send([], [{ path: '/' }]));
    for (let looks = random(6); looks > 0; looks -= 1) {
      world.pass(random(20 * SECOND));
      await search.look(false);
    }
    world.pass(10 * 60 * SECOND);
    await search.look(true);
    const expected = ROUTES.reduce((sum, route) => sum + trueRise(processes, route), 0);
    expect(search.evidence().counts[0]?.increase, `seed ${seed}`).toBe(expected);
  }
});
