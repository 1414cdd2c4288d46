import { countedRequests, untracedPaths } from './counted-requests.ts';
import type { CountEvidence } from './evidence.ts';
import type { ExpectedMetric } from './expectations.ts';
import { increaseOf, type Point, type Restart, restartsOf } from './increase.ts';
import { type Instance, instanceOf, type MetricHistory, type Track } from './metric-history.ts';
import type { Labels } from './metric-series.ts';
import { prometheusName, prometheusSeries } from './prometheus-name.ts';
import type { SentRequest } from './traffic.ts';

/** All that is known of metrics at one look. */
export interface Picture {
  tracks: readonly Track[];
  /** Who sends, or did until shortly before the traffic. */
  instances: readonly Instance[];
  /** By process: when it began anew, as any of its series shows. */
  restarts: ReadonlyMap<string, readonly Restart[]>;
  sent: readonly SentRequest[];
  /** Label values that belong to requests which leave no trace. */
  untraced: ReadonlySet<string>;
  /** Nobody else sends requests meanwhile. */
  exclusive: boolean;
  /** When the traffic began, and when its last answer came, in milliseconds since the Unix epoch; these are one without any. */
  from: number;
  until: number;
  now: number;
}

/** Beyond this, an instance that sends nothing is gone: milliseconds, and so many of its intervals. */
const GONE = { after: 60_000, intervals: 6 };
/** So long after the last answer everything has been exported: milliseconds, and so many intervals. */
const SETTLED = { after: 5000, intervals: 2 };

/** @param begin when the traffic began, where there was none */
export function pictureOf(
  history: MetricHistory,
  metrics: readonly ExpectedMetric[],
  { sent, exclusive, begin, now }: { sent: readonly SentRequest[]; exclusive: boolean; begin: number; now: number },
): Picture {
  const tracks = history.tracks();
  const from = sent.length > 0 ? Math.min(...sent.map(({ startedAt }) => startedAt)) : begin;
  const until = Math.max(from, ...sent.map(({ startedAt, answer }) => startedAt + answer.ms));
  const instances = history.instances().filter(({ last, interval }) => from - last <= goneAfter(interval));
  const restarts = restartsByProcess(tracks, new Set(metrics.flatMap(risingSeries)));
  return { tracks, instances, restarts, sent, untraced: untracedPaths(sent), exclusive, from, until, now };
}

function goneAfter(interval = 0): number {
  return Math.max(GONE.after, GONE.intervals * interval);
}

function restartsByProcess(tracks: readonly Track[], rising: ReadonlySet<string>): Map<string, Restart[]> {
  const found = new Map<string, Restart[]>();
  for (const { labels, base, points, fallsBefore } of tracks) {
    const restarts = rising.has(labels.__name__ ?? '') ? [...fallsBefore, ...restartsOf(base, points)] : [];
    if (restarts.length > 0) found.set(processOf(labels), [...(found.get(processOf(labels)) ?? []), ...restarts]);
  }
  return found;
}

function processOf(labels: Labels): string {
  return JSON.stringify([labels.job, instanceOf(labels)]);
}

/** Times and sizes are never below 0, so that their sum cannot fall either; that of others may. */
const NEVER_NEGATIVE = ['ns', 'us', 'ms', 's', 'min', 'h', 'By', 'KiBy', 'MiBy'];

/** The series of a metric that fall only when their process begins anew. */
function risingSeries(metric: ExpectedMetric): string[] {
  if (metric.type !== 'counter' && metric.type !== 'histogram') return [];
  return prometheusSeries(metric).filter(name => !name.endsWith('_sum') || NEVER_NEGATIVE.includes(metric.unit));
}

export function isFresh({ points }: Track, { from }: Picture): boolean {
  return (points.at(-1)?.at ?? Number.NEGATIVE_INFINITY) >= from;
}

/** The series that count requests, but for those of requests that leave no trace. */
export function countingTracks(metric: ExpectedMetric, { tracks, untraced }: Picture): Track[] {
  const name = prometheusName(metric) + (metric.type === 'histogram' ? '_count' : '');
  const isMeant = ({ labels }: Track) =>
    labels.__name__ === name && !Object.values(labels).some(value => untraced.has(value));
  return tracks.filter(isMeant);
}

/** @param points of the series, when not all are to be looked at */
export function riseOf(track: Track, picture: Picture, points = track.points, base = track.base): number {
  return increaseOf(base, points, picture.restarts.get(processOf(track.labels)));
}

/** How far a metric has risen. */
export interface Rise {
  /** Since before the traffic. */
  most: number;
  /** Since the last sample before the first request, by the sender's clock: what was on its way by then is left out. */
  least: number;
  byInstance: ReadonlyMap<string, number>;
}

export function riseOfMetric(metric: ExpectedMetric, picture: Picture): Rise {
  const byInstance = new Map(picture.instances.map(({ name }) => [name, 0]));
  let least = 0;
  for (const track of countingTracks(metric, picture)) {
    const name = instanceOf(track.labels);
    const rise = riseOf(track, picture);
    if (byInstance.has(name) || rise > 0) byInstance.set(name, (byInstance.get(name) ?? 0) + rise);
    const { base, points } = since(track, picture.from);
    least += riseOf(track, picture, points, base);
  }
  const most = [...byInstance.values()].reduce((sum, value) => sum + value, 0);
  return { most, least, byInstance };
}

function since({ base, points }: Track, from: number): { base: Point | undefined; points: readonly Point[] } {
  const begin = points.findIndex(({ at }) => at >= from);
  const after = begin < 0 ? points.length : begin;
  return { base: points[after - 1] ?? base, points: points.slice(after) };
}

export function countEvidence(metric: ExpectedMetric, picture: Picture): CountEvidence {
  const { least, most } = countedRequests(metric, picture.sent);
  const rise = riseOfMetric(metric, picture);
  // Where it cannot be said which part of a rise came before the traffic, the part that fits best counts.
  const increase = picture.exclusive ? Math.min(rise.most, Math.max(rise.least, most)) : rise.most;
  return { metric: metric.name, expected: least, increase, byInstance: rise.byInstance };
}

/** Everybody who still sends has sent something that was taken after the last answer. */
export function haveAllReported(picture: Picture): boolean {
  return havePresent(picture, ({ last }) => last >= picture.until);
}

/**
 * Cumulative series say all in every sample: when everybody who still sends has sent something that was taken well after the
 * last answer, no later sample can bring what is missing.
 */
export function isCertain(picture: Picture): boolean {
  return havePresent(picture, ({ last, interval }) => {
    if (interval === undefined) return false;
    return last >= picture.until + Math.max(SETTLED.after, SETTLED.intervals * interval);
  });
}

function havePresent({ instances, now }: Picture, isReady: (instance: Instance) => boolean): boolean {
  const present = instances.filter(({ last, interval }) => now - last <= goneAfter(interval));
  return present.length > 0 && present.every(isReady);
}

/** Those who sent until the traffic began, and have sent nothing since. */
export function silentInstances({ instances, from }: Picture): Instance[] {
  return instances.filter(({ last }) => last < from);
}

/** Whether a series has fallen since the baseline, and whether one has fallen again and again. */
export interface Steadiness {
  hasFallen: boolean;
  /** Instances with such series: several processes write them, or what they say is no total. */
  unsteady: string[];
}

export function steadinessOf(metric: ExpectedMetric, picture: Picture): Steadiness {
  const falls = countingTracks(metric, picture).map(({ labels, base, points }) => ({
    name: instanceOf(labels),
    count: restartsOf(base, points).length,
  }));
  // A process begins anew once within a run; one that does so again and again is in no order either.
  const unsteady = new Set(falls.filter(({ count }) => count > 1).map(({ name }) => name));
  return { hasFallen: falls.some(({ count }) => count > 0), unsteady: [...unsteady] };
}
