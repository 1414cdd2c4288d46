import {
  CancelUpdateStackCommand,
  CloudFormationClient,
  CreateChangeSetCommand,
  DeleteChangeSetCommand,
  DeleteStackCommand,
  DescribeChangeSetCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
  GetTemplateCommand,
  ListChangeSetsCommand,
  type Change as SdkChange,
  type StackEvent as SdkEvent,
  type Stack,
} from '@aws-sdk/client-cloudformation';
import { call, describe as describeError, type Session } from '../aws/session.aws.ts';
import { TransientError, unanswered } from '../aws/transient-error.ts';
import type { CloudFormation, DeployedStack, ResourceChange, StackEvent } from './cloudformation.ts';

/** CloudFormation as AWS, or anything that speaks its protocol, offers it. */
export function cloudFormationOf({ clientConfig, region }: Session): CloudFormation {
  const client = new CloudFormationClient(clientConfig);
  const request: Request = (action, send) => call({ action: `cloudformation:${action}`, region }, send);
  return { ...reads(client, request), ...writes(client, request) };
}

type Request = <T>(action: string, send: () => Promise<T>) => Promise<T>;
type Read = 'describe' | 'template' | 'events' | 'describeChangeSet' | 'hasChangeSets';

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
    async deleteStack(stackId, token, roleArn) {
      await request('DeleteStack', () =>
        client.send(new DeleteStackCommand({ StackName: stackId, ClientRequestToken: token, RoleARN: roleArn })),
      );
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
      details: [...new Set(details.length > 0 ? details : (change.Scope ?? []))],
    },
  ];
}
