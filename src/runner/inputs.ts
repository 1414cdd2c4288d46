import { isMap, isScalar, isSeq, LineCounter, parseDocument, type YAMLError } from 'yaml';
import { type Fault, throwIfAny } from './fault.ts';
import type { InputSpec, InputSpecs, InputValues } from './spec.ts';
import { beyondAscii, visible } from './visible.ts';

/**
 * Parses every input of an action.
 *
 * @param read gives an input's raw text, '' when it is absent
 * @throws UserFault that names *all* bad inputs at once, each with the value seen and what is accepted
 */
export function parseInputs<I extends InputSpecs>(specs: I, read: (name: string) => string): InputValues<I> {
  const faults: Fault[] = [];
  const values = Object.entries(specs).map(([name, spec]) => {
    const parsed = parseInput(spec, read(name).trim());
    if ('fault' in parsed) faults.push({ ...parsed.fault, what: `Input \`${name}\` ${parsed.fault.what}` });
    return [name, 'value' in parsed ? parsed.value : undefined];
  });
  throwIfAny(faults);
  return Object.fromEntries(values);
}

type Parsed = { value: unknown } | { fault: Fault };

function parseInput(spec: InputSpec, raw: string): Parsed {
  const fallback = 'default' in spec && spec.default !== undefined ? String(spec.default) : '';
  const staysEmpty = 'staysEmpty' in spec && spec.staysEmpty;
  const text = raw === '' && !staysEmpty ? fallback : raw;
  if (text === '' && spec.kind !== 'list' && spec.kind !== 'map') {
    if ('required' in spec && spec.required)
      return { fault: { what: 'is required', seen: 'nothing', fix: spec.description } };
    return { value: spec.kind === 'string' && spec.default !== undefined ? text : undefined };
  }
  switch (spec.kind) {
    case 'string':
      if (spec.pattern && !spec.pattern.regex.test(text)) return refuse(text, spec.pattern.accepts);
      return { value: text };
    case 'boolean':
      if (/^(true|false)$/i.test(text)) return { value: text.toLowerCase() === 'true' };
      return refuse(text, '`true` or `false`');
    case 'integer':
      return parseInteger(spec, text);
    case 'duration':
      return parseDuration(spec, text);
    case 'enum':
      if (spec.values.includes(text)) return { value: text };
      return refuse(text, `one of ${spec.values.map(value => `\`${value}\``).join(', ')}`);
    case 'list':
      return {
        value: text
          .split(/[,\n]/)
          .map(item => item.trim())
          .filter(item => item !== ''),
      };
    case 'map':
      return parseMap(text);
  }
}

/** So much of a value is shown, in characters. */
const MOST_SEEN = 120;

function refuse(seen: string, accepts: string): Parsed {
  const text = withoutSecrets(seen);
  // What is accepted is of ASCII nearly always: a letter that only looks so is named.
  const strange = beyondAscii(text);
  const shown = `\`${visible(text, MOST_SEEN)}\`${strange && ` (with ${strange})`}`;
  return { fault: { what: 'is not accepted', seen: shown, fix: `Give ${accepts}` } };
}

/** Addresses are refused because they bear credentials, or a signature that is as good: these are not repeated in a log. */
function withoutSecrets(text: string): string {
  return text.replace(/:\/\/[^/\s]*@/, '://***@').replaceAll(/([?&]X-Amz-[\w-]+=)[^&\s]+/gi, '$1***');
}

function parseInteger(
  { min = 0, max = Number.MAX_SAFE_INTEGER }: { min?: number; max?: number },
  text: string,
): Parsed {
  const value = Number(text);
  if (/^-?\d+$/.test(text) && value >= min && value <= max) return { value };
  return refuse(
    text,
    max === Number.MAX_SAFE_INTEGER ? `a whole number from ${min}` : `a whole number from ${min} to ${max}`,
  );
}

const MILLISECONDS = { s: 1000, m: 60_000, h: 3_600_000 };

/** `90s`, `30m` or `2h` in milliseconds; `undefined` for anything else. */
function milliseconds(text: string): number | undefined {
  const match = /^(\d+)([smh])$/.exec(text);
  return match ? Number(match[1]) * MILLISECONDS[match[2] as keyof typeof MILLISECONDS] : undefined;
}

function parseDuration({ min = '1s', max }: { min?: string; max?: string }, text: string): Parsed {
  const value = milliseconds(text);
  const isWithin =
    value !== undefined && value >= (milliseconds(min) ?? 0) && value <= (milliseconds(max ?? '') ?? Infinity);
  if (isWithin) return { value };
  return refuse(text, max ? `a duration from \`${min}\` to \`${max}\`` : 'a duration such as `90s`, `30m` or `2h`');
}

/**
 * Reads the mapping with YAML's failsafe schema, which leaves each scalar as written: an account id with a leading zero,
 * a version `1.10` and a commit id `12e4` stay what they are. A map may hold secrets: what was seen is described, not shown.
 */
function parseMap(text: string): Parsed {
  if (text === '') return { value: {} };
  const lines = new LineCounter();
  // The library compares each key with all before it; ours is told below, in linear time.
  const options = { schema: 'failsafe', prettyErrors: false, uniqueKeys: false, lineCounter: lines } as const;
  const document = parseDocument(text, options);
  const at = (offset: number) => `at line ${lines.linePos(offset).line}, column ${lines.linePos(offset).col}`;
  const broken = (offset: number, seen: string): Parsed => ({
    fault: { what: `is not valid YAML or JSON ${at(offset)}`, seen, fix: MAP_EXAMPLE },
  });
  const [error] = [...document.errors, ...document.warnings];
  if (error) return broken(error.pos[0], withoutQuotes(error));
  if (!isMap(document.contents)) {
    return { fault: { what: 'is not accepted', seen: 'text that is no mapping', fix: MAP_EXAMPLE } };
  }
  const entries = new Map<string, string>();
  for (const { key, value: node } of document.contents.items) {
    if (!isScalar(key)) return broken(offsetOf(key), 'a key that is no text');
    const name = String(key.value ?? '');
    if (entries.has(name)) return broken(offsetOf(key), 'Map keys must be unique');
    const text = node === null ? '' : textOf(node);
    if (text === undefined) {
      const what = `has a value that is neither a scalar nor a list of scalars, for \`${name}\``;
      return { fault: { what, fix: MAP_EXAMPLE } };
    }
    // JSON can name one half of a character, which no call can send.
    if (!(name + text).isWellFormed()) return broken(offsetOf(key), 'half of a character, such as `\\ud83d` alone');
    entries.set(name, text);
  }
  return { value: Object.fromEntries(entries) };
}

/** What the library says of a text, without what it quotes of it. */
function withoutQuotes({ code, message }: YAMLError): string {
  if (code === 'TAG_RESOLVE_FAILED') return 'a tag, which means nothing here';
  if (code === 'MULTIPLE_DOCS') return 'a second document';
  if (code === 'BAD_DQ_ESCAPE') return 'a sequence with `\\` that is none, within double quotes';
  if (code === 'BAD_DIRECTIVE') return 'a directive that means nothing here';
  if (message.includes('call stack')) return 'text that is nested too deeply';
  return code === 'UNEXPECTED_TOKEN' ? message.replace(/: .*/s, '') : message;
}

function offsetOf(node: unknown): number {
  return (node as { range?: [number, number, number] | null } | null)?.range?.[0] ?? 0;
}

function textOf(node: unknown): string | undefined {
  // `null` without quotes is YAML's and JSON's word for nothing.
  if (isScalar(node)) return node.type === 'PLAIN' && NOTHING.has(String(node.value)) ? '' : String(node.value ?? '');
  if (isSeq(node) && node.items.every(isScalar)) return node.items.map(item => String(item.value)).join(',');
  return undefined;
}

const NOTHING = new Set(['null', '~', '']);

const MAP_EXAMPLE = 'Write one `Name: value` a line, or a JSON object';
