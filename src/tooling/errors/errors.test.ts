import { describe, expect, it } from 'vitest';
import { specs } from '../generated-files.ts';
import { CAUSES } from './causes.ts';
import { errorTables, findingsTable, reasonsTable } from './errors-page.ts';
import { gatherMessages } from './messages.ts';
import { shippedSources } from './sources.ts';

const sources = shippedSources();
const gathered = gatherMessages(sources);

/** Where messages of elsewhere are only handed on, with what they are. Whoever adds to this says so here. */
const HANDED_ON: Readonly<Record<string, string>> = {
  'src/actions/lost-sight.ts': 'that credentials have expired: src/aws/faults.ts',
  'src/actions/smoke-test/run.ts': 'any of a smoke test, in its report',
  'src/aws/faults.ts': 'the rules of the same file',
  'src/stacks/blockers.ts': 'the rules of the same file',
  'src/stacks/combinations/combinations.ts': 'the combinations beside it',
  'src/stacks/engine.ts': 'that credentials have expired: src/aws/faults.ts',
  'src/telemetry/proof-run.ts': 'why a backend was not worth the traffic: never-sent.ts, which the report shows',
};

describe('docs/errors.md', () => {
  it('has a cause for every message; write the missing ones in causes.ts', () => {
    expect(gathered.messages.map(({ what }) => what).filter(what => !Object.hasOwn(CAUSES, what))).toEqual([]);
  });

  it('has no cause whose message is gone', () => {
    const known = new Set(gathered.messages.map(({ what }) => what));
    expect(Object.keys(CAUSES).filter(what => !known.has(what))).toEqual([]);
  });

  it('has a cure for every message', () => {
    const without = gathered.messages.filter(
      ({ what, fixes }) => fixes.length === 0 && typeof CAUSES[what] === 'string',
    );
    expect(without.map(({ what }) => what)).toEqual([]);
  });

  it('misses no message but those that are handed on', () => {
    expect([...new Set(gathered.handedOn.map(({ file }) => file))].sort()).toEqual(Object.keys(HANDED_ON).sort());
  });

  it('finds what a reader of the sources finds', () => {
    const found = gathered.messages.map(({ what }) => what);
    expect(found).toEqual(
      expect.arrayContaining([
        'There are no AWS credentials',
        'Input `confirm` must repeat the stack prefix, so that nothing is deleted by mistake',
        'The image cannot be built',
        'Two requests are named `<name>`',
      ]),
    );
    expect(found.length).toBeGreaterThan(200);
  });

  it('tells which actions show a message', () => {
    const page = errorTables(
      sources,
      specs.map(({ name }) => name),
    );
    const [everywhere = ''] = page.split('\n## ');
    expect(everywhere).toContain('There are no AWS credentials');
    const teardown = page.split('\n## ').find(part => part.startsWith('teardown\n'));
    expect(teardown).toContain('Input `confirm` must repeat the stack prefix');
    expect(page.match(/Input `confirm` must repeat/g)).toHaveLength(1);
  });
});

describe('findings and reasons', () => {
  it('come with what to do', () => {
    const findings = findingsTable(sources).split('\n');
    expect(findings.length).toBeGreaterThan(60);
    expect(findings.find(row => row.includes('it has no pipeline for them'))).toContain(
      'Add `<signal>` to `service.pipelines`',
    );
    expect(reasonsTable(sources)).toContain('Enable IAM Identity Center first');
  });
});

describe('messages of sources', () => {
  const messagesIn = (files: Record<string, string>) =>
    gatherMessages(new Map(Object.entries(files))).messages.map(({ what, fixes }) => [what, ...fixes]);

  it.each([
    ['a text', `const f = () => ({ what: 'It is wrong', fix: 'Mend it' });`, [['It is wrong', 'Mend it']]],
    [
      'a template',
      'const f = (stackName: string) => ({ what: `Stack \\`${stackName}\\` failed` });',
      [['Stack `<stack name>` failed']],
    ],
    [
      'a constant in a template',
      "const N = 'one'; const f = () => ({ what: `Tag \\`${N}\\` is ours` });",
      [['Tag `one` is ours']],
    ],
    ['a condition', `const f = (x: boolean) => ({ what: x ? 'One thing' : 'Another' });`, [['Another'], ['One thing']]],
    [
      'a constant of the function',
      `function f() { const what = 'Local'; return { what }; } const what = 'Outer';`,
      [['Local']],
    ],
    [
      'a function that makes it',
      `const f = () => ({ what: said() }); function said() { if (x) return 'A b'; return 'C d'; }`,
      [['A b'], ['C d']],
    ],
    ['a parameter', `refuse(1, 'Not so'); function refuse(n: number, what: string) { throw { what }; }`, [['Not so']]],
    [
      'a key of a parameter',
      `f({ what: undefined, failed: 'It broke' }); function f({ failed }: X) { return { what: failed }; }`,
      [['It broke']],
    ],
    ['a type said of it', `const f = () => ({ what: ('So' as string) satisfies string });`, [['So']]],
  ])('%s', (_, text, expected) => {
    expect(messagesIn({ 'src/a.ts': text })).toEqual(expected);
  });

  it('follows an exported function into other files, and another of its name not', () => {
    const thrower = `export function refuse(what: string) { throw { what }; }`;
    const caller = `import { refuse } from './a.ts'; refuse('From elsewhere');`;
    expect(messagesIn({ 'src/a.ts': thrower, 'src/b.ts': caller })).toEqual([['From elsewhere']]);
    const hidden = `function refuse(what: string) { throw { what }; }`;
    expect(messagesIn({ 'src/a.ts': hidden, 'src/b.ts': `refuse('From elsewhere');` })).toEqual([]);
  });

  it('names what it cannot read, with its line', () => {
    const { messages, handedOn } = gatherMessages(
      new Map([['src/a.ts', `\nconst f = (e: X) => ({ what: e.message });`]]),
    );
    expect([messages, handedOn]).toEqual([[], [{ file: 'src/a.ts', line: 2, text: 'e.message });' }]]);
  });

  it('refuses a source that is broken', () => {
    expect(() => messagesIn({ 'src/a.ts': 'const = 1' })).toThrow('src/a.ts');
  });
});
