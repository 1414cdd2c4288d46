import type { Container } from '../../compose/containers.ts';
import { failedStart, late, logGroup, NotReady, readinessOf, untilReady } from '../../compose/ready.ts';
import { tellingLine } from '../../compose/telling-line.ts';
import { Cancelled } from '../../runner/cancellation.ts';
import { systemClock } from '../../runner/clock.ts';
import { UserFault } from '../../runner/fault.ts';
import { type Host, inGroup } from '../../runner/host.ts';
import { configRejection } from '../../telemetry/collector-log.ts';
import { COLLECTOR } from './backends.ts';
import type { SmokeProject } from './smoke-project.ts';

/** So long containers may take to tell why they are not ready, in milliseconds. */
const ASKING = 5000;

/** So many of a container's last lines are shown, and so much of each, in characters. */
const LAST_LINES = 60;
const LONGEST_LINE = 2000;

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
    if (!isOverTime(signal)) signal.throwIfAborted();
    if (!(error instanceof UserFault || isOverTime(signal))) throw error;
    // The run's own signal may have no time left for asking why.
    const asking = AbortSignal.timeout(ASKING);
    const known = error instanceof NotReady ? error : await orSilence(asking, notReady(asking));
    throw known ? await orSilence(asking, withLastWords(known, { project }, host, asking)) : error;
  }

  /** Compose says only that a dependency has failed, and a limit only that it is reached: the containers tell why. */
  async function notReady(asking: AbortSignal): Promise<NotReady | undefined> {
    const readiness = await readinessOf(project, model, asking);
    if (readiness.is === 'failed') return failedStart(readiness.failures);
    return readiness.is === 'waiting' && isOverTime(signal) ? late(readiness.for, patience) : undefined;
  }
}

/** @throws UserFault when Docker does not answer in time */
async function orSilence<T>(asking: AbortSignal, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (!asking.aborted) throw error;
    const seen = `no answer to \`docker compose ps\` in ${ASKING / 1000} s`;
    throw new UserFault(
      { what: 'Docker does not answer', seen, fix: 'Look at its engine: `docker info`' },
      { cause: error },
    );
  }
}

function isOverTime({ reason }: AbortSignal): boolean {
  return reason instanceof Cancelled && reason.by === 'timeout';
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
    host.line(lines.length > 0 ? lines.map(cut).join('\n') : '(it has printed nothing)');
    host.closeGroup();
  }
  return logs;
}

function cut(line: string): string {
  return line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)} …` : line;
}
