import {
  DeleteStackCommand,
  type DeleteStackCommandInput,
  DescribeStackResourcesCommand,
  UpdateTerminationProtectionCommand,
} from '@aws-sdk/client-cloudformation';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { handle, startTestAws, type TestAws } from './support.ts';

let aws: TestAws;
beforeAll(async () => {
  aws = await startTestAws();
});
afterAll(() => aws.close());

/** Deletes a stack and returns its story since, and its end. */
async function remove(
  name: string,
  more: Partial<DeleteStackCommandInput> = {},
): Promise<{ story: string[]; status: string | undefined; reason: string | undefined }> {
  const { StackId = '' } = await aws.stack(name);
  const before = (await aws.story(StackId)).length;
  await aws.cfn.send(new DeleteStackCommand({ StackName: name, ...more }));
  const { StackStatus, StackStatusReason } = await aws.settled(StackId);
  return { story: (await aws.story(StackId)).slice(before), status: StackStatus, reason: StackStatusReason };
}

test('deletes in reverse order; the stack can be read by id only afterwards', async () => {
  const { StackId = '' } = await aws.create('order', {
    Resources: { A: handle(), B: handle({ DependsOn: 'A' }), C: handle({ DependsOn: 'B' }) },
  });
  const { story } = await remove('order', { ClientRequestToken: 'd' });
  expect(story).toEqual([
    'order DELETE_IN_PROGRESS: User Initiated',
    'C DELETE_IN_PROGRESS',
    'C DELETE_COMPLETE',
    'B DELETE_IN_PROGRESS',
    'B DELETE_COMPLETE',
    'A DELETE_IN_PROGRESS',
    'A DELETE_COMPLETE',
    'order DELETE_COMPLETE',
  ]);
  await expect(aws.stack('order')).rejects.toThrow('Stack with id order does not exist');
  await expect(aws.events('order')).rejects.toThrow('Stack [order] does not exist');
  expect(await aws.stack(StackId)).toMatchObject({ StackStatus: 'DELETE_COMPLETE', DeletionTime: expect.any(Date) });
  expect((await aws.events(StackId)).slice(-8).map(event => event.ClientRequestToken)).toEqual(Array(8).fill('d'));
  // Deleting what is gone, or never was, succeeds.
  await aws.cfn.send(new DeleteStackCommand({ StackName: 'order' }));
});

test('retained resources are skipped', async () => {
  await aws.create('retain', {
    Resources: {
      A: handle({ DeletionPolicy: 'Retain' }),
      B: handle({ DeletionPolicy: 'RetainExceptOnCreate' }),
      C: handle(),
    },
  });
  const { story, status } = await remove('retain');
  expect(status).toBe('DELETE_COMPLETE');
  expect(story.filter(line => !line.startsWith('retain')).sort()).toEqual([
    'A DELETE_SKIPPED',
    'B DELETE_SKIPPED',
    'C DELETE_COMPLETE',
    'C DELETE_IN_PROGRESS',
  ]);
});

describe('a resource that cannot be deleted', () => {
  const template = {
    Resources: {
      Base: handle(),
      Stuck: handle({ DependsOn: 'Base', Metadata: { 'zap-local:fail-delete': 'The repository is not empty' } }),
      Other: handle(),
    },
  };

  test('fails the deletion, keeps what it needs, and stops nothing else', async () => {
    await aws.create('stuck', template);
    const { story, status, reason } = await remove('stuck');
    expect([status, reason]).toEqual(['DELETE_FAILED', 'The following resource(s) failed to delete: [Stuck].']);
    expect(story).toContain('Stuck DELETE_FAILED: The repository is not empty');
    expect(story).toContain('Other DELETE_COMPLETE');
    expect(story.filter(line => line.startsWith('Base'))).toEqual([]);
    const again = await remove('stuck', { RetainResources: ['Stuck'] });
    expect(again.status).toBe('DELETE_COMPLETE');
    expect(again.story).toEqual([
      'stuck DELETE_IN_PROGRESS: User Initiated',
      'Stuck DELETE_SKIPPED',
      'Base DELETE_IN_PROGRESS',
      'Base DELETE_COMPLETE',
      'stuck DELETE_COMPLETE',
    ]);
  });

  test('is left behind by force', async () => {
    const { StackId = '' } = await aws.create('forced', template);
    const refused = { StackName: 'forced', DeletionMode: 'FORCE_DELETE_STACK' as const };
    await expect(aws.cfn.send(new DeleteStackCommand(refused))).rejects.toThrow(
      /only allowed for stacks in DELETE_FAILED state/,
    );
    await remove('forced');
    expect((await remove('forced', { DeletionMode: 'FORCE_DELETE_STACK' })).status).toBe('DELETE_COMPLETE');
    const { StackResources = [] } = await aws.cfn.send(new DescribeStackResourcesCommand({ StackName: StackId }));
    expect(
      Object.fromEntries(
        StackResources.map(({ LogicalResourceId, ResourceStatus }) => [LogicalResourceId, ResourceStatus]),
      ),
    ).toEqual({
      Base: 'DELETE_COMPLETE',
      Stuck: 'DELETE_SKIPPED',
      Other: 'DELETE_COMPLETE',
    });
  });

  test('RetainResources is refused before a deletion has failed', async () => {
    await aws.create('early', template);
    await expect(
      aws.cfn.send(new DeleteStackCommand({ StackName: 'early', RetainResources: ['Stuck'] })),
    ).rejects.toThrow(/RetainResources is only allowed for stacks in DELETE_FAILED state/);
  });
});

test('termination protection', async () => {
  await aws.create('protected', { Resources: { A: handle() } }, { EnableTerminationProtection: true });
  await expect(aws.cfn.send(new DeleteStackCommand({ StackName: 'protected' }))).rejects.toMatchObject({
    name: 'ValidationError',
    message: 'Stack [protected] cannot be deleted while TerminationProtection is enabled',
  });
  await aws.cfn.send(
    new UpdateTerminationProtectionCommand({ StackName: 'protected', EnableTerminationProtection: false }),
  );
  expect((await remove('protected')).status).toBe('DELETE_COMPLETE');
});

test('a load balancer is deleted once its protection is off', async () => {
  const protectedBy = (value: string) => ({
    Resources: {
      Balancer: {
        Type: 'AWS::ElasticLoadBalancingV2::LoadBalancer',
        Properties: { LoadBalancerAttributes: [{ Key: 'deletion_protection.enabled', Value: value }] },
      },
    },
  });
  await aws.create('protected', protectedBy('true'));
  const { status, story } = await remove('protected');
  expect(status).toBe('DELETE_FAILED');
  expect(story.join('\n')).toMatch(
    /Balancer DELETE_FAILED: Load balancer 'arn:\S+' cannot be deleted because deletion protection is enabled/,
  );
  await aws.create('switched', protectedBy('true'));
  await aws.update('switched', protectedBy('false'));
  expect((await remove('switched')).status).toBe('DELETE_COMPLETE');
});
