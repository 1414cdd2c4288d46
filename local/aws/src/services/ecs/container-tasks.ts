import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Finished } from '../../../../../src/compose/docker.ts';
import type { ComposeProject } from '../../../../../src/compose/project.ts';
import { messageOf } from '../../../../../src/runner/fault.ts';
import type { Containers } from '../../containers/containers.ts';
import { relayService } from '../../containers/relay.ts';
import type { Address } from '../elb/target-groups.ts';
import { type ContainerEvent, watchContainers } from './container-events.ts';
import { TaskFailure, type TaskRunner } from './runner.ts';
import type { ContainerState, EcsService, Task } from './state.ts';
import type { ContainerDefinition, TaskDefinition } from './task-definition.ts';
import { NAMESPACE, taskFile } from './task-file.ts';

export interface ContainerTasksOptions {
  containers: Containers;
  /** The content of a Docker configuration that may pull from the local ECR. */
  dockerConfig(): string;
  /** What a container prints. */
  print(service: EcsService, task: Task, container: ContainerDefinition, lines: readonly string[]): void;
  closing: AbortSignal;
}

/** A task whose containers are there. */
interface Running {
  task: Task;
  definition: TaskDefinition;
  service: EcsService;
  project: ComposeProject;
  changed: () => void;
  ports: ReadonlyMap<number, number>;
  /** When each container ended last, in Docker's words: what was printed before is told already. */
  ended: Map<string, string>;
  startedAt: Map<string, number>;
  /** The logs that are being read. */
  following: Set<Promise<void>>;
}

/** Tasks as compose projects on this machine's Docker. */
export function containerTasks({ containers, dockerConfig, print, closing }: ContainerTasksOptions): TaskRunner {
  const byProject = new Map<string, Running>();
  const byTask = new Map<string, Running>();
  /** Tasks that are being started, which cannot be stopped before that is over. */
  const starting = new Map<string, Promise<void>>();
  let isWatching = false;

  return {
    async start(task, definition, service, changed) {
      if (!isWatching) void watch();
      isWatching = true;
      const start = launch(task, definition, service, changed);
      const over = start.then(
        () => {},
        () => {},
      );
      starting.set(task.id, over);
      await start.finally(() => starting.delete(task.id));
      changed();
    },

    async stop(task) {
      await starting.get(task.id);
      const running = byTask.get(task.id);
      if (!running) return;
      const grace = Math.max(...running.definition.containers.map(({ stopTimeout }) => stopTimeout));
      await containers.remove(running.project, grace);
      // Its last words may still be on their way.
      await Promise.all(running.following);
      byTask.delete(task.id);
      byProject.delete(running.project.name);
    },

    address(task, containerPort): Address | undefined {
      const port = byTask.get(task.id)?.ports.get(containerPort);
      return port === undefined ? undefined : { host: '127.0.0.1', port };
    },
  };

  /** As long as the local AWS is there: an engine that is started anew ends what watches it. */
  async function watch(): Promise<void> {
    while (!closing.aborted) {
      const command = watchContainers(containers.run, containers.label, Date.now() / 1000, closing, onEvent);
      const failure = await failureOf(command);
      if (closing.aborted) return;
      for (const { service, task, definition } of byTask.values())
        for (const container of definition.containers)
          print(service, task, container, [`(the local AWS does not see what becomes of this container: ${failure})`]);
      await setTimeout(1000, undefined, { ref: false });
    }
  }

  async function launch(
    task: Task,
    definition: TaskDefinition,
    service: EcsService,
    changed: () => void,
  ): Promise<void> {
    refuse(definition);
    await pullImages(definition);
    // Stopped in the meantime.
    if (task.desiredStatus === 'STOPPED') return;
    const ports = [...new Set(definition.containers.flatMap(({ ports }) => ports))];
    const namespace = relayService(containers, { port: Number(new URL(containers.url).port), publish: ports });
    const environment = (name: string) => environmentOf(task, service, definition, name);
    const project = await containers.project(`task-${task.id}`, taskFile(definition, { namespace, environment }));
    const running: Running = {
      ...{ task, definition, service, project, changed, ports: new Map() },
      ...{ ended: new Map(), startedAt: new Map(), following: new Set() },
    };
    byProject.set(project.name, running);
    byTask.set(task.id, running);
    try {
      await project.start(closing, () => {});
      const all = await project.containers(closing);
      const published = all.find(({ service }) => service === NAMESPACE)?.ports ?? [];
      running.ports = new Map(published.map(({ container, host }) => [container, host]));
    } catch (error) {
      closing.throwIfAborted();
      throw new TaskFailure(whyNotStarted((error as Error).message));
    }
  }

  /** Those that are not there; what is there by digest is what the registry has. */
  async function pullImages({ containers: all }: TaskDefinition): Promise<void> {
    const images = [...new Set(all.map(({ image }) => image))];
    await Promise.all(
      images.map(async image => {
        const { code } = await containers.run(['image', 'inspect', '--format', '{{.Id}}', image], { signal: closing });
        if (code === 0) return;
        const folder = join(containers.folder, 'pull');
        await mkdir(folder, { recursive: true, mode: 0o700 });
        await writeFile(join(folder, 'config.json'), dockerConfig(), { mode: 0o600 });
        const pull = await containers.run(['--config', folder, 'pull', '--quiet', image], { signal: closing });
        if (pull.code !== 0)
          throw new TaskFailure(
            `CannotPullContainerError: pull image manifest has been retried 1 time(s): ${lastLine(pull.stderr)}`,
          );
      }),
    );
  }

  function environmentOf(
    { id }: Task,
    { region }: EcsService,
    { taskRoleArn }: TaskDefinition,
    container: string,
  ): Record<string, string> {
    const aws = containers.url;
    return {
      AWS_EXECUTION_ENV: 'AWS_ECS_FARGATE',
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
      AWS_ENDPOINT_URL: aws,
      // Without a role there are no credentials, as on AWS.
      ...(taskRoleArn !== undefined && { AWS_CONTAINER_CREDENTIALS_FULL_URI: `${aws}/ecs/credentials/${id}` }),
      ECS_CONTAINER_METADATA_URI_V4: `${aws}/ecs/v4/${id}-${container}`,
    };
  }

  function onEvent(event: ContainerEvent): void {
    const running = byProject.get(event.project);
    const state = running?.task.containers.find(({ name }) => name === event.service);
    if (!running || !state) return;
    apply(event, state, running);
    running.changed();
  }

  function apply(event: ContainerEvent, state: ContainerState, running: Running): void {
    const { what, exitCode } = event;
    if (what === 'healthy') state.health = 'HEALTHY';
    if (what === 'unhealthy') state.health = 'UNHEALTHY';
    if (what === 'oom') state.reason = 'OutOfMemoryError: Container killed due to memory usage';
    if (what === 'start') {
      Object.assign(state, { status: 'RUNNING', runtimeId: event.id });
      running.startedAt.set(state.name, Number(event.at));
      follow(event, running);
    }
    if (what !== 'die') return;
    running.ended.set(state.name, event.at);
    const comesBack = isRestarted(event, running);
    Object.assign(state, { status: comesBack ? 'PENDING' : 'STOPPED', ...(exitCode !== undefined && { exitCode }) });
    if (comesBack) void restart(event, state, running);
  }

  /** A restart policy brings back what has run long enough, essential or not. */
  function isRestarted({ service: name, at }: ContainerEvent, { definition, task, startedAt }: Running): boolean {
    const after = definition.containers.find(container => container.name === name)?.restartAfter;
    return after !== undefined && task.desiredStatus === 'RUNNING' && Number(at) - (startedAt.get(name) ?? 0) >= after;
  }

  async function restart({ id }: ContainerEvent, state: ContainerState, { changed }: Running): Promise<void> {
    const reason = await failureOf(containers.run(['start', id], { signal: closing }));
    if (reason === undefined) return;
    Object.assign(state, { status: 'STOPPED', reason: `CannotStartContainerError: ${reason}` });
    changed();
  }

  function follow({ id, service: name }: ContainerEvent, running: Running): void {
    const definition = running.definition.containers.find(container => container.name === name);
    if (!definition) return;
    const since = running.ended.get(name);
    const args = ['logs', '--follow', ...(since ? ['--since', since] : []), id];
    const onLine = (line: string) => print(running.service, running.task, definition, [line]);
    // Ends with the container, or with the local AWS.
    const following = failureOf(containers.run(args, { signal: closing, onLine })).then(failure => {
      if (failure !== undefined) onLine(`(the local AWS cannot follow this log: ${failure})`);
      running.following.delete(following);
    });
    running.following.add(following);
  }

  /** Why a command has failed; nothing of that counts any more when the local AWS closes. */
  async function failureOf(command: Promise<Finished>): Promise<string | undefined> {
    try {
      const { code, stderr } = await command;
      return code === 0 || closing.aborted ? undefined : lastLine(stderr);
    } catch (error) {
      return closing.aborted ? undefined : messageOf(error);
    }
  }
}

/** A container that would run without what its definition gives it fails in ways of its own. */
function refuse({ containers }: TaskDefinition): void {
  for (const { name, ignored } of containers) {
    const [missing] = ignored.filter(property => VITAL.includes(property));
    if (missing === undefined) continue;
    throw new TaskFailure(
      `ResourceInitializationError: container ${name} has ${missing}, which the local AWS cannot give it`,
    );
  }
}

const VITAL = ['Secrets', 'MountPoints', 'VolumesFrom'];

/**
 * What the engine says, in the words of ECS, without what Compose tells of its progress.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html
 */
export function whyNotStarted(message: string): string {
  const said = /Error response from daemon: ([^\n⏎]*)/.exec(message)?.[1]?.trim();
  const platform = /image with reference (\S+) .*platform: wanted ([\w/]+), actual: ([\w/]+)/.exec(said ?? '');
  if (platform) {
    const [, image, wanted, actual] = platform;
    return `CannotPullContainerError: pull image manifest has been retried 1 time(s): image Manifest does not contain descriptor matching platform '${wanted}': ${image} is for ${actual}`;
  }
  return `CannotStartContainerError: ${said ?? message}`;
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}
