import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { pretendedContainers } from '../../local/aws/test/container-support.ts';
import { assumeRole } from '../../local/aws/test/sigv4.ts';
import { startTestAws, type TestAws } from '../../local/aws/test/support.ts';
import { openLocalSession, openSession } from '../aws/session.aws.ts';
import { UserFault } from '../runner/fault.ts';
import { signedFetch } from './amp.aws.ts';
import { closeServers, serve } from './fixtures.ts';
import { prometheusOver } from './prometheus.ts';

// The local AWS verifies signatures by itself; botocore's are taken there, too (local/aws/test/aps.tools.test.ts).
const VECTOR = { resultType: 'vector', result: [{ metric: { job: 'a' }, value: [1, '2.5'] }] };
let aws: TestAws;
let endpoint: string;
let asked: { method: string | undefined; url: string | undefined; body: string }[] = [];

beforeAll(async () => {
  const prometheus = await serve(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    asked.push({ method: request.method, url: request.url, body: Buffer.concat(parts).toString() });
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ status: 'success', data: VECTOR }));
  });
  aws = await startTestAws({ containers: pretendedContainers(Number(new URL(prometheus).port)) });
  const { Outputs } = await aws.create('metrics', {
    Resources: { Metrics: { Type: 'AWS::APS::Workspace' } },
    Outputs: { Endpoint: { Value: { 'Fn::GetAtt': ['Metrics', 'PrometheusEndpoint'] } } },
  });
  endpoint = Outputs?.[0]?.OutputValue ?? '';
});
beforeEach(() => {
  asked = [];
});
afterEach(() => vi.unstubAllEnvs());
afterAll(async () => {
  await aws.close();
  await closeServers();
});

it('asks a workspace for metrics, signed so that it is taken', async () => {
  const amp = prometheusOver(endpoint, signedFetch(openLocalSession(aws.url, 'us-east-1')));
  expect(await amp.query('sum(rate(up{a="b c"}[1m]))')).toEqual([{ labels: { job: 'a' }, value: 2.5 }]);
  const path = new URL(endpoint).pathname;
  const body = new URLSearchParams({ query: 'sum(rate(up{a="b c"}[1m]))' }).toString();
  expect(asked).toEqual([{ method: 'POST', url: `${path}api/v1/query`, body }]);
});

it('signs addresses with parameters in any form, and what repeats', async () => {
  const send = signedFetch(openLocalSession(aws.url, 'us-east-1'));
  for (const query of ['query=rate(up[1m])+%2B+1', "match[]=up&match[]=down&a='!*~", 'empty=&query=ä%20b']) {
    expect((await send(`${endpoint}api/v1/query?${query}`, {})).status, query).toBe(200);
  }
});

it('signs with temporary credentials of the environment', async () => {
  const { accessKeyId, secretAccessKey, sessionToken } = await assumeRole(aws.url);
  vi.stubEnv('AWS_ACCESS_KEY_ID', accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', secretAccessKey);
  vi.stubEnv('AWS_SESSION_TOKEN', sessionToken);
  expect(await prometheusOver(endpoint, signedFetch(openSession('us-east-1'))).query('up')).toHaveLength(1);
  vi.stubEnv('AWS_SESSION_TOKEN', 'another');
  await expect(prometheusOver(endpoint, signedFetch(openSession('us-east-1'))).query('up')).rejects.toThrow(UserFault);
});

it.each([
  ['for another region', 'eu-west-1', 'local', 'valid region'],
  ['with another secret', 'us-east-1', 'another', 'signature we calculated does not match'],
])('is told why it is refused %s', async (_, region, secret, why) => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', secret);
  await expect(prometheusOver(endpoint, signedFetch(openSession(region))).query('up')).rejects.toThrow(why);
  expect(asked).toEqual([]);
});

it('says what to do without credentials', async () => {
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_PROFILE']) vi.stubEnv(name, '');
  for (const name of ['AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE']) vi.stubEnv(name, '/nowhere');
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  const asking = prometheusOver(endpoint, signedFetch(openSession('us-east-1'))).query('up');
  await expect(asking).rejects.toThrow(/credentials/i);
});
