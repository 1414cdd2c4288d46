import type { Cause, StackResult } from '../report/result.ts';
import { duration } from '../report/words.ts';
import type { Services } from '../rollout/ecs.ts';
import { type FollowedService, settledService, VERIFICATION_PATIENCE } from '../rollout/follow-service.ts';
import type { Verification } from '../rollout/verify-service.ts';
import type { Engine } from './engine.ts';
import type { PlannedStack } from './plan.ts';
import { causeOfService, placeOf, SERVICE } from './service-causes.ts';

/**
 * Looks whether a service is what CloudFormation's success says it is.
 *
 * @param taskDefinitions those that the operation made, by ARN
 * @param unseen told of what keeps the service from being looked at, which decides nothing
 * @returns what is not as it should be
 * @throws the signal's reason when that aborts first
 */
export async function verifyInStack(
  followed: FollowedService,
  taskDefinitions: readonly string[],
  stack: PlannedStack,
  services: Services,
  engine: Engine,
  result: StackResult,
  unseen: (error: unknown) => void,
): Promise<Cause | undefined> {
  const { observer, signal } = engine;
  const { logicalId } = followed;
  const named = `Service \`${logicalId}\` of stack \`${stack.stackName}\``;
  let found: Verification;
  try {
    found = await settledService(followed, services, { taskDefinitions }, engine);
  } catch (error) {
    if (signal.aborted) {
      observer.warning(
        `${named} is complete as CloudFormation says, but the run was stopped before ECS was asked: run again.`,
      );
      throw signal.reason;
    }
    unseen(error);
    return undefined;
  }
  if (found.kind === 'failed' || (found.kind === 'not yet' && !found.isServing))
    return await causeOf(found, followed, stack, services, engine, result, unseen);
  if (found.kind === 'not yet') observer.warning(`${named} serves, but ${found.why}: look at it in the ECS console.`);
  else if (found.kind === 'verified') observer.note(stack, `${logicalId}: verified, ${found.words}`);
  else observer.note(stack, `${logicalId}: not verified, because ${found.note}`);
  return undefined;
}

async function causeOf(
  found: Extract<Verification, { kind: 'failed' | 'not yet' }>,
  followed: FollowedService,
  stack: PlannedStack,
  services: Services,
  engine: Engine,
  result: StackResult,
  unseen: (error: unknown) => void,
): Promise<Cause> {
  const { logicalId } = followed;
  const { status = '' } = result;
  const cause: Cause = {
    logicalId,
    type: SERVICE,
    status,
    place: placeOf(stack, logicalId),
    reason: found.kind === 'failed' ? found.seen : found.why,
    explanation: `CloudFormation says ${status}, but ${found.kind === 'failed' ? found.what : `after ${duration(VERIFICATION_PATIENCE)} ${found.why}`}`,
    advice: 'Look at the service in the ECS console',
  };
  try {
    await followed.look(services, engine.clock, true);
    const { reason, advice } = await causeOfService(followed, stack, services, engine, result);
    if (followed.failing.length > 0) Object.assign(cause, { reason, advice });
  } catch (error) {
    engine.signal.throwIfAborted();
    unseen(error);
  }
  // CloudFormation compares with what it believes.
  cause.advice = `${cause.advice}. For CloudFormation the stack is up to date: only a run with another value, such as a new image, changes the service`;
  return cause;
}
