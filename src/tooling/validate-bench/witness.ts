import type { MetricsBackend } from '../../telemetry/backends.ts';

/** When telemetry arrived, by somebody who takes no part in proving it. Milliseconds since the Unix epoch. */
export interface LastArrivals {
  traces: number;
  logs: number;
  metrics: number;
}

/** How the calls are named by which the collector hands over what it has. */
const RECEIPTS = { traces: 'PutTraceSegments', logs: 'PutLogEvents' } as const;

/**
 * When the local AWS took something last, from the lines that its container prints for each call, with the time that Docker puts
 * before them: `2026-11-23T06:00:00.123456789Z 06:00:00 logs PutLogEvents 200`.
 *
 * @throws Error when it has taken none
 */
export function lastReceipt(lines: readonly string[], signal: keyof typeof RECEIPTS): number {
  const taken = lines.flatMap(line => {
    const [time = '', , , action, status] = line.split(' ');
    return action === RECEIPTS[signal] && status === '200' ? Date.parse(time) : [];
  });
  const last = taken.at(-1);
  if (last === undefined || Number.isNaN(last)) throw new Error(`the local AWS tells of no ${RECEIPTS[signal]}`);
  return last;
}

/** Milliseconds. */
const PACE = 50;

/** All requests that the sample application has counted, but those of its health check, which nobody waits for. */
const COUNTED = 'sum(zapp_http_requests_total{endpoint!="/health"})';

/** Asks Prometheus all the time for a counter, and knows when that rose last. */
export class CounterWitness {
  /** Milliseconds since the Unix epoch; undefined as long as it has not risen. */
  lastRise: number | undefined;
  readonly #metrics: MetricsBackend;
  readonly #stop = new AbortController();
  readonly #watching: Promise<void>;

  /** Begins at once. */
  constructor(metrics: MetricsBackend, sleep: (ms: number, signal: AbortSignal) => Promise<void>) {
    this.#metrics = metrics;
    this.#watching = this.#watch(sleep);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#watching;
  }

  async #watch(sleep: (ms: number, signal: AbortSignal) => Promise<void>): Promise<void> {
    const { signal } = this.#stop;
    for (let seen: number | undefined; !signal.aborted; ) {
      const value = (await this.#metrics.query(COUNTED))[0]?.value ?? 0;
      if (seen !== undefined && value !== seen) this.lastRise = Date.now();
      seen = value;
      try {
        await sleep(PACE, signal);
      } catch (error) {
        if (!signal.aborted) throw error;
      }
    }
  }
}
