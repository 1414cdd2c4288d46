import { hiddenResources } from '../evaluation/hidden-resources.ts';
import { scopesOf } from '../evaluation/scope.ts';
import { type Resource, Token, Unknown, type Value } from '../evaluation/values.ts';
import type { Plan } from '../plan.ts';

/** All resources of a plan that exist, or may exist, under its values. */
export interface Network {
  region: string;
  /** The AWS is one on this machine, as `AWS_ENDPOINT_URL` says. */
  isLocal: boolean;
  resources: readonly Resource[];
  /** Parameters of a stack by name. */
  parameter(stack: string, name: string): Value;
  /** Why there may be more than the templates show: then nothing can be said to be missing. */
  more?: string | undefined;
}

/** Where a plan is to be deployed. */
export interface Surroundings {
  region: string;
  /** Where AWS is, when that is not AWS's own. */
  endpoint?: string | undefined;
}

export function networkOf(plan: Pick<Plan, 'stacks' | 'leftOut'>, { region, endpoint }: Surroundings): Network {
  const scopes = scopesOf(plan, region);
  return {
    region,
    isLocal: /^https?:\/\/(127\.|localhost\b|\[::1\])/.test(endpoint ?? ''),
    resources: [...scopes.values()].flatMap(scope =>
      [...scope.resources.values()].filter(resource => resource.exists !== false),
    ),
    parameter(stack, name) {
      const scope = scopes.get(stack);
      return scope?.stack.template.parameters[name] ? scope.parameter(name) : undefined;
    },
    more: hiddenResources(plan),
  };
}

export function ofType(network: Network, type: string): Resource[] {
  return network.resources.filter(resource => resource.type === type);
}

/** The resource that an id belongs to, when the plan has it. */
export function resourceOf(id: Value, type: string): Resource | undefined {
  const resource = id instanceof Token && id.attribute === 'Ref' ? id.resource : undefined;
  return resource?.type === type && resource.exists !== false ? resource : undefined;
}

/** The items of a list; one that is not known at all is one unknown item. */
export function items(value: Value): readonly Value[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value.flatMap(items) : [value as Value];
}

/** Why an id leads to nothing that the plan shows. */
export function foreign(id: Value, what: string): Unknown {
  if (id instanceof Unknown) return id;
  return new Unknown(`${what} \`${typeof id === 'string' ? id : '…'}\` is not part of these templates`);
}
