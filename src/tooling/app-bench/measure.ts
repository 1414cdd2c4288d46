import autocannon from 'autocannon';
import { type AppProcess, MODES, type Mode, startApp } from './app-process.ts';
import type { AppFigures, Delivery, Round } from './figures.ts';
import type { Sink } from './sink.ts';

/** How long each part lasts. */
export interface Extent {
  startups: number;
  rounds: number;
  /** Seconds of one round, of the run before it that does not count, and of one delivery. */
  seconds: { round: number; warmUp: number; delivery: number };
  /** Requests a second; undefined: as many as it takes. */
  rates: readonly (number | undefined)[];
}

/** All of it takes little more than a minute. */
export const EXTENT: Extent = {
  startups: 5,
  rounds: 4,
  seconds: { round: 2, warmUp: 1.5, delivery: 4 },
  rates: [200, 1000, undefined],
};

const CONNECTIONS = 32;
const MODE_NAMES = Object.keys(MODES) as Mode[];

/**
 * Measures the app bare and instrumented, in turns, so that what else the machine does befalls all alike.
 *
 * @param startSink starts what takes the telemetry
 * @param say tells of the progress
 */
export async function measureApp(
  startSink: () => Promise<Sink>,
  say: (line: string) => void,
  extent: Extent = EXTENT,
): Promise<Pick<AppFigures, 'startups' | 'rounds' | 'memory' | 'deliveries'>> {
  say('start to healthy …');
  const startups = await measureStartups(startSink, extent);
  say('throughput …');
  const { rounds, memory } = await measureThroughput(startSink, extent);
  const deliveries: Delivery[] = [];
  for (const rate of extent.rates) {
    say(`delivery at ${rate ?? 'as many as it takes'} …`);
    deliveries.push(await measureDelivery(startSink, rate, extent.seconds.delivery));
  }
  return { startups, rounds, memory, deliveries };
}

async function measureStartups(startSink: () => Promise<Sink>, { startups }: Extent): Promise<AppFigures['startups']> {
  const sink = await startSink();
  const measured: AppFigures['startups'] = { off: [], tenth: [], ecs: [], all: [] };
  for (let turn = 0; turn < startups; turn++) {
    for (const mode of MODE_NAMES) {
      const app = await startApp(mode, sink.url);
      measured[mode].push(app.startup);
      await app.stop();
    }
  }
  await sink.stop();
  return measured;
}

async function measureThroughput(
  startSink: () => Promise<Sink>,
  { rounds: count, seconds }: Extent,
): Promise<Pick<AppFigures, 'rounds' | 'memory'>> {
  const sink = await startSink();
  const apps = new Map<Mode, AppProcess>();
  for (const mode of MODE_NAMES) apps.set(mode, await startApp(mode, sink.url));
  const rounds: AppFigures['rounds'] = { off: [], tenth: [], ecs: [], all: [] };
  for (const { url } of apps.values()) await load(url, seconds.warmUp);
  for (let round = 0; round < count; round++) {
    // Each goes first as often as the others.
    const turn = MODE_NAMES.map((_, index) => MODE_NAMES[(index + round) % MODE_NAMES.length] ?? 'off');
    for (const mode of turn) {
      const app = apps.get(mode);
      if (app !== undefined) rounds[mode].push(await measureRound(app, seconds.round));
    }
  }
  const memory: AppFigures['memory'] = {};
  for (const [mode, app] of apps) {
    const bytes = app.memory();
    if (bytes !== undefined) memory[mode] = bytes;
    await app.stop();
  }
  await sink.stop();
  return { rounds, memory };
}

async function measureRound(app: AppProcess, seconds: number): Promise<Round> {
  const before = app.cpuTime();
  const { answered, ...round } = await load(app.url, seconds);
  const after = app.cpuTime();
  return { ...round, ...(before !== undefined && after !== undefined && { cpu: (after - before) / answered }) };
}

async function measureDelivery(
  startSink: () => Promise<Sink>,
  rate: number | undefined,
  seconds: number,
): Promise<Delivery> {
  const sink = await startSink();
  const app = await startApp('all', sink.url);
  const { perSecond, p99 } = await load(app.url, seconds, rate);
  const { requests } = await app.stop();
  const { spans, logs } = await sink.stop();
  // Beside one for each request: that it listens, that it stops, and that it has stopped.
  return { asked: rate, perSecond, p99, requests, spans, logs: logs - 3 };
}

async function load(url: string, seconds: number, rate?: number): Promise<Round & { answered: number }> {
  const result = await autocannon({
    url: `${url}/api/data`,
    connections: CONNECTIONS,
    duration: seconds,
    ...(rate !== undefined && { overallRate: rate }),
  });
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`Of the requests to ${url} ${result.non2xx} were answered wrong and ${result.errors} failed`);
  const answered = result['2xx'];
  return { perSecond: answered / result.duration, p99: result.latency.p99, answered };
}
