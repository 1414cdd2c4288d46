import { deterministicUuid } from '../../cloudformation/engine.ts';
import type { ResourceState } from '../../cloudformation/state.ts';
import { genericProvider, type Provider, type ResourceRequest } from '../../resources/provider.ts';
import { ResourceFailure } from '../../resources/validate.ts';
import type { EcsServices } from './services.ts';
import type { Course } from './simulated-tasks.ts';
import { type Deployment, type EcsService, primaryOf, type ServiceSettings } from './state.ts';
import { readTaskDefinition } from './task-definition.ts';

type Properties = Readonly<Record<string, unknown>>;

/** The resource types of ECS that are more than their schema. */
export function ecsProviders(
  services: EcsServices,
  setCourse: (deployment: Deployment, course: Course) => void,
  isReal: boolean,
): Record<string, Provider> {
  return {
    'AWS::ECS::TaskDefinition': {
      ...genericProvider,
      async create(request) {
        const identity = await genericProvider.create(request);
        services.definitions.define(readTaskDefinition(identity.ref, request.properties));
        return identity;
      },
      async delete(request, now) {
        await genericProvider.delete(request, now);
        services.definitions.deregister(now.physicalId);
      },
    },
    'AWS::ECS::Service': serviceProvider(services, setCourse, isReal),
    'AWS::ApplicationAutoScaling::ScalableTarget': {
      ...genericProvider,
      async create(request) {
        const identity = await genericProvider.create(request);
        scale(services, request);
        return identity;
      },
      async update(request, now) {
        const identity = await genericProvider.update(request, now);
        scale(services, request);
        return identity;
      },
    },
  };
}

function serviceProvider(
  services: EcsServices,
  setCourse: (deployment: Deployment, course: Course) => void,
  isReal: boolean,
): Provider {
  const overlooked = new WeakSet<Deployment>();
  /** What is typical here is how long the containers take. */
  const timed = (request: ResourceRequest): ResourceRequest => ({
    ...request,
    wait: seconds => request.wait(isReal ? 0 : seconds),
  });
  const begins = (request: ResourceRequest) => (deployment: Deployment) => setCourse(deployment, courseFor(request));
  const find = ({ stack }: ResourceRequest, arn: string) => services.find(stack.region, arn);

  return {
    async create(request) {
      let service: EcsService | undefined;
      const creation = genericProvider.create({
        ...timed(request),
        initiated(arn) {
          service = services.create(arn, request.stack.region, readSettings(request.properties), begins(request));
          request.initiated(arn);
        },
      });
      const identity = await untilFailed(creation, () => service && primaryOf(service), request);
      if (service) await settle(service, primaryOf(service), request);
      return identity;
    },

    async update(request, now) {
      const service = find(request, now.physicalId);
      if (!service) throw new ResourceFailure(`Service ${now.physicalId} not found`);
      const isForced = nonceOf(request.properties) !== nonceOf(now.properties);
      const deployment = services.update(service, readSettings(request.properties), {
        isForced,
        begins: begins(request),
      });
      const identity = await untilFailed(genericProvider.update(timed(request), now), () => deployment, request);
      await settle(service, deployment, request);
      return identity;
    },

    async delete(request, now) {
      const service = find(request, now.physicalId);
      if (service) await services.delete(service, request.signal);
      await genericProvider.delete(timed(request), now);
    },
  };

  /** Asked once of each deployment, since the fault may strike only once. */
  function hasFailed(deployment: Deployment, { engine, stack, logicalId }: ResourceRequest): boolean {
    if (deployment.rolloutState !== 'FAILED' || overlooked.has(deployment)) return false;
    const { faults } = engine.options;
    if (!deployment.stopped?.isRolledBack || !faults.onResource('overlook', stack.name, logicalId)) return true;
    overlooked.add(deployment);
    return false;
  }

  /** A simulated service takes as long as is typical, unless its deployment fails before. */
  async function untilFailed<T>(
    work: Promise<T>,
    deployment: () => Deployment | undefined,
    request: ResourceRequest,
  ): Promise<T> {
    const ended = new AbortController();
    const failure = async (): Promise<never> => {
      // The service is there as soon as its creation has begun.
      await Promise.resolve();
      const signal = AbortSignal.any([request.signal, ended.signal]);
      const begun = deployment();
      if (begun) await services.settled(begun, signal);
      if (begun && hasFailed(begun, request)) throw failureOf(begun);
      return await new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    };
    const failing = failure();
    failing.catch(() => {});
    work.catch(() => {});
    try {
      return await Promise.race([work, failing]);
    } finally {
      ended.abort();
    }
  }

  /** @throws ResourceFailure when the deployment fails */
  async function settle(
    service: EcsService,
    deployment: Deployment | undefined,
    request: ResourceRequest,
  ): Promise<void> {
    if (!deployment) return;
    await services.settled(deployment, request.signal);
    if (hasFailed(deployment, request)) throw failureOf(deployment);
    // A rollback by ECS itself ends before CloudFormation's begins.
    const primary = primaryOf(service);
    if (primary && primary !== deployment) await services.settled(primary, request.signal);
  }
}

/** The words of public issue reports, e.g. aws/containers-roadmap#1205 and aws/aws-cdk#21127; of a stopped one, ours. */
function failureOf({ id, stopped }: Deployment): ResourceFailure {
  const why = stopped?.by === 'request' ? 'ECS Deployment was stopped' : 'ECS Deployment Circuit Breaker was triggered';
  const message = `Error occurred during operation '${why}'.`;
  return new ResourceFailure(
    `Resource handler returned message: "${message}" (RequestToken: ${deterministicUuid(id)}, HandlerErrorCode: GeneralServiceException)`,
  );
}

function courseFor({ engine, stack, logicalId }: ResourceRequest): Course {
  const { faults } = engine.options;
  if (faults.onResource('crash', stack.name, logicalId)) return 'crash';
  return faults.onResource('sicken', stack.name, logicalId) ? 'ill' : 'well';
}

function scale(services: EcsServices, { stack, properties }: ResourceRequest): void {
  const name = String(properties.ResourceId).split('/').at(-1) ?? '';
  services.scale(stack.region, name, { min: Number(properties.MinCapacity), max: Number(properties.MaxCapacity) });
}

function nonceOf({ ForceNewDeployment }: ResourceState['properties']): unknown {
  return (ForceNewDeployment as Properties | undefined)?.ForceNewDeploymentNonce;
}

function readSettings(properties: Properties): ServiceSettings {
  const configuration = (properties.DeploymentConfiguration ?? {}) as { DeploymentCircuitBreaker?: Properties };
  const breaker = configuration.DeploymentCircuitBreaker;
  const balancers = Array.isArray(properties.LoadBalancers) ? properties.LoadBalancers : [];
  return {
    taskDefinitionArn: String(properties.TaskDefinition),
    ...(properties.DesiredCount !== undefined && { desiredCount: Number(properties.DesiredCount) }),
    breaker: { enabled: breaker?.Enable === true, rollback: breaker?.Rollback === true },
    healthCheckGracePeriod: Number(properties.HealthCheckGracePeriodSeconds ?? 0),
    targets: balancers
      .filter(({ TargetGroupArn }) => TargetGroupArn !== undefined)
      .map(({ TargetGroupArn, ContainerName, ContainerPort }) => ({
        targetGroupArn: String(TargetGroupArn),
        containerName: String(ContainerName),
        containerPort: Number(ContainerPort),
      })),
  };
}
