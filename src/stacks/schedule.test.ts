import { expect, it } from 'vitest';
import { schedule } from './schedule.ts';

const graph = (edges: Record<string, string[]>) =>
  new Map(Object.entries(edges).map(([name, others]) => [name, new Set(others)]));

/** Runs a graph and notes who was running whenever somebody began. */
async function trace(
  names: string[],
  edges: Record<string, string[]>,
  limit: number,
  options: { failing?: string; afterFailure?: 'stop' | 'go-on' } = {},
) {
  const running = new Set<string>();
  const begun: string[] = [];
  const items = names.map(shortName => ({ shortName }));
  const results = await schedule(
    items,
    { dependencies: graph(edges), limit, afterFailure: options.afterFailure ?? 'stop' },
    {
      async run({ shortName: name }) {
        running.add(name);
        begun.push([...running].join('+'));
        await new Promise(setImmediate);
        running.delete(name);
        return { name, outcome: name === options.failing ? 'failed' : 'done' };
      },
      isGood: ({ outcome }) => outcome === 'done',
      skip: ({ shortName: name }, because) => ({ name, outcome: `skipped after ${because}` }),
    },
  );
  return { begun, results: results.map(({ name, outcome }) => `${name} ${outcome}`) };
}

it('runs one after another in the order given when the limit is one', async () => {
  expect((await trace(['a', 'b', 'c'], {}, 1)).begun).toEqual(['a', 'b', 'c']);
});

it('runs what is independent at once and waits for dependencies', async () => {
  expect((await trace(['a', 'b', 'c'], { c: ['a', 'b'] }, 4)).begun).toEqual(['a', 'a+b', 'c']);
});

it('never exceeds the limit', async () => {
  const { begun } = await trace(['a', 'b', 'c', 'd', 'e'], {}, 2);
  expect(Math.max(...begun.map(running => running.split('+').length))).toBe(2);
});

it('does not wait for a dependency outside of the run', async () => {
  expect((await trace(['b'], { b: ['left-out'] }, 1)).results).toEqual(['b done']);
});

it('starts nothing after a failure, and lets finish what runs', async () => {
  const { results } = await trace(['a', 'b', 'c', 'd'], { c: ['b'] }, 2, { failing: 'a' });
  expect(results).toEqual(['a failed', 'b done', 'c skipped after a', 'd skipped after a']);
});

it('goes on with what does not depend on the failure when told so', async () => {
  const { results } = await trace(['a', 'b', 'c'], { b: ['a'] }, 1, { failing: 'a', afterFailure: 'go-on' });
  expect(results).toEqual(['a failed', 'c done', 'b skipped after a']);
});

it('rejects when the work itself rejects', async () => {
  const work = { run: () => Promise.reject(new Error('a bug')), isGood: () => true, skip: () => 'skipped' };
  await expect(
    schedule([{ shortName: 'a' }], { dependencies: graph({}), limit: 1, afterFailure: 'stop' }, work),
  ).rejects.toThrow('a bug');
});
