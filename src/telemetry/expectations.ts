import * as v from 'valibot';
import { type Fault, type Place, throwIfAny } from '../runner/fault.ts';
import { suggest } from '../runner/suggest.ts';
import { isRecord } from '../stacks/json-values.ts';
import { reservedNames } from '../stacks/reserved-names.ts';
import { type PathStep, parseYaml } from '../stacks/source-document.ts';
import {
  COUNTS_ALL,
  expectationsSchema,
  logsSchema,
  type METHODS,
  metricSchema,
  requestSchema,
  type SPAN_KINDS,
  spanSchema,
} from './expectations-schema.ts';
import { placeholderFaults } from './json-match.ts';
import type { JsonValue } from './json-value.ts';
import { type OtlpMetric, prometheusName, prometheusSeries } from './prometheus-name.ts';
import { schemaFaults } from './schema-faults.ts';

export type Method = (typeof METHODS)[number];
export type SpanKind = (typeof SPAN_KINDS)[number];

/** What an application must answer, and what must arrive of its telemetry: a `telemetry.yaml`. */
export interface Expectations {
  /** OpenTelemetry's service.name. */
  service: string;
  requests: readonly ExpectedRequest[];
  metrics: readonly ExpectedMetric[];
  spans: readonly ExpectedSpan[];
  /** Empty when nothing is expected of log records. */
  logs: { fields: readonly string[]; place?: Place };
}

export interface ExpectedRequest {
  name: string;
  method: Method;
  /** With its query; begins with `/`. */
  path: string;
  status: number;
  /** See json-match.ts. */
  json?: JsonValue;
  maxMs?: number;
  /** It leaves a trace, and a log record that carries the trace's id. */
  isTraced: boolean;
  /** So many further requests the service sends to itself while it answers; absent when it sends none. */
  selfCalls?: number;
  place: Place;
}

export interface ExpectedMetric extends OtlpMetric {
  attributes: readonly ExpectedAttribute[];
  /** Which requests it counts, by their names, or all that leave a trace; absent when it counts none. */
  counts?: typeof COUNTS_ALL | readonly string[];
  place: Place;
}

export interface ExpectedSpan {
  name: string;
  kind: SpanKind;
  attributes: readonly ExpectedAttribute[];
  place: Place;
}

export interface ExpectedAttribute {
  key: string;
  /** Compared as text, because backends keep numbers as texts or the other way round. Absent: every value will do. */
  value?: string;
}

/** Far more than any application has to say; a parser's time grows with it. */
const LARGEST = 512 * 1024;
const MOST_FAULTS = 50;

/**
 * Reads a file of expectations.
 *
 * @param file the name used in messages
 * @throws UserFault with every fault of the file, each at its line and column
 */
export function parseExpectations(text: string, file: string): Expectations {
  if (text.length > LARGEST) {
    const seen = `${text.length.toLocaleString('en')} characters`;
    throwIfAny([{ what: 'The file is too large', seen, fix: 'Give at most 524,288 characters', place: { file } }]);
  }
  const document = parseYaml(text);
  const place = (path: readonly PathStep[]): Place => ({ file, ...document.locate(path) });
  throwIfAny(
    document.faults.map(({ message, ...at }) => ({ what: `Broken YAML: ${message}`, place: { file, ...at } })),
  );
  const content = document.value;
  if (!isRecord(content)) {
    const seen = content === null ? 'an empty file' : 'something else than a mapping';
    const fix = 'Begin with `service: <name>`, then `requests`, `metrics`, `spans` and `logs`';
    throwIfAny([{ what: 'The file has no expectations', seen, fix, place: place([]) }]);
  }
  const expectations = read(content as Record<string, unknown>, place);
  throwIfAny(
    shortened([
      ...reservedNames(content, place, key => key === 'json'),
      ...schemaFaults(expectationsSchema, content, place),
      ...meaningFaults(expectations, content as Record<string, unknown>, place),
    ]),
  );
  return expectations;
}

type PlaceOf = (path: readonly PathStep[]) => Place;

/** What the schema accepts of the file; what it does not is told as a fault. */
function read(content: Record<string, unknown>, place: PlaceOf): Expectations {
  const logs = v.safeParse(logsSchema, content.logs);
  return {
    service: String(content.service),
    requests: accepted(requestSchema, content, 'requests', place).map(
      ({ 'max-ms': maxMs, traced: isTraced, 'calls-itself': selfCalls, json, ...rest }) => ({
        ...rest,
        isTraced,
        ...(selfCalls > 0 && { selfCalls }),
        ...(json !== undefined && { json: json as JsonValue }),
        ...(maxMs !== undefined && { maxMs }),
      }),
    ),
    metrics: accepted(metricSchema, content, 'metrics', place).map(metric => withCounts(withAttributes(metric))),
    spans: accepted(spanSchema, content, 'spans', place).map(withAttributes),
    logs: logs.success ? { fields: logs.output.fields, place: place(['logs']) } : { fields: [] },
  };
}

function accepted<T>(
  schema: v.GenericSchema<unknown, T>,
  content: Record<string, unknown>,
  key: string,
  place: PlaceOf,
): (T & { place: Place })[] {
  const items = content[key];
  if (!Array.isArray(items)) return [];
  return items.flatMap((item: unknown, index) => {
    const parsed = v.safeParse(schema, item);
    return parsed.success ? [{ ...parsed.output, place: place([key, index]) }] : [];
  });
}

type WrittenAttributes = readonly string[] | Readonly<Record<string, string | number | boolean>>;

function withAttributes<T extends { attributes?: WrittenAttributes | undefined }>(declared: T) {
  const { attributes = [], ...rest } = declared;
  const isList = Array.isArray as (value: WrittenAttributes) => value is readonly string[];
  const read: ExpectedAttribute[] = isList(attributes)
    ? attributes.map(key => ({ key }))
    : Object.entries(attributes).map(([key, value]) => (value === '<any>' ? { key } : { key, value: String(value) }));
  return { ...rest, attributes: read };
}

/**
 * OpenTelemetry's convention for HTTP says of one metric what it counts:
 * https://opentelemetry.io/docs/specs/semconv/http/http-metrics/#metric-httpserverrequestduration
 */
const COUNTS_REQUESTS = 'http.server.request.duration';

function withCounts<T extends OtlpMetric & { counts?: ExpectedMetric['counts'] | undefined }>(declared: T) {
  const { counts, ...rest } = declared;
  if (counts === undefined) {
    return rest.name === COUNTS_REQUESTS && isCounting(rest) ? { ...rest, counts: COUNTS_ALL } : rest;
  }
  // An empty list takes the default away.
  return counts.length === 0 ? rest : { ...rest, counts };
}

function isCounting({ type }: Pick<OtlpMetric, 'type'>): boolean {
  return type === 'counter' || type === 'histogram';
}

/** What each part allows and the whole does not. */
function meaningFaults(expectations: Expectations, content: Record<string, unknown>, place: PlaceOf): Fault[] {
  const { requests, metrics, spans, logs } = expectations;
  const isEmpty = (key: string) => content[key] === undefined || (Array.isArray(content[key]) && !content[key].length);
  const faults: Fault[] = [];
  if (['requests', 'metrics', 'spans', 'logs'].every(isEmpty)) {
    const fix = 'Add at least one of `requests`, `metrics`, `spans` and `logs`';
    faults.push({ what: 'The file expects nothing', fix, place: place([]) });
  }
  for (const [key, isUsed] of [['spans', spans.length > 0] as const, ['logs', logs.fields.length > 0] as const]) {
    const all = content.requests;
    const hasTraced = Array.isArray(all) && all.some(item => !isRecord(item) || item.traced !== false);
    if (isUsed && !hasTraced) {
      const what = `\`${key}\` cannot be proven, because no request leaves a trace`;
      const fix =
        'Add a request that does to `requests`: it is sent with an id by which its trace and records are found';
      faults.push({ what, fix, place: place([key]) });
    }
  }
  return [
    ...faults,
    ...requests.flatMap(requestFaults),
    ...repeated(
      requests,
      ({ name }) => name,
      ({ name }) => `Two requests are named \`${name}\``,
    ),
    ...metrics.flatMap(metricFaults),
    ...metrics.flatMap(metric => countFaults(metric, expectations, content)),
    ...repeated(metrics, nameOf, metric => `Two metrics come to \`${nameOf(metric)}\` in Prometheus`),
    ...repeated(
      spans,
      ({ place: _, ...span }) => JSON.stringify(span),
      ({ name }) => `The span \`${name}\` is there twice`,
    ),
    ...repeated(
      logs.fields.map((name, index) => ({ name, place: place(['logs', 'fields', index]) })),
      ({ name }) => name,
      ({ name }) => `The field \`${name}\` is there twice`,
    ),
    ...[...metrics, ...spans].flatMap(({ attributes, place }) =>
      repeated(
        attributes.map(attribute => ({ ...attribute, place })),
        ({ key }) => key,
        ({ key }) => `The attribute \`${key}\` is there twice`,
      ),
    ),
  ];
}

function requestFaults({ method, status, json, place }: ExpectedRequest): Fault[] {
  if (json === undefined) return [];
  const hasNoBody =
    method === 'HEAD' ? 'An answer to `HEAD`' : [204, 205, 304].includes(status) && `An answer ${status}`;
  const empty = hasNoBody
    ? [{ what: `${hasNoBody} has no body, so it cannot hold \`json\``, fix: 'Remove `json`', place }]
    : [];
  return [...empty, ...placeholderFaults(json).map(fault => ({ ...fault, place }))];
}

function metricFaults(metric: ExpectedMetric): Fault[] {
  const { name, place } = metric;
  if (nameOf(metric) === '')
    return [{ what: `No name for Prometheus is left of \`${name}\``, fix: 'Use letters in the name', place }];
  const suffix = /[._](?:bucket|count|sum)$/.exec(name)?.[0];
  if (metric.type === 'histogram' && suffix !== undefined) {
    const seen = `it would be looked for as ${prometheusSeries(metric).join(', ')}`;
    const fix = `Write \`${name.slice(0, -suffix.length)}\`, the name that the application gives it`;
    return [{ what: `\`${name}\` names one series of a histogram, not the histogram`, seen, fix, place }];
  }
  return [];
}

function countFaults(
  { name, type, counts, place }: ExpectedMetric,
  { requests }: Expectations,
  content: Record<string, unknown>,
): Fault[] {
  if (counts === undefined) return [];
  if (!isCounting({ type })) {
    const fix = 'Remove `counts`, or declare it as a counter or a histogram';
    return [{ what: `\`${name}\` is a ${type}, which counts no requests`, fix, place }];
  }
  // What is wrong with the requests themselves is told elsewhere.
  if (requests.length !== listed(content.requests)) return [];
  if (counts === COUNTS_ALL) {
    if (name === COUNTS_REQUESTS || requests.some(({ isTraced }) => isTraced)) return [];
    const fix = 'Add a request that does to `requests`, or remove `counts`';
    return [{ what: `\`${name}\` has nothing to count, because no request leaves a trace`, fix, place }];
  }
  const known = requests.filter(({ isTraced }) => isTraced).map(request => request.name);
  const unknown = counts.filter(one => !known.includes(one));
  return [
    ...unknown.map(one => {
      if (!requests.some(request => request.name === one))
        return { what: `\`${name}\` counts \`${one}\`, which is no request`, fix: suggest(one, known), place };
      const what = `\`${name}\` cannot count \`${one}\`, which leaves no trace: others may send the same`;
      return { what, fix: 'Take its name out of `counts`', place };
    }),
    ...repeated(
      counts.map(one => ({ one, place })),
      ({ one }) => one,
      ({ one }) => `\`${name}\` counts \`${one}\` twice`,
    ),
  ];
}

function listed(items: unknown): number {
  return Array.isArray(items) ? items.length : 0;
}

/** '' when nothing is left of it. */
function nameOf(metric: OtlpMetric): string {
  return /[a-zA-Z0-9:]/.test(metric.name) ? prometheusName(metric) : '';
}

function repeated<T extends { place: Place }>(
  items: readonly T[],
  identity: (item: T) => string,
  what: (item: T) => string,
): Fault[] {
  const seen = new Set<string>();
  return items.flatMap(item => {
    const id = identity(item);
    const isNew = !seen.has(id);
    seen.add(id);
    return isNew ? [] : [{ what: what(item), fix: 'Rename or remove one of them', place: item.place }];
  });
}

/** In the order of the file, and not more than anyone reads. */
function shortened(faults: readonly Fault[]): Fault[] {
  const at = ({ place }: Fault) => (place?.line ?? 0) * 10_000 + (place?.column ?? 0);
  const sorted = faults.toSorted((one, other) => at(one) - at(other));
  const more = sorted.length - MOST_FAULTS;
  return more > 0
    ? [...sorted.slice(0, MOST_FAULTS), { what: `There are ${more} more faults`, fix: 'Mend these first' }]
    : sorted;
}
