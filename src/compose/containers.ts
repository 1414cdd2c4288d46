import * as v from 'valibot';

const containerSchema = v.pipe(
  v.object({
    Service: v.string(),
    Name: v.string(),
    Image: v.string(),
    State: v.string(),
    Health: v.optional(v.string(), ''),
    ExitCode: v.number(),
    Publishers: v.nullish(
      v.array(
        v.object({
          URL: v.optional(v.string()),
          TargetPort: v.number(),
          PublishedPort: v.number(),
          Protocol: v.string(),
        }),
      ),
      [],
    ),
  }),
  v.transform(({ Service, Name, Image, State, Health, ExitCode, Publishers }) => ({
    service: Service,
    name: Name,
    image: Image,
    state: State,
    health: Health,
    exitCode: ExitCode,
    /** Each with the container's port and the host's, of TCP only. */
    ports: (Publishers ?? [])
      .filter(({ Protocol, PublishedPort }) => Protocol === 'tcp' && PublishedPort > 0)
      .map(({ TargetPort, PublishedPort }) => ({ container: TargetPort, host: PublishedPort })),
  })),
);

/** One container of a project, as `docker compose ps` tells of it. */
export type Container = v.InferOutput<typeof containerSchema>;

/**
 * Reads the output of `docker compose ps --format json`: an object a line since Compose 2.21, one array before.
 * https://github.com/docker/compose/releases/tag/v2.21.0
 */
export function readContainers(output: string): Container[] {
  const lines = output.split('\n').filter(line => line.trim() !== '');
  const objects = lines.flatMap(line => JSON.parse(line));
  return v.parse(v.array(containerSchema), objects).sort((a, b) => a.service.localeCompare(b.service, 'en'));
}

/** What a container says of a start that has failed. */
export interface Failure {
  container: Container;
  /** Completes "the container of `app` …". */
  what: string;
}

export type Readiness =
  | { is: 'ready' }
  | { is: 'waiting'; for: readonly string[] }
  | { is: 'failed'; failures: readonly Failure[] };

/** What the model says of a service that decides how its containers are judged. */
export interface ServiceKind {
  /** Compose's file gives it a health check, or publishes a port of it: it is meant to go on. */
  isLasting: boolean;
}

/**
 * Judges whether a project is ready: every container runs, and is healthy where it has a health check. A job that ended
 * well is ready, too, unless it was meant to last. One that ended badly, or is unhealthy, fails the start at once.
 *
 * @param expected the services of the model by name
 */
export function judge(containers: readonly Container[], expected: Readonly<Record<string, ServiceKind>>): Readiness {
  const failures = containers.flatMap(container => {
    const what = failureOf(container, expected[container.service]?.isLasting ?? false);
    return what ? [{ container, what }] : [];
  });
  if (failures.length > 0) return { is: 'failed', failures };
  const seen = new Set(containers.map(({ service }) => service));
  const waiting = [
    ...Object.keys(expected).filter(service => !seen.has(service)),
    ...containers.filter(isUnderWay).map(({ service }) => service),
  ];
  return waiting.length > 0 ? { is: 'waiting', for: [...new Set(waiting)] } : { is: 'ready' };
}

/** What is wrong with a container, or undefined; see `judge`. */
export function failureOf({ state, health, exitCode }: Container, isLasting: boolean): string | undefined {
  if (state === 'exited' || state === 'dead')
    return exitCode !== 0 || isLasting ? `has ended with exit code ${exitCode}${meaningOf(exitCode)}` : undefined;
  if (state === 'restarting') return `keeps ending and starting again, last with exit code ${exitCode}`;
  if (state === 'removing') return 'is being removed';
  if (state === 'paused') return 'is paused';
  if (health === 'unhealthy') return 'is unhealthy';
  return undefined;
}

function isUnderWay({ state, health }: Container): boolean {
  return state === 'created' || health === 'starting';
}

/** Exit codes above 128 are signals; 125 to 127 are Docker's own. https://docs.docker.com/engine/containers/run/#exit-status */
const MEANINGS: Readonly<Record<number, string>> = {
  126: ' (its command cannot be run)',
  127: ' (its command was not found)',
  137: ' (killed: stopped from outside, or out of memory)',
  139: ' (a segmentation fault)',
  143: ' (stopped from outside)',
};

function meaningOf(exitCode: number): string {
  return MEANINGS[exitCode] ?? '';
}
