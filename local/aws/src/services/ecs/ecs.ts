import type { Clock } from '../../clock.ts';
import type { Regions } from '../../cloudformation/state.ts';
import type { Containers } from '../../containers/containers.ts';
import type { Provider } from '../../resources/provider.ts';
import type { AccessKeys } from '../../wire/access-keys.ts';
import type { Service } from '../../wire/service.ts';
import type { TargetGroups } from '../elb/target-groups.ts';
import type { LogEvents } from '../log-events.ts';
import type { LogGroups } from '../log-groups.ts';
import { ecsService } from './api.ts';
import { containerTasks } from './container-tasks.ts';
import { engineStats } from './engine-stats.ts';
import { metadata, streamOf } from './metadata.ts';
import { ecsProviders } from './providers.ts';
import { EcsServices } from './services.ts';
import { type Course, simulatedTasks } from './simulated-tasks.ts';
import type { EcsService, Task } from './state.ts';
import type { ContainerDefinition } from './task-definition.ts';

export interface EcsOptions {
  account: string;
  regions: Regions;
  clock: Clock;
  pace: number;
  groups: TargetGroups;
  logs: LogGroups;
  events: LogEvents;
  keys: AccessKeys;
  /** Without them, tasks are simulated. */
  containers?: Containers | undefined;
  /** The content of a Docker configuration that may pull from the local ECR. */
  dockerConfig(): string;
}

/** Amazon ECS of one local AWS. */
export interface Ecs {
  service: Service;
  providers: Record<string, Provider>;
  /** What containers ask without a signature; undefined where there is nothing. */
  unsigned(path: string): Promise<object | undefined>;
  /** Ends what watches over services; their containers go with `Containers`. */
  close(): void;
}

/** Brings the parts of ECS together. */
export function ecs(options: EcsOptions): Ecs {
  const { account, regions, clock, pace, groups, containers, keys } = options;
  const closing = new AbortController();
  const courses = new Map<string, Course>();
  const print = printer(options);
  const runner = containers
    ? containerTasks({ containers, dockerConfig: options.dockerConfig, print, closing: closing.signal })
    : simulatedTasks({
        ...{ clock, pace, groups, print, closing: closing.signal },
        courseOf: ({ deploymentId }) => courses.get(deploymentId) ?? 'well',
      });
  const isSimulated = containers === undefined;
  const services = new EcsServices({ account, clock, pace, groups, runner, isSimulated, closing: closing.signal });
  const stats = containers ? engineStats(containers.run) : async () => undefined;
  return {
    service: ecsService(account, regions, services),
    providers: ecsProviders(services, ({ id }, course) => courses.set(id, course), !isSimulated),
    unsigned: metadata({ services, regions: () => Object.keys(regions), keys, stats }),
    close: () => closing.abort(new Error('the local AWS is closing')),
  };
}

/** The log driver of tasks: what a container prints goes into its stream, when there is such a group. */
function printer({ clock, logs, events }: EcsOptions) {
  return (service: EcsService, task: Task, container: ContainerDefinition, lines: readonly string[]): void => {
    const group = logs.list(service.region).find(({ name }) => name === container.log?.group);
    if (!group) return;
    const streams = events.streams(group.key);
    const name = streamOf(task, container);
    const now = clock.now().getTime();
    const stream = streams.get(name) ?? { name, createdAt: now, events: [] };
    streams.set(name, stream);
    events.put(
      stream,
      now,
      lines.map(message => ({ timestamp: now, message })),
    );
  };
}
