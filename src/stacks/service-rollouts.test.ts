import { beforeEach, describe, expect, it } from 'vitest';
import type { Deployment, Services, Task } from '../rollout/ecs.ts';
import { BEGIN, deploymentOf, FORMER, seconds, serviceOf, servicesWith, taskOf, WEB } from '../rollout/fixtures.ts';
import { UserFault } from '../runner/fault.ts';
import { VirtualClock } from '../tooling/virtual-clock.ts';
import type { CloudFormation, StackEvent } from './cloudformation.ts';
import { blankResult, type Engine } from './engine.ts';
import type { PlannedStack } from './plan.ts';
import { ServiceRollouts } from './service-rollouts.ts';
import { parseTemplate } from './template.ts';

const parsed = parseTemplate('Resources:\n  Service: { Type: AWS::ECS::Service }\n', 'one.yaml');
if (!('template' in parsed)) throw new Error('a template of the test is none');
const STACK: PlannedStack = {
  shortName: 'one',
  stackName: 'p-one',
  template: parsed.template,
  parameters: [],
  capabilities: [],
  tags: {},
  needsUpload: false,
};
const CRASHES = [taskOf('a', 1, 2), taskOf('b', 3, 4), taskOf('c', 5, 6)];
const denied = () => Promise.reject(new UserFault({ what: 'The credentials do not allow it' }));

let clock: VirtualClock;
/** The writes to AWS, in order. */
let writes: string[];
let notes: string[];
let stop: AbortController;

beforeEach(() => {
  clock = new VirtualClock();
  writes = [];
  notes = [];
  stop = new AbortController();
});

/** A service whose new tasks crash one after the other. */
function crashing(
  more: Partial<Services> = {},
  own: Partial<Deployment> = { failed: 1 },
  stopped: readonly Task[] = CRASHES,
) {
  return servicesWith({
    service: async () => serviceOf([deploymentOf(own), FORMER]),
    stoppedTasks: async () => stopped.map(({ arn }) => arn),
    tasks: async (_, arns) => stopped.filter(({ arn }) => arns.includes(arn)),
    containers: async () => [],
    targets: async () => [],
    rollBack: async () => {
      writes.push('StopServiceDeployment');
      return true;
    },
    ...more,
  });
}

function rolloutsOf(kind: 'create' | 'update', services: Services, more: Partial<Engine> = {}) {
  const write = (name: string) => async () => {
    writes.push(name);
    return 'told' as const;
  };
  const cloudFormation = { cancelUpdate: write('CancelUpdateStack'), deleteStack: write('DeleteStack') };
  const engine = {
    cloudFormation: cloudFormation as unknown as CloudFormation,
    services,
    clock,
    random: () => 0.5,
    signal: stop.signal,
    observer: {
      began: () => {},
      event: () => {},
      ended: () => {},
      warning: (text: string) => void notes.push(text),
      note: (_: unknown, text: string) => void notes.push(text),
    },
    settings: {},
    mayLose: [],
    upload: () => Promise.reject(new Error('nothing to upload')),
    ...more,
  };
  const result = { ...blankResult(STACK), status: 'UPDATE_ROLLBACK_COMPLETE' };
  return { rollouts: new ServiceRollouts(STACK, { kind, stackId: 'arn:stack', token: 't' }, engine, result), result };
}

function event(status: string, more: Partial<StackEvent> = {}): StackEvent {
  return {
    id: `${status}-${more.logicalId ?? 'Service'}`,
    stackId: 'arn:stack',
    at: BEGIN,
    logicalId: 'Service',
    physicalId: WEB.arn,
    type: 'AWS::ECS::Service',
    status,
    ...more,
  };
}
const own = (status: string) =>
  event(status, { logicalId: 'p-one', physicalId: 'arn:stack', type: 'AWS::CloudFormation::Stack' });
const pass = (ms: number) => clock.until(clock.sleep(ms));

describe('a crash loop', () => {
  it('of an update has it cancelled, once', async () => {
    const { rollouts } = rolloutsOf('update', crashing());
    rollouts.onEvent(event('UPDATE_IN_PROGRESS'));
    rollouts.onEvent(event('UPDATE_IN_PROGRESS', { logicalId: 'Other', physicalId: `${WEB.arn}2` }));
    await pass(60_000);
    await rollouts.stop();
    expect(writes).toEqual(['CancelUpdateStack']);
  });

  it('of an update that shall be kept only has ECS stop: a cancellation would take all back', async () => {
    const { rollouts } = rolloutsOf('update', crashing(), { keepFailed: true });
    rollouts.onEvent(event('UPDATE_IN_PROGRESS'));
    await pass(600_000);
    await rollouts.stop();
    expect(writes).toEqual(['StopServiceDeployment']);
  });

  it('of a creation has ECS stop, and no more where CloudFormation then goes back', async () => {
    const { rollouts } = rolloutsOf('create', crashing());
    rollouts.onEvent(event('CREATE_IN_PROGRESS', { physicalId: '' }));
    rollouts.onEvent(event('CREATE_IN_PROGRESS', { at: seconds(3) }));
    await pass(30_000);
    rollouts.onEvent(event('CREATE_FAILED'));
    rollouts.onEvent(own('ROLLBACK_IN_PROGRESS'));
    await pass(300_000);
    await rollouts.stop();
    expect(writes).toEqual(['StopServiceDeployment']);
  });

  it.each([
    ['does not go back', {}, ['StopServiceDeployment'], ['StopServiceDeployment', 'DeleteStack']],
    ['does not see what ECS has given up meanwhile', { rollBack: async () => false }, [], ['DeleteStack']],
    ['sees nothing, because ECS may not be told', { rollBack: denied }, ['DeleteStack'], ['DeleteStack']],
  ])('of a creation has the stack deleted where CloudFormation %s', async (_, more, soon, later) => {
    const { rollouts } = rolloutsOf('create', crashing(more));
    rollouts.onEvent(event('CREATE_IN_PROGRESS'));
    await pass(30_000);
    expect(writes).toEqual(soon);
    await pass(90_000);
    await rollouts.stop();
    expect(writes).toEqual(later);
  });

  it('of a creation that ECS itself gives up is explained while there still is a service', async () => {
    let isGone = false;
    const service = async () => {
      if (isGone) throw new UserFault({ what: 'Cluster not found' });
      return serviceOf([deploymentOf({ rolloutState: 'IN_PROGRESS' })]);
    };
    const { rollouts, result } = rolloutsOf('create', crashing({ service }));
    rollouts.onEvent(event('CREATE_IN_PROGRESS'));
    rollouts.onEvent(event('CREATE_FAILED', { reason: 'ECS Deployment Circuit Breaker was triggered' }));
    rollouts.onEvent(own('ROLLBACK_IN_PROGRESS'));
    await pass(1000);
    isGone = true;
    await rollouts.stop();
    result.status = 'ROLLBACK_COMPLETE';
    const said = { logicalId: 'Service', type: 'AWS::ECS::Service', status: 'CREATE_FAILED', reason: 'breaker' };
    expect(await rollouts.causes(said)).toMatchObject([{ explanation: 'its new tasks keep stopping' }]);
    expect(result.services).toHaveLength(1);
    expect(notes.join()).not.toContain('Cluster not found');
  });

  it('is explained by what was seen of it, when the service is gone before the last look', async () => {
    let looks = 0;
    const service = async () => {
      looks += 1;
      if (looks > 1) throw new UserFault({ what: 'Cluster not found' });
      return serviceOf([deploymentOf({ failed: 1 })]);
    };
    const { rollouts } = rolloutsOf('create', crashing({ service }, {}, CRASHES.slice(0, 1)));
    rollouts.onEvent(event('CREATE_IN_PROGRESS'));
    await pass(700);
    rollouts.onEvent(event('CREATE_FAILED', { reason: 'ECS Deployment Circuit Breaker was triggered' }));
    rollouts.onEvent(own('ROLLBACK_IN_PROGRESS'));
    await rollouts.stop();
    const said = { logicalId: 'Service', type: 'AWS::ECS::Service', status: 'CREATE_FAILED', reason: 'breaker' };
    expect(await rollouts.causes(said)).toMatchObject([{ explanation: 'its new tasks keep stopping' }]);
  });

  it('is none where a service was merely given up because something else had failed', async () => {
    const { rollouts, result } = rolloutsOf('create', crashing());
    rollouts.onEvent(event('CREATE_IN_PROGRESS'));
    rollouts.onEvent(event('CREATE_FAILED', { reason: 'Resource creation cancelled' }));
    rollouts.onEvent(own('ROLLBACK_IN_PROGRESS'));
    await rollouts.stop();
    const said = { logicalId: 'Role', type: 'AWS::IAM::Role', status: 'CREATE_FAILED', reason: 'no' };
    expect(await rollouts.causes(said)).toEqual([said]);
    expect(result.services ?? []).toEqual([]);
  });

  it('wakes the wait beside, which is attentive from then on', async () => {
    const { rollouts } = rolloutsOf('update', crashing());
    rollouts.onEvent(event('UPDATE_IN_PROGRESS'));
    const begin = clock.now();
    await clock.until(rollouts.clock.sleep(60_000));
    expect(clock.now() - begin).toBeLessThan(10_000);
    const woken = clock.now();
    await clock.until(rollouts.clock.sleep(60_000));
    expect(clock.now() - woken).toBe(3000);
    const over = AbortSignal.abort(new Error('cancelled'));
    await expect(rollouts.clock.sleep(1, over)).rejects.toThrow('cancelled');
    await rollouts.stop();
  });

  it('is what the result says, and not the cancellation that followed', async () => {
    const { rollouts, result } = rolloutsOf('update', crashing());
    rollouts.onEvent(event('UPDATE_IN_PROGRESS'));
    await pass(60_000);
    await rollouts.stop();
    const said = {
      logicalId: 'p-one',
      type: 'AWS::CloudFormation::Stack',
      status: 'UPDATE_ROLLBACK_IN_PROGRESS',
      reason: 'User Initiated',
    };
    const causes = await rollouts.causes(said);
    expect(causes.map(({ logicalId, reason, place }) => [logicalId, reason, place?.line])).toEqual([
      ['Service', 'container app exited with code 1, 3 times', 2],
    ]);
    expect(result.services?.[0]?.tasks.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
  });
});

it('a deployment that ECS gave up, and CloudFormation calls complete all the same, is reported once', async () => {
  const reason = 'ECS deployment circuit breaker: tasks failed to start.';
  const { rollouts, result } = rolloutsOf('update', crashing({}, { rolloutState: 'FAILED', rolloutReason: reason }));
  result.status = 'UPDATE_COMPLETE';
  rollouts.onEvent(event('UPDATE_IN_PROGRESS'));
  await pass(30_000);
  rollouts.onEvent(event('UPDATE_COMPLETE'));
  await rollouts.stop();
  const causes = await clock.until(rollouts.verify());
  expect(causes.map(({ explanation, reason }) => [explanation, reason])).toEqual([
    [
      'CloudFormation says UPDATE_COMPLETE, but ECS has given the deployment up',
      'container app exited with code 1, 3 times',
    ],
  ]);
  expect([writes, result.services?.length]).toEqual([[], 1]);
});

describe('a service is not looked at', () => {
  it.each([
    ['once CloudFormation is done with it', [event('UPDATE_IN_PROGRESS'), event('UPDATE_COMPLETE')]],
    ['while the stack goes back', [own('UPDATE_ROLLBACK_IN_PROGRESS'), event('UPDATE_IN_PROGRESS')]],
    ['before it has an ARN', [event('CREATE_IN_PROGRESS', { physicalId: '' })]],
    ['while it is deleted', [event('DELETE_IN_PROGRESS')]],
  ])('%s', async (_, events) => {
    const { rollouts } = rolloutsOf('update', servicesWith({}));
    for (const each of events) rollouts.onEvent(each);
    await pass(60_000);
    await rollouts.stop();
    expect([writes, notes]).toEqual([[], []]);
  });

  it('when its ARN is of the old form, which is said', async () => {
    const { rollouts } = rolloutsOf('update', servicesWith({}));
    rollouts.onEvent(event('UPDATE_IN_PROGRESS', { physicalId: 'arn:aws:ecs:us-east-1:123456789012:service/web' }));
    await rollouts.stop();
    expect(notes).toEqual(['Service is not looked at: its ARN does not tell the cluster']);
  });
});

it('what may not be looked at is said once for all services, at the wait and at the end', async () => {
  const { rollouts } = rolloutsOf('update', servicesWith({ service: denied }));
  rollouts.onEvent(event('UPDATE_IN_PROGRESS'));
  rollouts.onEvent(event('UPDATE_IN_PROGRESS', { logicalId: 'Other', physicalId: `${WEB.arn}2` }));
  await pass(60_000);
  await rollouts.stop();
  expect(await rollouts.verify()).toEqual([]);
  expect(notes).toEqual([
    "its services could not be looked at, so CloudFormation's word stands alone. The credentials do not allow it.",
  ]);
  expect(writes).toEqual([]);
});

it('a cancelled run looks and writes no more, and says nothing', async () => {
  let looks = 0;
  const services = crashing({
    service: async () => {
      looks += 1;
      return serviceOf([deploymentOf()]);
    },
  });
  const { rollouts } = rolloutsOf('update', services);
  rollouts.onEvent(event('UPDATE_IN_PROGRESS'));
  await pass(5000);
  const before = looks;
  stop.abort(new Error('cancelled'));
  await pass(60_000);
  await rollouts.stop();
  expect(before).toBeGreaterThan(2);
  expect([looks, writes, notes]).toEqual([before, [], []]);
});

it("a replacement's looks are at the new service", async () => {
  const asked = new Set<string>();
  const services = crashing({
    service: async ({ name }) => {
      asked.add(name);
      return serviceOf([deploymentOf()]);
    },
  });
  const { rollouts } = rolloutsOf('update', services);
  rollouts.onEvent(
    event('UPDATE_IN_PROGRESS', { reason: 'Requested update requires the creation of a new physical resource' }),
  );
  rollouts.onEvent(event('UPDATE_IN_PROGRESS', { physicalId: WEB.arn.replace('/web', '/new') }));
  await pass(10_000);
  await rollouts.stop();
  expect([...asked]).toEqual(['new']);
});
