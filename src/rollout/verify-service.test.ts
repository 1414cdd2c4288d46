import { describe, expect, it } from 'vitest';
import { BEGIN, DEFINITION, deploymentOf, FORMER, seconds, serviceOf } from './fixtures.ts';
import { verifyService } from './verify-service.ts';

const expected = { since: BEGIN, own: 'ecs-svc/2', taskDefinitions: [`${DEFINITION}:2`] };
const done = { running: 2, desired: 2, rolloutState: 'COMPLETED' };
const targetGroups = [{ arn: 'arn:tg', container: 'app', port: 80 }];
const healthy = { id: '10.0.0.1:80', state: 'healthy' };
const verify = (
  deployments: Parameters<typeof serviceOf>[0],
  more: Parameters<typeof serviceOf>[1] = {},
  targets = [healthy],
) => verifyService(serviceOf(deployments, { targetGroups, ...more }), targets, expected);

it('is verified when the deployment of the operation is the primary one, completed, running, and answers', () => {
  expect(verify([deploymentOf(done)])).toEqual({
    kind: 'verified',
    words: '2 of 2 tasks run web:2, 1 of 1 targets healthy',
  });
});

it('needs no targets without a load balancer', () => {
  expect(verify([deploymentOf(done)], { targetGroups: [] }, [])).toMatchObject({ kind: 'verified' });
});

it('needs no tasks where none are wanted', () => {
  expect(verify([deploymentOf({ ...done, desired: 0, running: 0 })], {}, [])).toMatchObject({ kind: 'verified' });
});

describe('has failed', () => {
  const back = deploymentOf({
    ...done,
    id: 'ecs-svc/3',
    taskDefinition: FORMER.taskDefinition,
    createdAt: seconds(60),
  });

  it('when ECS has rolled it back and that is completed, though all tasks run', () => {
    const reason = 'ECS deployment circuit breaker: tasks failed to start.';
    const own = deploymentOf({ status: 'ACTIVE', rolloutState: 'FAILED', rolloutReason: reason });
    expect(verify([back, own])).toEqual({ kind: 'failed', what: 'the service was rolled back to web:1', seen: reason });
  });

  it('when the deployment of the operation is gone already', () => {
    expect(verify([back])).toMatchObject({ kind: 'failed', what: 'the service was rolled back to web:1' });
  });

  it('when the deployment was never seen, but a task definition was made that the service does not run', () => {
    const never = { since: seconds(100), taskDefinitions: [`${DEFINITION}:2`] };
    expect(verifyService(serviceOf([back]), [], never)).toMatchObject({
      kind: 'failed',
      seen: 'it runs web:1, not web:2',
    });
  });

  it('when ECS says so', () => {
    const own = deploymentOf({ rolloutState: 'FAILED', rolloutReason: 'tasks failed to start.' });
    expect(verify([own, FORMER])).toMatchObject({ kind: 'failed', seen: 'tasks failed to start.' });
  });

  it('when the service is gone', () => {
    expect(verifyService(undefined, [], expected)).toMatchObject({ kind: 'failed' });
    expect(verify([], { status: 'INACTIVE' })).toMatchObject({ kind: 'failed' });
  });
});

it('has not failed when somebody has forced a newer deployment of the same task definition', () => {
  const forced = deploymentOf({ ...done, id: 'ecs-svc/9', createdAt: seconds(90) });
  expect(verify([forced])).toMatchObject({ kind: 'verified' });
});

describe('is not yet verified', () => {
  it.each([
    ['while tasks are missing', { ...done, running: 1 }, [healthy], '1 of 2 tasks run'],
    ['while no target is registered', done, [], 'no target is registered with its load balancer'],
    [
      'while no target is healthy',
      done,
      [{ id: '10.0.0.1:80', state: 'unhealthy', description: 'Health checks failed with these codes: [500]' }],
      'no target is healthy: 10.0.0.1:80 is unhealthy (Health checks failed with these codes: [500])',
    ],
  ])('%s', (_, own, targets, why) => {
    expect(verify([deploymentOf(own)], {}, targets)).toEqual({ kind: 'not yet', why, isServing: false });
  });

  it('but serves, while ECS watches its alarms', () => {
    expect(verify([deploymentOf({ ...done, rolloutState: 'IN_PROGRESS' })])).toMatchObject({ isServing: true });
  });
});

it('is not judged where another controller deploys', () => {
  expect(verify([], { controller: 'CODE_DEPLOY' })).toMatchObject({ kind: 'not judged' });
});
