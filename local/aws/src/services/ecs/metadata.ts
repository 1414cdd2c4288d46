import type { AccessKeys } from '../../wire/access-keys.ts';
import type { ReadStats } from './engine-stats.ts';
import type { EcsServices } from './services.ts';
import type { ContainerState, EcsService, Task } from './state.ts';

/** Temporary credentials of a task last so long, in seconds. */
const SESSION = 6 * 3600;

/**
 * What a task of Fargate has, in MiB: 20 GiB where the definition asks for no more. What is used of it is not counted here.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-storage.html
 */
const EPHEMERAL_STORAGE = { Utilized: 0, Reserved: 20 * 1024 };

export interface MetadataOptions {
  services: EcsServices;
  regions(): readonly string[];
  keys: AccessKeys;
  stats: ReadStats;
}

/**
 * What a container learns of itself, and its role's credentials: the task metadata endpoint, version 4, below `/ecs/v4/`, and
 * `/ecs/credentials/`.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4-fargate-response.html
 *
 * @returns undefined where there is nothing at the path
 */
export function metadata({
  services,
  regions,
  keys,
  stats,
}: MetadataOptions): (path: string) => Promise<object | undefined> {
  const all = () =>
    regions().flatMap(region =>
      services.list(region).flatMap(service => service.tasks.map(task => ({ service, task }))),
    );

  return async path => {
    const [, kind, id = '', what = ''] = /^\/ecs\/(v4|credentials)\/([^/]+)\/?(.*)$/.exec(path) ?? [];
    if (kind === 'credentials') {
      const found = all().find(({ task }) => task.id === id);
      return found && credentialsOf(found.task);
    }
    const found = all().find(({ task }) => kind === 'v4' && id.startsWith(`${task.id}-`));
    const own = found?.task.containers.find(({ name }) => id === `${found.task.id}-${name}`);
    if (!found || !own) return undefined;
    const { service, task } = found;
    if (what === '') return shownContainer(service, task, own);
    if (what === 'task' || what === 'taskWithTags') return shownTask(service, task);
    if (what === 'stats') return await stats(own.runtimeId);
    return what === 'task/stats' ? await statsOf(task) : undefined;
  };

  function credentialsOf(task: Task): object | undefined {
    const role = services.definitions.get(task.taskDefinitionArn)?.taskRoleArn;
    if (role === undefined) return undefined;
    const issued = keys.issue(`${role}/${task.id}`, SESSION);
    return {
      RoleArn: role,
      AccessKeyId: issued.accessKeyId,
      SecretAccessKey: issued.secretAccessKey,
      Token: issued.sessionToken,
      Expiration: issued.expiration,
    };
  }

  async function statsOf({ containers }: Task): Promise<object> {
    const each = containers.map(async ({ runtimeId }) => [runtimeId, (await stats(runtimeId)) ?? null] as const);
    return Object.fromEntries(await Promise.all(each));
  }

  function shownTask(service: EcsService, task: Task): object {
    const definition = services.definitions.get(task.taskDefinitionArn);
    const created = new Date(task.createdAt).toISOString();
    return {
      Cluster: service.arn.replace(/:service\/.*$/, `:cluster/${service.cluster}`),
      TaskARN: task.arn,
      Family: definition?.family,
      Revision: String(definition?.revision),
      ServiceName: service.name,
      DesiredStatus: task.desiredStatus,
      KnownStatus: task.status,
      Limits: { CPU: Number(definition?.cpu ?? 0) / 1024, Memory: Number(definition?.memory ?? 0) },
      PullStartedAt: created,
      PullStoppedAt: created,
      AvailabilityZone: `${service.region}a`,
      LaunchType: 'FARGATE',
      EphemeralStorageMetrics: EPHEMERAL_STORAGE,
      Containers: task.containers.map(container => shownContainer(service, task, container)),
    };
  }

  function shownContainer(
    service: EcsService,
    task: Task,
    { name, image, runtimeId, status, exitCode }: ContainerState,
  ): object {
    const definition = services.definitions.get(task.taskDefinitionArn);
    const container = definition?.containers.find(one => one.name === name);
    const at = new Date(task.startedAt ?? task.createdAt).toISOString();
    return {
      DockerId: runtimeId,
      Name: name,
      DockerName: name,
      Image: image,
      ImageID: image.split('@')[1] ?? image,
      Labels: {
        'com.amazonaws.ecs.cluster': service.cluster,
        'com.amazonaws.ecs.container-name': name,
        'com.amazonaws.ecs.task-arn': task.arn,
        'com.amazonaws.ecs.task-definition-family': definition?.family,
        'com.amazonaws.ecs.task-definition-version': String(definition?.revision),
      },
      DesiredStatus: task.desiredStatus,
      KnownStatus: status,
      ...(exitCode !== undefined && { ExitCode: exitCode }),
      Limits: { CPU: container?.cpu ?? 0, Memory: container?.memory ?? 0 },
      CreatedAt: at,
      StartedAt: at,
      Type: 'NORMAL',
      ContainerARN: `${task.arn.replace(':task/', ':container/')}/${name}`,
      ...(container?.log && {
        LogDriver: 'awslogs',
        LogOptions: {
          'awslogs-group': container.log.group,
          'awslogs-region': service.region,
          'awslogs-stream': streamOf(task, container),
        },
      }),
      Networks: [{ NetworkMode: 'awsvpc', IPv4Addresses: [task.ip] }],
    };
  }
}

/** The log stream of a container: `<prefix>/<container>/<task id>`. */
export function streamOf({ id }: Pick<Task, 'id'>, { name, log }: { name: string; log?: { prefix: string } }): string {
  return [log?.prefix, name, id].filter(Boolean).join('/');
}
