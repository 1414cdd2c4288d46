import { describe, expect, it } from 'vitest';
import { atCall, LIMIT, type Moment, stoppedRuns, twoStacks } from './stopped-run.ts';

// The shipped bundle, stopped as the runner stops it, at each moment of a run.
const { run, stopped, deployed, cleanUp, statusOf, leftovers, expectOrder } = stoppedRuns();

/** While the first stack is followed. */
const following = (later: 'pass' | 'hold' | 'throttle' = 'pass') => atCall('DescribeStackEvents', 'pass', later, 2);

describe.concurrent('a deployment stopped', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('with %s at its first read has done nothing, and says so', async (signal, code) => {
    const prefix = `early-${signal}`;
    let isFirst = true;
    const moment: Moment = (_, stop) => {
      if (isFirst) stop(signal);
      isFirst = false;
      return 'pass';
    };
    const early = await stopped('deploy', { 'stack-prefix': prefix }, twoStacks(1), moment);
    await expectOrder(early, prefix, code);
    expect(early.summary).toContain(`| \`${prefix}-first\` | not started | — | the run was cancelled (${signal}) |`);
    expect([statusOf(`${prefix}-first`), Object.keys(early.states)]).toEqual([undefined, []]);
  });

  it.each(['GetTemplate', 'DescribeStacks'])('in a %s that hangs has done nothing', async name => {
    const prefix = `reads-${name}`;
    const hung = await stopped('deploy', { 'stack-prefix': prefix }, twoStacks(1), atCall(name, 'hold', 'hold'));
    await expectOrder(hung, prefix);
    expect([statusOf(`${prefix}-first`), hung.states]).toEqual([undefined, {}]);
  });

  it.each([
    ['CreateChangeSet', 'pass'],
    ['DescribeChangeSet', 'pass'],
    ['DescribeChangeSet', 'hold'],
  ] as const)('at %s (%s) leaves no change set and no stack', async (name, verdict) => {
    const prefix = `set-${name}-${verdict}`;
    const early = await stopped('deploy', { 'stack-prefix': prefix }, twoStacks(1), atCall(name, verdict));
    await expectOrder(early, prefix);
    expect(early.log).not.toContain('::warning');
    expect(early.summary).toContain(`| \`${prefix}-first\` | not started |`);
    expect(early.after).not.toContain('ExecuteChangeSet');
    expect((await cleanUp(early, prefix)).log).toBe('');
  });

  it('at a CreateChangeSet that AWS never answers says that something may be left, and looks again after the job', async () => {
    const lost = await stopped('deploy', { 'stack-prefix': 'lost' }, twoStacks(1), atCall('CreateChangeSet', 'hold'));
    await expectOrder(lost, 'lost');
    expect(lost.log).toMatch(/::warning::Change set zap-obs-\S+ of lost-first may be left: see that it is gone/);
    const after = await cleanUp(lost, 'lost');
    expect(after.log).toMatch(/::notice title=After the run::Change set \S+ of lost-first is gone/);
  });

  it('at ExecuteChangeSet has the new stack deleted', async () => {
    const begun = await stopped('deploy', { 'stack-prefix': 'begin' }, twoStacks(3), atCall('ExecuteChangeSet'));
    await expectOrder(begun, 'begin');
    expect(begun.after).toContain('DeleteStack');
    expect(begun.summary).toContain('interrupted (DELETE_');
    expect(begun.summary).toContain('AWS was told to delete it, because it was still being created');
    expect(begun.summary).toContain('| `begin-second` | not started |');
  });

  it('at an ExecuteChangeSet that does not reach AWS takes the change set away, and nothing has begun', async () => {
    const moment = atCall('ExecuteChangeSet', 'hold');
    const unsent = await stopped('deploy', { 'stack-prefix': 'unsent' }, twoStacks(3), moment);
    await expectOrder(unsent, 'unsent');
    expect(unsent.summary).toContain('| `unsent-first` | not started |');
    expect(statusOf('unsent-first')).toBe('DELETE_COMPLETE');
  });

  it('during a creation has it deleted, which is confirmed after the job', async () => {
    const created = await stopped('deploy', { 'stack-prefix': 'fresh' }, twoStacks(3), following());
    await expectOrder(created, 'fresh');
    expect(created.log).toMatch(
      /::error::Stack `fresh-first` was left before its end, because the run was cancelled \(SIGINT\)\. Seen: DELETE_\w+; AWS was told to delete it/,
    );
    const after = await cleanUp(created, 'fresh');
    expect([after.code, statusOf('fresh-first')]).toEqual([0, 'DELETE_COMPLETE']);
    // It was confirmed before, where the deletion was over when it was looked at.
    if (created.summary.includes('DELETE_COMPLETE')) expect(after.log).toBe('');
    else expect(after.summary).toContain('| ✅ | `fresh-first` | is gone |');
  });

  it('during a creation leaves it where that is wanted, and sees it finished after the job', async () => {
    const inputs = { 'stack-prefix': 'leave', 'on-cancel': 'leave' };
    const left = await stopped('deploy', inputs, twoStacks(3), following());
    await expectOrder(left, 'leave');
    expect(left.after).not.toContain('DeleteStack');
    expect(left.summary).toContain('interrupted (CREATE_IN_PROGRESS)');
    expect(left.summary).toContain('AWS goes on with the creation, as `on-cancel: leave` says');
    const after = await cleanUp(left, 'leave');
    expect(after.log).toContain('::notice title=After the run::leave-first was created all the same.');
    expect(statusOf('leave-first')).toBe('CREATE_COMPLETE');
  });

  it('during an update has it taken back, which is confirmed after the job', async () => {
    await deployed('change', twoStacks(0));
    const updated = await stopped('deploy', { 'stack-prefix': 'change' }, twoStacks(2, 'two'), following());
    await expectOrder(updated, 'change');
    expect(updated.after).toContain('CancelUpdateStack');
    expect(updated.summary).toMatch(/interrupted \(UPDATE_(IN_PROGRESS|ROLLBACK_\w+)\)/);
    expect(updated.summary).toContain('AWS was told to take the update back');
    const after = await cleanUp(updated, 'change');
    expect([after.code, statusOf('change-first')]).toEqual([0, 'UPDATE_ROLLBACK_COMPLETE']);
    if (updated.summary.includes('UPDATE_ROLLBACK_COMPLETE)')) expect(after.log).toBe('');
    else expect(after.log).toContain('change-first is as it was before the update.');
  });

  it('while two stacks are under way tells AWS of both at once', async () => {
    const files = {
      ...twoStacks(3),
      'stacks.yaml': 'stacks: { one: { template: first.yaml }, two: { template: first.yaml } }',
    };
    const both = await stopped(
      'deploy',
      { 'stack-prefix': 'both' },
      files,
      atCall('DescribeStackEvents', 'pass', 'pass', 4),
    );
    await expectOrder(both, 'both');
    expect(both.after.filter(call => call === 'DeleteStack')).toHaveLength(2);
    expect(both.summary.match(/AWS was told to delete it/g)).toHaveLength(2);
    const after = await cleanUp(both, 'both');
    expect([after.code, statusOf('both-one'), statusOf('both-two')]).toEqual([0, 'DELETE_COMPLETE', 'DELETE_COMPLETE']);
  });

  it('during the clearing up after an update says that the update is done', async () => {
    await deployed('clear', twoStacks(1, 'one', 'TopicName: one,'));
    let isStopped = false;
    const moment: Moment = (_, stop) => {
      if (!isStopped && statusOf('clear-first') === 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS') {
        isStopped = true;
        stop();
      }
      return 'pass';
    };
    const files = twoStacks(1, 'two', 'TopicName: two,');
    const cleared = await stopped('deploy', { 'stack-prefix': 'clear' }, files, moment);
    await expectOrder(cleared, 'clear');
    expect(cleared.summary).toContain('interrupted (UPDATE_COMPLETE_CLEANUP_IN_PROGRESS)');
    expect(cleared.summary).toContain('the update is done, and AWS clears away what it replaced');
    const after = await cleanUp(cleared, 'clear');
    expect(after.log).toContain('clear-first was updated all the same.');
  });

  it('during the deletion of what a failed creation left begins nothing new', async () => {
    const broken = twoStacks(0, 'one', 'NoSuchProperty: 1,');
    expect((await run('deploy', { 'stack-prefix': 'again' }, broken)).code).toBe(1);
    expect(statusOf('again-first')).toBe('ROLLBACK_COMPLETE');
    const again = await stopped('deploy', { 'stack-prefix': 'again' }, twoStacks(1), atCall('DeleteStack'));
    await expectOrder(again, 'again');
    expect(again.summary).not.toContain('recreated');
    expect(again.after).not.toContain('CreateChangeSet');
  });

  it('in a dry run leaves nothing', async () => {
    const inputs = { 'stack-prefix': 'look', 'dry-run': 'true' };
    const looked = await stopped('deploy', inputs, twoStacks(1), atCall('DescribeChangeSet'));
    await expectOrder(looked, 'look');
  });

  it('by its time limit is stopped in the same way, and fails', async () => {
    // Long enough for a busy machine to have begun by then.
    const late = await run('deploy', { 'stack-prefix': 'late', timeout: '6s' }, twoStacks(60));
    expect([late.code, late.duration < 6000 + LIMIT]).toEqual([1, true]);
    expect(late.summary).toContain('the time limit was reached: AWS was told to delete it');
    expect([statusOf('late-first')?.slice(0, 7), await leftovers('late')]).toEqual(['DELETE_', []]);
  });
});

describe.concurrent('where AWS does not answer any more', () => {
  it.each(['hold', 'throttle'] as const)('(%s) the run ends and says so; after the job AWS is told', async way => {
    const prefix = `deaf-${way}`;
    await deployed(prefix, twoStacks(0));
    const deaf = await stopped('deploy', { 'stack-prefix': prefix }, twoStacks(60, 'two'), following(way));
    await expectOrder(deaf, prefix);
    expect(deaf.summary).toMatch(
      /-first` \| interrupted \| — \| [^|]*AWS was not told to stop \([^|]*; its state could not be read/,
    );
    expect(deaf.log).toContain('aws cloudformation cancel-update-stack --region us-east-1 --stack-name ');
    expect(statusOf(`${prefix}-first`)).toBe('UPDATE_IN_PROGRESS');
    const after = await cleanUp(deaf, prefix);
    expect(after.log).toContain(`${prefix}-first is as it was before the update.`);
    expect(statusOf(`${prefix}-first`)).toBe('UPDATE_ROLLBACK_COMPLETE');
  });

  it('a change set that is left is said to be, and removed after the job', async () => {
    const moment = atCall('CreateChangeSet', 'pass', 'hold');
    const worst = await stopped('deploy', { 'stack-prefix': 'worst' }, twoStacks(1), moment);
    expect([worst.took < LIMIT, worst.code]).toEqual([true, 130]);
    expect(worst.log).toContain('of worst-first may be left');
    expect(await leftovers('worst')).toHaveLength(2);
    await cleanUp(worst, 'worst');
    expect(await leftovers('worst')).toEqual([]);
  });
});

describe.concurrent('a run that ends without a word leaves a note of what was under way', () => {
  it('at a second SIGINT', async () => {
    const first = following('hold');
    const moment: Moment = (action, stop) => {
      const verdict = first(action, stop);
      // The first call after the signal would tell AWS.
      if (verdict === 'hold') stop();
      return verdict;
    };
    const twice = await stopped('deploy', { 'stack-prefix': 'twice' }, twoStacks(2), moment);
    expect([twice.code, twice.took < 2000]).toEqual([130, true]);
    expect((await cleanUp(twice, 'twice')).log).toContain('twice-first was created all the same.');
  });

  it('when it is killed', async () => {
    const moment: Moment = (action, stop) => {
      if (action === 'DescribeStackEvents') stop('SIGKILL');
      return 'pass';
    };
    const killed = await stopped('deploy', { 'stack-prefix': 'killed' }, twoStacks(2), moment);
    expect(killed.code).toBeNull();
    expect((await cleanUp(killed, 'killed')).log).toContain('killed-first was created all the same.');
  });
});

it.concurrent('a run that comes to its end leaves no note, and nothing is loaded for it after the job', async () => {
  const whole = await run('deploy', { 'stack-prefix': 'whole' }, twoStacks(0));
  expect(Object.entries(whole.states).filter(([name, value]) => name !== 'region' && value !== '')).toEqual([]);
  const after = await cleanUp(whole, 'whole');
  expect([after.code, after.log, after.summary]).toEqual([0, '', '']);
  expect(after.duration).toBeLessThan(2000);
});

describe.concurrent('a teardown stopped', () => {
  it.each([
    ['at DeleteStack', atCall('DeleteStack')],
    ['while a stack is deleted', following()],
  ])('%s says that the deletion goes on, and starts no other', async (when, moment) => {
    const prefix = when.replaceAll(' ', '-');
    await deployed(prefix, twoStacks(1.5));
    const down = await stopped('teardown', { 'stack-prefix': prefix, confirm: prefix }, {}, moment);
    await expectOrder(down, prefix);
    expect(down.summary).toContain('interrupted (DELETE_IN_PROGRESS)');
    expect(down.summary).toContain('a deletion cannot be stopped, and AWS goes on with it');
    expect(statusOf(`${prefix}-first`)).toBe('CREATE_COMPLETE');
    const after = await cleanUp(down, prefix);
    expect(after.log).toContain(`${prefix}-second is gone.`);
    expect(statusOf(`${prefix}-second`)).toBe('DELETE_COMPLETE');
  });
});
