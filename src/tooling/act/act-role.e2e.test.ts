// `role-to-assume` under act: what act does not have is GitHub's service of OIDC tokens, for which a local one stands. No
// credentials are in the environment, so that every call of the deployment is made with those that came for the token.
import { rm } from 'node:fs/promises';
import { type ApiCall, type LocalAws, startLocalAws } from '@zap-obs/local-aws';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { localAwsEnvironment } from '../run-bundle.ts';
import { startTokenIssuer, type TokenIssuer, tokenOf } from '../safety/token-issuer.ts';
import { needAct } from './act-binary.ts';
import { type ActOutcome, runAct } from './act-run.ts';
import { FOREIGN_WORKFLOW, foreignRepository } from './foreign-repository.ts';

const ACCOUNT = '123456789012';
const ROLE = `arn:aws:iam::${ACCOUNT}:role/shop-deploy`;
const NO_CREDENTIALS = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_EC2_METADATA_DISABLED: 'true' };

let aws: LocalAws;
let issuer: TokenIssuer;
let env: Record<string, string>;
const audiences: string[] = [];
beforeAll(async () => {
  await needAct();
  aws = await startLocalAws({ pace: 0, port: 0, accountId: ACCOUNT });
  const token = (audience: string) => {
    audiences.push(audience);
    return tokenOf('repo:org/shop:environment:production', 'signed', audience);
  };
  issuer = await startTokenIssuer(token, 'right-of-the-job');
  env = { ...localAwsEnvironment(aws.url), ...NO_CREDENTIALS, ...issuer.env };
});
afterAll(async () => {
  issuer?.close();
  await aws?.close();
});

/** Lets a run go well; gives what the local AWS was asked meanwhile, but for the roles themselves. */
async function callsOf(run: Promise<ActOutcome>): Promise<ApiCall[]> {
  const before = aws.calls.length;
  const { code, lines } = await run;
  expect(code, lines.flatMap(line => ('text' in line ? [line.text] : [])).join('\n')).toBe(0);
  return aws.calls.slice(before).filter(({ action }) => action !== 'AssumeRoleWithWebIdentity');
}

const assumed = () => aws.calls.filter(({ action }) => action === 'AssumeRoleWithWebIdentity');
const keysIn = (calls: readonly ApiCall[]) => new Set(calls.map(({ accessKeyId }) => accessKeyId));

it('a job assumes its role with its token, and so does the shipped workflow that ends it', async () => {
  const repository = await foreignRepository({
    files: {
      'stacks.yaml': 'stacks: { monitoring: { template: topic.yaml } }\n',
      'topic.yaml': 'Resources: { Topic: { Type: "AWS::SNS::Topic" } }\n',
    },
    permissions: { contents: 'read', 'id-token': 'write' },
    steps: [
      {
        uses: 'org/zap-obs/deploy@v1',
        with: {
          'stack-prefix': 'shop',
          'stacks-file': 'stacks.yaml',
          'role-to-assume': ROLE,
          'role-session-name': 'first',
        },
      },
    ],
  });
  try {
    const workflow = { workflow: FOREIGN_WORKFLOW, event: 'push', payload: {}, env, vars: {} };
    const deployment = await callsOf(runAct(workflow, { cwd: repository }));
    expect(deployment.map(({ action }) => action)).toContain('ExecuteChangeSet');
    expect(aws.stacks().map(({ name, status }) => [name, status])).toEqual([['shop-monitoring', 'CREATE_COMPLETE']]);
    expect(assumed()).toMatchObject([{ status: 200, params: { RoleArn: ROLE, RoleSessionName: 'first' } }]);
    expect([...keysIn(deployment)]).toEqual([expect.stringMatching(/^ASIA/)]);

    const inputs = { 'stack-prefix': 'shop', confirm: 'shop' };
    const teardown = await callsOf(
      runAct({
        workflow: '.github/workflows/teardown.yml',
        event: 'workflow_dispatch',
        payload: { inputs },
        env,
        vars: { AWS_ROLE_ARN: ROLE },
      }),
    );
    expect(aws.stacks().map(({ status }) => status)).toEqual(['DELETE_COMPLETE']);
    expect(assumed().map(({ status, params }) => [status, params.RoleSessionName])).toEqual([
      [200, 'first'],
      [200, 'zap-obs'],
      [200, 'zap-obs'],
    ]);
    // One set of credentials for each of its jobs, and nobody else's.
    expect([...keysIn(teardown)]).toEqual([expect.stringMatching(/^ASIA/), expect.stringMatching(/^ASIA/)]);
    const callers = new Set(aws.usedRights().map(({ caller }) => caller));
    const sessions = ['first', 'zap-obs'].map(name => `arn:aws:sts::${ACCOUNT}:assumed-role/shop-deploy/${name}`);
    expect([...callers].sort()).toEqual(sessions);
    expect(new Set(audiences)).toEqual(new Set(['sts.amazonaws.com']));
  } finally {
    await rm(repository, { recursive: true, force: true });
  }
});
