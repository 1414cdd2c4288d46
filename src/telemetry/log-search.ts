import type { Clock } from '../runner/clock.ts';
import { UserFault } from '../runner/fault.ts';
import type { LogEvent, LogsBackend } from './backends.ts';
import type { LogEvidence } from './evidence.ts';
import type { Expectations } from './expectations.ts';
import type { Finding } from './finding.ts';
import { explainMissing, type Mention, mentionsOf } from './log-explain.ts';
import { blankLogs, isWhole, judgeLogs, type RequestLogs } from './log-findings.ts';
import { ingestionNote, placesNote } from './log-notes.ts';
import { readLogRecords } from './log-record.ts';
import { type KeptRecord, offsetOf, RecordStore } from './log-store.ts';
import type { Search } from './search.ts';
import type { SentRequest } from './traffic.ts';

export interface LogSearchOptions {
  backend: LogsBackend;
  /** OpenTelemetry's service.name. */
  service: string;
  /** What is expected of records. */
  logs: Expectations['logs'];
  /** Answered requests that leave a trace. */
  sent: readonly SentRequest[];
  clock: Clock;
}

/** Milliseconds. Records that bear the time of a clock which is so far behind are found, and tell of it. */
const WIDEST = 3_600_000;
/** A record's time may be so much before that of its request, beyond what the clocks are known to differ. */
const OVERLAP = 5000;
/** One look in so many asks from the beginning, for records of clocks that nothing is known of yet. */
const WIDE_EVERY = 4;
/** So many events of each log are looked at for why nothing is found. */
const RECENT = 50;

/**
 * Looks for the log records of requests by the ids of their traces, and again only as far back as something is missing. It
 * counts each event by the id that the log gives it, so that what was exported twice shows.
 */
export class LogSearch implements Search {
  readonly signal = 'logs';
  readonly #options: LogSearchOptions;
  readonly #records: RecordStore;
  readonly #mentions = new Map<string, Mention>();
  /** When everything that is expected of a request's records was there, as far as is known, by trace. */
  readonly #completeAt = new Map<string, number>();
  readonly #explained: string[] = [];
  #looks = 0;

  constructor(options: LogSearchOptions) {
    this.#options = options;
    this.#records = new RecordStore(options.sent.map(({ traceId }) => traceId));
  }

  blank(): Finding[] {
    return blankLogs(this.#options.logs, this.#options.sent.length);
  }

  /** The last look asks for everything once more: what was exported twice may come late. */
  async look(isLast: boolean): Promise<Finding[]> {
    const { backend, sent, clock } = this.#options;
    if (sent.length === 0) throw nothingSent();
    const open = isLast ? sent : this.#open();
    if (open.length > 0) {
      const events = await backend.events(
        open.map(({ traceId }) => traceId),
        this.#since(open, isLast),
      );
      this.#take(events, clock.now());
      this.#looks += 1;
    }
    return this.#judged();
  }

  async explain(findings: Finding[]): Promise<Finding[]> {
    const { backend, sent } = this.#options;
    const lost = sent.filter(({ traceId }) => this.#records.of(traceId).length === 0);
    const [first] = lost;
    if (!first) return findings;
    const since = Math.min(...lost.map(({ startedAt }) => startedAt)) - OVERLAP;
    const recent = (await backend.recent?.(since, RECENT)) ?? [];
    const mentions = [...this.#mentions.values()].filter(({ traceId }) => lost.some(one => one.traceId === traceId));
    const { cause, fix, note } = explainMissing({
      run: first.traceId.slice(8, 16),
      lost: lost.length,
      sent: sent.length,
      mentions,
      recent: backend.recent && recent,
      most: RECENT,
    });
    this.#explained.splice(0, this.#explained.length, ...(note ? [note] : []));
    if (cause === undefined) return findings;
    return findings.map(finding =>
      finding.passed || finding.cause ? finding : { ...finding, cause, ...(fix !== undefined && { fix }) },
    );
  }

  notes(): string[] {
    const requests = this.#requests();
    return [
      ...(this.#options.backend.notes?.() ?? []),
      ...this.#explained,
      ...[placesNote(requests), ingestionNote(requests, this.#completeAt)].filter(note => note !== undefined),
    ];
  }

  /** Records tell that the trace of this request was not sampled: nothing of it can be in X-Ray. */
  isUnsampled(traceId: string): boolean {
    const flags = this.#records
      .of(traceId)
      .map(({ record }) => record.traceFlags)
      .filter(one => one !== undefined);
    return flags.length > 0 && flags.every(one => (one & 1) === 0);
  }

  evidence(): { logs: LogEvidence[]; arrivals: number[] } {
    const logs = this.#options.sent.map(({ traceId }): LogEvidence => {
      const completeAt = this.#completeAt.get(traceId);
      return { traceId, records: this.#records.of(traceId), ...(completeAt !== undefined && { completeAt }) };
    });
    const arrivals = this.#options.sent.flatMap(({ traceId, startedAt, answer }) => {
      const completeAt = this.#completeAt.get(traceId);
      return completeAt === undefined ? [] : [Math.max(completeAt - startedAt - answer.ms, 0)];
    });
    return { logs, arrivals };
  }

  #requests(): RequestLogs[] {
    return this.#options.sent.map(sent => ({ sent, records: this.#records.of(sent.traceId) }));
  }

  #judged(): Finding[] {
    return judgeLogs(this.#options.logs, this.#requests(), this.#options.service);
  }

  /** Requests of which something may still come: an attribute that none has shown yet may be on a record of any. */
  #open(): readonly SentRequest[] {
    const { logs, sent } = this.#options;
    const incomplete = sent.filter(({ traceId }) => !this.#completeAt.has(traceId));
    if (incomplete.length > 0) return incomplete;
    const isOpen = this.#judged().some(({ passed, isFinal }) => !passed && !isFinal);
    return isOpen && logs.fields.length > 0 ? sent : [];
  }

  /**
   * From when on to ask. CloudWatch Logs searches by the time that an event bears, not by when it came, and events come late and
   * in any order: so it is the time of the first request that is open, by the clock that has fallen furthest behind so far.
   */
  #since(open: readonly SentRequest[], isLast: boolean): number {
    const known = this.#records.all();
    const isWide = isLast || known.length === 0 || this.#looks % WIDE_EVERY === 0;
    if (isWide) return Math.min(...this.#options.sent.map(({ startedAt }) => startedAt)) - WIDEST;
    const startedAt = new Map(this.#options.sent.map(sent => [sent.traceId, sent]));
    const behind = known.map(({ traceId, kept }) => {
      const sent = startedAt.get(traceId);
      return sent && kept.loggedAt !== undefined ? offsetOf(kept.loggedAt, sent) : 0;
    });
    const furthest = behind.reduce((one, other) => Math.min(one, other), 0);
    return Math.min(...open.map(sent => sent.startedAt)) + furthest - OVERLAP;
  }

  #take(events: readonly LogEvent[], now: number): void {
    this.#records.beginLook();
    for (const event of events) {
      const records = readLogRecords(event.message, event.timestamp);
      const own = records.filter(({ traceId }) => traceId !== undefined && this.#records.knows(traceId));
      for (const [index, record] of own.entries()) this.#records.add(event, record, index);
      if (own.length === 0) this.#takeMentions(event);
    }
    const { logs, service } = this.#options;
    for (const { sent, records } of this.#requests()) {
      if (!this.#completeAt.has(sent.traceId) && isWhole(logs, records, service))
        this.#completeAt.set(sent.traceId, this.#looks === 0 ? knownSince(records, now) : now);
    }
  }

  #takeMentions(event: LogEvent): void {
    for (const mention of mentionsOf(event)) {
      if (this.#records.knows(mention.traceId)) this.#mentions.set(mention.traceId, mention);
    }
  }
}

/**
 * When records that the first look has found were there: before it, since requests were sent for a while by then. The log tells
 * when it took them; where it does not, or by a clock that is ahead, it is the time of the look.
 */
function knownSince(records: readonly KeptRecord[], now: number): number {
  const times = records.map(({ ingestedAt = now }) => ingestedAt);
  return Math.min(Math.max(...times), now);
}

function nothingSent(): UserFault {
  return new UserFault({
    what: 'No request was answered, so there is no log record to look for',
    fix: 'Mend what keeps the application from answering',
  });
}
