import { describe, expect, it } from 'vitest';
import { scenarios } from '../../tooling/scenario.ts';
import { action as teardown } from '../teardown/run.ts';
import { action as deploy } from './run.ts';

const scenario = scenarios();
const { run, statusOf } = scenario;

const STACKS = 'stacks:\n  data: { template: data.yaml }\n';
const given = (template: string, more: Record<string, string> = {}) => ({
  'stacks.yaml': STACKS,
  'data.yaml': template,
  ...more,
});
const inputs = (prefix: string, more: Record<string, string> = {}) => ({
  'stack-prefix': prefix,
  'stacks-file': 'stacks.yaml',
  ...more,
});
const queue = (name: string, more = '') => `Resources:
  Topic: { Type: AWS::SNS::Topic }
  Queue:
    Type: AWS::SQS::Queue${more}
    Properties: { QueueName: ${name} }
`;
const WITHOUT_QUEUE = 'Resources:\n  Topic: { Type: AWS::SNS::Topic }\n';
const annotationsOf = (lines: readonly string[]) => lines.filter(line => /^\[(error|warning)/.test(line));

describe("CloudFormation's validation of a change set", () => {
  it('is shown where it warns, on the template’s line and in the summary, and the deployment goes on', async () => {
    const warned = queue('warned', '\n    Metadata: { "zap-local:warn": "The queue is not empty" }');
    const { code, transcript } = await run(deploy, inputs('warned'), given(warned));
    await expect(transcript).toMatchFileSnapshot('__transcripts__/deploy-warned.md');
    expect(code).toBe(0);
  });

  it('fails with all that it refuses, before anything is made', async () => {
    const refused = `Resources:
  Topic:
    Type: AWS::SNS::Topic
    Metadata: { "zap-local:invalid": "Unsupported property [Subscriber]" }
  Queue:
    Type: AWS::SQS::Queue
    Metadata: { "zap-local:invalid": "A queue of this name already exists" }
`;
    const { code, transcript } = await run(deploy, inputs('refused'), given(refused));
    await expect(transcript).toMatchFileSnapshot('__transcripts__/deploy-refused-by-validation.md');
    expect(code).toBe(1);
    expect(await statusOf('refused-data')).toBeUndefined();
  });
});

describe('a resource that holds data', () => {
  const REPLACED = '`Queue` (AWS::SQS::Queue) of stack `loss-data` would be replaced by an empty one';

  it('is not replaced unless it is named; a dry run says so', async () => {
    expect((await run(deploy, inputs('loss'), given(queue('first')))).code).toBe(0);

    const dry = await run(deploy, inputs('loss', { 'dry-run': 'true' }), given(queue('second')));
    expect(dry.code).toBe(0);
    expect(dry.host.log.join('\n')).toContain(`A deployment would refuse this: ${REPLACED}`);

    const refused = await run(deploy, inputs('loss'), given(queue('second')));
    await expect(refused.transcript).toMatchFileSnapshot('__transcripts__/deploy-refuses-loss.md');
    expect(refused.code).toBe(1);
    expect(refused.writes).toEqual(['cloudformation:CreateChangeSet', 'cloudformation:DeleteChangeSet']);
    expect(await statusOf('loss-data')).toBe('CREATE_COMPLETE');

    // The name of the same resource in another stack allows nothing.
    const other = await run(deploy, inputs('loss', { 'allow-replacement': 'other.Queue, Topik', only: 'data' }), {
      ...given(queue('second')),
      'stacks.yaml': 'stacks:\n  data: { template: data.yaml }\n  other: { template: other.yaml }\n',
      'other.yaml': queue('second'),
    });
    expect([other.code, other.writes]).toEqual([1, refused.writes]);
    const allowed = await run(deploy, inputs('loss', { 'allow-replacement': 'data.Queue' }), given(queue('second')));
    expect(allowed.code).toBe(0);
    expect(await statusOf('loss-data')).toBe('UPDATE_COMPLETE');
  });

  it('is not deleted unless it is named, or is kept by its policy', async () => {
    await run(deploy, inputs('removal'), given(queue('removed')));
    const refused = await run(deploy, inputs('removal'), given(WITHOUT_QUEUE));
    expect(refused.code).toBe(1);
    expect(refused.host.log.join('\n')).toContain('would be deleted with all it holds');
    expect((await run(deploy, inputs('removal', { 'allow-replacement': 'Queue' }), given(WITHOUT_QUEUE))).code).toBe(0);

    await run(deploy, inputs('kept'), given(queue('kept', '\n    DeletionPolicy: Retain')));
    expect((await run(deploy, inputs('kept'), given(WITHOUT_QUEUE))).code).toBe(0);
  });

  it('that is named and is nowhere is a warning; one that is only deployed is known', async () => {
    const allow = (ids: string) => inputs('named', { 'allow-replacement': ids });
    const warnings = ({ host }: Awaited<ReturnType<typeof run>>) =>
      host.log.filter(line => line.startsWith('[warning'));
    const first = await run(deploy, allow('data.Queue, Quee, data.Nothing'), given(queue('named')));
    expect(first.code).toBe(0);
    expect(warnings(first)).toEqual([
      expect.stringContaining(
        'Input `allow-replacement` names `Quee`, which none of the stacks has. Did you mean `Queue`?',
      ),
      expect.stringContaining(
        'Input `allow-replacement` names `Nothing`, which stack `data` does not have. Check the name, or remove it.',
      ),
    ]);
    const second = await run(deploy, allow('Queue, data.Queue'), given(WITHOUT_QUEUE));
    expect([second.code, warnings(second)]).toEqual([0, []]);
    const looped = `Transform: AWS::LanguageExtensions\n${queue('named')}`;
    expect(warnings(await run(deploy, allow('data.Loop1, Loop2'), given(looped)))).toEqual([]);
  });

  it('may change in place, and what holds nothing may go', async () => {
    const timeout = (seconds: number) => queue(`same, VisibilityTimeout: ${seconds}`);
    await run(deploy, inputs('place'), given(timeout(30)));
    expect((await run(deploy, inputs('place'), given(timeout(60)))).code).toBe(0);
    const withoutTopic = timeout(60).replace(/ {2}Topic.*\n/, '');
    expect((await run(deploy, inputs('place'), given(withoutTopic))).code).toBe(0);
  });
});

describe('termination protection', () => {
  it('is turned on once, keeps a teardown away, and is turned off again', async () => {
    const files = given(queue('protected'));
    const on = inputs('guarded', { 'termination-protection': 'on' });
    const dry = await run(deploy, { ...on, 'dry-run': 'true' }, files);
    expect(dry.writes).not.toContain('cloudformation:UpdateTerminationProtection');
    expect(dry.host.summaryText).toContain('termination protection on');

    const first = await run(deploy, on, files);
    expect(first.writes).toContain('cloudformation:UpdateTerminationProtection');
    expect((await run(deploy, on, files)).writes).toEqual([]);
    // Without the input it stays as it is.
    expect((await run(deploy, inputs('guarded'), files)).writes).toEqual([]);
    const refused = await run(teardown, inputs('guarded', { confirm: 'guarded' }));
    expect(refused.writes).toEqual([]);
    expect(annotationsOf(refused.host.log).join('\n')).toContain(
      'Termination protection is on for stack `guarded-data`',
    );

    const off = await run(deploy, inputs('guarded', { 'termination-protection': 'off' }), files);
    expect(off.writes).toEqual(['cloudformation:UpdateTerminationProtection']);
    expect((await run(teardown, inputs('guarded', { confirm: 'guarded' }))).code).toBe(0);
  });
});

describe('a stack policy', () => {
  const policy = (...denied: string[]) =>
    JSON.stringify({
      Statement: [
        { Effect: 'Allow', Action: 'Update:*', Principal: '*', Resource: '*' },
        ...denied.map(id => ({
          Effect: 'Deny',
          Action: 'Update:*',
          Principal: '*',
          Resource: `LogicalResourceId/${id}`,
        })),
      ],
    });
  const topic = (name: string) =>
    `Resources:\n  Topic: { Type: AWS::SNS::Topic, Properties: { DisplayName: ${name} } }\n`;
  const guarded = inputs('policy', { 'stack-policy': 'policy.json' });

  it('is set once and obeyed; another one holds for the update that it comes with', async () => {
    const first = await run(deploy, guarded, given(topic('one'), { 'policy.json': policy('Topic') }));
    expect(first.writes.at(-1)).toBe('cloudformation:SetStackPolicy');
    expect((await run(deploy, guarded, {})).writes).toEqual([]);

    const denied = await run(deploy, guarded, given(topic('two')));
    await expect(denied.transcript).toMatchFileSnapshot('__transcripts__/deploy-denied-by-policy.md');
    expect(denied.code).toBe(1);
    expect(await statusOf('policy-data')).toBe('UPDATE_ROLLBACK_COMPLETE');

    const lifted = await run(deploy, guarded, { 'policy.json': policy() });
    expect(lifted.code).toBe(0);
    expect(lifted.writes.filter(call => !call.endsWith('ChangeSet'))).toEqual(['cloudformation:SetStackPolicy']);
  });

  it.each([
    ['no file', undefined, 'Stack policy `bad.json` cannot be read. Seen: no such file.'],
    ['no JSON', 'Statement: []', 'A stack policy must be JSON'],
    ['no policy', '{"Statements": []}', 'A stack policy needs `Statement`'],
    ['too large', JSON.stringify({ Statement: ['x'.repeat(16_400)] }), 'A stack policy may have 16,384 bytes at most'],
  ])('is refused with one error before any call: %s', async (_, text, error) => {
    const files = given(topic('x'), text === undefined ? {} : { 'bad.json': text });
    const { code, calls, host } = await run(deploy, inputs('bad', { 'stack-policy': 'bad.json' }), files);
    expect([code, calls]).toEqual([1, []]);
    const [line = '', ...more] = annotationsOf(host.log);
    expect(line).toContain(error);
    expect(more).toEqual([]);
  });
});
