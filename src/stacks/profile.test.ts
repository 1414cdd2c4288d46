import { expect, it } from 'vitest';
import { UserFault } from '../runner/fault.ts';
import { parseProfile } from './profile.ts';

const valuesOf = (text: string) =>
  Object.fromEntries([...parseProfile(text, 'p.yaml')].map(([name, { value }]) => [name, value]));
const refusalOf = (text: string) => {
  try {
    return valuesOf(text);
  } catch (error) {
    if (error instanceof UserFault) return error.message;
    throw error;
  }
};

it('keeps every value as it is written', () => {
  const text = 'A: 1.10\nB: 012345678901\nc.C: false\nD: "yes"\nE: [a, 0x1F]\nF: null\nG:\nH: "null"\n';
  expect(valuesOf(text)).toEqual({
    A: '1.10',
    B: '012345678901',
    'c.C': 'false',
    D: 'yes',
    E: 'a,0x1F',
    F: '',
    G: '',
    H: 'null',
  });
});

it('reads JSON, and a file of which every line is a comment', () => {
  expect(valuesOf('{ "A": 2, "B": ["x", "y"] }')).toEqual({ A: '2', B: 'x,y' });
  expect(valuesOf('# A: 2\n')).toEqual({});
});

it('knows where each value stands', () => {
  expect(parseProfile('A: 1\n\nB: 2\n', 'p.yaml').get('B')?.place).toEqual({ file: 'p.yaml', line: 3, column: 1 });
});

it.each([
  ['A: [\n', 'p.yaml:2:1: Broken YAML: '],
  ['A: 1\nA: 2\n', 'p.yaml:2:1: Broken YAML: '],
  ['- A\n', 'p.yaml: The profile is no mapping. Write one `Name: value` a line, or a JSON object.'],
  ['A: 1\nB: { c: secret }\n', 'p.yaml:2:1: `B` has a value that is neither a scalar nor a list of scalars.'],
  ['A: !Ref B\n', 'p.yaml:1:1: `A` has a value that is neither a scalar nor a list of scalars.'],
  ['A: [[b]]\n', 'p.yaml:1:1: `A` has a value that is neither a scalar nor a list of scalars.'],
])('refuses %j', (text, message) => {
  const refusal = refusalOf(text);
  expect(refusal).toContain(message);
  expect(refusal).not.toContain('secret');
});
