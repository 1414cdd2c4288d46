import type { Model } from '../../compose/model.ts';
import { type Fault, UserFault } from '../../runner/fault.ts';

/** The services behind the application, by the names that they have in `local/docker-compose.yml`. */
export const COLLECTOR = 'adot-collector';
/** Where it takes OTLP over HTTP. */
export const OTLP = { service: COLLECTOR, port: 4318 } as const;
export const PROMETHEUS = { service: 'prometheus', port: 9090 } as const;
export const LOCAL_AWS = { service: 'local-aws', port: 4566 } as const;

/** Where the collector puts log records, see local/adot-config.yaml. */
export const LOG_GROUP = '/aws/ecs/zap-adot-logs';

export type Aws = 'local' | 'account';

/** All services that a project needs for its telemetry to be proven, with the port of each that is asked. */
export function backendsFor(aws: Aws): Record<string, number> {
  const needed = [OTLP, PROMETHEUS, ...(aws === 'local' ? [LOCAL_AWS] : [])];
  return Object.fromEntries(needed.map(({ service, port }) => [service, port]));
}

/**
 * The environment with which services send their telemetry to the collector, soon enough for somebody who waits. Names and
 * units: https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables (milliseconds)
 */
export const TELEMETRY_ENVIRONMENT: Readonly<Record<string, string>> = {
  OTEL_EXPORTER_OTLP_ENDPOINT: `http://${COLLECTOR}:4318`,
  OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
  OTEL_LOGS_EXPORTER: 'otlp',
  OTEL_METRIC_EXPORT_INTERVAL: '1000',
  OTEL_BSP_SCHEDULE_DELAY: '500',
  OTEL_BLRP_SCHEDULE_DELAY: '500',
};

/**
 * Which backends a project lacks: none, or all of them, which are then borrowed.
 *
 * @throws UserFault when it has some of these names and lacks others: ours would be merged with what they mean there
 */
export function missingBackends(model: Model, aws: Aws, file: string): string[] {
  const wanted = Object.keys(backendsFor(aws));
  const present = wanted.filter(name => name in model.services);
  if (present.length === wanted.length) return [];
  if (present.length === 0) return wanted;
  const names = (services: readonly string[]) => services.map(name => `\`${name}\``).join(', ');
  const fault: Fault = {
    what: `The compose project has ${names(present)}, but not ${names(wanted.filter(name => !present.includes(name)))}`,
    seen: `services ${Object.keys(model.services).join(', ')}`,
    fix: 'Bring all of them, none (zap-obs then adds its own), or turn `telemetry` off',
    place: { file },
  };
  throw new UserFault(fault);
}
