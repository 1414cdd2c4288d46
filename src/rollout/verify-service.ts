import { type Deployment, revision, type Service, type Target } from './ecs.ts';
import { ownDeployment } from './watch-service.ts';

/** What an operation should have brought a service to. */
export interface Expected {
  /** When the operation began with the service, in milliseconds since the Unix epoch by AWS's clock. */
  since: number;
  /** The deployment that the operation made, where it was seen. */
  own?: string | undefined;
  /** Task definitions that the operation made, by ARN; the service's is among them when it has a new one. */
  taskDefinitions: readonly string[];
}

/** What a look after CloudFormation's success says of a service. */
export type Verification =
  | { kind: 'verified'; words: string }
  /** Not as it should be yet; it may come to it. `isServing`: but for ECS's own word, all is as it should be. */
  | { kind: 'not yet'; why: string; isServing: boolean }
  /** `seen` is what ECS says, untrusted text. */
  | { kind: 'failed'; what: string; seen: string }
  | { kind: 'not judged'; note: string };

/**
 * Whether a service is what CloudFormation says it is. CloudFormation has called a service complete that ECS had given up
 * (https://github.com/aws/containers-roadmap/issues/1369, /1205), so the deployments count: the primary one must be the one that
 * the operation made, and completed, all its tasks running and all targets that it needs healthy.
 *
 * @param targets of all its target groups
 */
export function verifyService(
  service: Service | undefined,
  targets: readonly Target[],
  expected: Expected,
): Verification {
  if (!service || service.status === 'INACTIVE')
    return { kind: 'failed', what: 'the service does not exist any more', seen: 'somebody has deleted it' };
  if (service.controller !== 'ECS') {
    const note = `its deployments are ${service.controller}'s, which ECS does not tell the state of`;
    return { kind: 'not judged', note };
  }
  const primary = service.deployments.find(({ status }) => status === 'PRIMARY');
  if (!primary) return { kind: 'not yet', why: 'it has no primary deployment', isServing: false };
  const lost = rolledBack(service, primary, expected);
  if (lost) return lost;
  if (primary.rolloutState === 'FAILED')
    return { kind: 'failed', what: 'ECS has given the deployment up', seen: primary.rolloutReason ?? 'FAILED' };
  const { desired, running, rolloutState } = primary;
  if (running < desired) return { kind: 'not yet', why: `${running} of ${desired} tasks run`, isServing: false };
  const healthy = targets.filter(({ state }) => state === 'healthy').length;
  const wanted = service.targetGroups.length === 0 ? 0 : Math.min(desired, 1);
  if (healthy < wanted) return { kind: 'not yet', why: unhealthyWords(targets), isServing: false };
  if (rolloutState !== undefined && rolloutState !== 'COMPLETED')
    return { kind: 'not yet', why: `its deployment is ${rolloutState}`, isServing: true };
  return { kind: 'verified', words: runningWords(service, primary, targets) };
}

/** What a service runs, and who of it answers: `2 of 2 tasks run web:7, 2 of 2 targets healthy`. */
export function runningWords(
  { targetGroups }: Service,
  { running, desired, taskDefinition, rolloutReason = '' }: Deployment,
  targets: readonly Target[],
): string {
  const tasks = `${running} of ${desired} tasks run ${revision(taskDefinition)}`;
  const healthy = targets.filter(({ state }) => state === 'healthy').length;
  const all = targetGroups.length === 0 ? tasks : `${tasks}, ${healthy} of ${targets.length} targets healthy`;
  // A local AWS without containers says so of what it tells.
  const [simulated] = /\(simulated: [^)]*\)$/.exec(rolloutReason) ?? [];
  return simulated ? `${all} ${simulated}` : all;
}

function rolledBack(service: Service, primary: Deployment, expected: Expected): Verification | undefined {
  const { since, taskDefinitions } = expected;
  const own = service.deployments.find(({ id }) => id === expected.own) ?? ownDeployment(service, since);
  const to = revision(primary.taskDefinition);
  const what = `the service was rolled back to ${to}`;
  const said = service.events.find(
    ({ at, message }) => at >= since && /roll(ing|ed)? back|circuit breaker|alarm/i.test(message),
  );
  const isAnother =
    expected.own !== undefined ? primary.id !== expected.own : own !== undefined && own.id !== primary.id;
  // Somebody's newer deployment of the same task definition, such as a forced one, is no rollback.
  if (isAnother && own && own.taskDefinition !== primary.taskDefinition)
    return {
      kind: 'failed',
      what,
      seen: own.rolloutReason ?? said?.message ?? `its deployment ${own.id} is not the primary one`,
    };
  const family = (arn: string) => arn.slice(0, arn.lastIndexOf(':'));
  const made = taskDefinitions.find(arn => family(arn) === family(primary.taskDefinition));
  if (made === undefined || made === primary.taskDefinition) return undefined;
  return { kind: 'failed', what, seen: said?.message ?? `it runs ${to}, not ${revision(made)}` };
}

function unhealthyWords(targets: readonly Target[]): string {
  const [first] = targets.filter(({ state }) => state !== 'healthy');
  if (!first) return 'no target is registered with its load balancer';
  const why = first.description ?? first.reason;
  return `no target is healthy: ${first.id} is ${first.state}${why ? ` (${why})` : ''}`;
}
