import { expect, it } from 'vitest';
import { byAge, markerOf, markIn } from './marker.ts';

const MARK = { key: 'shop-a--b eu-central-1 0a1b2c3d', run: 12345678901, attempt: 2 };

it('is found again at the beginning, whatever line ends GitHub gives', () => {
  expect(markIn(`${markerOf(MARK)}\r\n### Preview`)).toEqual(MARK);
});

it.each([
  ` ${markerOf(MARK)}`,
  `x\n${markerOf(MARK)}`,
  `> ${markerOf(MARK)}`,
  '<!-- zap-obs deploy shop eu-central-1 run -1.1 -->',
  '<!-- zap-obs deploy shop eu-central-1 run 1e9.1 -->',
  `<!-- zap-obs deploy shop eu-central-1 run ${'9'.repeat(400)}.1 -->`,
  '<!-- zap-obs deploy shop --> <!-- eu-central-1 run 1.1 -->',
])('is none in %j', body => {
  expect(markIn(body)).toBeUndefined();
});

it('is older by its run, then by its attempt', () => {
  expect(byAge({ ...MARK, run: 1, attempt: 9 }, { ...MARK, run: 2, attempt: 1 })).toBeLessThan(0);
  expect(byAge({ ...MARK, attempt: 3 }, MARK)).toBeGreaterThan(0);
  expect(byAge(MARK, MARK)).toBe(0);
});
