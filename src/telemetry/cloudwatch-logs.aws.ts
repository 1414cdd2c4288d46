import { jsonCaller } from '../aws/json-client.aws.ts';
import type { Session } from '../aws/session.aws.ts';
import { UserFault } from '../runner/fault.ts';
import type { LogEvent, LogsBackend } from './backends.ts';
import { xrayTraceId } from './trace-id.ts';

export const LOGS = { id: 'CloudWatch Logs', target: 'Logs_20140328', host: 'logs', name: 'logs', iam: 'logs' };

interface EventsPage {
  events: { timestamp?: number; message?: string; logStreamName?: string }[];
  nextToken: string;
}

/** A pattern has up to 1,024 characters; one id takes 74 in both forms. */
const IDS_A_CALL = 13;

/**
 * Log groups of an account.
 *
 * @param groups their names; one that does not exist yet has no events
 */
export function cloudWatchLogs(session: Session, groups: readonly string[]): LogsBackend {
  const logs = jsonCaller(LOGS, session, { attempts: 1 });
  const absent = new Set<string>();

  async function filter(logGroupName: string, filterPattern: string, startTime: number): Promise<LogEvent[]> {
    const found: LogEvent[] = [];
    let nextToken: string | undefined;
    // A page may be empty and have a token all the same: the end is where there is none.
    do {
      const input = { logGroupName, filterPattern, startTime, ...(nextToken && { nextToken }) };
      const page = await logs<EventsPage>('FilterLogEvents', input, ['events', 'nextToken']);
      for (const { message = '', timestamp } of page.events ?? [])
        found.push({ message, source: logGroupName, ...(timestamp !== undefined && { timestamp }) });
      nextToken = page.nextToken || undefined;
    } while (nextToken);
    return found;
  }

  async function ofGroup(name: string, patterns: readonly string[], since: number): Promise<LogEvent[]> {
    try {
      const found = await Promise.all(patterns.map(pattern => filter(name, pattern, since)));
      absent.delete(name);
      return found.flat();
    } catch (error) {
      // The collector makes the group with the first record.
      if (!isAbsent(error)) throw error;
      absent.add(name);
      return [];
    }
  }

  return {
    async events(traceIds, since) {
      const patterns = Array.from({ length: Math.ceil(traceIds.length / IDS_A_CALL) }, (_, index) =>
        anyOf(traceIds.slice(index * IDS_A_CALL, (index + 1) * IDS_A_CALL)),
      );
      const found = await Promise.all(groups.map(group => ofGroup(group, patterns, Math.max(Math.floor(since), 0))));
      return found.flat();
    },
    notes: () =>
      [...absent].map(
        name => `Log group \`${name}\` does not exist in ${session.region}: no record has ever been kept there`,
      ),
  };
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html: `?` before a term means "or". */
function anyOf(traceIds: readonly string[]): string {
  return traceIds.flatMap(id => [`?"${id}"`, `?"${xrayTraceId(id)}"`]).join(' ');
}

function isAbsent(error: unknown): boolean {
  return error instanceof UserFault && error.cause instanceof Error && error.cause.name === 'ResourceNotFoundException';
}
