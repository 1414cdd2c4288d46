import {
  CloudFormationClient,
  CreateChangeSetCommand,
  DeleteChangeSetCommand,
  DeleteStackCommand,
  DescribeChangeSetCommand,
  type DescribeChangeSetOutput,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
  GetTemplateCommand,
  type Change as SdkChange,
  type StackEvent as SdkEvent,
  type Stack,
} from '@aws-sdk/client-cloudformation';
import { call, describe as describeError, type Session } from '../aws/session.aws.ts';
import { UserFault } from '../runner/fault.ts';
import type { CloudFormation, DeployedStack, ResourceChange, StackEvent } from './cloudformation.ts';

/** CloudFormation as AWS, or anything that speaks its protocol, offers it. */
export function cloudFormationOf({ clientConfig, region }: Session): CloudFormation {
  const client = new CloudFormationClient(clientConfig);

  const request = async <T>(action: string, send: () => Promise<T>): Promise<T> => {
    try {
      return await call({ action: `cloudformation:${action}`, region }, send);
    } catch (error) {
      if (REFUSALS.has(describeError(error).name)) {
        throw new UserFault(
          {
            what: `CloudFormation refused ${action}`,
            seen: describeError(error).message,
            fix: 'Mend the template or the parameters and run again',
          },
          { cause: error },
        );
      }
      throw error;
    }
  };

  return {
    describe: stack =>
      request('DescribeStacks', () =>
        unlessMissing(async () =>
          deployedStack((await client.send(new DescribeStacksCommand({ StackName: stack }))).Stacks?.[0]),
        ),
      ),
    template: stack =>
      request('GetTemplate', () =>
        unlessMissing(
          async () =>
            (await client.send(new GetTemplateCommand({ StackName: stack, TemplateStage: 'Original' }))).TemplateBody,
        ),
      ),
    async events(stackId, page) {
      const output = await request('DescribeStackEvents', () =>
        client.send(new DescribeStackEventsCommand({ StackName: stackId, NextToken: page })),
      );
      return { events: (output.StackEvents ?? []).map(stackEvent), nextPage: output.NextToken };
    },
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
    async describeChangeSet(id) {
      const changes: ResourceChange[] = [];
      let output: DescribeChangeSetOutput;
      let page: string | undefined;
      do {
        output = await request('DescribeChangeSet', () =>
          client.send(new DescribeChangeSetCommand({ ChangeSetName: id, NextToken: page })),
        );
        changes.push(...(output.Changes ?? []).flatMap(resourceChange));
        page = output.NextToken;
      } while (page !== undefined);
      return {
        id,
        status: required(output.Status, 'DescribeChangeSet', 'Status'),
        statusReason: output.StatusReason,
        changes,
      };
    },
    async executeChangeSet(id, token) {
      await request('ExecuteChangeSet', () =>
        client.send(new ExecuteChangeSetCommand({ ChangeSetName: id, ClientRequestToken: token })),
      );
    },
    async deleteChangeSet(id) {
      await request('DeleteChangeSet', () =>
        unlessMissing(() => client.send(new DeleteChangeSetCommand({ ChangeSetName: id }))),
      );
    },
    async deleteStack(stackId, token, roleArn) {
      await request('DeleteStack', () =>
        client.send(new DeleteStackCommand({ StackName: stackId, ClientRequestToken: token, RoleARN: roleArn })),
      );
    },
  };
}

/** Errors of requests that say what is wrong with the user's template, parameters or stack. */
const REFUSALS = new Set([
  'ValidationError',
  'InsufficientCapabilitiesException',
  'LimitExceededException',
  'AlreadyExistsException',
  'InvalidChangeSetStatus',
  'InvalidChangeSetStatusException',
  'InvalidOperationException',
  'TokenAlreadyExistsException',
]);

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

function required<T>(value: T | undefined, action: string, field: string): T {
  if (value === undefined) throw new Error(`CloudFormation answered ${action} without ${field}`);
  return value;
}

function deployedStack(stack: Stack | undefined): DeployedStack | undefined {
  if (!stack) return undefined;
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
