import { coerceProperties } from '../resources/validate.ts';
import { compareResource, type LeafDifference } from './difference.ts';
import type { Engine } from './engine.ts';
import { activeResources, buildScope, computeOutputs, livingResource } from './evaluation.ts';
import { evaluate, KNOWN_AFTER_APPLY } from './intrinsics.ts';
import { dependenciesOf, referencesIn } from './references.ts';
import type { ChangeDetail, Definition, ResourceChange, ResourceState, Stack, StackOutput } from './state.ts';
import { type Dict, isDict, type ResourceDeclaration } from './template.ts';

/** What an update would do. */
export interface Plan {
  changes: ResourceChange[];
  /** Outputs, exports or tags differ, though maybe no resource. */
  otherChanges: boolean;
}

/** Works out what bringing a stack to a definition would change, touching nothing. */
export function planChanges(engine: Engine, stack: Stack, next: Definition): Plan {
  const fates = new Map<string, ResourceChange>();
  const scope = buildScope(
    engine,
    stack,
    next,
    id => {
      const fate = fates.get(id);
      const unknown = fate && (fate.Action === 'Add' || fate.Replacement !== 'False' || fate.ResourceType === NESTED);
      return unknown ? 'unknown' : livingResource(stack, id);
    },
    name => engine.exports(stack.region).find(exported => exported.name === name)?.output.value ?? KNOWN_AFTER_APPLY,
  );
  const active = activeResources(next.template, scope);
  const inOrder = topologically(Object.keys(active), id => dependenciesOf(next.template, id));
  for (const id of inOrder) {
    const declaration = active[id];
    const now = livingResource(stack, id);
    if (!declaration) continue;
    const raw = evaluate(declaration.properties, scope) as Dict;
    const { properties } = coerceProperties(engine.catalog, declaration.type, raw);
    const change = now
      ? modification(engine, stack, next, now, declaration, properties, fates)
      : addition(id, declaration, properties);
    if (change) fates.set(id, change);
  }
  const removals = Object.values(stack.resources)
    .filter(now => !(now.logicalId in active) && livingResource(stack, now.logicalId))
    .map(removal);
  const changes = [...Object.keys(active).flatMap(id => fates.get(id) ?? []), ...removals];
  const outputs = computeOutputs(next.template, scope);
  return { changes, otherChanges: outputsDiffer(stack.outputs, outputs) || !sameTags(stack.definition, next) };
}

const NESTED = 'AWS::CloudFormation::Stack';

function addition(id: string, declaration: ResourceDeclaration, properties: Dict): ResourceChange {
  return {
    Action: 'Add',
    LogicalResourceId: id,
    ResourceType: declaration.type,
    Scope: [],
    Details: [],
    AfterContext: context(properties),
  };
}

function removal(now: ResourceState): ResourceChange {
  return {
    Action: 'Remove',
    LogicalResourceId: now.logicalId,
    PhysicalResourceId: now.physicalId,
    ResourceType: now.type,
    PolicyAction: now.deletionPolicy?.startsWith('Retain') ? 'Retain' : 'Delete',
    Scope: [],
    Details: [],
    BeforeContext: context(now.properties),
  };
}

function modification(
  engine: Engine,
  stack: Stack,
  next: Definition,
  now: ResourceState,
  declaration: ResourceDeclaration,
  properties: Dict,
  fates: ReadonlyMap<string, ResourceChange>,
): ResourceChange | undefined {
  const wanted = {
    ...now,
    properties,
    metadata: declaration.metadata,
    otherPolicies: declaration.otherPolicies,
    stackTags: next.tags,
    deletionPolicy: declaration.deletionPolicy === undefined ? undefined : String(declaration.deletionPolicy),
    updateReplacePolicy:
      declaration.updateReplacePolicy === undefined ? undefined : String(declaration.updateReplacePolicy),
  };
  const difference = compareResource(engine.catalog, now, wanted);
  const automatic = engine.options.providers[now.type]?.hasChanged?.(engine, stack, now, properties) === true;
  if (!difference && !automatic) return undefined;
  const tagProperty = engine.catalog.tagProperty(now.type);
  const details = [
    ...(difference?.properties ?? []).flatMap(leaf => leafDetails(stack, next, declaration, leaf, tagProperty, fates)),
    ...(difference?.attributes ?? []).map(attributeDetail),
    ...(automatic ? [automaticDetail] : []),
  ];
  const replacement = replacementOf(details);
  return {
    Action: 'Modify',
    LogicalResourceId: now.logicalId,
    PhysicalResourceId: now.physicalId,
    ResourceType: now.type,
    Replacement: replacement,
    ...(replacement === 'True' && {
      PolicyAction: wanted.updateReplacePolicy === 'Retain' ? 'ReplaceAndRetain' : 'ReplaceAndDelete',
    }),
    Scope: [...new Set(details.map(detail => detail.Target.Attribute))],
    Details: details,
    BeforeContext: context(now.properties),
    AfterContext: context(properties),
  };
}

function attributeDetail(Attribute: string): ChangeDetail {
  return {
    Target: { Attribute, RequiresRecreation: 'Never' },
    Evaluation: 'Static',
    ChangeSource: 'DirectModification',
  };
}

/** What is said of a nested stack whose template may have changed behind the same URL. */
const automaticDetail: ChangeDetail = {
  Target: { Attribute: 'Properties', RequiresRecreation: 'Never' },
  Evaluation: 'Dynamic',
  ChangeSource: 'Automatic',
};

/** One detail for each cause of a changed value; a value whose text itself changed has the one cause DirectModification. */
function leafDetails(
  stack: Stack,
  next: Definition,
  declaration: ResourceDeclaration,
  leaf: LeafDifference,
  tagProperty: string | undefined,
  fates: ReadonlyMap<string, ResourceChange>,
): ChangeDetail[] {
  const [name] = leaf.path;
  const tags = name === tagProperty;
  const target: ChangeDetail['Target'] = {
    Attribute: tags ? 'Tags' : 'Properties',
    Name: tags ? undefined : String(name),
    RequiresRecreation: leaf.recreation,
    Path: `/Properties/${leaf.path.join('/')}`,
    BeforeValue: shown(leaf.before),
    AfterValue: shown(leaf.after),
    AttributeChangeType: leaf.before === undefined ? 'Add' : leaf.after === undefined ? 'Remove' : 'Modify',
  };
  const causes = referencesIn(sourceOf(declaration.properties, leaf.path)).flatMap(
    (reference): Omit<ChangeDetail, 'Target'>[] => {
      const { kind, attribute } = reference;
      if (parameterChanged(stack, next, reference.name)) {
        return [{ Evaluation: 'Static', ChangeSource: 'ParameterReference', CausingEntity: reference.name }];
      }
      const fate = fates.get(reference.name);
      if (!fate || (fate.Replacement === 'False' && fate.ResourceType !== NESTED)) return [];
      const certain = kind === 'ref' && (fate.Action === 'Add' || fate.Replacement === 'True');
      return [
        {
          Evaluation: certain ? 'Static' : 'Dynamic',
          ChangeSource: kind === 'ref' ? 'ResourceReference' : 'ResourceAttribute',
          CausingEntity: attribute === undefined ? reference.name : `${reference.name}.${attribute}`,
        },
      ];
    },
  );
  const direct: Omit<ChangeDetail, 'Target'> = { Evaluation: 'Static', ChangeSource: 'DirectModification' };
  return (causes.length > 0 ? causes : [direct]).map(cause => ({ Target: target, ...cause }));
}

/** The part of the template that yields the value at this path: as deep as it is spelled out. */
function sourceOf(source: unknown, path: readonly (string | number)[]): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return source;
  if (isDict(source) && Object.hasOwn(source, step)) return sourceOf(source[step], rest);
  if (Array.isArray(source) && typeof step === 'number' && step in source) return sourceOf(source[step], rest);
  return source;
}

function parameterChanged(stack: Stack, next: Definition, name: string): boolean {
  const valueIn = (definition: Definition) => {
    const parameter = definition.parameters.find(({ key }) => key === name);
    return parameter?.resolved ?? parameter?.value;
  };
  return name in next.template.parameters && valueIn(stack.definition) !== valueIn(next);
}

function replacementOf(details: readonly ChangeDetail[]): 'True' | 'False' | 'Conditional' {
  const matter = details.filter(detail => detail.Target.RequiresRecreation !== 'Never');
  if (matter.length === 0) return 'False';
  const certain = matter.some(
    detail => detail.Evaluation === 'Static' && detail.Target.RequiresRecreation === 'Always',
  );
  return certain ? 'True' : 'Conditional';
}

function outputsDiffer(before: readonly StackOutput[], after: readonly StackOutput[]): boolean {
  const essence = (outputs: readonly StackOutput[]) =>
    JSON.stringify(
      outputs.map(({ key, value, exportName, description }) => [key, value, exportName, description]).sort(),
    );
  return essence(before) !== essence(after);
}

function sameTags(before: Definition, after: Definition): boolean {
  return JSON.stringify(before.tags) === JSON.stringify(after.tags);
}

/** JSON text of the properties, in the shape of BeforeContext and AfterContext. */
function context(properties: Dict): string {
  return JSON.stringify({ Properties: properties });
}

function shown(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function topologically(ids: readonly string[], needsOf: (id: string) => readonly string[]): string[] {
  const done = new Set<string>();
  const visit = (id: string): void => {
    if (done.has(id)) return;
    done.add(id);
    for (const need of needsOf(id)) visit(need);
    order.push(id);
  };
  const order: string[] = [];
  for (const id of ids) visit(id);
  return order;
}
