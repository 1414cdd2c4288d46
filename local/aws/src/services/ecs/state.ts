/** How far a container of a task is; the words are those of DescribeTasks. */
export interface ContainerState {
  name: string;
  image: string;
  status: 'PENDING' | 'RUNNING' | 'STOPPED';
  health: 'UNKNOWN' | 'HEALTHY' | 'UNHEALTHY';
  exitCode?: number;
  reason?: string;
  /** Docker's id, or a made-up one. */
  runtimeId: string;
  essential: boolean;
  hasHealthCheck: boolean;
}

/** A task; instants are milliseconds since 1970. */
export interface Task {
  /** 32 hexadecimal digits. */
  id: string;
  arn: string;
  taskDefinitionArn: string;
  /** The deployment that it belongs to. */
  deploymentId: string;
  status: 'PROVISIONING' | 'PENDING' | 'RUNNING' | 'DEACTIVATING' | 'STOPPING' | 'STOPPED';
  desiredStatus: 'RUNNING' | 'STOPPED';
  containers: ContainerState[];
  /** Its address in the VPC, made up. */
  ip: string;
  createdAt: number;
  startedAt?: number;
  stoppingAt?: number;
  stoppedAt?: number;
  stopCode?: string;
  stoppedReason?: string;
  /** When it was first in the target groups. */
  registeredAt?: number;
  /** All its targets were healthy once: only from then on, or after the grace period, bad ones end it. */
  wasHealthy: boolean;
}

export type RolloutState = 'IN_PROGRESS' | 'COMPLETED' | 'FAILED';

/** A deployment of a service. */
export interface Deployment {
  /** `ecs-svc/<19 digits>` */
  id: string;
  status: 'PRIMARY' | 'ACTIVE' | 'INACTIVE';
  taskDefinitionArn: string;
  rolloutState: RolloutState;
  rolloutStateReason: string;
  failedTasks: number;
  /** Failures since a task was last healthy, which is what the circuit breaker counts. */
  failuresInARow: number;
  /** When a task of it has failed last, in milliseconds since 1970. */
  failedAt?: number;
  createdAt: number;
  updatedAt: number;
  finishedAt?: number;
  /** Set when somebody or the circuit breaker has ended it. */
  stopped?: { by: 'circuit breaker' | 'request'; isRolledBack: boolean; reason: string };
}

/** Where a service's tasks take requests. */
export interface ServiceTarget {
  targetGroupArn: string;
  containerName: string;
  containerPort: number;
}

/** What a template says of a service, read. */
export interface ServiceSettings {
  taskDefinitionArn: string;
  desiredCount?: number;
  breaker: { enabled: boolean; rollback: boolean };
  /** Seconds. */
  healthCheckGracePeriod: number;
  targets: ServiceTarget[];
}

/** A service. */
export interface EcsService {
  arn: string;
  name: string;
  cluster: string;
  region: string;
  settings: ServiceSettings;
  desiredCount: number;
  status: 'ACTIVE' | 'DRAINING' | 'INACTIVE';
  deployments: Deployment[];
  /** Stopped ones included, oldest first. */
  tasks: Task[];
  /** Newest first. */
  events: { id: string; at: number; message: string }[];
  createdAt: number;
  /** Nothing of it runs. */
  isSimulated: boolean;
}

export function primaryOf({ deployments }: EcsService): Deployment | undefined {
  return deployments.find(({ status }) => status === 'PRIMARY');
}

/** The tasks that a deployment still has. */
export function livingTasks({ tasks }: EcsService, deployment?: Deployment): Task[] {
  return tasks.filter(
    ({ deploymentId, desiredStatus }) =>
      desiredStatus === 'RUNNING' && (deployment === undefined || deploymentId === deployment.id),
  );
}

/** Whether the containers of a task that count are running and healthy. Only essential ones count. */
export function isRunning({ status, containers }: Task): boolean {
  return (
    status === 'RUNNING' &&
    containers.every(
      ({ essential, hasHealthCheck, health, status }) =>
        !essential || (status === 'RUNNING' && (!hasHealthCheck || health === 'HEALTHY')),
    )
  );
}
