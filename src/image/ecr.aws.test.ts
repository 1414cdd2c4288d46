import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openLocalSession } from '../aws/session.aws.ts';
import { repositoriesOf } from './ecr.aws.ts';
import type { Repositories } from './repositories.ts';
import { TagTaken } from './repositories.ts';

// What goes over the wire, as the API reference has it; whole runs against the local AWS are in build-push.e2e.test.ts.

type Answer = object | `${string}Exception`;

const server = createServer(async (request, response) => {
  const action = String(request.headers['x-amz-target']).replace('AmazonEC2ContainerRegistry_V20150921.', '');
  asked.push([action, JSON.parse(await text(request))]);
  const answer = answers[action]?.shift() ?? 'UnknownOperationException';
  const isError = typeof answer === 'string';
  response.writeHead(isError ? 400 : 200, { 'content-type': 'application/x-amz-json-1.1' });
  response.end(JSON.stringify(isError ? { __type: answer, message: 'said so' } : answer));
});
let repositories: Repositories;
let answers: Record<string, Answer[]> = {};
let asked: [string, Record<string, unknown>][] = [];
beforeAll(async () => {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  repositories = repositoriesOf(openLocalSession(`http://127.0.0.1:${port}`, 'eu-central-1'));
});
beforeEach(() => {
  asked = [];
  answers = {};
});
afterAll(() => void server.close());

const SHOP = { repositoryName: 'shop', repositoryUri: 'r.test/shop', imageTagMutability: 'IMMUTABLE' };
const SETTINGS = { tags: { 'zap-obs:prefix': 'p' }, hasMovingTags: false, lifecyclePolicy: '{"rules":[]}' };
const MEDIA = 'application/vnd.oci.image.manifest.v1+json';

describe('a repository', () => {
  it.each([
    ['IMMUTABLE', false],
    ['MUTABLE', true],
    ['IMMUTABLE_WITH_EXCLUSION', true],
  ])('with tags that are %s is found', async (imageTagMutability, hasMovingTags) => {
    answers = { DescribeRepositories: [{ repositories: [{ ...SHOP, imageTagMutability }] }] };
    expect(await repositories.find('shop')).toEqual({ name: 'shop', uri: 'r.test/shop', hasMovingTags });
    expect(asked).toEqual([['DescribeRepositories', { repositoryNames: ['shop'] }]]);
  });

  it('that is not there is none', async () => {
    answers = { DescribeRepositories: ['RepositoryNotFoundException'] };
    expect(await repositories.find('shop')).toBeUndefined();
  });

  it('is made with everything at once, but for its lifecycle', async () => {
    answers = { CreateRepository: [{ repository: SHOP }], PutLifecyclePolicy: [{}] };
    expect(await repositories.create('shop', SETTINGS)).toMatchObject({
      isNew: true,
      repository: { uri: 'r.test/shop' },
    });
    expect(asked).toEqual([
      [
        'CreateRepository',
        {
          repositoryName: 'shop',
          tags: [{ Key: 'zap-obs:prefix', Value: 'p' }],
          imageTagMutability: 'IMMUTABLE',
          imageScanningConfiguration: { scanOnPush: true },
          encryptionConfiguration: { encryptionType: 'AES256' },
        },
      ],
      ['PutLifecyclePolicy', { repositoryName: 'shop', lifecyclePolicyText: '{"rules":[]}' }],
    ]);
  });

  it('that another run makes meanwhile is used as it is', async () => {
    answers = {
      CreateRepository: ['RepositoryAlreadyExistsException'],
      DescribeRepositories: [{ repositories: [SHOP] }],
    };
    expect(await repositories.create('shop', SETTINGS)).toMatchObject({ isNew: false });
    expect(asked.map(([action]) => action)).toEqual(['CreateRepository', 'DescribeRepositories']);
  });

  it('may not be made without the right to', async () => {
    answers = { CreateRepository: ['AccessDeniedException'] };
    await expect(repositories.create('shop', SETTINGS)).rejects.toThrow(
      'The credentials do not allow `ecr:CreateRepository`',
    );
  });
});

describe('images', () => {
  it('are asked for by tag and digest, with lists among them', async () => {
    const image = { imageManifest: '{}', imageManifestMediaType: MEDIA };
    answers = {
      BatchGetImage: [
        {
          images: [
            { ...image, imageId: { imageDigest: 'sha256:1', imageTag: 'v1' } },
            { ...image, imageId: { imageDigest: 'sha256:2' } },
          ],
          failures: [{ failureCode: 'ImageNotFound' }],
        },
      ],
    };
    const found = await repositories.images('shop', ['v1', 'v2', 'sha256:2']);
    expect([...found].map(([name, { digest }]) => [name, digest])).toEqual([
      ['v1', 'sha256:1'],
      ['sha256:2', 'sha256:2'],
    ]);
    expect(asked[0]?.[1]).toMatchObject({
      imageIds: [{ imageTag: 'v1' }, { imageTag: 'v2' }, { imageDigest: 'sha256:2' }],
      acceptedMediaTypes: expect.arrayContaining(['application/vnd.oci.image.index.v1+json', MEDIA]),
    });
  });

  it('of a repository that is not there are none', async () => {
    answers = { BatchGetImage: ['RepositoryNotFoundException'] };
    expect(await repositories.images('shop', ['v1'])).toEqual(new Map());
  });

  const image = { digest: 'sha256:1', manifest: '{}', mediaType: MEDIA };

  it('get a tag by their manifest, byte by byte', async () => {
    answers = { PutImage: [{}, 'ImageAlreadyExistsException', 'ImageTagAlreadyExistsException'] };
    await repositories.tag('shop', image, 'v1');
    expect(asked).toEqual([
      [
        'PutImage',
        {
          repositoryName: 'shop',
          imageManifest: '{}',
          imageDigest: 'sha256:1',
          imageTag: 'v1',
          imageManifestMediaType: MEDIA,
        },
      ],
    ]);
    // One that has it already is as it should be; another's is not.
    await repositories.tag('shop', image, 'v1');
    await expect(repositories.tag('shop', image, 'v1')).rejects.toThrow(TagTaken);
  });
});

it('gives user and token of a login', async () => {
  const authorizationToken = Buffer.from('AWS:to:ken').toString('base64');
  answers = { GetAuthorizationToken: [{ authorizationData: [{ authorizationToken }] }, {}] };
  expect(await repositories.login()).toEqual({ user: 'AWS', token: 'to:ken' });
  await expect(repositories.login()).rejects.toThrow('ECR gave no token');
});
