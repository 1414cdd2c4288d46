import type { Clock } from '../../clock.ts';
import type { TargetGroups } from '../elb/target-groups.ts';
import type { TaskRunner } from './runner.ts';
import type { EcsService, Task } from './state.ts';
import type { ContainerDefinition, TaskDefinition } from './task-definition.ts';

/** How a simulated deployment goes. */
export type Course = 'well' | 'crash' | 'ill';

/** So long a simulated task that crashes runs, in seconds at pace 1: about what ECS takes from a start to the next. */
const LIFETIME = 30;

export interface SimulatedTasksOptions {
  clock: Clock;
  pace: number;
  groups: TargetGroups;
  /** How tasks of a deployment go; asked once for each. */
  courseOf(task: Task): Course;
  /** What a container prints. */
  print(service: EcsService, task: Task, container: ContainerDefinition, lines: readonly string[]): void;
  closing: AbortSignal;
}

/** Tasks of which nothing runs: they are healthy at once, or end as a fault on demand says. */
export function simulatedTasks({ clock, pace, groups, courseOf, print, closing }: SimulatedTasksOptions): TaskRunner {
  const lifetime = Math.max(LIFETIME * pace, 0.01);
  return {
    async start(task, definition, service, changed) {
      for (const container of task.containers) {
        container.status = 'RUNNING';
        if (container.hasHealthCheck) container.health = 'HEALTHY';
      }
      changed();
      if (courseOf(task) === 'crash') await crash(task, definition, service, changed);
      if (courseOf(task) === 'ill') await sicken(task, service, changed);
    },
    stop: async () => {},
    address: () => undefined,
    isDoomed: task => courseOf(task) !== 'well',
  };

  async function crash(
    task: Task,
    { containers }: TaskDefinition,
    service: EcsService,
    changed: () => void,
  ): Promise<void> {
    for (const container of containers)
      print(
        service,
        task,
        container,
        container.essential ? LAST_WORDS : ['Everything is ready. Begin running and processing data.'],
      );
    await clock.sleep(lifetime, closing);
    const essential = task.containers.find(({ essential }) => essential);
    if (!essential || task.desiredStatus === 'STOPPED') return;
    Object.assign(essential, { status: 'STOPPED', exitCode: 1 });
    changed();
  }

  async function sicken(task: Task, { settings }: EcsService, changed: () => void): Promise<void> {
    await clock.sleep(lifetime, closing);
    const targets = settings.targets.flatMap(({ targetGroupArn }) => groups.targets(targetGroupArn));
    for (const target of targets) if (target.id === task.ip) target.health = ILL;
    changed();
  }
}

const ILL = {
  state: 'unhealthy',
  reason: 'Target.ResponseCodeMismatch',
  description: 'Health checks failed with these codes: [500]',
  good: 0,
  bad: 3,
} as const;

const LAST_WORDS = ['starting', 'FATAL: DATABASE_URL is not set'];
