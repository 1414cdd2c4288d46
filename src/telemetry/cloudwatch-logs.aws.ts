import { type JsonCall, jsonCaller } from '../aws/json-client.aws.ts';
import type { Session } from '../aws/session.aws.ts';
import { TransientError } from '../aws/transient-error.ts';
import { UserFault } from '../runner/fault.ts';
import type { LogEvent, LogsBackend } from './backends.ts';
import { logPatterns } from './log-pattern.ts';

export const LOGS = { id: 'CloudWatch Logs', target: 'Logs_20140328', host: 'logs', name: 'logs', iam: 'logs' };

/** Of an answer's members, null is what is not there. */
interface EventOfPage {
  eventId?: string | null;
  logStreamName?: string | null;
  message?: string | null;
  timestamp?: number | null;
  ingestionTime?: number | null;
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html */
interface EventsPage {
  events: EventOfPage[];
  nextToken: string;
}

/** Pages that are read for a few events of a window; each may be empty. */
const RECENT_PAGES = 5;

/**
 * Log groups of an account.
 *
 * @param groups their names; one that does not exist yet has no events
 */
export function cloudWatchLogs(session: Session, groups: readonly string[]): LogsBackend {
  let calls = 0;
  const onAttempt = () => {
    calls += 1;
  };
  const first = jsonCaller(LOGS, session, { attempts: 1, onAttempt });
  // A look with many pages must not begin again whenever one is throttled: it might never come to its end.
  const next = jsonCaller(LOGS, session, { onAttempt });
  const absent = new Set<string>();

  async function* pages(logGroupName: string, query: object): AsyncGenerator<LogEvent[]> {
    let nextToken: string | undefined;
    let last: string | undefined;
    // A page may be empty and have a token all the same: the end is where there is none, or the same again.
    do {
      const send: JsonCall = nextToken === undefined ? first : next;
      const input = { logGroupName, ...query, ...(nextToken && { nextToken }) };
      const page = await send<EventsPage>('FilterLogEvents', input, ['events', 'nextToken']);
      yield (page.events ?? []).map(event => readEvent(event, logGroupName));
      last = nextToken;
      nextToken = page.nextToken || undefined;
    } while (nextToken !== undefined && nextToken !== last);
  }

  async function filter(group: string, filterPattern: string, startTime: number): Promise<LogEvent[]> {
    const found: LogEvent[] = [];
    for await (const page of pages(group, { filterPattern, startTime })) found.push(...page);
    return found;
  }

  async function firstOf(group: string, query: object, limit: number): Promise<LogEvent[]> {
    const found: LogEvent[] = [];
    let read = 0;
    for await (const page of pages(group, { ...query, limit })) {
      found.push(...page);
      read += 1;
      if (found.length >= limit || read === RECENT_PAGES) break;
    }
    return found.slice(0, limit);
  }

  /** Asks all groups at once; an absent one is empty, because the collector makes the group with the first record. */
  async function ofGroups(ask: (group: string) => Promise<LogEvent[]>): Promise<LogEvent[]> {
    const found = await Promise.all(
      groups.map(async group => {
        try {
          const events = await ask(group);
          absent.delete(group);
          return events;
        } catch (error) {
          if (!isAbsent(error)) throw withGroup(error, group, session.region);
          absent.add(group);
          return [];
        }
      }),
    );
    return found.flat();
  }

  return {
    async events(traceIds, since) {
      const patterns = logPatterns(traceIds);
      const startTime = Math.max(Math.floor(since), 0);
      return ofGroups(async group =>
        (await Promise.all(patterns.map(pattern => filter(group, pattern, startTime)))).flat(),
      );
    },
    recent: (since, most) => ofGroups(group => firstOf(group, { startTime: Math.max(Math.floor(since), 0) }, most)),
    holding: (texts, since, most) => {
      // Terms in quotes, all of which an event has to hold.
      const filterPattern = texts.map(text => JSON.stringify(text)).join(' ');
      return ofGroups(group => firstOf(group, { startTime: Math.max(Math.floor(since), 0), filterPattern }, most));
    },
    notes: () =>
      [...absent].map(
        name => `Log group \`${name}\` does not exist in ${session.region}: no record has ever been kept there`,
      ),
    calls: () => calls,
  };
}

function readEvent(event: EventOfPage, source: string): LogEvent {
  const { eventId, logStreamName, message, timestamp, ingestionTime } = event;
  return {
    message: message ?? '',
    source,
    ...(typeof timestamp === 'number' && { timestamp }),
    ...(typeof logStreamName === 'string' && { stream: logStreamName }),
    ...(typeof eventId === 'string' && { id: eventId }),
    ...(typeof ingestionTime === 'number' && { ingestedAt: ingestionTime }),
  };
}

function isAbsent(error: unknown): boolean {
  return nameOfCause(error) === 'ResourceNotFoundException';
}

function nameOfCause(error: unknown): string {
  return error instanceof UserFault && error.cause instanceof Error ? error.cause.name : '';
}

/** A refusal that concerns one group names it; what may pass, and what concerns all calls, stays as it is. */
function withGroup(error: unknown, group: string, region: string): unknown {
  if (!(error instanceof UserFault) || error instanceof TransientError) return error;
  if (!/^(AccessDenied|InvalidParameter|InvalidOperation)/.test(nameOfCause(error))) return error;
  const isDenied = nameOfCause(error).startsWith('AccessDenied');
  const fix = `Allow \`logs:FilterLogEvents\` on \`arn:aws:logs:${region}:*:log-group:${group}:*\` for this role`;
  const faults = error.faults.map(fault => ({
    ...fault,
    what: `${fault.what} for log group \`${group}\``,
    ...(isDenied && { fix }),
  }));
  return new UserFault(faults, { cause: error.cause });
}
