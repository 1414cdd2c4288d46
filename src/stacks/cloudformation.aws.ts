import {
  CancelUpdateStackCommand,
  CloudFormationClient,
  CreateChangeSetCommand,
  DeleteChangeSetCommand,
  DeleteStackCommand,
  DescribeChangeSetCommand,
  DescribeEventsCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
  GetStackPolicyCommand,
  GetTemplateCommand,
  ListChangeSetsCommand,
  ListStackResourcesCommand,
  type OperationEvent,
  type Change as SdkChange,
  type StackEvent as SdkEvent,
  SetStackPolicyCommand,
  type Stack,
  UpdateTerminationProtectionCommand,
} from '@aws-sdk/client-cloudformation';
import { call, describe as describeError, type Session } from '../aws/session.aws.ts';
import { TransientError, unanswered } from '../aws/transient-error.ts';
import type {
  CloudFormation,
  DeployedStack,
  ResourceChange,
  StackEvent,
  StackResource,
  Validation,
} from './cloudformation.ts';

/** CloudFormation as AWS, or anything that speaks its protocol, offers it. */
export function cloudFormationOf({ clientConfig, region }: Session): CloudFormation {
  const client = new CloudFormationClient(clientConfig);
  const request: Request = (action, send) => call({ action: `cloudformation:${action}`, region }, send);
  return { ...reads(client, request), ...writes(client, request) };
}

type Request = <T>(action: string, send: () => Promise<T>) => Promise<T>;
type Read =
  | 'describe'
  | 'template'
  | 'events'
  | 'describeChangeSet'
  | 'hasChangeSets'
  | 'validations'
  | 'stackPolicy'
  | 'resources';

function reads(client: CloudFormationClient, request: Request): Pick<CloudFormation, Read> {
  return {
    async describe(stack) {
      const command = new DescribeStacksCommand({ StackName: stack });
      const output = await request('DescribeStacks', () => unlessMissing(() => client.send(command)));
      return output && deployedStack(required(output.Stacks?.[0], 'DescribeStacks', 'Stacks'));
    },
    async template(stack) {
      const command = new GetTemplateCommand({ StackName: stack, TemplateStage: 'Original' });
      const output = await request('GetTemplate', () => unlessMissing(() => client.send(command)));
      return output && required(output.TemplateBody, 'GetTemplate', 'TemplateBody');
    },
    async events(stackId, page) {
      const command = new DescribeStackEventsCommand({ StackName: stackId, NextToken: page });
      const output = await request('DescribeStackEvents', () => client.send(command));
      const events = required(output.StackEvents, 'DescribeStackEvents', 'StackEvents');
      return { events: events.map(stackEvent), nextPage: output.NextToken };
    },
    async describeChangeSet(id) {
      const changes: ResourceChange[] = [];
      let page: string | undefined;
      for (;;) {
        const command = new DescribeChangeSetCommand({ ChangeSetName: id, NextToken: page });
        const output = await request('DescribeChangeSet', () => unlessMissing(() => client.send(command)));
        if (!output) return undefined;
        changes.push(...(output.Changes ?? []).flatMap(resourceChange));
        page = output.NextToken;
        const { Status, StatusReason: statusReason, ExecutionStatus: executionStatus } = output;
        const status = required(Status, 'DescribeChangeSet', 'Status');
        if (page === undefined) return { id, status, statusReason, executionStatus, changes };
      }
    },
    async resources(stackId) {
      const resources: StackResource[] = [];
      let page: string | undefined;
      do {
        const command = new ListStackResourcesCommand({ StackName: stackId, NextToken: page });
        const output = await request('ListStackResources', () => unlessMissing(() => client.send(command)));
        if (!output) return resources;
        const summaries = required(output.StackResourceSummaries, 'ListStackResources', 'StackResourceSummaries');
        resources.push(
          ...summaries.map(summary => ({
            logicalId: summary.LogicalResourceId ?? '',
            physicalId: summary.PhysicalResourceId ?? '',
            type: summary.ResourceType ?? '',
            status: summary.ResourceStatus ?? '',
          })),
        );
        page = output.NextToken;
      } while (page !== undefined);
      return resources;
    },
    async validations(changeSetId) {
      const found: Validation[] = [];
      let page: string | undefined;
      do {
        const command = new DescribeEventsCommand({
          ChangeSetName: changeSetId,
          Filters: { FailedEvents: true },
          NextToken: page,
        });
        const output = await request('DescribeEvents', () => client.send(command));
        found.push(...(output.OperationEvents ?? []).flatMap(validation));
        page = output.NextToken;
      } while (page !== undefined);
      return found;
    },
    async stackPolicy(stackId) {
      const command = new GetStackPolicyCommand({ StackName: stackId });
      const { StackPolicyBody } = await request('GetStackPolicy', () => client.send(command));
      return StackPolicyBody || undefined;
    },
    async hasChangeSets(stackId) {
      const command = new ListChangeSetsCommand({ StackName: stackId });
      const output = await request('ListChangeSets', () => unlessMissing(() => client.send(command)));
      return output !== undefined && required(output.Summaries, 'ListChangeSets', 'Summaries').length > 0;
    },
  };
}

function writes(client: CloudFormationClient, request: Request): Omit<CloudFormation, Read> {
  return {
    async createChangeSet({ stackName, name, type, template, parameters, capabilities, tags, roleArn }) {
      const output = await request('CreateChangeSet', () =>
        client.send(
          new CreateChangeSetCommand({
            StackName: stackName,
            ChangeSetName: name,
            ClientToken: name,
            ChangeSetType: type,
            ...('url' in template ? { TemplateURL: template.url } : { TemplateBody: template.body }),
            Parameters: Object.entries(parameters).map(([ParameterKey, value]) =>
              'value' in value
                ? { ParameterKey, ParameterValue: value.value }
                : { ParameterKey, UsePreviousValue: true },
            ),
            Capabilities: [...capabilities],
            Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
            RoleARN: roleArn,
          }),
        ),
      );
      return {
        id: required(output.Id, 'CreateChangeSet', 'Id'),
        stackId: required(output.StackId, 'CreateChangeSet', 'StackId'),
      };
    },
    async setStackPolicy(stackId, policy) {
      const command = new SetStackPolicyCommand({ StackName: stackId, StackPolicyBody: policy });
      await request('SetStackPolicy', () => client.send(command));
    },
    async setTerminationProtection(stackId, isOn) {
      const command = new UpdateTerminationProtectionCommand({
        StackName: stackId,
        EnableTerminationProtection: isOn,
      });
      await request('UpdateTerminationProtection', () => client.send(command));
    },
    async executeChangeSet(id, token, keepFailed) {
      // Said in either case, for creations and updates alike: what a stack was told before may stick to it (sam-cli#4585).
      // https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ExecuteChangeSet.html
      const input = { ChangeSetName: id, ClientRequestToken: token, DisableRollback: keepFailed };
      await request('ExecuteChangeSet', () => client.send(new ExecuteChangeSetCommand(input)));
    },
    async cancelUpdate(stackId, token) {
      const command = new CancelUpdateStackCommand({ StackName: stackId, ClientRequestToken: token });
      return await request('CancelUpdateStack', async () => {
        try {
          await client.send(command);
          return 'told';
        } catch (error) {
          const { name } = describeError(error);
          // No code tells it; the words are "CancelUpdateStack cannot be called from current stack status".
          if (name === 'ValidationError') return 'too late';
          // Only this very request can have used the token before: its answer was lost.
          if (name.startsWith('TokenAlreadyExists')) return 'told';
          throw error;
        }
      });
    },
    async deleteChangeSet(stackName, name) {
      const command = new DeleteChangeSetCommand({ StackName: stackName, ChangeSetName: name });
      return await request('DeleteChangeSet', async () => {
        try {
          await unlessMissing(() => client.send(command));
          return 'gone';
        } catch (error) {
          if (describeError(error).name.startsWith('InvalidChangeSetStatus')) return 'busy';
          throw error;
        }
      });
    },
    async deleteStack(stackId, token, roleArn, leave) {
      const command = new DeleteStackCommand({
        StackName: stackId,
        ClientRequestToken: token,
        RoleARN: roleArn,
        ...(leave === 'whatever fails' && { DeletionMode: 'FORCE_DELETE_STACK' }),
        ...(typeof leave === 'object' && { RetainResources: [...leave.resources] }),
      });
      await request('DeleteStack', () => client.send(command));
    },
  };
}

/** CloudFormation answers a missing stack with a ValidationError, told from others by its words only. */
async function unlessMissing<T>(send: () => Promise<T>): Promise<T | undefined> {
  try {
    return await send();
  } catch (error) {
    const { name, message } = describeError(error);
    if (name.startsWith('ChangeSetNotFound') || (name === 'ValidationError' && message.includes('does not exist')))
      return undefined;
    throw error;
  }
}

/** A part without which an answer is worth nothing: a proxy's page can look like an answer in which all is absent. */
function required<T>(value: T | undefined, action: string, field: string): T {
  if (value === undefined)
    throw new TransientError(unanswered(`cloudformation:${action}`, `an answer without ${field}`));
  return value;
}

function deployedStack(stack: Stack): DeployedStack {
  return {
    id: required(stack.StackId, 'DescribeStacks', 'StackId'),
    name: required(stack.StackName, 'DescribeStacks', 'StackName'),
    status: required(stack.StackStatus, 'DescribeStacks', 'StackStatus'),
    statusReason: stack.StackStatusReason,
    parameters: toRecord(stack.Parameters, ({ ParameterKey, ParameterValue }) => [ParameterKey, ParameterValue]),
    outputs: toRecord(stack.Outputs, ({ OutputKey, OutputValue }) => [OutputKey, OutputValue]),
    tags: toRecord(stack.Tags, ({ Key, Value }) => [Key, Value]),
    terminationProtection: stack.EnableTerminationProtection ?? false,
  };
}

function toRecord<T>(
  items: readonly T[] | undefined,
  pair: (item: T) => [string | undefined, string | undefined],
): Record<string, string> {
  return Object.fromEntries((items ?? []).map(pair).map(([key = '', value = '']) => [key, value]));
}

function stackEvent(event: SdkEvent): StackEvent {
  return {
    id: required(event.EventId, 'DescribeStackEvents', 'EventId'),
    stackId: required(event.StackId, 'DescribeStackEvents', 'StackId'),
    at: event.Timestamp?.getTime() ?? 0,
    logicalId: event.LogicalResourceId ?? '',
    physicalId: event.PhysicalResourceId ?? '',
    type: event.ResourceType ?? '',
    status: event.ResourceStatus ?? '',
    reason: event.ResourceStatusReason,
    token: event.ClientRequestToken,
  };
}

function validation(event: OperationEvent): Validation[] {
  if (event.EventType !== 'VALIDATION_ERROR') return [];
  return [
    {
      logicalId: event.LogicalResourceId ?? '',
      type: event.ResourceType ?? '',
      mode: event.ValidationFailureMode === 'WARN' ? 'WARN' : 'FAIL',
      reason: event.ValidationStatusReason ?? event.ValidationName ?? 'CloudFormation gave no reason',
      path: event.ValidationPath ?? '',
    },
  ];
}

function resourceChange({ ResourceChange: change }: SdkChange): ResourceChange[] {
  if (!change) return [];
  const details = (change.Details ?? [])
    .map(({ Target }) => Target?.Name ?? Target?.Attribute)
    .filter(detail => detail !== undefined);
  return [
    {
      action: (change.Action ?? 'Dynamic') as ResourceChange['action'],
      logicalId: change.LogicalResourceId ?? '',
      physicalId: change.PhysicalResourceId,
      type: change.ResourceType ?? '',
      replacement: change.Replacement,
      policyAction: change.PolicyAction,
      details: [...new Set(details.length > 0 ? details : (change.Scope ?? []))],
    },
  ];
}
