import type { Clock } from '../../clock.ts';
import { livingResources } from '../../cloudformation/engine.ts';
import type { Regions, ResourceState } from '../../cloudformation/state.ts';
import type { Provider } from '../../resources/provider.ts';
import type { Service } from '../../wire/service.ts';
import { elbService } from './elb.ts';
import { type Listener, openProxy, type ReverseProxy } from './proxy.ts';
import { TargetGroups } from './target-groups.ts';
import { healthSettings } from './target-health.ts';

const TYPE = 'AWS::ElasticLoadBalancingV2';

/** Elastic Load Balancing of one local AWS. */
export interface LoadBalancing {
  service: Service;
  groups: TargetGroups;
  /** Load balancers that listen on this machine, around the provider that knows when they may be deleted. */
  provider(inner: Provider): Provider;
  close(): Promise<void>;
}

/** @param isReal whether load balancers listen; otherwise they are records, as all that is simulated */
export function loadBalancing(options: {
  regions: Regions;
  clock: Clock;
  pace: number;
  isReal: boolean;
}): LoadBalancing {
  const { regions, clock, pace } = options;
  const named = (kind: string, arn: string) =>
    livingResources(regions, regionOf(arn), `${TYPE}::${kind}`).find(({ physicalId }) => physicalId === arn);
  const groups = new TargetGroups({
    clock,
    pace,
    settings: arn => {
      const group = named('TargetGroup', arn);
      return group && healthSettings(group.properties);
    },
  });
  const proxies = new Map<string, ReverseProxy>();
  const close = async (arn: string) => {
    await proxies.get(arn)?.close();
    proxies.delete(arn);
  };
  return {
    groups,
    service: elbService(options.regions, groups),
    provider: inner => ({
      ...inner,
      async create(request) {
        const identity = await inner.create(request);
        if (!options.isReal) return identity;
        const proxy = await openProxy(() => listenerOf(regions, identity.ref), groups);
        proxies.set(identity.ref, proxy);
        return { ...identity, attributes: { ...identity.attributes, DNSName: `127.0.0.1:${proxy.port}` } };
      },
      async delete(request, now) {
        await inner.delete(request, now);
        await close(now.physicalId);
      },
    }),
    async close() {
      groups.close();
      await Promise.all([...proxies.keys()].map(close));
    },
  };
}

/** The listener that answers: one of HTTP before one of HTTPS, since there is no certificate here. */
function listenerOf(regions: Regions, loadBalancer: string): Listener | undefined {
  const region = regionOf(loadBalancer);
  const listeners = livingResources(regions, region, `${TYPE}::Listener`)
    .filter(({ properties }) => properties.LoadBalancerArn === loadBalancer)
    .toSorted((one, other) => Number(one.properties.Port) - Number(other.properties.Port));
  const found = listeners.find(({ properties }) => properties.Protocol === 'HTTP') ?? listeners[0];
  if (!found) return undefined;
  const rules = livingResources(regions, region, `${TYPE}::ListenerRule`).filter(
    ({ properties }) => properties.ListenerArn === found.physicalId,
  );
  return {
    protocol: String(found.properties.Protocol),
    port: Number(found.properties.Port),
    defaultActions: records(found, 'DefaultActions'),
    rules: rules.map(rule => ({
      priority: Number(rule.properties.Priority),
      conditions: records(rule, 'Conditions'),
      actions: records(rule, 'Actions'),
    })),
  };
}

function records({ properties }: ResourceState, name: string): Readonly<Record<string, unknown>>[] {
  const list = properties[name];
  return Array.isArray(list) ? list : [];
}

/** The region in an ARN. */
function regionOf(arn: string): string {
  return arn.split(':')[3] ?? '';
}
