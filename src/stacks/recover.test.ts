import { describe, expect, it } from 'vitest';
import { classifyStatus } from './classify.ts';
import type { DeployedStack, StackEvent } from './cloudformation.ts';
import { stuckFault, stuckResources } from './recover.ts';

const STACK = 'arn:stack';
const event = (logicalId: string, status: string, more: Partial<StackEvent> = {}): StackEvent => ({
  id: `${logicalId}-${status}`,
  stackId: STACK,
  at: 0,
  logicalId,
  physicalId: logicalId === 'stack' ? STACK : `id-${logicalId}`,
  type: logicalId === 'stack' ? 'AWS::CloudFormation::Stack' : 'AWS::SNS::Topic',
  status,
  ...more,
});
const NONE = { events: async () => ({ events: [] }) };

const stack = (status: string): DeployedStack => ({
  id: STACK,
  name: 's',
  status,
  parameters: {},
  outputs: {},
  tags: {},
  terminationProtection: false,
});

it.each([
  ['ROLLBACK_COMPLETE', 'recreate'],
  ['ROLLBACK_FAILED', 'recreate'],
  ['CREATE_FAILED', 'recreate'],
  ['DELETE_FAILED', 'recreate'],
  ['UPDATE_FAILED', 'recover'],
  ['UPDATE_ROLLBACK_FAILED', 'recover'],
  ['REVIEW_IN_PROGRESS', 'create'],
  ['DELETE_COMPLETE', 'create'],
  ['DELETE_IN_PROGRESS', 'busy'],
  ['UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', 'busy'],
  ['IMPORT_ROLLBACK_FAILED', 'stuck'],
  ['UPDATE_ROLLBACK_COMPLETE', undefined],
  ['IMPORT_COMPLETE', undefined],
])('a stack in %s: %s', (status, kind) => {
  expect(classifyStatus(stack(status))?.kind).toBe(kind);
});

describe('what keeps a rollback', () => {
  it('are resources whose last word in it is a failure of their own', async () => {
    const events = [
      event('stack', 'UPDATE_IN_PROGRESS'),
      event('Cause', 'UPDATE_FAILED', { reason: 'of the update, not of the rollback' }),
      event('stack', 'UPDATE_ROLLBACK_IN_PROGRESS'),
      event('Mended', 'UPDATE_FAILED', { reason: 'at first' }),
      event('Mended', 'UPDATE_COMPLETE'),
      event('Victim', 'UPDATE_FAILED', { reason: 'Resource update cancelled' }),
      event('Locked', 'UPDATE_IN_PROGRESS'),
      event('Locked', 'UPDATE_FAILED', { reason: 'It is locked' }),
      event('stack', 'UPDATE_ROLLBACK_FAILED', { reason: 'The following resource(s) failed to update: [Locked].' }),
    ];
    expect(await stuckResources(events, NONE)).toEqual([
      { id: 'Locked', type: 'AWS::SNS::Topic', reason: 'It is locked' },
    ]);
  });

  it('are named in a nested stack by the way to them', async () => {
    const nested = event('Nested', 'UPDATE_FAILED', {
      type: 'AWS::CloudFormation::Stack',
      physicalId: 'arn:nested',
      reason: 'Embedded stack failed',
    });
    const inner = [
      event('stack', 'UPDATE_ROLLBACK_FAILED', { stackId: 'arn:nested', physicalId: 'arn:nested' }),
      event('Queue', 'UPDATE_FAILED', { stackId: 'arn:nested', reason: 'It is in use' }),
      event('stack', 'UPDATE_ROLLBACK_IN_PROGRESS', { stackId: 'arn:nested', physicalId: 'arn:nested' }),
    ];
    const events = async (id: string) => ({ events: id === 'arn:nested' ? inner : [] });
    expect(await stuckResources([nested], { events })).toEqual([
      { id: 'Nested.Queue', type: 'AWS::SNS::Topic', reason: 'It is in use' },
    ]);
  });

  it('is told with the input that leaves them out; where nothing is known of them, without', () => {
    const stuck = [
      { id: 'Locked', type: 'AWS::SNS::Topic', reason: 'It is locked' },
      { id: 'Nested.Queue', type: 'AWS::SQS::Queue', reason: 'It is in use' },
    ];
    expect(stuckFault('shop-app', 'app', 'UPDATE_ROLLBACK_FAILED', stuck)).toMatchObject({
      what: 'The rollback of stack `shop-app` failed again because of `Locked`, `Nested.Queue`',
      fix: expect.stringContaining('`skip-resources: app.Locked, app.Nested.Queue`'),
    });
    expect(stuckFault('shop-app', 'app', 'UPDATE_ROLLBACK_FAILED', []).fix).not.toContain('skip-resources');
  });
});
