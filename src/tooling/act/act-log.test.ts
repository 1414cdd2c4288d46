import { expect, it } from 'vitest';
import { type ActLine, readActLine } from './act-log.ts';
import { ActProgress } from './act-progress.ts';

// As act 0.2.87 writes them.
const common = { dryrun: false, job: 'Deploy/app     ', jobID: 'app', level: 'info', matrix: {} };
const main = { ...common, stage: 'Main', step: 'org/zap-obs/deploy@v1', stepID: ['deploy'] };
const LINES = [
  { level: 'info', msg: "Using docker host 'unix:///var/run/docker.sock'" },
  { ...common, msg: '⭐ Run Set up job', step: 'Set up job', stepid: ['--setup-job'] },
  { ...common, msg: '  ✅  Success - Set up job', step: 'Set up job', stepResult: 'success' },
  { ...main, msg: '  ❓  ::group::Plan for demo\n', command: 'group', arg: 'Plan for demo', kvPairs: {} },
  { ...main, msg: 'demo-vpc-alb (58 resources)\n', raw_output: true },
  { ...main, msg: '    VpcCidr  default\n', raw_output: true },
  { ...main, msg: '#12 DONE 0.1s\n', raw_output: true },
  { ...main, msg: '  ❓  ::endgroup::\n', command: 'endgroup', arg: '', kvPairs: {} },
  { ...main, msg: '  indented, in no group\n', raw_output: true },
  { ...main, msg: '\n', raw_output: true },
  { ...main, msg: '  ⚙  ::set-output:: changed=true', command: 'set-output', name: 'changed', arg: 'true' },
  { ...main, msg: '  ❗  ::error::Mend it.', command: 'error', arg: 'Mend it.', kvPairs: {}, level: 'error' },
  { ...main, msg: '  ⚙  Summary - ## ✅ done', command: 'summary', content: '## ✅ done\n\nmore' },
  { ...main, msg: 'exit status 1', level: 'error' },
  { ...main, msg: '  ❌  Failure - Main', stepResult: 'failure', executionTime: 1_967_851_246 },
  { ...common, msg: '  ✅  Success - Post', stage: 'Post', step: 'org/zap-obs/deploy@v1', stepResult: 'success' },
  { ...common, msg: '🏁  Job failed', jobResult: 'failure' },
].map(line => JSON.stringify(line));

const read = LINES.map(readActLine).filter((line): line is ActLine => line !== undefined);

it('keeps what people and tests want of a log', () => {
  const output = (text: string) => ({ kind: 'output', job: 'app', text });
  expect(read).toEqual([
    { kind: 'group', job: 'app', title: 'Plan for demo' },
    output('demo-vpc-alb (58 resources)'),
    output('    VpcCidr  default'),
    output('#12 DONE 0.1s'),
    { kind: 'end-group', job: 'app' },
    output('  indented, in no group'),
    output(''),
    { kind: 'annotation', job: 'app', level: 'error', text: 'Mend it.' },
    { kind: 'summary', job: 'app', markdown: '## ✅ done\n\nmore' },
    { kind: 'step', job: 'app', name: 'org/zap-obs/deploy@v1', passed: false, ms: 1967.851246 },
    { kind: 'job', job: 'app', passed: false },
  ]);
});

it.each([
  ["Error: Job 'app' failed", "Error: Job 'app' failed"],
  [JSON.stringify({ ...common, level: 'error', msg: 'yaml: line 3: no' }), 'yaml: line 3: no'],
  [JSON.stringify({ level: 'fatal', msg: 'no workflow' }), 'no workflow'],
])("passes on what is wrong with act or with the workflow's file: %s", (line, text) => {
  expect(readActLine(line)).toEqual({ kind: 'trouble', text });
});

it('shows of a group its title and what stands at the margin, and every failure', () => {
  const progress = new ActProgress();
  const shown = read.map(line => progress.line(line)).filter(text => text !== undefined);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours of the terminal
  expect(shown.map(text => text.replaceAll(/\u001b\[\d+m/g, ''))).toEqual([
    'app        │ Plan for demo',
    'app        │ demo-vpc-alb (58 resources)',
    'app        │   indented, in no group',
    'app        │ ✗ Mend it.',
    'app        │ ✗ org/zap-obs/deploy@v1 (2.0 s)',
    'app        │ ✗ failed',
  ]);
});
