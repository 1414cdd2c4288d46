import { jsonCaller } from '../aws/json-client.aws.ts';
import type { Session } from '../aws/session.aws.ts';
import { UserFault } from '../runner/fault.ts';
import { LOGS } from '../telemetry/cloudwatch-logs.aws.ts';

/**
 * The last lines of a log stream, oldest first; none when there is no such stream or group.
 *
 * @throws UserFault when AWS refuses it
 */
export async function lastLines(
  session: Session,
  { group, region, stream }: { group: string; region: string; stream: string },
  most: number,
): Promise<string[]> {
  const clientConfig = { ...session.clientConfig, region };
  const logs = jsonCaller(LOGS, { ...session, region, clientConfig });
  // The newest page: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html
  const input = { logGroupName: group, logStreamName: stream, limit: most, startFromHead: false };
  try {
    const { events = [] } = await logs<{ events: { message?: string }[] }>('GetLogEvents', input, ['events']);
    return events.map(({ message = '' }) => message);
  } catch (error) {
    if (error instanceof UserFault && (error.cause as Error | undefined)?.name === 'ResourceNotFoundException')
      return [];
    throw error;
  }
}
