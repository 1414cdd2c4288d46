import type { LogsBackend } from './backends.ts';
import type { Expectations } from './expectations.ts';
import type { Finding } from './finding.ts';
import { shown } from './json-value.ts';
import { fieldOf, type LogRecord, readLogRecords } from './log-record.ts';
import type { SentRequest } from './traffic.ts';

/** A record may bear a time of another clock. */
const SKEW = 5 * 60_000;

type ExpectedLogs = Expectations['logs'];

export function blankLogs(logs: ExpectedLogs, sent: readonly SentRequest[]): Finding[] {
  const at = logs.place && { place: logs.place };
  return [
    { name: recordsName(sent), passed: false, ...at },
    ...logs.fields.map(field => ({ name: `log field ${field}`, passed: false, ...at })),
  ];
}

function recordsName({ length }: readonly SentRequest[]): string {
  return length < 2 ? 'a log record of the request' : `a log record of each of ${length} requests`;
}

/** Looks for log records by the ids of traces, and again only for requests of which something is missing. */
export class LogSearch {
  readonly #backend: LogsBackend;
  readonly #logs: ExpectedLogs;
  readonly #sent: readonly SentRequest[];
  /** By trace; a record that is found again is there once. */
  readonly #found = new Map<string, Map<string, LogRecord>>();

  constructor(backend: LogsBackend, logs: ExpectedLogs, sent: readonly SentRequest[]) {
    this.#backend = backend;
    this.#logs = logs;
    this.#sent = sent;
  }

  async look(): Promise<Finding[]> {
    const since = Math.min(...this.#sent.map(({ startedAt }) => startedAt)) - SKEW;
    const events = await this.#backend.events(this.#open(), since);
    for (const { message, timestamp } of events) {
      for (const record of readLogRecords(message, timestamp)) {
        const { traceId } = record;
        if (traceId === undefined || !this.#sent.some(sent => sent.traceId === traceId)) continue;
        const records = this.#found.get(traceId) ?? new Map<string, LogRecord>();
        this.#found.set(traceId, records.set(JSON.stringify(record), record));
      }
    }
    return judgeLogs(this.#logs, this.#sent, this.#records());
  }

  #open(): string[] {
    const all = this.#sent.map(({ traceId }) => traceId);
    const records = this.#records();
    const isWhole = judgeLogs(this.#logs, this.#sent, records)
      .slice(1)
      .every(({ passed }) => passed);
    return isWhole ? all.filter(id => !records.has(id)) : all;
  }

  #records(): Map<string, LogRecord[]> {
    return new Map([...this.#found].map(([id, records]) => [id, [...records.values()]]));
  }
}

/**
 * Each request has left a record. The fields of the data model are on one record of each; an attribute is on one record of
 * one request at least, because a request without a route, say, has none to tell.
 *
 * @param records by trace
 */
export function judgeLogs(
  logs: ExpectedLogs,
  sent: readonly SentRequest[],
  records: ReadonlyMap<string, readonly LogRecord[]>,
): Finding[] {
  const at = logs.place && { place: logs.place };
  const lost = sent.filter(({ traceId }) => !records.has(traceId));
  const count = `${sent.length - lost.length} of ${sent.length}`;
  const missing = lost.slice(0, 5).map(({ request, traceId }) => `${request.name} (${traceId})`);
  const more = lost.length > missing.length ? ` and ${lost.length - missing.length} more` : '';
  const all: Finding = {
    name: recordsName(sent),
    passed: lost.length === 0,
    seen: lost.length === 0 ? count : `${count}; not ${missing.join(', ')}${more}`,
    ...at,
  };
  return [all, ...logs.fields.map(field => ({ ...judgeField(field, logs, sent, records), ...at }))];
}

function judgeField(
  field: string,
  { fields }: ExpectedLogs,
  sent: readonly SentRequest[],
  records: ReadonlyMap<string, readonly LogRecord[]>,
): Finding {
  const name = `log field ${field}`;
  const found = sent.flatMap(({ request, traceId }) => {
    const own = records.get(traceId) ?? [];
    return own.length > 0 ? [{ request, own }] : [];
  });
  if (found.length === 0) return { name, passed: false };
  const isAttribute = /^(attributes|resource)\./.test(field);
  const read = ({ own }: (typeof found)[number]) =>
    fieldOf(isAttribute ? withField(own, field) : richest(own, fields), field);
  const value = found.map(read).find(one => one !== undefined);
  const without = found.filter(one => read(one) === undefined);
  const isThere = isAttribute ? value !== undefined : without.length === 0;
  if (isThere) return { name, passed: found.length > 0, seen: shown(value, 60) };
  const [first] = without;
  const record = first && richest(first.own, fields);
  const has = fields.filter(one => record && fieldOf(record, one) !== undefined);
  return {
    name,
    passed: false,
    seen: `${without.length} of ${found.length} requests without it; the record of ${first?.request.name} has ${
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

/** The record that tells most of what is expected. */
function richest(records: readonly LogRecord[], fields: readonly string[]): LogRecord {
  const told = (record: LogRecord) => fields.filter(field => fieldOf(record, field) !== undefined).length;
  return records.reduce((one, other) => (told(other) > told(one) ? other : one));
}

function withField(records: readonly LogRecord[], field: string): LogRecord {
  return records.find(record => fieldOf(record, field) !== undefined) ?? (records[0] as LogRecord);
}
