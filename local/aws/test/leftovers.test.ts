import { DeleteStackCommand } from '@aws-sdk/client-cloudformation';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { handle, startTestAws, type TestAws } from './support.ts';

let aws: TestAws;
beforeAll(async () => {
  aws = await startTestAws();
});
afterAll(() => aws.close());

/** A call of a service that speaks JSON, signed as far as the local AWS looks. */
async function call(service: string, action: string, input: object): Promise<Record<string, unknown>> {
  const response = await fetch(aws.url, {
    method: 'POST',
    headers: {
      authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/${service}/aws4_request`,
      'x-amz-target': `Any.${action}`,
    },
    body: JSON.stringify(input),
  });
  return (await response.json()) as Record<string, unknown>;
}

async function remove(name: string, more: object = {}): Promise<string> {
  const { StackId = '' } = await aws.stack(name);
  await aws.cfn.send(new DeleteStackCommand({ StackName: name, ...more }));
  return (await aws.settled(StackId)).StackStatus ?? '';
}
const reasons = async (name: string) => (await aws.story(name)).filter(line => line.includes('Thing DELETE_FAILED'));
const one = (Type: string, Properties: object = {}, more: object = {}) => ({
  Resources: { Thing: { Type, Properties, ...more } },
});
const digests = async (repositoryName: string) => {
  const { imageIds } = await call('ecr', 'ListImages', { repositoryName });
  return (imageIds as { imageDigest: string }[]).map(({ imageDigest }) => imageDigest);
};

describe('what AWS does not delete', () => {
  test('a repository with images, until they are gone', async () => {
    await aws.create('images', one('AWS::ECR::Repository', { RepositoryName: 'shop' }));
    await call('ecr', 'PutImage', { repositoryName: 'shop', imageManifest: '{"a":1}', imageTag: 'v1' });
    expect(await remove('images')).toBe('DELETE_FAILED');
    expect(await reasons('images')).toEqual([
      expect.stringContaining(
        `The repository with name 'shop' in registry with id '000000000000' cannot be deleted because it still contains images (Service: Ecr, Status Code: 400,`,
      ),
    ]);
    const [imageDigest = ''] = await digests('shop');
    await call('ecr', 'BatchDeleteImage', { repositoryName: 'shop', imageIds: [{ imageDigest }] });
    expect(await remove('images')).toBe('DELETE_COMPLETE');
  });

  test('but a repository that empties itself', async () => {
    await aws.create('self', one('AWS::ECR::Repository', { RepositoryName: 'self', EmptyOnDelete: true }));
    await call('ecr', 'PutImage', { repositoryName: 'self', imageManifest: '{}' });
    expect(await remove('self')).toBe('DELETE_COMPLETE');
  });

  test('a bucket with objects', async () => {
    await aws.create('objects', one('AWS::S3::Bucket', { BucketName: 'shop-data' }));
    const headers = { authorization: 'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request' };
    await fetch(`${aws.url}/shop-data/key`, { method: 'PUT', headers, body: 'x' });
    expect(await remove('objects')).toBe('DELETE_FAILED');
    expect(await reasons('objects')).toEqual([
      expect.stringContaining('The bucket you tried to delete is not empty (Service: Amazon S3; Status Code: 409;'),
    ]);
    await fetch(`${aws.url}/shop-data/key`, { method: 'DELETE', headers });
    expect(await remove('objects')).toBe('DELETE_COMPLETE');
  });

  test('a load balancer that is protected', async () => {
    const LoadBalancerAttributes = [{ Key: 'deletion_protection.enabled', Value: 'true' }];
    await aws.create(
      'protected',
      one('AWS::ElasticLoadBalancingV2::LoadBalancer', { Subnets: ['a', 'b'], LoadBalancerAttributes }),
    );
    expect(await remove('protected')).toBe('DELETE_FAILED');
    expect(await reasons('protected')).toEqual([expect.stringContaining('because deletion protection is enabled')]);
  });

  test('a security group in use, as often as asked for', async () => {
    const Metadata = { 'zap-local:in-use': 2 };
    await aws.create('used', one('AWS::EC2::SecurityGroup', { GroupDescription: 'x' }, { Metadata }));
    expect([await remove('used'), await remove('used')]).toEqual(['DELETE_FAILED', 'DELETE_FAILED']);
    expect(await reasons('used')).toEqual(
      Array(2).fill(expect.stringMatching(/resource sg-\w+ has a dependent object/)),
    );
    expect(await remove('used')).toBe('DELETE_COMPLETE');
  });
});

test('images of a manifest list go after it only', async () => {
  await call('ecr', 'CreateRepository', { repositoryName: 'lists' });
  await call('ecr', 'PutImage', { repositoryName: 'lists', imageManifest: '{"child":1}' });
  const [child = ''] = await digests('lists');
  await call('ecr', 'PutImage', {
    repositoryName: 'lists',
    imageManifest: JSON.stringify({ manifests: [{ digest: child }] }),
  });
  const all = (await digests('lists')).map(imageDigest => ({ imageDigest }));
  expect(await call('ecr', 'BatchDeleteImage', { repositoryName: 'lists', imageIds: all })).toMatchObject({
    failures: [{ imageId: { imageDigest: child }, failureCode: 'ImageReferencedByManifestList' }],
  });
  expect(await digests('lists')).toEqual([child]);
});

test('resources that are gone cannot be retained', async () => {
  const failing = { Metadata: { 'zap-local:fail-delete': 'no' } };
  await aws.create('retain', { Resources: { Gone: handle(), Stuck: handle(failing) } });
  await remove('retain');
  await expect(remove('retain', { RetainResources: ['Gone', 'Stuck'] })).rejects.toThrow(
    'Do not specify resources that are in the DELETE_COMPLETE state.',
  );
  expect(await remove('retain', { RetainResources: ['Stuck'] })).toBe('DELETE_COMPLETE');
});

test('what stays behind is found by its tags, with those of CloudFormation', async () => {
  const Tags = [{ Key: 'team', Value: 'a' }];
  const stack = await aws.create(
    'tagged',
    one('AWS::Logs::LogGroup', { LogGroupName: '/kept', Tags }, { DeletionPolicy: 'Retain' }),
    {
      Tags: [{ Key: 'of', Value: 'shop' }],
    },
  );
  await call('logs', 'CreateLogGroup', { logGroupName: '/kept/not', tags: { of: 'shopping' } });
  await remove('tagged');
  const TagFilters = [{ Key: 'of', Values: ['shop'] }];
  const found = await call('tagging', 'GetResources', { TagFilters, ResourceTypeFilters: ['logs:log-group'] });
  expect(found.ResourceTagMappingList).toEqual([
    {
      ResourceARN: 'arn:aws:logs:us-east-1:000000000000:log-group:/kept',
      Tags: expect.arrayContaining([...Tags, { Key: 'aws:cloudformation:stack-id', Value: stack.StackId }]),
    },
  ]);
  expect(await call('logs', 'DescribeLogGroups', { logGroupNamePrefix: '/kept' })).toMatchObject({
    logGroups: [{ logGroupName: '/kept' }, { logGroupName: '/kept/not' }],
  });
  await call('logs', 'DeleteLogGroup', { logGroupName: '/kept' });
  expect(await call('logs', 'DeleteLogGroup', { logGroupName: '/kept' })).toMatchObject({
    __type: 'ResourceNotFoundException',
  });
});
