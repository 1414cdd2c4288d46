import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LocalAws, startLocalAws } from '@zap-obs/local-aws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEMO_IMAGES } from './demo-inputs.ts';
import { startFakeGitHub } from './fake-github.ts';
import { type BundleOptions, runBundle } from './run-bundle.ts';
import { startTokenIssuer, tokenOf } from './safety/token-issuer.ts';

// `dist/` as committed, started as the runner starts it. A stale one fails in bundle.test.ts.
let aws: LocalAws;
const workspace = mkdtempSync(join(tmpdir(), 'zap-obs-bundle-'));
beforeAll(async () => {
  aws = await startLocalAws({ port: 0, pace: 0 });
});
afterAll(async () => {
  rmSync(workspace, { recursive: true, force: true });
  await aws.close();
});

const onRunner = (options: BundleOptions = {}): BundleOptions => ({
  endpoint: aws.url,
  workspace,
  ...options,
  env: { GITHUB_ACTIONS: 'true', ...options.env },
});

function write(files: Record<string, string>): void {
  for (const [name, content] of Object.entries(files)) writeFileSync(join(workspace, name), content);
}

describe('on a runner', () => {
  it('speaks in workflow commands, and fills outputs and summary', async () => {
    const { code, log, outputs, summary } = await runBundle(
      'deploy',
      { 'stack-prefix': 'runner', ...DEMO_IMAGES },
      onRunner(),
    );
    expect([code, log.match(/^::(end)?group::.*$/gm)]).toEqual([
      0,
      [
        `::group::Plan for runner in us-east-1 at ${aws.url} (not AWS itself)`,
        '::endgroup::',
        '::group::Deployment',
        '::endgroup::',
        '::group::Grafana',
        '::endgroup::',
      ],
    ]);
    // The token of Grafana is told to the runner alone, as a secret.
    expect(log.match(/^.*glsa_.*$/gm)).toEqual([expect.stringMatching(/^::add-mask::glsa_\w+$/)]);
    expect(`${summary}${JSON.stringify(outputs)}`).not.toContain('glsa_');
    expect(outputs).toMatchObject({
      changed: 'true',
      'log-groups': ['app', 'collector', 'telemetry'].map(group => `/zap-obs/runner-monitoring/${group}`).join('\n'),
    });
    expect(outputs['metrics-endpoint']).toMatch(/\/workspaces\/ws-[\w-]+$/);
    expect(summary).toContain('## ✅ runner: 3 stacks deployed');
  });

  it('keeps a comment on the pull request of the event, with a token that only the runner is told', async () => {
    const github = await startFakeGitHub();
    try {
      write({
        'stacks.yaml': 'stacks:\n  one: { template: one.yaml }\n',
        'one.yaml': 'Resources: { Topic: { Type: AWS::SNS::Topic } }\n',
        'event.json': JSON.stringify({
          pull_request: { number: 12, head: { sha: 'a'.repeat(40), repo: { full_name: 'org/shop' } } },
        }),
      });
      const inputs = { 'stack-prefix': 'comment', 'stacks-file': 'stacks.yaml', 'dry-run': 'true', comment: 'true' };
      const env = {
        GITHUB_REPOSITORY: 'org/shop',
        GITHUB_EVENT_NAME: 'pull_request',
        GITHUB_EVENT_PATH: join(workspace, 'event.json'),
        GITHUB_RUN_ID: '77',
        GITHUB_API_URL: `${github.url}/api/v3`,
        GITHUB_SERVER_URL: 'https://github.example',
      };
      const run = () => runBundle('deploy', { ...inputs, 'github-token': 'ghs_planted' }, onRunner({ env }));
      const { code, log } = await run();
      expect([code, log.split('\n').at(-2)]).toEqual([
        0,
        expect.stringMatching(/^Comment on pull request 12 written: /),
      ]);
      await run();
      expect(github.comments.map(({ body }) => body.split('\n').slice(0, 2))).toEqual([
        [
          expect.stringMatching(/^<!-- zap-obs deploy comment us-east-1 [0-9a-f]{8} run 77\.1 -->$/),
          '### 📝 Preview of `comment` in us-east-1',
        ],
      ]);
      expect(github.comments[0]?.body).toContain('https://github.example/org/shop/actions/runs/77');
      expect(log.match(/^.*ghs_planted.*$/gm)).toEqual(['::add-mask::ghs_planted']);
    } finally {
      await github.close();
    }
  });

  it('leaves an account of Grafana when it is killed, which the clean-up after the job deletes', async () => {
    write({
      'stacks.yaml': 'stacks:\n  view: { template: view.yaml }\n',
      'view.yaml': `Resources:
  Metrics: { Type: AWS::APS::Workspace }
  Grafana:
    Type: AWS::Grafana::Workspace
    Properties:
      { AccountAccessType: CURRENT_ACCOUNT, AuthenticationProviders: [AWS_SSO], PermissionType: SERVICE_MANAGED, GrafanaVersion: "12.4" }
Outputs:
  MetricsEndpoint: { Value: !GetAtt Metrics.PrometheusEndpoint }
  GrafanaUrl: { Value: !Sub "https://\${Grafana.Endpoint}" }
`,
    });
    const hanging = aws.faults.inject({ fault: 'hanging', action: 'GetFolder' });
    const inputs = { 'stack-prefix': 'killed', 'stacks-file': 'stacks.yaml' };
    let kill = (_: NodeJS.Signals) => {};
    const options: BundleOptions = {
      onStart: stop => {
        kill = stop;
      },
    };
    const run = runBundle('deploy', inputs, onRunner(options));
    await expect.poll(() => hanging.struck, { timeout: 20_000 }).toBe(1);
    kill('SIGKILL');
    const { states } = await run;
    const before = aws.calls.length;
    const { code, log } = await runBundle('clean-up', inputs, onRunner({ states }));
    expect([code, log]).toEqual([
      0,
      expect.stringMatching(/The service account zap-obs-\d+-\w+ of Grafana, .* is deleted/),
    ]);
    const calls = aws.calls.slice(before).map(({ action }) => action);
    expect(calls).toEqual(['ListWorkspaceServiceAccounts', 'DeleteWorkspaceServiceAccount']);
  });

  it('annotates the line of the template', async () => {
    write({
      'stacks.yaml': 'stacks:\n  one: { template: one.yaml }\n',
      'one.yaml': 'Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n    Properties: { NoSuchProperty: 1 }\n',
    });
    const { code, log } = await runBundle(
      'deploy',
      { 'stack-prefix': 'line', 'stacks-file': 'stacks.yaml' },
      onRunner(),
    );
    expect(code).toBe(1);
    expect(log).toMatch(
      /^::error title=deploy failed,file=one\.yaml,line=2,col=3::one\.yaml:2:3: Stack `line-one` failed \(ROLLBACK_COMPLETE\) because of `Topic`/m,
    );
  });

  it('masks NoEcho values and shows them nowhere', async () => {
    write({
      'stacks.yaml': 'stacks:\n  one: { template: one.yaml }\n',
      'one.yaml':
        'Parameters: { Key: { Type: String, NoEcho: true } }\nResources: { T: { Type: "AWS::SNS::Topic", Properties: { DisplayName: !Ref Key } } }\n',
    });
    const { code, log, outputs, summary } = await runBundle(
      'deploy',
      { 'stack-prefix': 'mask', 'stacks-file': 'stacks.yaml', parameters: 'Key: open-sesame' },
      onRunner(),
    );
    expect([code, log.match(/^.*open-sesame.*$/gm)]).toEqual([0, ['::add-mask::open-sesame']]);
    expect(JSON.stringify(outputs) + summary).not.toContain('open-sesame');
  });
});

describe('credentials', () => {
  it('none: says so, and how to give some', async () => {
    const { code, log, duration } = await runBundle('deploy', { 'stack-prefix': 'none', ...DEMO_IMAGES });
    expect([code, log]).toEqual([1, expect.stringContaining('There are no AWS credentials.')]);
    expect(duration).toBeLessThan(5000);
  });

  it('a region that does not exist: says so', async () => {
    const env = { AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x' };
    const { code, log } = await runBundle(
      'deploy',
      { 'aws-region': 'xx-nowhere-1', reachability: 'off', ...DEMO_IMAGES },
      { env },
    );
    expect([code, log]).toEqual([1, expect.stringContaining('AWS has no address for region `xx-nowhere-1`')]);
  });

  it('a role: assumed with the token of the job, which stays inside', async () => {
    const token = tokenOf('repo:org/shop', 'signed');
    const issuer = await startTokenIssuer(token, 'of-the-job');
    try {
      const before = aws.calls.length;
      const env = {
        AWS_ACCESS_KEY_ID: '',
        AWS_SECRET_ACCESS_KEY: '',
        ...issuer.env,
      };
      const inputs = {
        'stack-prefix': 'oidc',
        'role-to-assume': 'arn:aws:iam::123456789012:role/deploy',
        ...DEMO_IMAGES,
      };
      const { code, log } = await runBundle('deploy', inputs, onRunner({ env }));
      expect(code).toBe(0);
      expect(aws.calls.slice(before).map(({ action }) => action)).toContain('AssumeRoleWithWebIdentity');
      expect(aws.calls.slice(before).filter(({ service }) => service === 'sts')).toHaveLength(1);
      expect(log.replaceAll(`::add-mask::${token}`, '')).not.toContain(token);
    } finally {
      issuer.close();
    }
  });

  it('a role without a token: says what the job lacks', async () => {
    const inputs = { 'role-to-assume': 'arn:aws:iam::123456789012:role/deploy', ...DEMO_IMAGES };
    const { code, log } = await runBundle('deploy', inputs, onRunner());
    expect([code, log]).toEqual([1, expect.stringContaining('Add `permissions: id-token: write` to the job.')]);
  });
});

describe.each(['SIGINT', 'SIGTERM'] as const)('%s in the middle of a deployment', signal => {
  it('has the new stack deleted, says so, and a new run converges', { timeout: 60_000 }, async () => {
    const slow = await startLocalAws({ port: 0, pace: 0.01 });
    try {
      const inputs = { 'stack-prefix': 'stop', 'max-parallel': '1', ...DEMO_IMAGES };
      let kill = (_: NodeJS.Signals) => {};
      const stopped = await runBundle('deploy', inputs, {
        endpoint: slow.url,
        onStart: send => {
          kill = send;
        },
        onOutput: text => text.includes('vpc-alb: create') && kill(signal),
      });
      expect(stopped.code).toBe(signal === 'SIGINT' ? 130 : 143);
      expect(stopped.log).toContain('Stack `stop-vpc-alb` was left before its end');
      expect(stopped.summary).toContain('AWS was told to delete it, because it was still being created');
      expect(stopped.summary).toContain('| ⏭️ | `stop-monitoring` | not started |');

      // The deletion may still be going on: a new run attaches to it, and goes on from there.
      const resumed = await runBundle('deploy', inputs, { endpoint: slow.url });
      expect(resumed.code).toBe(0);
      expect(JSON.parse(resumed.outputs.stacks ?? '').map(({ action }: { action: string }) => action)).toEqual([
        'create',
        'create',
        'create',
      ]);
    } finally {
      await slow.close();
    }
  });
});
