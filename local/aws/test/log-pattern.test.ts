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

test('[a, b] is refused with what there is', () => {
  expect(() => readPattern('[a, b]')).toThrow(/Invalid filter pattern; the local AWS has terms/);
});

describe('regular expressions', () => {
  // The examples of the User Guide first.
  test.each([
    ['%AUTHORIZED%', '[ERROR 401] UNAUTHORIZED REQUEST', true],
    ['%AUTHORIZED%', 'unauthorized', false],
    ['%^[hc]at%', 'hat', true],
    ['%^[hc]at%', 'that', false],
    ['%[hc]at$%', 'that', true],
    ['%[hc]at$%', 'hats', false],
    ['%colou?r%', 'color', true],
    ['%^a{3,5}$%', 'aaaa', true],
    ['%^a{3,5}$%', 'aa', false],
    ['%^a{,2}$%', 'aa', true],
    ['%^a{,2}$%', 'aaa', false],
    ['%^a{2,}$%', 'aaa', true],
    ['%gray|grey%', 'a grey one', true],
    ['%^starting|^initializing|^shutting down%', 'shutting down now', true],
    ['%^starting|^initializing|^shutting down%', 'skipping initializing', false],
    [String.raw`%\[.\]%`, 'a [7]', true],
    [String.raw`%\[.\]%`, 'a 7', false],
    [String.raw`%10\.10\.0\.1%`, '10.10.0.1', true],
    [String.raw`%10\.10\.0\.1%`, '10010,051', false],
    ['%10.10.0.1%', '10010,051', true],
    ['%ab*c%', 'ac', true],
    ['%ab+c%', 'ac', false],
    ['%.at%', '#at', true],
    [String.raw`%^\d$%`, '7', true],
    [String.raw`%^\D$%`, '7', false],
    [String.raw`%a\sb%`, 'a\tb', true],
    [String.raw`%^\w$%`, '_', true],
    [String.raw`%^\W$%`, '-', true],
    [String.raw`%\x28%`, 'f(x)', true],
    [String.raw`%\x3A%`, 'a:b', true],
    ['%6b037d30-?0a1b2c3d%', '{"trace_id":"6b037d300a1b2c3d0000000000000001"}', true],
    ['%6b037d30-?0a1b2c3d%', 'Root=1-6b037d30-0a1b2c3d0000000000000001', true],
    ['%6b037d30-?0a1b2c3d%', '6b037d30--0a1b2c3d', false],
    ['%6b037d30-?0a1b2c3d%', '6B037D300A1B2C3D', false],
  ])('%s in %s: %s', (pattern, message, expected) => {
    expect(finds(pattern, message)).toBe(expected);
  });

  test.each([
    '%something!%',
    '%(a|b)%',
    '%a"b%',
    '%é%',
    '%%',
    '%open',
    '%a% %b%',
    String.raw`%\bword%`,
    String.raw`%\x2%`,
    String.raw`%a\%`,
    '%*a%',
    '%a{1%',
    '%[a%',
    '{ $.a = %(b)% }',
    '{ $.a > %b% }',
    '{ $.a = %b% || $.a = %c% || $.a = %d% }',
  ])('%s is refused', pattern => {
    expect(() => readPattern(pattern)).toThrow(/^Invalid filter pattern$/);
  });

  test.each([
    ['{ $.trace_id = %^[a-c]{3}$% }', true],
    ['{ $.trace_id = %^[a-b]+$% }', false],
    ['{ $.trace_id != %^x% }', true],
    ['{ $.trace_id = %x% || $.body = %late$% }', true],
    ['{ $.missing != %x% }', false],
    ['{ $.attributes = %x% }', false],
  ])('%s: %s', (pattern, expected) => {
    expect(finds(pattern, JSON_EVENT)).toBe(expected);
  });
});
