import type { Finished, RunDocker } from '../../../../../src/compose/docker.ts';

/** Something that happened to a container. */
export interface ContainerEvent {
  id: string;
  project: string;
  service: string;
  what: 'start' | 'die' | 'oom' | 'healthy' | 'unhealthy';
  exitCode?: number;
  /** Seconds since 1970, with the fraction that Docker gives. */
  at: string;
}

/** Of Docker's own, those that matter. https://docs.docker.com/reference/cli/docker/system/events */
const KINDS: Readonly<Record<string, ContainerEvent['what']>> = {
  start: 'start',
  die: 'die',
  oom: 'oom',
  'health_status: healthy': 'healthy',
  'health_status: unhealthy': 'unhealthy',
};

/** One line of `docker events --format '{{json .}}'`; undefined for an event that does not matter here. */
export function readEvent(line: string): ContainerEvent | undefined {
  const { Action, Actor = {}, timeNano } = JSON.parse(line);
  const what = KINDS[Action];
  const {
    'com.docker.compose.project': project,
    'com.docker.compose.service': service,
    exitCode,
  } = Actor.Attributes ?? {};
  if (!what || !project || !service) return undefined;
  const nanos = String(timeNano).padStart(10, '0');
  return {
    id: Actor.ID,
    project,
    service,
    what,
    ...(exitCode !== undefined && { exitCode: Number(exitCode) }),
    at: `${nanos.slice(0, -9)}.${nanos.slice(-9)}`,
  };
}

/**
 * Tells what happens to containers with a label, in the order in which it does, from now until the signal aborts.
 *
 * @param since seconds since 1970 from which on; what has happened before this call is told too
 */
export async function watchContainers(
  run: RunDocker,
  label: string,
  since: number,
  signal: AbortSignal,
  tell: (event: ContainerEvent) => void,
): Promise<Finished> {
  const args = ['events', '--since', since.toFixed(3), '--filter', 'type=container', '--filter', `label=${label}`];
  const onLine = (line: string) => {
    const event = line.startsWith('{') ? readEvent(line) : undefined;
    if (event) tell(event);
  };
  return await run([...args, '--format', '{{json .}}'], { signal, onLine });
}
