import { stripVTControlCharacters } from 'node:util';
import { orAbort } from '../runner/cancellation.ts';
import { messageOf } from '../runner/fault.ts';
import type { ContainerDefinition, Service, Services, Target, Task } from './ecs.ts';
import { type FollowedService, targetsOf } from './follow-service.ts';

/** What a container of a failed task has printed last. Untrusted text, without control characters. */
export interface LogTail {
  container: string;
  group: string;
  stream: string;
  lines: readonly string[];
}

/** What speaks for why a deployment failed. */
export interface Evidence {
  /** Its failed tasks, oldest first. */
  tasks: readonly Task[];
  /** Of its task definition; none where they could not be read. */
  definitions: readonly ContainerDefinition[];
  logs: readonly LogTail[];
  /** Targets that are not healthy. */
  targets: readonly Target[];
  /** What ECS says of the service since the operation began, newest first. */
  says: readonly string[];
  /** What could not be read, and why. */
  notes: readonly string[];
}

const LINES = 20;
const LONGEST_LINE = 500;
const EVENTS = 6;
/** So many tasks, from the newest back, are asked for log lines: that of a task which never ran has none. */
const ASKED = 2;

/**
 * Reads all that tells why a service's tasks failed. What cannot be read, or not before the signal aborts, is noted, and never
 * an error.
 *
 * @param tasks that failed, oldest first
 */
export async function gatherEvidence(
  services: Services,
  { name, since, last: service, watch }: FollowedService,
  tasks: readonly Task[],
  signal: AbortSignal,
): Promise<Evidence> {
  const notes: string[] = [];
  const attempt = async <T>(what: string, read: () => Promise<T>, otherwise: T): Promise<T> => {
    try {
      return await orAbort(read(), signal);
    } catch (error) {
      const why = signal.aborted ? 'no answer in time' : messageOf(error);
      notes.push(`${what} of ${name.name} could not be read: ${why}`);
      return otherwise;
    }
  };
  const own = service?.deployments.find(({ id }) => id === watch.own);
  const definition = tasks.at(-1)?.taskDefinition ?? own?.taskDefinition;
  const [definitions, targets] = await Promise.all([
    definition ? attempt('The task definition', () => services.containers(definition), []) : [],
    attempt('The target health', () => unhealthyTargets(services, service), []),
  ]);
  const newestFirst = tasks.toReversed().slice(0, ASKED);
  const logs = await attempt('The log', () => lastWords(services, newestFirst, definitions), []);
  // What ECS said before is of other operations.
  const says = (service?.events ?? []).filter(({ at }) => at >= since).map(({ message }) => cleanLine(message));
  return { tasks, definitions, targets, logs, says: says.slice(0, EVENTS), notes };
}

async function unhealthyTargets(services: Services, service: Service | undefined): Promise<Target[]> {
  return (await targetsOf(services, service)).filter(({ state }) => state === 'unhealthy');
}

/** Of the newest task that has printed anything. */
async function lastWords(
  services: Services,
  newestFirst: readonly Task[],
  definitions: readonly ContainerDefinition[],
): Promise<LogTail[]> {
  for (const { id } of newestFirst) {
    const tails = definitions.flatMap(({ name: container, log }) => {
      if (!log) return [];
      // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html, awslogs-stream-prefix
      const at = { group: log.group, region: log.region, stream: `${log.streamPrefix}/${container}/${id}` };
      return [
        services
          .lastLines(at, LINES)
          .then(lines => ({ container, ...at, lines: lines.map(cleanLine).filter(Boolean) })),
      ];
    });
    const found = (await Promise.all(tails)).filter(({ lines }) => lines.length > 0);
    if (found.length > 0)
      return found.map(({ container, group, stream, lines }) => ({ container, group, stream, lines }));
  }
  return [];
}

/** One line of somebody else's text: no colours, no control characters, not endless. */
export function cleanLine(text: string): string {
  const line = stripVTControlCharacters(text)
    .trimEnd()
    .replaceAll(/\s*[\r\n]+\s*/g, ' ⏎ ')
    .replaceAll(/[\p{Cc}\p{Cf}]/gu, ' ')
    .trimEnd();
  return line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)} …` : line;
}

const TELLING =
  /error|exception|fatal|panic|traceback|cannot|can't|could not|failed|refused|denied|not found|missing|invalid|unhandled/i;
/** Frames of a stack trace, and what frames stand in. */
const FRAME = /^\s*(at |File "|\^|~|\}|\]|\)|Node\.js v|⏎)/;

/** The line of a log that is most likely to say why a container ended: the last one that speaks of an error, or the last one. */
export function tellingLine(lines: readonly string[]): string | undefined {
  const said = lines.filter(line => !FRAME.test(line));
  return (said.findLast(line => TELLING.test(line)) ?? said.at(-1))?.trim();
}
