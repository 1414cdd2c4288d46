import { describe, expect, test } from 'vitest';
import { readEvent } from '../src/services/ecs/container-events.ts';
import { breakerThreshold, decide, type TargetVerdict } from '../src/services/ecs/decide.ts';
import type { Deployment, EcsService, Task } from '../src/services/ecs/state.ts';
import { readTaskDefinition } from '../src/services/ecs/task-definition.ts';
import { taskFile } from '../src/services/ecs/task-file.ts';

const ARN = 'arn:aws:ecs:us-east-1:000000000000:task-definition/shop:7';

describe('the compose file of a task', () => {
  const fileOf = (...ContainerDefinitions: object[]) =>
    taskFile(readTaskDefinition(ARN, { ContainerDefinitions }), {
      namespace: { image: 'relay' },
      environment: name => ({ AWS_REGION: 'us-east-1', WHO: name }),
    }).services;

  test('its containers share one network namespace, whose owner is there before them', () => {
    const { task, app, collector } = fileOf({ Name: 'app', Image: 'a' }, { Name: 'collector', Image: 'b' });
    expect(task).toEqual({ image: 'relay' });
    for (const container of [app, collector])
      expect(container).toMatchObject({
        network_mode: 'service:task',
        depends_on: { task: { condition: 'service_healthy' } },
        pull_policy: 'never',
      });
  });

  test.each([
    ['START', 'service_started'],
    ['HEALTHY', 'service_healthy'],
    ['COMPLETE', 'service_completed_successfully'],
    ['SUCCESS', 'service_completed_successfully'],
  ])('it waits for %s of another container', (Condition, condition) => {
    const { app } = fileOf(
      { Name: 'app', Image: 'a', DependsOn: [{ ContainerName: 'db', Condition }] },
      { Name: 'db', Image: 'b' },
    );
    expect(app?.depends_on).toEqual({ task: { condition: 'service_healthy' }, db: { condition } });
  });

  test('health is looked at each second with the same patience, and the check of the image counts for nothing', () => {
    const HealthCheck = {
      Command: ['CMD-SHELL', 'test $READY'],
      Interval: 10,
      Timeout: 5,
      Retries: 3,
      StartPeriod: 15,
    };
    const { app, other } = fileOf({ Name: 'app', Image: 'a', HealthCheck }, { Name: 'other', Image: 'b' });
    expect(app?.healthcheck).toEqual({
      test: ['CMD-SHELL', 'test $$READY'],
      interval: '1s',
      timeout: '5s',
      retries: 30,
      start_period: '15s',
    });
    expect(other?.healthcheck).toEqual({ disable: true });
  });

  test('dollar signs stay dollar signs, and what the definition says of the environment counts most', () => {
    const { app } = fileOf({
      Name: 'app',
      Image: 'a',
      EntryPoint: ['sh', '-c'],
      Command: ['echo ${HOME} $$'],
      Environment: [
        { Name: 'CONFIG', Value: '${env:AWS_REGION}' },
        { Name: 'AWS_REGION', Value: 'eu-west-1' },
      ],
    });
    expect(app).toMatchObject({ entrypoint: ['sh', '-c'], command: ['echo $${HOME} $$$$'] });
    expect(app?.environment).toEqual({ CONFIG: '$${env:AWS_REGION}', AWS_REGION: 'eu-west-1', WHO: 'app' });
  });

  test('what limits a container on Fargate limits it here', () => {
    const { app } = fileOf({
      Name: 'app',
      Image: 'a',
      User: '10001:10001',
      Cpu: 192,
      Memory: 256,
      ReadonlyRootFilesystem: true,
      StopTimeout: 45,
      Privileged: true,
      LinuxParameters: { InitProcessEnabled: true, Capabilities: { Drop: ['ALL'] } },
      Ulimits: [{ Name: 'nofile', SoftLimit: 1024, HardLimit: 2048 }],
    });
    expect(app).toMatchObject({
      user: '10001:10001',
      cpu_shares: 192,
      mem_limit: '256m',
      read_only: true,
      stop_grace_period: '45s',
      init: true,
      cap_drop: ['ALL'],
      ulimits: { nofile: { soft: 1024, hard: 2048 } },
    });
    expect(app).not.toHaveProperty('privileged');
  });
});

describe('a task definition', () => {
  test('what is not said is as ECS has it', () => {
    const { containers, ...rest } = readTaskDefinition(ARN, { ContainerDefinitions: [{ Name: 'app', Image: 'a' }] });
    expect(rest).toMatchObject({ family: 'shop', revision: 7, architecture: 'X86_64' });
    expect(containers[0]).toMatchObject({ essential: true, readOnly: false, init: false, stopTimeout: 30, ports: [] });
    expect(containers[0]).not.toHaveProperty('restartAfter');
  });

  test('what cannot be had here is told apart', () => {
    const [container] = readTaskDefinition(ARN, {
      ContainerDefinitions: [{ Name: 'app', Image: 'a', Secrets: [{ Name: 'KEY', ValueFrom: 'arn' }] }],
    }).containers;
    expect(container?.ignored).toEqual(['Secrets']);
  });
});

describe('what Docker tells of containers', () => {
  const told = (Action: string, attributes: object = {}) =>
    readEvent(
      JSON.stringify({
        Action,
        Actor: {
          ID: 'abc',
          Attributes: { 'com.docker.compose.project': 'p', 'com.docker.compose.service': 'app', ...attributes },
        },
        timeNano: 1_700_000_000_123_456_800,
      }),
    );

  test('an end has its exit code, and its time as finely as a number can say it', () => {
    expect(told('die', { exitCode: '137' })).toEqual({
      id: 'abc',
      project: 'p',
      service: 'app',
      what: 'die',
      exitCode: 137,
      at: '1700000000.123456800',
    });
  });

  test('what does not matter is left out', () => {
    expect(told('exec_start: /healthcheck')).toBeUndefined();
    expect(told('start', { 'com.docker.compose.service': undefined })).toBeUndefined();
    expect(told('health_status: unhealthy')?.what).toBe('unhealthy');
  });
});

describe('the next steps for a service', () => {
  const deployment = (id: string, more: Partial<Deployment> = {}): Deployment => ({
    id,
    status: 'PRIMARY',
    taskDefinitionArn: `td/${id}`,
    rolloutState: 'IN_PROGRESS',
    rolloutStateReason: '',
    failedTasks: 0,
    failuresInARow: 0,
    createdAt: 0,
    updatedAt: 0,
    ...more,
  });
  const task = (id: string, deploymentId: string, more: Partial<Task> = {}): Task => ({
    id,
    arn: id,
    taskDefinitionArn: '',
    deploymentId,
    status: 'RUNNING',
    desiredStatus: 'RUNNING',
    containers: [],
    ip: '',
    createdAt: 0,
    wasHealthy: false,
    ...more,
  });
  const service = (more: Partial<EcsService>): EcsService => ({
    arn: '',
    name: 'shop',
    cluster: 'c',
    region: 'r',
    settings: {
      taskDefinitionArn: '',
      breaker: { enabled: true, rollback: true },
      healthCheckGracePeriod: 0,
      targets: [],
    },
    desiredCount: 1,
    status: 'ACTIVE',
    deployments: [deployment('new'), deployment('old', { status: 'ACTIVE', rolloutState: 'COMPLETED' })],
    tasks: [],
    events: [],
    createdAt: 0,
    isSimulated: false,
    ...more,
  });
  const steps = (of: EcsService, verdict: (task: Task) => TargetVerdict = () => 'healthy', hasGrace = false) =>
    decide(of, verdict, () => hasGrace).map(step =>
      'task' in step ? `${step.do} ${step.task.id}` : `${step.do} ${step.deployment.id}`,
    );

  test('the new tasks start beside the former, which go only when all of those are healthy', () => {
    const former = task('a', 'old');
    expect(steps(service({ tasks: [former], desiredCount: 2 }))).toEqual(['start new', 'start new']);
    const both = [former, task('b', 'new')];
    expect(steps(service({ tasks: both }), ({ id }) => (id === 'b' ? 'waiting' : 'healthy'))).toEqual([]);
    expect(steps(service({ tasks: both }))).toEqual(['stop a']);
  });

  test('it is complete when the last former task is gone, not before', () => {
    const stopping = task('a', 'old', { desiredStatus: 'STOPPED', status: 'STOPPING' });
    const fresh = task('b', 'new');
    expect(steps(service({ tasks: [stopping, fresh] }))).toEqual([]);
    expect(steps(service({ tasks: [{ ...stopping, status: 'STOPPED' }, fresh] }))).toEqual(['complete new']);
  });

  test('a task with bad targets goes when its grace is over', () => {
    const ill = service({ tasks: [task('a', 'new')] });
    expect(steps(ill, () => 'unhealthy', true)).toEqual([]);
    expect(steps(ill, () => 'unhealthy')).toEqual(['stop a']);
  });

  test('the circuit breaker counts to its threshold, where it is there at all', () => {
    const failed = (failuresInARow: number, enabled = true) =>
      service({
        deployments: [deployment('new', { failuresInARow })],
        settings: { ...service({}).settings, breaker: { enabled, rollback: true } },
      });
    expect(steps(failed(2))).toEqual(['start new']);
    expect(steps(failed(3))).toEqual(['fail new']);
    expect(steps(failed(50, false))).toEqual(['start new']);
    expect([1, 6, 7, 1000].map(breakerThreshold)).toEqual([3, 3, 4, 200]);
  });

  test('fewer tasks are wanted: the surplus goes; none: all do; a service that is deleted keeps none', () => {
    const tasks = [task('a', 'new'), task('b', 'new')];
    const done = [deployment('new', { rolloutState: 'COMPLETED' })];
    expect(steps(service({ tasks, deployments: done }))).toEqual(['stop b']);
    expect(steps(service({ tasks, deployments: done, desiredCount: 0 }))).toEqual(['stop a', 'stop b']);
    expect(steps(service({ tasks, status: 'DRAINING' }))).toEqual(['stop a', 'stop b']);
  });
});
