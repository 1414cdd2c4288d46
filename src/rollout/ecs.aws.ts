import { type JsonCall, jsonCaller } from '../aws/json-client.aws.ts';
import type { Session } from '../aws/session.aws.ts';
import type { ContainerDefinition, Service, ServiceName, Services, Task } from './ecs.ts';
import { lastLines } from './log-tail.aws.ts';
import { targetHealthOf } from './target-health.aws.ts';

const ECS = {
  id: 'ECS',
  target: 'AmazonEC2ContainerServiceV20141113',
  host: 'ecs',
  name: 'ecs',
  iam: 'ecs',
};

// The answers as the API reference has them; instants are seconds since the Unix epoch.
interface SdkService {
  serviceName?: string;
  status?: string;
  desiredCount?: number;
  runningCount?: number;
  deploymentController?: { type?: string };
  deployments?: {
    id?: string;
    status?: string;
    taskDefinition?: string;
    desiredCount?: number;
    runningCount?: number;
    failedTasks?: number;
    rolloutState?: string;
    rolloutStateReason?: string;
    createdAt?: number;
  }[];
  events?: { id?: string; createdAt?: number; message?: string }[];
  loadBalancers?: { targetGroupArn?: string; containerName?: string; containerPort?: number }[];
}
interface SdkTask {
  taskArn?: string;
  startedBy?: string;
  taskDefinitionArn?: string;
  stopCode?: string;
  stoppedReason?: string;
  createdAt?: number;
  stoppedAt?: number;
  stoppingAt?: number;
  containers?: { name?: string; exitCode?: number; reason?: string }[];
}
interface SdkTaskDefinition {
  containerDefinitions?: {
    name?: string;
    essential?: boolean;
    logConfiguration?: { logDriver?: string; options?: Record<string, string> };
  }[];
}

/** The states in which a service deployment can be stopped. */
const STOPPABLE = ['PENDING', 'IN_PROGRESS'];

/**
 * Services as AWS offers them: ECS, Elastic Load Balancing and CloudWatch Logs. Looks are made once each, because who watches
 * looks again anyway.
 */
export function servicesOf(session: Session): Services {
  const look = jsonCaller(ECS, session, { attempts: 1 });
  const ask = jsonCaller(ECS, session);
  const targets = targetHealthOf(session);
  return {
    service: service => describeService(look, service),
    async stoppedTasks({ cluster, name }) {
      const input = { cluster, serviceName: name, desiredStatus: 'STOPPED', maxResults: 100 };
      const { taskArns = [] } = await look<{ taskArns: string[] }>('ListTasks', input, ['taskArns']);
      return taskArns;
    },
    async tasks({ cluster }, arns) {
      if (arns.length === 0) return [];
      const input = { cluster, tasks: arns.slice(0, 100) };
      const { tasks = [] } = await look<{ tasks: SdkTask[] }>('DescribeTasks', input, ['tasks']);
      return tasks.map(task);
    },
    async containers(taskDefinition) {
      const wanted = ['taskDefinition'] as const;
      const answer = await ask<{ taskDefinition: SdkTaskDefinition }>(
        'DescribeTaskDefinition',
        { taskDefinition },
        wanted,
      );
      return containerDefinitions(answer.taskDefinition ?? {}, session.region);
    },
    targets,
    lastLines: (log, most) => lastLines(session, log, most),
    rollBack: service => rollBack(ask, service),
  };
}

async function describeService(look: JsonCall, { cluster, name }: ServiceName): Promise<Service | undefined> {
  const input = { cluster, services: [name] };
  const { services = [] } = await look<{ services: SdkService[] }>('DescribeServices', input, ['services']);
  const [found] = services;
  return found && service(found);
}

async function rollBack(ask: JsonCall, { cluster, name }: ServiceName): Promise<boolean> {
  const input = { cluster, service: name, status: STOPPABLE };
  const found = await ask<{ serviceDeployments: { serviceDeploymentArn?: string }[] }>(
    'ListServiceDeployments',
    input,
    ['serviceDeployments'],
  );
  const serviceDeploymentArn = found.serviceDeployments?.[0]?.serviceDeploymentArn;
  if (serviceDeploymentArn === undefined) return false;
  await ask('StopServiceDeployment', { serviceDeploymentArn, stopType: 'ROLLBACK' }, []);
  return true;
}

function service(found: SdkService): Service {
  return {
    name: found.serviceName ?? '',
    status: found.status ?? '',
    desired: found.desiredCount ?? 0,
    running: found.runningCount ?? 0,
    controller: found.deploymentController?.type ?? 'ECS',
    deployments: (found.deployments ?? []).map(deployment => ({
      id: deployment.id ?? '',
      status: deployment.status ?? '',
      taskDefinition: deployment.taskDefinition ?? '',
      desired: deployment.desiredCount ?? 0,
      running: deployment.runningCount ?? 0,
      failed: deployment.failedTasks ?? 0,
      rolloutState: deployment.rolloutState,
      rolloutReason: deployment.rolloutStateReason,
      createdAt: milliseconds(deployment.createdAt) ?? 0,
    })),
    events: (found.events ?? []).map(({ id = '', createdAt, message = '' }) => ({
      id,
      at: milliseconds(createdAt) ?? 0,
      message,
    })),
    targetGroups: (found.loadBalancers ?? []).flatMap(
      ({ targetGroupArn: arn, containerName = '', containerPort = 0 }) =>
        arn ? [{ arn, container: containerName, port: containerPort }] : [],
    ),
  };
}

function task(found: SdkTask): Task {
  const arn = found.taskArn ?? '';
  return {
    arn,
    id: arn.slice(arn.lastIndexOf('/') + 1),
    startedBy: found.startedBy ?? '',
    taskDefinition: found.taskDefinitionArn ?? '',
    stopCode: found.stopCode ?? '',
    stoppedReason: found.stoppedReason ?? '',
    createdAt: milliseconds(found.createdAt) ?? 0,
    stoppingAt: milliseconds(found.stoppingAt ?? found.stoppedAt),
    containers: (found.containers ?? []).map(({ name = '', exitCode, reason }) => ({ name, exitCode, reason })),
  };
}

function containerDefinitions({ containerDefinitions = [] }: SdkTaskDefinition, region: string): ContainerDefinition[] {
  return containerDefinitions.map(({ name = '', essential, logConfiguration }) => {
    const { 'awslogs-group': group, 'awslogs-stream-prefix': streamPrefix, ...rest } = logConfiguration?.options ?? {};
    const isKept = logConfiguration?.logDriver === 'awslogs' && group && streamPrefix;
    return {
      name,
      // What is not said is essential: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
      isEssential: essential ?? true,
      log: isKept ? { group, streamPrefix, region: rest['awslogs-region'] ?? region } : undefined,
    };
  });
}

function milliseconds(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : Math.round(seconds * 1000);
}
