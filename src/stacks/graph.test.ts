import { describe, expect, it } from 'vitest';
import { order, reverse } from './graph.ts';

const graph = (edges: Record<string, string[]>) =>
  new Map(Object.entries(edges).map(([name, others]) => [name, new Set(others)]));

describe('order', () => {
  it('keeps file order where nothing forces another', () => {
    expect(order(['c', 'a', 'b'], graph({}))).toEqual({ order: ['c', 'a', 'b'] });
  });

  it('moves a stack behind one that stands later in the file', () => {
    expect(order(['a', 'b', 'c'], graph({ a: ['c'] }))).toEqual({ order: ['b', 'c', 'a'] });
  });

  it('names only the stacks of the cycle, not those that wait for it', () => {
    expect(order(['start', 'waits', 'x', 'y'], graph({ waits: ['x'], x: ['y', 'start'], y: ['x'] }))).toEqual({
      cycle: ['x', 'y', 'x'],
    });
  });

  it('finds a stack that depends on itself', () => {
    expect(order(['a'], graph({ a: ['a'] }))).toEqual({ cycle: ['a', 'a'] });
  });
});

it('reverse turns every edge around and keeps stacks without edges', () => {
  expect(reverse(graph({ a: [], b: ['a'], c: ['a', 'b'], d: [] }))).toEqual(
    graph({ a: ['b', 'c'], b: ['c'], c: [], d: [] }),
  );
});
