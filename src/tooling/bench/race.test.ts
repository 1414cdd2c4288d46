import { afterEach, expect, it, vi } from 'vitest';
import { sum } from './figures.ts';
import { race } from './race.ts';

afterEach(() => vi.unstubAllEnvs());

it('measures a deployment, the run after it that has nothing to do, and stacks deployed at once', {
  timeout: 60_000,
}, async () => {
  const { entries } = await race({ racers: ['zap-obs'], repeats: 1, pace: 0.01, say: () => {} });
  const { runs: [run] = [], again: [again] = [], fork: [fork] = [] } = entries[0] ?? {};
  // Three change sets of 5 s and the stacks of about 60 s, at a hundredth.
  expect(run?.aws).toBeGreaterThan(650);
  expect((run?.aws ?? 0) + (run?.beyond ?? 0)).toBe(run?.wall);
  expect(run?.beyondByStack).toHaveLength(3);
  expect(sum(run?.beyondByStack ?? [])).toBe(run?.beyond);
  expect(run?.calls['cloudformation:ExecuteChangeSet']).toBe(3);
  expect([again?.aws, again?.calls['cloudformation:CreateChangeSet']]).toEqual([0, undefined]);
  expect(fork?.aws).toBeLessThan(run?.aws ?? 0);
});

it('names the tools that are not there', async () => {
  vi.stubEnv('PATH', '');
  vi.stubEnv('XDG_CACHE_HOME', '/nowhere');
  const { entries } = await race({ racers: ['aws-cli', 'cdk', 'rain'], repeats: 1, pace: 0, say: () => {} });
  expect(entries.map(({ name, runs, missing }) => [name, runs, missing])).toEqual([
    ['AWS CLI', undefined, expect.stringContaining('pip install awscli')],
    ['AWS CDK', undefined, expect.stringContaining('npm install --global aws-cdk')],
    ['rain', undefined, expect.stringContaining('go install github.com/aws-cloudformation/rain')],
  ]);
});
