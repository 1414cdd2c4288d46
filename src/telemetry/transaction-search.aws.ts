import type { JsonCall } from '../aws/json-client.aws.ts';
import type { Session } from '../aws/session.aws.ts';
import { TransientError } from '../aws/transient-error.ts';
import { UserFault } from '../runner/fault.ts';
import type { LogEvent, Segment } from './backends.ts';
import { cloudWatchLogs } from './cloudwatch-logs.aws.ts';
import { readTraceDocument } from './span-document.ts';
import { IDS_A_RETRIEVAL, retrievedSegments } from './xray-retrieval.aws.ts';

/** Where Transaction Search keeps spans: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Enable-TransactionSearch.html */
const SPAN_GROUP = 'aws/spans';
/** Ids of one run are found by one pattern, however many they are. */
const IDS_A_PATTERN = 1000;
/** Events in which a user agent is looked for. */
const MOST_EVENTS = 1000;
/** A clock may be so far behind, in milliseconds. */
const SKEW = 600_000;
/** How far ids that begin with the time may lie back, in milliseconds. */
const OLDEST = 24 * 3_600_000;

/** The traces of an account with Transaction Search: by retrievals, and where these are not allowed, from the log of spans. */
export class SearchedTraces {
  readonly #xray: JsonCall;
  readonly #session: Session;
  readonly #log: ReturnType<typeof cloudWatchLogs>;
  /** Why retrievals cannot be made. */
  #refusal: UserFault | undefined;

  constructor(xray: JsonCall, session: Session) {
    this.#xray = xray;
    this.#session = session;
    this.#log = cloudWatchLogs(session, [SPAN_GROUP]);
  }

  get idsACall(): number {
    return this.#refusal ? IDS_A_PATTERN : IDS_A_RETRIEVAL;
  }

  async segments(traceIds: readonly string[]): Promise<Segment[]> {
    const { clock } = this.#session.pacing;
    const since = sinceOf(traceIds, clock.now());
    if (!this.#refusal) {
      try {
        return await retrievedSegments(this.#xray, traceIds, since, clock);
      } catch (error) {
        if (!isRefused(error)) throw error;
        this.#refusal = error;
      }
    }
    const wanted = new Set(traceIds);
    const events = await this.#ask(log => log.events(traceIds, since));
    return spansIn(events).filter(({ traceId }) => wanted.has(traceId));
  }

  /** @param since milliseconds since the Unix epoch */
  async named(userAgent: string, since: number): Promise<string[]> {
    const events = await this.#ask(log => log.holding?.([userAgent], since, MOST_EVENTS) ?? Promise.resolve([]));
    const own = spansIn(events).filter(({ http }) => http.userAgent === userAgent);
    return [...new Set(own.map(({ traceId }) => traceId))];
  }

  notes(): string[] {
    return this.#log.notes?.() ?? [];
  }

  calls(): number {
    return this.#log.calls?.() ?? 0;
  }

  async #ask(ask: (log: ReturnType<typeof cloudWatchLogs>) => Promise<LogEvent[]>): Promise<LogEvent[]> {
    try {
      return await ask(this.#log);
    } catch (error) {
      if (!isRefused(error) || !this.#refusal) throw error;
      throw new UserFault(
        {
          what: `This account keeps its traces in CloudWatch Logs (Transaction Search), and neither way to read them is open`,
          seen: [this.#refusal, error].map(({ faults }) => faults[0]?.what ?? '').join('; '),
          fix: `Allow \`xray:StartTraceRetrieval\` and \`xray:ListRetrievedTraces\` for this role, or \`logs:FilterLogEvents\` on log group \`${SPAN_GROUP}\``,
        },
        { cause: error },
      );
    }
  }
}

function spansIn(events: readonly LogEvent[]): Segment[] {
  return events.flatMap(({ message }) => readTraceDocument(message));
}

/** Not allowed, or not known at this endpoint. */
function isRefused(error: unknown): error is UserFault {
  if (!(error instanceof UserFault) || error instanceof TransientError) return false;
  const name = error.cause instanceof Error ? error.cause.name : '';
  return /^(AccessDenied|UnknownOperation|InvalidAction|NotImplemented)/.test(name);
}

/** Ids of a run begin with its time, in seconds; of others nothing is known, so that X-Ray's longest range is taken. */
function sinceOf(traceIds: readonly string[], now: number): number {
  const begun = traceIds.map(id => Number.parseInt(id.slice(0, 8), 16) * 1000);
  const earliest = begun.reduce((a, b) => Math.min(a, b), now);
  return (earliest > now - OLDEST ? earliest : now - 6 * 3_600_000) - SKEW;
}
