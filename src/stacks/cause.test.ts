import { describe, expect, it } from 'vitest';
import { causeOf, firstFailure } from './cause.ts';
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
