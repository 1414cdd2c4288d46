import { setTimeout } from 'node:timers/promises';
import { jsonCaller } from '../../aws/json-client.aws.ts';
import { openLocalSession } from '../../aws/session.aws.ts';
import { runDocker } from '../../compose/docker.docker.ts';
import { UserFault } from '../../runner/fault.ts';
import { LOGS } from '../../telemetry/cloudwatch-logs.aws.ts';

/** What is copied, and where to. */
export interface LogDriverOptions {
  /** Name or id. */
  container: string;
  /** Where CloudWatch Logs is, simulated. */
  endpoint: string;
  group: string;
  stream: string;
}

/** How long lines are gathered, in milliseconds. */
const PAUSE = 200;

/**
 * Copies what a container prints into a log group, as the log driver `awslogs` does on ECS, from its first line to its last.
 *
 * @returns what ends it, when the last line is there
 */
export async function startLogDriver({
  container,
  endpoint,
  group,
  stream,
}: LogDriverOptions): Promise<() => Promise<void>> {
  const logs = jsonCaller(LOGS, openLocalSession(endpoint, 'us-east-1'));
  await logs('CreateLogGroup', { logGroupName: group }, []).catch(unlessThere);
  await logs('CreateLogStream', { logGroupName: group, logStreamName: stream }, []).catch(unlessThere);
  const stop = new AbortController();
  const lines: { timestamp: number; message: string }[] = [];
  const onLine = (message: string) => void (message && lines.push({ timestamp: Date.now(), message }));
  const following = runDocker(['logs', '--follow', container], { signal: stop.signal, onLine }).catch(unlessStopped);
  const put = async () => {
    const logEvents = lines.splice(0);
    if (logEvents.length > 0) await logs('PutLogEvents', { logGroupName: group, logStreamName: stream, logEvents }, []);
  };
  const putting = (async () => {
    while (!stop.signal.aborted) {
      await put();
      await setTimeout(PAUSE, undefined, { signal: stop.signal }).catch(unlessStopped);
    }
  })();
  return async () => {
    stop.abort();
    await Promise.all([following, putting]);
    await put();
  };

  function unlessStopped(error: unknown): void {
    if (!stop.signal.aborted) throw error;
  }
}

function unlessThere(error: unknown): void {
  const cause = error instanceof UserFault ? error.cause : undefined;
  if (!(cause instanceof Error && cause.name === 'ResourceAlreadyExistsException')) throw error;
}
