import { changingMacro } from '../evaluation/hidden-resources.ts';
import type { Scope } from '../evaluation/scope.ts';
import type { Resource, Value } from '../evaluation/values.ts';
import { isRecord } from '../json-values.ts';
import { settingOf } from '../origins.ts';
import type { Plan } from '../plan.ts';

/** What the checks of combinations look at. */
export interface Sight {
  /** Resources that exist under the plan's values: those with a condition that is false or open are not among them. */
  certain: readonly Resource[];
  /** Those too that may exist. */
  possible: readonly Resource[];
  /** There may be resources that the templates do not show. */
  hasMore: boolean;
  /** A property of a resource, with where it comes from. */
  part(resource: Resource, property: string): Part;
  /** The parameter that an expression of a stack is and nothing else, and what a user changes for it. */
  parameter(stack: string, expression: unknown): { name: string; setting: string } | undefined;
}

/** A property as messages show it. */
export interface Part {
  value: Value;
  /** Its number, when it is a known one. */
  number: number | undefined;
  /** "MinCapacity 8 (parameter `DesiredCount`)" */
  text: string;
  /** What a user changes: the parameter, or the property itself. */
  setting: string;
  /** The parameter of the resource's own stack that the property is and nothing else. */
  parameter: string | undefined;
}

/** @param hasMore see `Sight` */
export function sightOf(plan: Pick<Plan, 'stacks'>, scopes: ReadonlyMap<string, Scope>, hasMore: boolean): Sight {
  const seen = [...scopes.values()].filter(({ stack }) => changingMacro(stack.template.value) === undefined);
  const all = seen.flatMap(scope => [...scope.resources.values()]);
  const parameter: Sight['parameter'] = (stackName, expression) => {
    const stack = scopes.get(stackName)?.stack;
    const name = isRecord(expression) && Object.keys(expression).length === 1 ? expression.Ref : undefined;
    if (!stack || typeof name !== 'string' || !Object.hasOwn(stack.template.parameters, name)) return undefined;
    return { name, setting: settingOf(name, stack, plan.stacks) };
  };
  return {
    certain: all.filter(resource => resource.exists === true),
    possible: all.filter(resource => resource.exists !== false),
    hasMore,
    parameter,
    part(resource, property) {
      const value = resource.property(property);
      const given = parameter(resource.stack, resource.written(property));
      const from = given ? ` (parameter \`${given.setting}\`)` : '';
      return {
        value,
        number: numberOf(value),
        text: `${property} ${words(value)}${from}`,
        setting: given?.setting ?? property,
        parameter: given?.name,
      };
    },
  };
}

function words(value: Value): string {
  if (value === undefined || value === '') return 'empty';
  return typeof value === 'string' ? value : 'not known yet';
}

/** A whole number that is known. */
export function numberOf(value: Value): number | undefined {
  return typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : undefined;
}

/** The parameters of parts, those that are none left out. */
export function parametersOf(...parts: readonly Part[]): string[] {
  return parts.flatMap(({ parameter }) => parameter ?? []);
}

/** "`Service` of stack `ecs-app`" */
export function titleOf({ id, stack }: Resource): string {
  return `\`${id}\` of stack \`${stack}\``;
}
