import type { Deployment, Service, ServiceName, Services, Task } from './ecs.ts';

/** When the operation of the tests began. */
export const BEGIN = Date.parse('2026-01-01T00:00:00.000Z');
export const seconds = (number: number): number => BEGIN + number * 1000;

export const WEB: ServiceName = {
  arn: 'arn:aws:ecs:us-east-1:123456789012:service/shop/web',
  cluster: 'shop',
  name: 'web',
};
export const DEFINITION = 'arn:aws:ecs:us-east-1:123456789012:task-definition/web';

/** The deployment that the operation made, unless told otherwise. */
export function deploymentOf(more: Partial<Deployment> = {}): Deployment {
  return {
    id: 'ecs-svc/2',
    status: 'PRIMARY',
    taskDefinition: `${DEFINITION}:2`,
    desired: 1,
    running: 0,
    failed: 0,
    rolloutState: 'IN_PROGRESS',
    createdAt: seconds(1),
    ...more,
  };
}

/** The one before it, which has done its work. */
export const FORMER = deploymentOf({
  id: 'ecs-svc/1',
  status: 'ACTIVE',
  taskDefinition: `${DEFINITION}:1`,
  running: 1,
  rolloutState: 'COMPLETED',
  createdAt: BEGIN - 3_600_000,
});

export function serviceOf(deployments: readonly Deployment[], more: Partial<Service> = {}): Service {
  const [{ desired, running }] = [...deployments, deploymentOf()] as [Deployment];
  return {
    name: 'web',
    status: 'ACTIVE',
    desired,
    running,
    controller: 'ECS',
    deployments,
    events: [],
    targetGroups: [],
    ...more,
  };
}

/** A task whose application ended with code 1, unless told otherwise. @param begin and @param end in seconds */
export function taskOf(id: string, begin: number, end: number, more: Partial<Task> = {}): Task {
  return {
    arn: `arn:aws:ecs:us-east-1:123456789012:task/shop/${id}`,
    id,
    startedBy: 'ecs-svc/2',
    taskDefinition: `${DEFINITION}:2`,
    stopCode: 'EssentialContainerExited',
    stoppedReason: 'Essential container in task exited',
    createdAt: seconds(begin),
    stoppingAt: seconds(end),
    containers: [
      { name: 'app', exitCode: 1 },
      { name: 'collector', exitCode: 143 },
    ],
    ...more,
  };
}

/** Services about which nothing is asked but what a test answers; everything else is an error. */
export function servicesWith(answers: Partial<Services>): Services {
  const refuse = (what: string) => () => Promise.reject(new Error(`${what} was not expected`));
  return {
    service: refuse('service'),
    stoppedTasks: refuse('stoppedTasks'),
    tasks: refuse('tasks'),
    containers: refuse('containers'),
    targets: refuse('targets'),
    lastLines: refuse('lastLines'),
    rollBack: refuse('rollBack'),
    ...answers,
  };
}
