import type { ComposeFile } from '../../containers/containers.ts';
import type { ContainerDefinition, TaskDefinition } from './task-definition.ts';

/** The service whose network namespace all containers of a task share, as on Fargate. */
export const NAMESPACE = 'task';

/** What a task is started with, beside its definition. */
export interface TaskSetting {
  /** Owns the network namespace, and leads to the local AWS. */
  namespace: ComposeFile['services'][string];
  /** Environment that ECS gives to a container, by its name. */
  environment(container: string): Readonly<Record<string, string>>;
}

/** So often health is looked at, in seconds, whatever the definition says: somebody is waiting. */
const HEALTH_INTERVAL = 1;

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDependency.html */
const CONDITIONS: Readonly<Record<string, string>> = {
  START: 'service_started',
  HEALTHY: 'service_healthy',
  COMPLETE: 'service_completed_successfully',
  SUCCESS: 'service_completed_successfully',
};

/**
 * The compose file of a task: one service for each container, all in one network namespace, so that they reach one another at
 * localhost. Nothing may get more rights than it has on Fargate.
 */
export function taskFile(definition: TaskDefinition, setting: TaskSetting): ComposeFile {
  const services = definition.containers.map(container => [container.name, serviceOf(container, definition, setting)]);
  return { services: { [NAMESPACE]: setting.namespace, ...Object.fromEntries(services) } };
}

function serviceOf(container: ContainerDefinition, { architecture }: TaskDefinition, { environment }: TaskSetting) {
  const { name, user, command, entryPoint, workingDirectory, healthCheck, capabilities } = container;
  const needs = container.dependsOn.map(({ container, condition }) => [
    container,
    { condition: CONDITIONS[condition] ?? 'service_started' },
  ]);
  return {
    image: literal(container.image),
    platform: architecture === 'ARM64' ? 'linux/arm64' : 'linux/amd64',
    // What is not there was pulled before, or could not be.
    pull_policy: 'never',
    network_mode: `service:${NAMESPACE}`,
    depends_on: { [NAMESPACE]: { condition: 'service_healthy' }, ...Object.fromEntries(needs) },
    environment: literals({ ...environment(name), ...container.environment }),
    ...(command && { command: command.map(literal) }),
    ...(entryPoint && { entrypoint: entryPoint.map(literal) }),
    ...(workingDirectory && { working_dir: literal(workingDirectory) }),
    ...(user && { user: literal(user) }),
    ...(container.memory && { mem_limit: `${container.memory}m` }),
    ...(container.cpu && { cpu_shares: container.cpu }),
    read_only: container.readOnly,
    init: container.init,
    ...(capabilities.add.length > 0 && { cap_add: capabilities.add }),
    ...(capabilities.drop.length > 0 && { cap_drop: capabilities.drop }),
    ...(container.ulimits.length > 0 && {
      ulimits: Object.fromEntries(container.ulimits.map(({ name, soft, hard }) => [name, { soft, hard }])),
    }),
    stop_grace_period: `${container.stopTimeout}s`,
    // ECS looks at the definition's health check only, never at the image's.
    healthcheck: healthCheck?.command.length ? healthOf(healthCheck) : { disable: true },
  };
}

/** The same patience, looked at more often. */
function healthOf({
  command,
  interval,
  timeout,
  retries,
  startPeriod,
}: NonNullable<ContainerDefinition['healthCheck']>) {
  const often = Math.min(interval, HEALTH_INTERVAL);
  return {
    test: (command[0] === 'CMD' || command[0] === 'CMD-SHELL' ? command : ['CMD', ...command]).map(literal),
    interval: `${often}s`,
    timeout: `${timeout}s`,
    retries: Math.ceil((interval * retries) / often),
    start_period: `${startPeriod}s`,
  };
}

function literals(values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, literal(value)]));
}

/** Compose would take a dollar sign for a variable. */
function literal(text: string): string {
  return text.replaceAll('$', '$$$$');
}
