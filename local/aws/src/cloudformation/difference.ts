import { isDeepStrictEqual } from 'node:util';
import type { Recreation, ResourceCatalog } from '../resources/catalog.ts';
import type { ResourceState } from './state.ts';
import { isDict } from './template.ts';

/** One value of a resource's properties that differs; `path` starts with the property's name. */
export interface LeafDifference {
  path: (string | number)[];
  before: unknown;
  after: unknown;
  recreation: Recreation;
}

/** What distinguishes a resource as it is from what a template wants. */
export interface Difference {
  properties: LeafDifference[];
  /** Changed attributes beside Properties, in the API's words; `Tags` stands for the tags handed down by the stack. */
  attributes: ('Metadata' | 'Tags' | 'DeletionPolicy' | 'UpdateReplacePolicy' | 'CreationPolicy' | 'UpdatePolicy')[];
}

/** What a resource shall be, as far as that can differ. */
export type WantedResource = Pick<
  ResourceState,
  'type' | 'properties' | 'metadata' | 'deletionPolicy' | 'updateReplacePolicy' | 'otherPolicies' | 'stackTags'
>;

/** Compares a resource with what is wanted; undefined when there is nothing to do. Metadata alone is nothing to do (AWS
 * CloudFormation Template Reference, "Metadata attribute": it cannot be updated by itself). */
export function compareResource(
  catalog: ResourceCatalog,
  now: ResourceState,
  wanted: WantedResource,
): Difference | undefined {
  const properties = leaves(now.properties, wanted.properties, []).map(leaf => ({
    ...leaf,
    recreation: catalog.recreation(now.type, leaf.path),
  }));
  const attributes: Difference['attributes'] = [];
  const taggable = catalog.tagProperty(now.type) !== undefined;
  if (taggable && !isDeepStrictEqual(now.stackTags, wanted.stackTags)) attributes.push('Tags');
  if (now.deletionPolicy !== wanted.deletionPolicy) attributes.push('DeletionPolicy');
  if (now.updateReplacePolicy !== wanted.updateReplacePolicy) attributes.push('UpdateReplacePolicy');
  for (const name of ['CreationPolicy', 'UpdatePolicy'] as const) {
    if (!isDeepStrictEqual(now.otherPolicies[name], wanted.otherPolicies[name])) attributes.push(name);
  }
  if (properties.length === 0 && attributes.length === 0) return undefined;
  if (!isDeepStrictEqual(now.metadata, wanted.metadata)) attributes.push('Metadata');
  return { properties, attributes };
}

/** The deepest places at which two values differ. */
function leaves(before: unknown, after: unknown, path: (string | number)[]): Omit<LeafDifference, 'recreation'>[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (isDict(before) && isDict(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return keys.flatMap(key => leaves(before[key], after[key], [...path, key]));
  }
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
    return before.flatMap((item, index) => leaves(item, after[index], [...path, index]));
  }
  return [{ path, before, after }];
}
