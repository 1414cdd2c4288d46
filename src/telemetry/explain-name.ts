import { distance } from 'fastest-levenshtein';
import { count } from '../report/words.ts';
import type { Finding } from './finding.ts';
import { KNOWN_UNITS, METRIC_TYPES, type OtlpMetric, prometheusName, prometheusSeries } from './prometheus-name.ts';

/** How a metric's name came about. */
interface OtherName {
  /** The first of its series. */
  name: string;
  cause: string;
  fix: string;
}

/**
 * Whether the metric has arrived under a name that other settings give it: of the application, or of the collector's exporter.
 *
 * @param names of everything of the service that has arrived
 * @param others all metrics that are expected: what happened to all was done by the exporter
 */
export function explainName(
  metric: OtlpMetric,
  names: readonly string[],
  others: readonly OtlpMetric[] = [metric],
): Pick<Finding, 'cause' | 'fix'> | undefined {
  const has = (series: readonly string[]) => series.every(name => names.includes(name));
  const found = otherTranslation(metric, names, others, has) ?? otherDeclaration(metric, has);
  if (!found) return undefined;
  const cause = `It has arrived as \`${found.name}\`, ${found.cause}; expected was \`${prometheusSeries(metric)[0]}\``;
  return { cause, fix: found.fix };
}

type Has = (series: readonly string[]) => boolean;

/**
 * What the exporter's settings make of a name:
 * https://github.com/prometheus/otlptranslator/blob/v1.0.0/strategy.go and `namespace` of prometheusremotewriteexporter
 */
function otherTranslation(
  metric: OtlpMetric,
  names: readonly string[],
  others: readonly OtlpMetric[],
  has: Has,
): OtherName | undefined {
  const keep = 'Set `translation_strategy: UnderscoreEscapingWithSuffixes` for the exporter that writes to Prometheus';
  const bare = bareSeries(metric);
  const dotted = [metric.name, ...dottedNames(metric)].map(name => seriesNamed(name, metric));
  const kept = dotted.find(series => series[0] !== bare[0] && series[0] !== prometheusSeries(metric)[0] && has(series));
  if (kept) return { name: kept[0] ?? '', cause: 'with the dots of its name: the exporter keeps UTF-8', fix: keep };
  const prefix = prefixOf(prometheusSeries(metric), names);
  if (prefix !== undefined) {
    const fix = `Remove \`namespace: ${prefix}\` from the exporter that writes to Prometheus, or put it into \`name\``;
    return { name: `${prefix}_${prometheusSeries(metric)[0]}`, cause: `with the prefix \`${prefix}\``, fix };
  }
  const suffixed = others.filter(one => bareSeries(one)[0] !== prometheusSeries(one)[0]);
  const isBare = suffixed.filter(one => has(bareSeries(one))).length > 1;
  if (!isBare || !has(bare) || suffixed.some(one => has(prometheusSeries(one)))) return undefined;
  const fix = `${keep}, or remove \`add_metric_suffixes: false\` from it`;
  return { name: bare[0] ?? '', cause: 'without unit and type, as all others: the exporter adds no suffixes', fix };
}

function seriesNamed(name: string, { type }: OtlpMetric): string[] {
  return type === 'histogram' ? ['_bucket', '_count', '_sum'].map(suffix => name + suffix) : [name];
}

function bareSeries(metric: OtlpMetric): string[] {
  return seriesNamed(prometheusName({ name: metric.name, unit: '', type: 'sum' }), metric);
}

/** The name with its dots, and the suffixes that the other form has. */
function dottedNames(metric: OtlpMetric): string[] {
  const bare = prometheusName({ name: metric.name, unit: '', type: 'sum' });
  const full = prometheusName(metric);
  return full.startsWith(bare) ? [metric.name + full.slice(bare.length)] : [];
}

/** What stands before all of the series' names. */
function prefixOf(series: readonly string[], names: readonly string[]): string | undefined {
  const [first = ''] = series;
  const prefixes = names.filter(name => name.endsWith(`_${first}`)).map(name => name.slice(0, -first.length - 1));
  return prefixes.find(prefix => prefix !== '' && series.every(one => names.includes(`${prefix}_${one}`)));
}

/** The type and unit under which the metric's name gives a series that is there. */
function otherDeclaration(metric: OtlpMetric, has: Has): OtherName | undefined {
  const units = [metric.unit, '', ...KNOWN_UNITS.filter(unit => unit !== metric.unit)];
  const types = [metric.type, ...METRIC_TYPES.filter(type => type !== metric.type)];
  for (const type of types) {
    for (const unit of units) {
      const series = prometheusSeries({ name: metric.name, type, unit });
      if (!has(series)) continue;
      const unitText = unit === '' ? 'without a unit' : `in unit \`${unit}\``;
      // Braces and no unit come to the same name, which then says nothing of the unit.
      const isSameUnit = prometheusName({ ...metric, unit }) === prometheusName(metric);
      const cause = `the name of a ${type}${isSameUnit ? '' : ` ${unitText}`}`;
      const fix = 'Change `type` and `unit` to what the application declares, or the application';
      const isBare = unit === '' && !isSameUnit;
      return {
        name: series[0] ?? '',
        cause,
        fix: isBare ? `${fix}, or remove \`add_metric_suffixes: false\` from the exporter` : fix,
      };
    }
  }
  return undefined;
}

/** What has arrived instead of a metric, the nearest name first. */
export function otherMetrics(metric: OtlpMetric, names: readonly string[]): { seen: string; nearest?: string } {
  const name = prometheusName(metric);
  const metricNames = byNearness(name, baseNames(names));
  if (metricNames.length === 0) return { seen: 'no metric of this service' };
  const near = nearest(name, metricNames);
  const seen = `${count(metricNames.length, 'other metric')} of this service: ${listed(metricNames)}`;
  return { seen, ...(near !== undefined && { nearest: near }) };
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
