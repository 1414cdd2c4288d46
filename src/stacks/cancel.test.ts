import { describe, expect, it } from 'vitest';
import { TransientError } from '../aws/transient-error.ts';
import { Cancelled } from '../runner/cancellation.ts';
import { UserFault } from '../runner/fault.ts';
import { stopWork, type UnderWay } from './cancel.ts';
import type { ChangeSetRequest, CloudFormation, StackEvent } from './cloudformation.ts';
import { blankResult, type Engine } from './engine.ts';

const ID = 'arn:aws:cloudformation:eu-central-1:111111111111:stack/shop-app/1';
const NEVER = () => new Promise<never>(() => {});
const LOST = new TransientError({ what: 'The answer was lost' });
const stack = (status: string) => ({
  id: ID,
  name: 'shop-app',
  status,
  parameters: {},
  outputs: { Url: 'http://x' },
  tags: {},
  terminationProtection: false,
});

/** Stops an operation on a stack that shows these statuses, one a read; the last one stays. */
async function stopped(
  kind: UnderWay['kind'],
  statuses: (string | undefined)[],
  answers: Partial<CloudFormation> = {},
  more: { onCancel?: 'leave'; unanswered?: boolean; isHanging?: boolean; action?: 'recreate' } = {},
) {
  const calls: string[] = [];
  let reads = 0;
  const usual: Partial<CloudFormation> = {
    describe: async () => {
      const status = statuses[Math.min(reads++, statuses.length - 1)];
      return status === undefined ? undefined : stack(status);
    },
    cancelUpdate: async () => 'told',
    deleteStack: async () => {},
    deleteEmptyStack: async () => {},
    deleteChangeSet: async () => 'gone',
    events: async () => ({ events: [] }),
    hasChangeSets: async () => false,
  };
  const cloudFormation = new Proxy({ ...usual, ...answers } as CloudFormation, {
    get:
      (target, name: keyof CloudFormation) =>
      (...args: never[]) => {
        calls.push(name);
        return (target[name] as (...args: never[]) => unknown)(...args);
      },
  });
  const signal = AbortSignal.abort(new Cancelled('SIGINT'));
  const engine = {
    cloudFormation,
    signal,
    random: () => 0.5,
    clock: {
      now: () => 0,
      // Pauses pass at once; the time for stopping is over only where a test says that AWS hangs.
      sleep: async (ms: number, signal?: AbortSignal) => {
        signal?.throwIfAborted();
        if (ms >= 4000 && !more.isHanging) await NEVER();
      },
    },
    onCancel: more.onCancel,
  } as unknown as Engine;
  const result = {
    ...blankResult({ shortName: 'app', stackName: 'shop-app' }),
    action: more.action ?? kind,
    outcome: 'interrupted' as const,
    status: 'CREATE_COMPLETE',
    reason: 'the run was cancelled (SIGINT)',
  };
  const unanswered = { stackName: 'shop-app', name: 'c', type: kind === 'create' ? 'CREATE' : 'UPDATE' };
  const work: UnderWay = {
    kind,
    stackName: 'shop-app',
    stackId: ID,
    token: 'c',
    unanswered: more.unanswered ? (unanswered as ChangeSetRequest) : undefined,
  };
  await stopWork(work, engine, result);
  const { outcome, status, left, reason } = result;
  return { calls, outcome: outcome as string, status: status as string | undefined, left, reason };
}

describe('an update', () => {
  it('is cancelled at once, and looked at', async () => {
    expect(await stopped('update', ['UPDATE_ROLLBACK_IN_PROGRESS'])).toMatchObject({
      calls: ['cancelUpdate', 'describe'],
      outcome: 'interrupted',
      status: 'UPDATE_ROLLBACK_IN_PROGRESS',
      left: { next: 'AWS was told to take the update back' },
    });
  });

  it.each([
    ['UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', 'the update is done, and AWS clears away what it replaced'],
    ['UPDATE_ROLLBACK_IN_PROGRESS', 'AWS is taking the update back already'],
  ])('that is %s is beyond cancelling, which is said', async (status, next) => {
    const seen = await stopped('update', [status], { cancelUpdate: async () => 'too late' });
    expect(seen).toMatchObject({ outcome: 'interrupted', status, left: { next } });
  });

  it.each([
    ['UPDATE_COMPLETE', 'done'],
    ['UPDATE_ROLLBACK_COMPLETE', 'failed'],
  ])('that came to %s in the meantime is %s', async (status, outcome) => {
    const seen = await stopped('update', [status], { cancelUpdate: async () => 'too late' });
    expect(seen).toMatchObject({ outcome, status, left: undefined });
  });

  it('did not end in what a read shows of the time before it', async () => {
    let reads = 0;
    const describe = async () =>
      reads++ < 2 ? stack('CREATE_COMPLETE') : { ...stack('UPDATE_COMPLETE'), updatedAt: 1 };
    const seen = await stopped('update', [], { describe, cancelUpdate: async () => 'too late' });
    expect(seen).toMatchObject({ outcome: 'done', status: 'UPDATE_COMPLETE' });
  });

  it('is told again when the answer is lost', async () => {
    let asked = 0;
    const cancelUpdate = async () => (asked++ === 0 ? Promise.reject(LOST) : ('told' as const));
    const seen = await stopped('update', ['UPDATE_ROLLBACK_IN_PROGRESS'], { cancelUpdate });
    expect(seen.left?.next).toBe('AWS was told to take the update back');
  });

  it('goes on where that is wanted', async () => {
    const seen = await stopped('update', ['UPDATE_IN_PROGRESS'], {}, { onCancel: 'leave' });
    expect(seen).toMatchObject({
      calls: ['describe'],
      status: 'UPDATE_IN_PROGRESS',
      left: { next: 'AWS goes on with the update, as `on-cancel: leave` says' },
    });
  });
});

describe('a stack that is being created', () => {
  it('is deleted', async () => {
    expect(await stopped('create', ['CREATE_IN_PROGRESS', 'DELETE_IN_PROGRESS'])).toMatchObject({
      calls: ['describe', 'deleteStack', 'describe'],
      outcome: 'interrupted',
      status: 'DELETE_IN_PROGRESS',
      left: { next: 'AWS was told to delete it, because it was still being created' },
    });
  });

  it('stays when it was finished in the meantime', async () => {
    const seen = await stopped('create', ['CREATE_COMPLETE']);
    expect([seen.calls.includes('deleteStack'), seen.outcome, seen.reason]).toEqual([false, 'done', undefined]);
  });

  it('needs nothing when it is rolling back already', async () => {
    const seen = await stopped('create', ['ROLLBACK_IN_PROGRESS']);
    expect(seen.calls).not.toContain('deleteStack');
    expect(seen.left?.next).toBe('AWS is taking the creation back already');
  });

  it('goes on where that is wanted', async () => {
    const seen = await stopped('create', ['CREATE_IN_PROGRESS'], {}, { onCancel: 'leave' });
    expect(seen.calls).toEqual(['describe']);
    expect(seen.left?.next).toBe('AWS goes on with the creation, as `on-cancel: leave` says');
  });
});

describe('a deletion', () => {
  it('cannot be stopped', async () => {
    const seen = await stopped('delete', ['DELETE_IN_PROGRESS']);
    expect(seen).toMatchObject({ calls: ['describe'], outcome: 'interrupted', status: 'DELETE_IN_PROGRESS' });
    expect(seen.left?.next).toBe('a deletion cannot be stopped, and AWS goes on with it');
  });

  it('that is over is done', async () => {
    expect(await stopped('delete', [undefined])).toMatchObject({ outcome: 'done', status: 'DELETE_COMPLETE' });
  });

  it('of what a failed creation left is not the whole work', async () => {
    const seen = await stopped('delete', ['DELETE_COMPLETE'], {}, { action: 'recreate' });
    expect(seen).toMatchObject({ outcome: 'interrupted', left: { next: 'what was left of the former one is gone' } });
  });

  it('that AWS has not answered may still begin', async () => {
    const seen = await stopped('delete', ['CREATE_COMPLETE']);
    expect(seen).toMatchObject({ outcome: 'interrupted', status: 'CREATE_COMPLETE' });
    expect(seen.left?.next).toBe('AWS was asked to delete it, and has not begun');
  });
});

describe('what AWS was not told is said, with the command that tells it', () => {
  it.each<[string, UnderWay['kind'], Partial<CloudFormation>, string]>([
    ['hangs', 'update', { cancelUpdate: NEVER }, '(no answer in time)'],
    ['hangs at the first read', 'create', { describe: NEVER }, '(no answer in time)'],
    ['fails for ever', 'update', { cancelUpdate: () => Promise.reject(LOST) }, '(no answer in time)'],
  ])('where it %s', async (_, kind, answers, why) => {
    const seen = await stopped(kind, ['UPDATE_IN_PROGRESS'], answers, { isHanging: true });
    // What was known before the operation is not its state now.
    expect(seen).toMatchObject({ outcome: 'interrupted', status: undefined, left: { isUnheard: true } });
    expect(seen.left?.next).toMatch(/; its state could not be read$/);
    expect(seen.left?.next).toContain(`AWS was not told to stop ${why}`);
    const command = kind === 'create' ? 'delete-stack' : 'cancel-update-stack';
    expect(seen.left?.fix).toContain(`aws cloudformation ${command} --region eu-central-1 --stack-name shop-app`);
  });

  it('where it refuses, though the update goes on', async () => {
    const seen = await stopped('update', ['UPDATE_IN_PROGRESS'], { cancelUpdate: async () => 'too late' });
    expect(seen).toMatchObject({ outcome: 'interrupted', status: 'UPDATE_IN_PROGRESS', left: { isUnheard: true } });
  });

  it('where it is not allowed', async () => {
    const cancelUpdate = () => Promise.reject(new UserFault({ what: 'Not allowed' }));
    const seen = await stopped('update', ['UPDATE_IN_PROGRESS'], { cancelUpdate });
    expect(seen.left?.next).toBe('AWS was not told to stop (Not allowed) and may go on with the update');
  });
});

describe('an execution that was not answered', () => {
  const BEGUN = { events: [{ token: 'c', physicalId: ID, stackId: ID, status: 'UPDATE_IN_PROGRESS' } as StackEvent] };

  it('has not begun when its change set could be deleted', async () => {
    const seen = await stopped('create', ['REVIEW_IN_PROGRESS'], {}, { unanswered: true });
    expect(seen.outcome).toBe('skipped');
    expect(seen.calls).toEqual([
      'deleteChangeSet',
      'events',
      'deleteChangeSet',
      'describe',
      'hasChangeSets',
      'deleteEmptyStack',
    ]);
  });

  it('has begun when its change set cannot be deleted', async () => {
    const answers = { deleteChangeSet: async () => 'busy' as const };
    const seen = await stopped('update', ['UPDATE_ROLLBACK_IN_PROGRESS'], answers, { unanswered: true });
    expect(seen.calls).toEqual(['deleteChangeSet', 'cancelUpdate', 'describe']);
  });

  it('has begun when its token shows in the history', async () => {
    const answers = { events: async () => BEGUN, cancelUpdate: async () => 'too late' as const };
    const seen = await stopped('update', ['UPDATE_COMPLETE'], answers, { unanswered: true });
    expect(seen).toMatchObject({ outcome: 'done', status: 'UPDATE_COMPLETE' });
  });
});
