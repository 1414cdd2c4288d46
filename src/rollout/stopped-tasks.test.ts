import { expect, it } from 'vitest';
import { taskOf } from './fixtures.ts';
import { culprit, exitWords, failureKind, isOutOfMemory } from './stopped-tasks.ts';

it.each([
  ['EssentialContainerExited', 'Essential container in task exited', 'exit'],
  ['TaskFailedToStart', 'CannotPullContainerError: ref pull has been retried 1 time(s)', 'no start'],
  ['TaskFailedToStart', 'ResourceInitializationError: unable to pull secrets or registry auth', 'no start'],
  ['ServiceSchedulerInitiated', 'Task failed ELB health checks in (target-group arn:aws:…)', 'health check'],
  ['ServiceSchedulerInitiated', 'Task failed container health checks', 'health check'],
  ['ServiceSchedulerInitiated', 'Scaling activity initiated by (deployment ecs-svc/1)', undefined],
  ['UserInitiated', 'Task stopped by user', undefined],
  ['SpotInterruption', 'Your Spot Task was interrupted.', undefined],
])('%s: %s', (stopCode, stoppedReason, kind) => {
  expect(failureKind(taskOf('a', 1, 2, { stopCode, stoppedReason }))).toBe(kind);
});

const both = [
  { name: 'app', isEssential: true },
  { name: 'collector', isEssential: false },
];

it.each([
  [
    'the one with an error, not the one stopped after it',
    [
      ['proxy', 143],
      ['app', 1],
    ],
    'app',
  ],
  [
    'the essential one, also when another one has failed before',
    [
      ['collector', 1],
      ['app', 0],
    ],
    'app',
  ],
  [
    'one killed by itself, when the other was told to stop along with it',
    [
      ['collector', 143],
      ['app', 137],
    ],
    'app',
  ],
  [
    'the first, where all were stopped',
    [
      ['app', 143],
      ['proxy', 137],
    ],
    'app',
  ],
] as const)('a task stops for %s', (_, containers, name) => {
  const task = taskOf('a', 1, 2, { containers: containers.map(([name, exitCode]) => ({ name, exitCode })) });
  expect(culprit(task, both)?.name).toBe(name);
});

it('a container with a reason of its own is the one', () => {
  const reason = 'OutOfMemoryError: Container killed due to memory usage';
  const task = taskOf('a', 1, 2, {
    containers: [
      { name: 'proxy', exitCode: 1 },
      { name: 'app', exitCode: 137, reason },
    ],
  });
  expect([culprit(task, both)?.name, isOutOfMemory(task)]).toEqual(['app', true]);
});

it('exit codes are explained where they mean something', () => {
  expect([1, 137, 127, undefined].map(exitWords)).toEqual([
    '1',
    '137: killed (SIGKILL), as when memory runs out or the stop timeout is over',
    '127: its command was not found',
    'none',
  ]);
});
