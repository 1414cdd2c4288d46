import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LocalAws, startLocalAws } from '@zap-obs/local-aws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ActionSpec } from '../../runner/spec.ts';
import { specs } from '../generated-files.ts';
import { localAwsEnvironment } from '../run-bundle.ts';
import { FORGED, fragments, hostileRuns } from './hostile.ts';
import { CANARY, type RunnerRun, runOnRunner } from './runner.ts';
import { readLog, readPairs } from './runner-commands.ts';
import { startTokenIssuer, type TokenIssuer, tokenOf } from './token-issuer.ts';
import { REPEATING, usualInputs } from './usual-inputs.ts';

// `dist/` as committed, started as the runner starts it, with the worst inputs that anybody thought of. All of them come from the
// declarations: a new input or action is covered as soon as it is there.

/** Forty of them run at once, on two cores. In milliseconds. */
const LIMIT = 180_000;

let aws: LocalAws;
let issuer: TokenIssuer;
const stage = mkdtempSync(join(tmpdir(), 'zap-obs-hostile-'));
const canary = join(stage, CANARY);
let runs = 0;
beforeAll(async () => {
  aws = await startLocalAws({ port: 0, pace: 0 });
  issuer = await startTokenIssuer(tokenOf('repo:org/shop', 'signed'), 'right-of-the-job');
});
afterAll(async () => {
  issuer.close();
  await aws.close();
  rmSync(stage, { recursive: true, force: true });
});

async function run({ name }: ActionSpec, inputs: Record<string, string>, files = REPEATING): Promise<RunnerRun> {
  const env = { ...localAwsEnvironment(aws.url), ...issuer.env };
  const all = { ...usualInputs(name, `hostile-${runs++}`), ...inputs };
  return await runOnRunner(stage, name, all, { env, files: { ...files } });
}

/** Commands that the actions give; none of them moves a value anywhere but into the log, or hides one. */
const OWN_COMMANDS = new Set(['group', 'endgroup', 'error', 'warning', 'notice', 'add-mask']);

/** What actions keep for the clean-up after the job. */
const OWN_STATES = /^(unfinished_\w+|region|role|session|duration)$/;

/** Nothing was executed, nothing forged, nobody else asked; and what went wrong is said clearly. */
function expectInert(spec: ActionSpec, { code, log, files, network, docker }: RunnerRun): string[] {
  expect(existsSync(canary), 'something was executed').toBe(false);
  expect(network).toEqual([]);

  const { commands, lines } = readLog(log);
  for (const { name, properties, data } of commands) {
    // Of GitHub's own library, which says where it asks for a token.
    if (name === 'debug' && data.startsWith('ID token url is http://127.0.0.1:')) continue;
    expect(OWN_COMMANDS, `${name} ${data}`).toContain(name);
    expect(data.trim().startsWith(FORGED), `${name} ${data}`).toBe(false);
    expect(Object.keys(properties).filter(key => !/^(title|file|line|col|endLine|endColumn)$/.test(key))).toEqual([]);
    expect(properties.title ?? '').not.toContain(FORGED);
    expect(name === 'add-mask' && data.includes(FORGED)).toBe(false);
  }
  expect(lines.filter(line => line.trim().startsWith('::'))).toEqual([]);

  const outputs = readPairs(files.output).map(([name]) => name);
  expect(outputs.filter(name => !(name in spec.outputs))).toEqual([]);
  expect(readPairs(files.state).filter(([name]) => !OWN_STATES.test(name))).toEqual([]);
  expect([files.env, files.path]).toEqual(['', '']);
  expect(activeIn(files.summary)).toEqual([]);
  expect(Buffer.byteLength(files.summary)).toBeLessThan(1_000_000);

  // An option to Docker begins an argument; the values of inputs never do.
  const ours = docker.flatMap(({ args }) => args).filter(arg => /^--?(debug|v|config)(=|$)/.test(arg));
  expect(ours).toEqual([]);

  const errors = commands.filter(({ name }) => name === 'error').map(({ data }) => data);
  expect(log).not.toContain('bug in zap-obs');
  expect(log).not.toMatch(/^\s+at .*\(.*dist\//m);
  expect(code, log.slice(0, 4000)).toBe(errors.length > 0 ? 1 : 0);
  expect(new Set(errors).size).toBe(errors.length);
  // The runner's own limit for what it shows is near: https://github.com/actions/toolkit/blob/main/docs/problem-matchers.md
  for (const error of errors) expect(error.length, error).toBeLessThan(8000);
  return errors;
}

/** What a browser would act on in a summary: elements and links, other than in code. */
function activeIn(markdown: string): string[] {
  const shown = markdown
    .replaceAll(/^(`{3,})[^\n]*\n[\s\S]*?^\1$/gm, '')
    .replaceAll(/(?<!`)(`+)(?!`)[\s\S]*?[^`]\1(?!`)/g, '');
  return [
    ...(shown.match(/<(?!\/?(details|summary|br|b|i|code|pre|picture|source|sub|kbd)\b)[a-z!/][^>]*>?/gi) ?? []),
    ...(shown.match(/(?<!\\)\]\((?!https?:)[^)]*\)/g) ?? []),
    ...(shown.match(new RegExp(`^#+ ${FORGED}`, 'gm')) ?? []),
  ];
}

describe.concurrent.each(specs.map(spec => [spec.name, spec] as const))('%s', (_, spec) => {
  describe('with hostile inputs', () => {
    it.each(hostileRuns(spec, canary).map(one => [one.name, one] as const))(
      '%s',
      { timeout: LIMIT },
      async (_, { inputs, refused }) => {
        const errors = expectInert(spec, await run(spec, inputs));
        if (refused.length === 0) return;
        // More than twenty are counted only.
        const named = errors.map(error => /^Input `([\w-]+)`/.exec(error)?.[1] ?? error);
        expect(named.slice(0, 20)).toEqual(refused.slice(0, 20));
      },
    );
  });

  it('with files of a megabyte of it', { timeout: LIMIT }, async () => {
    const whole = fragments(canary).join(' ');
    const text = whole.repeat(Math.ceil(1_048_576 / whole.length));
    const used = Object.keys(REPEATING).map(file => run(spec, {}, { ...REPEATING, [file]: text }));
    for (const ended of await Promise.all(used)) expectInert(spec, ended);
  });
});
