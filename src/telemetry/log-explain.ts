import { count } from '../report/words.ts';
import { isRecord } from '../stacks/json-values.ts';
import type { LogEvent } from './backends.ts';
import { isCollectorLine } from './collector-log.ts';
import { jsonOf, shown } from './json-value.ts';
import { type LogRecord, readLogRecords } from './log-record.ts';
import { plainTraceId } from './trace-id.ts';
import { userAgentOf } from './traffic.ts';

/** An event that has the id of a trace somewhere, but not as the trace id of a record. */
export interface Mention {
  /** 32 hexadecimal digits. */
  traceId: string;
  /** The path of the value that holds it; absent where the event is no JSON. */
  key?: string;
  message: string;
}

/** In either form, within a text. */
const ANY_ID = /1-[0-9a-f]{8}-[0-9a-f]{24}|[0-9a-f]{32}/gi;

/** Where an event names traces. */
export function mentionsOf({ message }: LogEvent): Mention[] {
  const found = message.match(ANY_ID)?.flatMap(text => plainTraceId(text) ?? []) ?? [];
  const value = objectIn(message);
  return [...new Set(found)].map(traceId => {
    const key = pathTo(value, traceId);
    return { traceId, message, ...(key !== undefined && { key }) };
  });
}

function objectIn(message: string): unknown {
  const text = message.trim();
  return text.endsWith('}') ? jsonOf(text.slice(Math.max(text.indexOf('{'), 0))) : undefined;
}

/** The keys that lead to a text with this id. */
function pathTo(value: unknown, traceId: string): string | undefined {
  if (typeof value === 'string') {
    return value.match(ANY_ID)?.some(text => plainTraceId(text) === traceId) ? '' : undefined;
  }
  if (!isRecord(value) && !Array.isArray(value)) return undefined;
  for (const [key, item] of Object.entries(value)) {
    const rest = pathTo(item, traceId);
    if (rest !== undefined) return rest === '' ? key : `${key}.${rest}`;
  }
  return undefined;
}

/** What is known of the logs when records of a run are missing. */
export interface LogsSeen {
  /** Which is part of the ids, and of the user agent that the requests bore. */
  run: string;
  /** Requests without a record. */
  lost: number;
  /** All requests. */
  sent: number;
  mentions: readonly Mention[];
  /** Events since the first request that is lost; absent where the log cannot be asked for them. */
  recent: readonly LogEvent[] | undefined;
  /** So many were asked for. */
  most: number;
}

interface Explanation {
  /** One sentence without a closing full stop. */
  cause?: string;
  fix?: string;
  /** What was seen, where that is no certain cause. */
  note?: string;
}

const CORRELATE = 'Log within the active span, with the OpenTelemetry instrumentation of the logger';
const AS_JSON = 'Log JSON with `trace_id` and `span_id`';
const RAW = 'in the collector, remove `raw_log: true` from `awscloudwatchlogs`, which keeps only the body of a record';

/** Why the records of requests are not found, from what the logs hold; nothing where that tells nothing. */
export function explainMissing(seen: LogsSeen): Explanation {
  const [mention] = seen.mentions;
  if (mention) return misplaced(mention, seen);
  if (!seen.recent) return {};
  const recent = withoutCollectors(seen.recent);
  const sorted = sortEvents(recent, seen.run);
  if (recent.length === 0) return { note: 'Nothing at all has come into the logs since the first of these requests' };
  if (sorted.renamed.length > 0) return renamed(sorted.renamed);
  // Some records of this run bear its ids, so that the others are rather lost than written without.
  if (seen.lost < seen.sent) return sorted.bare.length > 0 ? { note: bareNote(sorted.bare, seen) } : {};
  if (sorted.bare.length >= Math.min(seen.lost, seen.most / 2)) return withoutId(sorted.bare, seen);
  if (sorted.foreign.length >= Math.min(seen.lost, seen.most / 2)) return foreign(sorted.foreign);
  return sorted.bare.length > 0 ? { note: bareNote(sorted.bare, seen) } : {};
}

/** What collectors say of themselves is no record of anybody's; a stream is of one container. */
function withoutCollectors(events: readonly LogEvent[]): LogEvent[] {
  const place = ({ source, stream }: LogEvent) => JSON.stringify([source, stream]);
  const theirs = new Set(events.filter(({ message }) => isCollectorLine(message)).map(place));
  return events.filter(event => !isCollectorLine(event.message) && (!event.stream || !theirs.has(place(event))));
}

function misplaced({ key, message }: Mention, { lost, mentions }: LogsSeen): Explanation {
  const share = `${mentions.length} of ${count(lost, 'request')}`;
  if (key === undefined) {
    return {
      cause: `The trace ids of ${share} are in the logs, but in plain text: ${quoted(message)}`,
      fix: `${AS_JSON}, so that log and trace can be joined; ${RAW}`,
    };
  }
  return {
    cause: `The trace ids of ${share} are in the logs, but in \`${key}\`, which is no field for them`,
    fix: 'Log the id as `trace_id`, with 32 hexadecimal digits, beside `span_id`',
  };
}

interface Bare {
  message: string;
  record: LogRecord | undefined;
}

interface Sorted {
  /** Of this run's requests, by their user agent, with trace ids that are not theirs. */
  renamed: string[];
  /** Ids of traces of somebody else. */
  foreign: string[];
  bare: Bare[];
}

function sortEvents(events: readonly LogEvent[], run: string): Sorted {
  const sorted: Sorted = { renamed: [], foreign: [], bare: [] };
  for (const { message, timestamp } of events) {
    const records = readLogRecords(message, timestamp);
    const traceId = records.map(record => record.traceId).find(id => id !== undefined);
    if (traceId === undefined) sorted.bare.push({ message, record: records[0] });
    else if (traceId.slice(8, 16) === run) continue;
    else (message.includes(userAgentOf(run)) ? sorted.renamed : sorted.foreign).push(traceId);
  }
  return sorted;
}

const PROPAGATE =
  'Let the application go on with the trace of a request: add `tracecontext` to `OTEL_PROPAGATORS`, and look for what replaces `traceparent` on the way';

function renamed(ids: readonly string[]): Explanation {
  return {
    cause: `Records of these requests bear other trace ids than the requests did: ${count(ids.length, 'record')}, such as one of ${ids[0]}`,
    fix: PROPAGATE,
  };
}

function foreign(ids: readonly string[]): Explanation {
  return {
    cause: `Records have come, but all of other traces: ${count(new Set(ids).size, 'trace id')} were seen, such as ${ids[0]}`,
    fix: PROPAGATE,
  };
}

function withoutId(bare: readonly Bare[], { most }: LogsSeen): Explanation {
  const [first] = bare;
  const number = `${bare.length >= most ? 'at least ' : ''}${count(bare.length, 'event')}`;
  const isPlain = bare.every(({ record }) => !record);
  return {
    cause: `Records have come, but without trace ids: ${number} since the first request, ${isPlain ? 'in plain text, ' : ''}such as ${quoted(first?.message ?? '')}`,
    fix: isPlain ? `${AS_JSON}, within the active span; ${RAW}` : CORRELATE,
  };
}

function bareNote(bare: readonly Bare[], { most }: LogsSeen): string {
  const number = `${bare.length >= most ? 'At least ' : ''}${count(bare.length, 'event')}`;
  return `${number} since the first request that is missing bear no trace id, such as ${quoted(bare[0]?.message ?? '')}`;
}

function quoted(message: string): string {
  return shown(message.trim().replaceAll(/\s+/g, ' '), 120);
}
