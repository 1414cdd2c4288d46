import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { actions } from '../index.ts';
import { parseExpectations } from '../telemetry/expectations.ts';
import { ROOT } from './repository.ts';

const files = ['README.md', ...readdirSync(join(ROOT, 'docs')).map(file => `docs/${file}`)];
const blocks = files.flatMap(file =>
  [...readFileSync(join(ROOT, file), 'utf8').matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, text = '']) => ({
    file,
    text,
  })),
);

/** Inputs of `deploy` that come with the preview on pull requests. */
const COMING = ['comment'];

interface Step {
  uses?: string;
  with?: Record<string, unknown>;
}

/** Every step of a block, in a job or on its own. */
function stepsOf(block: unknown): Step[] {
  if (Array.isArray(block)) return block.flatMap(stepsOf);
  if (typeof block !== 'object' || block === null) return [];
  return 'uses' in block ? [block as Step] : Object.values(block).flatMap(stepsOf);
}

/** What belongs to the toolkit and is an action of its own: neither the root action nor a workflow. */
const steps = blocks
  .flatMap(({ file, text }) => stepsOf(parse(text)).map(step => ({ file, step })))
  .filter(({ step: { uses = '' } }) => /^org\/zap-obs\/(actions\/[\w-]+|deploy)@v1$/.test(uses));

describe('the YAML of README.md and docs', () => {
  it.each(steps.map(({ file, step }) => [file, step.uses ?? '', step]))(
    '%s: %s names inputs that there are',
    async (_, uses, step) => {
      const name = uses.replace(/@.*/, '').split('/').at(-1) ?? '';
      const { action } = (await actions[name]?.()) ?? {};
      const known = [...Object.keys(action?.spec.inputs ?? {}), ...COMING];
      expect(known).toEqual(expect.arrayContaining(Object.keys(step.with ?? {})));
    },
  );

  it('shows each action on the front page', () => {
    const shown = steps
      .filter(({ file }) => file === 'README.md')
      .map(({ step: { uses = '' } }) => uses.replace(/@.*/, '').split('/').at(-1));
    expect([...new Set(shown)].sort()).toEqual(Object.keys(actions).sort());
  });

  it('has an example of expectations that is one', () => {
    const examples = blocks.filter(({ text }) => text.startsWith('# yaml-language-server'));
    expect(examples).toHaveLength(1);
    const { requests, metrics, spans, logs } = parseExpectations(examples[0]?.text ?? '', 'docs/expectations.md');
    expect([requests.length, metrics.length, spans.length, logs.fields.length]).toEqual([2, 1, 1, 6]);
  });
});
