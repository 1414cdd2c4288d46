import { DeleteStackCommand, ListExportsCommand, ListImportsCommand } from '@aws-sdk/client-cloudformation';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { handle, startTestAws, type TestAws } from './support.ts';

let aws: TestAws;
beforeEach(async () => {
  aws = await startTestAws();
});
afterEach(() => aws.close());

const exporting = (value: string, name = 'shared') => ({
  Resources: { A: handle() },
  Outputs: { Out: { Value: value, Export: { Name: name } }, Plain: { Value: value } },
});
const importing = (name: unknown = 'shared') => ({
  Resources: { Topic: { Type: 'AWS::SNS::Topic', Properties: { DisplayName: { 'Fn::ImportValue': name } } } },
  Outputs: { Got: { Value: { 'Fn::ImportValue': name } } },
});

test('a stack reads what another exports', async () => {
  const owner = await aws.create('owner', exporting('v1', 'owner-x'));
  const user = await aws
    .create('user', importing({ 'Fn::Sub': '${Owner}-x' }), {})
    .catch((error: Error) => error.message);
  expect(user).toBe(
    'Template format error: Unresolved resource dependencies [Owner] in the Resources block of the template',
  );
  const reader = await aws.create('reader', importing('owner-x'));
  expect(reader.Outputs?.[0]?.OutputValue).toBe('v1');
  const { Exports } = await aws.cfn.send(new ListExportsCommand({}));
  expect(Exports).toEqual([{ ExportingStackId: owner.StackId, Name: 'owner-x', Value: 'v1' }]);
  expect((await aws.cfn.send(new ListImportsCommand({ ExportName: 'owner-x' }))).Imports).toEqual(['reader']);
});

describe('an export in use', () => {
  const reason = 'Delete canceled. Cannot delete export shared as it is in use by one and two.';
  beforeEach(async () => {
    await aws.create('owner', exporting('v1'));
    await aws.create('one', importing());
    await aws.create('two', importing());
  });

  test('keeps its stack from being deleted', async () => {
    await aws.cfn.send(new DeleteStackCommand({ StackName: 'owner' }));
    expect(await aws.settled('owner')).toMatchObject({ StackStatus: 'DELETE_FAILED', StackStatusReason: reason });
    expect((await aws.story('owner')).filter(line => line.startsWith('A DELETE'))).toEqual([]);
  });

  test.each([
    ['changed', exporting('v2')],
    ['removed', { Resources: { A: handle(), B: handle() } }],
    ['renamed', exporting('v1', 'other')],
  ])('cannot be %s', async (_, template) => {
    const stack = await aws.update('owner', template);
    expect(stack.StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(await aws.story('owner')).toContain(`owner UPDATE_ROLLBACK_IN_PROGRESS: ${reason}`);
    expect(stack.Outputs?.find(output => output.ExportName === 'shared')?.OutputValue).toBe('v1');
  });

  test('is free again when its users are gone', async () => {
    for (const name of ['one', 'two']) {
      const { StackId = '' } = await aws.stack(name);
      await aws.cfn.send(new DeleteStackCommand({ StackName: name }));
      await aws.settled(StackId);
    }
    expect((await aws.update('owner', exporting('v2'))).StackStatus).toBe('UPDATE_COMPLETE');
    await expect(aws.cfn.send(new ListImportsCommand({ ExportName: 'shared' }))).rejects.toThrow(
      "Export 'shared' is not imported by any stack.",
    );
  });
});

test('two stacks cannot export the same name', async () => {
  await aws.create('owner', exporting('v1'));
  const stack = await aws.create('rival', exporting('v2'));
  expect(stack.StackStatus).toBe('ROLLBACK_COMPLETE');
  expect(await aws.story('rival')).toContain(
    'rival ROLLBACK_IN_PROGRESS: Export with name shared is already exported by stack owner. Rollback requested by user.',
  );
  expect((await aws.cfn.send(new ListExportsCommand({}))).Exports?.map(exported => exported.Value)).toEqual(['v1']);
});

test('an import that does not exist fails the stack before any resource is made', async () => {
  const stack = await aws.create('lonely', importing('nobody'));
  expect(stack.StackStatus).toBe('ROLLBACK_COMPLETE');
  expect(await aws.story('lonely')).toEqual([
    'lonely CREATE_IN_PROGRESS: User Initiated',
    'lonely ROLLBACK_IN_PROGRESS: No export named nobody found. Rollback requested by user.',
    'lonely ROLLBACK_COMPLETE',
  ]);
});
