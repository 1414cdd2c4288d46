import type { Sample, Series } from './backends.ts';
import { type Point, type Restart, restartsOf, spacingOf } from './increase.ts';
import { type Labels, seriesKey } from './metric-series.ts';

/** One series, before the traffic and since. */
export interface Track {
  labels: Labels;
  /** The last sample that was there before the traffic; absent when the series was not. */
  base?: Point;
  /** Where it fell before that: another series may have its base further back. */
  fallsBefore: readonly Restart[];
  /** Samples after the base, oldest first. */
  points: readonly Point[];
}

/** Who sends, and how often. */
export interface Instance {
  /** The label; '' where there is none. */
  name: string;
  /** The time of its last sample. */
  last: number;
  /** What is usual between two exports, in milliseconds; absent as long as that cannot be said. */
  interval?: number;
}

/** What was read of series, in any order and as often as one likes. */
export class MetricHistory {
  readonly #tracks = new Map<string, { labels: Labels; base?: Point; points: Map<number, number> }>();
  /** What is usual between samples of each series, by instance; learnt where most samples were seen. */
  readonly #spacings = new Map<string, Map<string, { gap: number; samples: number }>>();
  /** Series that were not there before the traffic, so far as has been looked. */
  readonly #unplaced = new Set<string>();
  readonly #since: number;

  /**
   * @param before what is there before the traffic
   * @param since where that begins, in milliseconds since the Unix epoch: what was found further back is older
   */
  constructor(before: readonly Series[], since: number) {
    this.#since = since;
    for (const { labels, points } of before) {
      const numbers = points.filter(isNumber);
      const base = numbers.at(-1);
      if (!base) continue;
      const all = new Map(numbers.map(({ at, value }) => [at, value]));
      this.#tracks.set(seriesKey(labels), { labels, base, points: all });
      this.#learnSpacing(labels, points);
    }
  }

  add(read: readonly Series[]): void {
    for (const { labels, points } of read) {
      const key = seriesKey(labels);
      const numbers = points.filter(isNumber);
      if (numbers.length === 0) continue;
      const track = this.#tracks.get(key) ?? { labels, points: new Map<number, number>() };
      for (const { at, value } of numbers) track.points.set(at, value);
      if (!this.#tracks.has(key)) this.#unplaced.add(key);
      this.#tracks.set(key, track);
      this.#learnSpacing(labels, points);
    }
  }

  /** Series that have appeared with more than 0, of which it is not known whether they were there long before. */
  unplaced(): Labels[] {
    const tracks = [...this.#unplaced].flatMap(key => this.#tracks.get(key) ?? []);
    return tracks.filter(({ points }) => [...points.values()].some(value => value > 0)).map(({ labels }) => labels);
  }

  /** Takes what those series came to when they were last there, which for most is never. */
  place(old: readonly Sample[]): void {
    for (const { labels, value } of old) {
      const track = this.#tracks.get(seriesKey(labels));
      if (track && !track.base && Number.isFinite(value)) track.base = { at: this.#since, value };
    }
    this.#unplaced.clear();
  }

  tracks(): Track[] {
    return [...this.#tracks.values()].map(({ labels, base, points }) => {
      const all = [...points].map(([at, value]) => ({ at, value })).sort((one, other) => one.at - other.at);
      const end = base?.at ?? Number.NEGATIVE_INFINITY;
      const fallsBefore = restartsOf(
        undefined,
        all.filter(({ at }) => at <= end),
      );
      return { labels, ...(base && { base }), fallsBefore, points: all.filter(({ at }) => at > end) };
    });
  }

  /** Everyone of whom there is a sample, in the order of their names. */
  instances(): Instance[] {
    const last = new Map<string, number>();
    for (const { labels, points } of this.#tracks.values()) {
      const name = instanceOf(labels);
      for (const at of points.keys()) last.set(name, Math.max(last.get(name) ?? at, at));
    }
    return [...last]
      .map(([name, at]) => {
        const interval = this.#intervalOf(name);
        return { name, last: at, ...(interval !== undefined && { interval }) };
      })
      .sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  #learnSpacing(labels: Labels, points: readonly Point[]): void {
    const gap = spacingOf(points);
    const known = this.#spacings.get(instanceOf(labels)) ?? new Map<string, { gap: number; samples: number }>();
    const key = seriesKey(labels);
    if (gap === undefined || (known.get(key)?.samples ?? 0) > points.length) return;
    this.#spacings.set(instanceOf(labels), known.set(key, { gap, samples: points.length }));
  }

  /** Of most series, since a single one may be there seldom. */
  #intervalOf(name: string): number | undefined {
    const gaps = [...(this.#spacings.get(name)?.values() ?? [])].map(({ gap }) => gap);
    return gaps.sort((one, other) => one - other)[Math.floor(gaps.length / 2)];
  }
}

export function instanceOf({ instance = '' }: Labels): string {
  return instance;
}

/** Of a histogram without samples, sums may be none. */
function isNumber({ value }: Point): boolean {
  return Number.isFinite(value);
}
