import { Document, type Node } from 'yaml';
import { hasHealthCheck, type Model, type Service } from './model.ts';

/** What a run changes about a project, so that it can stand beside others and its telemetry can be told from theirs. */
export interface Changes {
  /** A resource attribute that marks the run's telemetry, as `name=value`. */
  mark: string;
  /** Publish ports as the files say, instead of on free ones of 127.0.0.1. */
  keepPorts: boolean;
  /** The environment of services that send telemetry; what they say themselves wins. Empty: nothing is changed. */
  telemetry: Readonly<Record<string, string>>;
  /** Services that are not the user's: they keep their environment. */
  backends: readonly string[];
  /** The file from which backends come that the project does not have, and what they must wait for. */
  borrowed?: { file: string; services: readonly string[]; first: string } | undefined;
}

/** So often health is looked at during a test, in milliseconds; a file's own interval may be half a minute. */
const HEALTH_INTERVAL = 1000;

/**
 * A compose file that goes after the user's and changes what a run must: no fixed container names and ports, health seen
 * soon, telemetry marked. It holds nothing of the user's environment but OTEL_RESOURCE_ATTRIBUTES.
 *
 * `!override` and `!reset`: https://docs.docker.com/reference/compose-file/merge (Compose 2.24.4 and later)
 */
export function overlayOf(model: Model, changes: Changes): string {
  const doc = new Document();
  const tagged = (tag: string, value: unknown): Node => Object.assign(doc.createNode(value) as Node, { tag });
  const services: Record<string, unknown> = {};
  for (const [name, service] of Object.entries(model.services)) {
    const isUsers = !changes.backends.includes(name);
    services[name] = {
      ...(service.container_name && { container_name: tagged('!reset', null) }),
      ...(service.ports && !changes.keepPorts && { ports: tagged('!override', freePorts(service.ports)) }),
      ...(hasHealthCheck(service) && { healthcheck: soonSeen(service.healthcheck ?? {}) }),
      ...(isUsers && Object.keys(changes.telemetry).length > 0 && { environment: marked(service, changes) }),
      ...(isUsers &&
        changes.borrowed && { depends_on: { [changes.borrowed.first]: { condition: 'service_healthy' } } }),
    };
  }
  for (const service of changes.borrowed?.services ?? []) {
    services[service] = { extends: { file: changes.borrowed?.file, service } };
  }
  doc.contents = doc.createNode({ services }) as typeof doc.contents;
  return doc.toString();
}

function freePorts(ports: NonNullable<Service['ports']>): unknown[] {
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
  const missing = Object.entries(telemetry).filter(([name]) => own[name] == null);
  const attributes = [own.OTEL_RESOURCE_ATTRIBUTES, mark].filter(Boolean).join(',');
  return { ...Object.fromEntries(missing), OTEL_RESOURCE_ATTRIBUTES: attributes };
}

const UNITS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1, us: 1e-3, ns: 1e-6 };

/** A duration as Compose writes it, such as `1m30s`, in milliseconds. */
function spanOf(duration: string): number {
  const parts = [...duration.matchAll(/(\d+(?:\.\d+)?)(ms|us|ns|h|m|s)/g)];
  return parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (UNITS[unit ?? ''] ?? 0), 0);
}
