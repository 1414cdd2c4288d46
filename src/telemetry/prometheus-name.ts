/**
 * The name under which Prometheus knows a metric that was sent over OTLP. These are the rules that the collector's
 * prometheusremotewrite exporter follows when nothing else is set, those of otlptranslator v1.0.0 with suffixes and
 * without UTF-8: https://github.com/prometheus/otlptranslator/blob/v1.0.0/metric_namer.go and unit_namer.go beside it.
 */

/** How a metric counts; `sum` is a sum that may go down too, and that Prometheus treats like a gauge. */
export const METRIC_TYPES = ['counter', 'sum', 'gauge', 'histogram'] as const;
export type MetricType = (typeof METRIC_TYPES)[number];

/** A metric as OpenTelemetry declares it. */
export interface OtlpMetric {
  readonly name: string;
  /** In the case-sensitive notation of UCUM, such as `s` or `By`; other words are taken as they are. */
  readonly unit: string;
  readonly type: MetricType;
}

const UNITS: Readonly<Record<string, string>> = {
  d: 'days',
  h: 'hours',
  min: 'minutes',
  s: 'seconds',
  ms: 'milliseconds',
  us: 'microseconds',
  ns: 'nanoseconds',
  By: 'bytes',
  KiBy: 'kibibytes',
  MiBy: 'mebibytes',
  GiBy: 'gibibytes',
  TiBy: 'tibibytes',
  KBy: 'kilobytes',
  MBy: 'megabytes',
  GBy: 'gigabytes',
  TBy: 'terabytes',
  m: 'meters',
  V: 'volts',
  A: 'amperes',
  J: 'joules',
  W: 'watts',
  g: 'grams',
  Cel: 'celsius',
  Hz: 'hertz',
  1: '',
  '%': 'percent',
};

/** After a slash, in the singular. `m` is a minute here, and a metre there. */
const PER_UNITS: Readonly<Record<string, string>> = {
  s: 'second',
  m: 'minute',
  h: 'hour',
  d: 'day',
  w: 'week',
  mo: 'month',
  y: 'year',
};

/**
 * Names a metric as Prometheus does; a histogram's series add `_bucket`, `_count` and `_sum` to that, see
 * {@link prometheusSeries}.
 *
 * @throws when nothing of the name is left
 */
export function prometheusName({ name, unit, type }: OtlpMetric): string {
  const tokens = name.split(/[^a-zA-Z0-9:]+/).filter(token => token !== '');
  const [main, per] = unitSuffixes(unit);
  // A unit that the name has already is not repeated.
  const added = [main, per].filter(suffix => suffix !== '' && !tokens.includes(suffix));
  if (added.length === 2) added[0] = added[0]?.replace(/_$/, '') ?? '';
  tokens.push(...added);
  const suffix = type === 'counter' ? 'total' : type === 'gauge' && unit === '1' ? 'ratio' : undefined;
  const named = (suffix === undefined ? tokens : [...tokens.filter(token => token !== suffix), suffix]).join('_');
  if (named === '') throw new Error(`no name for Prometheus is left of the metric ${JSON.stringify(name)}`);
  return /^\d/.test(named) ? `_${named}` : named;
}

/** The names of all series of a metric. */
export function prometheusSeries(metric: OtlpMetric): string[] {
  const name = prometheusName(metric);
  return metric.type === 'histogram' ? ['_bucket', '_count', '_sum'].map(suffix => name + suffix) : [name];
}

/**
 * The label that an attribute becomes. Rules: label_namer.go of the same otlptranslator, and `sanitizeLabelName` in
 * strconv.go beside it.
 */
export function prometheusLabel(attribute: string): string {
  const label = attribute.replaceAll(/[^a-zA-Z0-9]+/g, '_');
  return /^\d/.test(label) ? `key_${label}` : label;
}

/** Units that have a word of their own in Prometheus' names. */
export const KNOWN_UNITS: readonly string[] = Object.keys(UNITS);

function unitSuffixes(unit: string): [main: string, per: string] {
  const slash = unit.indexOf('/');
  const main = translated(slash < 0 ? unit : unit.slice(0, slash), UNITS);
  const per = translated(slash < 0 ? '' : unit.slice(slash + 1), PER_UNITS);
  return [clean(main), per === '' ? '' : clean(`per_${per}`).replace(/_$/, '').replace(/^per$/, '')];
}

/** What is in braces only annotates, and is left out. */
function translated(unit: string, words: Readonly<Record<string, string>>): string {
  const trimmed = unit.trim();
  if (/[{}]/.test(trimmed)) return '';
  return Object.hasOwn(words, trimmed) ? (words[trimmed] ?? '') : trimmed;
}

function clean(unit: string): string {
  return unit
    .replace(/[^a-zA-Z0-9:]/gu, '_')
    .replace(/__+/g, '_')
    .replace(/^_/, '');
}
