import { livingResources } from '../../cloudformation/engine.ts';
import type { Regions } from '../../cloudformation/state.ts';
import { AwsError } from '../../wire/aws-error.ts';
import { type Params, requiredText, text, texts } from '../../wire/params.ts';
import { jsonService, type QueryAction, type Service } from '../../wire/service.ts';
import { breakerThreshold } from './decide.ts';
import type { EcsServices } from './services.ts';
import { type Deployment, type EcsService, livingTasks, primaryOf, type Task } from './state.ts';

/** Amazon ECS: what the services of stacks do, and the few calls that change that. */
export function ecsService(account: string, regions: Regions, services: EcsServices): Service {
  const clusters = (region: string) => livingResources(regions, region, 'AWS::ECS::Cluster');
  const inCluster = (region: string, params: Params): readonly EcsService[] => {
    const cluster = (text(params, 'cluster') ?? 'default').split('/').at(-1);
    if (!clusters(region).some(({ physicalId }) => physicalId === cluster))
      throw new AwsError('ClusterNotFoundException', 'Cluster not found.');
    return services.list(region).filter(service => service.cluster === cluster);
  };
  const named = (all: readonly EcsService[], nameOrArn: string): EcsService | undefined =>
    all.findLast(({ name }) => name === nameOrArn.split('/').at(-1));
  const active = (region: string, params: Params): EcsService => {
    const service = named(inCluster(region, params), requiredText(params, 'service'));
    if (!service) throw new AwsError('ServiceNotFoundException', 'Service not found.');
    if (service.status !== 'ACTIVE') throw new AwsError('ServiceNotActiveException', 'Service was not ACTIVE.');
    return service;
  };
  const allTasks = (region: string) =>
    services.list(region).flatMap(service => service.tasks.map(task => ({ service, task })));
  const byArn = (region: string, arn: string) => {
    const all = services
      .list(region)
      .flatMap(service => service.deployments.map(deployment => ({ service, deployment })));
    const found = all.find(({ service, deployment }) => serviceDeploymentArn(service, deployment) === arn);
    if (!found) throw new AwsError('ServiceDeploymentNotFoundException', 'The service deployment could not be found.');
    return found;
  };

  const definitionNamed = (region: string, name: string) => {
    const found = services.definitions.find(region, name);
    if (!found) throw new AwsError('ClientException', 'Unable to describe task definition.');
    return found;
  };

  const actions: Readonly<Record<string, QueryAction>> = {
    ListClusters: ({ region }) => ({
      clusterArns: clusters(region).map(({ physicalId }) => `arn:aws:ecs:${region}:${account}:cluster/${physicalId}`),
    }),
    DescribeClusters: ({ region }, params) => {
      const wanted = (texts(params, 'clusters') ?? ['default']).map(name => name.split('/').at(-1) ?? '');
      const found = clusters(region).filter(({ physicalId }) => wanted.includes(physicalId));
      return {
        clusters: found.map(({ physicalId }) => ({
          clusterArn: `arn:aws:ecs:${region}:${account}:cluster/${physicalId}`,
          clusterName: physicalId,
          status: 'ACTIVE',
          activeServicesCount: services
            .list(region)
            .filter(({ cluster, status }) => cluster === physicalId && status === 'ACTIVE').length,
          runningTasksCount: allTasks(region).filter(
            ({ service, task }) => service.cluster === physicalId && task.status === 'RUNNING',
          ).length,
          pendingTasksCount: allTasks(region).filter(
            ({ service, task }) => service.cluster === physicalId && task.status === 'PENDING',
          ).length,
        })),
        failures: wanted
          .filter(name => !found.some(({ physicalId }) => physicalId === name))
          .map(name => ({ arn: `arn:aws:ecs:${region}:${account}:cluster/${name}`, reason: 'MISSING' })),
      };
    },
    ListServices: ({ region }, params) => ({
      serviceArns: inCluster(region, params)
        .filter(({ status }) => status !== 'INACTIVE')
        .map(({ arn }) => arn),
    }),
    DescribeServices: ({ region }, params) => {
      const all = inCluster(region, params);
      const wanted = texts(params, 'services') ?? [];
      if (wanted.length === 0 || wanted.length > 10)
        throw new AwsError('InvalidParameterException', 'Services must contain 1 to 10 items.');
      const found = wanted.map(name => ({ name, service: named(all, name) }));
      return {
        services: found.flatMap(({ service }) => (service ? [shownService(service)] : [])),
        failures: found.flatMap(({ name, service }) => (service ? [] : [{ arn: name, reason: 'MISSING' }])),
      };
    },
    ListServiceDeployments: ({ region }, params) => {
      const service = named(inCluster(region, params), requiredText(params, 'service'));
      if (!service) throw new AwsError('ServiceNotFoundException', 'Service not found.');
      const states = texts(params, 'status');
      const all = service.deployments.map(deployment => {
        const {
          deploymentCircuitBreaker: _,
          rollback: __,
          updatedAt: ___,
          ...brief
        } = shownServiceDeployment(service, deployment);
        return brief;
      });
      return { serviceDeployments: all.filter(({ status }) => !states?.length || states.includes(status)) };
    },
    DescribeServiceDeployments: ({ region }, params) => {
      const found = (texts(params, 'serviceDeploymentArns') ?? []).map(arn => byArn(region, arn));
      return {
        serviceDeployments: found.map(({ service, deployment }) => shownServiceDeployment(service, deployment)),
        failures: [],
      };
    },
    StopServiceDeployment: ({ region }, params) => {
      const arn = requiredText(params, 'serviceDeploymentArn');
      const { service, deployment } = byArn(region, arn);
      if (deployment.rolloutState !== 'IN_PROGRESS')
        throw new AwsError('ConflictException', 'The service deployment is not in a state that can be stopped.');
      services.stopDeployment(service, deployment, (text(params, 'stopType') ?? 'ROLLBACK') === 'ROLLBACK');
      return { serviceDeploymentArn: arn };
    },
    UpdateService: ({ region }, params) => {
      const service = active(region, params);
      const count = text(params, 'desiredCount');
      if (count !== undefined) services.setDesired(service, Number(count));
      const named = text(params, 'taskDefinition');
      const taskDefinitionArn =
        named === undefined ? service.settings.taskDefinitionArn : definitionNamed(region, named).arn;
      const isForced = params.forceNewDeployment === true;
      if (isForced || taskDefinitionArn !== service.settings.taskDefinitionArn)
        services.update(service, { ...service.settings, taskDefinitionArn }, { isForced });
      return { service: shownService(service) };
    },
    ListTasks: ({ region }, params) => {
      const wanted = text(params, 'desiredStatus') ?? 'RUNNING';
      const name = text(params, 'serviceName')?.split('/').at(-1);
      const tasks = inCluster(region, params)
        .filter(service => name === undefined || service.name === name)
        .flatMap(({ tasks }) => tasks);
      return { taskArns: tasks.filter(({ desiredStatus }) => desiredStatus === wanted).map(({ arn }) => arn) };
    },
    DescribeTasks: ({ region }, params) => {
      const all = inCluster(region, params).flatMap(service => service.tasks.map(task => ({ service, task })));
      const found = (texts(params, 'tasks') ?? []).map(arn => ({
        arn,
        one: all.find(({ task }) => task.id === arn.split('/').at(-1)),
      }));
      return {
        tasks: found.flatMap(({ one }) => (one ? [shownTask(one.service, one.task, services)] : [])),
        failures: found.flatMap(({ arn, one }) => (one ? [] : [{ arn, reason: 'MISSING' }])),
      };
    },
    StopTask: ({ region }, params) => {
      const id = requiredText(params, 'task').split('/').at(-1);
      const found = allTasks(region).find(({ task }) => task.id === id);
      if (!found) throw new AwsError('InvalidParameterException', 'The referenced task was not found.');
      services.stopTask(found.service, found.task, text(params, 'reason') ?? 'Task stopped by user');
      return { task: shownTask(found.service, found.task, services) };
    },
    DescribeTaskDefinition: ({ region }, params) => {
      const definition = definitionNamed(region, requiredText(params, 'taskDefinition'));
      const { ContainerDefinitions, Tags: _, ...rest } = definition.properties;
      const containers = Array.isArray(ContainerDefinitions) ? ContainerDefinitions : [];
      return {
        taskDefinition: {
          ...(lowered(rest) as object),
          taskDefinitionArn: definition.arn,
          family: definition.family,
          revision: definition.revision,
          status: services.definitions.isActive(definition.arn) ? 'ACTIVE' : 'INACTIVE',
          containerDefinitions: containers.map(container => lowered({ Essential: true, ...container })),
        },
      };
    },
  };
  return jsonService(actions, 'InvalidParameterException');
}

function seconds(milliseconds: number | undefined): number | undefined {
  return milliseconds === undefined ? undefined : milliseconds / 1000;
}

function serviceDeploymentArn({ arn }: EcsService, { id }: Deployment): string {
  return `${arn.replace(':service/', ':service-deployment/')}/${id.replace('ecs-svc/', '')}`;
}

function shownService(service: EcsService) {
  const { settings, desiredCount, deployments, events } = service;
  const primary = primaryOf(service);
  const current = primary && serviceDeploymentArn(service, primary);
  return {
    serviceArn: service.arn,
    serviceName: service.name,
    clusterArn: service.arn.replace(/:service\/.*$/, `:cluster/${service.cluster}`),
    status: service.status,
    desiredCount,
    runningCount: livingTasks(service).filter(({ status }) => status === 'RUNNING').length,
    pendingCount: livingTasks(service).filter(({ status }) => status === 'PENDING').length,
    launchType: 'FARGATE',
    taskDefinition: settings.taskDefinitionArn,
    deploymentController: { type: 'ECS' },
    deploymentConfiguration: {
      deploymentCircuitBreaker: { enable: settings.breaker.enabled, rollback: settings.breaker.rollback },
      maximumPercent: 200,
      minimumHealthyPercent: 100,
    },
    loadBalancers: settings.targets,
    healthCheckGracePeriodSeconds: settings.healthCheckGracePeriod,
    createdAt: seconds(service.createdAt),
    ...(primary?.rolloutState === 'IN_PROGRESS' && { currentServiceDeployment: current }),
    deployments: deployments.filter(({ status }) => status !== 'INACTIVE').map(one => shownDeployment(service, one)),
    events: events.map(({ id, at, message }) => ({ id, createdAt: seconds(at), message: remarked(service, message) })),
  };
}

function shownDeployment(service: EcsService, deployment: Deployment) {
  const living = livingTasks(service, deployment);
  return {
    id: deployment.id,
    status: deployment.status,
    taskDefinition: deployment.taskDefinitionArn,
    desiredCount: deployment.status === 'PRIMARY' ? service.desiredCount : 0,
    runningCount: living.filter(({ status }) => status === 'RUNNING').length,
    pendingCount: living.filter(({ status }) => status === 'PENDING').length,
    failedTasks: deployment.failedTasks,
    createdAt: seconds(deployment.createdAt),
    updatedAt: seconds(deployment.updatedAt),
    launchType: 'FARGATE',
    rolloutState: deployment.rolloutState,
    rolloutStateReason: remarked(service, deployment.rolloutStateReason),
  };
}

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ServiceDeployment.html */
function shownServiceDeployment(service: EcsService, deployment: Deployment) {
  const { stopped, rolloutState, failuresInARow } = deployment;
  const primary = primaryOf(service);
  const isBack = primary?.rolloutState === 'COMPLETED';
  const rollback = isBack ? 'ROLLBACK_SUCCESSFUL' : 'ROLLBACK_IN_PROGRESS';
  const failed = stopped?.isRolledBack && primary !== deployment ? rollback : 'STOPPED';
  const status = { IN_PROGRESS: 'IN_PROGRESS', COMPLETED: 'SUCCESSFUL', FAILED: failed }[rolloutState];
  return {
    serviceDeploymentArn: serviceDeploymentArn(service, deployment),
    serviceArn: service.arn,
    clusterArn: service.arn.replace(/:service\/.*$/, `:cluster/${service.cluster}`),
    createdAt: seconds(deployment.createdAt),
    startedAt: seconds(deployment.createdAt),
    finishedAt: seconds(deployment.finishedAt),
    updatedAt: seconds(deployment.updatedAt),
    status,
    statusReason: deployment.rolloutStateReason,
    deploymentCircuitBreaker: {
      status: !service.settings.breaker.enabled
        ? 'DISABLED'
        : stopped?.by === 'circuit breaker'
          ? 'TRIGGERED'
          : rolloutState === 'IN_PROGRESS'
            ? 'MONITORING'
            : 'MONITORING_COMPLETE',
      failureCount: failuresInARow,
      threshold: breakerThreshold(service.desiredCount),
    },
    ...(stopped?.isRolledBack && { rollback: { reason: stopped.reason, startedAt: seconds(deployment.finishedAt) } }),
  };
}

function shownTask(service: EcsService, task: Task, services: EcsServices) {
  const definition = services.definitions.get(task.taskDefinitionArn);
  return {
    taskArn: task.arn,
    clusterArn: service.arn.replace(/:service\/.*$/, `:cluster/${service.cluster}`),
    taskDefinitionArn: task.taskDefinitionArn,
    group: `service:${service.name}`,
    startedBy: task.deploymentId,
    lastStatus: task.status,
    desiredStatus: task.desiredStatus,
    healthStatus: healthOf(task),
    launchType: 'FARGATE',
    cpu: definition?.cpu,
    memory: definition?.memory,
    availabilityZone: `${service.region}a`,
    createdAt: seconds(task.createdAt),
    startedAt: seconds(task.startedAt),
    stoppingAt: seconds(task.stoppingAt),
    stoppedAt: seconds(task.stoppedAt),
    stopCode: task.stopCode,
    stoppedReason: task.stoppedReason,
    containers: task.containers.map(container => ({
      containerArn: `${task.arn.replace(':task/', ':container/')}/${container.name}`,
      taskArn: task.arn,
      name: container.name,
      image: container.image,
      imageDigest: container.image.split('@')[1],
      runtimeId: container.runtimeId,
      lastStatus: container.status,
      exitCode: container.exitCode,
      reason: container.reason,
      healthStatus: container.health,
      networkInterfaces: [{ privateIpv4Address: task.ip }],
    })),
    tags: service.isSimulated ? [{ key: 'zap-local:simulated', value: 'no Docker' }] : [],
  };
}

/** What nobody has seen happen is not to be taken for it. */
function remarked({ isSimulated }: EcsService, text: string): string {
  return isSimulated ? `${text} (simulated: no Docker)` : text;
}

function healthOf({ containers }: Task): string {
  const checked = containers.filter(({ essential, hasHealthCheck }) => essential && hasHealthCheck);
  if (checked.some(({ health }) => health === 'UNHEALTHY')) return 'UNHEALTHY';
  return checked.length > 0 && checked.every(({ health }) => health === 'HEALTHY') ? 'HEALTHY' : 'UNKNOWN';
}

/** A template's properties with the names that the API gives them; what users name, such as log options, stays as it is. */
function lowered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(lowered);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => {
      const isMap = name === 'Options' || name === 'DockerLabels';
      return [`${name.charAt(0).toLowerCase()}${name.slice(1)}`, isMap ? item : lowered(item)];
    }),
  );
}
