import type { ExpectedMetric } from './expectations.ts';
import type { Finding } from './finding.ts';
import { instanceOf, type Track } from './metric-history.ts';
import { countingTracks, isCertain, type Picture, riseOf } from './metric-picture.ts';
import { type Labels, seriesKey, seriesText } from './metric-series.ts';
import { prometheusName } from './prometheus-name.ts';

/** A histogram's count and its last bucket are the same number, so that they rise alike in samples of the same time. */
export function crookedHistogram(metric: ExpectedMetric, picture: Picture): Partial<Finding> | undefined {
  if (metric.type !== 'histogram') return undefined;
  const name = prometheusName(metric);
  const named = (suffix: string) => picture.tracks.filter(({ labels }) => labels.__name__ === name + suffix);
  const buckets = new Map(named('_bucket').map(track => [withoutName(track.labels), track]));
  for (const counted of named('_count')) {
    const bucket = buckets.get(withoutName(counted.labels));
    const [one, other] = bucket ? risesInCommon(counted, bucket, picture) : [];
    if (one === other) continue;
    return {
      seen: `${seriesText(counted.labels)} rose by ${one}, its bucket le="+Inf" by ${other}`,
      cause: 'The histogram contradicts itself: some of its series are lost or mixed up on the way',
      fix: 'Let every instance send its own `service.instance.id`, and take away filters and relabelling that change single series',
    };
  }
  return undefined;
}

/** How far two series have risen in the samples of times at which both have one. */
function risesInCommon(one: Track, other: Track, picture: Picture): [number, number] {
  const sharedBy = (track: Track, partner: Track) => {
    const times = new Set(partner.points.map(({ at }) => at));
    return track.points.filter(({ at }) => times.has(at));
  };
  return [riseOf(one, picture, sharedBy(one, other)), riseOf(other, picture, sharedBy(other, one))];
}

function withoutName({ __name__: _, le: __, ...labels }: Labels): string {
  return seriesKey(labels);
}

/** A counter and a histogram that count the same requests under the same attributes. */
export interface Twins {
  counter: ExpectedMetric;
  histogram: ExpectedMetric;
}

export function twinsOf(metrics: readonly ExpectedMetric[]): Twins[] {
  const identity = ({ counts, attributes }: ExpectedMetric) =>
    JSON.stringify([counts === 'requests' ? counts : counts?.toSorted(), attributes.map(({ key }) => key).sort()]);
  const counting = metrics.filter(({ counts }) => counts !== undefined);
  const counters = counting.filter(({ type }) => type === 'counter');
  return counting
    .filter(({ type }) => type === 'histogram')
    .flatMap(histogram => {
      const counter = counters.find(one => identity(one) === identity(histogram));
      return counter ? [{ counter, histogram }] : [];
    });
}

export function blankTwins(twins: readonly Twins[]): Finding[] {
  return twins.map(({ counter, histogram }) => ({
    name: `metrics ${counter.name} and ${histogram.name} agree`,
    passed: false,
    place: histogram.place,
  }));
}

/** Both have risen alike in every instance, as far as there are samples of both. */
export function judgeTwins({ counter, histogram }: Twins, blank: Finding, picture: Picture): Finding {
  const all = [countingTracks(counter, picture), countingTracks(histogram, picture)] as const;
  const names = new Set(all.flat().flatMap(({ labels, points }) => (points.length > 0 ? [instanceOf(labels)] : [])));
  const rises = [...names].map(name => {
    const own = all.map(tracks => tracks.filter(({ labels }) => instanceOf(labels) === name));
    const last = Math.min(...own.map(lastOf).filter(Number.isFinite));
    const [one = 0, other = 0] = own.map(tracks =>
      tracks.reduce(
        (sum, track) =>
          sum +
          riseOf(
            track,
            picture,
            track.points.filter(({ at }) => at <= last),
          ),
        0,
      ),
    );
    return { name, one, other };
  });
  const late = isCertain(picture) ? { isFinal: true } : {};
  if (rises.length === 0) return { ...blank, seen: 'no sample of either since the traffic began', ...late };
  const odd = rises.find(({ one, other }) => one !== other);
  if (!odd) return { ...blank, passed: true, seen: `both rose by ${rises.reduce((sum, { one }) => sum + one, 0)}` };
  return {
    ...blank,
    seen: `rose by ${odd.one} and by ${odd.other}${odd.name && ` in instance ${odd.name}`}`,
    cause: 'They count the same requests, but not the same number of them',
    fix: 'Record both at the same place in the code, and check that no view or filter drops one of them',
    ...late,
  };
}

function lastOf(tracks: readonly Track[]): number {
  return Math.max(...tracks.map(({ points }) => points.at(-1)?.at ?? Number.NEGATIVE_INFINITY));
}
