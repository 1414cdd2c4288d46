import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { inert } from './actions-host.ts';
import { type Fault, renderFault, UserFault } from './fault.ts';
import { parseInputs } from './inputs.ts';
import type { InputSpec, InputSpecs, InputValues } from './spec.ts';

/** Shown by fast-check when a property fails, with the counterexample's path; change it to look elsewhere. */
const SEED = 20_261_123;
const check = (property: fc.IProperty<unknown> | fc.IProperty<[unknown]>, numRuns = 300) =>
  fc.assert(property as fc.IProperty<unknown>, { seed: SEED, numRuns });

const SPECS = {
  string: { kind: 'string', description: 'Say it' },
  name: {
    kind: 'string',
    description: 'A name',
    required: true,
    pattern: { regex: /^[a-z]+$/, accepts: 'small letters' },
  },
  boolean: { kind: 'boolean', description: '', default: false },
  integer: { kind: 'integer', description: '', min: 1, max: 9000 },
  duration: { kind: 'duration', description: '', min: '1s', max: '999h' },
  enum: { kind: 'enum', description: '', values: ['wait', 'fail'] },
  list: { kind: 'list', description: '' },
  map: { kind: 'map', description: '' },
} as const satisfies InputSpecs;

const ALL = Object.entries(SPECS) as [keyof typeof SPECS, InputSpec][];

const parse = (raw: Record<string, string>) => parseInputs(SPECS, name => raw[name] ?? '');
const parseMap = (map: string) => parseInputs({ map: SPECS.map }, () => map).map;

/** The faults of a parse, [] when there are none; what else is thrown goes on. */
function rawFaultsOf(parse: () => unknown): readonly Fault[] {
  try {
    parse();
    return [];
  } catch (error) {
    if (error instanceof UserFault) return error.faults;
    throw error;
  }
}

/** The same in words. */
const faultsOf = (parse: () => unknown) => rawFaultsOf(parse).map(renderFault);

/** Texts that people try, and that people are tricked into. */
const HOSTILE = [
  '\0',
  '\ufeff',
  '\ud800',
  '\r\n',
  '\u202e',
  '\u200b',
  '\u001b[2J',
  '__proto__',
  'constructor',
  'toString',
  '${{ secrets.X }}',
  '$(touch X)',
  '`touch X`',
  '::error::x',
  '##[error]x',
  '%0A::error::x',
  '!!js/function "x"',
  '!Ref x',
  '&a [*a]',
  '*a',
  '<<: {}',
  '? [a]\n: b',
  '---\n',
  '%YAML 9.9\n',
  'a: |s3cret',
  '"\\q"',
  '{{{{',
  '[[[[',
  '- - -',
  'ｔｒｕｅ',
  'tr\u0443e',
  '١٢',
  '1e3',
  '0x10',
  '-0',
  'Infinity',
];
const anything = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({
    unit: fc.constantFrom(...':?-{}[]&*!|>\'"%@`#,\n\r\t \\~<='.split(''), 'a', '\0', '\ud83d'),
    maxLength: 60,
  }),
  fc
    .array(fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ maxLength: 8 })), { maxLength: 6 })
    .map(all => all.join('')),
);
const anyInputs = fc.record(Object.fromEntries(ALL.map(([name]) => [name, anything]))) as fc.Arbitrary<
  Record<string, string>
>;

/** Characters that a reader of a log does not see, or that turn others; lines may end. */
const UNSEEN = /(?!\n|\t)\p{Cc}|[\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]|\p{Surrogate}/u;

describe('whatever the inputs', () => {
  it('throws nothing but faults of the user, that show nothing unseen and are not long', () => {
    check(
      fc.property(anyInputs, raw => {
        for (const fault of faultsOf(() => parse(raw))) {
          expect(fault).not.toMatch(UNSEEN);
          expect(fault.length).toBeLessThan(1000);
        }
      }),
      1500,
    );
  });

  it('says of all of them at once what it says of each alone', () => {
    check(
      fc.property(anyInputs, raw => {
        const each = ALL.flatMap(([name, spec]) =>
          faultsOf(() => parseInputs({ [name]: spec }, () => raw[name] ?? '')),
        );
        expect(faultsOf(() => parse(raw))).toEqual(each);
      }),
    );
  });

  it('names the input, and shows of a mapping none of its values', () => {
    check(
      fc.property(anything, anything, (before, after) => {
        const secret = 'Xs3cretX';
        for (const text of [
          before + secret + after,
          `A: ${before}${secret}${after}`,
          `A: "${before}${secret}"${after}`,
        ])
          for (const { what, seen, fix } of rawFaultsOf(() => parseMap(text))) {
            expect(what).toMatch(/^Input `map` (is not|has a value)/);
            // A name may be told, since it says where to look.
            expect(`${what.replace(/, for `.*`$/s, '')} ${seen}`).not.toContain(secret);
            expect(fix).toBe('Write one `Name: value` a line, or a JSON object');
          }
      }),
      600,
    );
  });
});

describe('a value is what was given', () => {
  const roundTrip = <T>(arbitrary: fc.Arbitrary<T>, name: keyof typeof SPECS, write: (value: T) => string) =>
    check(
      fc.property(arbitrary, fc.constantFrom('', ' ', '\n', '\r\n', '\ufeff', '\t'), (value, around) => {
        const parsed: InputValues<InputSpecs> = parse({ name: 'x', [name]: around + write(value) + around });
        expect(parsed[name]).toEqual(value);
      }),
    );

  it('string', () => {
    const trimmed = anything.map(text => text.trim()).filter(text => text !== '');
    roundTrip(trimmed, 'string', value => value);
  });
  it('boolean', () => {
    const write = (value: boolean) => (value ? 'tRuE' : 'FALSE');
    roundTrip(fc.boolean(), 'boolean', write);
  });
  it('integer', () => roundTrip(fc.integer({ min: 1, max: 9000 }), 'integer', String));
  it('duration', () => {
    const UNITS = { s: 1000, m: 60_000, h: 3_600_000 };
    check(
      fc.property(fc.integer({ min: 1, max: 999 }), fc.constantFrom('s', 'm', 'h'), (count, unit) => {
        expect(parse({ name: 'x', duration: `${count}${unit}` }).duration).toBe(count * UNITS[unit]);
      }),
    );
  });
  it('enum', () => roundTrip(fc.constantFrom('wait', 'fail'), 'enum', value => value));
  it('list', () => {
    const item = fc.string({ unit: 'grapheme', minLength: 1 }).filter(text => !/^\s|\s$|[,\n]/.test(text));
    roundTrip(fc.array(item), 'list', items => items.join(' ,\n'));
  });

  const scalar = fc.string({ unit: 'grapheme-composite', maxLength: 20 });
  const names = fc.oneof(scalar, fc.constantFrom('__proto__', 'constructor', 'toString', 'hasOwnProperty', '<<'));
  const mapping = fc.array(fc.tuple(names, scalar), { maxLength: 8 }).map(entries => new Map(entries));

  it('map, as JSON', () => {
    check(
      fc.property(mapping, map => {
        const members = [...map].map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`);
        expect(Object.entries(parseMap(`{${members.join(', ')}}`))).toEqual(inObject(map));
      }),
    );
  });
  it('map, as YAML', () => {
    check(
      fc.property(mapping, map => {
        fc.pre(map.size > 0);
        expect(Object.entries(parseMap(stringify(map, { defaultStringType: 'QUOTE_DOUBLE' })))).toEqual(inObject(map));
      }),
    );
  });

  /** Objects have whole numbers first. */
  const inObject = (map: Map<string, string>) => Object.entries(Object.fromEntries(map));
});

describe('names of prototypes', () => {
  it('are names like others, and change no prototype', () => {
    const map = parseMap('__proto__: a\nconstructor: b\nhasOwnProperty: c');
    expect(Object.entries(map)).toEqual([
      ['__proto__', 'a'],
      ['constructor', 'b'],
      ['hasOwnProperty', 'c'],
    ]);
    expect(Object.getPrototypeOf(map)).toBe(Object.prototype);
    expect(({} as Record<string, unknown>).a).toBeUndefined();
  });
});

describe('of YAML, a mapping takes no more than scalars and lists of them', () => {
  const BOMB = [
    'a: &a [x, x, x, x]',
    ...[...'bcdefghijklmnop'].map(
      (name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefghijklmnop'[index]}`).join(', ')}]`,
    ),
  ].join('\n');

  it.each([
    ['aliases that multiply', BOMB, 'neither a scalar nor a list of scalars, for `b`'],
    ['an alias for a value', 'A: &x 1\nB: *x', 'neither a scalar nor a list of scalars, for `B`'],
    ['an alias for a name', 'A: &x 1\n*x : 2', 'a key that is no text'],
    ['a list for a name', '? [A]\n: 1', 'a key that is no text'],
    ['a tag', 'A: !Ref x', 'a tag, which means nothing here'],
    ['a tag of another language', 'A: !!python/object:os.system x', 'a tag, which means nothing here'],
    ['a name twice', 'A: 1\n"A": 2', 'Map keys must be unique'],
    ['a name twice in JSON', '{"__proto__": "1", "__proto__": "2"}', 'Map keys must be unique'],
    ['a merge', '<<: { A: 1 }', 'neither a scalar nor a list of scalars, for `<<`'],
    ['two documents', 'A: 1\n---\nB: 2', 'a second document'],
    ['half of a character', '{"A": "\\ud83d"}', 'half of a character'],
    ['depth', `A: ${'['.repeat(100_000)}`, 'text that is nested too deeply'],
  ])('%s', (_, text, expected) => {
    expect(faultsOf(() => parseMap(text))).toEqual([expect.stringContaining(expected)]);
  });

  it('takes the line ends of Windows and a mark of byte order', () => {
    expect(parseMap('\ufeffA: 1\r\nB: |\r\n  x\r\n  y\r\n')).toEqual({ A: '1', B: 'x\ny\n' });
  });
});

describe('what is seen', () => {
  const seen = (name: keyof typeof SPECS, text: string) =>
    faultsOf(() => parse({ name: 'x', [name]: text })).join('\n');

  it('names letters that only look like the accepted ones', () => {
    expect(seen('enum', 'w\u0430it')).toBe(
      'Input `enum` is not accepted. Seen: `w\u0430it` (with U+0430). Give one of `wait`, `fail`.',
    );
    expect(seen('boolean', 'ｔｒｕｅ')).toContain('(with U+FF54, U+FF52, U+FF55, U+FF45)');
  });

  it('shows what cannot be seen', () => {
    expect(seen('integer', '1\u202e2\u200b\0\u001b[2J')).toContain(
      '`1\\u{202e}2\\u{200b}\\u{0}\\u{1b}[2J` (with U+202E, U+200B)',
    );
  });

  it('leaves out most of a megabyte', () => {
    const fault = seen('name', `HEAD${'x'.repeat(1_000_000)}TAIL`);
    expect(fault).toMatch(/Seen: `HEADx+ … 999,888 more characters … x+TAIL`\. Give small letters\.$/);
  });
});

describe('takes time in proportion to the text', () => {
  const SHORT = 125_000;
  const shapes: [keyof typeof SPECS, string, (length: number) => string][] = [
    ...ALL.map(
      ([name]) =>
        [name, 'one letter', (length: number) => 'x'.repeat(length)] as [
          typeof name,
          string,
          (length: number) => string,
        ],
    ),
    ['string', 'blanks', length => `x${' '.repeat(length)}x`],
    ['integer', 'digits', length => '9'.repeat(length)],
    ['duration', 'digits', length => '9'.repeat(length)],
    ['list', 'commas', length => ','.repeat(length)],
    ['list', 'blanks', length => `x${' '.repeat(length)}x`],
    ['map', 'names', length => Array.from({ length: length / 10 }, (_, index) => `k${index}: v`).join('\n')],
    [
      'map',
      'members of JSON',
      length => `{${Array.from({ length: length / 12 }, (_, index) => `"k${index}": 1`).join()}}`,
    ],
    ['map', 'one name again', length => 'k: v\n'.repeat(length / 5)],
    ['map', 'empty lines', length => `a: b${'\n'.repeat(length)}c: d`],
    ['map', 'a text of many lines', length => `a: |\n${' x\n'.repeat(length / 3)}`],
    ['map', 'a list', length => `a: [${'x,'.repeat(length / 2)}]`],
    ['map', 'quotes', length => `a: "${'\\n'.repeat(length / 2)}`],
    ['map', 'depth', length => '{"a":'.repeat(length / 5)],
    // Many faults are slow to make; a tenth of a megabyte tells as much.
    ['map', 'faults', length => `a: b\n${'@\n'.repeat(length / 20)}`],
  ];

  it.each(shapes)('%s: %s', (name, _, shape) => {
    const took = (text: string) => {
      const started = performance.now();
      faultsOf(() => parse({ name: 'x', [name]: text }));
      return performance.now() - started;
    };
    const [short, long] = [shape(SHORT), shape(8 * SHORT)];
    took(short);
    // The best of three is what the work takes; eight times the text may take eight times that, and not sixty-four times.
    const best = Math.min(took(short), took(short), took(short));
    expect(took(long)).toBeLessThan(32 * Math.max(best, 2));
  });
});

it('lets no line of a fault speak to the runner once the host has printed it', () => {
  check(
    fc.property(anyInputs, raw => {
      for (const fault of faultsOf(() => parse(raw))) expect(inert(fault)).not.toMatch(/^\s*::|##\[/m);
    }),
  );
});
