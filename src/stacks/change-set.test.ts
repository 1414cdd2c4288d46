import { describe, expect, it } from 'vitest';
import { TransientError } from '../aws/transient-error.ts';
import { Cancelled } from '../runner/cancellation.ts';
import { UserFault } from '../runner/fault.ts';
import { previewChange, startChange } from './change-set.ts';
import {
  type ChangeSet,
  type ChangeSetRequest,
  type CloudFormation,
  Overtaken,
  type StackEvent,
} from './cloudformation.ts';
import type { Engine } from './engine.ts';

const CHANGE: ChangeSetRequest = {
  stackName: 's',
  name: 'c',
  type: 'CREATE',
  template: { body: '' },
  parameters: {},
  capabilities: [],
  tags: {},
};
const READY: ChangeSet = {
  id: 'arn:c',
  status: 'CREATE_COMPLETE',
  executionStatus: 'AVAILABLE',
  changes: [{ action: 'Add', logicalId: 'T', type: 'AWS::SNS::Topic', details: [] }],
};
const STACK = {
  id: 'arn:s',
  name: 's',
  status: 'REVIEW_IN_PROGRESS',
  parameters: {},
  outputs: {},
  tags: {},
  terminationProtection: false,
};
const EVENT: StackEvent = {
  id: '1',
  stackId: 'arn:s',
  at: 0,
  logicalId: 's',
  physicalId: 'arn:s',
  type: 'AWS::CloudFormation::Stack',
  status: 'CREATE_IN_PROGRESS',
};
/** In milliseconds: so long the source waits, and no pause of it is longer. */
const PATIENCE = 5000;
const LOST = new TransientError({ what: 'The answer was lost' });

/** An engine on a CloudFormation of which every call is noted; those given answer instead of the usual ones. */
function engine(answers: Partial<CloudFormation> = {}, isImpatient = false) {
  const calls: string[] = [];
  const warnings: string[] = [];
  const abort = new AbortController();
  const usual: Partial<CloudFormation> = {
    createChangeSet: async () => ({ id: 'arn:c', stackId: 'arn:s' }),
    describeChangeSet: async () => READY,
    executeChangeSet: async () => {},
    deleteChangeSet: async () => 'gone',
    describe: async () => STACK,
    hasChangeSets: async () => false,
    validations: async () => [],
    deleteEmptyStack: async () => {},
    events: async () => ({ events: [] }),
  };
  const cloudFormation = new Proxy({ ...usual, ...answers } as CloudFormation, {
    get:
      (target, name: keyof CloudFormation) =>
      (...args: never[]) => {
        calls.push(name);
        return (target[name] as (...args: never[]) => unknown)(...args);
      },
  });
  let now = 0;
  const clock = {
    now: () => now,
    // Short pauses pass at once; the patience of a run that tidies up ends only where a test says so.
    sleep: (ms: number): Promise<void> => {
      if (ms >= PATIENCE && !isImpatient) return new Promise(() => {});
      now += ms;
      return Promise.resolve();
    },
  };
  const observer = {
    began: () => {},
    event: () => {},
    note: () => {},
    ended: () => {},
    warning: (text: string) => warnings.push(text),
  };
  const made: Engine = {
    cloudFormation,
    clock,
    signal: abort.signal,
    random: () => 0.5,
    observer,
    upload: () => Promise.reject(new Error('nothing to upload')),
    settings: {},
    mayLose: [],
  };
  return { engine: made, calls, warnings, abort };
}

const TIDY = ['deleteChangeSet', 'describe', 'hasChangeSets', 'deleteEmptyStack'];

it('looks at the stack that it has made, not at a former one of the name', async () => {
  const deleted: string[] = [];
  const { engine: made } = engine({
    describe: async of => (of === 'arn:s' ? STACK : { ...STACK, id: 'arn:former' }),
    deleteEmptyStack: async id => void deleted.push(id),
  });
  await previewChange(CHANGE, made);
  expect(deleted).toEqual(['arn:s']);
});

describe('what validation says', () => {
  it('keeps nothing from going on when it cannot be read', async () => {
    const denied = new UserFault({ what: 'The credentials do not allow `cloudformation:DescribeEvents`' });
    for (const error of [denied, LOST]) {
      const { engine: used, warnings } = engine({ validations: () => Promise.reject(error) });
      expect(await startChange(CHANGE, used)).toMatchObject({ validations: [], operation: { stackId: 'arn:s' } });
      expect(warnings).toEqual([`What CloudFormation's validation says of the changes is not shown. ${error.message}`]);
    }
  });

  it('keeps the reason of a refusal when nothing more is known', async () => {
    const failed = { ...READY, status: 'FAILED', statusReason: 'The following hook(s)/validation failed: [X].' };
    const { engine: used } = engine({ describeChangeSet: async () => failed });
    await expect(startChange(CHANGE, used)).rejects.toThrow('Seen: The following hook(s)/validation failed: [X].');
  });
});

describe('a change set that is not executed goes, with the empty stack that held it', () => {
  it('after a preview', async () => {
    const { engine: used, calls, warnings } = engine();
    expect(await previewChange(CHANGE, used)).toEqual({
      stackId: 'arn:s',
      isNothing: false,
      isStackLeft: false,
      changes: READY.changes,
      validations: [],
    });
    expect(calls).toEqual(['createChangeSet', 'describeChangeSet', 'validations', ...TIDY]);
    expect(warnings).toEqual([]);
  });

  it('when nothing would change', async () => {
    const nothing = {
      ...READY,
      status: 'FAILED',
      statusReason: "The submitted information didn't contain changes.",
      changes: [],
    };
    const { engine: used, calls, warnings } = engine({ describeChangeSet: async () => nothing });
    expect(await startChange(CHANGE, used)).toEqual({
      stackId: 'arn:s',
      isNothing: true,
      changes: [],
      validations: [],
    });
    expect(calls).toEqual(['createChangeSet', 'describeChangeSet', ...TIDY]);
    expect(warnings).toEqual([]);
  });

  it('when CloudFormation refuses it', async () => {
    const {
      engine: used,
      calls,
      warnings,
    } = engine({
      describeChangeSet: async () => ({ ...READY, status: 'FAILED', statusReason: 'No such role' }),
    });
    await expect(startChange(CHANGE, used)).rejects.toThrow(
      'CloudFormation refused the changes to stack `s`. Seen: No such role.',
    );
    expect(calls.slice(2)).toEqual(['validations', ...TIDY]);
    expect(warnings).toEqual([]);
  });

  it('when the answer to its creation is lost, which may have made one', async () => {
    const { engine: used, calls, warnings } = engine({ createChangeSet: () => Promise.reject(LOST) });
    await expect(startChange(CHANGE, used)).rejects.toBe(LOST);
    expect(calls).toEqual(['createChangeSet', ...TIDY]);
    expect(warnings).toEqual([]);
  });

  it('when the run is cancelled in between, as soon as CloudFormation lets it go', async () => {
    const answers = ['busy', 'busy', 'gone'] as const;
    let asked = 0;
    const {
      engine: used,
      calls,
      abort,
      warnings,
    } = engine({
      describeChangeSet: async () => ({ ...READY, status: 'CREATE_IN_PROGRESS' }),
      deleteChangeSet: async () => answers[asked++] ?? 'gone',
    });
    const { sleep } = used.clock;
    used.clock.sleep = async (ms, signal) => {
      if (signal === used.signal) abort.abort(new Cancelled('SIGINT'));
      signal?.throwIfAborted();
      await sleep(ms);
    };
    await expect(startChange(CHANGE, used)).rejects.toBeInstanceOf(Cancelled);
    expect(calls.slice(2)).toEqual(['deleteChangeSet', 'deleteChangeSet', ...TIDY]);
    expect(warnings).toEqual([]);
  });

  it('but not the stack, where another run has a change set for it', async () => {
    const { engine: used, calls, warnings } = engine({ hasChangeSets: async () => true });
    await previewChange(CHANGE, used);
    expect([calls.includes('deleteEmptyStack'), warnings]).toEqual([false, []]);
  });

  it('but not the stack, where an execution has filled it', async () => {
    const {
      engine: used,
      calls,
      warnings,
    } = engine({ describe: async () => ({ ...STACK, status: 'CREATE_IN_PROGRESS' }) });
    await previewChange(CHANGE, used);
    expect([calls.includes('deleteEmptyStack'), warnings]).toEqual([false, []]);
  });

  it('and where CloudFormation does not answer, a warning says so in time for a cancelled job', async () => {
    const { engine: used, warnings: told } = engine({ deleteChangeSet: () => new Promise(() => {}) }, true);
    expect(await previewChange(CHANGE, used)).toMatchObject({ isNothing: false });
    expect(told).toEqual([expect.stringContaining('CloudFormation does not answer in time')]);
  });

  it('and where it cannot go, a warning says how, and the reason why it was given up stays', async () => {
    const { engine: used, warnings } = engine({
      describeChangeSet: async () => ({ ...READY, status: 'FAILED', statusReason: 'No such role' }),
      deleteChangeSet: () => Promise.reject(new UserFault({ what: 'Not allowed' })),
    });
    await expect(startChange(CHANGE, used)).rejects.toThrow('No such role');
    expect(warnings).toEqual([
      expect.stringContaining('aws cloudformation delete-change-set --stack-name s --change-set-name c'),
    ]);
  });
});

describe('an empty stack that may not be deleted', () => {
  const denied = new UserFault({
    what: 'The credentials do not allow `x`',
    seen: 'no',
    fix: 'Allow `x` for this role',
  });

  it.each(['deleteEmptyStack', 'hasChangeSets'] as const)(
    'is told as such when %s is refused, without the advice to allow it',
    async call => {
      const { engine: used, warnings } = engine({ [call]: () => Promise.reject(denied) });
      expect((await previewChange(CHANGE, used)).isStackLeft).toBe(true);
      expect(warnings).toEqual([
        expect.stringMatching(/^Stack `s` stays behind empty .*do not allow `x`\. Seen: no\.$/),
      ]);
    },
  );

  it('is none where its change set may be left, or the stack stands', async () => {
    const { engine: used, warnings } = engine({ deleteChangeSet: () => Promise.reject(denied) });
    expect((await previewChange(CHANGE, used)).isStackLeft).toBe(false);
    expect(warnings).toEqual([expect.stringMatching(/^Change set c of s may be left: .* Allow `x` for this role\.$/)]);

    const standing = engine({
      describe: async () => ({ ...STACK, status: 'CREATE_COMPLETE' }),
      hasChangeSets: () => Promise.reject(denied),
    });
    expect([(await previewChange(CHANGE, standing.engine)).isStackLeft, standing.warnings]).toEqual([false, []]);
  });
});

it('a change that touches no resource, but outputs or tags, is executed all the same', async () => {
  const { engine: used, calls, warnings } = engine({ describeChangeSet: async () => ({ ...READY, changes: [] }) });
  expect((await startChange(CHANGE, used)).operation).toEqual({ stackId: 'arn:s', token: 'c', expected: 0 });
  expect([calls.includes('executeChangeSet'), warnings]).toEqual([true, []]);
});

it('a creation that hangs does not keep a cancelled run, which says that it may have left something', async () => {
  const { engine: used, calls, abort, warnings } = engine({ createChangeSet: () => new Promise(() => {}) }, true);
  setImmediate(() => abort.abort(new Cancelled('SIGINT')));
  await expect(startChange(CHANGE, used)).rejects.toBeInstanceOf(Cancelled);
  expect(calls).toContain('deleteChangeSet');
  expect(warnings).toEqual([expect.stringContaining('Change set c of s may be left')]);
});

it('a creation that is answered while a cancelled run tidies up is tidied up after', async () => {
  let answer = () => {};
  const {
    engine: used,
    calls,
    abort,
    warnings,
  } = engine({
    createChangeSet: () =>
      new Promise(resolve => {
        answer = () => resolve({ id: 'arn:c', stackId: 'arn:s' });
      }),
    deleteEmptyStack: async () => answer(),
  });
  setImmediate(() => abort.abort(new Cancelled('SIGINT')));
  await expect(startChange(CHANGE, used)).rejects.toBeInstanceOf(Cancelled);
  expect(calls.slice(1)).toEqual([...TIDY, ...TIDY]);
  expect(warnings).toEqual([]);
});

it('a change set that CloudFormation does not let go in time is warned of', async () => {
  const { engine: used, warnings } = engine({ deleteChangeSet: async () => 'busy' });
  await previewChange(CHANGE, used);
  expect(warnings).toEqual([expect.stringContaining('CloudFormation is still making it')]);
});

it('an execution that hangs does not keep a cancelled run, which knows that it may have begun', async () => {
  const { engine: used, calls, abort, warnings } = engine({ executeChangeSet: () => new Promise(() => {}) });
  setImmediate(() => abort.abort(new Cancelled('SIGINT')));
  expect(await startChange(CHANGE, used)).toMatchObject({ operation: { token: 'c' }, isAnswered: false });
  expect([calls.at(-1), warnings]).toEqual(['executeChangeSet', []]);
});

it('a deletion of the empty stack that fails is made again only after another look', async () => {
  let deletions = 0;
  const {
    engine: used,
    calls,
    warnings,
  } = engine({
    deleteEmptyStack: () => (deletions++ === 0 ? Promise.reject(LOST) : Promise.resolve()),
    hasChangeSets: async () => deletions > 0,
  });
  await previewChange(CHANGE, used);
  // Somebody has put a change set into it meanwhile.
  expect(calls.slice(3)).toEqual([...TIDY, 'describe', 'hasChangeSets']);
  expect(warnings).toEqual([]);
});

it('a change set that is not seen yet is waited for, and one that is gone means that somebody else was faster', async () => {
  let reads = 0;
  const late = engine({ describeChangeSet: async () => (reads++ < 3 ? undefined : READY) });
  expect((await startChange(CHANGE, late.engine)).operation).toBeDefined();
  const gone = engine({ describeChangeSet: async () => undefined });
  await expect(startChange(CHANGE, gone.engine)).rejects.toBeInstanceOf(Overtaken);
});

describe('an execution whose answer is lost', () => {
  it.each<[string, ChangeSet | undefined]>([
    ['is under way when the change set says so', { ...READY, executionStatus: 'EXECUTE_IN_PROGRESS' }],
    ['is under way when the change set is gone', undefined],
  ])('%s', async (_, seen) => {
    let reads = 0;
    const {
      engine: used,
      calls,
      warnings,
    } = engine({
      executeChangeSet: () => Promise.reject(LOST),
      describeChangeSet: async () => (reads++ === 0 ? READY : seen),
      events: async () => ({ events: [{ ...EVENT, token: 'c' }] }),
    });
    expect(await startChange(CHANGE, used)).toMatchObject({
      operation: { stackId: 'arn:s', token: 'c', expected: 1 },
      isAnswered: true,
    });
    expect([calls.includes('deleteChangeSet'), warnings]).toEqual([false, []]);
  });

  it.each([
    ['lost', LOST],
    ['a refusal', new Overtaken('cloudformation:ExecuteChangeSet', 'OBSOLETE')],
  ])(
    '(%s) has not happened when the change set is gone and the history has nothing of it: somebody else was faster',
    async (_, answer) => {
      let reads = 0;
      const { engine: used, warnings } = engine({
        executeChangeSet: () => Promise.reject(answer),
        describeChangeSet: async () => (reads++ === 0 ? READY : undefined),
        events: async () => ({ events: [{ ...EVENT, token: 'theirs' }] }),
      });
      await expect(startChange(CHANGE, used)).rejects.toBeInstanceOf(Overtaken);
      expect(warnings).toEqual([]);
    },
  );

  it('and that was refused when it was repeated, because it is under way, is under way', async () => {
    let reads = 0;
    const { engine: used } = engine({
      executeChangeSet: () => Promise.reject(new Overtaken('cloudformation:ExecuteChangeSet', 'in progress')),
      describeChangeSet: async () => ({
        ...READY,
        executionStatus: reads++ === 0 ? 'AVAILABLE' : 'EXECUTE_IN_PROGRESS',
      }),
    });
    expect((await startChange(CHANGE, used)).operation).toBeDefined();
  });

  it('may have happened when the run is cancelled before the change set tells', async () => {
    const { engine: used, abort } = engine({
      executeChangeSet: () => {
        setImmediate(() => abort.abort(new Cancelled('SIGINT')));
        return Promise.reject(LOST);
      },
      describeChangeSet: () => (asked++ === 0 ? Promise.resolve(READY) : new Promise(() => {})),
    });
    let asked = 0;
    expect(await startChange(CHANGE, used)).toMatchObject({ operation: { token: 'c' }, isAnswered: false });
  });

  it('has not happened when the change set is still to be executed', async () => {
    const { engine: used, calls, warnings } = engine({ executeChangeSet: () => Promise.reject(LOST) });
    await expect(startChange(CHANGE, used)).rejects.toBe(LOST);
    expect(calls.slice(-4)).toEqual(TIDY);
    expect(warnings).toEqual([]);
  });
});
