import { count } from '../report/words.ts';
import type { Expectations } from './expectations.ts';
import type { Finding } from './finding.ts';
import { shown } from './json-value.ts';
import { judgeClock } from './log-clock.ts';
import { fieldOf, type LogRecord, serviceOf } from './log-record.ts';
import type { KeptRecord } from './log-store.ts';
import type { SentRequest } from './traffic.ts';

/** A request, and the records that were found of it. */
export interface RequestLogs {
  sent: SentRequest;
  records: readonly KeptRecord[];
}

type ExpectedLogs = Expectations['logs'];
type Judged = Omit<Finding, 'place'>;

/** What is to be found, as long as nothing is: the names of {@link judgeLogs}, in the same order. */
export function blankLogs(logs: ExpectedLogs, requests: number): Finding[] {
  const names = [recordsName(requests), ...logs.fields.map(fieldName), ONCE, CLOCK];
  return names.map(name => ({ name, passed: false, ...placeOf(logs) }));
}

const recordsName = (requests: number) =>
  requests < 2 ? 'a log record of the request' : `a log record of each of ${requests} requests`;
const fieldName = (field: string) => `log field ${field}`;
const ONCE = 'each log record once';
/** So far clocks may differ, in milliseconds, before it counts as a fault. */
const SKEW = 60_000;
const CLOCK = `log clock within ${SKEW / 1000} s`;

function placeOf({ place }: ExpectedLogs): Pick<Finding, 'place'> {
  return place ? { place } : {};
}

/**
 * Each request has left a record, with the fields that are expected, each record is there once, and bears the time of its
 * request. The fields of the data model are on one record of each request; an attribute is on one record of one request at least,
 * because a request without a route, say, has none to tell. Records of other services that had a part in a request are none of
 * this service's.
 */
export function judgeLogs(logs: ExpectedLogs, requests: readonly RequestLogs[], service: string): Finding[] {
  const own = requests.map(({ sent, records }) => ({ sent, records: ofService(records, service) }));
  const judged: Judged[] = [
    judgeRecords(own, requests, service),
    ...logs.fields.map(field => judgeField(field, logs, own)),
    judgeTimes(requests),
    { name: CLOCK, ...judgeClock(own, SKEW) },
  ];
  return judged.map(finding => ({ ...finding, ...placeOf(logs) }));
}

/** What does not say whose it is, is taken for the service's own. */
function ofService(records: readonly KeptRecord[], service: string): KeptRecord[] {
  return records.filter(({ record }) => (serviceOf(record) ?? service) === service);
}

/** Everything that is expected of each request's records is there; attributes are not expected of each. */
export function isWhole({ fields }: ExpectedLogs, all: readonly KeptRecord[], service: string): boolean {
  const records = ofService(all, service);
  if (records.length === 0) return false;
  const best = richest(recordsOf(records), fields);
  return fields.every(field => isAttribute(field) || fieldOf(best, field) !== undefined);
}

const TOLD = 5;

function judgeRecords(requests: readonly RequestLogs[], all: readonly RequestLogs[], service: string): Judged {
  const lost = requests.filter(({ records }) => records.length === 0);
  const name = recordsName(requests.length);
  const figure = `${requests.length - lost.length} of ${requests.length}`;
  if (lost.length === 0) return { name, passed: true, seen: figure };
  const finding = { name, passed: false, seen: `${figure}; not ${named(lost)}` };
  const ofLost = all.filter(({ sent }) => lost.some(one => one.sent === sent));
  const others = new Set(ofLost.flatMap(({ records }) => records.flatMap(({ record }) => serviceOf(record) ?? [])));
  if (others.size === 0) return finding;
  return {
    ...finding,
    cause: `Records of these requests have come, but of ${[...others].map(name => `\`${name}\``).join(', ')}, and none of \`${service}\``,
    fix: `Let the application itself log its requests, with \`OTEL_SERVICE_NAME=${service}\`, or change what is expected as \`service\``,
  };
}

/** The first of them by name and id, and how many more there are. */
function named(requests: readonly RequestLogs[]): string {
  const told = requests.slice(0, TOLD).map(({ sent }) => `${sent.request.name} (${sent.traceId})`);
  const more = requests.length - told.length;
  return `${told.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

const isAttribute = (field: string) => /^(attributes|resource)\./.test(field);

function judgeField(field: string, { fields }: ExpectedLogs, requests: readonly RequestLogs[]): Judged {
  const name = fieldName(field);
  const found = requests.filter(({ records }) => records.length > 0);
  if (found.length === 0) return { name, passed: false };
  const read = ({ records }: RequestLogs) => {
    const all = recordsOf(records);
    return fieldOf(isAttribute(field) ? withField(all, field) : richest(all, fields), field);
  };
  const values = found.map(read);
  const value = values.find(one => one !== undefined);
  const without = found.filter((_, index) => values[index] === undefined);
  const isThere = isAttribute(field) ? value !== undefined : without.length === 0;
  if (isThere) return { name, passed: true, seen: shown(value, 60) };
  const [first] = without;
  const record = first && richest(recordsOf(first.records), fields);
  const has = fields.filter(one => record && fieldOf(record, one) !== undefined);
  return {
    name,
    passed: false,
    seen: `${without.length} of ${found.length} requests without it; the record of ${first?.sent.request.name} has ${
      has.length > 0 ? has.join(', ') : 'none of the fields'
    }`,
    cause: `Records have arrived, but without \`${field}\``,
    fix: ADVICE[field] ?? 'Let the application log it, or change what `fields` expects',
  };
}

const CORRELATION = 'Log within the active span, with the OpenTelemetry instrumentation of the logger';
const ADVICE: Readonly<Record<string, string>> = {
  span_id: CORRELATION,
  trace_flags: `${CORRELATION}; records of traces that are not sampled bear none`,
};

function recordsOf(records: readonly KeptRecord[]): LogRecord[] {
  return records.map(({ record }) => record);
}

/** The record that tells most of what is expected. */
function richest(records: readonly LogRecord[], fields: readonly string[]): LogRecord {
  const told = (record: LogRecord) => fields.filter(field => fieldOf(record, field) !== undefined).length;
  return records.reduce((one, other) => (told(other) > told(one) ? other : one));
}

function withField(records: readonly LogRecord[], field: string): LogRecord {
  return records.find(record => fieldOf(record, field) !== undefined) ?? (records[0] as LogRecord);
}

/** A record that is in two logs was meant to be; one that is in the same log twice was exported twice, and is paid for twice. */
function judgeTimes(requests: readonly RequestLogs[]): Judged {
  const all = requests.flatMap(({ sent, records }) => records.map(record => ({ sent, record })));
  const doubled = all.filter(({ record }) => record.times > 1);
  const [first] = doubled;
  if (!first) {
    const passed = all.length > 0;
    return { name: ONCE, passed, ...(passed && { seen: `${count(all.length, 'record')}, none twice` }) };
  }
  const { sent, record } = first;
  const group = record.source === undefined ? 'the log' : `\`${record.source}\``;
  const example = `${shown(record.record.body ?? record.record.attributes, 60)} of ${sent.request.name} (${sent.traceId})`;
  return {
    name: ONCE,
    passed: false,
    isFinal: true,
    seen: `${doubled.length} of ${count(all.length, 'record')} more than once, such as ${example}, which is in ${group} ${record.times} times`,
    cause: causeOfDoubles(group, record),
    fix: `Let one exporter in one pipeline write to ${group}; where there is only one, look for timeouts of \`PutLogEvents\` in the collector's log, because it sends such a batch again`,
  };
}

function causeOfDoubles(group: string, { streams, ingestions }: KeptRecord): string {
  if (streams.length > 1) {
    const names = streams.map(name => `\`${name}\``).join(' and ');
    return `The same records are in ${group} in several streams, ${names}: several exporters or pipelines write them`;
  }
  const apart = ingestions.length > 1 ? Math.max(...ingestions) - Math.min(...ingestions) : 0;
  const when = apart > 0 ? `, ${apart} ms apart` : '';
  return `The same records were put into ${group} more than once${when}: two exporters or pipelines write there, a batch was sent again, or the application logs each line twice`;
}
