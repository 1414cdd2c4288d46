import { describe, expect, test } from 'vitest';
import { readPattern } from '../src/services/log-pattern.ts';

const finds = (pattern: string, message: string) => readPattern(pattern)(message);
const JSON_EVENT = JSON.stringify({
  body: 'it is late',
  trace_id: 'abc',
  flags: 1,
  ok: true,
  gone: null,
  attributes: { 'http.route': '/api/data', nested: { list: [{ id: 7 }] } },
});

describe('terms', () => {
  test.each([
    ['', 'anything', true],
    ['ERROR', '[ERROR 400] no', true],
    ['ERROR', 'an error', false],
    ['ERROR 400', '400, then ERROR', true],
    ['ERROR 400', 'ERROR 401', false],
    ['"ERROR 400"', '400, then ERROR', false],
    ['"ERROR 400"', '[ERROR 400]', true],
    [String.raw`"\"a\": 1"`, '{"a": 1}', true],
    ['ERROR -EXIT', 'ERROR here', true],
    ['ERROR -EXIT', 'ERROR, EXIT', false],
    ['ERROR -"will exit"', 'ERROR, will exit', false],
    ['-EXIT', 'all well', true],
    ['?WARN ?ERROR', 'a WARN', true],
    ['?WARN ?ERROR', 'an ERROR', true],
    ['?WARN ?ERROR', 'neither', false],
    // Beside others, `?` is ignored.
    ['?WARN ERROR', 'an ERROR', true],
    ['?WARN ERROR', 'a WARN', false],
  ])('%s in %s: %s', (pattern, message, expected) => {
    expect(finds(pattern, message)).toBe(expected);
  });
});

describe('JSON', () => {
  test.each([
    ['{ $.trace_id = "abc" }', true],
    ['{$.trace_id="abc"}', true],
    ['{ $.trace_id = "ab" }', false],
    ['{ $.trace_id = abc }', true],
    ['{ $.trace_id = "a*" }', true],
    ['{ $.trace_id = "b*" }', false],
    ['{ $.trace_id != "abc" }', false],
    ['{ $.trace_id != "x" }', true],
    ['{ $.missing != "x" }', false],
    ['{ $.flags = 1 }', true],
    ['{ $.flags >= 2 }', false],
    ['{ $.flags < 2 }', true],
    ['{ $.ok IS TRUE }', true],
    ['{ $.ok is false }', false],
    ['{ $.gone IS NULL }', true],
    ['{ $.missing IS NULL }', false],
    ['{ $.missing NOT EXISTS }', true],
    ['{ $.ok NOT EXISTS }', false],
    [`{ $.attributes['http.route'] = "/api/data" }`, true],
    ['{ $.attributes["http.route"] = "/api/*" }', true],
    ['{ $.attributes.nested.list[0].id = 7 }', true],
    ['{ $.attributes.nested.list[1].id = 7 }', false],
    ['{ $.trace_id = "abc" && $.flags = 2 }', false],
    ['{ $.trace_id = "abc" || $.flags = 2 }', true],
    // && binds tighter than ||.
    ['{ $.trace_id = "abc" || $.flags = 2 && $.flags = 3 }', true],
    ['{ ($.trace_id = "abc" || $.flags = 2) && $.flags = 3 }', false],
  ])('%s: %s', (pattern, expected) => {
    expect(finds(pattern, JSON_EVENT)).toBe(expected);
  });

  test('finds nothing in what is no JSON object', () => {
    expect(finds('{ $.a NOT EXISTS }', 'plain')).toBe(false);
    expect(finds('{ $.a NOT EXISTS }', '"text"')).toBe(false);
  });
});

test.each([
  'a-b',
  'a=b',
  '"open',
  '{ $.a }',
  '{ $.a = }',
  '{ }',
  '{ $.a = 1',
  '{ $.a = 1 && }',
  '{ a = 1 }',
  '{ ($.a = 1 }',
  '{ $.a = 1 $.b = 2 }',
])('%s is refused', pattern => {
  expect(() => readPattern(pattern)).toThrow(/^Invalid filter pattern$/);
});

test.each(['[a, b]', '%regex%'])('%s is refused with what there is', pattern => {
  expect(() => readPattern(pattern)).toThrow(/Invalid filter pattern; the local AWS has terms/);
});
