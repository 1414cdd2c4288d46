import { describe, expect, it } from 'vitest';
import { causeOf, failuresOf, firstFailure } from './cause.ts';
import type { StackEvent } from './cloudformation.ts';
import { parseTemplate } from './template.ts';

const STACK = 'arn:stack/outer';
let count = 0;
const event = (logicalId: string, status: string, reason?: string, overrides: Partial<StackEvent> = {}): StackEvent => {
  count += 1;
  return {
    id: `e${count}`,
    stackId: STACK,
    at: count,
    logicalId,
    physicalId: `id-${logicalId}`,
    type: 'AWS::SNS::Topic',
    status,
    reason,
    ...overrides,
  };
};

describe('the first real failure', () => {
  it.each([
    [
      'is the earliest of several',
      [event('A', 'CREATE_FAILED', 'Name taken'), event('B', 'CREATE_FAILED', 'Quota')],
      'A',
    ],
    [
      'is never a cancelled one, though it came first',
      [event('V', 'CREATE_FAILED', 'Resource creation cancelled'), event('A', 'CREATE_FAILED', 'Quota')],
      'A',
    ],
    [
      'is not a cancelled update',
      [event('V', 'UPDATE_FAILED', 'Resource update cancelled'), event('A', 'UPDATE_FAILED', 'Quota')],
      'A',
    ],
    [
      'is not the stack, which sums up',
      [
        event('S', 'DELETE_FAILED', 'The following resource(s) failed to delete: [A].'),
        event('A', 'DELETE_FAILED', 'In use'),
      ],
      'A',
    ],
    ['is a cancelled one when there is no other', [event('V', 'CREATE_FAILED', 'Resource creation cancelled')], 'V'],
    ['passes over one without a reason', [event('N', 'CREATE_FAILED'), event('A', 'CREATE_FAILED', 'Quota')], 'A'],
  ])('%s', (_, events, expected) => {
    expect(firstFailure(events)?.logicalId).toBe(expected);
  });

  it('is nothing when nothing failed', () => {
    expect(firstFailure([event('A', 'CREATE_COMPLETE')])).toBeUndefined();
  });
});

it('is explained with advice and the line of the resource in the template', async () => {
  const parsed = parseTemplate('Resources:\n  Workspace:\n    Type: AWS::Grafana::Workspace\n', 'm.yaml');
  if ('faults' in parsed) throw new Error('the template is broken');
  const failure = event('Workspace', 'CREATE_FAILED', 'SSO is not enabled in any region', {
    type: 'AWS::Grafana::Workspace',
  });
  const noNestedStacks = { events: () => Promise.reject(new Error('no stack was to be read')) };
  expect(await causeOf([failure], parsed.template, noNestedStacks)).toEqual({
    logicalId: 'Workspace',
    type: 'AWS::Grafana::Workspace',
    status: 'CREATE_FAILED',
    reason: 'SSO is not enabled in any region',
    advice: 'Enable IAM Identity Center first, or set parameter `EnableGrafana` to `false`',
    place: { file: 'm.yaml', line: 2, column: 3 },
  });
});

it('is looked for inside nested stacks, however deep', async () => {
  const nested = (logicalId: string, physicalId: string) =>
    event(logicalId, 'CREATE_FAILED', `Embedded stack ${physicalId} was not successfully created`, {
      type: 'AWS::CloudFormation::Stack',
      physicalId,
    });
  const histories: Record<string, StackEvent[]> = {
    // Newest first, as CloudFormation gives them.
    'arn:stack/middle': [
      event('Late', 'CREATE_FAILED', 'Resource creation cancelled'),
      { ...nested('Inner', 'arn:stack/inner'), stackId: 'arn:stack/middle' },
    ],
    'arn:stack/inner': [event('Bucket', 'CREATE_FAILED', 'my-bucket already exists', { stackId: 'arn:stack/inner' })],
  };
  const cause = await causeOf([nested('Outer', 'arn:stack/middle')], undefined, {
    events: async id => ({ events: histories[id] ?? [] }),
  });
  expect(cause).toMatchObject({ logicalId: 'Outer → Inner → Bucket', reason: 'my-bucket already exists' });
});

describe('all failures', () => {
  const own = (status: string, reason?: string) => event('outer', status, reason, { physicalId: STACK });
  const noReads = { events: () => Promise.reject(new Error('no stack was to be read')) };
  const ids = async (events: StackEvent[], cloudFormation: Parameters<typeof failuresOf>[1] = noReads) =>
    (await failuresOf(events, cloudFormation)).map(({ logicalId, reason }) => `${logicalId}: ${reason}`);

  it('are those of resources, each once with its last words, without consequences', async () => {
    const events = [
      event('Group', 'DELETE_FAILED', 'in use'),
      event('Victim', 'DELETE_FAILED', 'Resource deletion cancelled'),
      event('Bucket', 'DELETE_FAILED', 'not empty'),
      event('Group', 'DELETE_FAILED', 'still in use'),
      own('DELETE_FAILED', 'The following resource(s) failed to delete: [Group, Bucket].'),
    ];
    expect(await ids(events)).toEqual(['Group: still in use', 'Bucket: not empty']);
  });

  it("are the stack's own words where no resource failed", async () => {
    expect(await ids([own('DELETE_FAILED', 'Export x cannot be deleted as it is in use by y')])).toEqual([
      'outer: Export x cannot be deleted as it is in use by y',
    ]);
    expect(await ids([])).toEqual([]);
  });

  it('of a nested stack are those inside it, or its own where that cannot be read', async () => {
    const nested = event('Inner', 'DELETE_FAILED', 'Embedded stack arn:stack/inner was not successfully deleted', {
      type: 'AWS::CloudFormation::Stack',
      physicalId: 'arn:stack/inner',
    });
    const inside = ['A', 'B'].map(id => event(id, 'DELETE_FAILED', 'no', { stackId: 'arn:stack/inner' }));
    expect(await ids([nested], { events: async () => ({ events: inside.toReversed() }) })).toEqual([
      'Inner → A: no',
      'Inner → B: no',
    ]);
    expect(await ids([nested], { events: async () => ({ events: [] }) })).toEqual([`Inner: ${nested.reason}`]);
  });
});
