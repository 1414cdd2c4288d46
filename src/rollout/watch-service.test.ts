import { describe, expect, it } from 'vitest';
import type { Deployment, Task } from './ecs.ts';
import { BEGIN, deploymentOf, FORMER, seconds, serviceOf, taskOf } from './fixtures.ts';
import { hasTrouble, lookDelay, ServiceWatch } from './watch-service.ts';

/** The verdicts of looks taken every ten seconds. */
function verdicts(looks: readonly { own?: Partial<Deployment>; stopped?: readonly Task[] }[]): string[] {
  const watch = new ServiceWatch(BEGIN);
  return looks.map(({ own = {}, stopped = [] }, index) => {
    const service = serviceOf([deploymentOf(own), FORMER]);
    const verdict = watch.add({ at: seconds(index * 10), service, stopped });
    return verdict.kind === 'failing' ? verdict.why : verdict.kind;
  });
}

const crash = (id: string, begin: number, end: number) => taskOf(id, begin, end);
const unhealthy = (id: string, begin: number, end: number) =>
  taskOf(id, begin, end, {
    stopCode: 'ServiceSchedulerInitiated',
    stoppedReason: 'Task failed ELB health checks in (target-group arn:aws:elasticloadbalancing:…)',
  });
const unpulled = (id: string, begin: number, end: number) =>
  taskOf(id, begin, end, {
    stopCode: 'TaskFailedToStart',
    stoppedReason: 'CannotPullContainerError: pull image manifest has been retried 1 time(s)',
    containers: [{ name: 'app' }],
  });

describe('a deployment counts as failing', () => {
  it('when a third task has exited, and not before', () => {
    expect(
      verdicts([
        { stopped: [crash('a', 1, 5)] },
        { stopped: [crash('b', 6, 15)] },
        {},
        { stopped: [crash('c', 16, 35)] },
      ]),
    ).toEqual(['going on', 'going on', 'going on', 'exit']);
  });

  it('only when a task has failed that was started after another one had: the first of many may all fail at once', () => {
    const first = [crash('a', 1, 9), crash('b', 1, 9), crash('c', 1, 9), crash('d', 2, 8)];
    expect(verdicts([{ stopped: first }, { stopped: [crash('e', 10, 15)] }])).toEqual(['going on', 'exit']);
  });

  it('at the second task that cannot start, or fails its health checks', () => {
    expect(verdicts([{ stopped: [unpulled('a', 1, 5)] }, { stopped: [unpulled('b', 6, 12)] }])).toEqual([
      'going on',
      'no start',
    ]);
    expect(verdicts([{ stopped: [unhealthy('a', 1, 5)] }, { stopped: [unhealthy('b', 6, 12)] }])).toEqual([
      'going on',
      'health check',
    ]);
  });

  it('and not when one of each kind has failed', () => {
    expect(verdicts([{ stopped: [unpulled('a', 1, 5)] }, { stopped: [unhealthy('b', 6, 12)] }, {}])).not.toContain(
      'health check',
    );
  });
});

it('knows the tasks of a deployment that ECS has taken back before the first look', () => {
  const watch = new ServiceWatch(BEGIN);
  const others = [
    { ...unpulled('z', -9, -5), startedBy: 'ecs-svc/0' },
    { ...unpulled('y', 1, 2), startedBy: FORMER.id },
  ];
  const stopped = [...others, unpulled('a', 1, 2), unpulled('b', 3, 4)];
  expect(watch.add({ at: seconds(10), service: serviceOf([FORMER]), stopped }).kind).toBe('going on');
  expect(watch.failed.map(({ id }) => id)).toEqual(['a', 'b']);
});

describe('a deployment does not count as failing', () => {
  it('for tasks that were told to stop', () => {
    const scaled = (id: string, begin: number) =>
      taskOf(id, begin, begin + 1, {
        stopCode: 'ServiceSchedulerInitiated',
        stoppedReason: 'Scaling activity initiated by (deployment ecs-svc/2)',
      });
    expect(verdicts([{ stopped: [1, 3, 5, 7].map(begin => scaled(String(begin), begin)) }])).toEqual(['going on']);
  });

  it('for tasks of another deployment', () => {
    const old = (id: string, begin: number) => taskOf(id, begin, begin + 1, { startedBy: FORMER.id });
    expect(verdicts([{ stopped: [1, 3, 5, 7].map(begin => old(String(begin), begin)) }])).toEqual(['going on']);
  });

  it('when it came right by itself: failures are forgotten after two minutes in which all tasks run', () => {
    const calm = Array.from({ length: 13 }, () => ({ own: { running: 1 } }));
    const looks = [
      { stopped: [crash('a', 1, 3), crash('b', 4, 6)] },
      ...calm,
      { own: { running: 1 }, stopped: [crash('c', 7, 140)] },
    ];
    expect(verdicts(looks).at(-1)).toBe('going on');
  });

  it('but the forgetting begins anew with each failure: a task that crashes after a minute never comes to rest', () => {
    const minute = Array.from({ length: 6 }, () => ({ own: { running: 1 } }));
    const looks = [1, 2, 3].flatMap(turn => [
      ...minute,
      { own: { running: 0 }, stopped: [crash(String(turn), turn * 70 - 65, turn * 70)] },
    ]);
    expect(verdicts(looks).at(-1)).toBe('exit');
  });
});

it('is steady as soon as ECS calls it completed, and given up when ECS calls it failed', () => {
  expect(verdicts([{}, { own: { running: 1, rolloutState: 'COMPLETED' } }])).toEqual(['going on', 'steady']);
  expect(verdicts([{}, { own: { rolloutState: 'FAILED' } }])).toEqual(['going on', 'given up']);
});

it('waits for the deployment of the operation: the one before it says nothing', () => {
  const watch = new ServiceWatch(BEGIN);
  const before = serviceOf([{ ...FORMER, status: 'PRIMARY' }]);
  expect(watch.add({ at: seconds(1), service: before, stopped: [] })).toEqual({ kind: 'going on' });
  expect(watch.own).toBeUndefined();
});

it("keeps to its deployment when ECS's rollback makes another one", () => {
  const watch = new ServiceWatch(BEGIN);
  const own = deploymentOf({ rolloutState: 'FAILED', status: 'ACTIVE' });
  const back = deploymentOf({ id: 'ecs-svc/3', taskDefinition: FORMER.taskDefinition, createdAt: seconds(60) });
  const verdict = watch.add({ at: seconds(61), service: serviceOf([back, own]), stopped: [] });
  expect(verdict).toMatchObject({ kind: 'given up', deployment: { id: 'ecs-svc/2' } });
});

describe('stopped tasks are asked for', () => {
  const event = (message: string, at = seconds(2)) => ({ id: message, at, message });

  it.each([
    ['when ECS counts failed ones', { failed: 1 }, []],
    ['when ECS has given it up', { rolloutState: 'FAILED' }, []],
    [
      'when more were started than there should be, though ECS counts none',
      { desired: 2 },
      [
        event('(service web) has started 2 tasks: (task a) (task b).'),
        event('(service web) has started 1 tasks: (task c).'),
      ],
    ],
    [
      'when ECS speaks of unhealthy ones',
      {},
      [event('(service web) (port 80) is unhealthy in (target-group x) due to (reason y)')],
    ],
  ])('%s', (_, own, events) => {
    expect(hasTrouble(serviceOf([deploymentOf(own), FORMER], { events }), BEGIN)).toBe(true);
  });

  it.each([
    ['as long as all goes well', {}, [event('(service web) has started 1 tasks: (task a).')]],
    [
      'for what was said of earlier deployments',
      {},
      [event('(service web) is unhealthy in (target-group x)', seconds(-5))],
    ],
  ])('not %s', (_, own, events) => {
    expect(hasTrouble(serviceOf([deploymentOf(own), FORMER], { events }), BEGIN)).toBe(false);
  });

  it('not before the operation has made a deployment', () => {
    expect(hasTrouble(serviceOf([{ ...FORMER, failed: 3 }]), BEGIN)).toBe(false);
  });
});

describe('the pause between looks', () => {
  it('grows to ten seconds', () => {
    expect([0, 3000, 12_000, 600_000].map(elapsed => lookDelay(elapsed, undefined, 0.5))).toEqual([
      500, 1000, 4000, 10_000,
    ]);
  });

  it('is short after a failure, and at most four seconds', () => {
    expect([0, 3000, 60_000].map(since => lookDelay(600_000, since, 0.5))).toEqual([500, 1000, 4000]);
  });

  it('makes about seventy looks of ten minutes', () => {
    let [elapsed, looks] = [0, 0];
    for (; elapsed < 600_000; looks += 1) elapsed += lookDelay(elapsed, undefined, 0.5);
    expect(looks).toBeGreaterThan(55);
    expect(looks).toBeLessThan(75);
  });
});
