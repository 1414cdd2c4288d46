import type { Answer } from '../wire/xml.ts';
import { shownParameters } from './api.ts';
import type { ResourceState, Stack, StackEvent } from './state.ts';

const NOT_CHECKED = { StackDriftStatus: 'NOT_CHECKED' };

/** The `Stack` structure of the API. */
export function describeStack(stack: Stack): Answer {
  const { definition } = stack;
  return {
    StackId: stack.id,
    StackName: stack.name,
    ChangeSetId: stack.changeSetId,
    Description: definition.template.description,
    Parameters: shownParameters(definition),
    CreationTime: stack.createdAt,
    DeletionTime: stack.deletedAt,
    LastUpdatedTime: stack.updatedAt,
    RollbackConfiguration: {},
    StackStatus: stack.status,
    StackStatusReason: stack.reason,
    DisableRollback: stack.disableRollback,
    NotificationARNs: definition.notificationArns,
    TimeoutInMinutes: stack.timeoutInMinutes,
    Capabilities: definition.capabilities,
    Outputs: stack.outputs.map(({ key, value, description, exportName }) => ({
      OutputKey: key,
      OutputValue: value,
      Description: description,
      ExportName: exportName,
    })),
    RoleARN: definition.roleArn,
    Tags: definition.tags,
    EnableTerminationProtection: stack.terminationProtection,
    ParentId: stack.parentId,
    RootId: stack.rootId,
    DriftInformation: NOT_CHECKED,
  };
}

/** The `StackSummary` structure of the API. */
export function summarizeStack(stack: Stack): Answer {
  return {
    StackId: stack.id,
    StackName: stack.name,
    TemplateDescription: stack.definition.template.description,
    CreationTime: stack.createdAt,
    LastUpdatedTime: stack.updatedAt,
    DeletionTime: stack.deletedAt,
    StackStatus: stack.status,
    StackStatusReason: stack.reason,
    ParentId: stack.parentId,
    RootId: stack.rootId,
    DriftInformation: NOT_CHECKED,
  };
}

/** The `StackEvent` structure of the API. */
export function describeEvent(stack: Stack, event: StackEvent): Answer {
  return {
    StackId: stack.id,
    EventId: event.id,
    StackName: stack.name,
    LogicalResourceId: event.logicalId,
    PhysicalResourceId: event.physicalId,
    ResourceType: event.type,
    Timestamp: event.at,
    ResourceStatus: event.status,
    ResourceStatusReason: event.reason,
    ResourceProperties: event.properties,
    ClientRequestToken: event.token,
  };
}

/** The `StackResource…` structures of the API. `timeName`: the listing calls name the time of the last change differently. */
export function describeResource(resource: ResourceState, timeName: 'Timestamp' | 'LastUpdatedTimestamp'): Answer {
  return {
    LogicalResourceId: resource.logicalId,
    PhysicalResourceId: resource.physicalId || undefined,
    ResourceType: resource.type,
    [timeName]: resource.updatedAt,
    ResourceStatus: resource.status,
    ResourceStatusReason: resource.reason,
    DriftInformation: { StackResourceDriftStatus: 'NOT_CHECKED' },
  };
}
