import { distance } from 'fastest-levenshtein';
import type { MetricsBackend, Sample } from './backends.ts';
import type { ExpectedMetric } from './expectations.ts';
import type { Finding } from './finding.ts';
import {
  KNOWN_UNITS,
  METRIC_TYPES,
  type OtlpMetric,
  prometheusLabel,
  prometheusName,
  prometheusSeries,
} from './prometheus-name.ts';
import { missingAttributes, tellMissing } from './span-match.ts';

/** The resource attribute, and so the label of target_info, by which the telemetry of a run is told from any other. */
export const RUN_MARKER = 'zap_obs_run';

/** Which series are meant: those of one service, in one run or, where the whole Prometheus is the run's, all of them. */
export interface RunScope {
  service: string;
  run?: string | undefined;
}

/** What is to be found, as long as nothing is known of it. */
export function blankMetrics(metrics: readonly ExpectedMetric[]): Finding[] {
  return metrics.map(metric => ({ name: `metric ${metric.name}`, passed: false, place: metric.place }));
}

/** One look, in one query. */
export async function lookForMetrics(
  backend: MetricsBackend,
  metrics: readonly ExpectedMetric[],
  scope: RunScope,
): Promise<Finding[]> {
  const samples = await backend.query(seriesQuery(metrics, scope));
  return metrics.map((metric, index) => judgeMetric(metric, samples, blankMetrics(metrics)[index] as Finding));
}

/**
 * Every series of these metrics that belongs to the run. Its marker stands on target_info, with the same `job` and `instance`;
 * where the collector makes labels of resource attributes, on the series itself. Of a histogram's buckets one is enough.
 */
export function seriesQuery(metrics: readonly OtlpMetric[], scope: RunScope): string {
  const names = [...new Set(metrics.flatMap(prometheusSeries))].sort();
  return ofRun(`__name__=~${quoted(names.join('|'))}, le=~${quoted('|\\+Inf')}`, scope);
}

/** The names under which anything of the run has arrived, each once. */
export function namesQuery(scope: RunScope): string {
  return `count by (__name__) (${ofRun('', scope)})`;
}

/** The services of which something has arrived that bears the run's marker. */
export function servicesQuery({ run }: { run: string }): string {
  return `count by (job) (target_info{${RUN_MARKER}=${quoted(run)}})`;
}

function ofRun(matchers: string, { service, run }: RunScope): string {
  // `job` is the service's name, after its namespace where it has one.
  const selector = [matchers, `job=~${quoted(`(.+/)?${escaped(service)}`)}`].filter(part => part !== '').join(', ');
  if (run === undefined) return `{${selector}}`;
  const marker = `${RUN_MARKER}=${quoted(run)}`;
  return `{${selector}} and on (job, instance) target_info{${marker}} or {${selector}, ${marker}}`;
}

function quoted(text: string): string {
  return JSON.stringify(text);
}

/** For a regular expression of RE2, which matches the whole. */
function escaped(text: string): string {
  return text.replaceAll(/[\\^$.|?*+()[\]{}]/g, '\\$&');
}

/** A metric has arrived when all its series have, and one of them has all the attributes. */
function judgeMetric(metric: ExpectedMetric, samples: readonly Sample[], blank: Finding): Finding {
  const names = prometheusSeries(metric);
  const own = samples.filter(({ labels }) => names.includes(labels.__name__ ?? ''));
  const absent = names.filter(name => !own.some(({ labels }) => labels.__name__ === name));
  if (own.length === 0) return blank;
  if (absent.length > 0) {
    const cause = `Of the histogram's series, ${absent.join(' and ')} ${absent.length > 1 ? 'are' : 'is'} missing`;
    return { ...blank, seen: seriesText(own[0]), cause, fix: 'Declare the type that the metric has' };
  }
  const attempts = own.map(sample => ({
    sample,
    missing: missingAttributes(metric.attributes, key => sample.labels[prometheusLabel(key)]),
  }));
  const best = attempts.reduce((one, other) => (other.missing.length < one.missing.length ? other : one));
  if (best.missing.length === 0) return { ...blank, passed: true, seen: seriesText(best.sample) };
  return {
    ...blank,
    seen: seriesText(best.sample),
    cause: `The metric has arrived, but no series is as expected: ${tellMissing(best.missing)}`,
    fix: 'Record it with these attributes, or change what `attributes` expects',
  };
}

/** A series as Prometheus writes it, without the labels that every one of a service has. */
function seriesText(sample: Sample | undefined): string {
  const { __name__ = '', job: _, instance: __, le: ___, ...labels } = sample?.labels ?? {};
  const written = Object.entries(labels)
    .filter(([key]) => !key.startsWith('otel_scope_'))
    .map(([key, value]) => `${key}=${quoted(value)}`);
  return `${__name__}{${written.join(', ')}}`;
}

/** Why a metric is not there, from the names that are. */
export function explainMetric(metric: ExpectedMetric, blank: Finding, names: readonly string[]): Finding {
  const expected = prometheusSeries(metric);
  const name = prometheusName(metric);
  const metricNames = byNearness(name, baseNames(names));
  if (metricNames.length === 0) return { ...blank, seen: 'no metric of this run' };
  const seen = `${metricNames.length} other metrics of this run: ${listed(metricNames)}`;
  const other = otherDeclaration(metric, names);
  if (other) {
    const cause = `It has arrived as \`${other.name}\`, the name of ${other.told}; expected was \`${expected[0]}\``;
    return {
      ...blank,
      seen,
      cause,
      fix: 'Change `type` and `unit` to what the application declares, or the application',
    };
  }
  const near = nearest(name, metricNames);
  const cause = `The application has sent no metric that Prometheus would name \`${name}\`, though others have arrived`;
  const fix = near
    ? `Did it get another name? The nearest is \`${near}\``
    : 'Check that the code that records it ran, and that no view or filter drops it';
  return { ...blank, seen, cause, fix };
}

/** The type and unit under which the metric's name gives a series that is there. */
function otherDeclaration(metric: OtlpMetric, names: readonly string[]): { name: string; told: string } | undefined {
  const units = [metric.unit, '', ...KNOWN_UNITS.filter(unit => unit !== metric.unit)];
  const types = [metric.type, ...METRIC_TYPES.filter(type => type !== metric.type)];
  for (const type of types) {
    for (const unit of units) {
      const series = prometheusSeries({ name: metric.name, type, unit });
      if (!series.every(name => names.includes(name))) continue;
      const unitText = unit === '' ? 'without a unit' : `in unit \`${unit}\``;
      // Braces and no unit come to the same name, which then says nothing of the unit.
      const isSameUnit = prometheusName({ ...metric, unit }) === prometheusName(metric);
      return { name: series[0] ?? '', told: `a ${type}${isSameUnit ? '' : ` ${unitText}`}` };
    }
  }
  return undefined;
}

/** A histogram's three names as the one that they have in common; what every target has is left out. */
function baseNames(names: readonly string[]): string[] {
  const all = new Set(names);
  const bases = names.map(name => {
    const base = name.replace(/_(?:bucket|count|sum)$/, '');
    return all.has(`${base}_bucket`) ? base : name;
  });
  return [...new Set(bases)].filter(name => name !== 'target_info').sort();
}

function byNearness(name: string, names: readonly string[]): string[] {
  const far = new Map(names.map(one => [one, distance(name, one)]));
  return names.toSorted((a, b) => (far.get(a) ?? 0) - (far.get(b) ?? 0));
}

/** @param names the nearest first */
function nearest(name: string, [best]: readonly string[]): string | undefined {
  return best !== undefined && distance(name, best) <= Math.max(name.length, best.length) / 2 ? best : undefined;
}

const SHOWN = 5;

function listed(names: readonly string[]): string {
  const shown = names.slice(0, SHOWN).join(', ');
  return names.length > SHOWN ? `${shown} and ${names.length - SHOWN} more` : shown;
}
