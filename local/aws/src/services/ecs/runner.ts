import type { Address } from '../elb/target-groups.ts';
import type { EcsService, Task } from './state.ts';
import type { TaskDefinition } from './task-definition.ts';

/** What makes the containers of tasks run. Both methods write what happens into the task, and tell `changed` of it. */
export interface TaskRunner {
  /** @throws TaskFailure when it cannot be started */
  start(task: Task, definition: TaskDefinition, service: EcsService, changed: () => void): Promise<void>;
  /** Resolves when nothing of it is left. */
  stop(task: Task): Promise<void>;
  /** Where a port of its containers is reached from this machine; undefined when nothing is real. */
  address(task: Task, containerPort: number): Address | undefined;
  /** Whether a simulated task never gets as far as to serve; default: no. */
  isDoomed?(task: Task): boolean;
}

/** Why a task could not be started, with ECS's name for it. */
export class TaskFailure extends Error {
  override readonly name = 'TaskFailure';
}
