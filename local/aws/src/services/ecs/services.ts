import { createHash } from 'node:crypto';
import { messageOf } from '../../../../../src/runner/fault.ts';
import type { Clock } from '../../clock.ts';
import type { TargetGroups } from '../elb/target-groups.ts';
import { Changes } from './changes.ts';
import { decide, type Step, type TargetVerdict } from './decide.ts';
import { TaskDefinitions } from './definitions.ts';
import type { TaskRunner } from './runner.ts';
import {
  type Deployment,
  type EcsService,
  isRunning,
  livingTasks,
  primaryOf,
  type ServiceSettings,
  type Task,
} from './state.ts';
import type { TaskDefinition } from './task-definition.ts';

export interface EcsServicesOptions {
  account: string;
  clock: Clock;
  pace: number;
  groups: TargetGroups;
  runner: TaskRunner;
  isSimulated: boolean;
  closing: AbortSignal;
}

/** So long stopped tasks are shown, in milliseconds. https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTasks.html */
const SHOWN = 3_600_000;
/** A crash loop that nobody ends must not fill the memory. */
const MOST_STOPPED = 200;
const MOST_EVENTS = 100;
/** So often the health of targets is looked at, in seconds. */
const LOOK = 0.2;
/** A target that gives a wrong answer is forgiven so long at least, one that gives none so long, in milliseconds. */
const GRACE = { wrong: 5000, none: 20_000 };

/** So long no other task of a deployment is started after one has failed, in milliseconds: ECS, too, tries ever more slowly. */
const HOLD = 1000;

type Begins = (deployment: Deployment) => void;

/** The services of one local AWS, kept at what they are to be. */
export class EcsServices {
  readonly #options: EcsServicesOptions;
  readonly definitions = new TaskDefinitions();
  readonly #services: EcsService[] = [];
  readonly #changes = new Changes();
  readonly #tended = new Set<EcsService>();
  #made = 0;

  constructor(options: EcsServicesOptions) {
    this.#options = options;
    if (!options.isSimulated) void this.#lookForEver();
  }

  /** Services that there are, and those that were, by region. */
  list(region: string): readonly EcsService[] {
    return this.#services.filter(service => service.region === region);
  }

  /** The newest of this name or ARN. */
  find(region: string, nameOrArn: string): EcsService | undefined {
    const name = nameOrArn.split('/').at(-1);
    return this.list(region).findLast(service => service.name === name);
  }

  /** @param begins told of the deployment before its first task starts */
  create(arn: string, region: string, settings: ServiceSettings, begins: Begins = () => {}): EcsService {
    const [, cluster = 'default', name = ''] = arn.split(':').at(-1)?.split('/') ?? [];
    const service: EcsService = {
      ...{ arn, name, cluster, region, settings, status: 'ACTIVE', desiredCount: settings.desiredCount ?? 1 },
      ...{ deployments: [], tasks: [], events: [], createdAt: this.#now(), isSimulated: this.#options.isSimulated },
    };
    this.#services.push(service);
    this.#deploy(service, settings.taskDefinitionArn, { begins });
    return service;
  }

  /** @returns the deployment that brings the service to these settings, which may be one that is there */
  update(
    service: EcsService,
    settings: ServiceSettings,
    { isForced = false, begins = () => {} }: { isForced?: boolean; begins?: Begins } = {},
  ): Deployment {
    const primary = primaryOf(service);
    service.settings = settings;
    service.desiredCount = settings.desiredCount ?? service.desiredCount;
    const isSame = primary?.taskDefinitionArn === settings.taskDefinitionArn && primary.rolloutState !== 'FAILED';
    if (primary && isSame && !isForced) {
      this.#tend(service);
      return primary;
    }
    return this.#deploy(service, settings.taskDefinitionArn, { isForced, begins });
  }

  /** Sets how many tasks there are to be, within limits. */
  scale(region: string, name: string, { min, max }: { min: number; max: number }): void {
    const service = this.find(region, name);
    if (service?.status !== 'ACTIVE') return;
    const desired = Math.min(Math.max(service.desiredCount, min), max);
    if (desired === service.desiredCount) return;
    service.desiredCount = desired;
    this.#tell(service, `Successfully set desired count to ${desired}.`);
    this.#tend(service);
  }

  setDesired(service: EcsService, count: number): void {
    service.desiredCount = count;
    this.#tend(service);
  }

  /** Resolves when a deployment has come to its end, one way or the other. */
  settled(deployment: Deployment, signal: AbortSignal): Promise<void> {
    return this.#changes.until(() => deployment.rolloutState !== 'IN_PROGRESS', signal);
  }

  /** Resolves when nothing of a service runs any more. */
  async delete(service: EcsService, signal: AbortSignal): Promise<void> {
    service.status = 'DRAINING';
    service.desiredCount = 0;
    this.#tend(service);
    await this.#changes.until(() => service.tasks.every(({ status }) => status === 'STOPPED'), signal);
    service.status = 'INACTIVE';
  }

  /** Ends a deployment that is under way, as StopServiceDeployment does. */
  stopDeployment(service: EcsService, deployment: Deployment, isRolledBack: boolean): void {
    this.#end(service, deployment, {
      by: 'request',
      isRolledBack,
      reason: 'Service deployment stopped by user request',
    });
    this.#tend(service);
  }

  stopTask(service: EcsService, task: Task, reason: string): void {
    this.#stop(service, { do: 'stop', task, reason, stopCode: 'UserInitiated', hasFailed: false });
    this.#tend(service);
  }

  #now(): number {
    return this.#options.clock.now().getTime();
  }

  /** Targets tell nobody when their health changes. */
  async #lookForEver(): Promise<void> {
    const { clock, closing } = this.#options;
    while (!closing.aborted) {
      for (const service of this.#services) if (service.status !== 'INACTIVE') this.#tend(service);
      await clock.sleep(LOOK, closing).catch(error => {
        if (!closing.aborted) throw error;
      });
    }
  }

  #deploy(
    service: EcsService,
    taskDefinitionArn: string,
    { isForced = false, begins }: { isForced?: boolean; begins: Begins },
  ): Deployment {
    const now = this.#now();
    // A former deployment whose tasks are still there is gone on with.
    const former = isForced
      ? undefined
      : service.deployments.find(
          one =>
            one.taskDefinitionArn === taskDefinitionArn && one.status === 'ACTIVE' && one.rolloutState !== 'FAILED',
        );
    const deployment: Deployment = former ?? {
      id: `ecs-svc/${this.#digits(`${service.arn}/${service.createdAt}`)}`,
      ...{ taskDefinitionArn, status: 'PRIMARY', failedTasks: 0, failuresInARow: 0, createdAt: now, updatedAt: now },
      ...{ rolloutState: 'IN_PROGRESS', rolloutStateReason: '' },
    };
    for (const other of service.deployments) {
      if (other.status !== 'PRIMARY') continue;
      other.status = 'ACTIVE';
      // Replaced before it came to its end.
      if (other.rolloutState === 'IN_PROGRESS' && other !== deployment)
        this.#finish(other, 'FAILED', 'replaced by another deployment');
    }
    Object.assign(deployment, { status: 'PRIMARY', rolloutState: 'IN_PROGRESS', updatedAt: now });
    deployment.rolloutStateReason = `ECS deployment ${deployment.id} in progress.`;
    if (!former) service.deployments.unshift(deployment);
    begins(deployment);
    this.#tend(service);
    return deployment;
  }

  #digits(seed: string): string {
    this.#made += 1;
    const hex = createHash('sha256').update(`${seed}/${this.#made}`).digest('hex');
    return BigInt(`0x${hex.slice(0, 16)}`)
      .toString()
      .padStart(19, '0')
      .slice(0, 19);
  }

  /** Does what is to be done now; whatever takes its time comes back here when it is done. */
  #tend(service: EcsService): void {
    // What a step changes at once is seen by the next look of the loop that takes it.
    if (this.#tended.has(service)) return;
    this.#tended.add(service);
    for (;;) {
      for (const task of livingTasks(service)) this.#progress(service, task);
      const steps = decide(
        service,
        task => this.#targetsOf(service, task),
        task => this.#hasGrace(service, task),
      ).filter(step => step.do !== 'start' || !this.#isHeld(step.deployment));
      if (steps.length === 0) break;
      for (const step of steps) this.#do(service, step);
    }
    this.#tended.delete(service);
    this.#changes.tell();
  }

  #do(service: EcsService, step: Step): void {
    if (step.do === 'start') this.#start(service, step.deployment);
    if (step.do === 'stop') this.#stop(service, step);
    if (step.do === 'complete') this.#complete(service, step.deployment);
    if (step.do === 'fail') {
      const isRolledBack = service.settings.breaker.rollback;
      this.#end(service, step.deployment, { by: 'circuit breaker', isRolledBack, reason: 'tasks failed to start' });
    }
  }

  /** What containers have done changes the task: it runs, is registered, or ends with an essential one. */
  #progress(service: EcsService, task: Task): void {
    const essential = task.containers.filter(({ essential }) => essential);
    const hasEnded = essential.some(({ status }) => status === 'STOPPED');
    const isIll = essential.some(({ health }) => health === 'UNHEALTHY');
    if (isIll && !hasEnded)
      this.#tell(service, `(service ${service.name}) (task ${task.id}) failed container health checks.`);
    if (hasEnded || isIll) {
      const reason = hasEnded ? 'Essential container in task exited' : 'Task failed container health checks';
      const stopCode = hasEnded ? 'EssentialContainerExited' : 'ServiceSchedulerInitiated';
      this.#stop(service, { do: 'stop', task, reason, stopCode, hasFailed: true });
      return;
    }
    if (task.status === 'PENDING' && essential.every(({ status }) => status === 'RUNNING')) {
      task.status = 'RUNNING';
      task.startedAt = this.#now();
    }
    if (isRunning(task) && task.registeredAt === undefined) this.#register(service, task);
  }

  #register(service: EcsService, task: Task): void {
    const { runner, groups, isSimulated } = this.#options;
    const targets = service.settings.targets.map(target => ({
      ...target,
      address: runner.address(task, target.containerPort),
    }));
    // Its ports are not published yet.
    if (!isSimulated && targets.some(({ address }) => address === undefined)) return;
    task.registeredAt = this.#now();
    for (const { targetGroupArn, containerPort, address } of targets) {
      const isWaiting = runner.isDoomed?.(task) === true;
      groups.register(targetGroupArn, { id: task.ip, port: containerPort, address, isWaiting });
      this.#tell(service, `(service ${service.name}) registered 1 targets in (target-group ${targetGroupArn})`);
    }
  }

  #targetsOf(service: EcsService, task: Task): TargetVerdict {
    if (service.settings.targets.length === 0) return this.#options.runner.isDoomed?.(task) ? 'waiting' : 'healthy';
    if (task.registeredAt === undefined) return 'waiting';
    const healths = this.#healths(service, task).map(({ state }) => state);
    if (healths.every(state => state === 'healthy')) {
      if (!task.wasHealthy) this.#hasBecomeHealthy(service, task);
      return 'healthy';
    }
    return healths.includes('unhealthy') ? 'unhealthy' : 'waiting';
  }

  #healths(service: EcsService, task: Task) {
    return service.settings.targets.flatMap(({ targetGroupArn }) =>
      this.#options.groups.targets(targetGroupArn).flatMap(({ id, health }) => (id === task.ip ? [health] : [])),
    );
  }

  #hasBecomeHealthy(service: EcsService, task: Task): void {
    task.wasHealthy = true;
    const deployment = service.deployments.find(({ id }) => id === task.deploymentId);
    if (deployment) deployment.failuresInARow = 0;
  }

  #hasGrace(service: EcsService, task: Task): boolean {
    if (task.wasHealthy || task.registeredAt === undefined) return false;
    const isWrong = this.#healths(service, task).some(({ reason }) => reason === 'Target.ResponseCodeMismatch');
    if (this.#options.isSimulated) return false;
    const grace = service.settings.healthCheckGracePeriod * 1000;
    const scaled = Math.max(grace * this.#options.pace, Math.min(grace, isWrong ? GRACE.wrong : GRACE.none));
    return this.#now() - task.registeredAt < scaled;
  }

  #isHeld({ failedAt }: Deployment): boolean {
    // Nobody would come back to it.
    return !this.#options.isSimulated && failedAt !== undefined && this.#now() - failedAt < HOLD;
  }

  #start(service: EcsService, deployment: Deployment): void {
    const definition = this.definitions.get(deployment.taskDefinitionArn);
    if (!definition) throw new Error(`no task definition ${deployment.taskDefinitionArn}`);
    const task = this.#makeTask(service, deployment, definition);
    service.tasks = shownTasks(service.tasks, this.#now());
    service.tasks.push(task);
    this.#tell(service, `(service ${service.name}) has started 1 tasks: (task ${task.id}).`);
    const changed = () => this.#tend(service);
    const starting = this.#options.runner.start(task, definition, service, changed);
    void starting.catch(error => this.#couldNotStart(service, task, error));
  }

  #couldNotStart(service: EcsService, task: Task, error: unknown): void {
    if (this.#options.closing.aborted) return;
    if (!(error instanceof Error)) throw error;
    this.#tell(service, `(service ${service.name}) was unable to place a task. Reason: ${error.message}.`);
    this.#stop(service, { do: 'stop', task, reason: error.message, stopCode: 'TaskFailedToStart', hasFailed: true });
    this.#tend(service);
  }

  #makeTask(service: EcsService, deployment: Deployment, { containers, arn }: TaskDefinition): Task {
    this.#made += 1;
    const hex = createHash('sha256').update(`${deployment.id}/${this.#made}`).digest('hex');
    const id = hex.slice(0, 32);
    return {
      id,
      arn: service.arn.replace(/:service\/.*$/, `:task/${service.cluster}/${id}`),
      taskDefinitionArn: arn,
      deploymentId: deployment.id,
      status: 'PENDING',
      desiredStatus: 'RUNNING',
      containers: containers.map(({ name, image, essential, healthCheck }) => ({
        ...{ name, image, essential, status: 'PENDING', health: 'UNKNOWN', hasHealthCheck: healthCheck !== undefined },
        runtimeId: `${id}-${createHash('sha256').update(name).digest('hex').slice(0, 10)}`,
      })),
      ip: `10.0.${(this.#made >> 8) & 255}.${this.#made & 255}`,
      createdAt: this.#now(),
      wasHealthy: false,
    };
  }

  #stop(service: EcsService, { task, reason, stopCode, hasFailed }: Extract<Step, { do: 'stop' }>): void {
    const now = this.#now();
    Object.assign(task, {
      desiredStatus: 'STOPPED',
      status: 'DEACTIVATING',
      stoppingAt: now,
      stoppedReason: reason,
      stopCode,
    });
    const deployment = service.deployments.find(({ id }) => id === task.deploymentId);
    if (hasFailed && deployment && !task.wasHealthy) {
      deployment.failedTasks += 1;
      deployment.failuresInARow += 1;
      deployment.failedAt = now;
    }
    if (hasFailed && /ELB health checks/.test(reason)) this.#tellUnhealthy(service, task);
    this.#tell(service, `(service ${service.name}) has stopped 1 running tasks: (task ${task.id}).`);
    void this.#takeAway(service, task).then(() => this.#tend(service));
    // Nothing of it is to be waited for.
    if (this.#options.isSimulated) this.#isGone(task);
  }

  #tellUnhealthy(service: EcsService, task: Task): void {
    for (const { targetGroupArn, containerPort } of service.settings.targets) {
      const [health] = this.#healths(service, task);
      const why = health?.description ?? 'Health checks failed';
      const text = `(service ${service.name}) (port ${containerPort}) is unhealthy in (target-group ${targetGroupArn}) due to (reason ${why}).`;
      this.#tell(service, text);
    }
  }

  async #takeAway(service: EcsService, task: Task): Promise<void> {
    const { groups, runner } = this.#options;
    await Promise.all(
      service.settings.targets.map(({ targetGroupArn, containerPort }) =>
        groups.deregister(targetGroupArn, { id: task.ip, port: containerPort }),
      ),
    );
    if (task.status !== 'STOPPED') task.status = 'STOPPING';
    try {
      await runner.stop(task);
    } catch (error) {
      // What is left of it goes when the local AWS closes, or is told of then.
      this.#tell(service, `(service ${service.name}) (task ${task.id}) could not be removed: ${messageOf(error)}`);
    }
    this.#isGone(task);
  }

  #isGone(task: Task): void {
    for (const container of task.containers) container.status = 'STOPPED';
    Object.assign(task, { status: 'STOPPED', stoppedAt: task.stoppedAt ?? this.#now() });
  }

  #complete(service: EcsService, deployment: Deployment): void {
    this.#finish(deployment, 'COMPLETED', `ECS deployment ${deployment.id} completed.`);
    for (const other of service.deployments) if (other !== deployment) other.status = 'INACTIVE';
    this.#tell(service, `(service ${service.name}) (deployment ${deployment.id}) deployment completed.`);
    this.#tell(service, `(service ${service.name}) has reached a steady state.`);
  }

  /** A deployment that has failed: its tasks go, and the last one that was complete is the service's again. */
  #end(service: EcsService, deployment: Deployment, stopped: NonNullable<Deployment['stopped']>): void {
    deployment.stopped = stopped;
    const reason = stopped.by === 'request' ? stopped.reason : `ECS deployment circuit breaker: ${stopped.reason}.`;
    this.#finish(deployment, 'FAILED', reason);
    this.#tell(
      service,
      `(service ${service.name}) (deployment ${deployment.id}) deployment failed: ${stopped.reason}.`,
    );
    const former = service.deployments.find(
      one => one !== deployment && one.rolloutState === 'COMPLETED' && one.status === 'ACTIVE',
    );
    if (!stopped.isRolledBack || !former) return;
    deployment.status = 'ACTIVE';
    Object.assign(former, { status: 'PRIMARY', rolloutState: 'IN_PROGRESS', updatedAt: this.#now() });
    service.settings = { ...service.settings, taskDefinitionArn: former.taskDefinitionArn };
    former.rolloutStateReason = `ECS deployment circuit breaker: rolling back to deploymentId ${former.id}.`;
    this.#tell(service, `(service ${service.name}) rolling back to deployment ${former.id}.`);
  }

  #finish(deployment: Deployment, state: 'COMPLETED' | 'FAILED', reason: string): void {
    const now = this.#now();
    Object.assign(deployment, { rolloutState: state, rolloutStateReason: reason, updatedAt: now, finishedAt: now });
  }

  #tell(service: EcsService, message: string): void {
    const id = this.#digits(message);
    service.events.unshift({ id, at: this.#now(), message });
    service.events.length = Math.min(service.events.length, MOST_EVENTS);
  }
}

/** All that have not ended, and the newest of those that have within the last hour. */
function shownTasks(tasks: readonly Task[], now: number): Task[] {
  const stopped = tasks.filter(({ stoppedAt = 0 }) => stoppedAt > now - SHOWN).slice(-MOST_STOPPED);
  return tasks.filter(task => task.stoppedAt === undefined || stopped.includes(task));
}
