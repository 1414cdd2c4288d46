import { describe, expect, it } from 'vitest';
import { TransientError } from '../aws/transient-error.ts';
import { UserFault } from '../runner/fault.ts';
import { VirtualClock } from '../tooling/virtual-clock.ts';
import type { Deployment, Service, Task } from './ecs.ts';
import { BEGIN, deploymentOf, FORMER, seconds, serviceOf, servicesWith, taskOf, WEB } from './fixtures.ts';
import { FollowedService, followService, settledService } from './follow-service.ts';

/** What a service is as time goes by, and what asking costs. */
function scene(at: (second: number) => { own?: Partial<Deployment>; stopped?: readonly Task[]; fails?: Error }) {
  const clock = new VirtualClock();
  const begin = clock.now();
  const calls: string[] = [];
  const now = () => at((clock.now() - begin) / 1000);
  const services = servicesWith({
    service: async () => {
      calls.push('DescribeServices');
      const { own = {}, fails } = now();
      if (fails) throw fails;
      return serviceOf([deploymentOf(own), FORMER]);
    },
    stoppedTasks: async () => {
      calls.push('ListTasks');
      return (now().stopped ?? []).map(({ arn }) => arn);
    },
    tasks: async (_, arns) => {
      if (arns.length > 0) calls.push(`DescribeTasks ${arns.length}`);
      return (now().stopped ?? []).filter(({ arn }) => arns.includes(arn));
    },
    targets: async () => [],
  });
  const stop = new AbortController();
  const followed = new FollowedService('Service', WEB, BEGIN);
  const options = { clock, signal: stop.signal, random: () => 0.5 };
  const elapsed = () => (clock.now() - begin) / 1000;
  return { clock, calls, services, followed, options, stop, elapsed };
}

const passing = new TransientError({ what: 'no answer' });
const denied = new UserFault({ what: 'The credentials do not allow `ecs:DescribeServices`' });

describe('following', () => {
  it('a rollout of five minutes that goes well costs one call a look', async () => {
    const { clock, calls, services, followed, options, elapsed } = scene(second => ({
      own: second < 300 ? {} : { running: 1, rolloutState: 'COMPLETED' },
    }));
    const found = await clock.until(followService(followed, services, options));
    expect([found.kind, new Set(calls)]).toEqual(['steady', new Set(['DescribeServices'])]);
    expect(calls.length).toBeLessThan(45);
    expect(elapsed()).toBeLessThan(311);
  });

  it('sees a crash loop soon after the task that makes it one, and describes each task once', async () => {
    const crashes = [taskOf('a', 5, 20), taskOf('b', 25, 60), taskOf('c', 65, 100)];
    const { clock, calls, services, followed, options, elapsed } = scene(second => {
      const stopped = crashes.filter(({ stoppingAt = 0 }) => stoppingAt <= seconds(second));
      return { own: { failed: stopped.length }, stopped };
    });
    const found = await clock.until(followService(followed, services, options));
    expect(found).toMatchObject({ kind: 'failing', why: 'exit' });
    expect(elapsed()).toBeLessThan(106);
    expect(calls.filter(call => call.startsWith('DescribeTasks'))).toEqual(Array(3).fill('DescribeTasks 1'));
  });

  it('goes on over looks that fail in passing, and gives up when they go on failing', async () => {
    const passed = scene(second =>
      second < 20 ? { fails: passing } : { own: { running: 1, rolloutState: 'COMPLETED' } },
    );
    expect((await passed.clock.until(followService(passed.followed, passed.services, passed.options))).kind).toBe(
      'steady',
    );
    const lasting = scene(() => ({ fails: passing }));
    const found = await lasting.clock.until(followService(lasting.followed, lasting.services, lasting.options));
    expect([found.kind, lasting.calls.length]).toEqual(['unseen', 9]);
  });

  it('gives up at once where it is not allowed', async () => {
    const { clock, calls, services, followed, options } = scene(() => ({ fails: denied }));
    expect(await clock.until(followService(followed, services, options))).toEqual({ kind: 'unseen', why: denied });
    expect(calls).toHaveLength(1);
  });

  it('ends at once when the run does, also while a look hangs', async () => {
    const { clock, followed, options, stop } = scene(() => ({}));
    const hanging = servicesWith({
      service: () => {
        stop.abort(new Error('cancelled'));
        return new Promise<Service>(() => {});
      },
    });
    await expect(clock.until(followService(followed, hanging, options))).rejects.toThrow('cancelled');
  });
});

describe('verifying', () => {
  const made = { taskDefinitions: [] };
  const done = { running: 1, rolloutState: 'COMPLETED' };

  it('takes one look where all is well', async () => {
    const { clock, calls, services, followed, options } = scene(() => ({ own: done }));
    const found = await clock.until(settledService(followed, services, made, options));
    expect([found.kind, calls]).toEqual(['verified', ['DescribeServices']]);
  });

  it('waits for what CloudFormation was ahead of', async () => {
    const { clock, services, followed, options, elapsed } = scene(second => ({ own: second < 30 ? {} : done }));
    expect((await clock.until(settledService(followed, services, made, options))).kind).toBe('verified');
    expect(elapsed()).toBeLessThan(36);
  });

  it('does so for two minutes, and for ten while ECS watches alarms over tasks that serve', async () => {
    const missing = scene(() => ({}));
    const found = await missing.clock.until(settledService(missing.followed, missing.services, made, missing.options));
    expect(found).toMatchObject({ kind: 'not yet', isServing: false });
    expect(missing.elapsed()).toBeLessThan(126);
    const baking = scene(second => ({ own: second < 500 ? { running: 1 } : done }));
    expect(
      (await baking.clock.until(settledService(baking.followed, baking.services, made, baking.options))).kind,
    ).toBe('verified');
  });

  it('passes on what it may not see', async () => {
    const { clock, services, followed, options } = scene(() => ({ fails: denied }));
    await expect(clock.until(settledService(followed, services, made, options))).rejects.toBe(denied);
  });
});
