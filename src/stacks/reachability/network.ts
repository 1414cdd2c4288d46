import { scopesOf } from '../evaluation/scope.ts';
import { type Resource, Token, Unknown, type Value } from '../evaluation/values.ts';
import { argumentsOf, isRecord } from '../json-values.ts';
import type { Plan, PlannedStack } from '../plan.ts';

/** All resources of a plan that exist, or may exist, under its values. */
export interface Network {
  region: string;
  resources: readonly Resource[];
  /** Parameters of a stack by name. */
  parameter(stack: string, name: string): Value;
  /** Why there may be more than the templates show: then nothing can be said to be missing. */
  more?: string | undefined;
}

export function networkOf(plan: Pick<Plan, 'stacks' | 'leftOut'>, region: string): Network {
  const scopes = scopesOf(plan, region);
  return {
    region,
    resources: [...scopes.values()].flatMap(scope =>
      [...scope.resources.values()].filter(resource => resource.exists !== false),
    ),
    parameter(stack, name) {
      const scope = scopes.get(stack);
      return scope?.stack.template.parameters[name] ? scope.parameter(name) : undefined;
    },
    more:
      plan.leftOut.length > 0
        ? `input \`only\` leaves out ${plan.leftOut.map(name => `\`${name}\``).join(', ')}, whose resources are not seen`
        : plan.stacks.map(hidden).find(reason => reason !== undefined),
  };
}

/**
 * Transforms that add nothing to a network: SAM makes functions, APIs, tables and roles, the others rotation functions,
 * hooks and language features. https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/transform-reference.html
 */
const HARMLESS = /^AWS::(Serverless-2016-10-31|LanguageExtensions|SecretsManager-[\d-]+|CodeDeployBlueGreen)$/;

/** Why a template may bring more resources than it shows. */
function hidden({ template }: PlannedStack): string | undefined {
  const { Transform, Resources } = template.value;
  const macros = [Transform ?? []].flat().map(macro => (isRecord(macro) ? String(macro.Name) : String(macro)));
  const macro = macros.find(name => !HARMLESS.test(name));
  if (macro) return `macro \`${macro}\` changes ${template.file} when it is deployed`;
  const keys = isRecord(Resources) ? Object.keys(Resources) : [];
  if (keys.some(key => key.startsWith('Fn::')) || [...argumentsOf(Resources, 'Fn::Transform')].length > 0)
    return `${template.file} is expanded when it is deployed`;
  const nested = Object.entries(template.resources).find(
    ([, { type }]) => type === 'AWS::CloudFormation::Stack' || type.endsWith('::MODULE'),
  );
  return nested && `what \`${nested[0]}\` in ${template.file} holds is not seen`;
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
