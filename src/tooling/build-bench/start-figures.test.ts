import { expect, it } from 'vitest';
import { readStart, startAims, startTable } from './start-figures.ts';

const SAID = `GET / 200
First answer through the load balancer 14.2 s after the start.
0.9 s for both, 0 writes.
26 s in all.
`;

it('reads what npm start tells of itself, and holds it to its aims', () => {
  const figures = readStart(SAID);
  expect(figures).toEqual({ firstAnswer: 14.2, again: 0.9, writes: 0, whole: 26 });
  expect(startAims(figures).map(({ isMet }) => isMet)).toEqual([true, true, true]);
  expect(startAims({ ...figures, again: 3.1, writes: 1, whole: 91 }).map(({ isMet }) => isMet)).toEqual([
    false,
    false,
    false,
  ]);
  expect(startTable(figures)).toContain('14.2 s');
});

it('says what it misses', () => {
  expect(() => readStart('26 s in all.')).toThrow('has not printed');
});
