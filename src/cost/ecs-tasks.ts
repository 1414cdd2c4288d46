import { isList, isMap, type Resource, Text, Token, Unknown, type Value } from '../stacks/evaluation/values.ts';
import { type Inventory, numberOf, resourceNamed } from './charge.ts';

/** How many tasks a service has when it has nothing to do: with autoscaling, the least. */
export function taskCount(service: Resource, inventory: Inventory): number | Unknown {
  const target = inventory
    .ofType('AWS::ApplicationAutoScaling::ScalableTarget')
    .find(one => mentions(one.property('ResourceId'), service));
  // CloudFormation's default for a service that says nothing.
  return target ? numberOf(target.property('MinCapacity')) : numberOf(service.property('DesiredCount'), 1);
}

/** The task definition, when the plan makes it. */
export function definitionOf(service: Resource): Resource | undefined {
  return resourceNamed(service.property('TaskDefinition'), 'AWS::ECS::TaskDefinition');
}

export function isFargate(service: Resource, definition: Resource): boolean {
  const strategy = service.property('CapacityProviderStrategy');
  const providers = isList(strategy) ? strategy.map(one => (isMap(one) ? one.CapacityProvider : one)) : [];
  const launch = service.property('LaunchType');
  if (launch !== undefined || providers.length > 0) return launch === 'FARGATE' || providers.includes('FARGATE');
  const compatible = definition.property('RequiresCompatibilities');
  return isList(compatible) && compatible.includes('FARGATE');
}

/** Virtual CPUs and GB of a task: `256` and `512`, or `.25 vCPU` and `0.5 GB`. */
export function sizeOf(definition: Resource): { cpus: number; gigabytes: number } | Unknown {
  const cpus = inUnits(definition.property('Cpu'), /\s*vcpus?$/i);
  const gigabytes = inUnits(definition.property('Memory'), /\s*gb$/i);
  if (cpus instanceof Unknown) return cpus;
  return gigabytes instanceof Unknown ? gigabytes : { cpus, gigabytes };
}

/** Storage of a task in GB beyond what every task has for nothing. */
export function extraStorage(definition: Resource): number | Unknown {
  const storage = definition.property('EphemeralStorage');
  if (storage instanceof Unknown) return storage;
  const size = numberOf(isMap(storage) ? storage.SizeInGiB : undefined, 20);
  return size instanceof Unknown ? size : size - 20;
}

function inUnits(value: Value, suffix: RegExp): number | Unknown {
  if (typeof value === 'string' && suffix.test(value)) return numberOf(value.replace(suffix, ''));
  const number = numberOf(value);
  return number instanceof Unknown ? number : number / 1024;
}

export function containersOf(definition: Resource): { readonly [key: string]: Value }[] {
  const containers = definition.property('ContainerDefinitions');
  return isList(containers) ? containers.filter(isMap) : [];
}

/** Milliseconds between two values of a metric, from what tells OpenTelemetry so. */
export function metricInterval(definition: Resource): number | Unknown {
  for (const { Environment } of containersOf(definition)) {
    for (const variable of isList(Environment) ? Environment : []) {
      if (isMap(variable) && variable.Name === 'OTEL_METRIC_EXPORT_INTERVAL') return numberOf(variable.Value);
    }
  }
  return new Unknown('no container says how often it sends metrics (OTEL_METRIC_EXPORT_INTERVAL)');
}

/** Whether a value, at any depth, is made of a resource's id or attributes. */
export function mentions(value: Value, resource: Pick<Resource, 'stack' | 'id'>): boolean {
  const isMentioned = (part: Value) => mentions(part, resource);
  if (value instanceof Token) return value.resource?.stack === resource.stack && value.resource.id === resource.id;
  if (value instanceof Text) return value.parts.some(isMentioned);
  if (isList(value)) return value.some(isMentioned);
  return isMap(value) && Object.values(value).some(isMentioned);
}
