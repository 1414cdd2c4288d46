import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A sample that somebody has written. `at` in milliseconds since the Unix epoch. */
interface Written {
  labels: Readonly<Record<string, string>>;
  points: { at: number; value: number }[];
}

/**
 * Answers instant queries like a Prometheus, from samples that a test writes: one selector, bare or with a window, whatever stands
 * around it. It is for answers that a real one will not give on demand; what queries mean is held against a real one elsewhere.
 */
export class ScriptedPrometheus {
  readonly #series = new Map<string, Written>();
  #server: Server | undefined;
  /** Takes the place of the next answers, oldest first. */
  readonly answers: { status: number; body: string }[] = [];
  readonly queries: string[] = [];

  /** @returns its URL */
  async listen(): Promise<string> {
    const server = createServer(async (request, response) => {
      const parts: Buffer[] = [];
      for await (const part of request) parts.push(part);
      const asked = new URLSearchParams(Buffer.concat(parts).toString());
      const query = asked.get('query') ?? '';
      this.queries.push(query);
      const scripted = this.answers.shift();
      response.setHeader('content-type', 'application/json');
      if (scripted) return response.writeHead(scripted.status).end(scripted.body);
      const time = asked.get('time');
      const data = this.#answer(query, time === null ? Date.now() : Number(time) * 1000);
      return response.end(JSON.stringify({ status: 'success', data }));
    });
    this.#server = server;
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    const server = this.#server;
    server?.closeAllConnections();
    await new Promise(resolve => (server ? server.close(resolve) : resolve(undefined)));
  }

  write(labels: Readonly<Record<string, string>>, value: number, at = Date.now()): void {
    const key = JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
    const series = this.#series.get(key) ?? { labels, points: [] };
    series.points.push({ at, value });
    this.#series.set(key, series);
  }

  #answer(query: string, now: number) {
    const [, inner = '', window] = /\{((?:"(?:[^"\\]|\\.)*"|[^"}])*)\}(?:\[(\d+m?s)\])?/.exec(query) ?? [];
    const matches = matcherOf(inner);
    const found = [...this.#series.values()].filter(({ labels }) => matches(labels));
    const since = now - (window === undefined ? 300_000 : milliseconds(window));
    const within = found.flatMap(({ labels, points }) => {
      const own = points.filter(({ at }) => at > since && at <= now);
      return own.length > 0 ? [{ labels, own }] : [];
    });
    const seconds = (at: number) => at / 1000;
    // A function over a window, such as last_over_time, gives a vector.
    if (window !== undefined && query.trim().endsWith(']')) {
      const result = within.map(({ labels, own }) => ({
        metric: labels,
        values: own.map(({ at, value }) => [seconds(at), String(value)]),
      }));
      return { resultType: 'matrix', result };
    }
    const result = within.map(({ labels, own }) => ({
      metric: labels,
      value: [seconds(now), String(own.at(-1)?.value)],
    }));
    return { resultType: 'vector', result };
  }
}

function milliseconds(window: string): number {
  return window.endsWith('ms') ? Number(window.slice(0, -2)) : Number(window.slice(0, -1)) * 1000;
}

/** The label matchers of a selector; PromQL's strings are those of JSON where nothing unusual is in them. */
function matcherOf(inner: string): (labels: Readonly<Record<string, string>>) => boolean {
  const matchers = [...inner.matchAll(/([\w.]+)\s*(=~|!~|!=|=)\s*("(?:[^"\\]|\\.)*")/g)].map(
    ([, name = '', operator, text = '']) => {
      const value = JSON.parse(text) as string;
      const test = operator?.includes('~')
        ? (seen: string) => new RegExp(`^(?:${value})$`).test(seen)
        : (seen: string) => seen === value;
      return { name, test, isNegated: operator?.startsWith('!') === true };
    },
  );
  return labels => matchers.every(({ name, test, isNegated }) => test(labels[name] ?? '') !== isNegated);
}
