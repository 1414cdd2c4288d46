import { describe, expect, it } from 'vitest';
import { code, plain, prose, table } from './markdown.ts';
import { timeline } from './mermaid.ts';
import type { RunResult, StackResult } from './result.ts';
import { summary } from './summary.ts';
import { duration, headline } from './words.ts';

const stack = (overrides: Partial<StackResult>): StackResult => ({
  shortName: 'app',
  stackName: 'shop-app',
  id: 'arn:aws:cloudformation:eu-central-1:123456789012:stack/shop-app/1',
  action: 'update',
  outcome: 'done',
  duration: 65_000,
  knownAfterDeploy: [],
  knownAfterBuild: [],
  changes: [],
  timeline: [],
  validations: [],
  settings: [],
  outputs: {},
  ...overrides,
});
const run = (stacks: StackResult[], overrides: Partial<RunResult> = {}): RunResult => ({
  operation: 'deploy',
  prefix: 'shop',
  region: 'eu-central-1',
  dryRun: false,
  stacks,
  residue: [],
  duration: 90_000,
  ...overrides,
});

it('a failed run shows the cause first', async () => {
  const failed = stack({
    outcome: 'failed',
    status: 'UPDATE_ROLLBACK_COMPLETE',
    reason: 'ended in UPDATE_ROLLBACK_COMPLETE',
    changes: [
      {
        action: 'Modify',
        logicalId: 'Service',
        type: 'AWS::ECS::Service',
        replacement: 'False',
        details: ['TaskDefinition'],
      },
      { action: 'Add', logicalId: 'Alarm', type: 'AWS::CloudWatch::Alarm', details: [] },
    ],
    timeline: [{ logicalId: 'Service', type: 'AWS::ECS::Service', from: 1_000_000, to: 1_061_000, failed: true }],
    cause: {
      logicalId: 'Service',
      type: 'AWS::ECS::Service',
      status: 'UPDATE_FAILED',
      reason: 'ECS Deployment Circuit Breaker was triggered | see <events>',
      advice: 'Look at the tasks',
      place: { file: 'app.yaml', line: 12, column: 3 },
    },
  });
  const skipped = stack({
    shortName: 'extras',
    stackName: 'shop-extras',
    id: undefined,
    outcome: 'skipped',
    reason: 'not started, because `app` did not succeed',
  });
  await expect(summary(run([failed, skipped]), undefined)).toMatchFileSnapshot('__transcripts__/summary-failed.md');
});

it('a dry run shows what would change and what is known only later', async () => {
  const changed = stack({
    outcome: 'planned',
    reason: 'changed: template',
    knownAfterDeploy: ['VpcId'],
    changes: [
      { action: 'Modify', logicalId: 'Topic', type: 'AWS::SNS::Topic', replacement: 'True', details: ['TopicName'] },
      { action: 'Remove', logicalId: 'Old', type: 'AWS::SQS::Queue', details: [] },
    ],
  });
  await expect(summary(run([changed], { dryRun: true }), undefined)).toMatchFileSnapshot(
    '__transcripts__/summary-dry-run.md',
  );
});

describe('headline', () => {
  it.each<[string, RunResult, string]>([
    ['a deployment', run([stack({}), stack({ action: 'none' })]), 'shop: 1 stack deployed in 1 min 30 s'],
    ['nothing to do', run([stack({ action: 'none' })]), 'shop is up to date (1 min 30 s)'],
    ['a failure', run([stack({ outcome: 'failed' })]), 'deploy of shop failed at app after 1 min 30 s'],
    ['an interruption', run([stack({ outcome: 'interrupted' })]), 'deploy of shop was interrupted after 1 min 30 s'],
    ['a dry run', run([stack({ outcome: 'planned' })], { dryRun: true }), 'shop: 1 stack would change'],
    [
      'a teardown',
      run([stack({ action: 'delete' })], { operation: 'teardown' }),
      'shop: 1 stack deleted in 1 min 30 s',
    ],
    [
      'nothing left',
      run([stack({ action: 'none' })], { operation: 'teardown' }),
      'Nothing of shop is left to delete (1 min 30 s)',
    ],
  ])('%s', (_, result, expected) => {
    expect(headline(result)).toBe(expected);
  });
});

describe('timeline', () => {
  const time = (logicalId: string, from: number, to: number) => ({ logicalId, type: 'T', from, to, failed: false });

  it('shows the slowest only, in the order in which they began, counting from the first event of all', () => {
    const times = [time('Fast', 500, 600), time('Late', 5000, 9000), time('Early', 1000, 4000)];
    expect(timeline([stack({ timeline: times })], 2)).toBe(
      [
        'gantt',
        '  dateFormat YYYY-MM-DDTHH:mm:ss.SSS',
        '  axisFormat %S.%L s',
        '  section app',
        '  Early (3.0 s) :1970-01-01T00:00:00.500, 1970-01-01T00:00:03.500',
        '  Late (4.0 s) :1970-01-01T00:00:04.500, 1970-01-01T00:00:08.500',
      ].join('\n'),
    );
  });

  it('is left out when nothing happened', () => {
    expect(timeline([stack({})], 12)).toBeUndefined();
  });
});

it.each([
  [400, '0.4 s'],
  [9_960, '10 s'],
  [59_600, '1 min 00 s'],
  [61_000, '1 min 01 s'],
  [3_599_700, '1 h 00 min'],
  [3_720_000, '1 h 02 min'],
])('%d ms reads %s', (milliseconds, text) => {
  expect(duration(milliseconds)).toBe(text);
});

describe('text from outside cannot break the summary', () => {
  it('in prose', () =>
    expect(plain('<img src=x> *a* _b_ [c](d) `e`')).toBe('&lt;img src=x&gt; \\*a\\* \\_b\\_ \\[c\\](d) \\`e\\`'));
  it('in sentences of ours', () => expect(prose('a `b*c` *d*')).toBe('a `b*c` \\*d\\*'));
  it('in code', () => expect(code('a `b` ``c``')).toBe('``` a `b` ``c`` ```'));
  it('in a table', () => expect(table(['h'], [['a|b\nc']])).toContain('| a\\|b c |'));
});

it('what stays behind is shown with its cost and its page, and every cause of a failure', () => {
  const cause = (logicalId: string) => ({
    logicalId,
    type: 'AWS::S3::Bucket',
    status: 'DELETE_FAILED',
    reason: 'words of AWS',
    explanation: 'bucket `b` is not empty',
    advice: 'Empty it',
  });
  const failed = stack({
    action: 'delete',
    outcome: 'failed',
    status: 'DELETE_FAILED',
    cause: cause('First'),
    furtherCauses: [cause('Second')],
  });
  const rest = { type: 'AWS::EC2::NatGateway', reason: 'left behind by `force`: it is stuck' };
  const residue = [
    { stack: 'shop-vpc', logicalId: 'Nat', physicalId: 'nat-1', cost: 'hourly', link: 'https://aws/nat-1', ...rest },
    { stack: '', logicalId: '', physicalId: '/aws/x', type: 'AWS::Logs::LogGroup', reason: 'y', cost: 'pennies' },
  ] as const;
  const text = summary(run([failed], { operation: 'teardown', residue: [...residue] }), undefined);
  expect(text).toContain(
    '| `shop-vpc` | `Nat` | [`nat-1`](https://aws/nat-1) | AWS::EC2::NatGateway | **hourly** | left behind by `force`: it is stuck |',
  );
  expect(text).toContain('| — | — | `/aws/x` | AWS::Logs::LogGroup | pennies | y |');
  for (const id of ['First', 'Second'])
    expect(text).toContain(`> \`${id}\` (AWS::S3::Bucket): bucket \`b\` is not empty.\n> words of AWS`);
});
