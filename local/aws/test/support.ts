import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import {
  CloudFormationClient,
  CreateChangeSetCommand,
  type CreateChangeSetCommandInput,
  CreateStackCommand,
  type CreateStackCommandInput,
  DescribeChangeSetCommand,
  type DescribeChangeSetCommandOutput,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  type Stack,
  type StackEvent,
  UpdateStackCommand,
  type UpdateStackCommandInput,
} from '@aws-sdk/client-cloudformation';
import { type Clock, type LocalAws, type LocalAwsOptions, startLocalAws } from '../src/index.ts';
import { WELL_KNOWN_KEYS } from '../src/wire/access-keys.ts';

export const CREDENTIALS = WELL_KNOWN_KEYS.example;

/** A template as data; sent as JSON. */
export type TemplateData = Record<string, unknown>;

/** A running local AWS and what tests do with it all the time. */
export interface TestAws extends LocalAws {
  cfn: CloudFormationClient;
  /** A client of another region. */
  cfnIn(region: string): CloudFormationClient;
  /** Creates a stack and waits for the end of that. */
  create(name: string, template: TemplateData | string, more?: Partial<CreateStackCommandInput>): Promise<Stack>;
  update(name: string, template: TemplateData | string, more?: Partial<UpdateStackCommandInput>): Promise<Stack>;
  /** Creates a change set and describes it, with property values, when it is made. */
  changeSet(
    stack: string,
    name: string,
    template: TemplateData | string,
    more?: Partial<CreateChangeSetCommandInput>,
  ): Promise<DescribeChangeSetCommandOutput>;
  stack(name: string): Promise<Stack>;
  /** Waits until no operation is under way. */
  settled(nameOrId: string): Promise<Stack>;
  /** Oldest first. */
  events(nameOrId: string): Promise<StackEvent[]>;
  /** Oldest first, as `LogicalId STATUS` or `LogicalId STATUS: reason`. */
  story(nameOrId: string): Promise<string[]>;
}

export async function startTestAws(options: LocalAwsOptions = {}): Promise<TestAws> {
  const aws = await startLocalAws({ port: 0, ...options });
  const cfnIn = (region: string) =>
    new CloudFormationClient({ endpoint: aws.url, region, credentials: CREDENTIALS, maxAttempts: 1 });
  const cfn = cfnIn('us-east-1');
  const stack = async (name: string): Promise<Stack> => {
    const { Stacks: [found] = [] } = await cfn.send(new DescribeStacksCommand({ StackName: name }));
    if (!found) throw new Error(`no stack ${name}`);
    return found;
  };
  const settled = async (name: string): Promise<Stack> => {
    for (;;) {
      const found = await stack(name);
      if (!found.StackStatus?.endsWith('_IN_PROGRESS') || found.StackStatus === 'REVIEW_IN_PROGRESS') return found;
      await sleep(2);
    }
  };
  const events = async (name: string): Promise<StackEvent[]> => {
    const all: StackEvent[] = [];
    let token: string | undefined;
    do {
      const page = await cfn.send(new DescribeStackEventsCommand({ StackName: name, NextToken: token }));
      all.push(...(page.StackEvents ?? []));
      token = page.NextToken;
    } while (token);
    return all.reverse();
  };
  return {
    ...aws,
    cfn,
    cfnIn,
    stack,
    settled,
    events,
    async create(name, template, more) {
      const { StackId = '' } = await cfn.send(
        new CreateStackCommand({ StackName: name, TemplateBody: body(template), ...more }),
      );
      return settled(StackId);
    },
    async update(name, template, more) {
      await cfn.send(new UpdateStackCommand({ StackName: name, TemplateBody: body(template), ...more }));
      return settled(name);
    },
    async changeSet(stackName, name, template, more) {
      const named = { StackName: stackName, ChangeSetName: name };
      await cfn.send(new CreateChangeSetCommand({ ...named, TemplateBody: body(template), ...more }));
      for (;;) {
        const described = await cfn.send(new DescribeChangeSetCommand({ ...named, IncludePropertyValues: true }));
        if (!/PENDING|IN_PROGRESS/.test(described.Status ?? '')) return described;
        await sleep(2);
      }
    },
    async story(name) {
      return (await events(name)).map(
        ({ LogicalResourceId, ResourceStatus, ResourceStatusReason }) =>
          `${LogicalResourceId} ${ResourceStatus}${ResourceStatusReason === undefined ? '' : `: ${ResourceStatusReason}`}`,
      );
    },
  };
}

export function body(template: TemplateData | string): string {
  return typeof template === 'string' ? template : JSON.stringify(template);
}

/** A clock that stands still until a test advances it; waiting for nothing takes a turn of the event loop. */
export class ManualClock implements Clock {
  #now = Date.parse('2026-01-01T00:00:00.000Z');
  #sleepers: { at: number; wake: () => void }[] = [];

  now(): Date {
    return new Date(this.#now);
  }

  async sleep(seconds: number, signal: AbortSignal): Promise<void> {
    if (seconds <= 0) await nextTurn();
    else {
      await new Promise<void>(resolve => {
        const sleeper = { at: this.#now + seconds * 1000, wake: resolve };
        this.#sleepers.push(sleeper);
        signal.addEventListener('abort', () => resolve());
      });
    }
    signal.throwIfAborted();
  }

  /** Lets this many seconds pass, waking each sleeper at its own time. */
  async advance(seconds: number): Promise<void> {
    const end = this.#now + seconds * 1000;
    for (;;) {
      for (let turn = 0; turn < 50; turn += 1) await nextTurn();
      const [next] = this.#sleepers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (!next) break;
      this.#now = next.at;
      this.#sleepers = this.#sleepers.filter(sleeper => sleeper !== next);
      next.wake();
    }
    this.#now = end;
  }
}

/** A resource with nothing but a type; the cheapest there is. */
export function handle(more: Record<string, unknown> = {}): Record<string, unknown> {
  return { Type: 'AWS::CloudFormation::WaitConditionHandle', ...more };
}
