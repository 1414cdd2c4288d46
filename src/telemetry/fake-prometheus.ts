import type { MetricsBackend, Sample, Series } from './backends.ts';
import { type Labels, seriesKey } from './metric-series.ts';

interface Written {
  labels: Labels;
  points: { at: number; value: number; arrivesAt: number }[];
}

/** As far back as an instant query looks. */
const LOOKBACK = 300_000;

/**
 * A Prometheus for tests, which simulates as much of PromQL as this folder asks: selectors with a window, subqueries,
 * `last_over_time` and `count by`, also of it. Samples are there from the time at which they arrive.
 */
export class FakePrometheus implements MetricsBackend {
  readonly asked: string[] = [];
  readonly #now: () => number;
  readonly #series = new Map<string, Written>();

  constructor(now: () => number) {
    this.#now = now;
  }

  write(labels: Labels, at: number, value: number, arrivesAt = at): void {
    const key = seriesKey(labels);
    const series = this.#series.get(key) ?? { labels, points: [] };
    // "duplicate sample for timestamp": the first that came stays.
    if (series.points.some(point => point.at === at)) return;
    series.points.push({ at, value, arrivesAt });
    series.points.sort((one, other) => one.at - other.at);
    this.#series.set(key, series);
  }

  async range(selector: string, at = this.#now()): Promise<Series[]> {
    this.asked.push(selector);
    return this.#range(selector, at);
  }

  async query(promql: string): Promise<Sample[]> {
    this.asked.push(promql);
    const [, over, ago] = /^last_over_time\((.*) offset (\d+)s\)$/s.exec(promql) ?? [];
    if (over !== undefined) {
      const found = this.#range(over, this.#now() - Number(ago) * 1000);
      return found.map(({ labels, points }) => ({ labels, value: points.at(-1)?.value ?? Number.NaN }));
    }
    const [, keys, selector] = /^count by \(([^)]*)\) \((.*)\)$/s.exec(promql) ?? [];
    if (keys === undefined || selector === undefined) throw new Error(`the fake Prometheus does not know ${promql}`);
    const [, within] = /^last_over_time\((.*)\)$/s.exec(selector) ?? [];
    const groups = new Map<string, Sample>();
    for (const { labels } of this.#range(within ?? `${selector}[${LOOKBACK / 1000}s]`, this.#now())) {
      const kept = Object.fromEntries(keys.split(', ').map(key => [key, labels[key] ?? '']));
      groups.set(seriesKey(kept), { labels: kept, value: (groups.get(seriesKey(kept))?.value ?? 0) + 1 });
    }
    return [...groups.values()];
  }

  #range(expression: string, end: number): Series[] {
    const [, selector, length, unit, step] = /^(\{.*\})\[(\d+)(s|d)(?::(\d+)m)?\]$/s.exec(expression) ?? [];
    if (selector === undefined) throw new Error(`the fake Prometheus does not know ${expression}`);
    const begin = end - Number(length) * (unit === 'd' ? 86_400_000 : 1000);
    const matches = matcherOf(selector);
    return [...this.#series.values()]
      .filter(({ labels }) => matches(labels))
      .map(({ labels, points }) => {
        const there = points.filter(({ arrivesAt }) => arrivesAt <= this.#now());
        if (step === undefined) return { labels, points: there.filter(({ at }) => at > begin && at <= end) };
        return { labels, points: steps(there, begin, end, Number(step) * 60_000) };
      })
      .filter(({ points }) => points.length > 0);
  }
}

/** At whole multiples of the step, each with the last sample before it. */
function steps(points: Written['points'], begin: number, end: number, step: number): { at: number; value: number }[] {
  const found: { at: number; value: number }[] = [];
  for (let at = Math.floor(begin / step + 1) * step; at <= end; at += step) {
    const last = points.filter(point => point.at > at - LOOKBACK && point.at <= at).at(-1);
    if (last) found.push({ at, value: last.value });
  }
  return found;
}

function matcherOf(selector: string): (labels: Labels) => boolean {
  const matchers = [...selector.matchAll(/(\w+)(=~|!=|=)("(?:[^"\\]|\\.)*")/g)].map(
    ([, name = '', sign, value = '']) => {
      const text = JSON.parse(value) as string;
      return (labels: Labels) => {
        const seen = labels[name] ?? '';
        if (sign === '=~') return new RegExp(`^(?:${text})$`, 's').test(seen);
        return (seen === text) === (sign === '=');
      };
    },
  );
  return labels => matchers.every(matches => matches(labels));
}
