import { count } from '../report/words.ts';
import { suggest } from '../runner/suggest.ts';
import type { MetricsBackend, Sample, Series } from './backends.ts';
import { countedRequests } from './counted-requests.ts';
import type { ExpectedMetric } from './expectations.ts';
import { explainName, otherMetrics } from './explain-name.ts';
import type { Finding } from './finding.ts';
import { increaseOf } from './increase.ts';
import { age } from './judge-metric.ts';
import { KNOWN_METRICS } from './known-metrics.ts';
import { type Instance, instanceOf } from './metric-history.ts';
import { countEvidence, isFresh, type Picture, silentInstances, steadinessOf } from './metric-picture.ts';
import {
  alternatives,
  jobsQuery,
  namesQuery,
  newNamesQuery,
  type RunScope,
  seriesKey,
  seriesSelector,
} from './metric-series.ts';
import { prometheusName, prometheusSeries } from './prometheus-name.ts';

export interface ExplainOptions {
  backend: MetricsBackend;
  /** In the order of the findings, which may be more. */
  metrics: readonly ExpectedMetric[];
  scope: RunScope;
  picture: Picture;
  /** When the baseline was read, in milliseconds since the Unix epoch. */
  begin: number;
}

/** So far before the baseline and after now samples are looked for whose clock is another, in milliseconds. Prometheus refuses such as are further ahead. */
const CLOCKS = 600_000;
/** Clocks that differ by less are told to be one, in milliseconds. */
const TOLERATED = { ahead: 5000, behind: 30_000 };
/** How far back the last sample of what is not sent any more is looked for. A step may be as long as Prometheus looks back. */
const LONG_AGO = '2d:5m';
const STEP = 300_000;

/** What is asked once something is missing, and never before. */
interface Known {
  /** Of the service, those with a sample of the last five minutes; and since the traffic began, but for what is expected. */
  names: readonly string[];
  newNames: readonly string[];
  /** Samples of the metrics that are missing, from before the baseline until ten minutes ahead. */
  wide: readonly Series[];
  /** Of those of them of which nothing else is known, the last. */
  old: ReadonlyMap<string, number>;
  /** Services that have series of these names. */
  others: readonly Sample[];
  /** How often collectors have failed to translate metrics meanwhile: once for each batch with such. */
  untranslated: number;
}

type Cause = Pick<Finding, 'seen' | 'cause' | 'fix'>;

/** Adds to each metric that is not proven why, and what to do about it. */
export async function explainMetrics(findings: readonly Finding[], options: ExplainOptions): Promise<Finding[]> {
  const { metrics } = options;
  const missing = metrics.filter((_, index) => isOpen(findings[index]));
  if (missing.length === 0) return [...findings];
  const known = await ask(missing, options);
  return findings.map((finding, index) => {
    const metric = metrics[index];
    return metric && isOpen(finding) ? { ...finding, ...causeOf(metric, known, options) } : finding;
  });
}

function isOpen(finding: Finding | undefined): boolean {
  return finding !== undefined && !finding.passed && finding.cause === undefined;
}

const FAILED_TRANSLATIONS = 'otelcol_exporter_prometheusremotewrite_failed_translations';

async function ask(missing: readonly ExpectedMetric[], options: ExplainOptions): Promise<Known> {
  const { backend, scope, picture, begin } = options;
  const selector = seriesSelector(missing, scope);
  const ahead = picture.now + CLOCKS;
  const window = `[${Math.ceil((ahead - begin + CLOCKS) / 1000)}s]`;
  const failures = KNOWN_METRICS.collector.metrics.filter(({ name }) => name === FAILED_TRANSLATIONS);
  // Without the suffix, too, where the exporter adds none.
  const failureNames = alternatives([FAILED_TRANSLATIONS, ...failures.map(prometheusName)]);
  const sinceTraffic = (picture.now - picture.from) / 1000;
  const [named, others, wide, failed, newNamed] = await Promise.all([
    backend.query(namesQuery(scope)),
    backend.query(jobsQuery(missing)),
    backend.range(`${selector}${window}`, ahead),
    backend.range(`{__name__=~${failureNames}}${window}`, ahead),
    backend.query(newNamesQuery(scope, sinceTraffic)),
  ]);
  const expected = new Set(options.metrics.flatMap(prometheusSeries));
  const lost = missing.filter(metric => seriesOf(metric, wide).length === 0);
  return {
    names: named.map(({ labels }) => labels.__name__ ?? ''),
    newNames: newNamed.map(({ labels }) => labels.__name__ ?? '').filter(name => !expected.has(name)),
    wide,
    others,
    untranslated: failed.reduce((sum, series) => sum + riseSince(series, begin), 0),
    old: lost.length > 0 ? await lastSamples(lost, options) : new Map(),
  };
}

function riseSince({ points }: Series, begin: number): number {
  const before = points.filter(({ at }) => at <= begin).at(-1);
  return increaseOf(
    before,
    points.filter(({ at }) => at > begin),
  );
}

function seriesOf(metric: ExpectedMetric, series: readonly Series[]): Series[] {
  const names = prometheusSeries(metric);
  return series.filter(({ labels, points }) => names.includes(labels.__name__ ?? '') && points.length > 0);
}

/** When something of these names was last sampled: first in steps, then to the millisecond. By the name of the series. */
async function lastSamples(
  metrics: readonly ExpectedMetric[],
  { backend, scope }: ExplainOptions,
): Promise<Map<string, number>> {
  const steps = await backend.range(`${seriesSelector(metrics, scope)}[${LONG_AGO}]`);
  const lastStep = new Map<string, number>();
  for (const {
    labels: { __name__ = '' },
    points,
  } of steps) {
    lastStep.set(__name__, Math.max(lastStep.get(__name__) ?? 0, points.at(-1)?.at ?? 0));
  }
  const exact = new Map<string, number>();
  await Promise.all(
    [...new Set(lastStep.values())].map(async step => {
      const names = [...lastStep].filter(([, at]) => at === step).map(([name]) => name);
      const matcher = `__name__=~${alternatives(names)}`;
      const found = await backend.range(`${seriesSelector(metrics, scope, matcher)}[${STEP / 1000}s]`, step);
      for (const {
        labels: { __name__ = '' },
        points,
      } of found) {
        exact.set(__name__, Math.max(exact.get(__name__) ?? 0, points.at(-1)?.at ?? 0));
      }
    }),
  );
  return exact;
}

function causeOf(metric: ExpectedMetric, known: Known, options: ExplainOptions): Cause {
  const { picture } = options;
  const names = prometheusSeries(metric);
  const clock = otherClock(metric, known, options);
  if (clock) return clock;
  if (picture.tracks.some(track => names.includes(track.labels.__name__ ?? '') && isFresh(track, picture))) {
    return wrongCount(metric, known, picture);
  }
  return absence(metric, known, options);
}

/** Samples go on, at a time that is not now. */
function otherClock(metric: ExpectedMetric, { wide }: Known, { picture, begin }: ExplainOptions): Cause | undefined {
  const { now, from, instances, tracks } = picture;
  const bases = new Map(tracks.map(({ labels, base }) => [seriesKey(labels), base?.at]));
  const fix = 'Set the clock of the machine on which it runs by NTP (on ECS it is), and that of this runner';
  const told = (difference: number, way: string): Cause => {
    // As exact as exports and their way let it be.
    const seconds = Math.round(difference / 5000) * 5;
    return {
      seen: `last sample at ${iso(now + (way === 'ahead of' ? difference : -difference))}, when it was ${iso(now)} here`,
      cause: `The application's clock is about ${seconds} s ${way} this runner's: its samples go on, but bear another time`,
      fix,
    };
  };
  for (const { labels, points } of seriesOf(metric, wide)) {
    const last = points.at(-1)?.at ?? now;
    if (last > now + TOLERATED.ahead) return told(last - now, 'ahead of');
    const before = bases.get(seriesKey(labels)) ?? points[0]?.at ?? last;
    const interval = instances.find(({ name }) => name === instanceOf(labels))?.interval ?? 0;
    // What has only come to its end has moved by one export at most; what goes on moves as time does.
    const hasMoved = last > before && last - before >= (now - begin) / 2 - interval;
    if (last < from && now - last >= TOLERATED.behind && hasMoved) return told(now - last, 'behind');
  }
  return undefined;
}

/** It is sent, but has not risen by what it counts. */
function wrongCount(metric: ExpectedMetric, { untranslated }: Known, picture: Picture): Cause {
  const { least, most } = countedRequests(metric, picture.sent);
  const { increase } = countEvidence(metric, picture);
  const [unsteady] = steadinessOf(metric, picture).unsteady;
  if (unsteady !== undefined) {
    const whose = unsteady === '' ? '' : ` of instance \`${unsteady}\``;
    return {
      cause: `The values${whose} fall again and again: they are counted anew for each export (delta temporality), or several processes write the same series`,
      fix: 'Set `OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE=cumulative`, and give every process its own `service.instance.id`',
    };
  }
  if (picture.exclusive && increase > most) return tooMuch(increase, least, most);
  const silent = silentInstances(picture);
  if (silent.length > 0) return silence(silent, picture);
  if (untranslated > 0) return delta(untranslated);
  const short = least - increase;
  if (short <= 0) {
    return {
      cause:
        'It has risen by enough, but what is still to come may change that: a process has begun anew, or not everybody has sent since the last answer',
      fix: 'Wait longer (`timeout`): for two export intervals after the last answer',
    };
  }
  return {
    cause: `${count(short, 'request')} of ${least} ${short === 1 ? 'was' : 'were'} counted by nobody whose metrics arrive`,
    fix: 'Check that every task sends its metrics, each with its own `service.instance.id`, and that no view, filter or relabelling takes series of single requests away',
  };
}

function tooMuch(increase: number, least: number, most: number): Cause {
  const times = increase / most;
  if (least === most && Number.isInteger(times) && times > 1) {
    return {
      cause: `Every request was counted ${times} times, or others have sent as many`,
      fix: 'Record the metric in one place: two instrumentations, or one that is set up twice, count the same request',
    };
  }
  return {
    cause: `${increase - most} more were counted than this run has sent, though it is exclusive`,
    fix: 'Keep all other traffic away meanwhile, or set `exclusive: false`',
  };
}

function silence(silent: readonly Instance[], { from }: Picture): Cause {
  const told = silent.map(
    ({ name, last }) => `\`${name}\` (last at ${iso(last)}, ${age(from - last)} before the traffic)`,
  );
  return {
    cause: `${count(silent.length, 'instance')} of the service ${silent.length === 1 ? 'has' : 'have'} sent no metrics since the traffic began: ${told.join(', ')}`,
    fix: 'Look at that task: does it run, and does its collector answer and export? What it has counted is missing',
  };
}

function delta(untranslated: number): Cause {
  return {
    cause: `The collector failed ${count(untranslated, 'time')} to translate metrics meanwhile (\`${FAILED_TRANSLATIONS}\`), as it does with delta temporality; it drops such without a word`,
    fix: 'Set `OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE=cumulative` for the application',
  };
}

/** Nothing of it has come since the traffic began. */
function absence(metric: ExpectedMetric, known: Known, options: ExplainOptions): Cause {
  const { scope, picture, metrics } = options;
  const isOthersFresh = picture.tracks.some(track => isFresh(track, picture));
  const last = lastOf(metric, known);
  if (last !== undefined)
    return { seen: oldSample(last, picture), ...stale(metric, last, isOthersFresh, known, options) };
  const { seen, nearest } = otherMetrics(metric, known.names);
  const named = explainName(metric, known.names, metrics);
  if (named) return { seen, ...named };
  if (known.untranslated > 0 && metric.type !== 'gauge') return { seen, ...delta(known.untranslated) };
  if (known.names.length === 0) return { seen, ...otherService(metric, known.others, scope) };
  return {
    seen,
    cause: `The application has sent no metric that Prometheus would name \`${prometheusName(metric)}\`, though others have arrived`,
    fix: nearest
      ? `Did it get another name? The nearest is \`${nearest}\``
      : 'Check that the code that records it ran, and that no view or filter drops it',
  };
}

function lastOf(metric: ExpectedMetric, { wide, old }: Known): number | undefined {
  const times = [
    ...seriesOf(metric, wide).flatMap(({ points }) => points.at(-1)?.at ?? []),
    ...prometheusSeries(metric).flatMap(name => old.get(name) ?? []),
  ];
  return times.length > 0 ? Math.max(...times) : undefined;
}

/** From here on, what is old is told to be of another day, in milliseconds. */
const YESTERDAY = 12 * 3600_000;

function oldSample(last: number, { now }: Picture): string {
  const old = now - last;
  return `last sample ${age(old)} old: ${old >= YESTERDAY ? "yesterday's data" : 'from before the traffic'}`;
}

/** It was there once, so that what has changed since is why. */
function stale(
  metric: ExpectedMetric,
  last: number,
  isOthersFresh: boolean,
  { newNames, untranslated }: Known,
  { picture: { from }, metrics }: ExplainOptions,
): Cause {
  const named = explainName(metric, newNames, metrics);
  if (named) return named;
  // Gauges have no temporality: they come, where totals have ended.
  if (untranslated > 0 && isOthersFresh && metric.type !== 'gauge') return delta(untranslated);
  const { nearest } = otherMetrics(metric, newNames);
  return {
    cause: `The last sample of \`${prometheusName(metric)}\` is from ${iso(last)}, ${age(from - last)} before the traffic began, and none has come since`,
    fix: nearest
      ? `Did it get another name? \`${nearest}\` has come since`
      : isOthersFresh
        ? 'Other metrics have come since: check that the code which records this one still runs, and under this name'
        : 'Check that the application still exports metrics, and that the collector forwards them to this Prometheus',
  };
}

function otherService(metric: ExpectedMetric, samples: readonly Sample[], { service }: RunScope): Cause {
  const names = prometheusSeries(metric);
  const jobs = samples
    .filter(({ labels }) => names.includes(labels.__name__ ?? ''))
    .map(({ labels }) => labels.job ?? '');
  const others = [...new Set(jobs.map(job => job.split('/').at(-1) ?? job))].filter(name => name !== service).sort();
  if (others.length === 0) return {};
  return {
    cause: `\`${service}\` has sent no metrics, but a metric of this name has arrived of ${others.map(name => `\`${name}\``).join(', ')}`,
    fix: `Set \`OTEL_SERVICE_NAME=${service}\` for the application, or change \`service\` in the expectations. ${suggest(service, others)}`,
  };
}

function iso(at: number): string {
  return new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');
}
