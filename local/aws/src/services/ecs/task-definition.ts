/** A container of a task definition, as far as it is run here; times in seconds, memory in MiB. */
export interface ContainerDefinition {
  name: string;
  image: string;
  essential: boolean;
  command?: string[];
  entryPoint?: string[];
  workingDirectory?: string;
  user?: string;
  environment: Record<string, string>;
  ports: number[];
  cpu?: number;
  memory?: number;
  readOnly: boolean;
  init: boolean;
  capabilities: { add: string[]; drop: string[] };
  ulimits: { name: string; soft: number; hard: number }[];
  stopTimeout: number;
  dependsOn: { container: string; condition: string }[];
  healthCheck?: { command: string[]; interval: number; timeout: number; retries: number; startPeriod: number };
  /** After so many seconds of running it is started again when it has ended. */
  restartAfter?: number;
  log?: { group: string; prefix: string };
  /** Properties that are not run here. */
  ignored: string[];
}

/** A revision of a task definition. */
export interface TaskDefinition {
  arn: string;
  family: string;
  revision: number;
  cpu?: string;
  memory?: string;
  architecture: 'X86_64' | 'ARM64';
  taskRoleArn?: string;
  containers: ContainerDefinition[];
  /** As it was given, for those who ask for it. */
  properties: Properties;
}

type Properties = Readonly<Record<string, unknown>>;

/** Properties of a container that Fargate takes and that have no effect here. */
const IGNORED = [
  'Secrets',
  'MountPoints',
  'VolumesFrom',
  'FirelensConfiguration',
  'ResourceRequirements',
  'SystemControls',
];

/**
 * Reads the properties of an AWS::ECS::TaskDefinition, which hold resolved values.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-ecs-taskdefinition-containerdefinition.html
 */
export function readTaskDefinition(arn: string, properties: Properties): TaskDefinition {
  const [, family = '', revision = '1'] = /task-definition\/([^:]+):(\d+)$/.exec(arn) ?? [];
  const platform = record(properties.RuntimePlatform);
  return {
    arn,
    family,
    revision: Number(revision),
    ...optional('cpu', properties.Cpu, String),
    ...optional('memory', properties.Memory, String),
    architecture: platform.CpuArchitecture === 'ARM64' ? 'ARM64' : 'X86_64',
    ...optional('taskRoleArn', properties.TaskRoleArn, String),
    containers: records(properties.ContainerDefinitions).map(readContainer),
    properties,
  };
}

function readContainer(given: Properties): ContainerDefinition {
  const linux = record(given.LinuxParameters);
  const capabilities = record(linux.Capabilities);
  const log = record(given.LogConfiguration);
  const restart = record(given.RestartPolicy);
  const options = record(log.Options);
  return {
    name: String(given.Name),
    image: String(given.Image),
    essential: given.Essential !== false,
    ...optional('command', given.Command, strings),
    ...optional('entryPoint', given.EntryPoint, strings),
    ...optional('workingDirectory', given.WorkingDirectory, String),
    ...optional('user', given.User, String),
    environment: Object.fromEntries(records(given.Environment).map(({ Name, Value }) => [String(Name), String(Value)])),
    ports: records(given.PortMappings).map(({ ContainerPort }) => Number(ContainerPort)),
    ...optional('cpu', given.Cpu, Number),
    ...optional('memory', given.Memory, Number),
    readOnly: given.ReadonlyRootFilesystem === true,
    init: linux.InitProcessEnabled === true,
    capabilities: { add: strings(capabilities.Add), drop: strings(capabilities.Drop) },
    ulimits: records(given.Ulimits).map(({ Name, SoftLimit, HardLimit }) => ({
      name: String(Name),
      soft: Number(SoftLimit),
      hard: Number(HardLimit),
    })),
    stopTimeout: Number(given.StopTimeout ?? 30),
    dependsOn: records(given.DependsOn).map(({ ContainerName, Condition }) => ({
      container: String(ContainerName),
      condition: String(Condition),
    })),
    ...optional('healthCheck', given.HealthCheck, readHealthCheck),
    ...(restart.Enabled === true && { restartAfter: Number(restart.RestartAttemptPeriod ?? 300) }),
    ...(log.LogDriver === 'awslogs' && {
      log: { group: String(options['awslogs-group']), prefix: String(options['awslogs-stream-prefix'] ?? '') },
    }),
    ignored: IGNORED.filter(name => given[name] !== undefined),
  };
}

function readHealthCheck(value: unknown) {
  const given = record(value);
  return {
    command: strings(given.Command),
    interval: Number(given.Interval ?? 30),
    timeout: Number(given.Timeout ?? 5),
    retries: Number(given.Retries ?? 3),
    startPeriod: Number(given.StartPeriod ?? 0),
  };
}

function optional<Name extends string, T>(
  name: Name,
  value: unknown,
  read: (value: unknown) => T,
): { [key in Name]?: T } {
  return value === undefined ? {} : ({ [name]: read(value) } as { [key in Name]: T });
}

function record(value: unknown): Properties {
  return typeof value === 'object' && value !== null ? (value as Properties) : {};
}

function records(value: unknown): Properties[] {
  return Array.isArray(value) ? value.map(record) : [];
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
