import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Job } from '../../runner/host.ts';
import { DEMO_IMAGES } from '../../tooling/demo-inputs.ts';
import { type FakeGitHub, type GitHubFate, NOT_ACCESSIBLE, startFakeGitHub } from '../../tooling/fake-github.ts';
import { findSecrets } from '../../tooling/safety/planted.ts';
import { type ScenarioRun, scenarios } from '../../tooling/scenario.ts';
import { action as deploy } from './run.ts';

const scenario = scenarios();
let github: FakeGitHub;
beforeAll(async () => {
  github = await startFakeGitHub();
});
beforeEach(() => github.reset());
afterAll(() => github.close());

const TOKEN = 'ghs_planted-token-of-the-job';
const HEAD = '3f2a91c0d4e5f60718293a4b5c6d7e8f90a1b2c3';

const pullRequest = (head: object = { sha: HEAD, repo: { full_name: 'org/shop' } }) => ({
  pull_request: { number: 12, head, user: { login: 'ann' } },
});

let runs = 0;
const jobOf = (overrides: Partial<Job> = {}): Job => ({
  repository: 'org/shop',
  eventName: 'pull_request',
  event: pullRequest(),
  sha: 'e'.repeat(40),
  runId: 1000 + runs++,
  runAttempt: 1,
  serverUrl: 'https://github.com',
  apiUrl: github.url,
  ...overrides,
});

/** One stack, whose one resource is told by a parameter; the key is a secret. */
const FILES = {
  'stacks.yaml': 'stacks:\n  first: { template: first.yaml }\n  second: { template: second.yaml }\n',
  'first.yaml': `Description: "@org/team, see #1"
Parameters:
  Suffix: { Type: String, Default: one }
  Key: { Type: String, NoEcho: true, Default: none }
Resources:
  Topic: { Type: AWS::SNS::Topic, Properties: { TopicName: !Sub "\${AWS::StackName}-\${Suffix}", DisplayName: !Ref Key } }
Outputs:
  TopicName: { Value: !GetAtt Topic.TopicName }
`,
  'second.yaml': `Parameters:
  TopicName: { Type: String }
Resources:
  Queue: { Type: AWS::SQS::Queue, Properties: { QueueName: !Sub "\${TopicName}-queue" } }
  Gateway: { Type: AWS::EC2::NatGateway, Properties: { SubnetId: subnet-0a, ConnectivityType: private } }
`,
};

const inputsOf = (prefix: string, more: Record<string, string> = {}) => ({
  'stack-prefix': prefix,
  'stacks-file': 'stacks.yaml',
  'max-parallel': '1',
  'dry-run': 'true',
  comment: 'true',
  'github-token': TOKEN,
  ...more,
});

async function run(
  inputs: Record<string, string>,
  job: Job | undefined = jobOf(),
  files: Record<string, string> = FILES,
): Promise<ScenarioRun> {
  return await scenario.run(deploy, inputs, files, undefined, { job: () => job });
}

/** The one comment, with what differs from run to run replaced. */
function theComment(): string {
  expect(github.comments).toHaveLength(1);
  return (github.comments[0]?.body ?? '')
    .replace(/ run \d+\.\d+ -->/, ' run ‹n› -->')
    .replaceAll(/runs\/\d+/g, 'runs/‹n›')
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d UTC/g, '‹time› UTC')
    .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:‹port›')
    .replaceAll(/\b\d+(\.\d)? s\b/g, '‹t› s');
}

const lastLine = ({ host }: ScenarioRun) => host.log.at(-1);

describe('a preview', () => {
  it('of the three stacks of zap-obs, deployed with another image and cheaper, tells all of it', async () => {
    const inputs = { 'stack-prefix': 'shop', ...DEMO_IMAGES };
    await run({ ...inputs, 'max-parallel': '1' });
    const image = DEMO_IMAGES['image-uri'].replace(/[0-9a-f]{64}/, 'c'.repeat(64));
    const parameters = 'EndpointPlacement: one-zone\nDesiredCount: 3';
    const preview = await run({
      ...inputs,
      'image-uri': image,
      parameters,
      'dry-run': 'true',
      comment: 'true',
      'github-token': TOKEN,
    });
    expect(preview.code).toBe(0);
    await expect(theComment()).toMatchFileSnapshot('__transcripts__/comment-three-stacks.md');
    expect(lastLine(preview)).toMatch(/^Comment on pull request 12 written: https:/);
  });

  it('is one comment from first to last: new, changed, failed early, failed late, deployed, nothing to do', async () => {
    await run(inputsOf('life'));
    await expect(theComment()).toMatchFileSnapshot('__transcripts__/comment-new.md');

    const malformed = await run(inputsOf('life', { parameters: 'Sufix: two' }));
    expect(malformed.code).toBe(1);
    expect(theComment()).toContain('### ❌ Preview of `life` in us-east-1 failed');
    expect(theComment()).toContain('Did you mean `Suffix`?');

    const refused = await run(inputsOf('life', { 'max-parallel': 'many' }));
    expect(refused.code).toBe(1);
    expect(theComment()).toContain('Input `max-parallel` is not accepted');

    await run(inputsOf('life', { 'dry-run': 'false' }));
    await expect(theComment()).toMatchFileSnapshot('__transcripts__/comment-deployed.md');

    await run(inputsOf('life'));
    await expect(theComment()).toMatchFileSnapshot('__transcripts__/comment-nothing.md');

    const late = await run(inputsOf('life'), jobOf(), {
      ...FILES,
      'second.yaml': FILES['second.yaml'].replace('AWS::SQS::Queue', 'AWS::SQS::Quueue'),
    });
    expect(late.code).toBe(1);
    await expect(theComment()).toMatchFileSnapshot('__transcripts__/comment-failed.md');
    // One was written, the others updated it.
    expect(github.calls.filter(call => call === 'create')).toHaveLength(1);
  });

  it('of each environment has a comment of its own', async () => {
    await run(inputsOf('one'));
    await run(inputsOf('two'));
    await run(inputsOf('one', { 'aws-region': 'eu-central-1' }));
    await run(inputsOf('one', { only: 'first' }));
    await run(inputsOf('one'));
    const titles = github.comments.map(({ body }) => body.split('\n')[1]);
    expect(titles).toEqual(
      ['one` in us-east-1', 'two` in us-east-1', 'one` in eu-central-1', 'one` in us-east-1'].map(
        end => `### 📝 Preview of \`${end}`,
      ),
    );
  });

  it('of an older run does not hide that of a newer one', async () => {
    const older = jobOf();
    await run(inputsOf('order', { parameters: 'Suffix: new' }));
    const outdone = await run(inputsOf('order'), older);
    expect(lastLine(outdone)).toContain('left as it is, since a newer run has written it');
  });

  it('names the commit that was pushed, not the one that merges it', async () => {
    await run(inputsOf('commit'));
    expect(theComment()).toContain('<code>3f2a91c</code>');
  });
});

describe('secrets', () => {
  it('and tokens are in no comment, log or summary', async () => {
    const key = 'p_l_a_n_t_e_d*key|`x`';
    const inputs = inputsOf('quiet', { parameters: JSON.stringify({ Key: key }) });
    await run(inputs);
    const [first = ''] = github.comments.map(({ body }) => body);
    // AWS repeats values in its reasons.
    const reason = `Invalid request provided: ${key} is no name (token ${TOKEN})`;
    scenario.aws.faults.inject({ fault: 'resource-fails', stack: 'quiet-first', reason });
    const { code, host } = await run({ ...inputs, 'dry-run': 'false' });
    expect(code).toBe(1);
    const texts = new Map([
      ['comments', first + theComment()],
      ['log', host.log.join('\n')],
      ['summary', host.summaryText],
    ]);
    expect(
      findSecrets(
        texts,
        new Map([
          ['key', key],
          ['token', TOKEN],
        ]),
      ),
    ).toEqual([]);
    // Nor in another form.
    for (const [where, text] of texts) expect(text.replaceAll(/[\\`&#;\d]/g, ''), where).not.toContain('l_a_n');
  });
});

describe('is not written, and the run ends as it did', () => {
  it.each<[string, () => Job | undefined, string]>([
    ['outside of GitHub', () => undefined, 'this is no job of GitHub Actions'],
    [
      'for an event without a pull request',
      () => jobOf({ eventName: 'schedule', event: {} }),
      'event `schedule` is about none',
    ],
    [
      'after a push of which no pull request is open',
      () => jobOf({ eventName: 'push', event: {} }),
      'belongs to none that is open',
    ],
    ['without an event that can be read', () => jobOf({ event: undefined }), 'event `pull_request` is about none'],
  ])('%s', async (_, job, reason) => {
    const ended = await scenario.run(deploy, inputsOf('skip'), FILES, undefined, { job });
    expect(ended.code).toBe(0);
    expect(lastLine(ended)).toContain(reason);
    expect(ended.host.summaryText).toContain('> [!NOTE]\n> No comment on a pull request');
    expect(github.comments).toEqual([]);
  });

  it('without a token', async () => {
    const ended = await run(inputsOf('skip', { 'github-token': '' }));
    expect([ended.code, lastLine(ended)]).toEqual([0, 'No comment on a pull request: input `github-token` is empty.']);
    expect(github.calls).toEqual([]);
  });

  it('on a pull request from a fork, which is no warning', async () => {
    github.decide(({ what }) => (what === 'create' ? NOT_ACCESSIBLE : 'pass'));
    const job = jobOf({ event: pullRequest({ sha: HEAD, repo: { full_name: 'mallory/shop' } }) });
    const ended = await run(inputsOf('fork'), job);
    expect(ended.code).toBe(0);
    expect(lastLine(ended)).toMatch(/forks and of dependabot only read \(403: Resource not accessible/);
    expect(ended.host.log.join('\n')).not.toContain('[warning');
    expect(ended.host.summaryText).toContain('What would change');
  });

  it.each<[string, GitHubFate, string]>([
    ['without the permission', NOT_ACCESSIBLE, 'pull-requests: write'],
    ['with a token that GitHub does not know', { status: 401, message: 'Bad credentials' }, 'pull-requests: write'],
    ['when GitHub refuses it', { status: 422, message: 'Validation Failed' }, 'Run the job again later'],
    [
      'when GitHub wants to be left alone for long',
      { status: 429, message: 'Slow down', headers: { 'retry-after': '900' } },
      'Run the job again later',
    ],
  ])('%s, which is a warning', async (_, fate, fix) => {
    github.decide(({ what }) => (what === 'create' ? fate : 'pass'));
    const good = await run(inputsOf('warn'));
    expect(good.code).toBe(0);
    expect(lastLine(good)).toMatch(/^\[warning: Comment\] The comment on the pull request could not be written/);
    expect(lastLine(good)).toContain(fix);
    expect(good.host.summaryText).toContain('> [!WARNING]');

    const bad = await run(inputsOf('warn', { parameters: 'Sufix: two' }));
    expect(bad.code).toBe(1);
    expect(lastLine(bad)).toContain('sets parameter `Sufix`');
  });

  it('when it is cancelled, as a newer run is most often under way', async () => {
    const signal = AbortSignal.abort(new (await import('../../runner/cancellation.ts')).Cancelled('SIGINT'));
    const job = jobOf();
    const ended = await scenario.run(deploy, inputsOf('cancel'), FILES, signal, { job: () => job });
    expect(ended.code).toBe(130);
    expect(github.calls).toEqual([]);
    expect(ended.host.log.join('\n')).toContain('stays as it is: the run was cancelled');
  });
});

describe('after a push', () => {
  const push = () => jobOf({ eventName: 'push', event: { ref: 'refs/heads/main' }, sha: HEAD });

  it('a deployment tells the pull request that was merged', async () => {
    github.pulls = [{ number: 31, state: 'closed', head: 'a'.repeat(40), merged: HEAD }];
    const ended = await run(inputsOf('merged', { 'dry-run': 'false' }), push());
    expect(lastLine(ended)).toMatch(/^Comment on pull request 31 written/);
    expect(theComment()).toContain('### 🚀 Deployed `merged` to us-east-1');
  });

  it('a preview tells the open pull request that ends with the commit, and none that was merged', async () => {
    github.pulls = [
      { number: 31, state: 'closed', head: 'a'.repeat(40), merged: HEAD },
      { number: 32, state: 'open', head: HEAD },
    ];
    expect(lastLine(await run(inputsOf('pushed'), push()))).toMatch(/^Comment on pull request 32 written/);
  });
});

it('nothing is asked of GitHub, and its library not loaded, without `comment`', async () => {
  const ended = await run(inputsOf('plain', { comment: 'false' }));
  expect([ended.code, github.calls]).toEqual([0, []]);
});
