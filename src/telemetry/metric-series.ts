import type { Sample } from './backends.ts';
import { type OtlpMetric, prometheusSeries } from './prometheus-name.ts';

/** Which series are meant: those of one service, of all its instances. */
export interface RunScope {
  /** OpenTelemetry's service.name. */
  service: string;
}

export type Labels = Sample['labels'];

/** Every series of these metrics; of a histogram's buckets the last, which holds all. */
export function seriesSelector(metrics: readonly OtlpMetric[], scope: RunScope, ...matchers: string[]): string {
  const names = [...new Set(metrics.flatMap(prometheusSeries))].sort();
  return ofService([`__name__=~${alternatives(names)}`, `le=~${quoted('|\\+Inf')}`, ...matchers], scope);
}

/** Every series of the service that has a sample of the last five minutes. */
export function anyOfService(scope: RunScope): string {
  return ofService([], scope);
}

/** The names under which anything of the service has a sample of the last five minutes, each once. */
export function namesQuery(scope: RunScope): string {
  return `count by (__name__) (${ofService([], scope)})`;
}

/** Those with a sample of the last seconds, of at least one. */
export function newNamesQuery(scope: RunScope, seconds: number): string {
  return `count by (__name__) (last_over_time(${ofService([], scope)}[${Math.max(Math.ceil(seconds), 1)}s]))`;
}

/** Which services have series of these names, each with the number of them. */
export function jobsQuery(metrics: readonly OtlpMetric[]): string {
  const names = [...new Set(metrics.flatMap(prometheusSeries))].sort();
  return `count by (__name__, job) ({__name__=~${alternatives(names)}, job!=""})`;
}

function ofService(matchers: readonly string[], { service }: RunScope): string {
  // `job` is the service's name, after its namespace where it has one.
  return `{${[...matchers, `job=~${quoted(`(.+/)?${escaped(service)}`)}`].join(', ')}}`;
}

/** A regular expression, in quotes, for any of these texts. */
export function alternatives(texts: readonly string[]): string {
  return quoted(texts.map(escaped).join('|'));
}

export function quoted(text: string): string {
  return JSON.stringify(text);
}

/** For a regular expression of RE2, which matches the whole. */
function escaped(text: string): string {
  return text.replaceAll(/[\\^$.|?*+()[\]{}]/g, '\\$&');
}

/** Tells series apart. */
export function seriesKey(labels: Labels): string {
  return JSON.stringify(Object.entries(labels).sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** A series as Prometheus writes it, without the labels that every one of a service has. */
export function seriesText({ __name__ = '', job: _, instance: __, le: ___, ...labels }: Labels): string {
  const written = Object.entries(labels)
    .filter(([key]) => !key.startsWith('otel_scope_'))
    .map(([key, value]) => `${key}=${quoted(value)}`);
  return `${__name__}{${written.join(', ')}}`;
}
