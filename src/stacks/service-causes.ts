import type { Cause, StackResult } from '../report/result.ts';
import type { Services } from '../rollout/ecs.ts';
import { gatherEvidence } from '../rollout/evidence.ts';
import { explainFailure } from '../rollout/explain.ts';
import { type FollowedService, targetsOf } from '../rollout/follow-service.ts';
import { reportOf } from '../rollout/report.ts';
import { runningWords } from '../rollout/verify-service.ts';
import { orAbort } from '../runner/cancellation.ts';
import type { Engine } from './engine.ts';
import type { PlannedStack } from './plan.ts';

export const SERVICE = 'AWS::ECS::Service';

/** So long all that tells why a service failed may take to be read: what does not come by then is not worth the wait. */
const PATIENCE = 15_000;

/**
 * Why a service's deployment failed, out of its stopped tasks, their logs and its targets; and a report of them in the result.
 *
 * @throws the signal's reason when that aborts first
 */
export async function causeOfService(
  followed: FollowedService,
  stack: PlannedStack,
  services: Services,
  { clock, signal }: Pick<Engine, 'clock' | 'signal'>,
  result: StackResult,
): Promise<Cause> {
  const { template } = stack;
  const { logicalId, last, watch, failing: tasks } = followed;
  const over = new AbortController();
  const ends = AbortSignal.any([signal, over.signal]);
  const timer = clock.sleep(PATIENCE, ends).then(
    () => over.abort(),
    () => {},
  );
  const evidence = await gatherEvidence(services, followed, tasks, ends).finally(() => over.abort());
  await timer;
  signal.throwIfAborted();
  const has = (parameter: string) => Object.hasOwn(template.parameters, parameter);
  const own = last?.deployments.find(({ id }) => id === watch.own);
  const others = (result.services ?? []).filter(report => report.logicalId !== logicalId);
  result.services = [...others, reportOf(followed, evidence)];
  return {
    logicalId,
    type: SERVICE,
    status: result.status ?? '',
    place: placeOf(stack, logicalId),
    ...explainFailure(evidence, has, own?.rolloutReason),
  };
}

/** The service's line; none for what CloudFormation expands out of a block. */
export function placeOf({ template }: PlannedStack, logicalId: string) {
  return Object.hasOwn(template.resources, logicalId) ? template.place(['Resources', logicalId]) : undefined;
}

/** Adds to causes and reports what runs of the services since the update was taken back. */
export async function addFormer(
  causes: readonly Cause[],
  followed: readonly FollowedService[],
  services: Services,
  signal: AbortSignal,
  result: StackResult,
): Promise<void> {
  for (const { logicalId, name } of followed) {
    const cause = causes.find(cause => cause.logicalId === logicalId);
    if (!cause) continue;
    const service = await orAbort(services.service(name), signal);
    const primary = service?.deployments.find(({ status }) => status === 'PRIMARY');
    if (!service || !primary) continue;
    const targets = await orAbort(targetsOf(services, service), signal);
    const former = runningWords(service, primary, targets);
    cause.explanation = `${cause.explanation ?? 'it failed'}; the former version goes on (${former})`;
    for (const report of result.services ?? []) if (report.logicalId === logicalId) report.former = former;
  }
}
