import { setTimeout as sleep } from 'node:timers/promises';
import { UserFault } from '../../../../../src/runner/fault.ts';
import type { Containers } from '../../containers/containers.ts';

/** So long a registry may take until it answers, in milliseconds. */
const START_LIMIT = 120_000;

const PORT = 5000;

/**
 * The registry that keeps layers and manifests, in one container.
 *
 * @returns its address, e.g. `http://127.0.0.1:49153`; it is started when it is asked for first, and again after it could not
 */
export function registryContainer(containers: Containers): () => Promise<string> {
  let address: Promise<string> | undefined;
  return () => {
    address ??= start(containers).catch((error: unknown) => {
      address = undefined;
      throw error;
    });
    return address;
  };
}

async function start(containers: Containers): Promise<string> {
  const signal = AbortSignal.timeout(START_LIMIT);
  const environment = { REGISTRY_STORAGE_DELETE_ENABLED: 'true', REGISTRY_HTTP_RELATIVEURLS: 'true' };
  const service = { image: containers.images.registry, environment, ports: [`127.0.0.1::${PORT}`] };
  const project = await containers.project('registry', { services: { registry: service } });
  await project.start(signal, () => {});
  const [container] = await project.containers(signal);
  const port = container?.ports.find(one => one.container === PORT)?.host;
  if (port === undefined) throw notStarted(container?.state ?? 'there is no container');
  const address = `http://127.0.0.1:${port}`;
  // Looks more seldom the longer it takes.
  for (let pause = 20; !(await answers(address, signal)); pause = Math.min(pause * 1.5, 500)) {
    if (signal.aborted) throw notStarted(`it does not answer after ${START_LIMIT / 1000} s`);
    await sleep(pause);
  }
  return address;
}

async function answers(address: string, signal: AbortSignal): Promise<boolean> {
  try {
    return (await fetch(`${address}/v2/`, { signal })).ok;
  } catch {
    // Nobody listens yet, or the time is over, which the caller sees.
    return false;
  }
}

function notStarted(seen: string): UserFault {
  const what = 'The registry behind the ECR of the local AWS does not start';
  return new UserFault({ what, seen, fix: 'See whether the registry’s image can be run by `docker run`' });
}
