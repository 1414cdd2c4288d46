import { genericProvider, type Provider } from './provider.ts';
import { ResourceFailure } from './validate.ts';

/** AWS::ElasticLoadBalancingV2::LoadBalancer: its schema, and the attribute that keeps it from being deleted. */
export const loadBalancerProvider: Provider = {
  ...genericProvider,
  async delete(request, now) {
    if (isProtected(now.properties)) {
      throw new ResourceFailure(
        `Load balancer '${now.physicalId}' cannot be deleted because deletion protection is enabled (Service: AmazonElasticLoadBalancing; Status Code: 400; Error Code: OperationNotPermitted)`,
      );
    }
    await genericProvider.delete(request, now);
  },
};

function isProtected({ LoadBalancerAttributes }: Record<string, unknown>): boolean {
  const attributes = Array.isArray(LoadBalancerAttributes) ? LoadBalancerAttributes : [];
  return attributes.some(({ Key, Value }) => Key === 'deletion_protection.enabled' && Value === 'true');
}
