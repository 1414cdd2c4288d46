import * as v from 'valibot';
import { METRIC_TYPES } from './prometheus-name.ts';

/**
 * The format of `telemetry.yaml`. It is declared once, here: the reader checks with it, and the JSON Schema for editors,
 * with its descriptions, is generated from it. A message says what is expected, as the end of a sentence.
 */

export const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
export const SPAN_KINDS = ['server', 'client', 'internal', 'producer', 'consumer'] as const;

/** What a log record has whatever its form, by the names of OpenTelemetry's data model. */
export const LOG_FIELDS = ['timestamp', 'severity', 'body', 'trace_id', 'span_id', 'trace_flags'] as const;

/** One line, with nothing blank at its ends. */
const NAME = /^\S(?:.{0,253}\S)?$/;

const SERVICE = 'the service.name that the application sends, a text of up to 255 characters';
const ATTRIBUTES = 'a list of keys, or a mapping from key to value';

function described<T extends v.GenericSchema>(schema: T, description: string) {
  return v.pipe(schema, v.description(description));
}

function text(expected: string) {
  return v.pipe(v.string(expected), v.regex(NAME, expected));
}

/** Unlike a strict object, it tells every key that it does not know, not only the first. */
function mapping<T extends v.ObjectEntries>(
  entries: T,
): v.GenericSchema<v.InferInput<v.ObjectSchema<T, undefined>>, v.InferOutput<v.ObjectSchema<T, undefined>>> {
  // The keys of the rest never are, so that they have no place in the type.
  return v.objectWithRest(entries, v.never(), 'a mapping') as unknown as ReturnType<typeof mapping<T>>;
}

function wholeNumber(least: number, most: number, expected: string) {
  const inRange = `${expected}, from ${least} to ${most.toLocaleString('en')}`;
  return v.pipe(v.number(inRange), v.integer(inRange), v.minValue(least, inRange), v.maxValue(most, inRange));
}

const key = text('the key of an attribute');
const attributes = v.optional(
  described(
    v.union(
      [v.array(key, ATTRIBUTES), v.record(v.string(), v.union([v.string(), v.number(), v.boolean()], 'a scalar'))],
      `${ATTRIBUTES}, which is a text, a number or a boolean`,
    ),
    'Attributes that it must have: a list of keys, or a mapping from key to value, where `<any>` takes every value',
  ),
);

export const requestSchema = mapping({
  name: described(text('a name, to tell requests apart'), 'Names the request in reports; unique'),
  method: v.optional(
    described(v.picklist(METHODS, `one of ${METHODS.join(', ')}`), 'The method of the request'),
    'GET',
  ),
  path: described(
    v.pipe(
      v.string('a path that begins with `/`'),
      v.regex(
        /^\/(?!\/)[^\s#\\]*$/,
        'a path that begins with one `/`, without spaces and `#`; its query belongs to it',
      ),
      v.maxLength(2000, 'a path of up to 2,000 characters'),
    ),
    'The path, with its query, below the base URL of the run',
  ),
  status: v.optional(
    described(
      wholeNumber(200, 599, 'the status of an answer'),
      'The status that answers it; redirects are not followed',
    ),
    200,
  ),
  json: v.optional(
    described(
      v.unknown(),
      'What the JSON of the answer holds. Of a mapping, the keys that are named; of a list, every item in order. `<string>`, `<number>`, `<boolean>`, `<array>`, `<object>` and `<any>` stand for every value of the kind',
    ),
  ),
  'max-ms': v.optional(
    described(
      wholeNumber(1, 60_000, 'milliseconds'),
      'So many milliseconds may pass from the start of the request to the last byte of its answer',
    ),
  ),
  traced: v.optional(
    described(
      v.boolean('true or false'),
      'False for a request that leaves neither a trace nor a log record, such as a health check; metrics may still count it',
    ),
    true,
  ),
  'calls-itself': v.optional(
    described(
      wholeNumber(0, 1000, 'a number of requests'),
      'So many further requests the service sends to itself while it answers this one; metrics that count requests count these too',
    ),
    0,
  ),
});

export const COUNTS_ALL = 'requests';
const COUNTS = `\`${COUNTS_ALL}\`, or a list of names of requests`;

export const metricSchema = mapping({
  name: described(
    text("the metric's name in OpenTelemetry"),
    "The metric's name in OpenTelemetry, not in Prometheus: `http.server.request.duration`",
  ),
  unit: v.optional(
    described(
      v.pipe(
        v.string('a text in quotes, such as "s" or "{request}"'),
        v.maxLength(63, 'a unit of up to 63 characters'),
      ),
      'Its unit, in quotes: "s", "By", "{request}"; absent when it has none',
    ),
    '',
  ),
  type: described(
    v.picklist(METRIC_TYPES, `one of ${METRIC_TYPES.join(', ')}`),
    'How it counts; `sum` is an UpDownCounter, which may also fall',
  ),
  attributes,
  counts: v.optional(
    described(
      v.union([v.literal(COUNTS_ALL), v.array(text('the name of a request'), COUNTS)], COUNTS),
      'Which requests a counter or histogram counts: `requests` for every one that leaves a trace, or a list of their names. It must then rise by as many as were answered. Default: `requests` for `http.server.request.duration`; other metrics count none, and must only be there and be fresh',
    ),
  ),
});

export const spanSchema = mapping({
  name: described(text('the name of a span'), "The span's name in OpenTelemetry, such as `GET /api/data`"),
  kind: described(v.picklist(SPAN_KINDS, `one of ${SPAN_KINDS.join(', ')}`), "The span's kind in OpenTelemetry"),
  attributes,
});

const LOG_FIELD = `one of ${LOG_FIELDS.join(', ')}, or \`attributes.<key>\`, or \`resource.<key>\``;
const logField = v.pipe(
  v.string(LOG_FIELD),
  v.regex(new RegExp(`^(?:${LOG_FIELDS.join('|')}|(?:attributes|resource)\\.\\S{1,255})$`), LOG_FIELD),
);

export const logsSchema = mapping({
  fields: described(
    v.pipe(v.array(logField, `a list: ${LOG_FIELD}`), v.nonEmpty('at least one field, such as `trace_id`')),
    'Fields of the log record that every request leaves, by the names of the data model: whether it came over OTLP or as a line of JSON makes no difference. An attribute may be absent from some of the records',
  ),
});

export const expectationsSchema = v.pipe(
  mapping({
    service: described(text(SERVICE), "OpenTelemetry's service.name of the application"),
    requests: v.optional(described(v.array(requestSchema, 'a list'), 'Requests that are sent to it, each once')),
    metrics: v.optional(described(v.array(metricSchema, 'a list'), 'Metrics that must arrive')),
    spans: v.optional(
      described(v.array(spanSchema, 'a list'), 'Spans that must be found in the traces of the requests'),
    ),
    logs: v.optional(described(logsSchema, 'What the log records of the requests must carry')),
  }),
  v.title('Expected telemetry'),
  v.description('What an application must answer, and the metrics, spans and log fields that must arrive when it does'),
);
