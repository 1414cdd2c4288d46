import { describe, expect, it } from 'vitest';
import { Cancelled } from '../../runner/cancellation.ts';
import type { Action } from '../../runner/define-action.ts';
import type { RecordingHost } from '../../tooling/recording-host.ts';
import { recordingHost } from '../../tooling/recording-host.ts';
import { scenarios } from '../../tooling/scenario.ts';
import { confirmEnd } from '../confirm-end.ts';
import { action as deploy } from './run.ts';

// A resource takes as many hundredths of a second as its template says.
const { run, statusOf } = scenarios(0.01);

const files = (seconds: number, properties = '') => ({
  'stacks.yaml': 'stacks:\n  first: { template: first.yaml }\n  second: { template: second.yaml }\n',
  'first.yaml': `Resources:
  Topic:
    Type: AWS::SNS::Topic
    Metadata: { "zap-local:seconds": ${seconds * 100} }
    Properties: { ${properties} }
Outputs:
  Name: { Value: !GetAtt Topic.TopicName }
`,
  'second.yaml':
    'Parameters: { Name: { Type: String } }\nResources: { Queue: { Type: AWS::SQS::Queue, Properties: { Tags: [{ Key: topic, Value: !Ref Name }] } } }\n',
});
const own = (prefix: string, more: Record<string, string> = {}) => ({
  'stack-prefix': prefix,
  'stacks-file': 'stacks.yaml',
  ...more,
});

/** The action, whose run is cancelled when its log says something. */
function stopAt(words: RegExp): { action: Action; signal: AbortSignal; host: () => RecordingHost } {
  const controller = new AbortController();
  let seen: RecordingHost | undefined;
  const action: Action = {
    ...deploy,
    run(host, folders, signal) {
      seen = host as RecordingHost;
      const { line } = host;
      host.line = text => {
        line(text);
        // The line is written before the operation is looked at for the first time.
        if (words.test(text)) controller.abort(new Cancelled('SIGINT'));
      };
      return deploy.run(host, folders, signal);
    },
  };
  return {
    action,
    signal: controller.signal,
    host: () => {
      if (!seen) throw new Error('the action has not run');
      return seen;
    },
  };
}

describe('a cancelled deployment', () => {
  it('has a stack that was being created deleted, tells so, and confirms it after the job', async () => {
    const { action, signal, host } = stopAt(/^first: create/);
    const stopped = await run(action, own('new'), files(1), signal);
    await expect(stopped.transcript).toMatchFileSnapshot('__transcripts__/deploy-stopped.md');
    expect(stopped.code).toBe(130);

    const after = Object.assign(recordingHost(own('new')), { states: host().states });
    await confirmEnd(after);
    expect(after.log.map(line => line.replace(/after .* s$/, 'after …'))).toEqual(
      expect.arrayContaining([
        '▾ What the run left under way',
        'new-first: DELETE_COMPLETE after …',
        '▴',
        '[notice: After the run] new-first is gone.',
      ]),
    );
    expect(after.summaryText).toContain('| ✅ | `new-first` | is gone | |');
    expect(await statusOf('new-first')).toBeUndefined();
  });

  it('has an update taken back, and a new run makes it again', async () => {
    expect((await run(deploy, own('upd'), files(0))).code).toBe(0);
    const { action, signal, host } = stopAt(/^first: update/);
    const stopped = await run(action, own('upd'), files(1, 'DisplayName: new'), signal);
    expect(stopped.code).toBe(130);
    expect(stopped.host.summaryText).toContain('AWS was told to take the update back');
    await confirmEnd(Object.assign(recordingHost(own('upd')), { states: host().states }));
    expect(await statusOf('upd-first')).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect((await run(deploy, own('upd'), files(0, 'DisplayName: new'))).code).toBe(0);
  });
});

describe('on-failure: keep', () => {
  const broken = (stage: string) => ({
    ...files(0, `DisplayName: ${stage}`),
    'second.yaml':
      'Parameters: { Name: { Type: String } }\nResources:\n  Fine: { Type: AWS::SNS::Topic }\n  Queue: { Type: AWS::SQS::Queue, DependsOn: Fine, Properties: { VisibilityTimeout: soon } }\n',
  });

  it('leaves what was made of a new stack, and says how to go on', async () => {
    const kept = await run(deploy, own('kept', { 'on-failure': 'keep' }), broken('one'));
    await expect(kept.transcript).toMatchFileSnapshot('__transcripts__/deploy-kept.md');
    expect([kept.code, await statusOf('kept-second')]).toEqual([1, 'CREATE_FAILED']);
  });

  it('leaves an update where it failed', async () => {
    expect((await run(deploy, own('half'), files(0))).code).toBe(0);
    const kept = await run(deploy, own('half', { 'on-failure': 'keep' }), broken('one'));
    expect([kept.code, await statusOf('half-second')]).toEqual([1, 'UPDATE_FAILED']);
    expect(kept.host.log.at(-1)).toContain(
      'What stands of it stays for you to look at; a new run takes this update back first. To do so by hand, aws cloudformation rollback-stack --stack-name half-second.',
    );
  });

  it('is not what happens by default', async () => {
    expect((await run(deploy, own('back'), broken('one'))).code).toBe(1);
    expect(await statusOf('back-second')).toBe('ROLLBACK_COMPLETE');
  });
});
