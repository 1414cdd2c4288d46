import { type Deployment, type EcsService, isRunning, livingTasks, primaryOf, type Task } from './state.ts';

/** What is to be done about a service next. */
export type Step =
  | { do: 'start'; deployment: Deployment }
  | { do: 'stop'; task: Task; reason: string; stopCode: string; hasFailed: boolean }
  | { do: 'complete'; deployment: Deployment }
  | { do: 'fail'; deployment: Deployment };

/** What is known of the targets of a task. */
export type TargetVerdict = 'healthy' | 'waiting' | 'unhealthy';

/**
 * So many failures in a row end a deployment: half of the desired tasks, three at least, 200 at most.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html
 */
export function breakerThreshold(desiredCount: number): number {
  return Math.min(Math.max(Math.ceil(desiredCount / 2), 3), 200);
}

/**
 * The next steps for a service: as many tasks of the primary deployment as are desired; when all of these are healthy, those
 * of former deployments go. Nothing here waits or asks.
 *
 * @param targetsOf how the load balancers see a task
 * @param hasGrace whether unhealthy targets of a task are still forgiven
 */
export function decide(
  service: EcsService,
  targetsOf: (task: Task) => TargetVerdict,
  hasGrace: (task: Task) => boolean,
): Step[] {
  const primary = primaryOf(service);
  const living = livingTasks(service);
  if (service.status !== 'ACTIVE' || !primary)
    return living.map(task => stop(task, 'Service is being deleted', 'ServiceSchedulerInitiated', false));
  const failing = living.flatMap(task => {
    if (targetsOf(task) !== 'unhealthy' || hasGrace(task)) return [];
    const group = service.settings.targets[0]?.targetGroupArn ?? '';
    return [stop(task, `Task failed ELB health checks in (target-group ${group})`, 'ServiceSchedulerInitiated', true)];
  });
  if (failing.length > 0) return failing;
  const isBroken = primary.failuresInARow >= breakerThreshold(service.desiredCount);
  if (primary.rolloutState === 'IN_PROGRESS' && service.settings.breaker.enabled && isBroken)
    return [{ do: 'fail', deployment: primary }];
  if (primary.rolloutState === 'FAILED') return [];
  const own = living.filter(({ deploymentId }) => deploymentId === primary.id);
  const others = living.filter(({ deploymentId }) => deploymentId !== primary.id);
  const missing = Math.max(service.desiredCount - own.length, 0);
  const starts = Array.from({ length: missing }, (): Step => ({ do: 'start', deployment: primary }));
  const surplus = own.slice(service.desiredCount);
  const stops = surplus.map(task =>
    stop(task, `Scaling activity initiated by (deployment ${primary.id})`, 'ServiceSchedulerInitiated', false),
  );
  const isReady =
    own.length >= service.desiredCount && own.every(task => isRunning(task) && targetsOf(task) === 'healthy');
  if (!isReady) return [...starts, ...stops];
  const replaced = others.map(task =>
    stop(task, `Scaling activity initiated by (deployment ${primary.id})`, 'ServiceSchedulerInitiated', false),
  );
  if (replaced.length > 0) return [...stops, ...replaced];
  // ECS calls it complete when the former tasks are gone.
  const isAlone = service.tasks.every(
    ({ deploymentId, status }) => deploymentId === primary.id || status === 'STOPPED',
  );
  return primary.rolloutState === 'IN_PROGRESS' && isAlone
    ? [...stops, { do: 'complete', deployment: primary }]
    : stops;
}

function stop(task: Task, reason: string, stopCode: string, hasFailed: boolean): Step {
  return { do: 'stop', task, reason, stopCode, hasFailed };
}
