import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WELL_KNOWN_KEYS } from '../src/wire/access-keys.ts';
import { pretendedContainers } from './container-support.ts';
import { startTestAws, type TestAws } from './support.ts';

/** Signed by botocore, which shares no code with what verifies. Runs with ZAP_TEST_TOOLS=1. */

const run = promisify(execFile);
const prometheus = createServer((request, response) => response.end(`"${request.url}"`));
let aws: TestAws;
let endpoint: string;
let env: Record<string, string | undefined>;

beforeAll(async () => {
  await once(prometheus.listen(0, '127.0.0.1'), 'listening');
  aws = await startTestAws({ containers: pretendedContainers((prometheus.address() as AddressInfo).port) });
  const { Outputs } = await aws.create('metrics', {
    Resources: { Metrics: { Type: 'AWS::APS::Workspace', Properties: { Alias: 'shop' } } },
    Outputs: { Endpoint: { Value: { 'Fn::GetAtt': ['Metrics', 'PrometheusEndpoint'] } } },
  });
  endpoint = Outputs?.[0]?.OutputValue ?? '';
  env = {
    PATH: process.env.PATH,
    AWS_ACCESS_KEY_ID: WELL_KNOWN_KEYS.example.accessKeyId,
    AWS_SECRET_ACCESS_KEY: WELL_KNOWN_KEYS.example.secretAccessKey,
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_ENDPOINT_URL: aws.url,
    AWS_CONFIG_FILE: '/nowhere',
    AWS_SHARED_CREDENTIALS_FILE: '/nowhere',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
});
afterAll(async () => {
  await aws.close();
  prometheus.close();
});

test('the AWS CLI lists and describes a workspace', async () => {
  const cli = async (...words: string[]) =>
    JSON.parse((await run('aws', ['--output', 'json', 'amp', ...words], { env })).stdout);
  const { workspaces } = await cli('list-workspaces', '--alias', 'shop');
  expect(workspaces).toEqual([expect.objectContaining({ alias: 'shop', status: { statusCode: 'ACTIVE' } })]);
  const { workspace } = await cli('describe-workspace', '--workspace-id', workspaces[0].workspaceId);
  expect(workspace.prometheusEndpoint).toBe(endpoint);
  await expect(cli('describe-workspace', '--workspace-id', 'ws-none')).rejects.toThrow('ResourceNotFoundException');
});

const SCRIPT = `
import sys, urllib.request
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
_, method, url, key, secret, query = sys.argv
given = {'query': query, 'time': '1'}
request = AWSRequest(method, url, **({'params': given} if method == 'GET' else {'data': given}))
SigV4Auth(Credentials(key, secret), 'aps', 'us-east-1').add_auth(request)
prepared = request.prepare()
body = prepared.body.encode() if isinstance(prepared.body, str) else prepared.body
sent = urllib.request.Request(prepared.url, body or None, dict(prepared.headers), method=prepared.method)
try:
    print(urllib.request.urlopen(sent).status)
except urllib.error.HTTPError as error:
    print(error.code)
`;

test.each(['GET', 'POST'])('what botocore signs is taken as a %s', async method => {
  const { accessKeyId, secretAccessKey } = WELL_KNOWN_KEYS.example;
  const python = await pythonOfCli();
  // In an address, it writes a space as + and signs it as %20.
  const query = 'sum(rate(x{a="b c"}[1m])) + 1';
  const ask = async (secret: string) => {
    const args = ['-c', SCRIPT, method, `${endpoint}api/v1/query`, accessKeyId, secret, query];
    return (await run(python, args, { env })).stdout.trim();
  };
  expect(await ask(secretAccessKey)).toBe('200');
  expect(aws.calls.at(-1)?.params).toMatchObject({ query });
  expect(await ask('another')).toBe('403');
});

/** The Python that has botocore: the one that starts the AWS CLI, as pip has installed it. */
async function pythonOfCli(): Promise<string> {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const script = await readFile(join(folder, 'aws'), 'latin1').catch(() => '');
    const python = /^#!(.*python.*)\n/.exec(script)?.[1];
    if (python !== undefined) return python;
  }
  throw new Error('no AWS CLI of pip is on PATH, whose botocore is needed: `pip install awscli`');
}
