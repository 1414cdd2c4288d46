import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { actions } from '../index.ts';
import { parseExpectations } from '../telemetry/expectations.ts';
import { ROOT } from './repository.ts';

const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
const blocks = [...readme.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, text = '']) => text);

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

const steps = blocks.flatMap(text => stepsOf(parse(text))).filter(({ uses = '' }) => uses.startsWith('org/zap-obs'));

describe('the YAML in README.md', () => {
  it.each(steps.map(step => [step.uses ?? '', step]))('%s names inputs that there are', async (uses, step) => {
    const name = uses.replace(/@.*/, '').split('/').at(-1) ?? '';
    const { action } = (await actions[name]?.()) ?? {};
    expect(Object.keys(action?.spec.inputs ?? {})).toEqual(expect.arrayContaining(Object.keys(step.with ?? {})));
  });

  it('shows each action', () => {
    const shown = steps.map(({ uses = '' }) => uses.replace(/@.*/, '').split('/').at(-1));
    expect([...new Set(shown)].sort()).toEqual(Object.keys(actions).sort());
  });

  it('has an example of expectations that is one', () => {
    const examples = blocks.filter(text => text.startsWith('# yaml-language-server'));
    expect(examples).toHaveLength(1);
    const { requests, metrics, spans, logs } = parseExpectations(examples[0] ?? '', 'README.md');
    expect([requests.length, metrics.length, spans.length, logs.fields.length]).toEqual([2, 1, 1, 6]);
    expect(readme).toContain('/actions/telemetry.schema.json');
  });
});
