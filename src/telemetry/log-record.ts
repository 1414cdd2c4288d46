import { isRecord } from '../stacks/json-values.ts';
import type { LOG_FIELDS } from './expectations-schema.ts';
import { jsonOf } from './json-value.ts';
import { plainTraceId } from './trace-id.ts';

/** A log record by the fields of OpenTelemetry's data model, whatever form it came in. Absent is what it does not have. */
export interface LogRecord {
  /** Milliseconds since the Unix epoch. */
  timestamp?: number;
  severity?: string;
  body?: unknown;
  /** 32 hexadecimal digits, also where the record has X-Ray's form. */
  traceId?: string;
  /** 16 hexadecimal digits. */
  spanId?: string;
  /** Bit 0: sampled. */
  traceFlags?: number;
  /** Values of mappings also by their path: `http.route` of `{ http: { route } }`. */
  attributes: Readonly<Record<string, unknown>>;
  resource: Readonly<Record<string, unknown>>;
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads the records of one line or event: OTLP in JSON, an event of the collector's awscloudwatchlogs exporter, or one line of
 * JSON as loggers print it. Empty when it is none of these.
 *
 * @param loggedAt when the log says that it was written, for records that do not say so themselves
 */
export function readLogRecords(message: string, loggedAt?: number): LogRecord[] {
  const found = jsonIn(message);
  if (!found) return [];
  if (Array.isArray(found.resourceLogs)) return found.resourceLogs.flatMap(recordsOfResource);
  // The json-file driver of Docker, and FireLens, put the line that was printed into `log`.
  const inner = typeof found.log === 'string' ? jsonIn(found.log) : undefined;
  return [recordOf(inner ?? found, undefined, loggedAt)];
}

/** The object of a line that ends with one; something may stand before it, such as a time or the name of a container. */
function jsonIn(message: string): Fields | undefined {
  const text = message.trim();
  if (!text.endsWith('}')) return undefined;
  const value = jsonOf(text.slice(Math.max(text.indexOf('{'), 0)));
  return isRecord(value) ? value : undefined;
}

/** https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding */
function recordsOfResource(item: unknown): LogRecord[] {
  if (!isRecord(item)) return [];
  const resource = isRecord(item.resource) ? attributesOf(item.resource.attributes) : {};
  return listOf(item.scopeLogs)
    .flatMap(scope => listOf(scope.logRecords))
    .map(record => recordOf(record, resource));
}

function listOf(value: unknown): Fields[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

/**
 * Where records keep a field: OTLP's own names first, then those of the exporter (`logToCWLog` in exporter.go of
 * awscloudwatchlogsexporter v0.156.0), of pino, bunyan, winston, zap, zerolog, logrus, slog, structlog, Python's logging with
 * OpenTelemetry (`otelTraceID` …), Serilog (`@t` …) and the Elastic Common Schema. The first that has a sound value counts.
 */
const SOURCES = {
  timestamp: [
    'timeUnixNano',
    'observedTimeUnixNano',
    '@timestamp',
    'timestamp',
    'time',
    'ts',
    'asctime',
    'datetime',
    '@t',
  ],
  severity: ['severityText', 'severity_text', 'severity', 'level', 'levelname', 'log.level', 'lvl', 'loglevel', '@l'],
  body: ['body', 'msg', 'message', 'event', '@m', '@mt'],
  traceId: ['traceId', 'trace_id', 'traceID', 'TraceId', 'trace.id', 'otelTraceID', 'otelTraceId'],
  spanId: ['spanId', 'span_id', 'spanID', 'SpanId', 'span.id', 'otelSpanID', 'otelSpanId'],
  traceFlags: ['traceFlags', 'trace_flags', 'flags', 'TraceFlags', 'trace.flags', 'otelTraceSampled', 'trace_sampled'],
} as const;

/** Where records have an id in the form of X-Ray. Not one of the fields, so that they count as attributes too. */
export const XRAY_ID_KEYS = [
  'xray_trace_id',
  'xrayTraceId',
  'xray.trace_id',
  'aws.xray.trace_id',
  'AWS-XRAY-TRACE-ID',
  'X-Amzn-Trace-Id',
];

/** Only the exporter has these. It leaves out flags that are 0, as OTLP's JSON may: the trace of such a span is not sampled. */
const EXPORTED = ['severity_number', 'severity_text'];

const NUMBER_SOURCES = ['severityNumber', 'severity_number', 'SeverityNumber'];

function recordOf(record: Fields, resource?: Fields, loggedAt?: number): LogRecord {
  const flat = flattened(record);
  const own = attributesOf(record.attributes ?? record.Attributes);
  const used = new Set<string>(['attributes', 'Attributes', 'resource', 'Resource', ...NUMBER_SOURCES]);
  const first = <T>(keys: readonly string[], read: (value: unknown) => T | undefined): T | undefined => {
    for (const key of keys) {
      const value = read(flat[key]);
      if (value === undefined) continue;
      used.add(key);
      return value;
    }
    return undefined;
  };
  const timestamp = first(SOURCES.timestamp, readTime) ?? loggedAt;
  const severity = first(SOURCES.severity, readSeverity) ?? nameOfNumber(NUMBER_SOURCES.map(key => flat[key]));
  const body = first(SOURCES.body, readBody);
  const traceId =
    first(SOURCES.traceId, readTraceId) ??
    XRAY_ID_KEYS.map(key => readTraceId(flat[key] ?? own[key])).find(id => id !== undefined);
  const spanId = first(SOURCES.spanId, readSpanId);
  const isOtlp = resource !== undefined || EXPORTED.some(key => record[key] !== undefined);
  const traceFlags = first(SOURCES.traceFlags, readFlags) ?? (isOtlp && spanId !== undefined ? 0 : undefined);
  const isUsed = (key: string) => [...used].some(source => key === source || key.startsWith(`${source}.`));
  const rest = Object.fromEntries(Object.entries(flat).filter(([key]) => !isUsed(key)));
  const attributes = { ...rest, ...own };
  const named = record.resource ?? record.Resource;
  return {
    ...(timestamp !== undefined && { timestamp }),
    ...(severity !== undefined && { severity }),
    ...(body !== undefined && { body }),
    ...(traceId !== undefined && { traceId }),
    ...(spanId !== undefined && { spanId }),
    ...(traceFlags !== undefined && { traceFlags }),
    attributes,
    // A printed line has one level for all that it says.
    resource: resource ?? (isRecord(named) ? attributesOf(named.attributes ?? named) : attributes),
  };
}

/** Attributes as a plain mapping; OTLP has them as a list of keys and typed values. */
function attributesOf(value: unknown): Fields {
  if (Array.isArray(value)) {
    return Object.fromEntries(listOf(value).map(item => [String(item.key), plainValue(item.value)]));
  }
  return isRecord(value) ? flattened(value) : {};
}

/** https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding: one key, which names the kind of the value. */
function plainValue(value: unknown): unknown {
  if (!isRecord(value)) return value;
  const { arrayValue, kvlistValue } = value;
  if (isRecord(arrayValue)) return listOf(arrayValue.values).map(plainValue);
  if (isRecord(kvlistValue)) return attributesOf(kvlistValue.values);
  return value.stringValue ?? value.intValue ?? value.doubleValue ?? value.boolValue ?? value.bytesValue;
}

/** With the values of mappings also under their path, joined by dots. What stands at the top wins. */
function flattened(value: Fields, prefix = ''): Record<string, unknown> {
  const nested = Object.entries(value).filter((entry): entry is [string, Fields] => isRecord(entry[1]));
  const below = nested.map(([key, item]) => flattened(item, `${prefix}${key}.`));
  const own = Object.fromEntries(Object.entries(value).map(([key, item]) => [`${prefix}${key}`, item]));
  const all: Record<string, unknown> = {};
  for (const fields of [...below, own]) Object.assign(all, fields);
  return all;
}

/** Seconds, milliseconds, microseconds and nanoseconds are told apart by their size; texts are read as dates are. */
function readTime(value: unknown): number | undefined {
  if (typeof value === 'string' && !/^\d+(\.\d+)?$/.test(value)) {
    // Python writes `2026-01-01 10:00:00,123`.
    const time = Date.parse(value.replace(/,(?=\d{3}(?!\d))/, '.'));
    return Number.isNaN(time) ? undefined : time;
  }
  const number = typeof value === 'string' ? Number(value) : value;
  if (typeof number !== 'number' || !(number > 0)) return undefined;
  if (number < 1e11) return number * 1000;
  return number < 1e14 ? number : number < 1e17 ? number / 1000 : number / 1e6;
}

/** pino and bunyan count in tens. */
const LEVELS: Readonly<Record<number, string>> = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
  60: 'fatal',
};

function readSeverity(value: unknown): string | undefined {
  if (typeof value === 'number') return LEVELS[value] ?? String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** https://opentelemetry.io/docs/specs/otel/logs/data-model/#field-severitynumber: four numbers a level. */
function nameOfNumber(values: readonly unknown[]): string | undefined {
  const number = values.map(Number).find(value => value >= 1 && value <= 24);
  return number === undefined
    ? undefined
    : ['trace', 'debug', 'info', 'warn', 'error', 'fatal'][Math.ceil(number / 4) - 1];
}

function readBody(value: unknown): unknown {
  const plain = isRecord(value) && Object.keys(value).some(key => /Value$/.test(key)) ? plainValue(value) : value;
  return plain === undefined || plain === null || plain === '' ? undefined : plain;
}

function readTraceId(value: unknown): string | undefined {
  return typeof value === 'string' ? plainTraceId(value) : undefined;
}

function readSpanId(value: unknown): string | undefined {
  return typeof value === 'string' && /^[0-9a-f]{16}$/i.test(value) && !/^0+$/.test(value)
    ? value.toLowerCase()
    : undefined;
}

/** A number, two hexadecimal digits as in `traceparent`, or whether the trace is sampled. */
function readFlags(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isInteger(value) && value >= 0 ? value : undefined;
  if (typeof value === 'boolean' || /^(true|false)$/i.test(String(value))) return /^true$/i.test(String(value)) ? 1 : 0;
  return typeof value === 'string' && /^[0-9a-f]{1,2}$/i.test(value) ? Number.parseInt(value, 16) : undefined;
}

const READ: Readonly<Record<(typeof LOG_FIELDS)[number], (record: LogRecord) => unknown>> = {
  timestamp: ({ timestamp }) => timestamp,
  severity: ({ severity }) => severity,
  body: ({ body }) => body,
  trace_id: ({ traceId }) => traceId,
  span_id: ({ spanId }) => spanId,
  trace_flags: ({ traceFlags }) => traceFlags,
};

/** What a record has of a field, by its name in a file of expectations; `undefined` when it has nothing. */
export function fieldOf(record: LogRecord, field: string): unknown {
  if (Object.hasOwn(READ, field)) return READ[field as keyof typeof READ](record);
  const [, part, key = ''] = /^(attributes|resource)\.(.*)$/.exec(field) ?? [];
  const fields = part === 'resource' ? record.resource : record.attributes;
  const value = Object.hasOwn(fields, key) ? fields[key] : undefined;
  return value === null || value === '' ? undefined : value;
}

/** Whose record it is; `undefined` where it does not say so. */
export function serviceOf({ resource }: LogRecord): string | undefined {
  const told = resource['service.name'];
  return typeof told === 'string' && told !== '' ? told : undefined;
}
