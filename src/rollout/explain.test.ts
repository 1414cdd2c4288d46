import { describe, expect, it } from 'vitest';
import type { Task } from './ecs.ts';
import type { Evidence } from './evidence.ts';
import { explainFailure } from './explain.ts';
import { taskOf } from './fixtures.ts';

const definitions = [
  { name: 'app', isEssential: true },
  { name: 'collector', isEssential: false },
];
const evidence = (tasks: readonly Task[], more: Partial<Evidence> = {}): Evidence => ({
  tasks,
  definitions,
  logs: [],
  targets: [],
  says: [],
  notes: [],
  ...more,
});
const log = (...lines: string[]) => [{ container: 'app', group: '/app', stream: 'ecs/app/a', lines }];
const times = (number: number, more: Partial<Task> = {}) =>
  Array.from({ length: number }, (_, index) => taskOf(String(index), index * 10, index * 10 + 5, more));
const explain = (
  found: Evidence,
  parameters: readonly string[] = ['AppPort', 'Memory', 'CpuArchitecture', 'HealthCheckPath'],
) => explainFailure(found, name => parameters.includes(name));

it('names the container, its exit code, how often, and the telling line of its log', () => {
  const { explanation, reason } = explain(evidence(times(3), { logs: log('up', 'Error: no database', 'bye') }));
  expect([explanation, reason]).toEqual([
    'its new tasks keep stopping',
    'container app exited with code 1, 3 times: Error: no database',
  ]);
});

const started = (stoppedReason: string) =>
  times(2, { stopCode: 'TaskFailedToStart', stoppedReason, containers: [{ name: 'app' }] });
const unhealthy = times(2, {
  stopCode: 'ServiceSchedulerInitiated',
  stoppedReason: 'Task failed ELB health checks in (target-group arn:tg)',
});
const due = (reason: string) => ({
  says: [`(service web) (port 8080) is unhealthy in (target-group arn:tg) due to (reason ${reason})`],
});
const exited = (exitCode: number, reason?: string) => times(3, { containers: [{ name: 'app', exitCode, reason }] });

describe('advice', () => {
  it.each([
    [
      'memory',
      evidence(exited(137, 'OutOfMemoryError: Container killed due to memory usage')),
      /more memory by parameter `Memory`/,
    ],
    ['memory, where only the code tells', evidence(exited(137)), /more memory/],
    [
      'architecture, as the container says',
      evidence(exited(255), { logs: log('exec /bin/node: exec format error') }),
      /`CpuArchitecture`/,
    ],
    [
      'architecture, as the registry says',
      evidence(
        started("CannotPullContainerError: image Manifest does not contain descriptor matching platform 'linux/arm64'"),
      ),
      /`CpuArchitecture`/,
    ],
    ['image', evidence(started('CannotPullContainerError: manifest unknown')), /image of this digest exists/],
    [
      'network',
      evidence(started('CannotPullContainerError: dial tcp 1.2.3.4:443: i/o timeout')),
      /subnets of the tasks reach/,
    ],
    ['secret', evidence(started('ResourceInitializationError: AccessDenied for secret arn:x')), /secret exists/],
    [
      'path, which answers with an error',
      evidence(unhealthy, due('Health checks failed with these codes: [500]')),
      /`HealthCheckPath` name a path/,
    ],
    [
      'path, which is not there',
      evidence(unhealthy, due('Health checks failed with these codes: [404]')),
      /mend the path in parameter `HealthCheckPath`/,
    ],
    ['port', evidence(unhealthy, due('Health checks failed')), /`AppPort`/],
    ['port, with a timeout', evidence(unhealthy, due('Request timed out')), /`AppPort`/],
    ['command', evidence(exited(127)), /entry point/],
    ['an end without an error', evidence(exited(0)), /foreground/],
  ])('for %s', (_, found, advice) => {
    expect(explain(found).advice).toMatch(advice);
  });

  it('points to no parameter that the template does not have', () => {
    expect(explain(evidence(exited(137)), []).advice).toBe('Give the task more memory, or find what uses it up');
  });
});

it('says why targets are not healthy, in the words of ECS or of the load balancer', () => {
  const targets = [{ id: '10.0.0.1:80', state: 'unhealthy', description: 'Request timed out' }];
  expect(explain(evidence(unhealthy, due('Health checks failed with these codes: [500]'))).reason).toBe(
    'Task failed ELB health checks in (target-group arn:tg) (Health checks failed with these codes: [500])',
  );
  expect(explain(evidence(unhealthy, { targets })).reason).toMatch(/\(Request timed out\)$/);
});

it('has no reason but what ECS says, where no task has failed', () => {
  const found = explainFailure(evidence([]), () => false, 'ECS deployment failed: alarm detected.');
  expect([found.explanation, found.reason]).toEqual([
    'its deployment failed',
    'ECS deployment failed: alarm detected.',
  ]);
});
