import type { Cause, StackResult } from '../report/result.ts';
import { type ServiceName, type Services, serviceName } from '../rollout/ecs.ts';
import { FollowedService, followService } from '../rollout/follow-service.ts';
import { orAbort } from '../runner/cancellation.ts';
import type { Clock } from '../runner/clock.ts';
import { messageOf } from '../runner/fault.ts';
import { isConsequence } from './cause.ts';
import type { StackEvent } from './cloudformation.ts';
import type { Engine } from './engine.ts';
import { isOwnEvent, isTerminal } from './follow.ts';
import type { PlannedStack } from './plan.ts';
import { addFormer, causeOfService, SERVICE } from './service-causes.ts';
import { verifyInStack } from './verify-services.ts';

/** The operation of CloudFormation in which services are followed. */
export interface ServiceOperation {
  kind: 'create' | 'update';
  /** The stack's ARN. */
  stackId: string;
  /** Its ClientRequestToken. */
  token: string;
}

const TASK_DEFINITION = 'AWS::ECS::TaskDefinition';

/** So long CloudFormation may take to see that ECS has stopped a deployment, before a stack in creation is deleted instead. */
const UNTIL_DELETED = 90_000;

/** Between two looks at an operation that was told to end. */
const LONGEST_PAUSE = 3000;

/** A service, and what ends the looking at it. */
interface Rollout {
  followed: FollowedService;
  stop: AbortController;
  /** Settles when the looking has ended, and what it has found is written down. */
  following: Promise<void>;
}

/**
 * Follows the ECS services that an operation of a stack works on, beside the stack's events: told of each event, it looks at a
 * service from when that has an ARN until CloudFormation is done with it. A deployment that cannot succeed ends the wait for it
 * as `on-failure` says:
 *
 * - `rollback` of an update: CancelUpdateStack. CloudFormation at once gives the service its former task definition, whose tasks
 *   still run. Were ECS told instead, it would first go back by itself, and CloudFormation then once more.
 * - `rollback` of a creation, which cannot be cancelled: StopServiceDeployment, so that CloudFormation sees the resource fail and
 *   takes back the rest; where that does not come about, the stack is deleted.
 * - `keep`: StopServiceDeployment alone, because CancelUpdateStack would take everything back.
 *
 * Services of nested stacks are not followed: their events stand in histories of their own. What it may not see, or cannot, never decides how the operation ends: that is said once, and the wait goes on.
 */
export class ServiceRollouts {
  readonly #stack: PlannedStack;
  readonly #operation: ServiceOperation;
  readonly #engine: Engine;
  readonly #result: StackResult;
  readonly #began = new Map<string, number>();
  readonly #rollouts = new Map<string, Rollout>();
  readonly #taskDefinitions = new Set<string>();
  readonly #causes = new Map<string, Cause>();
  readonly #work = new Set<Promise<void>>();
  readonly #over = new AbortController();
  readonly #ended = new AbortController();
  #isGoingBack = false;
  #hasNoted = false;

  constructor(stack: PlannedStack, operation: ServiceOperation, engine: Engine, result: StackResult) {
    this.#stack = stack;
    this.#operation = operation;
    this.#engine = engine;
    this.#result = result;
  }

  /** To be told of every event of the operation, oldest first. */
  onEvent(event: StackEvent): void {
    const { services } = this.#engine;
    if (!services) return;
    if (isOwnEvent(event)) {
      if (/ROLLBACK|DELETE/.test(event.status)) this.#goBack();
    } else if (!this.#isGoingBack && /^(CREATE|UPDATE)_/.test(event.status)) {
      if (event.type === TASK_DEFINITION && isTerminal(event.status)) this.#taskDefinitions.add(event.physicalId);
      if (event.type === SERVICE) this.#onServiceEvent(event, services);
    }
  }

  /**
   * The clock for the wait beside: as soon as AWS was told to end the operation, pauses are over, and short from then on. Until
   * then they may be long, because services take their time.
   */
  get clock(): Clock {
    const { clock } = this.#engine;
    const { signal: ended } = this.#ended;
    return {
      now: () => clock.now(),
      async sleep(ms, signal) {
        if (ended.aborted) return await clock.sleep(Math.min(ms, LONGEST_PAUSE), signal);
        try {
          await clock.sleep(ms, signal ? AbortSignal.any([signal, ended]) : ended);
        } catch (error) {
          if (signal?.aborted || !ended.aborted) throw error;
        }
      },
    };
  }

  /** From here on, services are what they were. */
  #goBack(): void {
    this.#isGoingBack = true;
    for (const { stop } of this.#rollouts.values()) stop.abort();
  }

  #onServiceEvent(event: StackEvent, services: Services): void {
    const { logicalId, physicalId, status, at } = event;
    const former = this.#rollouts.get(logicalId);
    if (isTerminal(status)) {
      former?.stop.abort();
      // At once: when a creation is taken back, the service and its cluster will be gone.
      if (former && status.endsWith('_FAILED') && !isConsequence(event))
        this.#inBackground(this.#explainTasks(former, services));
      return;
    }
    // The ARN may come with a later event than the begin, from which on deployments count.
    const since = this.#began.get(logicalId) ?? at;
    this.#began.set(logicalId, since);
    if (physicalId === '' || former?.followed.name.arn === physicalId) return;
    // A replacement has another one.
    former?.stop.abort();
    const name = serviceName(physicalId);
    if (!name) {
      this.#noteOnce(`${logicalId} is not looked at: its ARN does not tell the cluster`);
      return;
    }
    const rollout: Rollout = {
      followed: new FollowedService(logicalId, name, since),
      stop: new AbortController(),
      following: Promise.resolve(),
    };
    this.#rollouts.set(logicalId, rollout);
    rollout.following = this.#inBackground(this.#follow(rollout, services), [rollout.stop.signal, this.#over.signal]);
  }

  /** @param ended what may end it, so that nothing is amiss */
  #inBackground(doing: Promise<void>, ended: readonly AbortSignal[] = []): Promise<void> {
    const work = doing.catch(error => this.#unseen(error, ended)).finally(() => this.#work.delete(work));
    this.#work.add(work);
    return work;
  }

  async #follow({ followed, stop }: Rollout, services: Services): Promise<void> {
    const { clock, random, signal } = this.#engine;
    const ends = AbortSignal.any([signal, this.#over.signal, stop.signal]);
    const found = await followService(followed, services, { clock, random, signal: ends });
    if (found.kind === 'unseen') return this.#unseen(found.why);
    if (found.kind === 'steady') return;
    await this.#record(followed, services);
    if (found.kind === 'failing') await this.#endOperation(followed, services);
  }

  async #record(followed: FollowedService, services: Services): Promise<void> {
    const { logicalId } = followed;
    const cause = await causeOfService(followed, this.#stack, services, this.#engine, this.#result);
    this.#causes.set(logicalId, cause);
    this.#engine.observer.note(this.#stack, `${logicalId}: ${cause.explanation}: ${cause.reason}`);
  }

  /** The operation cannot end well any more, so AWS is told to end it. */
  async #endOperation({ logicalId, name }: FollowedService, services: Services): Promise<void> {
    if (this.#ended.signal.aborted || this.#isGoingBack) return;
    this.#ended.abort();
    const { kind, stackId, token } = this.#operation;
    const { cloudFormation, keepFailed, observer, clock, signal, roleArn } = this.#engine;
    const say = (text: string) => observer.note(this.#stack, `${logicalId}: ${text}`);
    if (kind === 'update' && !keepFailed) {
      const answer = await orAbort(cloudFormation.cancelUpdate(stackId, `${token}-rollout`), signal);
      if (answer === 'told') say('the wait is over, CloudFormation takes the update back');
      return;
    }
    const canSee = await this.#haveEcsStop(name, services, say);
    if (keepFailed) return;
    if (canSee) await clock.sleep(UNTIL_DELETED, AbortSignal.any([signal, this.#over.signal]));
    if (this.#isGoingBack) return;
    await orAbort(cloudFormation.deleteStack(stackId, `${token}-rollout`, roleArn), signal);
    say('the wait is over; a stack in creation cannot be cancelled, so it is deleted');
  }

  /** @returns whether CloudFormation is going to see the deployment fail, as far as that is up to ECS */
  async #haveEcsStop(name: ServiceName, services: Services, say: (text: string) => void): Promise<boolean> {
    const { signal } = this.#engine;
    try {
      // Where there is nothing to stop any more, ECS has given it up meanwhile.
      const isTold = await orAbort(services.rollBack(name), signal);
      if (isTold) say('ECS stops the deployment, so that CloudFormation sees it fail');
      return true;
    } catch (error) {
      signal.throwIfAborted();
      say(`ECS could not be told to stop the deployment. ${messageOf(error).replaceAll(/\s+/g, ' ')}`);
      return false;
    }
  }

  /** @param ended what may have ended the looking, so that nothing is amiss */
  #unseen(error: unknown, ended: readonly AbortSignal[] = []): void {
    const { signal } = this.#engine;
    if ([signal, ...ended].some(({ aborted, reason }) => aborted && reason === error)) return;
    this.#noteOnce(`its services could not be looked at, so CloudFormation's word stands alone. ${messageOf(error)}`);
  }

  #noteOnce(text: string): void {
    if (!this.#hasNoted) this.#engine.observer.note(this.#stack, text.replaceAll(/\s+/g, ' '));
    this.#hasNoted = true;
  }

  /** Ends the looking. What was begun for a verdict comes to its end. */
  async stop(): Promise<void> {
    this.#over.abort();
    await Promise.all(this.#work);
  }

  /**
   * The causes of the operation's failure, the first one first, with what services say of theirs.
   *
   * @param said the cause as CloudFormation has it
   */
  async causes(said: Cause | undefined): Promise<Cause[]> {
    const { services, signal } = this.#engine;
    if (!services) return said ? [said] : [];
    try {
      await this.#explain(said, services);
      const followed = [...this.#rollouts.values()].map(({ followed }) => followed);
      if (this.#result.status === 'UPDATE_ROLLBACK_COMPLETE')
        await addFormer([...this.#causes.values()], followed, services, signal, this.#result);
    } catch (error) {
      this.#unseen(error);
    }
    const found = [...this.#causes.values()];
    const isSaid = this.#ended.signal.aborted || found.some(({ logicalId }) => logicalId === said?.logicalId);
    return said && !isSaid ? [said, ...found] : found;
  }

  /** Where CloudFormation itself has failed a service, its tasks tell why. */
  async #explain(said: Cause | undefined, services: Services): Promise<void> {
    const rollout = this.#rollouts.get(said?.logicalId ?? '');
    if (!said || !rollout || this.#causes.has(said.logicalId) || isConsequence(said)) return;
    await Promise.all(this.#work);
    await this.#explainTasks(rollout, services);
    if (!this.#causes.has(said.logicalId)) await this.#record(rollout.followed, services);
    const cause = this.#causes.get(said.logicalId);
    // Without a failed task, CloudFormation's own words tell more.
    if (cause && rollout.followed.failing.length === 0)
      Object.assign(cause, { ...said, explanation: cause.explanation });
  }

  /** Does nothing where no task has failed. */
  async #explainTasks({ followed, following }: Rollout, services: Services): Promise<void> {
    const { clock, signal } = this.#engine;
    await following;
    if (this.#causes.has(followed.logicalId)) return;
    try {
      await orAbort(followed.look(services, clock, true), signal);
    } catch (error) {
      signal.throwIfAborted();
      // What was seen before still tells why.
      if (followed.failing.length === 0) throw error;
    }
    if (followed.failing.length > 0) await this.#record(followed, services);
  }

  /**
   * Looks whether every service that the operation worked on is what CloudFormation says it is.
   *
   * @returns what is not as it should be
   * @throws the signal's reason when that aborts first
   */
  async verify(): Promise<Cause[]> {
    const { services } = this.#engine;
    if (!services) return [];
    const made = [...this.#taskDefinitions];
    const verified = [...this.#rollouts.values()].map(({ followed }) =>
      verifyInStack(followed, made, this.#stack, services, this.#engine, this.#result, error => this.#unseen(error)),
    );
    return (await Promise.all(verified)).flatMap(cause => cause ?? []);
  }
}
