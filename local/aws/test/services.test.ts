import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { gzipSync } from 'node:zlib';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutBucketEncryptionCommand,
  PutBucketLifecycleConfigurationCommand,
  PutObjectCommand,
  PutPublicAccessBlockCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { fromWebToken } from '@aws-sdk/credential-provider-web-identity';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startLocalAws } from '../src/index.ts';
import { CREDENTIALS, handle, startTestAws, type TestAws } from './support.ts';

let aws: TestAws;
beforeAll(async () => {
  aws = await startTestAws();
});
afterAll(() => aws.close());

const scope = (service: string, key = CREDENTIALS.accessKeyId) =>
  `AWS4-HMAC-SHA256 Credential=${key}/20260101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`;

/** A bare form call, as any client would send it. */
async function call(
  service: string | undefined,
  params: Record<string, string>,
  key?: string,
): Promise<{ status: number; text: string }> {
  const response = await fetch(aws.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      ...(service && { authorization: scope(service, key) }),
    },
    body: new URLSearchParams(params),
  });
  return { status: response.status, text: await response.text() };
}

describe('faults of credentials', () => {
  test.each([
    ['no signature', undefined, undefined, 'MissingAuthenticationToken', 'Request is missing Authentication Token'],
    ['expired', 'sts', 'ASIAEXPIREDEXAMPLE00', 'ExpiredToken', 'The security token included in the request is expired'],
    [
      'unknown key',
      'sts',
      'AKIAINVALIDEXAMPLE00',
      'InvalidClientTokenId',
      'The security token included in the request is invalid.',
    ],
  ])('%s', async (_, service, key, code, message) => {
    const { status, text } = await call(service, { Action: 'GetCallerIdentity' }, key);
    expect(status).toBe(403);
    expect(text).toContain(`<Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error>`);
    expect(text).toMatch(/<RequestId>[0-9a-f-]{36}<\/RequestId>/);
  });

  test('each service says it in its own protocol', async () => {
    const key = 'ASIAEXPIREDEXAMPLE00';
    expect((await call('ec2', { Action: 'DescribeVpcs' }, key)).text).toContain(
      '<Errors><Error><Code>RequestExpired</Code>',
    );
    const headers = { authorization: scope('ssm', key), 'x-amz-target': 'AmazonSSM.GetParameter' };
    const ssm = await fetch(aws.url, { method: 'POST', headers, body: '{}' });
    expect(await ssm.json()).toMatchObject({ __type: 'ExpiredTokenException' });
    const credentials = { accessKeyId: key, secretAccessKey: 'x' };
    const s3 = new S3Client({
      endpoint: aws.url,
      region: 'us-east-1',
      credentials,
      forcePathStyle: true,
      maxAttempts: 1,
    });
    await expect(s3.send(new ListBucketsCommand({}))).rejects.toMatchObject({ name: 'ExpiredToken' });
  });

  test('an SDK recognises them', async () => {
    const client = new CloudFormationClient({
      endpoint: aws.url,
      region: 'us-east-1',
      maxAttempts: 1,
      credentials: { accessKeyId: 'ASIAEXPIREDEXAMPLE00', secretAccessKey: 'x', sessionToken: 'x' },
    });
    await expect(client.send(new DescribeStacksCommand({}))).rejects.toMatchObject({ name: 'ExpiredToken' });
  });
});

test('an unknown action or service is told what there is', async () => {
  const { status, text } = await call('cloudformation', { Action: 'DetectStackDrift' });
  expect(status).toBe(400);
  expect(text).toContain('<Code>InvalidAction</Code>');
  expect(text).toContain('DescribeStacks');
  expect((await call('lambda', { Action: 'Invoke' })).text).toContain('no service lambda; it has: cloudformation,');
});

test('a health check needs no signature, and is no call', async () => {
  const before = aws.calls.length;
  const response = await fetch(`${aws.url}/health`);
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({ status: 'ok', simulation: true, services: aws.services });
  expect(aws.calls).toHaveLength(before);
  const headers = { authorization: scope('s3') };
  expect((await fetch(`${aws.url}/health`, { headers })).status).toBe(404);
  expect((await fetch(`${aws.url}/health`, { method: 'POST' })).status).toBe(403);
});

test('a gzipped request body is read', async () => {
  const response = await fetch(aws.url, {
    method: 'POST',
    headers: { authorization: scope('sts'), 'content-encoding': 'gzip' },
    body: gzipSync('Action=GetCallerIdentity'),
  });
  expect(await response.text()).toContain('<Account>000000000000</Account>');
});

describe('STS', () => {
  test('says who one is', async () => {
    const { text } = await call('sts', { Action: 'GetCallerIdentity' });
    expect(text).toContain('<Arn>arn:aws:iam::000000000000:user/local</Arn>');
  });

  test('gives credentials for a web identity, which then say whose they are', async () => {
    const token = ['{"alg":"none"}', '{"sub":"repo:org/app","aud":"sts.amazonaws.com"}', 'sig']
      .map(part => Buffer.from(part).toString('base64url'))
      .join('.');
    const provide = fromWebToken({
      roleArn: 'arn:aws:iam::000000000000:role/deploy',
      roleSessionName: 'run-1',
      webIdentityToken: token,
      durationSeconds: 900,
      clientConfig: { endpoint: aws.url, region: 'us-east-1' },
    });
    const credentials = await provide();
    expect(credentials.accessKeyId).toMatch(/^ASIA[0-9A-F]{16}$/);
    const seconds = ((credentials.expiration?.getTime() ?? 0) - Date.now()) / 1000;
    expect(seconds).toBeGreaterThan(880);
    expect(seconds).toBeLessThanOrEqual(900);
    const { text } = await call('sts', { Action: 'GetCallerIdentity' }, credentials.accessKeyId);
    expect(text).toContain('<Arn>arn:aws:sts::000000000000:assumed-role/deploy/run-1</Arn>');
  });

  const claimed = (claims: object) => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c2ln`;

  test.each([
    ['is no token', 'a.b', 'InvalidIdentityToken'],
    ['is for nobody', claimed({}), 'InvalidIdentityToken'],
    ['is for another service', claimed({ aud: 'https://github.com/org' }), 'InvalidIdentityToken'],
    ['has expired', claimed({ aud: 'sts.amazonaws.com', exp: 1_600_000_000 }), 'ExpiredTokenException'],
  ])('refuses what %s', async (_, token, code) => {
    const params = {
      Action: 'AssumeRoleWithWebIdentity',
      RoleArn: 'arn:aws:iam::000000000000:role/x',
      RoleSessionName: 'ab',
      WebIdentityToken: token,
    };
    expect((await call(undefined, params)).text).toContain(`<Code>${code}</Code>`);
  });

  test('takes a token for several, as long as it goes on', async () => {
    const params = {
      Action: 'AssumeRoleWithWebIdentity',
      RoleArn: 'arn:aws:iam::000000000000:role/x',
      RoleSessionName: 'ab',
      WebIdentityToken: claimed({ aud: ['other', 'sts.amazonaws.com'], exp: 32_503_680_000 }),
    };
    expect((await call(undefined, params)).status).toBe(200);
  });
});

describe('EC2', () => {
  test('finds managed prefix lists by name', async () => {
    const filter = { 'Filter.1.Name': 'prefix-list-name', 'Filter.1.Value.1': 'com.amazonaws.us-east-1.s3' };
    const { text } = await call('ec2', { Action: 'DescribeManagedPrefixLists', ...filter });
    expect(text.match(/<prefixListId>[^<]+/g)).toEqual(['<prefixListId>pl-63a5400a']);
    const none = await call('ec2', {
      Action: 'DescribeManagedPrefixLists',
      'Filter.1.Name': 'prefix-list-name',
      'Filter.1.Value.1': 'other',
    });
    expect(none.text).toContain('<prefixListSet/>');
    const bad = await call('ec2', {
      Action: 'DescribeManagedPrefixLists',
      'Filter.1.Name': 'nonsense',
      'Filter.1.Value.1': 'x',
    });
    expect(bad.text).toContain('<Response><Errors><Error><Code>InvalidParameterValue</Code>');
  });

  test('describes what stacks made, while they have it', async () => {
    const stack = await aws.create('net', {
      Resources: {
        Vpc: {
          Type: 'AWS::EC2::VPC',
          Properties: { CidrBlock: '10.0.0.0/16', Tags: [{ Key: 'Name', Value: 'main' }] },
        },
      },
      Outputs: { Id: { Value: { Ref: 'Vpc' } } },
    });
    const id = stack.Outputs?.[0]?.OutputValue ?? '';
    const tagged = { Action: 'DescribeVpcs', 'Filter.1.Name': 'tag:Name', 'Filter.1.Value.1': 'ma*' };
    expect((await call('ec2', tagged)).text).toContain(`<vpcId>${id}</vpcId>`);
    expect((await call('ec2', { Action: 'DescribeVpcs', 'VpcId.1': 'vpc-1' })).text).toContain(
      '<Code>InvalidVpcID.NotFound</Code>',
    );
    await aws.update('net', { Resources: { Other: handle() } });
    expect((await call('ec2', tagged)).text).not.toContain(id);
  });
});

describe('S3', () => {
  const client = (more: Partial<ConstructorParameters<typeof S3Client>[0]> = {}) =>
    new S3Client({
      endpoint: aws.url,
      region: 'eu-west-1',
      credentials: CREDENTIALS,
      forcePathStyle: true,
      maxAttempts: 1,
      ...more,
    });

  test('keeps objects', async () => {
    const s3 = client();
    await s3.send(
      new CreateBucketCommand({ Bucket: 'box', CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } }),
    );
    await s3.send(new HeadBucketCommand({ Bucket: 'box' }));
    expect((await s3.send(new GetBucketLocationCommand({ Bucket: 'box' }))).LocationConstraint).toBe('eu-west-1');
    const Key = 'a b/ü+%.txt';
    const text = 'line\r\n'.repeat(30_000);
    await s3.send(
      new PutObjectCommand({ Bucket: 'box', Key, Body: text, ContentType: 'text/plain', Metadata: { who: 'me' } }),
    );
    const got = await s3.send(new GetObjectCommand({ Bucket: 'box', Key }));
    expect(await got.Body?.transformToString()).toBe(text);
    expect(got).toMatchObject({ ContentType: 'text/plain', Metadata: { who: 'me' } });
    const head = await s3.send(new HeadObjectCommand({ Bucket: 'box', Key }));
    expect(head).toMatchObject({ ContentLength: text.length, ETag: got.ETag });
    const part = await s3.send(new GetObjectCommand({ Bucket: 'box', Key, Range: 'bytes=0-3' }));
    expect(await part.Body?.transformToString()).toBe('line');
    await s3.send(new DeleteObjectCommand({ Bucket: 'box', Key }));
    await expect(s3.send(new GetObjectCommand({ Bucket: 'box', Key }))).rejects.toMatchObject({ name: 'NoSuchKey' });
    await expect(s3.send(new HeadObjectCommand({ Bucket: 'box', Key }))).rejects.toMatchObject({ name: 'NotFound' });
    expect((await s3.send(new ListBucketsCommand({}))).Buckets?.map(bucket => bucket.Name)).toEqual(['box']);
  });

  test('takes the content out of a streamed upload with a checksum behind it', async () => {
    await client().send(new CreateBucketCommand({ Bucket: 'streamed' }));
    const response = await fetch(`${aws.url}/streamed/key`, {
      method: 'PUT',
      headers: {
        authorization: scope('s3'),
        'content-encoding': 'aws-chunked',
        'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
        'x-amz-trailer': 'x-amz-checksum-crc32',
      },
      body: '6\r\nfirst\n\r\n4;chunk-signature=0a\r\n\r\nab\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n',
    });
    expect(response.status).toBe(200);
    const got = await client().send(new GetObjectCommand({ Bucket: 'streamed', Key: 'key' }));
    expect(await got.Body?.transformToString()).toBe('first\n\r\nab');
  });

  test('lists in pages, by prefix and folder', async () => {
    const s3 = client();
    await s3.send(new CreateBucketCommand({ Bucket: 'list' }));
    for (const Key of ['a', 'd/1', 'd/2', 'e/1', 'z'])
      await s3.send(new PutObjectCommand({ Bucket: 'list', Key, Body: 'x' }));
    const folders = await s3.send(new ListObjectsV2Command({ Bucket: 'list', Delimiter: '/' }));
    expect(folders.Contents?.map(item => item.Key)).toEqual(['a', 'z']);
    expect(folders.CommonPrefixes?.map(item => item.Prefix)).toEqual(['d/', 'e/']);
    const first = await s3.send(new ListObjectsV2Command({ Bucket: 'list', MaxKeys: 3 }));
    const second = await s3.send(
      new ListObjectsV2Command({ Bucket: 'list', ContinuationToken: first.NextContinuationToken }),
    );
    expect([first, second].map(page => page.Contents?.map(item => item.Key))).toEqual([
      ['a', 'd/1', 'd/2'],
      ['e/1', 'z'],
    ]);
    expect((await s3.send(new ListObjectsV2Command({ Bucket: 'list', Prefix: 'd/' }))).KeyCount).toBe(2);
    await expect(s3.send(new ListObjectsV2Command({ Bucket: 'none' }))).rejects.toMatchObject({ name: 'NoSuchBucket' });
  });

  test('takes the settings that tools give to a bucket of their own, and to no other', async () => {
    const s3 = client();
    await s3.send(new CreateBucketCommand({ Bucket: 'own' }));
    const settings = (Bucket: string) => [
      new PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration: { Rules: [] } }),
      new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules: [] } }),
      new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration: { BlockPublicAcls: true } }),
    ];
    for (const setting of settings('own')) await s3.send(setting as PutBucketEncryptionCommand);
    for (const setting of settings('none')) {
      await expect(s3.send(setting as PutBucketEncryptionCommand)).rejects.toMatchObject({ name: 'NoSuchBucket' });
    }
    expect(aws.calls.slice(-3).map(({ action }) => action)).toEqual([
      'PutBucketEncryption',
      'PutBucketLifecycleConfiguration',
      'PutPublicAccessBlock',
    ]);
  });

  test('a bucket that a stack made is there, and templates are read from it by any of its URLs', async () => {
    await aws.create('bucket', {
      Resources: { B: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'from-stack' } } },
    });
    const s3 = client();
    // Not every machine resolves *.localhost, so the host is only named.
    const upload = request({
      host: '127.0.0.1',
      port: aws.port,
      method: 'PUT',
      path: '/t/x.json',
      headers: { host: `from-stack.localhost:${aws.port}`, authorization: scope('s3') },
    });
    upload.end(JSON.stringify({ Resources: { A: handle() } }));
    const [{ statusCode }] = (await once(upload, 'response')) as [IncomingMessage];
    expect(statusCode).toBe(200);
    const urls = [
      'https://from-stack.s3.us-east-1.amazonaws.com/t/x.json',
      'https://from-stack.s3.amazonaws.com/t/x.json',
      'https://s3.amazonaws.com/from-stack/t/x.json',
      'https://s3.us-east-1.amazonaws.com/from-stack/t/x.json',
      `${aws.url}/from-stack/t/x.json`,
      `http://from-stack.localhost:${aws.port}/t/x.json`,
    ];
    for (const [index, TemplateURL] of urls.entries()) {
      const stack = await aws.create(`url-${index}`, '', { TemplateURL, TemplateBody: undefined });
      expect(stack.StackStatus).toBe('CREATE_COMPLETE');
    }
    await expect(
      aws.create('url-x', '', { TemplateURL: 'https://example.com/x', TemplateBody: undefined }),
    ).rejects.toThrow('TemplateURL must be a supported URL.');
    await expect(aws.create('url-y', '', { TemplateURL: `${urls[0]}x`, TemplateBody: undefined })).rejects.toThrow(
      /^S3 error: Access Denied/,
    );
    await s3.send(new PutObjectCommand({ Bucket: 'from-stack', Key: 'big', Body: 'x'.repeat(1_000_001) }));
    await expect(
      aws.create('url-z', '', { TemplateURL: `${aws.url}/from-stack/big`, TemplateBody: undefined }),
    ).rejects.toThrow('Template may not exceed 1000000 bytes in size.');
  });
});

test('SSM parameters', async () => {
  const ssm = async (action: string, params: Record<string, unknown>) => {
    const headers = {
      authorization: scope('ssm'),
      'x-amz-target': `AmazonSSM.${action}`,
      'content-type': 'application/x-amz-json-1.1',
    };
    const response = await fetch(aws.url, { method: 'POST', headers, body: JSON.stringify(params) });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  await ssm('PutParameter', { Name: '/x', Value: '1', Type: 'String' });
  expect((await ssm('PutParameter', { Name: '/x', Value: '2' })).body.__type).toBe('ParameterAlreadyExists');
  expect((await ssm('PutParameter', { Name: '/x', Value: '2', Overwrite: true })).body.Version).toBe(2);
  expect((await ssm('GetParameter', { Name: '/x' })).body.Parameter).toMatchObject({
    Value: '2',
    Version: 2,
    Type: 'String',
  });
  expect((await ssm('GetParameters', { Names: ['/x', '/y'] })).body).toMatchObject({
    Parameters: [{ Name: '/x' }],
    InvalidParameters: ['/y'],
  });
  expect(await ssm('GetParameter', { Name: '/y' })).toMatchObject({
    status: 400,
    body: { __type: 'ParameterNotFound' },
  });
});

test('a taken port is an error, and closing frees it', async () => {
  await expect(startLocalAws({ port: aws.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  const first = await startLocalAws({ port: 0 });
  await first.close();
  const second = await startLocalAws({ port: first.port });
  expect(second.url).toBe(first.url);
  await second.close();
});
