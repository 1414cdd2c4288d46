import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ComposeProject } from '../../../../src/compose/project.ts';
import { pauseAfter } from '../../../../src/compose/ready.ts';
import { messageOf, UserFault } from '../../../../src/runner/fault.ts';
import { systemClock } from '../clock.ts';
import type { Containers } from './containers.ts';
import type { ComposeService } from './relay.ts';

/** A Prometheus that runs. */
export interface PrometheusServer {
  /** On the machine, such as `http://127.0.0.1:49153`; its API is below the prefix. */
  url: string;
  remove(): Promise<void>;
}

const SERVICE = 'prometheus';
const PORT = 9090;
/** So long its container may take to be made, in milliseconds, and an image that is not there to come. */
const CREATION_LIMIT = 300_000;
/** So long it may take to be ready, in milliseconds. */
const READINESS_LIMIT = 60_000;

/**
 * Nothing is scraped. Amazon Managed Prometheus takes samples that are up to a minute out of order
 * ("Out-of-order samples", its user guide); Prometheus does so from 2.39 on.
 */
const CONFIG = 'storage: { tsdb: { out_of_order_time_window: 1m } }\n';

/**
 * Starts a Prometheus of its own for `name`, which is ready when this returns.
 *
 * @param prefix where it serves, such as `/workspaces/ws-1`
 * @throws UserFault with its last words when it does not become ready; nothing is left of it then
 */
export async function startPrometheus(containers: Containers, name: string, prefix: string): Promise<PrometheusServer> {
  const config = join(containers.folder, `${name}-prometheus.yml`);
  await writeFile(config, CONFIG);
  // The folder is closed to others; the container's user has to read the file that is mounted out of it.
  await chmod(config, 0o644);
  const { prometheus: image } = containers.images;
  const service = prometheusService(image, config, prefix);
  const project = await containers.project(name, { services: { [SERVICE]: service } });
  try {
    await project.start(AbortSignal.timeout(CREATION_LIMIT), () => {});
    const signal = AbortSignal.timeout(READINESS_LIMIT);
    const [container] = await project.containers(signal);
    const port = container?.ports.find(port => port.container === PORT)?.host;
    const url = `http://127.0.0.1:${port}`;
    await untilReady(`${url}${prefix}/-/ready`, signal, async () => (await project.containers(signal))[0]?.state);
    return { url, remove: () => containers.remove(project) };
  } catch (error) {
    const said = await lastWords(project);
    await containers.remove(project);
    const seen = [messageOf(error), ...said].join(' | ');
    const fix = `Check that the image ${image} is one of Prometheus 2.39 or later`;
    throw new UserFault({ what: `The Prometheus of ${name} does not start`, seen, fix }, { cause: error });
  }
}

/** For a message about something else: that there are none is no failure of its own. */
async function lastWords(project: ComposeProject): Promise<string[]> {
  try {
    return await project.logs(SERVICE, 3, AbortSignal.timeout(READINESS_LIMIT));
  } catch (error) {
    return [messageOf(error)];
  }
}

/** Its samples are in a volume without a name, which goes with it. */
function prometheusService(image: string, config: string, prefix: string): ComposeService {
  return {
    image,
    command: [
      '--config.file=/etc/prometheus/prometheus.yml',
      '--storage.tsdb.path=/prometheus',
      '--web.enable-remote-write-receiver',
      `--web.route-prefix=${prefix}`,
      '--log.level=warn',
    ],
    user: '65534:65534',
    read_only: true,
    cap_drop: ['ALL'],
    security_opt: ['no-new-privileges:true'],
    mem_limit: '512m',
    ports: [`127.0.0.1::${PORT}`],
    volumes: [
      {
        type: 'bind',
        source: config,
        target: '/etc/prometheus/prometheus.yml',
        read_only: true,
        bind: { create_host_path: false },
      },
      { type: 'volume', target: '/prometheus' },
    ],
  };
}

/** Asks until the answer is 200; a container that has ended never gives it. */
async function untilReady(url: string, signal: AbortSignal, state: () => Promise<string | undefined>): Promise<void> {
  const began = Date.now();
  for (;;) {
    const isReady = await fetch(url, { signal }).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isReady) return;
    signal.throwIfAborted();
    const now = await state();
    if (now !== 'running' && now !== 'created') throw new Error(`its container is ${now ?? 'gone'}`);
    await systemClock.sleep(pauseAfter(Date.now() - began) / 1000, signal);
  }
}
