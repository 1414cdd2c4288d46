import type { Deployment, Service, Task } from './ecs.ts';
import { type FailureKind, failureKind } from './stopped-tasks.ts';

/** One look at a service. */
export interface Look {
  /** When it was taken, in milliseconds since the Unix epoch. */
  at: number;
  service: Service;
  /** Stopped tasks that were not seen before. */
  stopped: readonly Task[];
}

/** What a series of looks says of a deployment. */
export type Verdict =
  /** It goes on, or has not begun yet. */
  | { kind: 'going on' }
  | { kind: 'steady'; deployment: Deployment }
  /** ECS itself has given it up: its circuit breaker, or its alarms. */
  | { kind: 'given up'; deployment: Deployment; tasks: readonly Task[] }
  /** It is not going to succeed as it is. */
  | { kind: 'failing'; why: FailureKind; deployment: Deployment; tasks: readonly Task[] };

/**
 * So many tasks of one deployment fail before it counts as failing, and at least one of them must have been started after
 * another one had failed: then a new attempt fares no better.
 *
 * - `exit`: 3, as for ECS's own circuit breaker at its least. Two may be an application that needs its database to be up, and
 *   comes right by itself.
 * - `no start`, `health check`: 2. An image that is not there, a secret that may not be read, a port on which nothing listens do
 *   not come right by themselves, and each attempt takes minutes.
 */
export const ENOUGH: Readonly<Record<FailureKind, number>> = { exit: 3, 'no start': 2, 'health check': 2 };

/** So long all tasks of a deployment must run, without one that fails, for the earlier failures to be forgotten. */
const CALM = 120_000;

/** Follows one service through one operation of CloudFormation, look by look. Pure: it knows what it is told. */
export class ServiceWatch {
  /** When the operation began with the service, in milliseconds since the Unix epoch by AWS's clock. */
  readonly #since: number;
  #own: string | undefined;
  readonly #tasks = new Map<string, Task>();
  #forgotten = new Set<string>();
  #calmSince: number | undefined;

  constructor(since: number) {
    this.#since = since;
  }

  /** The id of the deployment that the operation made, once it is seen. */
  get own(): string | undefined {
    return this.#own;
  }

  /** Its task definition's tasks that failed, oldest first. */
  get failed(): Task[] {
    return [...this.#tasks.values()]
      .filter(task => task.startedBy === this.#own && failureKind(task) !== undefined)
      .toSorted((a, b) => a.createdAt - b.createdAt);
  }

  /** Every stopped task that is known by now, of whatever deployment. */
  isKnown(arn: string): boolean {
    return this.#tasks.has(arn);
  }

  add({ at, service, stopped }: Look): Verdict {
    this.#own ??= ownDeployment(service, this.#since)?.id ?? formerOwn(service, stopped, this.#since);
    const before = this.failed.length;
    for (const task of stopped) this.#tasks.set(task.arn, task);
    const deployment = service.deployments.find(({ id }) => id === this.#own);
    if (!deployment) return { kind: 'going on' };
    const tasks = this.failed;
    if (deployment.rolloutState === 'FAILED') return { kind: 'given up', deployment, tasks };
    if (deployment.rolloutState === 'COMPLETED') return { kind: 'steady', deployment };
    this.#forget(at, deployment, tasks.length > before);
    const counted = tasks.filter(({ arn }) => !this.#forgotten.has(arn));
    const why = failing(counted);
    return why ? { kind: 'failing', why, deployment, tasks: counted } : { kind: 'going on' };
  }

  #forget(at: number, { running, desired }: Deployment, hasFailed: boolean): void {
    const isCalm = !hasFailed && running > 0 && running >= desired;
    this.#calmSince = isCalm ? (this.#calmSince ?? at) : undefined;
    if (this.#calmSince !== undefined && at - this.#calmSince >= CALM) this.#forgotten = new Set(this.#tasks.keys());
  }
}

/**
 * The deployment that an operation made: the first one since it began. A rollback by ECS makes another one after it. An operation
 * that changes nothing of the tasks, such as their number alone, makes none.
 */
export function ownDeployment({ deployments }: Service, since: number): Deployment | undefined {
  return deployments.filter(({ createdAt }) => createdAt >= since).toSorted((a, b) => a.createdAt - b.createdAt)[0];
}

/** One that ECS has taken back, and lists no more, is known by the tasks that it has started. */
function formerOwn({ deployments }: Service, stopped: readonly Task[], since: number): string | undefined {
  const isListed = (id: string) => deployments.some(deployment => deployment.id === id);
  return stopped
    .filter(({ createdAt, startedBy }) => createdAt >= since && startedBy !== '' && !isListed(startedBy))
    .toSorted((a, b) => a.createdAt - b.createdAt)[0]?.startedBy;
}

function failing(tasks: readonly Task[]): FailureKind | undefined {
  const firstEnd = Math.min(...tasks.map(({ stoppingAt = Number.POSITIVE_INFINITY }) => stoppingAt));
  const isRetried = tasks.some(({ createdAt }) => createdAt >= firstEnd);
  if (!isRetried) return undefined;
  const kinds = tasks.flatMap(task => failureKind(task) ?? []);
  // The last one says what is in the way now.
  return kinds.toReversed().find(kind => kinds.filter(other => other === kind).length >= ENOUGH[kind]);
}

/** Words of ECS that something is wrong with tasks of a service. */
const TROUBLE =
  /unhealthy in|failed (ELB|container) health|unable to (place|consistently start|start|assume)|deployment failed|rolling back|circuit breaker|alarm/i;
const STARTED = /has started (\d+) tasks/;

/**
 * Whether a look at a service gives reason to ask for its stopped tasks: ECS counts failed ones, says so in its events, or has
 * started more than there should be. A rollout that goes well is followed by one call a look.
 */
export function hasTrouble(service: Service, since: number): boolean {
  const own = ownDeployment(service, since);
  if (!own) return false;
  if (own.failed > 0 || own.rolloutState === 'FAILED') return true;
  const events = service.events.filter(({ at }) => at >= own.createdAt).map(({ message }) => message);
  const started = events.reduce((sum, message) => sum + Number(STARTED.exec(message)?.[1] ?? 0), 0);
  return started > own.desired || events.some(message => TROUBLE.test(message));
}

const FIRST = 500;
const CALM_PAUSE = 10_000;
const TROUBLED_PAUSE = 4000;

/**
 * How long to wait before the next look, in milliseconds: a third of the time since the service's work began, so that a quick
 * rollout is seen, up to ten seconds; after a task has failed a third of the time since then, up to four seconds. Ten minutes of
 * a rollout that goes well take about seventy calls.
 *
 * @param random in [0, 1)
 */
export function lookDelay(elapsed: number, sinceFailure: number | undefined, random: number): number {
  const jitter = 0.8 + 0.4 * random;
  const calm = Math.min(Math.max(elapsed / 3, FIRST), CALM_PAUSE);
  if (sinceFailure === undefined) return calm * jitter;
  return Math.min(calm, Math.max(sinceFailure / 3, FIRST), TROUBLED_PAUSE) * jitter;
}
