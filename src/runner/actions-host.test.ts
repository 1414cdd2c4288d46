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
