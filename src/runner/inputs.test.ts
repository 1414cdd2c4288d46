import { describe, expect, it } from 'vitest';
import { UserFault } from './fault.ts';
import { parseInputs } from './inputs.ts';
import type { InputSpecs } from './spec.ts';

const specs = {
  name: { kind: 'string', description: 'A name', pattern: { regex: /^[a-z]+$/, accepts: 'small letters' } },
  needed: { kind: 'string', description: 'Say it', required: true },
  preset: { kind: 'string', description: '', default: 'x' },
  flag: { kind: 'boolean', description: '', default: false },
  count: { kind: 'integer', description: '', default: 4, min: 1, max: 9 },
  wait: { kind: 'duration', description: '', default: '1h' },
  mode: { kind: 'enum', description: '', values: ['a', 'b'], default: 'a' },
  list: { kind: 'list', description: '' },
  map: { kind: 'map', description: '' },
} as const satisfies InputSpecs;

const parse = (raw: Record<string, string>) => parseInputs(specs, name => ({ needed: 'yes', ...raw })[name] ?? '');

function faultsOf(raw: Record<string, string>): string[] {
  try {
    parse(raw);
  } catch (error) {
    if (error instanceof UserFault) return error.message.split('\n');
    throw error;
  }
  return [];
}

it('gives defaults, and undefined where there is none', () => {
  expect(parse({})).toEqual({
    name: undefined,
    needed: 'yes',
    preset: 'x',
    flag: false,
    count: 4,
    wait: 3_600_000,
    mode: 'a',
    list: [],
    map: {},
  });
});

it('leaves empty what may be empty on purpose, as only `action.yml` gives its default', () => {
  const own = { image: { kind: 'string', description: '', default: 'x', staysEmpty: true } } as const;
  expect(parseInputs(own, () => '')).toEqual({ image: '' });
  expect(parseInputs(own, () => 'y')).toEqual({ image: 'y' });
});

it('parses every kind', () => {
  const raw = {
    name: ' abc ',
    flag: 'TRUE',
    count: '9',
    wait: '90s',
    mode: 'b',
    list: 'a, b\nc,,',
    map: 'A: 1\nB: [x, y]',
  };
  expect(parse(raw)).toMatchObject({
    name: 'abc',
    flag: true,
    count: 9,
    wait: 90_000,
    mode: 'b',
    list: ['a', 'b', 'c'],
    map: { A: '1', B: 'x,y' },
  });
});

describe('a map keeps scalars as they are written', () => {
  it.each([
    ['an account id with a leading zero', 'A: 012345678901', '012345678901'],
    ['a version', 'A: 1.10', '1.10'],
    ['what YAML may read as a number', 'A: 12e4', '12e4'],
    ['what YAML may read as a boolean', 'A: yes', 'yes'],
    ['commas', 'A: "a,b"', 'a,b'],
    ['JSON', '{"A": "x: y", "B": true}', 'x: y'],
    ['nothing', 'A:', ''],
    ['a text of several lines', 'A: |\n  x\n  y', 'x\ny\n'],
  ])('%s', (_, map, value) => {
    expect(parse({ map }).map.A).toBe(value);
  });
});

it('names all bad inputs at once, with what was seen and what is accepted', () => {
  expect(faultsOf({ name: 'A1', needed: '', flag: 'ja', count: '10', wait: '5', mode: 'c', map: 'just text' })).toEqual(
    [
      'Input `name` is not accepted. Seen: `A1`. Give small letters.',
      'Input `needed` is required. Seen: nothing. Say it.',
      'Input `flag` is not accepted. Seen: `ja`. Give `true` or `false`.',
      'Input `count` is not accepted. Seen: `10`. Give a whole number from 1 to 9.',
      'Input `wait` is not accepted. Seen: `5`. Give a duration such as `90s`, `30m` or `2h`.',
      'Input `mode` is not accepted. Seen: `c`. Give one of `a`, `b`.',
      'Input `map` is not accepted. Seen: text that is no mapping. Write one `Name: value` a line, or a JSON object.',
    ],
  );
});

it.each([
  ['broken YAML', 'A: [', 'is not valid YAML or JSON at line 1, column 5'],
  ['a key twice', 'A: 1\nA: 2', 'Map keys must be unique'],
  ['a mapping as a value', 'A: { B: 1 }', 'neither a scalar nor a list of scalars, for `A`'],
])('says where a map is wrong: %s', (_, map, message) => {
  expect(faultsOf({ map })[0]).toContain(message);
});

it.each([
  ['https://user:hunter2@shop.example.com/a', 'https://***@shop.example.com/a'],
  ['https://hunter2@shop.example.com', 'https://***@shop.example.com'],
  [
    'https://shop.example.com/?X-Amz-Expires=9&X-Amz-Signature=hunter2&x-amz-security-token=hunter2',
    'https://shop.example.com/?X-Amz-Expires=***&X-Amz-Signature=***&x-amz-security-token=***',
  ],
  ['https://shop.example.com/@a b', 'https://shop.example.com/@a b'],
])('does not repeat the secrets of an address that it refuses: %s', (text, shown) => {
  expect(faultsOf({ name: text })[0]).toContain(`Seen: \`${shown}\`.`);
});
