import type { Container } from '../../compose/containers.ts';
import { judge } from '../../compose/containers.ts';
import { failedStart, kindsOf, logGroup, NotReady, untilReady } from '../../compose/ready.ts';
import { tellingLine } from '../../compose/telling-line.ts';
import { systemClock } from '../../runner/clock.ts';
import { UserFault } from '../../runner/fault.ts';
import { type Host, inGroup } from '../../runner/host.ts';
import { configRejection } from '../../telemetry/collector-log.ts';
import { COLLECTOR } from './backends.ts';
import type { SmokeProject } from './smoke-project.ts';

/** So many of a container's last lines are shown. */
const LAST_LINES = 60;

/**
 * Starts the project and waits until all of it is ready.
 *
 * @param patience for the readiness of what has started, in milliseconds
 * @throws UserFault with what the failed containers said last; their logs are shown in groups
 */
export async function start(
  { project, model }: Pick<SmokeProject, 'project' | 'model'>,
  host: Host,
  { signal, patience }: { signal: AbortSignal; patience: number },
): Promise<Container[]> {
  try {
    await inGroup(host, `Start of ${project.name}`, () => project.start(signal, line => host.line(line)));
    return await untilReady(project, model, { clock: systemClock, signal, patience });
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof UserFault)) throw error;
    throw await withLastWords(await asNotReady(error), { project }, host, signal);
  }

  /** Compose says only that a dependency has failed: the containers tell why. */
  async function asNotReady(error: UserFault): Promise<UserFault> {
    if (error instanceof NotReady) return error;
    const readiness = judge(await project.containers(signal), kindsOf(model));
    return readiness.is === 'failed' ? failedStart(readiness.failures) : error;
  }
}

/** The same error with what the containers said last; their logs are shown. */
export async function withLastWords(
  error: UserFault,
  smoke: Pick<SmokeProject, 'project'>,
  host: Host,
  signal: AbortSignal,
): Promise<UserFault> {
  if (!(error instanceof NotReady)) return error;
  const words = await showLogs(smoke, error.services, host, signal);
  const faults = error.faults.map((fault, index) => {
    const lines = words[index] ?? [];
    const rejection = error.services[index] === COLLECTOR ? configRejection(lines) : undefined;
    const said = tellingLine(lines);
    return { ...fault, ...(said !== undefined && { seen: said }), ...rejection };
  });
  return new NotReady(faults, error.services);
}

/** Shows the last lines of services, a group each; gives them back in the same order. */
export async function showLogs(
  { project }: Pick<SmokeProject, 'project'>,
  services: readonly string[],
  host: Host,
  signal: AbortSignal,
): Promise<string[][]> {
  const logs = await Promise.all(services.map(service => project.logs(service, LAST_LINES, signal)));
  for (const [index, lines] of logs.entries()) {
    host.openGroup(logGroup(services[index] ?? ''));
    host.line(lines.length > 0 ? lines.join('\n') : '(it has printed nothing)');
    host.closeGroup();
  }
  return logs;
}
