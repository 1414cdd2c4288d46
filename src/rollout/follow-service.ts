import { TransientError } from '../aws/transient-error.ts';
import { orAbort } from '../runner/cancellation.ts';
import type { Clock } from '../runner/clock.ts';
import type { Service, ServiceName, Services, Target, Task } from './ecs.ts';
import { type Expected, type Verification, verifyService } from './verify-service.ts';
import { hasTrouble, lookDelay, ServiceWatch, type Verdict } from './watch-service.ts';

export interface LookOptions {
  clock: Clock;
  signal: AbortSignal;
  /** In [0, 1). */
  random: () => number;
}

/** A service that an operation works on, and what was seen of it. */
export class FollowedService {
  readonly logicalId: string;
  readonly name: ServiceName;
  /** When the operation began with it, by AWS's clock. */
  readonly since: number;
  readonly watch: ServiceWatch;
  /** As the last look showed it. */
  last: Service | undefined;

  constructor(logicalId: string, name: ServiceName, since: number) {
    this.logicalId = logicalId;
    this.name = name;
    this.since = since;
    this.watch = new ServiceWatch(since);
  }

  /** Its deployment's tasks that failed, oldest first. */
  get failing(): Task[] {
    return this.watch.failed;
  }

  /** @param always asks for stopped tasks even when nothing hints at any */
  async look(services: Services, clock: Clock, always = false): Promise<Verdict> {
    const service = await services.service(this.name);
    if (!service) return { kind: 'going on' };
    this.last = service;
    const stopped = always || hasTrouble(service, this.since) ? await this.#newlyStopped(services) : [];
    return this.watch.add({ at: clock.now(), service, stopped });
  }

  async #newlyStopped(services: Services): Promise<Task[]> {
    const arns = await services.stoppedTasks(this.name);
    const tasks = await services.tasks(
      this.name,
      arns.filter(arn => !this.watch.isKnown(arn)),
    );
    // One that is still stopping will have its exit codes later.
    return tasks.filter(({ stoppedReason }) => stoppedReason !== '');
  }
}

/** What came of following a service. */
export type Followed =
  | Extract<Verdict, { kind: 'steady' | 'given up' | 'failing' }>
  /** It could not be looked at, which says nothing of how it is. */
  | { kind: 'unseen'; why: unknown };

/** Passing failures in a row after which looking is given up. */
const MOST_FAILURES = 8;

/**
 * Looks at a service until its deployment has come to an end, or cannot come to a good one. A look that fails for a passing
 * reason is made again, ever later.
 *
 * @throws the signal's reason when that aborts first
 */
export async function followService(
  followed: FollowedService,
  services: Services,
  options: LookOptions,
): Promise<Followed> {
  const { clock, signal, random } = options;
  const started = clock.now();
  let lastFailure: number | undefined;
  let misses = 0;
  for (;;) {
    const delay = lookDelay(clock.now() - started, lastFailure && clock.now() - lastFailure, random());
    await clock.sleep(delay * 2 ** Math.min(misses, 3), signal);
    const before = followed.watch.failed.length;
    try {
      const verdict = await orAbort(followed.look(services, clock), signal);
      if (verdict.kind !== 'going on') return verdict;
      misses = 0;
    } catch (error) {
      if (signal.aborted) throw error;
      misses += 1;
      if (!(error instanceof TransientError) || misses > MOST_FAILURES) return { kind: 'unseen', why: error };
    }
    if (followed.watch.failed.length > before) lastFailure = clock.now();
  }
}

/** So long a service may take, after CloudFormation has called it complete, to be what it should be. */
export const VERIFICATION_PATIENCE = 120_000;
/** So long ECS may watch its alarms over a service that is as it should be. */
const BAKING = 600_000;

/**
 * Looks at a service that CloudFormation has called complete until it is what it should be, for a limited time: CloudFormation
 * may be a little ahead of load balancers.
 *
 * @throws the signal's reason when that aborts first, or what a look failed with
 */
export async function settledService(
  followed: FollowedService,
  services: Services,
  expected: Omit<Expected, 'since' | 'own'>,
  { clock, signal, random }: LookOptions,
): Promise<Verification> {
  const started = clock.now();
  const { since } = followed;
  for (let pause = 500, misses = 0; ; pause = Math.min(pause * 1.5, 5000)) {
    try {
      const service = await orAbort(services.service(followed.name), signal);
      followed.last = service;
      const targets = await orAbort(targetsOf(services, service), signal);
      const found = verifyService(service, targets, { ...expected, since, own: followed.watch.own });
      const waited = clock.now() - started;
      if (found.kind !== 'not yet' || waited >= (found.isServing ? BAKING : VERIFICATION_PATIENCE)) return found;
      misses = 0;
    } catch (error) {
      misses += 1;
      if (signal.aborted || !(error instanceof TransientError) || misses > MOST_FAILURES) throw error;
    }
    await clock.sleep(pause * (0.8 + 0.4 * random()), signal);
  }
}

/** The targets of all of a service's target groups. */
export async function targetsOf(services: Services, service: Service | undefined): Promise<Target[]> {
  const groups = service?.targetGroups ?? [];
  return (await Promise.all(groups.map(({ arn }) => services.targets(arn)))).flat();
}
