import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LocalAws, startLocalAws } from '../src/index.ts';
import { awsCli } from './aws-cli.ts';

/** ECR as the AWS CLI understands it, a client that shares no code with the SDK. Runs with ZAP_TEST_TOOLS=1. */

const OCI = 'application/vnd.oci.image.manifest.v1+json';
let aws: LocalAws;

const cli = (...words: string[]) => awsCli(aws, 'ecr', ...words);
const json = async (...words: string[]): Promise<Record<string, unknown>> => JSON.parse(await cli(...words));

beforeAll(async () => {
  aws = await startLocalAws({ port: 0 });
});
afterAll(async () => {
  await aws.close();
});

test('makes a repository, puts images, reads them page by page and deletes all', { timeout: 180_000 }, async () => {
  const shop = ['--repository-name', 'team/shop'];
  const settings = ['--image-tag-mutability', 'IMMUTABLE', '--image-scanning-configuration', 'scanOnPush=true'];
  const { repository } = await json('create-repository', ...shop, ...settings, '--tags', 'Key=zap-obs:prefix,Value=x');
  expect(repository).toMatchObject({
    repositoryUri: '000000000000.dkr.ecr.us-east-1.amazonaws.com/team/shop',
    imageTagMutability: 'IMMUTABLE',
  });
  await expect(cli('create-repository', ...shop)).rejects.toThrow(/\(RepositoryAlreadyExistsException\)/);
  const { repositoryArn } = repository as { repositoryArn: string };
  expect(await json('list-tags-for-resource', '--resource-arn', repositoryArn)).toEqual({
    tags: [{ Key: 'zap-obs:prefix', Value: 'x' }],
  });
  const lifecyclePolicyText = JSON.stringify({ rules: [{ rulePriority: 1, description: 'x'.repeat(100) }] });
  await cli('put-lifecycle-policy', ...shop, '--lifecycle-policy-text', lifecyclePolicyText);
  expect(await json('get-lifecycle-policy', ...shop)).toMatchObject({ lifecyclePolicyText });

  const manifest = (size: number) => JSON.stringify({ schemaVersion: 2, mediaType: OCI, layers: [{ size }] });
  for (const size of [1, 2, 3])
    await cli('put-image', ...shop, '--image-tag', `v${size}`, '--image-manifest', manifest(size));
  const moved = ['put-image', ...shop, '--image-tag', 'v1', '--image-manifest', manifest(2)];
  await expect(cli(...moved)).rejects.toThrow(/\(ImageTagAlreadyExistsException\).*the tag is immutable/s);
  const { imageDetails } = await json('describe-images', ...shop, '--page-size', '1');
  const sizes = (imageDetails as { imageTags: string[]; imageSizeInBytes: number }[]).map(
    ({ imageTags, imageSizeInBytes }) => `${imageTags} ${imageSizeInBytes}`,
  );
  expect(sizes.sort()).toEqual(['v1 1', 'v2 2', 'v3 3']);
  await expect(cli('describe-images', ...shop, '--image-ids', 'imageTag=none')).rejects.toThrow(
    /\(ImageNotFoundException\).*does not exist within the repository/s,
  );
  const { images, failures } = await json('batch-get-image', ...shop, '--image-ids', 'imageTag=v2', 'imageTag=none');
  expect(images).toMatchObject([{ imageManifest: manifest(2), imageManifestMediaType: OCI }]);
  expect(failures).toMatchObject([{ failureCode: 'ImageNotFound' }]);

  expect(await cli('get-login-password')).toMatch(/^\S+\n$/);
  const { imageIds } = await json('list-images', ...shop, '--page-size', '2');
  expect(imageIds).toHaveLength(3);
  await expect(cli('delete-repository', ...shop)).rejects.toThrow(/\(RepositoryNotEmptyException\)/);
  await cli('batch-delete-image', ...shop, '--image-ids', 'imageTag=v1');
  await cli('delete-repository', ...shop, '--force');
  expect(await json('describe-repositories')).toEqual({ repositories: [] });
  await expect(cli('list-images', ...shop)).rejects.toThrow(/\(RepositoryNotFoundException\)/);
});
