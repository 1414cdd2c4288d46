import { expect, it } from 'vitest';
import { buildAims, buildTable } from './figures.ts';

const COLD = { what: 'cold', wall: 12.345, reads: 4, writes: 2, isReused: false };

it('holds only a run that built nothing to the aims', () => {
  const reused = { what: 'reused', wall: 0.31, reads: 2, writes: 0, isReused: true };
  expect(buildAims([COLD])).toEqual([]);
  expect(buildAims([COLD, reused]).map(({ isMet }) => isMet)).toEqual([true, true]);
  expect(buildAims([{ ...reused, wall: 0.51, writes: 1 }]).map(({ isMet }) => isMet)).toEqual([false, false]);
});

it('shows each run', () => {
  expect(buildTable([COLD])).toContain('| cold | 12.35 s | 4 | 2 |');
});
