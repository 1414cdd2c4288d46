import { deterministicUuid } from '../cloudformation/engine.ts';
import type { ResourceState } from '../cloudformation/state.ts';
import type { ResourceWork } from '../faults/effect.ts';
import type { EcrStore } from '../services/ecr/store.ts';
import type { LogGroups } from '../services/log-groups.ts';
import type { S3Store } from '../services/s3-store.ts';
import { genericProvider, type Provider, type ResourceRequest } from './provider.ts';
import { ResourceFailure } from './validate.ts';

/** Why a resource cannot be deleted, in the words of the event; undefined when it can. */
type Refusal = (request: ResourceRequest, now: ResourceState) => string | undefined;

/** Providers of the types that AWS does not delete while something is in them, attached to them, or protects them. */
export function guardedProviders(stores: { ecr: EcrStore; s3: S3Store; logs: LogGroups }): Record<string, Provider> {
  const { ecr, s3, logs } = stores;
  const id = (now: ResourceState) => deterministicUuid(`${now.physicalId}/${now.updatedAt}`);
  // Texts from public issue reports, e.g. aws/aws-parallelcluster#3314, aws/aws-cdk#21776 and #14456, rain#187.
  return {
    'AWS::ECR::Repository': guarded(
      ({ stack, properties }, now) => {
        const refusal = properties.EmptyOnDelete === true ? undefined : ecr.refusal(stack.region, now.physicalId);
        return (
          refusal &&
          `Resource handler returned message: "${refusal} (Service: Ecr, Status Code: 400, Request ID: ${id(now)})" (RequestToken: ${id(now)}, HandlerErrorCode: GeneralServiceException)`
        );
      },
      ({ stack }, now) => ecr.delete(stack.region, now.physicalId),
    ),
    'AWS::S3::Bucket': guarded(
      (_, now) =>
        s3.find(now.physicalId)?.objects.size
          ? `The bucket you tried to delete is not empty (Service: Amazon S3; Status Code: 409; Error Code: BucketNotEmpty; Request ID: ${id(now)}; Proxy: null)`
          : undefined,
      (_, now) => s3.buckets.delete(now.physicalId),
    ),
    'AWS::ElasticLoadBalancingV2::LoadBalancer': guarded(({ properties }, now) =>
      isProtected(properties)
        ? `Load balancer '${now.physicalId}' cannot be deleted because deletion protection is enabled (Service: AmazonElasticLoadBalancing; Status Code: 400; Error Code: OperationNotPermitted; Request ID: ${id(now)}; Proxy: null)`
        : undefined,
    ),
    'AWS::EC2::SecurityGroup': guarded((request, now) =>
      isInUse(request, now)
        ? `resource ${now.physicalId} has a dependent object (Service: Ec2, Status Code: 400, Request ID: ${id(now)})`
        : undefined,
    ),
    'AWS::EC2::Subnet': guarded((request, now) =>
      isInUse(request, now)
        ? `Resource handler returned message: "The subnet '${now.physicalId}' has dependencies and cannot be deleted. (Service: Ec2, Status Code: 400, Request ID: ${id(now)})" (RequestToken: ${id(now)}, HandlerErrorCode: InvalidRequest)`
        : undefined,
    ),
    'AWS::Logs::LogGroup': guarded(
      () => undefined,
      (request, now) => {
        // As a service does that still has something to write.
        const reappears = now.metadata['zap-local:reappears'] || isStruck('forget', request, now);
        if (reappears) logs.create(request.stack.region, now.physicalId, {});
      },
    ),
  };
}

function guarded(refusal: Refusal, gone?: (request: ResourceRequest, now: ResourceState) => unknown): Provider {
  return {
    ...genericProvider,
    async delete(request, now) {
      await genericProvider.delete(request, now);
      const reason = refusal(request, now);
      if (reason !== undefined) throw new ResourceFailure(reason);
      await gone?.(request, now);
    },
  };
}

function isProtected({ LoadBalancerAttributes: attributes }: Record<string, unknown>): boolean {
  const all = Array.isArray(attributes) ? attributes : [];
  return all.some(({ Key, Value }) => Key === 'deletion_protection.enabled' && String(Value) === 'true');
}

/** `Metadata: { "zap-local:in-use": 2 }`: so many deletions fail, as while a network interface is still attached. */
function isInUse(request: ResourceRequest, now: ResourceState): boolean {
  const { stack } = request;
  const { metadata, logicalId } = now;
  if (isStruck('leave', request, now)) return true;
  const failed = stack.events.filter(event => event.logicalId === logicalId && event.status === 'DELETE_FAILED');
  return failed.length < Number(metadata['zap-local:in-use'] ?? 0);
}

function isStruck(work: ResourceWork, { engine, stack }: ResourceRequest, { logicalId }: ResourceState): boolean {
  return engine.options.faults.onResource(work, stack.name, logicalId) !== undefined;
}
