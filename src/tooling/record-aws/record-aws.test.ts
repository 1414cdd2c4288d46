import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { startLocalAws } from '@zap-obs/local-aws';
import { describe, expect, it } from 'vitest';
import { DEMO_IMAGES } from '../demo-inputs.ts';
import { ROOT } from '../repository.ts';
import { runBundle } from '../run-bundle.ts';
import { redacted } from './redact.ts';

interface Kept {
  host: string;
  call: string;
  status: number;
  body: string;
}

it('keeps what AWS answers to a shipped bundle, but neither credentials nor the account', async () => {
  const accountId = '424242424242';
  const aws = await startLocalAws({ port: 0, pace: 0, accountId });
  const folder = mkdtempSync(join(tmpdir(), 'zap-obs-record-'));
  try {
    const preload = pathToFileURL(join(ROOT, 'src/tooling/record-aws/preload.ts'));
    const env = { NODE_OPTIONS: `--import ${preload}`, RECORD_AWS_TO: folder };
    const run = await runBundle('deploy', { 'stack-prefix': 'taped', ...DEMO_IMAGES }, { endpoint: aws.url, env });
    expect(run.code, run.log).toBe(0);
    const text = globSync(`${folder}/*.jsonl`)
      .map(file => readFileSync(file, 'utf8'))
      .join('');
    const kept = text
      .split('\n')
      .filter(Boolean)
      .map(line => JSON.parse(line) as Kept);
    const calls = new Set(kept.map(({ call }) => call));
    for (const name of ['DescribeStacks', 'CreateChangeSet', 'ExecuteChangeSet', 'DescribeStackEvents'])
      expect(calls).toContain(name);
    expect([...calls].some(call => call.includes('ECS') || call.includes('ContainerService'))).toBe(true);
    const stacks = kept.findLast(({ call, status }) => call === 'DescribeStacks' && status === 200);
    expect(stacks?.body).toContain('<StackName>taped-');
    expect(stacks?.body).toContain('arn:aws:cloudformation:us-east-1:111122223333:stack/taped-');
    expect(text).not.toContain(accountId);
    // The token of Grafana was made and used; neither its answer nor a trace of it is here.
    const tokens = kept.filter(({ body }) => body.startsWith('(left out'));
    expect(tokens.map(({ call }) => call)).toEqual([expect.stringMatching(/tokens/)]);
    expect(text).not.toContain('glsa_');
  } finally {
    await aws.close();
    rmSync(folder, { recursive: true, force: true });
  }
});

describe('of an answer is left out', () => {
  it.each([
    [
      'AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken',
      '{"authorizationData":[{"authorizationToken":"QVdT"}]}',
    ],
    ['AssumeRoleWithWebIdentity', '<SecretAccessKey>abc</SecretAccessKey>'],
    ['POST /workspaces/g-1/serviceaccounts/4/tokens', '{"serviceAccountToken":{"key":"x"}}'],
  ])('all of %s', (call, body) => {
    expect(redacted(call, body)).toBe('(left out: this answer holds a credential)');
  });

  it.each([
    [
      'https://x/layer?X-Amz-Security-Token=IQoJ%2F&X-Amz-Signature=abc123&a=1',
      'https://x/layer?X-Amz-Security-Token=(redacted)&X-Amz-Signature=(redacted)&a=1',
    ],
    ['{"sessionToken" : "FwoG", "name": "key"}', '{"sessionToken" : "(redacted)", "name": "key"}'],
    ['ASIAIOSFODNN7EXAMPLE eyJhbGciOiJSUzI1NiJ9.eyJzdWIi.c2ln', '(redacted) (redacted)'],
    ['arn:aws:iam::123456789012:role/a 1700000000000', 'arn:aws:iam::111122223333:role/a 1700000000000'],
  ])('%s', (body, kept) => {
    expect(redacted('DescribeStacks', body)).toBe(kept);
  });
});
