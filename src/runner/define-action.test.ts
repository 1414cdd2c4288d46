import { expect, it } from 'vitest';
import { recordingHost } from '../tooling/recording-host.ts';
import { Cancelled } from './cancellation.ts';
import { defineAction } from './define-action.ts';
import { UserFault } from './fault.ts';
import { declareAction } from './spec.ts';

const spec = declareAction({
  name: 'act',
  title: '',
  description: '',
  icon: '',
  color: '',
  inputs: { count: { kind: 'integer', description: '', default: 1 } },
  outputs: { doubled: { description: '' } },
});
const folders = { workspace: '/w', toolkit: '/t' };

async function run(
  story: Parameters<typeof defineAction<typeof spec.inputs, typeof spec.outputs>>[1],
  inputs: Record<string, string> = {},
) {
  const host = recordingHost(inputs);
  const code = await defineAction(spec, story).run(host, folders, new AbortController().signal);
  return { code, log: host.log, outputs: host.outputs };
}

it('hands parsed inputs to the story and its outputs to the host', async () => {
  const result = await run(async ({ inputs, setOutput }) => setOutput('doubled', String(inputs.count * 2)), {
    count: '21',
  });
  expect(result).toEqual({ code: 0, log: [], outputs: { doubled: '42' } });
});

it('shows each fault of the user as an annotation of its own, at its place', async () => {
  const { code, log } = await run(async () => {
    throw new UserFault([
      { what: 'First', seen: '`x`', fix: 'Mend it', place: { file: 'a.yaml', line: 2, column: 3 } },
      { what: 'Is it so?', fix: 'Did you mean `y`?' },
    ]);
  });
  expect(code).toBe(1);
  expect(log).toEqual([
    '[error: act failed @ a.yaml:2:3] a.yaml:2:3: First. Seen: `x`. Mend it.',
    '[error: act failed] Is it so? Did you mean `y`?',
  ]);
});

it('shows twenty faults, and how many more there are', async () => {
  const faults = (count: number) => Array.from({ length: count }, (_, index) => ({ what: `Fault ${index + 1}` }));
  const many = await run(() => Promise.reject(new UserFault(faults(50_000))));
  expect([many.code, many.log.length]).toEqual([1, 21]);
  expect(many.log.slice(-2)).toEqual([
    '[error: act failed] Fault 20.',
    '[error: act failed] … and 49,980 more. Mend these first.',
  ]);
  const few = await run(() => Promise.reject(new UserFault(faults(20))));
  expect(few.log.at(-1)).toBe('[error: act failed] Fault 20.');
});

it('shows a bad input before the story begins', async () => {
  const { code, log } = await run(() => Promise.reject(new Error('the story began')), { count: 'x' });
  expect(code).toBe(1);
  expect(log).toEqual(['[error: act failed] Input `count` is not accepted. Seen: `x`. Give a whole number from 0.']);
});

it('shows anything else as a bug, with the stack trace', async () => {
  const { code, log } = await run(() => Promise.reject(new TypeError('x is not a function')));
  expect(code).toBe(1);
  expect(log.join('\n')).toMatch(
    /act crashed\] This is a bug in zap-obs.*TypeError: x is not a function\n +at .*define-action\.test\.ts/s,
  );
});

it('fails when the time is over', async () => {
  const { code, log } = await run(() => Promise.reject(new Cancelled('timeout')));
  expect([code, log]).toEqual([1, ['[error: act failed] Stopped: the time limit was reached.']]);
});

it.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('ends with the shell’s code after %s', async (signal, expected) => {
  const { code, log } = await run(() => Promise.reject(new Cancelled(signal)));
  expect([code, log]).toEqual([expected, [`[error: act cancelled] Stopped: the run was cancelled (${signal}).`]]);
});

it('tells the rest when the summary or an output cannot be written, and fails for the output only', async () => {
  const host = recordingHost({});
  const full = () => {
    throw new Error('no space left on device');
  };
  Object.assign(host, { summary: async () => full(), output: full });
  const written = defineAction(spec, async ({ setOutput, writeSummary }) => {
    setOutput('doubled', '2');
    await writeSummary('text');
    host.line('the story goes on');
  });
  expect(await written.run(host, folders, new AbortController().signal)).toBe(1);
  expect(host.log).toEqual([
    '[error] Output `doubled` could not be written: no space left on device. Its value: 2',
    '[warning] The job summary could not be written: no space left on device',
    'the story goes on',
  ]);
});

it('keeps secrets out of the summary', async () => {
  const host = recordingHost({});
  const telling = defineAction(spec, async ({ mask, writeSummary }) => {
    mask('hunter2');
    await writeSummary('the queue hunter2 already exists');
  });
  await telling.run(host, folders, new AbortController().signal);
  expect(host.summaryText).toBe('the queue *** already exists');
});
