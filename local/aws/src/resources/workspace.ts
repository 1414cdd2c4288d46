import { messageOf } from '../../../../src/runner/fault.ts';
import type { Containers } from '../containers/containers.ts';
import { type PrometheusServer, startPrometheus } from '../containers/prometheus.ts';
import type { Workspaces } from '../services/workspaces.ts';
import { genericProvider, type Provider } from './provider.ts';
import { ResourceFailure } from './validate.ts';

/** Workspaces of Amazon Managed Prometheus that keep metrics: a Prometheus for each, behind the local AWS's own address. */
export function workspaceProvider(containers: Containers, workspaces: Workspaces): Provider {
  const servers = new Map<string, PrometheusServer>();
  return {
    ...genericProvider,

    async create(request) {
      const { ref, attributes } = await genericProvider.create(request);
      const id = String(attributes.WorkspaceId);
      const prefix = `/workspaces/${id}`;
      const server = await orFailure(startPrometheus(containers, `amp-${id}`, prefix));
      servers.set(id, server);
      workspaces.attach(id, server.url);
      return { ref, attributes: { ...attributes, PrometheusEndpoint: `${containers.url}${prefix}/` } };
    },

    async delete(request, now) {
      await genericProvider.delete(request, now);
      // One whose creation has failed has none.
      const id = now.physicalId.split('/').at(-1) ?? '';
      workspaces.detach(id);
      const server = servers.get(id);
      if (server) await orFailure(server.remove());
      servers.delete(id);
    },
  };
}

async function orFailure<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw new ResourceFailure(messageOf(error), { cause: error });
  }
}
