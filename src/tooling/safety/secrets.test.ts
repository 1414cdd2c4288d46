import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LocalAws, startLocalAws } from '@zap-obs/local-aws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { specs } from '../generated-files.ts';
import { SCRIPTED_EXPECTATIONS, SCRIPTED_GROUP, type ScriptedApp, startScriptedApp } from '../scripted-app.ts';
import { ScriptedPrometheus } from '../scripted-prometheus.ts';
import { findSecrets, formsOf, issuedSecrets, shownByRunner } from './planted.ts';
import { leftBehind, type RunnerOptions, type RunnerRun, runOnRunner } from './runner.ts';
import { readPairs } from './runner-commands.ts';
import { startTokenIssuer, type TokenIssuer, tokenOf } from './token-issuer.ts';

// Secrets of whole runs, planted where each action gets them, and looked for everywhere that a run leaves something: what it
// prints, its summary, outputs and states, arguments of Docker, and files. On `dist/` as committed.

/** Unlike anything else, with what encodings change. */
const planted = (what: string) => `${what}+/Pl4nted=%"${Buffer.from(what).toString('hex')}?&`;

const SECRETS = {
  'AWS secret key': planted('aws-secret-key'),
  'AWS session token': planted('aws-session-token'),
  'GitHub token': planted('github-token'),
  'runtime token': planted('runtime-token'),
  'right to ask for tokens': 'planted-right-to-ask-for-tokens',
  'OIDC token': tokenOf('repo:org/shop', planted('oidc')),
  'NoEcho parameter': planted('noecho'),
  'NoEcho parameter of a profile': planted('profile'),
  'content of a secret file': planted('npmrc'),
  'build argument': planted('build-arg'),
};

const ROLE = 'arn:aws:iam::123456789012:role/deploy';

const FILES: Readonly<Record<string, string>> = {
  'stacks.yaml': 'stacks:\n  view: { template: view.yaml }\n',
  'view.yaml': `Parameters:
  Key: { Type: String, NoEcho: true }
  Other: { Type: String, NoEcho: true }
Resources:
  Topic: { Type: AWS::SNS::Topic, Properties: { DisplayName: !Ref Key } }
  Queue: { Type: AWS::SQS::Queue, Properties: { Tags: [{ Key: a, Value: !Ref Other }] } }
  Metrics: { Type: AWS::APS::Workspace }
  Grafana:
    Type: AWS::Grafana::Workspace
    Properties:
      { AccountAccessType: CURRENT_ACCOUNT, AuthenticationProviders: [AWS_SSO], PermissionType: SERVICE_MANAGED, GrafanaVersion: "12.4" }
Outputs:
  MetricsEndpoint: { Value: !GetAtt Metrics.PrometheusEndpoint }
  GrafanaUrl: { Value: !Sub "https://\${Grafana.Endpoint}" }
`,
  'profile.yaml': `Other: ${JSON.stringify(SECRETS['NoEcho parameter of a profile'])}\n`,
  'telemetry.yaml': SCRIPTED_EXPECTATIONS,
  'compose.yaml': 'services:\n  shop: { image: x, ports: ["5000"] }\n',
  'app/Dockerfile': `FROM node@sha256:${'a'.repeat(64)} AS run\nRUN true\n`,
  npmrc: SECRETS['content of a secret file'],
};

let aws: LocalAws;
let slow: LocalAws;
let issuer: TokenIssuer;
let app: ScriptedApp;
const prometheus = new ScriptedPrometheus();
let metrics = '';
const stage = mkdtempSync(join(tmpdir(), 'zap-obs-secrets-'));
let runs = 0;
beforeAll(async () => {
  aws = await startLocalAws({ port: 0, pace: 0 });
  slow = await startLocalAws({ port: 0, pace: 0.01 });
  issuer = await startTokenIssuer(SECRETS['OIDC token'], SECRETS['right to ask for tokens']);
  metrics = await prometheus.listen();
  app = await startScriptedApp(aws.url, prometheus);
});
afterAll(async () => {
  issuer.close();
  await app.close();
  await Promise.all([prometheus.close(), aws.close(), slow.close()]);
  rmSync(stage, { recursive: true, force: true });
});

/** With all that each action may be given to keep. */
function inputsOf(action: string, prefix: string): Record<string, string> {
  const inputs: Record<string, Record<string, string>> = {
    deploy: {
      ...{ 'stack-prefix': prefix, 'stacks-file': 'stacks.yaml', profile: './profile.yaml' },
      parameters: JSON.stringify({ Key: SECRETS['NoEcho parameter'] }),
    },
    teardown: { 'stack-prefix': prefix, 'stacks-file': 'stacks.yaml', confirm: prefix },
    'build-push': {
      ...{ 'stack-prefix': prefix, context: 'app', 'secret-files': 'npmrc: npmrc' },
      'build-args': JSON.stringify({ API_TOKEN: SECRETS['build argument'] }),
    },
    'smoke-test': { 'compose-file': 'compose.yaml', aws: 'account', 'base-url': 'http://127.0.0.1:9' },
    'validate-telemetry': {
      ...{ 'target-url': app.url, 'metrics-endpoint': metrics, 'log-groups': SCRIPTED_GROUP },
      ...{ requests: '4', rate: '100', timeout: '20s' },
    },
  };
  const own = inputs[action];
  if (!own) throw new Error(`nothing is known of ${action}; say here which secrets it is given`);
  return own;
}

interface Case extends RunnerOptions {
  role?: boolean;
  prefix?: string;
  isSlow?: boolean;
}

/** A run, and where any secret of it was found. */
async function secretsOf(action: string, { role, prefix, isSlow, ...options }: Case) {
  const number = runs++;
  const session = `planted-session-${number}`;
  const inputs = {
    ...inputsOf(action, prefix ?? `secret-${number}`),
    ...(role && { 'role-to-assume': ROLE, 'role-session-name': session }),
  };
  const env = {
    ...issuer.env,
    AWS_ENDPOINT_URL: (isSlow ? slow : aws).url,
    AWS_REGION: 'us-east-1',
    GITHUB_TOKEN: SECRETS['GitHub token'],
    ACTIONS_RUNTIME_TOKEN: SECRETS['runtime token'],
    // Those that are not to be used are wrong.
    AWS_ACCESS_KEY_ID: role ? 'unused' : 'test',
    AWS_SECRET_ACCESS_KEY: SECRETS['AWS secret key'],
    AWS_SESSION_TOKEN: SECRETS['AWS session token'],
    ...options.env,
  };
  const run = await runOnRunner(stage, action, inputs, { ...options, env, files: { ...FILES } });
  return { run, found: foundIn(run, new Map([...Object.entries(SECRETS), ...issuedSecrets(ROLE, session)])) };
}

function foundIn(run: RunnerRun, secrets: Map<string, string>): string[] {
  const logins = run.docker.flatMap(({ input }) => (input === '' ? [] : [input]));
  const all = new Map([...secrets, ...logins.map((token, index): [string, string] => [`ECR token ${index}`, token])]);
  const { output, summary, state, env, path } = run.files;
  const argv = run.docker.map(({ args, parent }) => `${args.join(' ')}\n${parent}`).join('\n');
  const texts = new Map([
    ...Object.entries({ 'the log': shownByRunner(run.log), output, summary, state, env, path, argv }),
    ...leftBehind(run, FILES),
  ]);
  // Tokens of Grafana are made by the local AWS, and are known by their beginning.
  const tokens = [...texts]
    .filter(([, text]) => /glsa_\w+/.test(text))
    .map(([where]) => `a token of Grafana in ${where}`);
  return [...findSecrets(texts, all), ...tokens];
}

const ACTIONS = specs.map(({ name }) => name);

describe.each([
  ['with keys of the environment', false],
  ['with a role', true],
] as const)('%s', (_, role) => {
  it.each(ACTIONS)('%s leaves no secret anywhere', { timeout: 60_000 }, async action => {
    const prefix = `whole-${role ? 'role' : 'keys'}`;
    if (action === 'teardown') await secretsOf('deploy', { role, prefix });
    const { run, found } = await secretsOf(action, { role, prefix });
    expect(found).toEqual([]);
    // The smoke test's containers do not start, which shows their log.
    expect(run.code, run.log).toBe(action === 'smoke-test' ? 1 : 0);
    expect(run.log).not.toContain('bug in zap-obs');
    expect(run.network).toEqual([]);
    expect(evidenceOf(action, run), run.log).toBe(true);
  });
});

/** Whether a run has had its secrets in hand: the runner is told of those that come of AWS, and Docker is given what it needs. */
function evidenceOf(action: string, { log, docker }: RunnerRun): boolean {
  const isMasked = (secret: RegExp) => new RegExp(`^::add-mask::${secret.source}`, 'm').test(log);
  const commands = docker.map(({ args }) => args.join(' '));
  if (action === 'deploy') return isMasked(/glsa_/) && isMasked(/noecho/) && isMasked(/profile/);
  if (action === 'build-push')
    return (
      docker.some(({ args, input }) => args[0] === 'login' && input !== '') && /--secret id=npmrc/.test(commands.join())
    );
  if (action === 'smoke-test')
    return ['up', 'logs'].every(one => commands.some(command => command.includes(` ${one} `)));
  return true;
}

/** In the middle of what each action does: the moment at which it is stopped. */
const MIDDLES: Readonly<Record<string, RunnerOptions>> = {
  deploy: { onOutput: (log, child) => stop(log.includes('view: create'), child) },
  teardown: { onOutput: (log, child) => stop(log.includes('view: delet'), child) },
  'build-push': {
    env: { ZAP_DOCKER_HANG: 'buildx build' },
    onDocker: ({ args }, child) => stop(args.includes('build'), child),
  },
  'smoke-test': { env: { ZAP_DOCKER_HANG: 'up' }, onDocker: ({ args }, child) => stop(args.includes('up'), child) },
  'validate-telemetry': { onOutput: (log, child) => stop(/^Run \w+ sends/m.test(log), child) },
};

function stop(isTime: boolean, child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): void {
  if (isTime && !child.killed) child.kill(signal);
}

it.each(ACTIONS)('%s leaves none when it is stopped in the middle', { timeout: 60_000 }, async action => {
  const middle = MIDDLES[action];
  if (!middle) throw new Error(`no middle is known of ${action}; say above when it is stopped`);
  if (action === 'teardown') await secretsOf('deploy', { role: true, isSlow: true, prefix: 'stopped-teardown' });
  // A service of its own answers at its pace; nothing else of the local AWS takes time.
  const isSlow = action === 'deploy' || action === 'teardown';
  const { run, found } = await secretsOf(action, { role: true, prefix: `stopped-${action}`, isSlow, ...middle });
  expect(found).toEqual([]);
  expect(run.code, run.log).toBe(143);
});

it('build-push, killed in the middle, leaves its login to the clean-up after the job, which removes it', async () => {
  const hanging = { env: { ZAP_DOCKER_HANG: 'buildx build' } };
  const { run, found } = await secretsOf('build-push', {
    ...hanging,
    onDocker: ({ args }, child) => stop(args.includes('build'), child, 'SIGKILL'),
  });
  expect([
    ...new Set(found.map(one => one.replace(/zap-obs-docker-\w+/, '…').replace(/, after \d bytes/, ''))),
  ]).toEqual(['ECR token 0 in temp/…/config.json (in base64)']);
  const env = Object.fromEntries(readPairs(run.files.state).map(([name, value]) => [`STATE_${name}`, value]));
  const cleaned = await runOnRunner(stage, 'clean-up', {}, { env });
  expect(cleaned.code, cleaned.log).toBe(0);
  const tokens = run.docker.flatMap(({ input }) => (input === '' ? [] : [['ECR token', input] as [string, string]]));
  expect(findSecrets(leftBehind(run, FILES), new Map(tokens))).toEqual([]);
});

describe('the search', () => {
  const secret = SECRETS['AWS secret key'];
  const search = (text: string) => findSecrets(new Map([['here', text]]), new Map([['it', secret]]));

  it.each([...formsOf(secret)])('finds a secret %s', (_, form) => {
    expect(search(`before ${form} after`)).not.toEqual([]);
  });

  it.each(['AWS:', 'x:', 'user:'])('finds it in base64 behind %j', user => {
    expect(search(Buffer.from(`${user}${secret}\n`).toString('base64'))).not.toEqual([]);
    expect(search(Buffer.from(`${user}${secret}\n`).toString('base64url'))).not.toEqual([]);
  });

  it('finds what was printed before it was masked, and takes what the runner hides', () => {
    expect(search(shownByRunner(`::add-mask::${secret.replaceAll('%', '%25')}\n${secret}`))).toEqual([]);
    expect(search(shownByRunner(`${secret}\n::add-mask::${secret.replaceAll('%', '%25')}`))).not.toEqual([]);
  });
});
