import type { Regions, ResourceState, Stack } from '../cloudformation/state.ts';

/** A resource that exists, or that its stack left behind, with the stack that made it. */
export interface Member {
  stack: Stack;
  resource: ResourceState;
}

/** The resources of a type that the stacks of a region have made: also those that outlive a deleted stack. */
export function membersOf(regions: Regions, region: string, type: string): Member[] {
  const exists = ({ physicalId, status }: ResourceState) =>
    physicalId !== '' && !/^(CREATE_FAILED|DELETE_COMPLETE)$/.test(status);
  return (regions[region] ?? []).flatMap(stack =>
    Object.values(stack.resources)
      .filter(resource => resource.type === type && exists(resource))
      .map(resource => ({ stack, resource })),
  );
}

/** A resource's own tags, its stack's, and those that CloudFormation adds. */
export function tagsOf({ stack, resource }: Member): Record<string, string> {
  const own = Array.isArray(resource.properties.Tags) ? resource.properties.Tags : [];
  return {
    ...Object.fromEntries([...resource.stackTags, ...own].map(({ Key, Value }) => [String(Key), String(Value)])),
    'aws:cloudformation:stack-name': stack.name,
    'aws:cloudformation:stack-id': stack.id,
    'aws:cloudformation:logical-id': resource.logicalId,
  };
}

/** What tells a resource of a stack from its successors of the same name. */
export function keyOf({ stack, resource }: Member): string {
  return `${stack.id}/${resource.logicalId}/${resource.physicalId}`;
}

/** Tags as the JSON services write them. */
export function tagList(tags: Readonly<Record<string, string>>): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** Tags as a request brings them. */
export function readTags(list: unknown): Record<string, string> {
  return Array.isArray(list) ? Object.fromEntries(list.map(({ Key, Value }) => [String(Key), String(Value)])) : {};
}
