import { CreateChangeSetCommand, ExecuteChangeSetCommand } from '@aws-sdk/client-cloudformation';
import { expect, test } from 'vitest';
import { body, handle, ManualClock, startTestAws } from './support.ts';

test('tells when AWS was at work on a stack, and counts no waiting between', async () => {
  const clock = new ManualClock();
  const aws = await startTestAws({ clock, pace: 1 });
  try {
    const start = clock.now().getTime();
    const spans = () => aws.stacks()[0]?.work.map(({ what, from, to }) => [what, from - start, to - start]);
    const names = { StackName: 'watched', ChangeSetName: 'one' };
    const slow = { ...handle(), Metadata: { 'zap-local:seconds': 20 } };
    await aws.cfn.send(
      new CreateChangeSetCommand({ ...names, ChangeSetType: 'CREATE', TemplateBody: body({ Resources: { A: slow } }) }),
    );
    await clock.advance(4);
    expect(spans()).toEqual([]);
    await clock.advance(6);
    await aws.cfn.send(new ExecuteChangeSetCommand(names));
    await clock.advance(19);
    expect(spans()).toEqual([['change set', 0, 5000]]);
    await clock.advance(1);
    expect(spans()).toEqual([
      ['change set', 0, 5000],
      ['operation', 10_000, 30_000],
    ]);
  } finally {
    await aws.close();
  }
});
