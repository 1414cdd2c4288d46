import { validationError } from '../wire/aws-error.ts';
import { type Engine, isLiving } from './engine.ts';
import { evaluate, evaluateConditions, KNOWN_AFTER_APPLY, type Scope, templateError } from './intrinsics.ts';
import { parameterValue } from './parameters.ts';
import type { Definition, ResourceState, Stack, StackOutput } from './state.ts';
import type { ResourceDeclaration, Template } from './template.ts';

/** What a scope must know of a stack; a stack that is only being validated has no id yet. */
export interface ScopeOwner {
  id: string;
  name: string;
  region: string;
}

/** How a scope sees the resources; `unknown` is what only the deployment can tell. */
export type ResourceView = (logicalId: string) => ResourceState | 'unknown' | undefined;

/** What an import of an export yields; the strict view throws for one that does not exist. */
export type ImportView = (name: string) => string;

/** Builds the scope in which a definition's expressions are computed. */
export function buildScope(
  engine: Engine,
  owner: ScopeOwner,
  definition: Pick<Definition, 'template' | 'parameters' | 'notificationArns'>,
  resources: ResourceView,
  imports: ImportView,
): Scope {
  const { template } = definition;
  const pseudo: Readonly<Record<string, unknown>> = {
    'AWS::AccountId': engine.account,
    'AWS::NotificationARNs': definition.notificationArns,
    'AWS::Partition': 'aws',
    'AWS::Region': owner.region,
    'AWS::StackId': owner.id,
    'AWS::StackName': owner.name,
    'AWS::URLSuffix': 'amazonaws.com',
  };
  const values = new Map(definition.parameters.map(parameter => [parameter.key, parameter]));
  const base: Omit<Scope, 'conditions'> = {
    region: owner.region,
    extended: template.transforms.includes('AWS::LanguageExtensions'),
    mappings: template.mappings,
    ref(name) {
      const declaration = template.parameters[name];
      const parameter = values.get(name);
      if (declaration && parameter) return parameterValue(declaration, parameter);
      if (Object.hasOwn(pseudo, name)) return pseudo[name];
      const resource = resources(name);
      return resource === 'unknown' ? KNOWN_AFTER_APPLY : resource?.physicalId;
    },
    attribute(name, attribute) {
      const resource = resources(name);
      if (resource === 'unknown') return KNOWN_AFTER_APPLY;
      if (resource && !Object.hasOwn(resource.attributes, attribute)) {
        throw templateError(`resource ${name} does not support attribute type ${attribute} in Fn::GetAtt`);
      }
      return resource?.attributes[attribute];
    },
    importValue: imports,
    dynamicReference(service, reference) {
      const name = reference.replace(/:\d+$/, '');
      const value = service === 'ssm' ? engine.readSsm(owner.region, name) : undefined;
      if (value !== undefined) return value;
      throw validationError(
        service === 'ssm'
          ? `Could not resolve {{resolve:ssm:${reference}}}: parameter ${name} not found`
          : `The local AWS resolves {{resolve:ssm:…}} only, not {{resolve:${service}:…}}`,
      );
    },
  };
  return { ...base, conditions: evaluateConditions(template.conditions, base) };
}

/** The scope of a stack at work: resources as they are now, imports as they are exported now. */
export function liveScope(engine: Engine, stack: Stack, definition: Definition): Scope {
  return buildScope(
    engine,
    stack,
    definition,
    id => livingResource(stack, id),
    name => engine.exportedValue(stack.region, name),
  );
}

/** A stack's resource that exists. */
export function livingResource(stack: Stack, logicalId: string): ResourceState | undefined {
  const resource = stack.resources[logicalId];
  return resource && isLiving(resource) ? resource : undefined;
}

/** The declared resources that no condition switches off, by logical id, in template order. */
export function activeResources(template: Template, scope: Scope): Record<string, ResourceDeclaration> {
  return Object.fromEntries(
    Object.entries(template.resources).filter(([, { condition }]) => isActive(condition, scope)),
  );
}

/** Computes the outputs that no condition switches off; throws when one is not text. */
export function computeOutputs(template: Template, scope: Scope): StackOutput[] {
  return Object.entries(template.outputs)
    .filter(([, { condition }]) => isActive(condition, scope))
    .map(([key, output]) => {
      const value = evaluate(output.value, scope);
      if (typeof value === 'object') {
        throw validationError(
          `Template format error: The Value field of every Outputs member must evaluate to a String. (${key})`,
        );
      }
      const exportName = output.exportName === undefined ? undefined : String(evaluate(output.exportName, scope));
      return { key, value: String(value), description: output.description, exportName };
    });
}

function isActive(condition: string | undefined, scope: Scope): boolean {
  return condition === undefined || scope.conditions[condition] === true;
}

/** The names of the exports that a definition imports; throws for one that does not exist. */
export function importsOf(engine: Engine, stack: Stack, definition: Definition): string[] {
  const names = new Set<string>();
  const scope = buildScope(
    engine,
    stack,
    definition,
    id => (id in definition.template.resources ? 'unknown' : undefined),
    name => {
      names.add(name);
      return engine.exportedValue(stack.region, name);
    },
  );
  for (const declaration of Object.values(activeResources(definition.template, scope)))
    evaluate(declaration.properties, scope);
  computeOutputs(definition.template, scope);
  return [...names];
}
