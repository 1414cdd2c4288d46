import { count } from '../report/words.ts';
import { countedRequests } from './counted-requests.ts';
import type { ExpectedMetric } from './expectations.ts';
import type { Finding } from './finding.ts';
import { crookedHistogram } from './metric-consistency.ts';
import type { Track } from './metric-history.ts';
import {
  countEvidence,
  haveAllReported,
  isCertain,
  isFresh,
  type Picture,
  riseOfMetric,
  steadinessOf,
} from './metric-picture.ts';
import { seriesText } from './metric-series.ts';
import { prometheusLabel, prometheusSeries } from './prometheus-name.ts';
import { missingAttributes, tellMissing } from './span-match.ts';

/** What is to be found, as long as nothing is known of it. */
export function blankMetrics(metrics: readonly ExpectedMetric[]): Finding[] {
  return metrics.map(({ name, place }) => ({ name: `metric ${name}`, passed: false, place }));
}

/**
 * A metric is proven when all its series have arrived since the traffic began, one of them with all attributes, and when it
 * has risen by the requests that it counts.
 */
export function judgeMetric(metric: ExpectedMetric, blank: Finding, picture: Picture): Finding {
  const names = prometheusSeries(metric);
  const all = picture.tracks.filter(({ labels }) => names.includes(labels.__name__ ?? ''));
  const own = all.filter(track => isFresh(track, picture));
  const isOver = countedRequests(metric, picture.sent).least > 0 && isCertain(picture);
  const final = isOver ? { isFinal: true } : {};
  if (own.length === 0) return { ...blank, ...staleness(all, picture), ...final };
  const absent = names.filter(name => !own.some(({ labels }) => labels.__name__ === name));
  if (absent.length > 0) {
    const cause = `Of the histogram's series, ${absent.join(' and ')} ${absent.length > 1 ? 'are' : 'is'} missing`;
    return { ...blank, seen: seriesText(own[0]?.labels ?? {}), cause, fix: 'Declare the type that the metric has' };
  }
  const attempts = own.map(({ labels }) => ({
    labels,
    missing: missingAttributes(metric.attributes, key => labels[prometheusLabel(key)]),
  }));
  const best = attempts.reduce((one, other) => (other.missing.length < one.missing.length ? other : one));
  const seen = seriesText(best.labels);
  if (best.missing.length > 0) {
    const cause = `The metric has arrived, but no series is as expected: ${tellMissing(best.missing)}`;
    const fix = 'Record it with these attributes, or change what `attributes` expects';
    return { ...blank, seen, cause, fix, ...final };
  }
  const contradiction = crookedHistogram(metric, picture);
  if (contradiction) return { ...blank, ...contradiction, ...final };
  return { ...blank, passed: true, seen, ...judgeCount(metric, picture) };
}

/** Of series that were there, and of which nothing has come since the traffic began. */
function staleness(tracks: readonly Track[], { now }: Picture): Partial<Finding> {
  const last = Math.max(...tracks.map(({ base, points }) => points.at(-1)?.at ?? base?.at ?? Number.NEGATIVE_INFINITY));
  return Number.isFinite(last) ? { seen: `last sample ${age(now - last)} old` } : {};
}

/** `12 s`, `15 min`, `26 h`, `3 days`: whole, and in the unit that says most. */
export function age(milliseconds: number): string {
  const seconds = Math.max(Math.round(milliseconds / 1000), 0);
  if (seconds < 600) return `${seconds} s`;
  if (seconds < 2 * 3600) return `${Math.round(seconds / 60)} min`;
  return seconds < 72 * 3600 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} days`;
}

/** Nothing for a metric that has nothing to count. */
function judgeCount(metric: ExpectedMetric, picture: Picture): Partial<Finding> {
  const { least, most } = countedRequests(metric, picture.sent);
  if (most === 0) return {};
  const rise = riseOfMetric(metric, picture);
  const seen = countText(metric, picture);
  if (picture.exclusive && rise.least > most) return { passed: false, seen, isFinal: true };
  const { hasFallen, unsteady } = steadinessOf(metric, picture);
  const isEnough = rise.most >= least && unsteady.length === 0;
  // What is still to come could be too much; and a series that has fallen could fall again.
  const isSettled = (!picture.exclusive || haveAllReported(picture)) && (!hasFallen || isCertain(picture));
  const passed = isEnough && isSettled;
  return { passed, seen, ...(!passed && isCertain(picture) && { isFinal: true }) };
}

const MOST_SHOWN = 6;

/** `rose by 20 (2 instances: a 12, b 8) for 20 requests` */
function countText(metric: ExpectedMetric, picture: Picture): string {
  const { least, ownCalls } = countedRequests(metric, picture.sent);
  const { increase, byInstance } = countEvidence(metric, picture);
  const named = [...byInstance].filter(([name]) => name !== '');
  const shown = named.slice(0, MOST_SHOWN).map(([name, value]) => `${name} ${value}`);
  const more = named.length > MOST_SHOWN ? ` and ${named.length - MOST_SHOWN} more` : '';
  const who = named.length > 0 ? ` (${count(named.length, 'instance')}: ${shown.join(', ')}${more})` : '';
  const own = ownCalls > 0 ? `, ${ownCalls} of them sent by the service to itself` : '';
  return `rose by ${increase}${who} for ${count(least, 'request')}${own}`;
}
