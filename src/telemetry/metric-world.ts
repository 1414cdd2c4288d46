import type { Clock } from '../runner/clock.ts';
import type { ExpectedMetric } from './expectations.ts';
import { FakePrometheus } from './fake-prometheus.ts';
import { request } from './fixtures.ts';
import type { Labels } from './metric-series.ts';
import type { SentRequest } from './traffic.ts';

/** For tests: a service that sends cumulative metrics to a Prometheus, in a time that passes when it is told to. */

const place = { file: 'telemetry.yaml', line: 1, column: 1 };

export function expected(name: string, more: Partial<ExpectedMetric> = {}): ExpectedMetric {
  return { name, unit: '', type: 'counter', attributes: [], place, ...more };
}

const route = [{ key: 'route' }];
export const REQUESTS = expected('shop.requests', { unit: '{request}', attributes: route, counts: 'requests' });
export const TIMES = expected('shop.time', { unit: 's', type: 'histogram', attributes: route, counts: 'requests' });
export const HEAT = expected('shop.heat', { type: 'gauge' });

export interface ProcessOptions {
  instance?: string;
  job?: string;
  /** Milliseconds between exports, and from an export to its arrival. */
  interval?: number;
  latency?: number;
  /** So far its clock is ahead, in milliseconds. */
  skew?: number;
  /** Changes a sample on its way; `undefined` loses it. */
  change?: (labels: Labels, value: number) => number | undefined;
}

/** One process of the service: what it counts begins at 0. */
export class ShopProcess {
  readonly #counted = new Map<string, number>();
  readonly #options: Required<ProcessOptions>;
  readonly #prometheus: FakePrometheus;
  #nextExport: number;

  constructor(prometheus: FakePrometheus, now: number, options: ProcessOptions) {
    const change = (_: Labels, value: number) => value;
    this.#options = { instance: 'a', job: 'shop', interval: 1000, latency: 300, skew: 0, change, ...options };
    this.#prometheus = prometheus;
    this.#nextExport = now + this.#options.interval;
  }

  serve(path: string, times = 1): void {
    const route = path.replace(/\?.*/s, '');
    this.#counted.set(route, (this.#counted.get(route) ?? 0) + times);
  }

  /** Exports all that is due. */
  runUntil(now: number): void {
    for (; this.#nextExport <= now; this.#nextExport += this.#options.interval) this.export(this.#nextExport);
  }

  export(now: number): void {
    const { instance, job, skew, latency, change } = this.#options;
    const write = (name: string, value: number, labels: Labels = {}) => {
      const all = { __name__: name, job, ...(instance && { instance }), ...labels };
      const changed = change(all, value);
      if (changed !== undefined) this.#prometheus.write(all, now + skew, changed, now + latency);
    };
    write('shop_heat', 20);
    for (const [path, value] of this.#counted) {
      write('shop_requests_total', value, { route: path });
      write('shop_time_seconds_count', value, { route: path });
      write('shop_time_seconds_sum', value * 0.1, { route: path });
      write('shop_time_seconds_bucket', value, { route: path, le: '+Inf' });
      write('shop_time_seconds_bucket', value, { route: path, le: '1' });
    }
  }
}

/** Not a multiple of five minutes, at which subqueries look. */
const NOON = Date.parse('2026-01-01T12:01:40.000Z');

export class World {
  now = NOON;
  readonly prometheus = new FakePrometheus(() => this.now);
  readonly clock: Clock = { now: () => this.now, sleep: async ms => this.pass(ms) };
  readonly #running = new Set<ShopProcess>();

  start(options: ProcessOptions = {}): ShopProcess {
    const process = new ShopProcess(this.prometheus, this.now, options);
    this.#running.add(process);
    return process;
  }

  /** Without a last export. */
  kill(process: ShopProcess): void {
    this.#running.delete(process);
  }

  pass(ms: number): void {
    this.now += ms;
    for (const process of this.#running) process.runUntil(this.now);
  }

  /** Sends requests, 50 ms apart, to processes in turn. */
  send(processes: readonly ShopProcess[], requests: readonly Partial<SentRequest['request']>[]): SentRequest[] {
    return requests.map((more, index) => {
      const startedAt = this.now;
      const one = request({ name: more.path ?? '', ...more });
      processes[index % processes.length]?.serve(one.path);
      this.pass(50);
      const answer = { kind: 'answered', status: 200, ms: 5, body: '', isCut: false } as const;
      return { request: one, traceId: `${index}`.padStart(32, 'f'), startedAt, answer, findings: [] };
    });
  }
}

export function times<T>(count: number, value: T): T[] {
  return Array.from({ length: count }, () => value);
}
