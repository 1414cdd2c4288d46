import { Document, type Node } from 'yaml';
import { hasHealthCheck, type Model, type Service } from './model.ts';

/** What a run changes about a project, so that it can stand beside others and its telemetry can be told from theirs. */
export interface Changes {
  /** A resource attribute that marks the run's telemetry, as `name=value`. */
  mark: string;
  /** Publish ports as the files say, instead of on free ones of 127.0.0.1. */
  keepPorts: boolean;
  /** Images are built, and so under names of their own. */
  builds: boolean;
  /** The environment of services that send telemetry; what they say themselves wins. Empty: nothing is changed. */
  telemetry: Readonly<Record<string, string>>;
  /** Services that are not the user's, with the port of each that must be published. */
  backends: Readonly<Record<string, number>>;
  /** The file from which backends come that the project does not have, and what they must wait for. */
  borrowed?: { file: string; services: readonly string[]; first: string } | undefined;
}

/** So often health is looked at during a test, in milliseconds; a file's own interval may be half a minute. */
const HEALTH_INTERVAL = 1000;

/**
 * A compose file that goes after the user's and changes what a run must: nothing has a fixed name that another run or the
 * user's own containers, volumes and images may have too, ports are free ones, health is seen soon, telemetry is marked. It
 * holds nothing of the user's environment but OTEL_RESOURCE_ATTRIBUTES.
 *
 * `!override` and `!reset`: https://docs.docker.com/reference/compose-file/merge (Compose 2.24.4 and later)
 */
export function overlayOf(model: Model, project: string, changes: Changes): string {
  const doc = new Document();
  const tagged = (tag: string, value: unknown): Node => Object.assign(doc.createNode(value) as Node, { tag });
  const services = Object.entries(model.services).map(([name, service]) => [
    name,
    {
      ...(service.container_name && { container_name: tagged('!reset', null), ...aliased(service) }),
      ...imageOf(service),
      ...portsOf(name, service),
      ...(hasHealthCheck(service) && { healthcheck: soonSeen(service.healthcheck ?? {}) }),
      ...(name in changes.backends ? {} : usersOf(service, changes)),
    },
  ]);
  const borrowed = (changes.borrowed?.services ?? []).map(name => [
    name,
    {
      extends: { file: changes.borrowed?.file, service: name },
      ports: tagged('!override', freePorts([{ target: changes.backends[name] ?? 0 }])),
      networks: Object.fromEntries(networksOf(model).map(network => [network, null])),
    },
  ]);
  const whole = {
    services: Object.fromEntries([...services, ...borrowed]),
    ...unshared('volumes'),
    ...unshared('networks'),
  };
  doc.contents = doc.createNode(whole) as typeof doc.contents;
  return doc.toString();

  /** Two runs that build one name would test each other's image; others that use it get the run's own. */
  function imageOf({ build, image }: Service): object {
    if (!changes.builds || image === undefined) return {};
    if (build !== undefined) return { image: tagged('!reset', null) };
    const builder = Object.entries(model.services).find(([, other]) => other.build && other.image === image)?.[0];
    return builder === undefined ? {} : { image: `${project}-${builder}`, pull_policy: 'never' };
  }

  function portsOf(name: string, { ports = [] }: Service): object {
    const needed = changes.backends[name];
    const isMissing = needed !== undefined && !ports.some(({ target }) => target === needed);
    const added = isMissing ? [{ target: needed }] : [];
    if (changes.keepPorts) return isMissing ? { ports: freePorts(added) } : {};
    const all = [...ports, ...added];
    return all.length > 0 ? { ports: tagged('!override', freePorts(all)) } : {};
  }

  /** Removing the project removes them, and they may be somebody's: of a name of the run's own nobody has one. */
  function unshared(kind: 'volumes' | 'networks'): object {
    const named = Object.entries(model[kind] ?? {}).filter(
      ([key, shared]) => shared?.name !== undefined && !shared.external && shared.name !== `${project}_${key}`,
    );
    return named.length > 0
      ? { [kind]: Object.fromEntries(named.map(([key]) => [key, { name: tagged('!reset', null) }])) }
      : {};
  }
}

/** Under its fixed name, too, a container was reached by others. */
function aliased({ container_name, networks }: Service): object {
  const aliases = container_name === undefined ? [] : [container_name];
  return networks ? { networks: Object.fromEntries(Object.keys(networks).map(name => [name, { aliases }])) } : {};
}

function usersOf(service: Service, changes: Changes): object {
  const { borrowed, telemetry } = changes;
  return {
    ...(Object.keys(telemetry).length > 0 && { environment: marked(service, changes) }),
    ...(borrowed && { depends_on: { [borrowed.first]: { condition: 'service_healthy' } } }),
  };
}

/** Every network of a service: whoever is on one of them must reach the collector. */
function networksOf({ services }: Model): string[] {
  return [...new Set(Object.values(services).flatMap(({ networks }) => Object.keys(networks ?? {})))];
}

function freePorts(ports: readonly Pick<NonNullable<Service['ports']>[number], 'target' | 'protocol'>[]): unknown[] {
  return ports.map(({ target, protocol = 'tcp' }) => ({ target, protocol, published: '0', host_ip: '127.0.0.1' }));
}

/** The same patience as the file's, looked at more often. Compose's defaults: 30 s, three times. */
function soonSeen({ interval, retries = 3 }: NonNullable<Service['healthcheck']>): unknown {
  const span = interval === undefined ? 30_000 : spanOf(interval);
  return span <= HEALTH_INTERVAL
    ? {}
    : { interval: `${HEALTH_INTERVAL}ms`, retries: Math.ceil((span * retries) / HEALTH_INTERVAL) };
}

function marked({ environment }: Service, { telemetry, mark }: Changes): Record<string, string> {
  const own = environment ?? {};
  const missing = Object.entries(telemetry)
    .filter(([name]) => own[name] == null)
    .map(([name, value]) => [
      name,
      own.OTEL_EXPORTER_OTLP_PROTOCOL === 'grpc' ? value.replace(/:4318$/, ':4317') : value,
    ]);
  const attributes = [own.OTEL_RESOURCE_ATTRIBUTES, mark].filter(Boolean).join(',');
  return { ...Object.fromEntries(missing), OTEL_RESOURCE_ATTRIBUTES: attributes };
}

const UNITS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1, us: 1e-3, ns: 1e-6 };

/** A duration as Compose writes it, such as `1m30s`, in milliseconds. */
function spanOf(duration: string): number {
  const parts = [...duration.matchAll(/(\d+(?:\.\d+)?)(ms|us|ns|h|m|s)/g)];
  return parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (UNITS[unit ?? ''] ?? 0), 0);
}
