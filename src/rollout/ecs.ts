/** A service as CloudFormation names it: by an ARN that has the cluster in it. */
export interface ServiceName {
  arn: string;
  cluster: string;
  name: string;
}

/** One deployment of a service. ECS makes a new one for each task definition, also when it rolls back. */
export interface Deployment {
  /** Such as `ecs-svc/9223370526043414679`; what `startedBy` of its tasks says. */
  id: string;
  /** `PRIMARY` is the one that the service is to come to, `ACTIVE` one that is being replaced. */
  status: string;
  /** ARN with revision. */
  taskDefinition: string;
  desired: number;
  running: number;
  /** Consecutively failed tasks, as ECS counts them; not to be relied on (https://github.com/aws/copilot-cli/issues/1879). */
  failed: number;
  /** `IN_PROGRESS`, `COMPLETED` or `FAILED`; absent where another controller than ECS deploys. */
  rolloutState?: string | undefined;
  rolloutReason?: string | undefined;
  /** Milliseconds since the Unix epoch. */
  createdAt: number;
}

/** Where a container of a service takes requests. */
export interface TargetGroup {
  arn: string;
  container: string;
  port: number;
}

/** A service as ECS describes it. */
export interface Service {
  name: string;
  /** `ACTIVE`, `DRAINING` or `INACTIVE`. */
  status: string;
  desired: number;
  running: number;
  /** `ECS`, `CODE_DEPLOY` or `EXTERNAL`. */
  controller: string;
  deployments: readonly Deployment[];
  /** Newest first, of which ECS keeps a hundred; instants in milliseconds since the Unix epoch. */
  events: readonly { id: string; at: number; message: string }[];
  targetGroups: readonly TargetGroup[];
}

/** A container of a task. */
export interface Container {
  name: string;
  /** Absent where it never ran, or was not seen to end. */
  exitCode?: number | undefined;
  /** Such as `OutOfMemoryError: Container killed due to memory usage`. */
  reason?: string | undefined;
}

/** A task that stopped or is stopping. */
export interface Task {
  arn: string;
  /** The last part of its ARN, which log streams are named after. */
  id: string;
  /** The id of the deployment that started it. */
  startedBy: string;
  taskDefinition: string;
  /** Such as `EssentialContainerExited`: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Task.html */
  stopCode: string;
  stoppedReason: string;
  /** Milliseconds since the Unix epoch. */
  createdAt: number;
  /** When ECS began to stop it: from then on it starts another one, while this one may take minutes to end. */
  stoppingAt?: number | undefined;
  containers: readonly Container[];
}

/** What a task definition says of a container. */
export interface ContainerDefinition {
  name: string;
  isEssential: boolean;
  /** Where the log driver `awslogs` puts what it prints. */
  log?: { group: string; region: string; streamPrefix: string } | undefined;
}

/** Whether a target answers the load balancer's health checks. */
export interface Target {
  /** An address or an instance, with the port. */
  id: string;
  /** `healthy`, `unhealthy`, `initial`, `draining` … */
  state: string;
  reason?: string | undefined;
  description?: string | undefined;
}

/**
 * What is asked about a service, each one call but for `rollBack`, which is two. Every failure comes as an error: who watches
 * decides what that means.
 */
export interface Services {
  /** `undefined` when there is no such service. */
  service(service: ServiceName): Promise<Service | undefined>;
  /** ARNs of the tasks that stopped within the last hour or so, or are about to. */
  stoppedTasks(service: ServiceName): Promise<string[]>;
  /** At most a hundred. */
  tasks(service: ServiceName, arns: readonly string[]): Promise<Task[]>;
  containers(taskDefinition: string): Promise<ContainerDefinition[]>;
  targets(targetGroupArn: string): Promise<Target[]>;
  /** The last lines that a container of a task has printed, oldest first; none when there is no such stream. */
  lastLines(log: { group: string; region: string; stream: string }, most: number): Promise<string[]>;
  /**
   * Has ECS take back a deployment that goes on: the only stop that it knows
   * (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stop-service-deployment.html). `false`: none goes on.
   */
  rollBack(service: ServiceName): Promise<boolean>;
}

/** The name of a service whose physical id this is; `undefined` for ids of the old form, which do not tell the cluster. */
export function serviceName(arn: string): ServiceName | undefined {
  const [, cluster, name] = /^arn:[\w-]+:ecs:[^:]*:\d*:service\/([^/]+)\/([^/]+)$/.exec(arn) ?? [];
  return cluster && name ? { arn, cluster, name } : undefined;
}

/** `web:7` out of a task definition's ARN. */
export function revision(taskDefinition: string): string {
  return taskDefinition.slice(taskDefinition.lastIndexOf('/') + 1);
}
