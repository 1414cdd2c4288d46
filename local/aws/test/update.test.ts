import {
  CancelUpdateStackCommand,
  ContinueUpdateRollbackCommand,
  CreateStackCommand,
  DescribeStackResourcesCommand,
  GetTemplateCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import { afterEach, describe, expect, test } from 'vitest';
import type { LocalAwsOptions } from '../src/index.ts';
import { body, handle, ManualClock, startTestAws, type TestAws } from './support.ts';

let aws: TestAws;
const start = async (options: LocalAwsOptions = {}) => {
  aws = await startTestAws(options);
};
afterEach(() => aws.close());

const group = (properties: Record<string, unknown>, more: Record<string, unknown> = {}) => ({
  Type: 'AWS::Logs::LogGroup',
  Properties: properties,
  ...more,
});

/** The physical ids of a stack's resources. */
async function ids(stack: string): Promise<Record<string, string>> {
  const { StackResources = [] } = await aws.cfn.send(new DescribeStackResourcesCommand({ StackName: stack }));
  return Object.fromEntries(
    StackResources.map(resource => [resource.LogicalResourceId ?? '', resource.PhysicalResourceId ?? '']),
  );
}

/** The events since the last operation began. */
async function last(stack: string): Promise<string[]> {
  const story = await aws.story(stack);
  return story.slice(story.lastIndexOf(`${stack} UPDATE_IN_PROGRESS: User Initiated`));
}

test('changes in place, adds, removes, and says nothing of what stays the same', async () => {
  await start();
  await aws.create('inplace', {
    Resources: { Same: handle(), Changed: group({ RetentionInDays: 7 }), Gone: handle() },
  });
  const before = await ids('inplace');
  const stack = await aws.update('inplace', {
    Resources: { Same: handle(), Changed: group({ RetentionInDays: 14 }), New: handle() },
  });
  expect(stack.StackStatus).toBe('UPDATE_COMPLETE');
  expect(stack.LastUpdatedTime).toBeInstanceOf(Date);
  expect(await last('inplace')).toEqual([
    'inplace UPDATE_IN_PROGRESS: User Initiated',
    'Changed UPDATE_IN_PROGRESS',
    'New CREATE_IN_PROGRESS',
    'New CREATE_IN_PROGRESS: Resource creation Initiated',
    'Changed UPDATE_COMPLETE',
    'New CREATE_COMPLETE',
    'inplace UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
    'Gone DELETE_IN_PROGRESS',
    'Gone DELETE_COMPLETE',
    'inplace UPDATE_COMPLETE',
  ]);
  const { Gone: _, ...stayed } = before;
  expect(await ids('inplace')).toEqual({ ...stayed, New: expect.any(String) });
});

describe('a replacement', () => {
  const template = (name: string, more: Record<string, unknown> = {}) => ({
    Resources: {
      Vpc: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: name }, ...more },
      Subnet: { Type: 'AWS::EC2::Subnet', Properties: { VpcId: { Ref: 'Vpc' }, CidrBlock: '10.0.0.0/24' } },
    },
  });

  test('is made first; what refers to it follows; the old ones are deleted at the end, in order', async () => {
    await start();
    await aws.create('replaced', template('10.0.0.0/16'));
    const before = await ids('replaced');
    await aws.update('replaced', template('10.0.0.0/20'));
    const after = await ids('replaced');
    expect(after.Vpc).not.toBe(before.Vpc);
    expect(after.Subnet).not.toBe(before.Subnet);
    const deletions = (await aws.events('replaced')).filter(event => event.ResourceStatus === 'DELETE_COMPLETE');
    expect(deletions.map(event => event.PhysicalResourceId)).toEqual([before.Subnet, before.Vpc]);
    expect((await last('replaced')).slice(1, 4)).toEqual([
      'Vpc UPDATE_IN_PROGRESS: Requested update requires the creation of a new physical resource; hence creating one.',
      'Vpc UPDATE_IN_PROGRESS: Resource creation Initiated',
      'Vpc UPDATE_COMPLETE',
    ]);
  });

  test('leaves the old one behind under UpdateReplacePolicy: Retain', async () => {
    await start();
    await aws.create('kept', template('10.0.0.0/16'));
    await aws.update('kept', template('10.0.0.0/20', { UpdateReplacePolicy: 'Retain' }));
    expect(await last('kept')).toContain('Vpc DELETE_SKIPPED');
    expect(await last('kept')).not.toContain('Vpc DELETE_IN_PROGRESS');
  });

  test('of what has a name of its own is refused', async () => {
    await start();
    const queue = (fifo: boolean) => ({
      Resources: { Q: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'q.fifo', FifoQueue: fifo } } },
    });
    await aws.create('named', queue(true));
    const stack = await aws.update('named', queue(false));
    expect(stack.StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(await last('named')).toContain(
      'Q UPDATE_FAILED: CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename q.fifo and update the stack again.',
    );
  });
});

test('no change is refused, whatever order and spelling', async () => {
  await start();
  await aws.create('same', { Description: 'd', Resources: { A: group({ RetentionInDays: 7 }) } });
  const events = (await aws.story('same')).length;
  for (const template of [
    { Description: 'other', Resources: { A: group({ RetentionInDays: '7' }) } },
    'Resources:\n  A:\n    Properties: {RetentionInDays: 7}\n    Type: AWS::Logs::LogGroup\n',
    { Resources: { A: group({ RetentionInDays: 7 }, { Metadata: { note: 'x' } }) } },
  ]) {
    await expect(aws.update('same', template)).rejects.toMatchObject({
      name: 'ValidationError',
      message: 'No updates are to be performed.',
    });
  }
  expect((await aws.story('same')).length).toBe(events);
  const outputs = { Resources: { A: group({ RetentionInDays: 7 }) }, Outputs: { O: { Value: 'x' } } };
  expect((await aws.update('same', outputs)).Outputs).toHaveLength(1);
  expect((await aws.update('same', outputs, { Tags: [{ Key: 'a', Value: 'b' }] })).Tags).toEqual([
    { Key: 'a', Value: 'b' },
  ]);
  expect(await last('same')).toContain('A UPDATE_COMPLETE');
});

test('a token that was used stands for the same request, and for no other', async () => {
  await start();
  const token = { ClientRequestToken: 'create' };
  await aws.create('token', { Resources: { A: handle() } }, token);
  const next = { Resources: { A: handle(), B: handle() } };
  await expect(aws.update('token', next, token)).rejects.toMatchObject({ name: 'TokenAlreadyExistsException' });
  await aws.update('token', next, { ClientRequestToken: 'update' });
  const events = (await aws.story('token')).length;
  await aws.update('token', next, { ClientRequestToken: 'update' });
  expect((await aws.story('token')).length).toBe(events);
});

test('a resource cannot become another type under its logical id', async () => {
  await start();
  await aws.create('types', { Resources: { A: handle() } });
  await expect(aws.update('types', { Resources: { A: group({}) } })).rejects.toThrow(
    'Update of resource type is not permitted. The new template modifies resource type of the following resources: [A]',
  );
});

describe('an update that fails', () => {
  const template = (days: number, cidr: string, more: Record<string, unknown> = {}) => ({
    Parameters: { P: { Type: 'String', Default: `${days}` } },
    Resources: {
      Log: group({ RetentionInDays: days }),
      Vpc: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: cidr } },
      ...more,
    },
    Outputs: { Days: { Value: { Ref: 'P' } } },
  });
  const failing = {
    New: handle(),
    Bad: handle({ DependsOn: ['Log', 'Vpc', 'New'], Metadata: { 'zap-local:fail': 'refused' } }),
  };

  test('goes back: changes undone, the replaced kept, the new ones deleted, the old template again', async () => {
    await start();
    await aws.create('back', template(7, '10.0.0.0/16'));
    const before = await ids('back');
    const stack = await aws.update('back', template(14, '10.0.0.0/20', failing), { ClientRequestToken: 'u' });
    expect(stack.StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(await ids('back')).toEqual(before);
    expect(stack.Outputs?.[0]?.OutputValue).toBe('7');
    expect(stack.Parameters?.[0]?.ParameterValue).toBe('7');
    const { TemplateBody } = await aws.cfn.send(new GetTemplateCommand({ StackName: 'back' }));
    expect(TemplateBody).toBe(body(template(7, '10.0.0.0/16')));
    const story = await last('back');
    const failure = story.indexOf('Bad CREATE_FAILED: refused');
    expect(story.slice(failure + 1, failure + 2)).toEqual([
      'back UPDATE_ROLLBACK_IN_PROGRESS: The following resource(s) failed to create: [Bad].',
    ]);
    const rollback = story.slice(failure + 2);
    const cleanup = rollback.indexOf('back UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS');
    expect(rollback.slice(0, cleanup).sort()).toEqual([
      'Log UPDATE_COMPLETE',
      'Log UPDATE_IN_PROGRESS',
      'Vpc UPDATE_COMPLETE',
      'Vpc UPDATE_IN_PROGRESS',
    ]);
    expect(
      rollback
        .slice(cleanup)
        .filter(line => line.endsWith('DELETE_COMPLETE'))
        .map(line => line.split(' ')[0])
        .sort(),
    ).toEqual(['Bad', 'New', 'Vpc']);
    expect(rollback.at(-1)).toBe('back UPDATE_ROLLBACK_COMPLETE');
    // What it went back to is what it has: the next update compares with that.
    await expect(aws.update('back', template(7, '10.0.0.0/16'))).rejects.toThrow('No updates are to be performed.');
    expect((await aws.update('back', template(14, '10.0.0.0/16'))).StackStatus).toBe('UPDATE_COMPLETE');
  });

  test('stays where it is without rollback, and can be put right', async () => {
    await start();
    await aws.create('stays', template(7, '10.0.0.0/16'));
    const stack = await aws.update('stays', template(14, '10.0.0.0/16', failing), { DisableRollback: true });
    expect(stack).toMatchObject({
      StackStatus: 'UPDATE_FAILED',
      StackStatusReason: 'The following resource(s) failed to create: [Bad].',
    });
    const remains = (await ids('stays')).Bad;
    const fixed = await aws.update('stays', template(14, '10.0.0.0/16', { New: handle(), Bad: handle() }));
    expect(fixed.StackStatus).toBe('UPDATE_COMPLETE');
    const deleted = (await aws.events('stays')).filter(event => event.ResourceStatus === 'DELETE_COMPLETE');
    expect(deleted.map(event => event.PhysicalResourceId)).toEqual([remains]);
    expect((await ids('stays')).Bad).not.toBe(remains);
    expect(Object.keys(await ids('stays')).sort()).toEqual(['Bad', 'Log', 'New', 'Vpc']);
  });

  test('can fail to go back, and go on from there', async () => {
    await start();
    await aws.create('stuck', template(7, '10.0.0.0/16'));
    const broken = template(14, '10.0.0.0/16', failing);
    const stack = await aws.update('stuck', {
      ...broken,
      Resources: {
        ...broken.Resources,
        Log: group({ RetentionInDays: 14 }, { Metadata: { 'zap-local:fail-rollback': 'cannot go back' } }),
      },
    });
    expect(stack).toMatchObject({
      StackStatus: 'UPDATE_ROLLBACK_FAILED',
      StackStatusReason: 'The following resource(s) failed to update: [Log].',
    });
    await expect(aws.update('stuck', template(1, '10.0.0.0/16'))).rejects.toThrow(
      'is in UPDATE_ROLLBACK_FAILED state and can not be updated.',
    );
    await expect(
      aws.cfn.send(new ContinueUpdateRollbackCommand({ StackName: 'stuck', ResourcesToSkip: ['Vpc'] })),
    ).rejects.toThrow(/\[Vpc\]/);
    await aws.cfn.send(new ContinueUpdateRollbackCommand({ StackName: 'stuck', ResourcesToSkip: ['Log'] }));
    expect((await aws.settled('stuck')).StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(Object.keys(await ids('stuck')).sort()).toEqual(['Log', 'Vpc']);
  });

  test('can be cancelled while it runs, and then goes back', async () => {
    const clock = new ManualClock();
    await start({ clock, pace: 1 });
    await aws.cfn.send(
      new CreateStackCommand({ StackName: 'cancelled', TemplateBody: body(template(7, '10.0.0.0/16')) }),
    );
    await clock.advance(100);
    await expect(aws.cfn.send(new CancelUpdateStackCommand({ StackName: 'cancelled' }))).rejects.toThrow(
      'CancelUpdateStack cannot be called from current stack status',
    );
    const long = { Long: handle({ Metadata: { 'zap-local:seconds': 500 } }) };
    const request = { StackName: 'cancelled', TemplateBody: body(template(14, '10.0.0.0/16', long)) };
    await aws.cfn.send(new UpdateStackCommand(request));
    await clock.advance(10);
    await expect(aws.cfn.send(new UpdateStackCommand(request))).rejects.toThrow(
      /is in UPDATE_IN_PROGRESS state and can not be updated\./,
    );
    await aws.cfn.send(new CancelUpdateStackCommand({ StackName: 'cancelled', ClientRequestToken: 'stop' }));
    await clock.advance(600);
    expect((await aws.stack('cancelled')).StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    const story = await last('cancelled');
    expect(story).toContain('Long CREATE_FAILED: Resource creation cancelled');
    expect(story).toContain('cancelled UPDATE_ROLLBACK_IN_PROGRESS: User Initiated');
    expect((await aws.events('cancelled')).at(-1)?.ClientRequestToken).toBe('stop');
  });
});
