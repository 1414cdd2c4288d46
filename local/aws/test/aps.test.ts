import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { DeleteStackCommand, type Stack } from '@aws-sdk/client-cloudformation';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { FaultName } from '../src/index.ts';
import { WELL_KNOWN_KEYS } from '../src/wire/access-keys.ts';
import { pretendedContainers } from './container-support.ts';
import { assumeRole, type Signing, sign } from './sigv4.ts';
import { startTestAws, type TestAws } from './support.ts';

const TEMPLATE = {
  Resources: {
    Metrics: {
      Type: 'AWS::APS::Workspace',
      Properties: { Alias: 'shop', Tags: [{ Key: 'team', Value: 'blue' }] },
    },
  },
  Outputs: {
    Id: { Value: { Ref: 'Metrics' } },
    Endpoint: { Value: { 'Fn::GetAtt': ['Metrics', 'PrometheusEndpoint'] } },
  },
};

const NOW = new Date('2026-03-04T05:06:07Z');
let later = 0;
const clock = {
  now: () => new Date(NOW.getTime() + later),
  sleep: async () => new Promise<void>(resolve => setImmediate(resolve)),
};

/** What has reached the Prometheus behind the workspace. */
interface Reached {
  request: IncomingMessage;
  body: Buffer;
}

let prometheus: Server;
let port: number;
let reached: Reached[];
let answer: (request: IncomingMessage, response: ServerResponse) => void;
let docker: ReturnType<typeof pretendedContainers>;
let aws: TestAws;
let endpoint: string;

const answerPlainly = (_: IncomingMessage, response: ServerResponse) => {
  response.writeHead(200, { 'content-type': 'application/json', server: 'hidden' }).end('{"status":"success"}');
};

beforeAll(async () => {
  prometheus = createServer(async (request, response) => {
    if (request.url?.endsWith('/-/ready')) return response.end('ready');
    reached.push({ request, body: await buffer(request) });
    return answer(request, response);
  });
  await once(prometheus.listen(0, '127.0.0.1'), 'listening');
  port = (prometheus.address() as AddressInfo).port;
  docker = pretendedContainers(port);
  aws = await startTestAws({ clock, containers: docker });
  endpoint = outputOf(await aws.create('metrics', TEMPLATE), 'Endpoint');
  reached = [];
  answer = answerPlainly;
});

afterEach(() => {
  later = 0;
  reached = [];
  answer = answerPlainly;
});

afterAll(async () => {
  await aws.close();
  prometheus.closeAllConnections();
  prometheus.close();
});

function outputOf(stack: Stack, key: string): string {
  return stack.Outputs?.find(({ OutputKey }) => OutputKey === key)?.OutputValue ?? '';
}

interface Sent extends Signing {
  method?: string;
  body?: string | Buffer;
  /** What is sent of a request after it was signed. */
  tamper?: undefined | { url?: string; body?: string; headers?: Record<string, string> };
}

/** Calls what is below `/api/v1/` of the workspace's endpoint. */
async function ask(path: string, { method, body, tamper, ...signing }: Sent = {}): Promise<Response> {
  return askAt(new URL(`api/v1/${path}`, endpoint).href, {
    ...(method && { method }),
    ...(body && { body }),
    tamper,
    ...signing,
  });
}

async function askAt(url: string, { body = '', method = body === '' ? 'GET' : 'POST', tamper, ...signing }: Sent) {
  const headers = { ...sign(method, url, body, { at: NOW, ...signing }), ...tamper?.headers };
  const sent = tamper?.body ?? body;
  return fetch(tamper?.url ?? url, {
    method,
    headers,
    ...(sent !== '' && { body: new Uint8Array(Buffer.from(sent)) }),
  });
}

function authorizationOf(terminator: string, signedHeaders: string): string {
  const credential = `local/20260304/us-east-1/aps/${terminator}`;
  return `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${signedHeaders}, Signature=0`;
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function fail(): never {
  throw new Error('there is none');
}

const QUERY = 'query?query=up';

async function refusalOf(response: Response) {
  const body = (await response.json()) as { message?: string; Message?: string };
  const said = body.message ?? body.Message ?? '';
  return { status: response.status, code: response.headers.get('x-amzn-errortype'), said };
}

describe('a workspace', () => {
  test('is a Prometheus of its own behind the address of the local AWS, gone with its stack', async () => {
    const pretended = pretendedContainers(port);
    const other = await startTestAws({ containers: pretended });
    const stack = await other.create('short', TEMPLATE);
    const at = outputOf(stack, 'Endpoint');
    expect(at).toMatch(new RegExp(`^${other.url}/workspaces/ws-[0-9a-f-]{36}/$`));
    const id = at.split('/').at(-2);
    const up = pretended.commands.find(command => command.includes(' up '));
    const file = /--file (\S+)/.exec(up ?? '')?.[1] ?? '';
    const written = readFileSync(file, 'utf8');
    expect(written).toContain(`--web.route-prefix=/workspaces/${id}`);
    expect(written).toContain('--web.enable-remote-write-receiver');
    await other.update('short', { ...TEMPLATE, Resources: { Metrics: { Type: 'AWS::APS::Workspace' } } });
    expect(pretended.commands.filter(command => / (up|down) /.test(command))).toEqual([up]);
    await other.cfn.send(new DeleteStackCommand({ StackName: 'short' }));
    await other.settled(stack.StackId ?? '');
    expect(pretended.commands.filter(command => command.includes(' down '))).toHaveLength(1);
    const url = `${other.url}/workspaces/${id}/api/v1/${QUERY}`;
    const gone = await fetch(url, { headers: sign('GET', url) });
    expect(await refusalOf(gone)).toEqual({
      status: 404,
      code: 'ResourceNotFoundException',
      said: 'Workspace not found',
    });
    await other.close();
    expect(existsSync(file)).toBe(false);
  });

  test('whose Prometheus ends at once fails, and nothing of it is left', async () => {
    const nowhere = createServer();
    await once(nowhere.listen(0, '127.0.0.1'), 'listening');
    const closed = (nowhere.address() as AddressInfo).port;
    nowhere.close();
    const pretended = pretendedContainers(closed, 'exited');
    const other = await startTestAws({ containers: pretended });
    const { StackStatus } = await other.create('broken', TEMPLATE);
    expect(StackStatus).toBe('ROLLBACK_COMPLETE');
    const story = await other.story('broken');
    expect(story.join('\n')).toMatch(/Metrics CREATE_FAILED: .*does not start.*its container is exited/);
    expect(pretended.commands.filter(command => command.includes(' down '))).toHaveLength(1);
    await other.close();
  });

  test('is simulated without containers, at the address that it has on AWS, and says so when it is asked', async () => {
    const other = await startTestAws();
    const stack = await other.create('simulated', TEMPLATE);
    const at = outputOf(stack, 'Endpoint');
    expect(at).toMatch(/^https:\/\/aps-workspaces\.us-east-1\.amazonaws\.com\/workspaces\/ws-[0-9a-f-]+\/$/);
    const url = `${other.url}${new URL(at).pathname}api/v1/${QUERY}`;
    const refusal = await refusalOf(await fetch(url, { headers: sign('GET', url) }));
    expect(refusal).toMatchObject({ status: 500, said: expect.stringContaining('is simulated') });
    await other.close();
  });

  test('is described and listed, in its region only', async () => {
    const id = endpoint.split('/').at(-2);
    const described = await askAt(`${aws.url}/workspaces/${id}`, {});
    expect(await described.json()).toEqual({
      workspace: {
        workspaceId: id,
        alias: 'shop',
        arn: `arn:aws:aps:us-east-1:000000000000:workspace/${id}`,
        status: { statusCode: 'ACTIVE' },
        prometheusEndpoint: endpoint,
        createdAt: NOW.getTime() / 1000,
        tags: expect.objectContaining({ team: 'blue', 'aws:cloudformation:stack-name': 'metrics' }),
      },
    });
    const listed = async (query: string, region = 'us-east-1') => {
      const response = await askAt(`${aws.url}/workspaces${query}`, { region });
      const { workspaces } = (await response.json()) as { workspaces: { workspaceId: string }[] };
      return workspaces.map(({ workspaceId }) => workspaceId);
    };
    expect(await listed('')).toEqual([id]);
    expect(await listed('?alias=sh')).toEqual([id]);
    expect(await listed('?alias=other')).toEqual([]);
    expect(await listed('', 'eu-west-1')).toEqual([]);
    for (const [unknown, region] of [
      ['ws-none', 'us-east-1'],
      [id, 'eu-west-1'],
    ] as const) {
      const refused = await askAt(`${aws.url}/workspaces/${unknown}`, { region });
      expect(await refusalOf(refused)).toMatchObject({ status: 404, code: 'ResourceNotFoundException' });
    }
  });
});

describe('the front passes on', () => {
  const prefix = () => new URL(endpoint).pathname.slice(0, -1);

  test('what is written, byte for byte, though its encoding is one that it could undo', async () => {
    const body = gzipSync('samples');
    answer = (_, response) => response.writeHead(204).end();
    const response = await ask('remote_write', {
      body,
      headers: {
        'content-encoding': 'gzip',
        'content-type': 'application/x-protobuf',
        'x-prometheus-remote-write-version': '0.1.0',
      },
    });
    expect(response.status).toBe(204);
    const [{ request, body: got } = fail()] = reached;
    expect([request.method, request.url]).toEqual(['POST', `${prefix()}/api/v1/write`]);
    expect(got.equals(body)).toBe(true);
    expect(request.headers).toMatchObject({ 'content-encoding': 'gzip', 'content-type': 'application/x-protobuf' });
    expect(Object.keys(request.headers).filter(name => /^(authorization|x-amz-)/.test(name))).toEqual([]);
  });

  test.each([
    ['GET', 'query?query=up%7Ba%3D%22(b)%22%7D&time=1', 'QueryMetrics'],
    ['POST', 'query', 'QueryMetrics'],
    ['GET', 'query_range?query=up&start=1&end=2&step=1', 'QueryMetrics'],
    ['GET', 'series?match%5B%5D=up&match%5B%5D=down', 'GetSeries'],
    ['GET', 'labels', 'GetLabels'],
    ['GET', 'label/job/values', 'GetLabels'],
    ['GET', 'metadata', 'GetMetricMetadata'],
  ])('%s %s as %s', async (method, path, action) => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const form = method === 'POST' ? { body: 'query=up', headers } : {};
    const response = await ask(path, { method, ...form });
    expect(await response.text()).toBe('{"status":"success"}');
    expect(response.headers.get('server')).toBeNull();
    const [{ request, body } = fail()] = reached;
    expect(`${request.method} ${request.url}`).toBe(`${method} ${prefix()}/api/v1/${path}`);
    expect(body.toString()).toBe(form.body ?? '');
    const id = endpoint.split('/').at(-2);
    expect(aws.calls.at(-1)).toMatchObject({ service: 'aps', action, status: 200, params: { workspaceId: id } });
  });

  test("Prometheus' own refusals and compressed answers as they are", async () => {
    const refused = '{"status":"error","errorType":"bad_data","error":"parse error"}';
    answer = (_, response) => response.writeHead(400, { 'content-encoding': 'gzip' }).end(gzipSync(refused));
    const response = await ask('query?query=%7B');
    expect([response.status, await response.text()]).toEqual([400, refused]);
  });

  test('nothing else', async () => {
    for (const [method, path] of [
      ['GET', 'remote_write'],
      ['POST', 'admin/tsdb/delete_series'],
      ['GET', 'status/config'],
      ['POST', 'write'],
    ] as const) {
      const refusal = await refusalOf(await ask(path, { method, ...(method === 'POST' && { body: 'x' }) }));
      expect(refusal).toMatchObject({ status: 404, code: 'UnknownOperationException' });
    }
    expect(reached).toEqual([]);
  });

  test('and says so when the Prometheus behind does not answer', async () => {
    answer = request => request.socket.destroy();
    expect(await refusalOf(await ask(QUERY))).toMatchObject({ status: 500, code: 'InternalServerException' });
  });

  test('what is journaled names what was asked for, and never what was written', async () => {
    await ask(QUERY);
    await ask('remote_write', { body: 'secret samples' });
    const [asked, written] = aws.calls.slice(-2);
    expect(asked?.params).toMatchObject({ query: 'up' });
    expect(written?.action).toBe('RemoteWrite');
    expect(JSON.stringify(written)).not.toContain('samples');
  });
});

describe('a signature', () => {
  const minutes = (count: number) => new Date(NOW.getTime() + count * 60_000);
  const MISMATCH = 'The request signature we calculated does not match the signature you provided. Check your AWS';

  test.each<[string, Sent]>([
    ['of any well-known pair', WELL_KNOWN_KEYS.test],
    ['of another one', WELL_KNOWN_KEYS.local],
    ['that is nearly five minutes old', { at: minutes(-5) }],
    ['that is nearly five minutes early', { at: minutes(5) }],
    ["with the body's hash among its headers", { headers: { 'x-amz-content-sha256': hashOf('') } }],
    ['with headers that others do not sign', { headers: { 'user-agent': 'x/1  y', pragma: 'no-cache' } }],
  ])('%s is taken', async (_, sent) => {
    expect((await ask(QUERY, sent)).status).toBe(200);
  });

  test('of a query is about what that says, not how it is escaped', async () => {
    const url = (query: string) => new URL(`api/v1/query?${query}`, endpoint).href;
    const escaped = url('query=rate%28x%5B1m%5D%29%20%2B%201&time=1');
    for (const query of ['query=rate(x[1m])+%2B+1&time=1', 'time=1&query=rate(x%5B1m%5D)%20%2B%201']) {
      expect((await askAt(escaped, { tamper: { url: url(query) } })).status).toBe(200);
    }
    expect((await askAt(escaped, { tamper: { url: url('query=rate(x[1m])+1&time=1') } })).status).toBe(403);
  });

  test('of issued credentials is taken with their token until they end', async () => {
    const { accessKeyId, secretAccessKey, sessionToken } = await assumeRole(aws.url);
    const issued = { accessKeyId, secretAccessKey };
    expect((await ask(QUERY, { ...issued, sessionToken })).status).toBe(200);
    const invalid = { status: 403, code: 'UnrecognizedClientException' };
    expect(await refusalOf(await ask(QUERY, issued))).toMatchObject(invalid);
    expect(await refusalOf(await ask(QUERY, { ...issued, sessionToken: 'other' }))).toMatchObject(invalid);
    later = 3_600_000;
    const over = await ask(QUERY, { ...issued, sessionToken, at: clock.now() });
    expect(await refusalOf(over)).toMatchObject({ status: 403, code: 'ExpiredTokenException' });
  });

  test.each<[string, Sent, string, string | RegExp]>([
    ['of another secret', { secretAccessKey: 'other' }, 'InvalidSignatureException', MISMATCH],
    [
      'of an unknown key',
      { accessKeyId: 'AKIANOBODY' },
      'UnrecognizedClientException',
      'The security token included in the request is invalid.',
    ],
    [
      'for another service',
      { service: 'es' },
      'InvalidSignatureException',
      "Credential should be scoped to correct service: 'aps'. ",
    ],
    [
      'for another region',
      { region: 'eu-west-1' },
      'InvalidSignatureException',
      'Credential should be scoped to a valid region. ',
    ],
    [
      'that is old',
      { at: minutes(-6) },
      'InvalidSignatureException',
      'Signature expired: 20260304T050007Z is now earlier than 20260304T050107Z (20260304T050607Z - 5 min.)',
    ],
    [
      'that is early',
      { at: minutes(6) },
      'InvalidSignatureException',
      'Signature not yet current: 20260304T051207Z is still later than 20260304T051107Z (20260304T050607Z + 5 min.)',
    ],
    [
      'of another day',
      { tamper: { headers: { 'x-amz-date': '20260305T000000Z' } } },
      'InvalidSignatureException',
      "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20260304' != '20260305', from '20260305T000000Z'. ",
    ],
    [
      'of another time',
      { tamper: { headers: { 'x-amz-date': '20260304T050608Z' } } },
      'InvalidSignatureException',
      MISMATCH,
    ],
    ['of another body', { body: 'a', tamper: { body: 'b' } }, 'InvalidSignatureException', MISMATCH],
    [
      'with the hash of another body',
      { body: 'a', headers: { 'x-amz-content-sha256': hashOf('b') } },
      'InvalidSignatureException',
      MISMATCH,
    ],
    [
      'of a body that it leaves out',
      { body: 'a', headers: { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' } },
      'InvalidSignatureException',
      MISMATCH,
    ],
    [
      'of another header',
      { headers: { 'x-scope': 'a' }, tamper: { headers: { 'x-scope': 'b' } } },
      'InvalidSignatureException',
      MISMATCH,
    ],
    [
      'that leaves out the host',
      { tamper: { headers: { authorization: authorizationOf('aws4_request', 'x-amz-date') } } },
      'InvalidSignatureException',
      "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
    ],
    [
      'that ends otherwise',
      { tamper: { headers: { authorization: authorizationOf('aws5_request', 'host;x-amz-date') } } },
      'InvalidSignatureException',
      "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5_request'. ",
    ],
    [
      'without a time',
      { tamper: { headers: { 'x-amz-date': 'today' } } },
      'IncompleteSignatureException',
      "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
    ],
    [
      'that is no signature',
      { tamper: { headers: { authorization: 'Bearer x' } } },
      'IncompleteSignatureException',
      /requires 'Credential' parameter\. .*'Signature' parameter\. .*'SignedHeaders'/,
    ],
  ])('%s is refused', async (_, { body, ...sent }, code, said) => {
    const path = body === undefined ? QUERY : 'query';
    const refusal = await refusalOf(await ask(path, { ...(body !== undefined && { body }), ...sent }));
    expect(refusal).toMatchObject({ status: 403, code });
    if (said instanceof RegExp) expect(refusal.said).toMatch(said);
    else expect(refusal.said.slice(0, said.length)).toBe(said);
    expect(reached).toEqual([]);
    expect(aws.calls.at(-1)).toMatchObject({ service: 'aps', action: 'QueryMetrics', status: 403, error: code });
  });

  test('that is refused shows of what it should have been', async () => {
    const { said } = await refusalOf(await ask(QUERY, { secretAccessKey: 'other' }));
    expect(said).toContain(`'GET\n${new URL(endpoint).pathname}api/v1/query\nquery=up\nhost:`);
    expect(said).toContain(
      "The String-to-Sign should have been\n'AWS4-HMAC-SHA256\n20260304T050607Z\n20260304/us-east-1/aps/",
    );
  });

  test('is asked for', async () => {
    const response = await fetch(new URL(`api/v1/${QUERY}`, endpoint));
    expect(await refusalOf(response)).toEqual({
      status: 403,
      code: 'MissingAuthenticationTokenException',
      said: 'Missing Authentication Token',
    });
    expect(reached).toEqual([]);
  });

  test('is verified before it is said what there is', async () => {
    const url = `${aws.url}/workspaces/ws-none/api/v1/${QUERY}`;
    expect((await fetch(url)).status).toBe(403);
    expect((await askAt(url, { secretAccessKey: 'other' })).status).toBe(403);
    expect((await askAt(url, {})).status).toBe(404);
    expect((await askAt(`${aws.url}/workspaces`, { secretAccessKey: 'other' })).status).toBe(403);
  });
});

describe('a fault on demand', () => {
  test.each<[FaultName, number, string]>([
    ['throttled', 429, 'ThrottlingException'],
    ['service-error', 500, 'InternalServerException'],
    ['access-denied', 403, 'AccessDeniedException'],
    ['expired-credentials', 403, 'ExpiredTokenException'],
    ['unknown-credentials', 403, 'UnrecognizedClientException'],
    ['clock-skew', 403, 'InvalidSignatureException'],
  ])('%s strikes the call that it names', async (fault, status, code) => {
    const handle = aws.faults.inject({ fault, action: 'RemoteWrite', times: 1 });
    expect((await ask(QUERY)).status).toBe(200);
    expect(await refusalOf(await ask('remote_write', { body: 'x' }))).toMatchObject({ status, code });
    expect(aws.calls.at(-1)).toMatchObject({ action: 'RemoteWrite', fault });
    expect((await ask('remote_write', { body: 'x' })).status).toBe(200);
    handle.remove();
  });

  test('is one of the transport, too', async () => {
    const handle = aws.faults.inject({ fault: 'connection-reset', action: 'QueryMetrics' });
    await expect(ask(QUERY)).rejects.toThrow();
    expect(reached).toEqual([]);
    expect((await ask(QUERY)).status).toBe(200);
    handle.remove();
  });

  test('comes with the credentials that ask for it', async () => {
    const refusal = await refusalOf(await ask(QUERY, { accessKeyId: 'ASIAEXPIREDEXAMPLE00' }));
    expect(refusal).toMatchObject({ status: 403, code: 'ExpiredTokenException' });
  });
});
