import { expect, it } from 'vitest';
import { tellingLine } from './telling-line.ts';

it.each([
  [['starting', 'Error: no database', '    at main (app.js:1:1)', '  code: 5'], 'Error: no database'],
  [['error: one', 'error: two', 'bye'], 'error: two'],
  [['panic: nil map', '', 'goroutine 1 [running]:'], 'panic: nil map'],
  [['hello', 'bye', '  '], 'bye'],
  [['terrors of the deep', 'fine'], 'fine'],
  [[], undefined],
])('%j', (lines, expected) => {
  expect(tellingLine(lines)).toBe(expected);
});

it('shortens a line that is too long to be read', () => {
  expect(tellingLine([`error ${'x'.repeat(1000)}`])).toHaveLength(402);
});
