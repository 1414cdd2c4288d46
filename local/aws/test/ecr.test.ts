import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { UserFault } from '../../../src/runner/fault.ts';
import { Faults } from '../src/faults/injector.ts';
import { faults as faultTable } from '../src/faults.ts';
import type { ApiCall } from '../src/server.ts';
import { type Ecr, startEcr } from '../src/services/ecr/ecr.ts';
import { referencesOf } from '../src/services/ecr/pushed-images.ts';
import { readRoute } from '../src/services/ecr/route.ts';
import { ManualClock, startTestAws } from './support.ts';

const OCI = 'application/vnd.oci.image.manifest.v1+json';
const digestOf = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;
const manifest = (name: string) =>
  JSON.stringify({ mediaType: OCI, config: { size: 7, digest: digestOf(name) }, layers: [{ size: 100 }] });

/** A registry that keeps manifests by digest, and takes a blob in one request; it refuses what holds "refused". */
const kept = new Map<string, { body: Buffer; type: string }>();
let asked: string[] = [];
let upstream: Server;
let address = '';
beforeAll(async () => {
  upstream = createServer(async (request, response) => {
    asked.push(`${request.method} ${request.url}`);
    expect(request.headers.authorization).toBeUndefined();
    const body = await buffer(request);
    const key = request.url ?? '';
    const found = kept.get(key);
    if (request.method === 'PUT' && body.includes('refused'))
      return response.writeHead(400).end('{"errors":[{"code":"MANIFEST_BLOB_UNKNOWN"}]}');
    if (request.method === 'PUT') kept.set(key, { body, type: request.headers['content-type'] ?? '' });
    if (request.method === 'PUT') return response.writeHead(201).end();
    if (request.method === 'POST') return response.writeHead(202, { location: `${key}1?_state=x` }).end();
    if (request.method === 'DELETE') return response.writeHead(kept.delete(key) ? 202 : 404).end();
    if (!found) return response.writeHead(404).end('{}');
    response.writeHead(200, { 'content-type': found.type, 'content-length': found.body.length });
    return response.end(request.method === 'HEAD' ? undefined : found.body);
  }).listen(0, '127.0.0.1');
  await once(upstream, 'listening');
  address = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
});
afterAll(() => new Promise(resolve => upstream.close(resolve)));

let ecr: Ecr;
let clock: ManualClock;
let faults: Faults;
let calls: ApiCall[];
let removed: (readonly string[])[];
let listing = '';
let token = '';
let start: () => Promise<string>;
beforeEach(async () => {
  kept.clear();
  asked = [];
  calls = [];
  removed = [];
  listing = '';
  start = async () => address;
  clock = new ManualClock();
  faults = new Faults(faultTable);
  ecr = await startEcr({
    account: '000000000000',
    regions: {},
    now: () => clock.now(),
    faults,
    onCall: call => calls.push(call),
    real: {
      address: () => start(),
      async run(args) {
        if (args[1] === 'rm') removed.push(args);
        return { code: 0, stdout: args[1] === 'ls' ? listing : '', stderr: '' };
      },
    },
  });
  token = await newToken();
});
afterEach(() => ecr.close());

async function api(action: string, input: object, region = 'us-east-1'): Promise<Record<string, unknown>> {
  const reply = await ecr.service({
    method: 'POST',
    url: new URL('http://localhost/'),
    target: '/',
    headers: { 'x-amz-target': `X.${action}` },
    body: Buffer.from(JSON.stringify(input)),
    raw: Buffer.from(JSON.stringify(input)),
    region,
    accessKeyId: 'AKIA',
    requestId: 'r',
    struck: [],
    marks: new Map(),
  });
  return JSON.parse(String(reply.body));
}
async function newToken(): Promise<string> {
  const { authorizationData } = await api('GetAuthorizationToken', {});
  return (authorizationData as { authorizationToken: string }[])[0]?.authorizationToken ?? '';
}
const repositoryName = 'team/shop';
const create = (more: object = {}) => api('CreateRepository', { repositoryName, ...more });
const ask = (path: string, init: RequestInit = {}) =>
  fetch(`http://${ecr.host}/v2/${path}`, { ...init, headers: { authorization: `Basic ${token}`, ...init.headers } });
const push = (tag: string, body: string) =>
  ask(`${repositoryName}/manifests/${tag}`, { method: 'PUT', body, headers: { 'content-type': OCI } });
const errorOf = async (response: Response) => {
  const { errors } = (await response.json()) as { errors: { code: string; message: string }[] };
  return `${response.status} ${errors[0]?.code} ${errors[0]?.message}`;
};

describe('the way in', () => {
  it('asks for the token, and takes it for twelve hours', async () => {
    const open = await fetch(`http://${ecr.host}/v2/`);
    expect(open.status).toBe(401);
    expect(open.headers.get('www-authenticate')).toBe(`Basic realm="http://${ecr.host}/",service="ecr.amazonaws.com"`);
    const wrong = Buffer.from('AWS:guess').toString('base64');
    expect((await ask('', { headers: { authorization: `Basic ${wrong}` } })).status).toBe(401);
    expect(Buffer.from(token, 'base64').toString()).toMatch(/^AWS:./);
    await clock.advance(12 * 3600 - 1);
    expect((await ask('')).status).toBe(200);
    await clock.advance(1);
    expect(await errorOf(await ask(''))).toBe(
      '403 DENIED Your authorization token has expired. Reauthenticate and try again.',
    );
    token = await newToken();
    expect((await ask('')).status).toBe(200);
    // Nothing of this has needed a registry.
    expect(asked).toEqual([]);
  });

  it('knows the repositories', async () => {
    expect(await errorOf(await push('v1', manifest('a')))).toBe(
      "404 NAME_UNKNOWN The repository with name 'team/shop' does not exist in the registry with id '000000000000'",
    );
    expect(asked).toEqual([]);
  });

  it('is written in a configuration of Docker', async () => {
    const { auths } = JSON.parse(ecr.dockerConfig()) as { auths: Record<string, { auth: string }> };
    token = auths[ecr.host ?? '']?.auth ?? '';
    expect((await ask('')).status).toBe(200);
  });
});

describe('a push', () => {
  it('is what the API shows, and what a pull gets', async () => {
    const made = await create({ imageTagMutability: 'IMMUTABLE', imageScanningConfiguration: { scanOnPush: true } });
    expect(made.repository).toMatchObject({
      repositoryUri: `${ecr.host}/${repositoryName}`,
      imageTagMutability: 'IMMUTABLE',
      imageScanningConfiguration: { scanOnPush: true },
      encryptionConfiguration: { encryptionType: 'AES256' },
    });
    const text = manifest('a');
    const pushed = await push('v1', text);
    expect([pushed.status, pushed.headers.get('docker-content-digest')]).toEqual([201, digestOf(text)]);
    const { imageDetails } = await api('DescribeImages', { repositoryName, imageIds: [{ imageTag: 'v1' }] });
    expect(imageDetails).toEqual([
      expect.objectContaining({
        imageDigest: digestOf(text),
        imageTags: ['v1'],
        imageSizeInBytes: 107,
        imageManifestMediaType: OCI,
        imagePushedAt: clock.now().getTime() / 1000,
      }),
    ]);
    const ids = [{ imageTag: 'v1' }, { imageDigest: digestOf(text) }, { imageTag: 'v2' }];
    expect(await api('BatchGetImage', { repositoryName, imageIds: ids })).toMatchObject({
      images: [
        { imageManifest: text, imageId: { imageTag: 'v1', imageDigest: digestOf(text) } },
        { imageManifest: text, imageManifestMediaType: OCI },
      ],
      failures: [{ imageId: { imageTag: 'v2' }, failureCode: 'ImageNotFound' }],
    });
    for (const reference of ['v1', digestOf(text)])
      expect(await (await ask(`${repositoryName}/manifests/${reference}`)).text()).toBe(text);
    expect((await ask(`${repositoryName}/manifests/v2`)).status).toBe(404);
  });

  it('moves a tag, or cannot where tags do not move', async () => {
    await create();
    await push('v1', manifest('a'));
    await push('v1', manifest('b'));
    expect(new Set((await api('ListImages', { repositoryName })).imageIds as object[])).toEqual(
      new Set([{ imageDigest: digestOf(manifest('a')) }, { imageDigest: digestOf(manifest('b')), imageTag: 'v1' }]),
    );
    await api('PutImageTagMutability', { repositoryName, imageTagMutability: 'IMMUTABLE' });
    expect((await push('v1', manifest('b'))).status).toBe(201);
    expect(await errorOf(await push('v1', manifest('a')))).toBe(
      "400 TAG_INVALID The image tag 'v1' already exists in the 'team/shop' repository and cannot be overwritten because the tag is immutable.",
    );
    const both = await Promise.all([push('v2', manifest('c')), push('v2', manifest('d'))]);
    expect(both.map(({ status }) => status).sort()).toEqual([201, 400]);
  });

  it('under a digest is of that digest', async () => {
    await create();
    expect(await errorOf(await push(digestOf('something else'), manifest('a')))).toBe(
      '400 DIGEST_INVALID provided digest did not match uploaded content',
    );
    expect(kept.size).toBe(0);
    expect((await push(digestOf(manifest('a')), manifest('a'))).status).toBe(201);
    const { imageIds } = await api('ListImages', { repositoryName });
    expect(imageIds).toEqual([{ imageDigest: digestOf(manifest('a')) }]);
  });

  it('that the registry refuses leaves nothing', async () => {
    await create();
    expect((await push('v1', manifest('x').replace('mediaType', 'refused'))).status).toBe(400);
    expect((await api('ListImages', { repositoryName })).imageIds).toEqual([]);
    const put = { repositoryName, imageManifest: '{"refused":1}', imageTag: 'v1' };
    expect(await api('PutImage', put)).toMatchObject({ __type: 'LayersNotFoundException' });
  });

  it('is refused for good when no registry can be started, and tried again when the registry is away', async () => {
    await create();
    const upload = async () => errorOf(await ask(`${repositoryName}/blobs/uploads/`, { method: 'POST' }));
    start = () => Promise.reject(new UserFault({ what: 'The registry does not start', fix: 'Get the image' }));
    expect(await upload()).toMatch(/^400 UNSUPPORTED The registry does not start/);
    start = async () => 'http://127.0.0.1:1';
    expect(await upload()).toMatch(/^503 UNAVAILABLE .*ECONNREFUSED/);
    start = async () => address;
    expect((await ask(`${repositoryName}/blobs/uploads/`, { method: 'POST' })).status).toBe(202);
  });

  it('stands in the journal, without what is of the protocol alone', async () => {
    await create();
    await fetch(`http://${ecr.host}/v2/${repositoryName}/manifests/v1`, { method: 'HEAD' });
    const began = await ask(`${repositoryName}/blobs/uploads/?mount=${digestOf('l')}&from=other`, { method: 'POST' });
    expect(began.headers.get('location')).toBe(`/v2/${repositoryName}/blobs/uploads/1?_state=x`);
    const digest = digestOf('layer');
    await ask(`${repositoryName}/blobs/uploads/1?digest=${encodeURIComponent(digest)}`, {
      method: 'PUT',
      body: 'layer',
    });
    await push('v1', manifest('a'));
    await ask(`${repositoryName}/manifests/v1`, { method: 'HEAD' });
    expect(calls.map(({ service, action, params, status }) => [service, action, params.reference, status])).toEqual([
      ['ecr-registry', 'PutBlob', digest, 201],
      ['ecr-registry', 'PutManifest', 'v1', 201],
      ['ecr-registry', 'HeadManifest', 'v1', 200],
    ]);
    expect(asked[0]).toBe(`POST /v2/${repositoryName}/blobs/uploads/`);
  });
});

describe('what the API does to images', () => {
  it('is one more tag for one that is there', async () => {
    await create({ imageTagMutability: 'IMMUTABLE' });
    const imageManifest = manifest('a');
    await push('v1', imageManifest);
    await push('v2', manifest('b'));
    const put = (imageTag: string) => api('PutImage', { repositoryName, imageManifest, imageTag });
    expect(await put('stable')).toMatchObject({ image: { imageId: { imageTag: 'stable' } } });
    expect(await put('stable')).toMatchObject({ __type: 'ImageAlreadyExistsException' });
    expect(await put('v2')).toMatchObject({ __type: 'ImageTagAlreadyExistsException' });
    expect(await (await ask(`${repositoryName}/manifests/stable`)).text()).toBe(imageManifest);
    expect(await (await ask(`${repositoryName}/tags/list`)).json()).toMatchObject({ tags: ['stable', 'v1', 'v2'] });
  });

  it('takes a tag away, the image with its last one, and all with the repository', async () => {
    await create();
    await push('v1', manifest('a'));
    await push('v2', manifest('a'));
    await push('v3', manifest('b'));
    const remove = (imageTag: string) => api('BatchDeleteImage', { repositoryName, imageIds: [{ imageTag }] });
    await remove('v1');
    expect((await ask(`${repositoryName}/manifests/v1`)).status).toBe(404);
    expect([...kept.keys()]).toHaveLength(2);
    await remove('v2');
    expect([...kept.keys()]).toEqual([`/v2/${repositoryName}/manifests/${digestOf(manifest('b'))}`]);
    const ids = { repositoryName, imageIds: [{ imageTag: 'v2' }] };
    expect(await api('DescribeImages', ids)).toEqual({
      __type: 'ImageNotFoundException',
      message:
        "The image with imageId {imageDigest:'null', imageTag:'v2'} does not exist within the repository with name 'team/shop' in the registry with id '000000000000'",
    });
    expect(await api('DeleteRepository', { repositoryName })).toMatchObject({ __type: 'RepositoryNotEmptyException' });
    await api('DeleteRepository', { repositoryName, force: true });
    expect(kept.size).toBe(0);
    expect((await ask(`${repositoryName}/manifests/v3`)).status).toBe(404);
  });

  it('leaves what a repository of the same name in another region has', async () => {
    await create();
    await api('CreateRepository', { repositoryName }, 'eu-west-1');
    const imageManifest = manifest('a');
    const put = { repositoryName, imageManifest, imageTag: 'v1' };
    await api('PutImage', put);
    await api('PutImage', put, 'eu-west-1');
    await api('DeleteRepository', { repositoryName, force: true });
    const asked = { repositoryName, imageIds: [{ imageTag: 'v1' }] };
    expect(await api('BatchGetImage', asked, 'eu-west-1')).toMatchObject({ images: [{ imageManifest }] });
    await api('BatchDeleteImage', asked, 'eu-west-1');
    expect(kept.size).toBe(0);
  });

  it('goes page by page, also while what was on a page is deleted', async () => {
    await create();
    const images = ['a', 'b', 'c', 'd', 'e'].map(manifest);
    for (const one of images) await push(`t${images.indexOf(one)}`, one);
    const seen: string[] = [];
    let nextToken: string | undefined;
    do {
      const page = await api('ListImages', { repositoryName, maxResults: 2, nextToken });
      const imageIds = page.imageIds as { imageDigest: string }[];
      seen.push(...imageIds.map(({ imageDigest }) => imageDigest));
      await api('BatchDeleteImage', { repositoryName, imageIds });
      nextToken = page.nextToken as string | undefined;
    } while (nextToken !== undefined);
    expect(seen).toHaveLength(5);
    expect(new Set(seen)).toEqual(new Set(images.map(digestOf)));
    for (const wrong of [{ maxResults: 0 }, { maxResults: 1001 }, { nextToken: 'bm9uZQ==' }])
      expect(await api('DescribeImages', { repositoryName, ...wrong })).toMatchObject({
        __type: 'InvalidParameterException',
      });
  });

  it('pages repositories and descriptions of images', async () => {
    for (const name of ['one', 'two']) await api('CreateRepository', { repositoryName: name });
    const first = await api('DescribeRepositories', { maxResults: 1 });
    expect(first.repositories).toMatchObject([{ repositoryName: 'one' }]);
    const { nextToken } = first;
    const second = await api('DescribeRepositories', { nextToken });
    expect(second).toMatchObject({ repositories: [{ repositoryName: 'two' }] });
    expect(second.nextToken).toBeUndefined();
    for (const tag of ['a', 'b'])
      await api('PutImage', { repositoryName: 'one', imageManifest: manifest(tag), imageTag: tag });
    const described = await api('DescribeImages', { repositoryName: 'one', maxResults: 1 });
    expect(described.imageDetails).toHaveLength(1);
    const rest = await api('DescribeImages', { repositoryName: 'one', nextToken: described.nextToken });
    expect(rest.imageDetails).toHaveLength(1);
    expect(rest.imageDetails).not.toEqual(described.imageDetails);
  });

  it('tells which layers are there', async () => {
    await create();
    kept.set(`/v2/${repositoryName}/blobs/${digestOf('layer')}`, { body: Buffer.from('layer'), type: 'x' });
    const layerDigests = [digestOf('layer'), digestOf('none'), 'layer'];
    expect(await api('BatchCheckLayerAvailability', { repositoryName, layerDigests })).toEqual({
      layers: [
        { layerDigest: digestOf('layer'), layerAvailability: 'AVAILABLE', layerSize: 5 },
        { layerDigest: digestOf('none'), layerAvailability: 'UNAVAILABLE' },
      ],
      failures: [{ layerDigest: 'layer', failureCode: 'InvalidLayerDigest', failureReason: 'Invalid layer digest' }],
    });
  });

  it('keeps what is set of a repository', async () => {
    await create({ tags: [{ Key: 'a', Value: '1' }] });
    expect(await create()).toMatchObject({ __type: 'RepositoryAlreadyExistsException' });
    expect(await api('GetLifecyclePolicy', { repositoryName })).toMatchObject({
      __type: 'LifecyclePolicyNotFoundException',
    });
    const lifecyclePolicyText = JSON.stringify({ rules: [{ rulePriority: 1, description: 'x'.repeat(100) }] });
    await api('PutLifecyclePolicy', { repositoryName, lifecyclePolicyText });
    expect(await api('GetLifecyclePolicy', { repositoryName })).toMatchObject({ lifecyclePolicyText });
    for (const wrong of ['{"rules":[]}', `no JSON ${'x'.repeat(100)}`])
      expect(await api('PutLifecyclePolicy', { repositoryName, lifecyclePolicyText: wrong })).toMatchObject({
        __type: 'InvalidParameterException',
      });
    await api('PutImageScanningConfiguration', { repositoryName, imageScanningConfiguration: { scanOnPush: true } });
    const { repositories } = await api('DescribeRepositories', { repositoryNames: [repositoryName] });
    const [repository] = repositories as { repositoryArn: string; imageScanningConfiguration: object }[];
    expect(repository?.imageScanningConfiguration).toEqual({ scanOnPush: true });
    const resourceArn = repository?.repositoryArn;
    await api('TagResource', { resourceArn, tags: [{ Key: 'b', Value: '2' }] });
    const tags = { Key: 'a', Value: '1' };
    expect(await api('ListTagsForResource', { resourceArn })).toEqual({ tags: [tags, { Key: 'b', Value: '2' }] });
    expect(await api('CreateRepository', { repositoryName: 'Shop' })).toMatchObject({
      __type: 'InvalidParameterException',
    });
  });
});

describe('faults', () => {
  it('end the token at one push, and take a new one', async () => {
    await create();
    const fault = faults.inject({ fault: 'token-expires', after: 1 });
    expect((await push('v1', manifest('a'))).status).toBe(201);
    expect(await errorOf(await push('v2', manifest('b')))).toMatch(/^403 DENIED Your authorization token has expired/);
    // Also for what is no push.
    expect((await ask(`${repositoryName}/manifests/v1`)).status).toBe(403);
    token = await newToken();
    expect((await push('v2', manifest('b'))).status).toBe(201);
    expect(fault.struck).toBe(1);
    expect(calls[1]).toMatchObject({ action: 'PutManifest', status: 403, error: 'DENIED', fault: 'token-expires' });
  });

  it('keep a manifest in other words, which its digest tells', async () => {
    await create();
    faults.inject({ fault: 'registry-lies' });
    const sent = manifest('a');
    const told = (await push('v1', sent)).headers.get('docker-content-digest');
    expect(told).not.toBe(digestOf(sent));
    const { images } = await api('BatchGetImage', { repositoryName, imageIds: [{ imageTag: 'v1' }] });
    const [found] = images as { imageId: { imageDigest: string }; imageManifest: string }[];
    // The registry is wrong about what it was sent, not about what it has.
    expect(found?.imageId.imageDigest).toBe(told);
    expect(digestOf(found?.imageManifest ?? '')).toBe(told);
    expect(JSON.parse(found?.imageManifest ?? '')).toEqual(JSON.parse(sent));
    expect(calls[0]).toMatchObject({ action: 'PutManifest', status: 201, fault: 'registry-lies' });
    expect((await push('v2', sent)).headers.get('docker-content-digest')).toBe(digestOf(sent));
  });

  it('refuse pushes, and nothing else', async () => {
    await create();
    await push('v1', manifest('a'));
    faults.inject({ fault: 'registry-refuses', status: 500 });
    expect((await push('v2', manifest('b'))).status).toBe(500);
    expect((await ask(`${repositoryName}/manifests/v1`)).status).toBe(200);
  });
});

it('takes its images out of the engine when it closes, by their names', async () => {
  const host = ecr.host ?? '';
  listing = [
    `${host}/shop:v1|${host}/shop@sha256:1`,
    `${host}/shop:<none>|${host}/shop@sha256:2`,
    `${host}1/shop:v1|${host}1/shop@<none>`,
    'debian:13|debian@<none>',
  ].join('\n');
  await ecr.close();
  const expected = [`${host}/shop:v1`, `${host}/shop@sha256:1`, `${host}/shop@sha256:2`];
  expect(removed).toEqual([['image', 'rm', ...expected]]);
  expect(referencesOf('', host)).toEqual([]);
  listing = '';
});

describe('a local AWS with containers', () => {
  const containers = {
    run: async () => ({ code: 0, stdout: '', stderr: '' }),
    images: { node: 'node', prometheus: 'prometheus', registry: 'registry' },
  };
  const template = {
    Resources: { Thing: { Type: 'AWS::ECR::Repository', Properties: { RepositoryName: 'shop', EmptyOnDelete: true } } },
    Outputs: { Uri: { Value: { 'Fn::GetAtt': ['Thing', 'RepositoryUri'] } } },
  };

  it('tells stacks the address of the registry, before that has started', async () => {
    const aws = await startTestAws({ containers });
    try {
      const { Outputs = [] } = await aws.create('shop', template);
      const [, host = ''] = /^(127\.0\.0\.1:\d+)\/shop$/.exec(Outputs[0]?.OutputValue ?? '') ?? [];
      expect((await fetch(`http://${host}/v2/`)).status).toBe(401);
    } finally {
      await aws.close();
    }
  });

  it('without them, AWS’s own', async () => {
    const aws = await startTestAws();
    try {
      const { Outputs = [] } = await aws.create('shop', template);
      expect(Outputs[0]?.OutputValue).toBe('000000000000.dkr.ecr.us-east-1.amazonaws.com/shop');
    } finally {
      await aws.close();
    }
  });
});

it.each([
  ['GET', '/v2/', 'Ping', '', ''],
  ['PUT', '/v2/a/b/manifests/v1', 'PutManifest', 'a/b', 'v1'],
  ['HEAD', '/v2/manifests/manifests/v1', 'HeadManifest', 'manifests', 'v1'],
  ['PATCH', '/v2/a/blobs/uploads/1?_state=x', 'Upload', 'a', ''],
  ['PUT', '/v2/a/blobs/uploads/1?digest=sha256%3A1', 'PutBlob', 'a', 'sha256:1'],
  ['POST', '/v2/a/blobs/uploads/?digest=sha256:1', 'PutBlob', 'a', 'sha256:1'],
  ['GET', '/v2/a/blobs/sha256:1', 'GetBlob', 'a', 'sha256:1'],
  ['DELETE', '/v2/a/manifests/v1', 'DeleteManifest', 'a', 'v1'],
  ['GET', '/v2/a/tags/list', 'ListTags', 'a', ''],
  ['GET', '/v2/_catalog', 'Unknown', '', ''],
])('%s %s is %s', (method, path, action, name, reference) => {
  expect(readRoute(method, new URL(path, 'http://localhost'))).toEqual({ action, name, reference });
});
