import { expect, it } from 'vitest';
import { inert } from './actions-host.ts';

it.each([
  ['::error::x', ':\u200b:error::x'],
  ['a\n  ::set-output name=x::y', 'a\n  :\u200b:set-output name=x::y'],
  ['a\r::stop-commands::t', 'a\n:\u200b:stop-commands::t'],
  ['see ##[error]x', 'see #\u200b#[error]x'],
  ['AWS::SNS::Topic and a::b', 'AWS::SNS::Topic and a::b'],
])('%j does not speak to the runner', (text, expected) => {
  expect(inert(text)).toBe(expected);
});

it('takes time in proportion to the text, whatever blanks it has', () => {
  for (const blank of ['\n', ' ', '\u2028', '\r']) {
    const took = (length: number) => {
      const started = performance.now();
      inert(`${blank.repeat(length)}::error::x`);
      return performance.now() - started;
    };
    took(1000);
    const [short, long] = [Math.min(...[0, 1, 2].map(() => took(50_000))), took(400_000)];
    // Eight times as long; sixty-four times would be the square.
    expect(long, JSON.stringify(blank)).toBeLessThan(30 * Math.max(short, 1));
  }
});
