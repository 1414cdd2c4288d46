import { DeleteStackCommand, type Stack } from '@aws-sdk/client-cloudformation';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CREDENTIALS, handle, startTestAws, type TemplateData, type TestAws } from './support.ts';

let aws: TestAws;
let s3: S3Client;
beforeEach(async () => {
  aws = await startTestAws();
  s3 = new S3Client({ endpoint: aws.url, region: 'us-east-1', credentials: CREDENTIALS, forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: 'templates' }));
});
afterEach(() => aws.close());

const put = (template: TemplateData) =>
  s3.send(new PutObjectCommand({ Bucket: 'templates', Key: 'child.json', Body: JSON.stringify(template) }));
const child = (more: TemplateData = {}) => ({
  Parameters: { Name: { Type: 'String' } },
  Resources: { Topic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: { Ref: 'Name' } } }, ...more },
  Outputs: { Arn: { Value: { Ref: 'Topic' } } },
});
const parent = (name: string) => ({
  Resources: {
    Child: {
      Type: 'AWS::CloudFormation::Stack',
      Properties: {
        TemplateURL: 'https://templates.s3.us-east-1.amazonaws.com/child.json',
        Parameters: { Name: name },
      },
    },
    After: { Type: 'AWS::SNS::Topic', Properties: { DisplayName: { 'Fn::GetAtt': ['Child', 'Outputs.Arn'] } } },
  },
  Outputs: { Arn: { Value: { 'Fn::GetAtt': ['Child', 'Outputs.Arn'] } }, Id: { Value: { Ref: 'Child' } } },
});
const output = (stack: Stack, key: string) =>
  stack.Outputs?.find(({ OutputKey }) => OutputKey === key)?.OutputValue ?? '';

test('is a stack of its own whose outputs the parent reads', async () => {
  await put(child());
  const stack = await aws.create('parent', parent('n1'));
  expect(output(stack, 'Arn')).toBe('arn:aws:sns:us-east-1:000000000000:n1');
  const nested = await aws.stack(output(stack, 'Id'));
  expect(nested).toMatchObject({ StackStatus: 'CREATE_COMPLETE', ParentId: stack.StackId, RootId: stack.StackId });
  expect(nested.StackName).toMatch(/^parent-Child-/);

  // A replacement inside the child: its output changes, and the parent's resource follows.
  const updated = await aws.update('parent', parent('n2'));
  expect(output(updated, 'Arn')).toMatch(/:n2$/);
  expect(output(updated, 'Id')).toBe(nested.StackId);
  expect(await aws.story('parent')).toContain('After UPDATE_COMPLETE');

  const { StackId = '' } = stack;
  await aws.cfn.send(new DeleteStackCommand({ StackName: 'parent' }));
  expect((await aws.settled(StackId)).StackStatus).toBe('DELETE_COMPLETE');
  expect((await aws.stack(output(stack, 'Id'))).StackStatus).toBe('DELETE_COMPLETE');
});

test('takes the parent down when it fails', async () => {
  await put(child({ Bad: handle({ Metadata: { 'zap-local:fail': 'no' } }) }));
  const stack = await aws.create('unlucky', parent('n'));
  expect(stack.StackStatus).toBe('ROLLBACK_COMPLETE');
  const [failure] = (await aws.story('unlucky')).filter(line => line.includes('CREATE_FAILED'));
  expect(failure).toMatch(
    /^Child CREATE_FAILED: Embedded stack arn:aws:cloudformation:\S+ was not successfully created: The following resource\(s\) failed to create: \[(Topic, )?Bad/,
  );
});

test('is updated when only what stands behind its URL has changed', async () => {
  await put(child());
  await aws.create('same-url', parent('n'));
  await expect(aws.update('same-url', parent('n'))).rejects.toThrow('No updates are to be performed.');
  await put(child({ More: handle() }));
  const { Changes } = await aws.changeSet('same-url', 'c', parent('n'));
  expect(
    Changes?.map(({ ResourceChange }) => [
      ResourceChange?.LogicalResourceId,
      ResourceChange?.Details?.[0]?.ChangeSource,
    ]),
  ).toContainEqual(['Child', 'Automatic']);
  const updated = await aws.update('same-url', parent('n'));
  expect((await aws.story(output(updated, 'Id'))).filter(line => line === 'More CREATE_COMPLETE')).toHaveLength(1);
});

test('a template that is not there', async () => {
  const stack = await aws.create('nowhere', parent('n'));
  expect(stack.StackStatus).toBe('ROLLBACK_COMPLETE');
  expect((await aws.story('nowhere')).find(line => line.startsWith('Child CREATE_FAILED'))).toContain(
    'S3 error: Access Denied',
  );
});
