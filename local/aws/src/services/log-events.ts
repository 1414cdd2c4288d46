/** An event of a log stream; times are milliseconds since 1970. */
export interface LogEvent {
  timestamp: number;
  message: string;
  ingestionTime: number;
  /** Counts all events; with the timestamp, it gives their order. */
  sequence: number;
}

export interface LogStream {
  name: string;
  createdAt: number;
  /** By timestamp, then as they came. */
  events: LogEvent[];
}

/** The streams of one group, by name. */
export type LogStreams = Map<string, LogStream>;

/** So many events are kept of a stream; the oldest go first. */
const MOST_EVENTS = 100_000;

/** What stands in the log groups. */
export class LogEvents {
  /** By key of the group. */
  readonly #streams = new Map<string, LogStreams>();
  #sequence = 0;

  streams(groupKey: string): LogStreams {
    const streams = this.#streams.get(groupKey) ?? new Map<string, LogStream>();
    this.#streams.set(groupKey, streams);
    return streams;
  }

  forget(groupKey: string): void {
    this.#streams.delete(groupKey);
  }

  put(stream: LogStream, ingestionTime: number, events: readonly { timestamp: number; message: string }[]): void {
    const newest = stream.events.at(-1)?.timestamp ?? 0;
    for (const { timestamp, message } of events) {
      this.#sequence += 1;
      stream.events.push({ timestamp, message, ingestionTime, sequence: this.#sequence });
    }
    if ((events[0]?.timestamp ?? newest) < newest) stream.events.sort(byPlace);
    if (stream.events.length > MOST_EVENTS) stream.events.splice(0, stream.events.length - MOST_EVENTS);
  }
}

/** The gap after an event in the order of events; also between two of them, or before all. */
export interface Place {
  timestamp: number;
  sequence: number;
}

/** The order of events. */
export function byPlace(a: Place, b: Place): number {
  return a.timestamp - b.timestamp || a.sequence - b.sequence;
}

/** The gap before an event. */
export function placeBefore({ timestamp, sequence }: Place): Place {
  return { timestamp, sequence: sequence - 1 };
}

/** Writes a place as a token; undefined comes back for what is none. */
export function writePlace({ timestamp, sequence }: Place): string {
  return `${String(timestamp).padStart(16, '0')}${String(sequence).padStart(16, '0')}`;
}

export function readPlace(token: string): Place | undefined {
  const [, timestamp, sequence] = /^(\d{16})(\d{16})$/.exec(token) ?? [];
  if (timestamp === undefined || sequence === undefined) return undefined;
  return { timestamp: Number(timestamp), sequence: Number(sequence) };
}

/** A page holds at most so many bytes of messages ("up to 1 MB", GetLogEvents and FilterLogEvents). */
const PAGE_BYTES = 1_048_576;

/** The first of these events that fit a page: `limit` of them, and 1 MB, but always one. */
export function firstPage<T extends { message: string }>(events: readonly T[], limit: number): T[] {
  let bytes = 0;
  const page: T[] = [];
  for (const event of events) {
    bytes += Buffer.byteLength(event.message);
    if (page.length >= limit || (page.length > 0 && bytes > PAGE_BYTES)) break;
    page.push(event);
  }
  return page;
}
