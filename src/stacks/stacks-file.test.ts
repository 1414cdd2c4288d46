import { expect, it } from 'vitest';
import { UserFault } from '../runner/fault.ts';
import { parseStacksFile } from './stacks-file.ts';

function faultsOf(text: string): string {
  try {
    parseStacksFile(text, 'stacks.yaml');
  } catch (error) {
    if (error instanceof UserFault) return error.message;
    throw error;
  }
  return 'accepted';
}

it('reads literals, lists, outputs and lookups', () => {
  const [, app] = parseStacksFile(
    `stacks:
  net: { template: net.yaml }
  app:
    template: app.yaml
    depends-on: [net]
    parameters:
      Size: 2
      Zones: [a, b]
      Vpc: { from: net.VpcId }
      List: { lookup: s3-prefix-list }
`,
    'stacks.yaml',
  );
  expect(app).toEqual({
    shortName: 'app',
    template: 'app.yaml',
    dependsOn: ['net'],
    place: { file: 'stacks.yaml', line: 3, column: 3 },
    parameters: {
      Size: { kind: 'literal', value: '2', place: { file: 'stacks.yaml', line: 7, column: 7 } },
      Zones: { kind: 'literal', value: 'a,b', place: { file: 'stacks.yaml', line: 8, column: 7 } },
      Vpc: { kind: 'from', stack: 'net', output: 'VpcId', place: { file: 'stacks.yaml', line: 9, column: 7 } },
      List: { kind: 'lookup', lookup: 's3-prefix-list', place: { file: 'stacks.yaml', line: 10, column: 7 } },
    },
  });
});

it.each([
  ['broken YAML', 'stacks:\n  a: {template: x\n', 'stacks.yaml:3:1: Broken YAML'],
  ['an empty file', '', 'stacks.yaml:1:1: The file is not accepted. Seen: an empty file. Expected a mapping.'],
  ['no stacks', 'stacks: {}', 'stacks.yaml:1:1: `stacks` is empty. Give at least one stack.'],
  [
    'an unknown key',
    'stacks:\n  a: { template: x, paramters: {} }',
    'stacks.yaml:2:21: `stacks.a.paramters` is not a known key. Did you mean `parameters`?',
  ],
  [
    'an unknown top-level key',
    'stacs: {}\nstacks:\n  a: { template: x }',
    'stacks.yaml:1:1: `stacs` is not a known key. Did you mean `stacks`?',
  ],
  ['no template', 'stacks:\n  a: { depends-on: [] }', 'stacks.yaml:2:3: `stacks.a.template` is missing.'],
  ['a short name with an underscore', 'stacks:\n  a_b: { template: x }', 'a letter, then letters, digits and hyphens'],
  [
    'a rule that is no rule',
    'stacks:\n  a:\n    template: x\n    parameters: { P: { form: b.C } }',
    'stacks.yaml:4:19: `stacks.a.parameters.P` is not accepted',
  ],
  [
    'from without an output',
    'stacks:\n  a:\n    template: x\n    parameters: { P: { from: b } }',
    '`{ from: stack.Output }`',
  ],
  [
    'an unknown lookup',
    'stacks:\n  a:\n    template: x\n    parameters: { P: { lookup: vpc } }',
    '`{ lookup: s3-prefix-list }`',
  ],
  [
    'depends-on nobody',
    'stacks:\n  one: { template: x }\n  two: { template: x, depends-on: [onne] }',
    'stacks.yaml:3:36: No stack is named `onne`. Did you mean `one`?',
  ],
  [
    'from nobody',
    'stacks:\n  one: { template: x, parameters: { P: { from: zzz.Q } } }',
    'stacks.yaml:2:37: No stack is named `zzz`. Use one of `one`.',
  ],
])('refuses %s', (_, text, message) => {
  expect(faultsOf(text)).toContain(message);
});

it('reports every fault, not only the first', () => {
  expect(faultsOf('stacks:\n  a: { tempate: x }\n  b: { template: 1 }').split('\n')).toHaveLength(3);
});
