import { describe, expect, it } from 'vitest';
import { CHAIN, templateOf, varied } from './course.ts';

describe('the durations of a race', () => {
  it('stay within a tenth of what they are called, and differ from race to race', () => {
    const races = [0, 1, 2, 3].map(race => varied(CHAIN, race).map(({ seconds }) => seconds));
    for (const seconds of races) {
      for (const [index, { seconds: nominal }] of CHAIN.entries()) {
        expect(Math.abs((seconds[index] ?? 0) / nominal - 1)).toBeLessThanOrEqual(0.1);
      }
    }
    expect(new Set(races.flat()).size).toBe(12);
    expect(varied(CHAIN, 0)).toEqual(varied(CHAIN, 0));
  });

  it('are what the two resources take that come after one another', () => {
    const { Resources } = templateOf({ name: 'x', seconds: 17, needs: [] }, { by: 'parameters' }) as {
      Resources: Record<string, { Metadata: { 'zap-local:seconds': number } }>;
    };
    const taken = ['Topic', 'Log'].map(id => Resources[id]?.Metadata['zap-local:seconds'] ?? 0);
    expect(taken.reduce((sum, seconds) => sum + seconds)).toBeCloseTo(17);
  });
});

it.each(['parameters', 'exports'] as const)('every input of a stack threaded by %s is an output before it', by => {
  const threading = by === 'exports' ? ({ by, prefix: 'p' } as const) : ({ by } as const);
  const known = new Set<string>();
  for (const leg of CHAIN) {
    const template = templateOf(leg, threading);
    const { Parameters = {}, Outputs } = template as Record<string, Record<string, { Export?: { Name: string } }>>;
    const imports = [...JSON.stringify(template).matchAll(/"Fn::ImportValue":"([^"]+)"/g)].map(([, name = '']) => name);
    const needed = by === 'exports' ? imports : Object.keys(Parameters);
    expect(needed).toHaveLength(leg.needs.length);
    for (const name of needed) expect(known).toContain(name);
    for (const [key, { Export }] of Object.entries(Outputs ?? {})) known.add(Export?.Name ?? key);
  }
});
