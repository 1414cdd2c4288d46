import { UserFault } from '../runner/fault.ts';
import type { Model } from './model.ts';

/** Where requests go: a service of the project, and the port on which its container listens. */
export interface Target {
  service: string;
  port: number;
}

/**
 * Finds the service that is tested: the one of that name, or the only one of the user's that publishes a port.
 *
 * @param name the service's name in its telemetry
 * @throws UserFault when that leaves none, or several
 */
export function targetOf(model: Model, name: string, backends: readonly string[], file: string): Target {
  if (Object.keys(model.services).length === 0) throw noService(file);
  const candidates = Object.entries(model.services).flatMap(([service, { ports = [] }]) => {
    const port = ports.find(({ protocol = 'tcp' }) => protocol === 'tcp')?.target;
    return port === undefined || backends.includes(service) ? [] : [{ service, port }];
  });
  const [only, ...others] = candidates;
  const found = candidates.find(({ service }) => service === name) ?? (others.length === 0 ? only : undefined);
  if (found && model.services[found.service]?.network_mode === 'host') throw onHost(found, file);
  if (found) return found;
  const names = candidates.map(({ service }) => `\`${service}\``).join(', ');
  throw new UserFault({
    what: only
      ? `No service is called \`${name}\`, as the expectations say, and several publish a port`
      : 'No service of the compose project publishes a port to which requests could go',
    seen: only ? names : Object.keys(model.services).join(', '),
    fix: only
      ? 'Call the service in `telemetry.yaml` as in the compose file, or give `base-url`'
      : "Add the port on which it listens to the service's `ports`, or give `base-url`",
    place: { file },
  });
}

function noService(file: string): UserFault {
  return new UserFault({
    what: 'The compose project has no service that would be started',
    seen: 'none, or all of them behind profiles',
    fix: 'Name the profiles in the environment variable COMPOSE_PROFILES',
    place: { file },
  });
}

function onHost({ service, port }: Target, file: string): UserFault {
  return new UserFault({
    what: `\`${service}\` is on the network of the machine, where no port is published for it`,
    seen: '`network_mode: host`',
    fix: `Give \`base-url: http://127.0.0.1:${port}\`, or take the line out`,
    place: { file },
  });
}
