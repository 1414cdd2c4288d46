import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type FaultHandle,
  type FaultName,
  faults,
  type Injection,
  SERVICE_FAULTS,
  type ServiceFaultName,
  type StackInfo,
} from '@zap-obs/local-aws';
import { beforeAll, describe, expect, it } from 'vitest';
import { action as deploy } from '../actions/deploy/run.ts';
import { action as teardown } from '../actions/teardown/run.ts';
import { Cancelled } from '../runner/cancellation.ts';
import { type ScenarioRun, scenarios } from './scenario.ts';

// Every fault that the local AWS can have, and what becomes of a run under it. All of them at once: each has stacks of its own.
const scenario = scenarios();

const FILES = {
  'stacks.yaml': 'stacks:\n  one: { template: one.yaml }\n  two: { template: two.yaml }\n',
  'one.yaml': `Parameters: { Version: { Type: String, Default: a } }
Resources:
  Topic: { Type: AWS::SNS::Topic, Properties: { DisplayName: !Ref Version } }
  Group: { Type: AWS::EC2::SecurityGroup, Properties: { GroupDescription: a group } }
  Logs: { Type: AWS::Logs::LogGroup, Properties: { LogGroupName: !Sub "/\${AWS::StackName}" } }
Outputs:
  TopicName: { Value: !GetAtt Topic.TopicName }
  Shown: { Value: !Ref Version }
`,
  'two.yaml': `Parameters: { TopicName: { Type: String }, Shown: { Type: String } }
Resources:
  Queue: { Type: AWS::SQS::Queue, Properties: { Tags: [{ Key: shown, Value: !Sub "\${TopicName} \${Shown}" }] } }
Outputs:
  QueueName: { Value: !GetAtt Queue.QueueName }
`,
};

beforeAll(() => {
  for (const [name, content] of Object.entries(FILES)) writeFileSync(join(scenario.workspace, name), content);
});

/** What happens under a fault, and how that ends. */
interface Scenario {
  /** `create` and `update` deploy, `delete` tears down. */
  when: 'create' | 'update' | 'delete';
  faults: readonly Injection[];
  /** Words of the one error; `well` when the fault passes without one. */
  ends: 'well' | RegExp;
  /** Cancels the run so many milliseconds after it began. */
  cancelAfter?: number;
  /** What the log has to show. */
  shows?: RegExp;
}

const passing = (when: Scenario['when'], ...injections: Injection[]): Scenario => ({
  when,
  faults: injections,
  ends: 'well',
});
const failing = (when: Scenario['when'], ends: RegExp, ...injections: Injection[]): Scenario => ({
  when,
  faults: injections,
  ends,
});

/** A fault that strikes any call, so often that each kind of call is met. */
const everywhere = (injection: Injection): Scenario[] => [
  passing('create', { ...injection, probability: 0.2, seed: 1, times: 8 }),
  passing('update', { ...injection, probability: 0.2, seed: 2, times: 8 }),
  passing('delete', { ...injection, probability: 0.2, seed: 3, times: 8 }),
];

/** Others do not meet a deployment by themselves. */
type StackFaultName = Exclude<FaultName, ServiceFaultName>;

const SCENARIOS: Readonly<Record<StackFaultName, readonly Scenario[]>> = {
  throttled: everywhere({ fault: 'throttled' }),
  'service-error': [...everywhere({ fault: 'service-error' }), ...everywhere({ fault: 'service-error', status: 503 })],
  'access-denied': [
    failing('create', /do not allow `cloudformation:CreateChangeSet`/, {
      fault: 'access-denied',
      action: 'CreateChangeSet',
    }),
    failing('update', /do not allow `cloudformation:ExecuteChangeSet`/, {
      fault: 'access-denied',
      action: 'ExecuteChangeSet',
    }),
    failing('update', /do not allow `cloudformation:DescribeStackEvents`/, {
      fault: 'access-denied',
      action: 'DescribeStackEvents',
    }),
    failing('delete', /do not allow `cloudformation:DeleteStack`/, { fault: 'access-denied', action: 'DeleteStack' }),
  ],
  'expired-credentials': [
    failing('create', /credentials have expired/, { fault: 'expired-credentials' }),
    failing('create', /credentials have expired/, { fault: 'expired-credentials', after: 6 }),
    failing('delete', /credentials have expired/, { fault: 'expired-credentials', after: 6 }),
  ],
  'unknown-credentials': [failing('create', /does not accept the credentials/, { fault: 'unknown-credentials' })],
  'quota-exceeded': [failing('create', /Limit for stacks|ChangeSet limit exceeded/, { fault: 'quota-exceeded' })],
  'execution-refused': [
    passing('update', { fault: 'execution-refused' }),
    failing('update', /execution status of \[OBSOLETE\]/, { fault: 'execution-refused', times: 99 }),
  ],
  'clock-skew': [
    passing('create', { fault: 'clock-skew' }),
    passing('update', { fault: 'clock-skew', seconds: -3600 }),
    passing('delete', { fault: 'clock-skew' }),
  ],
  'connection-reset': everywhere({ fault: 'connection-reset' }),
  'answer-lost': everywhere({ fault: 'answer-lost' }),
  'slow-answer': everywhere({ fault: 'slow-answer', seconds: 0.2 }),
  hanging: [
    ...['DescribeStacks', 'CreateChangeSet', 'DescribeChangeSet', 'ExecuteChangeSet', 'DescribeStackEvents'].map(
      (action): Scenario => ({
        ...failing('update', /cancelled/, { fault: 'hanging', action, times: 99 }),
        cancelAfter: 1500,
      }),
    ),
    { ...failing('delete', /cancelled/, { fault: 'hanging', action: 'DeleteStack', times: 99 }), cancelAfter: 1500 },
  ],
  'half-answer': everywhere({ fault: 'half-answer' }),
  'html-answer': [...everywhere({ fault: 'html-answer' }), ...everywhere({ fault: 'html-answer', status: 200 })],
  'stale-read': [
    passing('create', { fault: 'stale-read', after: 2 }),
    passing('update', { fault: 'stale-read' }),
    passing('update', { fault: 'stale-read', after: 2 }),
    passing('delete', { fault: 'stale-read' }),
  ],
  'lost-event-page': [
    passing('create', { fault: 'lost-event-page', times: 3 }),
    passing('update', { fault: 'lost-event-page', times: 3 }),
    passing('delete', { fault: 'lost-event-page', times: 3 }),
  ],
  'repeated-event-page': [
    passing('create', { fault: 'repeated-event-page', times: 99 }),
    passing('update', { fault: 'repeated-event-page', times: 99 }),
    passing('delete', { fault: 'repeated-event-page', times: 99 }),
  ],
  'late-events': [
    passing('create', { fault: 'late-events' }),
    passing('update', { fault: 'late-events' }),
    passing('delete', { fault: 'late-events' }),
    failing('update', /UPDATE_ROLLBACK_COMPLETE/, { fault: 'late-events' }, { fault: 'resource-fails' }),
  ],
  'disordered-events': [
    passing('create', { fault: 'disordered-events' }),
    passing('update', { fault: 'disordered-events' }),
    passing('delete', { fault: 'disordered-events' }),
    failing(
      'update',
      /because of `Topic`/,
      { fault: 'disordered-events' },
      { fault: 'resource-fails', resource: 'Topic' },
    ),
  ],
  'foreign-creation': [passing('create', { fault: 'foreign-creation', stack: 'one' })],
  'foreign-update': [
    passing('update', { fault: 'foreign-update', stack: 'one' }),
    passing('update', { fault: 'foreign-update', action: 'ExecuteChangeSet', stack: 'one' }),
    passing('delete', { fault: 'foreign-update', action: 'DeleteStack' }),
  ],
  'foreign-cancellation': [
    failing(
      'update',
      /UPDATE_ROLLBACK_COMPLETE/,
      { fault: 'resource-hangs', seconds: 30, stack: 'one' },
      { fault: 'foreign-cancellation', stack: 'one' },
    ),
  ],
  'foreign-deletion': [
    passing('create', { fault: 'foreign-deletion', stack: 'one' }),
    passing('update', { fault: 'foreign-deletion', stack: 'one' }),
    failing('update', /somebody else has deleted it/, {
      fault: 'foreign-deletion',
      action: 'DescribeStackEvents',
      stack: 'one',
      after: 1,
    }),
    passing('delete', { fault: 'foreign-deletion', action: 'DeleteStack' }),
  ],
  'change-set-vanishes': [
    passing('create', { fault: 'change-set-vanishes' }),
    passing('update', { fault: 'change-set-vanishes', action: 'ExecuteChangeSet' }),
  ],
  'change-set-fails': [
    failing('create', /AWS::EarlyValidation::/, { fault: 'change-set-fails' }),
    failing('update', /AWS::EarlyValidation::/, { fault: 'change-set-fails' }),
  ],
  'validation-warns': [
    { ...passing('update', { fault: 'validation-warns', reason: 'look twice' }), shows: /look twice/ },
  ],
  'resource-fails': [
    failing('create', /because of `Topic`.*no more topics/, {
      fault: 'resource-fails',
      resource: 'Topic',
      reason: 'no more topics',
    }),
    failing('update', /because of `Topic`.*no more topics/, {
      fault: 'resource-fails',
      resource: 'Topic',
      reason: 'no more topics',
    }),
  ],
  'resource-hangs': (['create', 'update', 'delete'] as const).map(when => ({
    ...failing(when, /cancelled/, { fault: 'resource-hangs', resource: 'Topic', seconds: 5 }),
    cancelAfter: 1500,
  })),
  'rollback-fails': [
    failing('update', /UPDATE_ROLLBACK_FAILED/, { fault: 'resource-fails' }, { fault: 'rollback-fails' }),
  ],
  'deletion-fails': [
    failing('create', /ROLLBACK_FAILED/, { fault: 'resource-fails', resource: 'Topic' }, { fault: 'deletion-fails' }),
    failing('delete', /it was told to fail/, { fault: 'deletion-fails', resource: 'Topic', times: 99 }),
  ],
  'resource-in-use': [passing('delete', { fault: 'resource-in-use' })],
  'log-group-reappears': [passing('delete', { fault: 'log-group-reappears' })],
};

it('every fault that there is has a scenario', () => {
  expect(Object.keys({ ...SCENARIOS, ...SERVICE_FAULTS }).sort()).toEqual(Object.keys(faults).sort());
  for (const [fault, list] of Object.entries(SCENARIOS)) {
    expect(list.flatMap(({ faults: injections }) => injections.map(({ fault }) => fault))).toContain(fault);
  }
});

const cases = Object.entries(SCENARIOS).flatMap(([fault, list]) =>
  list.map((one, index) => ({ title: `${fault} ${index + 1}: ${one.when}`, prefix: `${fault}-${index + 1}`, one })),
);

const own = (prefix: string, more: Record<string, string> = {}) => ({
  'stack-prefix': prefix,
  'stacks-file': 'stacks.yaml',
  ...more,
});
const deployed = (prefix: string, version: string, more: Record<string, string> = {}, signal?: AbortSignal) =>
  scenario.run(deploy, own(prefix, { parameters: `Version: ${version}`, ...more }), {}, signal);
const torndown = (prefix: string, signal?: AbortSignal) =>
  scenario.run(teardown, own(prefix, { confirm: prefix }), {}, signal);

/** Switches faults on for the stacks of a prefix only; `stack` of an injection is a short name there. */
function inject(prefix: string, injections: readonly Injection[]): FaultHandle[] {
  return injections.map(injection =>
    scenario.aws.faults.inject({ ...injection, stack: `${prefix}-${injection.stack ?? '*'}` }),
  );
}

/** The stacks of a prefix that are not deleted, by short name. */
function stacksOf(prefix: string): Record<string, StackInfo> {
  const living = scenario.aws
    .stacks()
    .filter(
      ({ name, status }) =>
        /^(one|two)$/.test(name.slice(prefix.length + 1)) &&
        name.startsWith(`${prefix}-`) &&
        status !== 'DELETE_COMPLETE',
    );
  return Object.fromEntries(living.map(stack => [stack.name.slice(prefix.length + 1), stack]));
}

async function atRest(prefix: string): Promise<void> {
  while (
    Object.values(stacksOf(prefix)).some(
      ({ status }) => status.endsWith('_IN_PROGRESS') && status !== 'REVIEW_IN_PROGRESS',
    )
  )
    await sleep(20);
}

const errors = ({ host }: ScenarioRun) => host.log.filter(line => line.startsWith('[error'));
/** Names of the calls about stacks of a prefix that are no reads; the whole account is busy with other scenarios. */
const writesOf = (prefix: string, from: number) =>
  scenario.aws.calls
    .slice(from)
    .filter(
      ({ stack, action, status }) =>
        stack?.startsWith(`${prefix}-`) && status === 200 && !/^(Describe|Get|List)/.test(action),
    )
    .map(({ action }) => action);

/** Nothing half-done is left, unless the run has said so by name because it could not take it away. */
function expectTidy({ host }: ScenarioRun, prefix: string): void {
  const log = host.log.join('\n');
  for (const { name, status, changeSets } of Object.values(stacksOf(prefix))) {
    const untold = changeSets.filter(changeSet => !log.includes(`Change set ${changeSet} of ${name} may be left`));
    expect([name, untold, changeSets.length > 0 || status !== 'REVIEW_IN_PROGRESS']).toEqual([name, [], true]);
  }
}

/** A run that says that all is well is right about it. */
function expectTruth({ code, host }: ScenarioRun, prefix: string): void {
  const stacks = stacksOf(prefix);
  if (code !== 0) return;
  expect(JSON.parse(host.outputs.outputs ?? '')).toEqual(
    Object.fromEntries(Object.entries(stacks).map(([name, { outputs }]) => [name, outputs])),
  );
  for (const { status } of Object.values(stacks)) expect(status).toMatch(/^(CREATE|UPDATE)_COMPLETE$/);
}

describe.concurrent('under a fault, a run ends truthfully, and a new one converges', () => {
  it.for(cases)('$title', { timeout: 120_000 }, async ({ prefix, one }) => {
    if (one.when !== 'create') expect((await deployed(prefix, 'a')).code).toBe(0);
    const switched = inject(prefix, one.faults);
    const signal = one.cancelAfter === undefined ? undefined : cancelledAfter(one.cancelAfter);
    const run = await (one.when === 'delete' ? torndown(prefix, signal) : deployed(prefix, 'b', {}, signal));
    expect(switched.map(({ struck }) => struck > 0)).toEqual(switched.map(() => true));
    for (const fault of switched) fault.remove();

    if (one.ends === 'well') expect([run.code, errors(run)]).toEqual([0, []]);
    else {
      expect(run.code).not.toBe(0);
      expect(errors(run).join('\n')).toMatch(one.ends);
    }
    if (one.shows) expect(run.host.log.join('\n')).toMatch(one.shows);
    if (one.when !== 'delete') expectTruth(run, prefix);
    await atRest(prefix);
    expectTidy(run, prefix);

    if (one.when === 'delete') {
      const again = await torndown(prefix);
      expect([again.code, errors(again), Object.keys(stacksOf(prefix))]).toEqual([0, [], []]);
    } else {
      const again = await deployed(prefix, 'c');
      expect([again.code, errors(again)]).toEqual([0, []]);
      expect(stacksOf(prefix).one?.outputs.Shown).toBe('c');
      expectTruth(again, prefix);
    }
  });
});

describe.concurrent('under a fault', () => {
  const wished = Object.keys(SCENARIOS) as StackFaultName[];

  it.for(wished)('%s: a run with nothing to do writes nothing, however it ends', { timeout: 120_000 }, async fault => {
    const prefix = `noop-${fault}`;
    expect((await deployed(prefix, 'a')).code).toBe(0);
    const before = scenario.aws.calls.length;
    const switched = inject(prefix, [{ fault, seconds: 0.2, times: 3 }]);
    await deployed(prefix, 'a', {}, cancelledAfter(5000));
    for (const one of switched) one.remove();
    expect(writesOf(prefix, before)).toEqual([]);
  });

  it.for(wished)('%s: a dry run changes nothing, and leaves nothing', { timeout: 120_000 }, async fault => {
    const prefix = `dry-${fault}`;
    expect((await deployed(prefix, 'a')).code).toBe(0);
    const state = JSON.stringify(stacksOf(prefix));
    const before = scenario.aws.calls.length;
    // What other people do is theirs; here it would hide what the run does.
    const switched = inject(prefix, [
      { fault, seconds: 0.2, times: 3, ...(fault.startsWith('foreign-') && { after: 999 }) },
    ]);
    await deployed(prefix, 'b', { 'dry-run': 'true' }, cancelledAfter(5000));
    for (const one of switched) one.remove();
    const lasting = writesOf(prefix, before).filter(
      action => !/ChangeSet$/.test(action) || action === 'ExecuteChangeSet',
    );
    expect([lasting, JSON.stringify(stacksOf(prefix))]).toEqual([[], state]);
  });
});

function cancelledAfter(milliseconds: number): AbortSignal {
  const controller = new AbortController();
  setTimeout(() => controller.abort(new Cancelled('SIGINT')), milliseconds).unref();
  return controller.signal;
}
