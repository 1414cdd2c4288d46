import { expect, it } from 'vitest';
import { safeUrl, shownText } from './shown-text.ts';

it.each([
  ['a plain text', 'a plain text'],
  ['two\r\n  lines\tand a tab', 'two lines and a tab'],
  ['\u001b[31mred\u001b[0m', 'red'],
  ['abc\u202etxt.exe', 'abc\ufffdtxt.exe'],
  ['null\u0000', 'null\ufffd'],
  ['half a \ud83d', 'half a \ufffd'],
  ['👩‍🚀 שלום', '👩‍🚀 שלום'],
])('shows %j on one line, without what hides or turns', (text, shown) => {
  expect(shownText(text)).toBe(shown);
});

it('cuts what is long, also when it is of a megabyte', () => {
  expect(shownText('x'.repeat(1_000_000), 10)).toBe('xxxxxxxxx…');
  expect(shownText('exactly 10', 10)).toBe('exactly 10');
  expect(shownText(`${'x'.repeat(8)}😀😀`, 10)).toBe(`${'x'.repeat(8)}…`);
  expect(shownText(' '.repeat(1_000_000), 10)).toBe('…');
});

it.each([
  ['https://a.example/b?c=1#d', 'https://a.example/b?c=1#d'],
  ['http://127.0.0.1:9090', 'http://127.0.0.1:9090/'],
  ['JavaScript:alert(1)', undefined],
  ['data:text/html,x', undefined],
  ['/relative', undefined],
])('takes %s as an address, or not', (url, safe) => {
  expect(safeUrl(url)).toBe(safe);
});
