// Stacks of one template each, as the runs under the roles deploy them.
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CloudFormationClient,
  DescribeStacksCommand,
  UpdateStackCommand,
  type UpdateStackCommandInput,
} from '@aws-sdk/client-cloudformation';
import { PARAMETERS, REGION } from './bootstrap.ts';

/** Inputs for a stack of one's own, `<prefix>-<name>-one`. */
export function own(name: string, more: Record<string, string> = {}): Record<string, string> {
  return { 'stack-prefix': `${PARAMETERS.StackPrefix}-${name}`, 'stacks-file': 'stacks.yaml', ...more };
}

/** Its files. */
export function oneStack(template: string): Record<string, string> {
  return { 'stacks.yaml': 'stacks:\n  one: { template: one.yaml }\n', 'one.yaml': template };
}

/** A template with one topic. */
export function topic(name: string, metadata = '{}', more = ''): string {
  return `Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n    Metadata: ${metadata}\n    Properties: { DisplayName: ${name} }\n${more}`;
}

/** A resource of a template that fails once the topic is there. */
export const BROKEN = '  Wrong: { Type: AWS::SQS::Queue, DependsOn: Topic, Properties: { NoSuchProperty: 1 } }\n';

/** A template whose update fails, and whose rollback fails too. */
export const STUCK = topic('changed', '{ "zap-local:stuck-rollback": "The topic is locked" }', BROKEN);

/** Somebody's update of such a stack by hand, to its end. */
export async function updateByHand(
  name: string,
  template: string,
  more: Partial<UpdateStackCommandInput> = {},
): Promise<void> {
  const client = new CloudFormationClient({ region: REGION });
  const StackName = `${PARAMETERS.StackPrefix}-${name}-one`;
  await client.send(new UpdateStackCommand({ StackName, TemplateBody: template, ...more }));
  for (;;) {
    const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName }));
    if (!Stacks[0]?.StackStatus?.endsWith('_IN_PROGRESS')) return;
    await sleep(2);
  }
}
