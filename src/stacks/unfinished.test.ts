import { expect, it } from 'vitest';
import type { StackResult } from '../report/result.ts';
import type { ChangeSetRequest, CloudFormation } from './cloudformation.ts';
import { blankResult } from './engine.ts';
import { Notebook, unfinishedIn } from './unfinished.ts';

const ID = 'arn:aws:cloudformation:us-east-1:111111111111:stack/shop-app/1';
const REQUEST = { stackName: 'shop-app', name: 'c', type: 'CREATE' } as ChangeSetRequest;
const NEVER = () => new Promise<never>(() => {});
const STACK = { kind: 'stack', stackName: 'shop-app', stackId: ID };
const CHANGE_SET = { kind: 'change-set', stackName: 'shop-app', name: 'c', type: 'CREATE' };

function notebook(answers: Partial<CloudFormation> = {}) {
  const states: Record<string, string> = {};
  const book = new Notebook((name, value) => {
    states[name] = value;
  });
  const cloudFormation = book.watching({
    createChangeSet: async () => ({ id: 'arn:c', stackId: ID }),
    executeChangeSet: async () => {},
    deleteChangeSet: async () => 'gone',
    deleteStack: async () => {},
    ...answers,
  } as Partial<CloudFormation> as CloudFormation);
  const result = (more: Partial<StackResult>): StackResult => ({
    ...blankResult({ shortName: 'app', stackName: 'shop-app' }),
    id: ID,
    ...more,
  });
  return { book, cloudFormation, result, noted: () => unfinishedIn(states) };
}

it('notes a change set before it is asked for, and strikes it when it is gone', async () => {
  const { cloudFormation, noted } = notebook({ createChangeSet: NEVER });
  void cloudFormation.createChangeSet(REQUEST);
  expect(noted()).toEqual([CHANGE_SET]);
  // Not answered, so that it may still come to be.
  await cloudFormation.deleteChangeSet('shop-app', 'c');
  expect(noted()).toEqual([CHANGE_SET]);
  const { cloudFormation: answered, noted: left } = notebook();
  await answered.createChangeSet(REQUEST);
  await answered.deleteChangeSet('shop-app', 'c');
  expect(left()).toEqual([]);
});

it('keeps a change set that AWS does not let go', async () => {
  const { cloudFormation, noted } = notebook({ deleteChangeSet: async () => 'busy' });
  await cloudFormation.createChangeSet(REQUEST);
  await cloudFormation.deleteChangeSet('shop-app', 'c');
  expect(noted()).toEqual([CHANGE_SET]);
});

it('notes a stack before its execution is asked for; its change set is used up when AWS has answered', async () => {
  const { cloudFormation, noted } = notebook({ executeChangeSet: NEVER });
  await cloudFormation.createChangeSet(REQUEST);
  void cloudFormation.executeChangeSet('arn:c', 'c', false);
  expect(noted()).toEqual([CHANGE_SET, STACK]);
  const { cloudFormation: answered, noted: left } = notebook();
  await answered.createChangeSet(REQUEST);
  await answered.executeChangeSet('arn:c', 'c', false);
  expect(left()).toEqual([STACK]);
});

const left = { next: '', fix: '' };
it.each<[string, Partial<StackResult>, unknown[]]>([
  ['is done', { outcome: 'done', status: 'CREATE_COMPLETE' }, []],
  ['has failed', { outcome: 'failed', status: 'ROLLBACK_COMPLETE' }, []],
  ['was left under way', { outcome: 'interrupted', status: 'DELETE_IN_PROGRESS', left }, [STACK]],
  ['was left, and is at rest already', { outcome: 'interrupted', status: 'DELETE_COMPLETE', left }, []],
  ['was left, and could not be looked at', { outcome: 'interrupted', left }, [STACK]],
  ['was left without a look', { outcome: 'interrupted', status: 'CREATE_COMPLETE' }, [STACK]],
  [
    'could not be told to stop',
    { action: 'update', outcome: 'interrupted', status: 'UPDATE_COMPLETE', left: { ...left, isUnheard: true } },
    [{ ...STACK, untold: 'update' }],
  ],
])('a stack that %s', async (_, more, expected) => {
  const { cloudFormation, book, result, noted } = notebook();
  await cloudFormation.deleteStack(ID, 't');
  book.ended(result(more));
  expect(noted()).toEqual(expected);
});

it('what is no note of ours is none', () => {
  expect(unfinishedIn({ unfinished_0: 'no JSON', unfinished_1: '{"kind":"other"}', region: 'us-east-1' })).toEqual([]);
});
