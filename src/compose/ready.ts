import type { Clock } from '../runner/clock.ts';
import { UserFault } from '../runner/fault.ts';
import { type Container, type Failure, judge, type Readiness, type ServiceKind } from './containers.ts';
import { hasHealthCheck, type Model } from './model.ts';
import type { ComposeProject } from './project.ts';

/** Containers that did not come up, told apart from other faults so that their logs can be shown. */
export class NotReady extends UserFault {
  /** The services that failed, or are waited for. */
  readonly services: readonly string[];

  constructor(fault: ConstructorParameters<typeof UserFault>[0], services: readonly string[]) {
    super(fault);
    this.services = services;
  }
}

/** The pause between two looks, in milliseconds: short at first, then a part of what has passed. */
export function pauseAfter(elapsed: number): number {
  return Math.min(Math.max(elapsed / 10, 100), 1000);
}

/**
 * Waits until every container is ready, and ends as soon as one cannot be.
 *
 * @throws NotReady when a container ends, is unhealthy, or is not ready when the time is up
 */
export async function untilReady(
  project: ComposeProject,
  model: Model,
  { clock, signal, patience }: { clock: Clock; signal: AbortSignal; patience: number },
): Promise<Container[]> {
  const began = clock.now();
  const kinds = kindsOf(model);
  for (;;) {
    const containers = await project.containers(signal);
    const readiness = judge(containers, kinds);
    if (readiness.is === 'ready') return containers;
    if (readiness.is === 'failed') throw failedStart(readiness.failures);
    const elapsed = clock.now() - began;
    if (elapsed > patience) throw late(readiness.for, patience);
    await clock.sleep(pauseAfter(elapsed), signal);
  }
}

/** How ready a project is now. */
export async function readinessOf(project: ComposeProject, model: Model, signal: AbortSignal): Promise<Readiness> {
  return judge(await project.containers(signal), kindsOf(model));
}

/** @throws NotReady when a container has ended that should not have, or is unhealthy */
export async function assertRunning(project: ComposeProject, model: Model, signal: AbortSignal): Promise<void> {
  const readiness = await readinessOf(project, model, signal);
  if (readiness.is === 'failed') throw failedStart(readiness.failures);
}

/** So long a container that was started again must go on, in milliseconds, to count as one that has recovered. */
const STEADY = 3000;

/**
 * Finds containers that end again and again: between two of their ends they look as if all were well.
 *
 * @returns the names of containers that were started again, but have gone on since
 * @throws NotReady when one does not go on
 */
export async function assertSteady(
  project: ComposeProject,
  model: Model,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): Promise<string[]> {
  const before = await project.restarts(signal);
  const suspects = [...before].flatMap(([name, count]) => (count > 0 ? [name] : []));
  if (suspects.length === 0) return [];
  await clock.sleep(STEADY, signal);
  const after = await project.restarts(signal);
  const failures = (await project.containers(signal)).flatMap((container): Failure[] => {
    const count = after.get(container.name) ?? 0;
    if (count <= (before.get(container.name) ?? 0)) return [];
    return [{ container, what: `keeps ending and starting again, ${count} times so far` }];
  });
  if (failures.length > 0) throw failedStart(failures);
  await assertRunning(project, model, signal);
  return suspects;
}

/** How the containers of each service are judged. */
function kindsOf(model: Model): Record<string, ServiceKind> {
  const kinds = Object.entries(model.services).map(([name, service]): [string, ServiceKind] => [
    name,
    { isLasting: hasHealthCheck(service) || (service.ports?.length ?? 0) > 0 },
  ]);
  return Object.fromEntries(kinds);
}

/** The fault of containers that have failed. */
export function failedStart(failures: readonly Failure[]): NotReady {
  const faults = failures.map(({ container: { service, image }, what }) => ({
    what: `The container of \`${service}\` ${what}`,
    seen: `image ${image}`,
    fix: `Its last words are below, in the group \`${logGroup(service)}\``,
  }));
  return new NotReady(
    faults,
    failures.map(({ container }) => container.service),
  );
}

/** The fault of containers that are neither ready nor failed when the time is up. */
export function late(services: readonly string[], patience: number): NotReady {
  const names = services.map(name => `\`${name}\``).join(', ');
  const fault = {
    what: `${names} ${services.length > 1 ? 'are' : 'is'} not ready after ${Math.round(patience / 1000)} s`,
    seen: 'neither healthy nor unhealthy, or not started',
    fix: 'Look at the logs below and at the health check, or give more time with `timeout`',
  };
  return new NotReady(fault, services);
}

/** The name of the log group with a service's last lines. */
export function logGroup(service: string): string {
  return `Log of ${service}`;
}
