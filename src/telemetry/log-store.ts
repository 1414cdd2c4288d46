import type { LogEvent } from './backends.ts';
import type { FoundRecord } from './evidence.ts';
import type { LogRecord } from './log-record.ts';
import type { SentRequest } from './traffic.ts';

/** A record, and what the log tells of the events that it was found in. */
export interface KeptRecord extends FoundRecord {
  /** By the log, not by the record: milliseconds since the Unix epoch. */
  loggedAt?: number;
  /** All streams that have it, of this log. */
  streams: readonly string[];
  /** When each of its events came, where the log tells it. */
  ingestions: readonly number[];
}

interface Entry {
  record: LogRecord;
  source?: string;
  loggedAt?: number;
  streams: Set<string>;
  /** When it came, by the event's id. */
  events: Map<string, number | undefined>;
}

/**
 * The records of a run's traces. Events of one log that bear the same time and say the very same are one record, which is there
 * as many times as there are events: an event that is read again is known by its id.
 */
export class RecordStore {
  readonly #byTrace: ReadonlyMap<string, Map<string, Entry>>;
  /** How often a record without an id was met in this look. */
  #met = new Map<string, number>();

  constructor(traceIds: readonly string[]) {
    this.#byTrace = new Map(traceIds.map(id => [id, new Map()]));
  }

  knows(traceId: string): boolean {
    return this.#byTrace.has(traceId);
  }

  /** What comes next is read anew, and may have been read before. */
  beginLook(): void {
    this.#met = new Map();
  }

  /** @param index of the record in its event, which may hold several */
  add(event: LogEvent, record: LogRecord, index: number): void {
    const entries = this.#byTrace.get(record.traceId ?? '');
    if (!entries) return;
    const { source, stream, timestamp, message, ingestedAt } = event;
    const key = [source, timestamp, index, message].join('\n');
    const entry = entries.get(key) ?? {
      record,
      ...(source !== undefined && { source }),
      ...(timestamp !== undefined && { loggedAt: timestamp }),
      streams: new Set<string>(),
      events: new Map(),
    };
    if (stream !== undefined) entry.streams.add(stream);
    entry.events.set(event.id ?? this.#nth(key), ingestedAt);
    entries.set(key, entry);
  }

  #nth(key: string): string {
    const times = (this.#met.get(key) ?? 0) + 1;
    this.#met.set(key, times);
    return `#${times}`;
  }

  /** In the order in which they were found. */
  of(traceId: string): KeptRecord[] {
    return [...(this.#byTrace.get(traceId)?.values() ?? [])].map(keptOf);
  }

  all(): { traceId: string; kept: KeptRecord }[] {
    return [...this.#byTrace.keys()].flatMap(traceId => this.of(traceId).map(kept => ({ traceId, kept })));
  }
}

function keptOf({ record, source, loggedAt, streams, events }: Entry): KeptRecord {
  const ingestions = [...events.values()].filter(at => at !== undefined);
  const [stream] = streams;
  const [ingestedAt] = ingestions;
  return {
    record,
    times: events.size,
    streams: [...streams],
    ingestions,
    ...(source !== undefined && { source }),
    ...(stream !== undefined && { stream }),
    ...(ingestedAt !== undefined && { ingestedAt }),
    ...(loggedAt !== undefined && { loggedAt }),
  };
}

/** How far a time is from a request that was under way: negative before it, 0 during it. Milliseconds. */
export function offsetOf(time: number, { startedAt, answer }: SentRequest): number {
  if (time < startedAt) return time - startedAt;
  return Math.max(time - startedAt - answer.ms, 0);
}
