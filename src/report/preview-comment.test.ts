import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MOST_CHARACTERS, type Preview, previewComment } from './preview-comment.ts';
import type { Change, CostChange, RunResult, StackResult } from './result.ts';

const MARKER = '<!-- zap-obs deploy shop eu-central-1 run 7.1 -->';

const stack = (shortName: string, overrides: Partial<StackResult> = {}): StackResult => ({
  shortName,
  stackName: `shop-${shortName}`,
  action: 'none',
  outcome: 'planned',
  duration: 1200,
  knownAfterDeploy: [],
  knownAfterBuild: [],
  changes: [],
  timeline: [],
  validations: [],
  settings: [],
  outputs: {},
  ...overrides,
});

const change = (action: string, logicalId: string, type: string, more: Partial<Change> = {}): Change => ({
  ...{ action, logicalId, type, details: [] },
  ...(action === 'Modify' && { replacement: 'False' }),
  ...more,
});

const run = (stacks: StackResult[], overrides: Partial<RunResult> = {}): RunResult => ({
  operation: 'deploy',
  prefix: 'shop',
  region: 'eu-central-1',
  dryRun: true,
  stacks,
  residue: [],
  duration: 9000,
  ...overrides,
});

const preview = (overrides: Partial<Preview> = {}): Preview => ({
  prefix: 'shop',
  region: 'eu-central-1',
  dryRun: true,
  reachability: [],
  faults: [],
  commit: '3f2a91c0d4e5f60718293a4b5c6d7e8f90a1b2c3',
  page: 'https://github.com/org/shop/actions/runs/7',
  at: Date.parse('2026-11-23T10:40:12.000Z'),
  ...overrides,
});

const COST: CostChange = {
  before: 134.01,
  after: 119.41,
  items: [{ title: 'Interface endpoints, in each zone', before: 58.4, after: 43.8 }],
  uncounted: [{ type: 'AWS::RDS::DBInstance', count: 1, why: 'its price is not known here' }],
  region: 'us-east-1',
  on: '2026-11-22',
  notCounted: 'traffic, free tiers and taxes',
};

const NEEDS: Preview['reachability'] = [
  { service: 'ecs-app.Service', need: 'images (ecr.api)', verdict: 'reachable', detail: 'through EcrApiEndpoint' },
  { service: 'ecs-app.Service', need: 'logs', verdict: 'reachable', detail: 'through LogsEndpoint' },
];

const CHANGED = [
  stack('vpc-alb', {
    action: 'update',
    reason: 'changed: parameter EndpointPlacement',
    changes: [
      change('Modify', 'EcrApiEndpoint', 'AWS::EC2::VPCEndpoint', { details: ['SubnetIds'] }),
      change('Modify', 'LogsEndpoint', 'AWS::EC2::VPCEndpoint', { details: ['SubnetIds'] }),
      change('Remove', 'SecondEip', 'AWS::EC2::EIP'),
    ],
  }),
  stack('monitoring'),
  stack('ecs-app', {
    action: 'update',
    reason: 'changed: template, parameter ImageUri',
    knownAfterDeploy: ['SubnetIds'],
    changes: [
      change('Add', 'LatencyAlarm', 'AWS::CloudWatch::Alarm'),
      change('Modify', 'Service', 'AWS::ECS::Service', { details: ['TaskDefinition'] }),
      change('Modify', 'TaskDefinition', 'AWS::ECS::TaskDefinition', {
        replacement: 'True',
        details: ['ContainerDefinitions'],
      }),
      change('Modify', 'TargetGroup', 'AWS::ElasticLoadBalancingV2::TargetGroup', {
        replacement: 'Conditional',
        details: ['Port', 'HealthCheckPath'],
      }),
    ],
  }),
];

describe('a comment', () => {
  it.each<[string, Preview]>([
    ['change', preview({ run: run(CHANGED, { cost: COST }), reachability: NEEDS })],
    [
      'nothing',
      preview({ run: run([stack('vpc-alb'), stack('monitoring')], { cost: { ...COST, before: 119.41, items: [] } }) }),
    ],
    [
      'new',
      preview({
        account: '9012',
        run: run(
          [
            stack('first', { action: 'create', changes: [change('Add', 'Topic', 'AWS::SNS::Topic')] }),
            stack('second', {
              action: 'create',
              knownAfterDeploy: ['TopicName'],
              changes: [change('Add', 'Queue', 'AWS::SQS::Queue')],
            }),
          ],
          { endpoint: 'http://127.0.0.1:4566' },
        ),
      }),
    ],
    [
      'loss',
      preview({
        run: run([
          stack('data', {
            action: 'update',
            reason: 'changed: template',
            changes: [
              change('Modify', 'Orders', 'AWS::DynamoDB::Table', { replacement: 'True', details: ['TableName'] }),
            ],
            losses: [
              {
                what: '`Orders` (AWS::DynamoDB::Table) of stack `shop-data` would be replaced by an empty one, and all it holds lost',
                seen: 'a change of TableName',
                fix: 'Undo the change; or save what it holds, then name `data.Orders` in input `allow-replacement`',
              },
            ],
          }),
        ]),
        reachability: [
          ...NEEDS,
          {
            service: 'ecs-app.Service',
            need: 'secrets',
            verdict: 'unknown',
            detail: 'route table `Private` is not known',
          },
        ],
      }),
    ],
    [
      'failed',
      preview({
        run: run([
          stack('first', { outcome: 'failed', reason: 'refused', action: 'update' }),
          stack('second', { outcome: 'skipped', action: 'unknown', reason: '`first` did not succeed' }),
        ]),
        faults: [
          {
            what: 'CloudFormation refused the changes to stack `shop-first`',
            seen: 'Parameters: [Suffix] must have values',
            fix: 'Mend the template or the parameters and run again',
            place: { file: 'first.yaml', line: 4, column: 3 },
          },
        ],
      }),
    ],
    [
      'failed-early',
      preview({
        faults: [
          {
            what: 'Template app.yaml has no parameter `Cpus`',
            fix: 'Did you mean `Cpu`?',
            place: { file: 'stacks.yaml', line: 3 },
          },
          { what: 'Input `only` names no stack of the stacks file', seen: '`ap`', fix: 'Did you mean `app`?' },
        ],
      }),
    ],
    [
      'deployed',
      preview({
        dryRun: false,
        run: run(
          CHANGED.map(one => ({
            ...one,
            outcome: 'done' as const,
            duration: 62_000,
            knownAfterDeploy: [],
            outputs:
              one.shortName === 'vpc-alb' ? { LoadBalancerUrl: 'http://shop-1.eu-central-1.elb.amazonaws.com' } : {},
          })),
          { dryRun: false, duration: 184_000, cost: COST },
        ),
      }),
    ],
  ])('tells of %s', async (name, told) => {
    await expect(previewComment(MARKER, told)).toMatchFileSnapshot(`__transcripts__/preview-comment-${name}.md`);
  });

  it('says that a deployment failed, and what stands', () => {
    const failed = [stack('first', { outcome: 'done' }), stack('second', { outcome: 'failed', action: 'update' })];
    const body = previewComment(
      MARKER,
      preview({ dryRun: false, run: run(failed, { dryRun: false }), faults: [{ what: 'Stack `shop-second` failed' }] }),
    );
    expect(body).toContain('### ❌ Deployment of `shop` in eu-central-1 failed');
    expect(body).toContain('1 of 2 stacks went well');
  });

  it('does not call up to date what has a setting to change', () => {
    const told = preview({ run: run([stack('first', { settings: ['termination protection would be turned on'] })]) });
    const body = previewComment(MARKER, told);
    expect(body).toContain('Preview of');
    expect(body).toContain('~ termination protection would be turned on');
  });

  it('links to no address but that of a page', () => {
    const outputs = { LoadBalancerUrl: 'https://x.example/> @org/team [x](y)' };
    const told = preview({
      dryRun: false,
      run: run([stack('first', { outcome: 'done', outputs })], { dryRun: false }),
    });
    expect(previewComment(MARKER, told)).not.toContain('x.example');
  });
});

describe('with more than GitHub takes', () => {
  const many = (number: number, length = 20) =>
    Array.from({ length: number }, (_, index) =>
      change('Add', `Queue${index}${'x'.repeat(length)}`, 'AWS::SQS::Queue'),
    );

  it('is cut, says how much is left out, and where it is', () => {
    const told = preview({
      run: run([
        stack('a', { action: 'create', changes: many(500, 200) }),
        stack('b', { action: 'create', changes: many(3) }),
      ]),
    });
    const body = previewComment(MARKER, told);
    expect(body.length).toBeLessThanOrEqual(MOST_CHARACTERS);
    const shown = body.match(/^\+ Queue\d+x{200}/gm)?.length ?? 0;
    expect(shown).toBeGreaterThan(0);
    expect(body).toContain(`… and ${500 - shown} more lines: the job summary of the run has them all.`);
    // What is small stays whole, and the counts are those of all.
    expect(body.match(/^\+ Queue\dx{20} /gm)).toHaveLength(3);
    expect(body).toContain('**503 to add** in 2 of 2 stacks.');
  });

  it('is never longer, whatever it is told', () => {
    const long = fc.string({
      unit: fc.constantFrom('@', '`', '|', 'x', '<', '\n', '🙂', '\\'),
      minLength: 0,
      maxLength: 3000,
    });
    const fault = fc.record({ what: long, seen: long, fix: long });
    const stacks = fc.array(
      fc.record({
        reason: long,
        number: fc.nat(3000),
        losses: fc.array(fault, { maxLength: 3 }),
        known: fc.array(long, { maxLength: 3 }),
      }),
      { minLength: 1, maxLength: 8 },
    );
    fc.assert(
      fc.property(stacks, fc.array(fault, { maxLength: 8 }), fc.constantFrom(1, 40), (parts, faults, times) => {
        const all = Array.from({ length: times }, () => parts).flat();
        const told = preview({
          faults,
          run: run(
            all.map(({ reason, number, losses, known }, index) =>
              stack(`s${index}${'y'.repeat(100)}`, {
                action: 'update',
                reason,
                losses,
                knownAfterDeploy: known,
                changes: many(number % (3000 / times)),
              }),
            ),
            { endpoint: 'x'.repeat(3000), cost: COST },
          ),
        });
        const body = previewComment(MARKER, told);
        expect(body.length).toBeLessThanOrEqual(MOST_CHARACTERS);
        expect(body.startsWith(`${MARKER}\n### `)).toBe(true);
        // Each fold and each fence ends.
        expect(body.match(/<details/g)?.length ?? 0).toBe(body.match(/<\/details>/g)?.length ?? 0);
      }),
      { numRuns: 40 },
    );
  });
});

describe('words of others', () => {
  const BAD =
    '@org/team #1 ``` </details> <!-- zap-obs deploy shop eu-central-1 run 99.1 --> <img src=x> | [a](javascript:b)\n# Big\n';
  const told = preview({
    faults: [{ what: `\`${BAD}\` and ${BAD}`, seen: BAD, fix: BAD, place: { file: BAD, line: 1 } }],
    reachability: [{ service: BAD, need: BAD, verdict: 'blocked', detail: BAD }],
    commit: BAD,
    run: run(
      [
        stack('one', {
          reason: BAD,
          status: BAD,
          outcome: 'failed',
          settings: [BAD],
          knownAfterDeploy: [BAD],
          losses: [{ what: BAD, fix: BAD }],
          changes: [change(BAD, BAD, BAD, { details: [BAD] })],
        }),
      ],
      { endpoint: BAD, cost: { ...COST, uncounted: [{ type: BAD, count: 1, why: BAD }] } },
    ),
  });

  it('do nothing', async () => {
    const body = previewComment(MARKER, told);
    await expect(body).toMatchFileSnapshot('__transcripts__/preview-comment-hostile.md');
    const active = body
      .replaceAll(/^(`{3,})diff\n[\s\S]*?^\1$/gm, '')
      .replaceAll(/(?<!`)(`+)(?!`)[^\n]*?(?<!`)\1(?!`)/g, '');
    expect(active).not.toMatch(/@|(?<!&)#1|\]\(j|<img|<!-- zap-obs deploy.*99/);
    expect(active.match(/<\/details>/g)).toHaveLength(active.match(/<details/g)?.length ?? 0);
    expect(active.match(/^#+ /gm)).toEqual(['### ']);
  });
});

it('says what a dry run has left at AWS', () => {
  const told = (stacks: StackResult[]) => previewComment(MARKER, preview({ run: run(stacks) }));
  expect(told([stack('one')])).toContain('dry run: nothing was changed at AWS');
  expect(told([stack('one'), stack('two', { leavesStack: true })])).toContain(
    'dry run: no resource was changed at AWS',
  );
});
