import { spawn } from 'node:child_process';
import { mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runDocker } from '../../../src/compose/docker.docker.ts';
import { type LocalAws, startLocalAws } from '../src/index.ts';

// The ordinary client against the registry that stands behind ECR: what it stores, the API shows.
const {
  REGISTRY_IMAGE: registry = 'registry:2',
  NODE_IMAGE: node = '',
  PROMETHEUS_IMAGE: prometheus = '',
} = process.env;
const BASE = process.env.IMAGES === 'built' ? 'zap-obs/debian:built' : 'debian:13-slim';
const LIMIT = 180_000;

let aws: LocalAws;
let folder: string;
let host = '';
beforeAll(async () => {
  aws = await startLocalAws({ port: 0, containers: { run: runDocker, images: { node, prometheus, registry } } });
  folder = await mkdtemp(join(tmpdir(), 'zap-obs-ecr-'));
  const plugins = join(process.env.DOCKER_CONFIG || join(homedir(), '.docker'), 'cli-plugins');
  if (await stat(plugins).catch(() => undefined)) await symlink(plugins, join(folder, 'cli-plugins'));
  // No keychain for the token.
  await writeFile(join(folder, 'config.json'), '{"auths":{}}');
}, LIMIT);
afterAll(async () => {
  await aws.close();
  // What was pulled from there, nobody can pull any more.
  expect((await runDocker(['image', 'ls', '--format', '{{.Repository}}'])).stdout).not.toContain(`${host}/`);
  await rm(folder, { recursive: true });
}, LIMIT);

async function docker(args: readonly string[], input = ''): Promise<{ code: number; said: string }> {
  const child = spawn('docker', args, { env: { ...process.env, DOCKER_CONFIG: folder, DOCKER_BUILDKIT: '1' } });
  child.stdin.end(input);
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject).once('close', code => resolve(code ?? -1));
  });
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, said: stdout + stderr };
}

async function done(args: readonly string[], input = ''): Promise<string> {
  const { code, said } = await docker(args, input);
  expect(code, `docker ${args.join(' ')}: ${said}`).toBe(0);
  return said;
}

// biome-ignore lint/suspicious/noExplicitAny: answers of the API, read member by member
async function ecr(action: string, input: object): Promise<any> {
  const authorization = 'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/ecr/aws4_request';
  const headers = { authorization, 'x-amz-target': `X.${action}` };
  return (await fetch(aws.url, { method: 'POST', headers, body: JSON.stringify(input) })).json();
}

it(
  'keeps what Docker pushes, under its digest, for those who have the token',
  async () => {
    const repositoryName = 'e2e/shop';
    const create = { repositoryName, imageTagMutability: 'IMMUTABLE' };
    const { repository } = await ecr('CreateRepository', create);
    const uri: string = repository.repositoryUri;
    host = uri.slice(0, uri.indexOf('/'));
    const build = async (content: string) => {
      const dockerfile = join(folder, 'Dockerfile');
      await writeFile(dockerfile, `FROM ${BASE}\nRUN echo ${content} > /content\n`);
      await done(['build', '--file', dockerfile, '--tag', `${uri}:v1`, folder]);
    };
    await build('one');
    expect((await docker(['push', `${uri}:v1`])).said).toMatch(/no basic auth credentials/);

    const { authorizationData } = await ecr('GetAuthorizationToken', {});
    const [user = '', token] = Buffer.from(authorizationData[0].authorizationToken, 'base64').toString().split(':');
    await done(['login', '--username', user, '--password-stdin', host], token);
    const digest = /digest: (sha256:[0-9a-f]{64})/.exec(await done(['push', `${uri}:v1`]))?.[1];
    const byTag = { repositoryName, imageIds: [{ imageTag: 'v1' }] };
    const { imageDetails } = await ecr('DescribeImages', byTag);
    expect(imageDetails).toMatchObject([{ imageDigest: digest, imageTags: ['v1'] }]);
    const { images } = await ecr('BatchGetImage', byTag);
    expect(images).toMatchObject([{ imageId: { imageDigest: digest } }]);

    await done(['image', 'rm', `${uri}:v1`]);
    await done(['pull', `${uri}@${digest}`]);
    expect(await done(['run', '--rm', '--network=none', `${uri}@${digest}`, 'cat', '/content'])).toBe('one\n');

    await build('two');
    expect((await docker(['push', `${uri}:v1`])).said).toContain("tag invalid: The image tag 'v1' already exists");
    const imageManifest = images[0].imageManifest;
    await ecr('PutImage', { repositoryName, imageManifest, imageTag: 'stable' });
    expect(await done(['pull', `${uri}:stable`])).toContain(digest);
    const inspected = await done(['buildx', 'imagetools', 'inspect', '--raw', `${uri}:stable`]);
    expect(inspected.trim()).toBe(imageManifest.trim());
    await done(['buildx', 'imagetools', 'create', '--tag', `${uri}:list`, `${uri}:stable`]);

    await done(['buildx', 'build', '--push', '--tag', `${uri}:built`, folder]);

    const { imageIds } = await ecr('ListImages', { repositoryName });
    expect(imageIds.map(({ imageTag }: { imageTag?: string }) => imageTag).sort()).toEqual([
      'built',
      'list',
      'stable',
      'v1',
    ]);
    await ecr('DeleteRepository', { repositoryName, force: true });
    // Not by a pull: the engine has the image.
    expect((await docker(['buildx', 'imagetools', 'inspect', `${uri}@${digest}`])).said).toMatch(/not found/);
    // The same layers and the same manifest, once more.
    await ecr('CreateRepository', { repositoryName });
    await done(['push', `${uri}:stable`]);
    await ecr('BatchDeleteImage', { repositoryName, imageIds: [{ imageTag: 'stable' }] });
    await done(['push', `${uri}:stable`]);

    aws.faults.inject({ fault: 'token-expires', action: 'PutManifest' });
    const refused = await docker(['push', `${uri}:stable`]);
    expect(refused.said).toContain('denied: Your authorization token has expired. Reauthenticate and try again.');

    const pushes = aws.calls.filter(({ service }) => service === 'ecr-registry').map(({ action }) => action);
    expect(new Set(pushes)).toEqual(new Set(['PutBlob', 'PutManifest', 'GetManifest', 'HeadManifest', 'GetBlob']));
    // IAM has a name for each.
    expect(aws.usedRights().filter(({ action }) => action.startsWith('ecr-registry'))).toEqual([]);
  },
  LIMIT,
);
