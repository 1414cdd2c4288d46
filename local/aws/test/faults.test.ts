import { readFileSync } from 'node:fs';
import {
  CancelUpdateStackCommand,
  CreateChangeSetCommand,
  DeleteStackCommand,
  DescribeChangeSetCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
} from '@aws-sdk/client-cloudformation';
import { markdownTable } from 'markdown-table';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type FaultHandle, faults, type Injection, parseFault, type Strike } from '../src/index.ts';
import { handle, startTestAws, type TestAws } from './support.ts';

let aws: TestAws;
const strikes: Strike[] = [];
const switchedOn: FaultHandle[] = [];
beforeAll(async () => {
  aws = await startTestAws({ onStrike: strike => strikes.push(strike) });
});
afterAll(() => aws.close());
beforeEach(() => {
  for (const fault of switchedOn.splice(0)) fault.remove();
});

function inject(injection: Injection): FaultHandle {
  const fault = aws.faults.inject(injection);
  switchedOn.push(fault);
  return fault;
}

const TEMPLATE = { Resources: { A: handle() } };
const topic = (name: string) => ({
  Resources: { Topic: { Type: 'AWS::SNS::Topic', Properties: { DisplayName: name } } },
  Outputs: { Name: { Value: name } },
});
const describeStack = (name: string) => aws.cfn.send(new DescribeStacksCommand({ StackName: name }));
const eventsOf = async (name: string) =>
  (await aws.cfn.send(new DescribeStackEventsCommand({ StackName: name }))).StackEvents ?? [];
/** What becomes of looking at a stack. */
const look = async (name: string) => {
  try {
    return (await describeStack(name)).Stacks?.[0]?.StackStatus;
  } catch (error) {
    return (error as Error).name;
  }
};

test('the README lists the faults that there are', async () => {
  const rows = Object.entries(faults).map(([name, { does, action, isLasting, parameters, trigger, effect }]) => [
    `\`${name}\``,
    trigger === undefined ? does : `${does}. Also by ${trigger}`,
    effect && 'resource' in effect ? 'work on a resource' : action === undefined ? 'any call' : `\`${action}\``,
    isLasting ? 'always' : 'once',
    Object.entries(parameters ?? {})
      .map(([key, value]) => `\`${key}\`${typeof value === 'number' ? ` ${value}` : ''}`)
      .join(', '),
  ]);
  const table = markdownTable([['Fault', 'What happens', 'Strikes', 'How often', 'Can be set'], ...rows], {
    alignDelimiters: false,
  });
  const file = new URL('../README.md', import.meta.url);
  const readme = readFileSync(file, 'utf8');
  const [begin, end] = ['<!-- begin faults -->', '<!-- end faults -->'];
  const [from, to] = [readme.indexOf(begin) + begin.length, readme.indexOf(end)];
  expect(from).toBeLessThan(to);
  await expect(`${readme.slice(0, from)}\n\n${table}\n\n${readme.slice(to)}`).toMatchFileSnapshot('../README.md');
});

describe('when and where a fault strikes', () => {
  test('so often, after so many, on that call of that stack; and then no more', async () => {
    await aws.create('when-1', TEMPLATE);
    await aws.create('when-2', TEMPLATE);
    const fault = inject({ fault: 'throttled', action: 'Describe*', stack: '*-1', times: 2, after: 1 });
    const looks = [];
    for (const name of ['when-1', 'when-2', 'when-1', 'when-1', 'when-1']) looks.push(await look(name));
    expect(looks).toEqual(['CREATE_COMPLETE', 'CREATE_COMPLETE', 'Throttling', 'Throttling', 'CREATE_COMPLETE']);
    expect(fault.struck).toBe(2);
  });

  test('by the stack’s ARN and by its change set’s ARN too', async () => {
    const { StackId } = await aws.create('when-3', topic('a'));
    const made = await aws.changeSet('when-3', 'c', topic('b'));
    const fault = inject({ fault: 'service-error', stack: 'when-3', times: 2 });
    expect(await look(StackId ?? '')).toBe('InternalFailure');
    const described = aws.cfn.send(new DescribeChangeSetCommand({ ChangeSetName: made.ChangeSetId }));
    await expect(described).rejects.toThrow('Internal Failure');
    expect(fault.struck).toBe(2);
  });

  test('with a probability it strikes the same calls for the same seed, and others for another', async () => {
    const pattern = async (seed: number) => {
      const fault = aws.faults.inject({ fault: 'throttled', probability: 0.5, seed });
      const looks = [];
      for (let call = 0; call < 24; call += 1) looks.push(await look('when-1'));
      fault.remove();
      return looks.map(name => (name === 'Throttling' ? 'x' : '.')).join('');
    };
    const first = await pattern(7);
    expect(first).toMatch(/x.*\..*x/);
    expect([await pattern(7), (await pattern(8)) === first]).toEqual([first, false]);
  });

  test('no more when it is taken away; the journal and the listener name it', async () => {
    const fault = inject({ fault: 'access-denied', stack: 'when-1' });
    const before = aws.calls.length;
    const told = strikes.length;
    expect(await look('when-1')).toBe('AccessDenied');
    fault.remove();
    expect(await look('when-1')).toBe('CREATE_COMPLETE');
    expect(aws.calls.slice(before)).toEqual([
      expect.objectContaining({ stack: 'when-1', status: 403, error: 'AccessDenied', fault: 'access-denied' }),
      expect.not.objectContaining({ fault: expect.anything() }),
    ]);
    expect(strikes.slice(told)).toEqual([{ fault: 'access-denied', where: 'cloudformation:DescribeStacks' }]);
  });
});

describe('a call', () => {
  test.each<[Injection, string]>([
    [{ fault: 'throttled' }, 'Throttling'],
    [{ fault: 'service-error' }, 'InternalFailure'],
    [{ fault: 'service-error', status: 503 }, 'ServiceUnavailable'],
    [{ fault: 'access-denied' }, 'AccessDenied'],
    [{ fault: 'expired-credentials' }, 'ExpiredToken'],
    [{ fault: 'unknown-credentials' }, 'InvalidClientTokenId'],
    [{ fault: 'quota-exceeded', action: '*' }, 'LimitExceededException'],
    [{ fault: 'execution-refused', action: '*' }, 'InvalidChangeSetStatusException'],
    [{ fault: 'clock-skew' }, 'SignatureDoesNotMatch'],
    [{ fault: 'connection-reset' }, 'TimeoutError'],
    [{ fault: 'answer-lost' }, 'TimeoutError'],
    [{ fault: 'html-answer' }, 'Error'],
  ])('%o', async (injection, name) => {
    // A client of its own: the SDK remembers a clock that is off.
    const { CloudFormationClient } = await import('@aws-sdk/client-cloudformation');
    const credentials = { accessKeyId: 'AKIAOTHER', secretAccessKey: 'local' };
    const client = new CloudFormationClient({ endpoint: aws.url, region: 'us-east-1', credentials, maxAttempts: 1 });
    await aws.create(`call-${injection.fault}-${injection.status}`, TEMPLATE);
    inject(injection);
    const looked = client.send(new DescribeStacksCommand({ StackName: `call-${injection.fault}-${injection.status}` }));
    await expect(looked).rejects.toMatchObject({ name });
  });

  test('whose answer is lost was processed, one whose connection was reset was not', async () => {
    for (const [fault, status] of [
      ['answer-lost', 'DELETE_COMPLETE'],
      ['connection-reset', 'CREATE_COMPLETE'],
    ] as const) {
      const { StackId = '' } = await aws.create(`lost-${fault}`, TEMPLATE);
      inject({ fault, action: 'DeleteStack' });
      await expect(aws.cfn.send(new DeleteStackCommand({ StackName: StackId }))).rejects.toThrow();
      expect((await aws.settled(StackId)).StackStatus).toBe(status);
    }
  });

  test('with credentials that expired in the middle goes on with new ones', async () => {
    inject({ fault: 'expired-credentials', after: 1, action: 'DescribeStacks' });
    expect([await look('when-1'), await look('when-1'), await look('when-1')]).toEqual([
      'CREATE_COMPLETE',
      'ExpiredToken',
      'ExpiredToken',
    ]);
    const other = aws.cfnIn('us-east-1');
    other.config.credentials = async () => ({ accessKeyId: 'AKIARENEWED', secretAccessKey: 'local' });
    await expect(other.send(new DescribeStacksCommand({ StackName: 'when-1' }))).resolves.toBeDefined();
  });

  test('to a server whose clock is ahead succeeds once the SDK knows', async () => {
    const { CloudFormationClient } = await import('@aws-sdk/client-cloudformation');
    const credentials = { accessKeyId: 'AKIAOTHER', secretAccessKey: 'local' };
    const client = new CloudFormationClient({ endpoint: aws.url, region: 'us-east-1', credentials });
    inject({ fault: 'clock-skew' });
    const looked = await client.send(new DescribeStacksCommand({ StackName: 'when-1' }));
    expect([looked.Stacks?.[0]?.StackStatus, looked.$metadata.attempts]).toEqual(['CREATE_COMPLETE', 2]);
  });

  test('that hangs ends with its caller’s patience only; a slow one is answered in the end', async () => {
    inject({ fault: 'hanging' });
    await expect(
      aws.cfn.send(new DescribeStacksCommand({ StackName: 'when-1' }), { abortSignal: AbortSignal.timeout(100) }),
    ).rejects.toMatchObject({ name: 'AbortError' });
    inject({ fault: 'slow-answer', seconds: 0.1 });
    const started = performance.now();
    expect(await look('when-1')).toBe('CREATE_COMPLETE');
    expect(performance.now() - started).toBeGreaterThan(95);
  });

  test('whose answer is cut, or is a proxy’s page, has no stack in it', async () => {
    inject({ fault: 'half-answer' });
    await expect(describeStack('when-1')).rejects.toThrow();
    inject({ fault: 'html-answer', status: 200 });
    expect((await describeStack('when-1').catch(() => ({ Stacks: undefined }))).Stacks).toBeUndefined();
  });
});

describe('an answer', () => {
  test('is stale for a while', async () => {
    await aws.create('stale', topic('old'));
    await aws.update('stale', topic('new'));
    inject({ fault: 'stale-read', seconds: 0.3 });
    const [stale] = (await describeStack('stale')).Stacks ?? [];
    expect([stale?.StackStatus, stale?.Outputs?.[0]?.OutputValue]).toEqual(['CREATE_COMPLETE', 'old']);
    await expect.poll(() => look('stale')).toBe('UPDATE_COMPLETE');
    await aws.cfn.send(new DeleteStackCommand({ StackName: 'stale' }));
    expect(await look('stale')).toBe('UPDATE_COMPLETE');
    await expect.poll(() => look('stale')).toBe('ValidationError');
  });

  test('has lost events, all of them twice, some of them late, or in any order', async () => {
    const many = Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`A${index}`, handle()]));
    await aws.create('events', { Resources: many });
    const all = await eventsOf('events');
    const ids = async () => (await eventsOf('events')).map(({ EventId }) => EventId);
    const original = all.map(({ EventId }) => EventId);
    inject({ fault: 'lost-event-page' });
    expect([await ids(), await ids()]).toEqual([[], original]);
    inject({ fault: 'repeated-event-page' });
    expect(await ids()).toEqual([...original, ...original]);
    const shuffled = inject({ fault: 'disordered-events', seed: 3 });
    const other = await eventsOf('events');
    expect(other.map(({ EventId }) => EventId)).not.toEqual(original);
    expect(other.map(({ EventId }) => EventId).sort()).toEqual([...original].sort());
    expect(new Set(other.map(({ Timestamp }) => Timestamp?.getMilliseconds()))).toEqual(new Set([0]));
    shuffled.remove();
    inject({ fault: 'late-events', seconds: 1 });
    const early = await ids();
    expect([early.length > 0, early.length < original.length]).toEqual([true, true]);
    await expect.poll(ids, { timeout: 3000 }).toEqual(original);
  });
});

describe('somebody else', () => {
  test('creates the stack first', async () => {
    inject({ fault: 'foreign-creation' });
    const params = { StackName: 'other-1', TemplateBody: JSON.stringify(TEMPLATE), ChangeSetType: 'CREATE' as const };
    await expect(aws.cfn.send(new CreateChangeSetCommand({ ...params, ChangeSetName: 'c' }))).rejects.toThrow(
      'already exists',
    );
    expect((await aws.settled('other-1')).StackStatus).toBe('CREATE_COMPLETE');
  });

  test('updates it, which makes change sets obsolete, and can be cancelled like any update', async () => {
    await aws.create('other-2', topic('a'));
    const { ChangeSetId } = await aws.changeSet('other-2', 'c', topic('b'));
    inject({ fault: 'foreign-update', action: 'ExecuteChangeSet', seconds: 60 });
    const execute = aws.cfn.send(new ExecuteChangeSetCommand({ ChangeSetName: ChangeSetId }));
    await expect(execute).rejects.toThrow('[OBSOLETE]');
    expect(await look('other-2')).toBe('UPDATE_IN_PROGRESS');
    await aws.cfn.send(new CancelUpdateStackCommand({ StackName: 'other-2' }));
    expect((await aws.settled('other-2')).StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    inject({ fault: 'foreign-update', action: 'DescribeStacks', seconds: 0.05 });
    expect((await aws.settled('other-2')).StackStatus).toBe('UPDATE_COMPLETE');
  });

  test('cancels an update, deletes a stack', async () => {
    await aws.create('other-3', topic('a'));
    inject({ fault: 'foreign-update', action: 'DescribeStacks', seconds: 60 });
    inject({ fault: 'foreign-cancellation', action: 'DescribeStacks', after: 1 });
    expect((await aws.settled('other-3')).StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    const fault = inject({ fault: 'foreign-deletion', action: 'DescribeStacks' });
    await expect(aws.settled('other-3')).rejects.toThrow('does not exist');
    expect(fault.struck).toBe(1);
  });

  test('deletes a change set, or CloudFormation finds it wanting', async () => {
    await aws.create('other-4', topic('a'));
    inject({ fault: 'change-set-vanishes', after: 1 });
    const made = aws.changeSet('other-4', 'c', topic('b'));
    const again = async () => {
      const { ChangeSetId } = await made;
      return aws.cfn.send(new DescribeChangeSetCommand({ ChangeSetName: ChangeSetId }));
    };
    await expect(again()).rejects.toMatchObject({ name: 'ChangeSetNotFoundException' });
    inject({ fault: 'change-set-fails' });
    expect(await aws.changeSet('other-4', 'd', topic('b'))).toMatchObject({
      Status: 'FAILED',
      StatusReason: expect.stringContaining('AWS::EarlyValidation::'),
    });
  });
});

describe('a resource', () => {
  test('fails to be made, to be put back, to be deleted', async () => {
    inject({ fault: 'resource-fails', stack: 'res-1', resource: 'Topic', reason: 'no more topics' });
    inject({ fault: 'deletion-fails', stack: 'res-1' });
    expect((await aws.create('res-1', topic('a'))).StackStatus).toBe('ROLLBACK_FAILED');
    expect(await aws.story('res-1')).toContain('Topic CREATE_FAILED: no more topics');
    await aws.create('res-2', topic('a'));
    inject({ fault: 'resource-fails', stack: 'res-2' });
    inject({ fault: 'rollback-fails', stack: 'res-2' });
    expect((await aws.update('res-2', topic('b'))).StackStatus).toBe('UPDATE_ROLLBACK_FAILED');
  });

  test('is in use, comes again, or is warned about', async () => {
    const { DescribeEventsCommand } = await import('@aws-sdk/client-cloudformation');
    inject({ fault: 'validation-warns', stack: 'res-4', reason: 'look here' });
    const { ChangeSetId } = await aws.changeSet('res-4', 'c', topic('a'), { ChangeSetType: 'CREATE' });
    const { OperationEvents } = await aws.cfn.send(new DescribeEventsCommand({ ChangeSetName: ChangeSetId }));
    expect(OperationEvents?.map(event => event.ValidationStatusReason)).toEqual(['look here']);

    const properties = { GroupDescription: 'in use' };
    const { StackId = '' } = await aws.create('res-5', {
      Resources: {
        Group: { Type: 'AWS::EC2::SecurityGroup', Properties: properties },
        Logs: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: '/res-5' } },
      },
    });
    inject({ fault: 'resource-in-use', stack: 'res-5' });
    const again = inject({ fault: 'log-group-reappears', stack: 'res-5' });
    const remove = new DeleteStackCommand({ StackName: StackId });
    await aws.cfn.send(remove);
    expect((await aws.settled(StackId)).StackStatus).toBe('DELETE_FAILED');
    await aws.cfn.send(remove);
    expect((await aws.settled(StackId)).StackStatus).toBe('DELETE_COMPLETE');
    expect(again.struck).toBe(1);
  });

  test('hangs until its operation is cancelled', async () => {
    await aws.create('res-3', topic('a'));
    inject({ fault: 'resource-hangs', stack: 'res-3', after: 0 });
    inject({ fault: 'foreign-cancellation', stack: 'res-3', action: 'DescribeStacks', after: 1 });
    expect((await aws.update('res-3', topic('b'))).StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
  });
});

describe('on the command line', () => {
  test.each<[string, Injection]>([
    ['throttled', { fault: 'throttled' }],
    ['throttled:DescribeStackEvents:5', { fault: 'throttled', action: 'DescribeStackEvents', times: 5 }],
    ['slow-answer:3:seconds=0.5', { fault: 'slow-answer', times: 3, seconds: 0.5 }],
    [
      'resource-fails:stack=shop-*:resource=Topic:reason=no: none',
      { fault: 'resource-fails', stack: 'shop-*', resource: 'Topic', reason: 'no: none' },
    ],
  ])('%s', (words, injection) => {
    expect(parseFault(words)).toEqual(injection);
  });

  test.each([
    ['throtled', "no fault is called 'throtled'; there are: throttled, "],
    ['throttled:probability=often', "'probability=often' says nothing of fault throttled"],
    ['throttled:often=1', "'often=1' says nothing"],
  ])('%s is refused', (words, message) => {
    expect(() => parseFault(words)).toThrow(message);
  });
});
