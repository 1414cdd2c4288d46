import { describe, expect, it } from 'vitest';
import { TransientError } from '../aws/transient-error.ts';
import { UserFault } from '../runner/fault.ts';
import type { CloudFormation } from './cloudformation.ts';
import { confirmEnds } from './confirm.ts';
import type { Unfinished } from './unfinished.ts';

const ID = 'arn:aws:cloudformation:us-east-1:111111111111:stack/s/1';
const STACK: Unfinished = { kind: 'stack', stackName: 's', stackId: ID };
const LOST = new TransientError({ what: 'The answer was lost' });
const PATIENCE = 180_000;

/** Looks at a stack that shows these statuses, one a look; the last one stays. */
async function confirmed(
  entry: Unfinished,
  statuses: (string | undefined | Error)[],
  answers: Partial<CloudFormation> = {},
) {
  const calls: string[] = [];
  const seen: string[] = [];
  let now = 0;
  let timeIsUp = () => {};
  const cloudFormation = new Proxy(answers as CloudFormation, {
    get:
      (target, name: keyof CloudFormation) =>
      async (...args: never[]) => {
        calls.push(name);
        if (target[name]) return (target[name] as (...args: never[]) => unknown)(...args);
        if (name !== 'describe') return name === 'cancelUpdate' ? 'told' : undefined;
        const status = statuses.length > 1 ? statuses.shift() : statuses[0];
        if (status instanceof Error) throw status;
        return status && { id: ID, name: 's', status };
      },
  });
  const [end] = await confirmEnds([entry], PATIENCE, {
    cloudFormation,
    signal: new AbortController().signal,
    random: () => 0.5,
    clock: {
      now: () => now,
      async sleep(ms, signal) {
        signal?.throwIfAborted();
        if (ms === PATIENCE) {
          return new Promise(resolve => {
            timeIsUp = resolve;
          });
        }
        now += ms;
        if (now < PATIENCE) return;
        timeIsUp();
        // The end of the time is told before the pause is over.
        await new Promise(setImmediate);
        signal?.throwIfAborted();
      },
    },
    onStatus: (_, status) => seen.push(status),
  });
  return { end, calls, seen, now };
}

describe('a stack', () => {
  it.each([
    ['DELETE_COMPLETE', 'is gone', false],
    [undefined, 'is gone', false],
    ['UPDATE_ROLLBACK_COMPLETE', 'is as it was before the update', false],
    ['CREATE_COMPLETE', 'was created all the same', false],
    ['UPDATE_ROLLBACK_FAILED', 'is UPDATE_ROLLBACK_FAILED', true],
    ['DELETE_FAILED', 'is DELETE_FAILED', true],
  ])('that ends in %s %s', async (status, is, needsWork) => {
    const { end, seen } = await confirmed(STACK, ['DELETE_IN_PROGRESS', 'DELETE_IN_PROGRESS', status]);
    expect([end?.is, end?.fix !== undefined]).toEqual([is, needsWork]);
    expect(seen).toEqual(['DELETE_IN_PROGRESS', status ?? 'DELETE_COMPLETE']);
  });

  it('is looked at again when a look fails for a passing reason', async () => {
    expect((await confirmed(STACK, [LOST, LOST, 'CREATE_COMPLETE'])).end?.is).toBe('was created all the same');
  });

  it('that does not come to rest in time is said to be at work, after few looks', async () => {
    const { end, calls, now } = await confirmed(STACK, ['UPDATE_ROLLBACK_IN_PROGRESS']);
    expect(end).toEqual({
      subject: 's',
      is: 'is still UPDATE_ROLLBACK_IN_PROGRESS',
      fix: 'Run again once it is at rest',
    });
    expect([calls.length < 60, now < PATIENCE + 6000]).toEqual([true, true]);
  });

  it('that may not be looked at is said to be so', async () => {
    const { end } = await confirmed(STACK, [new UserFault({ what: 'The AWS credentials have expired' })]);
    expect(end?.is).toBe('could not be looked at: The AWS credentials have expired.');
    expect(end?.fix).toContain(`aws cloudformation describe-stacks --stack-name ${ID}`);
  });
});

describe('what AWS was not told', () => {
  it('of an update is told now', async () => {
    const { calls, end } = await confirmed({ ...STACK, untold: 'update' }, ['UPDATE_ROLLBACK_COMPLETE']);
    expect([calls, end?.is]).toEqual([['cancelUpdate', 'describe'], 'is as it was before the update']);
  });

  it('of a creation is told while it goes on', async () => {
    const statuses = ['CREATE_IN_PROGRESS', 'DELETE_IN_PROGRESS', 'DELETE_COMPLETE'];
    const { calls } = await confirmed({ ...STACK, untold: 'create' }, statuses);
    expect(calls).toEqual(['describe', 'deleteStack', 'describe', 'describe']);
  });

  it('of a creation that is over is not told any more', async () => {
    const { calls } = await confirmed({ ...STACK, untold: 'create' }, ['CREATE_COMPLETE']);
    expect(calls).toEqual(['describe', 'describe']);
  });
});

describe('a change set', () => {
  const CHANGE_SET: Unfinished = { kind: 'change-set', stackName: 's', name: 'c', type: 'UPDATE' };

  it('goes', async () => {
    const { end } = await confirmed(CHANGE_SET, [], { deleteChangeSet: async () => 'gone' });
    expect(end).toEqual({ subject: 'Change set c of s', is: 'is gone' });
  });

  it('that AWS does not let go may be left, with the command that removes it', async () => {
    const { end } = await confirmed(CHANGE_SET, [], { deleteChangeSet: async () => 'busy' });
    expect(end?.is).toBe('may be left: CloudFormation is still making it');
    expect(end?.fix).toContain('aws cloudformation delete-change-set --stack-name s --change-set-name c');
  });

  it('that goes may leave its empty stack, where that may not be deleted', async () => {
    const { end } = await confirmed({ ...CHANGE_SET, type: 'CREATE' }, ['REVIEW_IN_PROGRESS'], {
      deleteChangeSet: async () => 'gone',
      hasChangeSets: async () => false,
      deleteEmptyStack: () => Promise.reject(new UserFault({ what: 'The credentials do not allow it' })),
    });
    expect(end?.is).toBe('is gone, and its empty stack stays: The credentials do not allow it.');
    expect(end?.fix).toContain('the next deployment uses it');
  });
});
