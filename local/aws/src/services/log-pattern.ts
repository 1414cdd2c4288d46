import { AwsError } from '../wire/aws-error.ts';
import { type BooleanLanguage, readExpression, type Test, Words } from './boolean-expression.ts';
import { readLogRegex } from './log-regex.ts';

/**
 * Reads a filter pattern ("Filter pattern syntax", CloudWatch Logs User Guide): terms, `"phrases"`, `-excluded`,
 * `?either ?or`, `%regular expression%`, and `{ $.json = "…" && $.more = %…% }`. Letters count as they are written.
 *
 * @throws AwsError InvalidParameterException, also for the patterns that the local AWS does not have
 */
export function readPattern(pattern: string): Test<string> {
  const text = pattern.trim();
  if (text.startsWith('{')) return readJsonPattern(text);
  if (text.startsWith('%')) return readRegex(text);
  if (text.startsWith('[')) {
    throw invalid('; the local AWS has terms, "phrases", -excluded, ?either ?or, %regex% and { $.json = "…" } only');
  }
  return readTerms(text);
}

function readRegex(text: string): Test<string> {
  const regex = readLogRegex(text);
  if (!regex) throw invalid();
  return message => regex.test(message);
}

function invalid(more = ''): AwsError {
  return new AwsError('InvalidParameterException', `Invalid filter pattern${more}`);
}

/** A term is a word, or a phrase in quotes; anything but letters, digits and `_` needs the quotes. */
const TERM = /\s*([?-]?)(?:"((?:[^"\\]|\\.)+)"|([\p{L}\p{N}_]+))(?=\s|$)/uy;

function readTerms(text: string): Test<string> {
  const terms: Record<'' | '?' | '-', string[]> = { '': [], '?': [], '-': [] };
  TERM.lastIndex = 0;
  while (TERM.lastIndex < text.length) {
    const found = TERM.exec(text);
    if (!found) throw invalid();
    const [, sign = '', phrase, word = ''] = found;
    terms[sign as '' | '?' | '-'].push(phrase?.replaceAll(/\\(.)/g, '$1') ?? word);
  }
  const { '': wanted, '?': either, '-': unwanted } = terms;
  // Beside others, the terms with `?` are ignored.
  const any = wanted.length + unwanted.length > 0 ? [] : either;
  return message =>
    wanted.every(term => message.includes(term)) &&
    !unwanted.some(term => message.includes(term)) &&
    (any.length === 0 || any.some(term => message.includes(term)));
}

/** "There is a limit of 2 regex for each filter pattern when creating a delimited or JSON filter pattern" (ibid.). */
const MOST_REGEXES = 2;

const WORD =
  /\s*(&&|\|\||!=|<=|>=|[()=<>!]|"(?:[^"\\]|\\.)*"|%[^%]*%|\$(?:\.?\[[^\]]*\]|\.[\w-]+)+|[^\s()=<>!&|"{}%]+)\s*/y;

function readJsonPattern(text: string): Test<string> {
  const inner = /^\{(.*)\}$/s.exec(text)?.[1]?.trim();
  if (!inner) throw invalid();
  const words: string[] = [];
  WORD.lastIndex = 0;
  while (WORD.lastIndex < inner.length) {
    const word = WORD.exec(inner)?.[1];
    if (word === undefined) throw invalid();
    words.push(word);
  }
  if (words.filter(word => word.startsWith('%')).length > MOST_REGEXES) throw invalid();
  const test = readExpression(JSON_LANGUAGE, new Words(words));
  return message => {
    const value = parse(message);
    return typeof value === 'object' && value !== null && test(value);
  };
}

const JSON_LANGUAGE: BooleanLanguage<object> = {
  or: '||',
  and: '&&',
  operand: readComparison,
  fail() {
    throw invalid();
  },
};

function readComparison(words: Words): Test<object> {
  const selector = words.next() ?? '';
  if (!selector.startsWith('$')) throw invalid();
  const path = readPath(selector);
  if (words.takes('IS')) {
    const named: Record<string, unknown> = { NULL: null, TRUE: true, FALSE: false };
    const word = words.next()?.toUpperCase() ?? '';
    if (!Object.hasOwn(named, word)) throw invalid();
    return subject => valueAt(subject, path) === named[word];
  }
  if (words.takes('NOT')) {
    if (!words.takes('EXISTS')) throw invalid();
    return subject => valueAt(subject, path) === undefined;
  }
  const sign = words.next() ?? '';
  const compare = COMPARISONS[sign];
  const wanted = words.next();
  if (wanted?.startsWith('%')) return compareWithRegex(path, sign, readRegex(wanted));
  if (!compare || wanted === undefined || /^[()=<>!&|$]/.test(wanted)) throw invalid();
  return subject => {
    const value = valueAt(subject, path);
    return value !== undefined && value !== null && compare(value, wanted);
  };
}

function compareWithRegex(path: readonly string[], sign: string, matches: Test<string>): Test<object> {
  if (sign !== '=' && sign !== '!=') throw invalid();
  return subject => {
    const value = valueAt(subject, path);
    if (value === undefined || value === null || typeof value === 'object') return false;
    return matches(String(value)) === (sign === '=');
  };
}

const COMPARISONS: Readonly<Record<string, (value: unknown, wanted: string) => boolean>> = {
  '=': isEqual,
  '!=': (value, wanted) => !isEqual(value, wanted),
  '<': (value, wanted) => typeof value === 'number' && value < Number(wanted),
  '>': (value, wanted) => typeof value === 'number' && value > Number(wanted),
  '<=': (value, wanted) => typeof value === 'number' && value <= Number(wanted),
  '>=': (value, wanted) => typeof value === 'number' && value >= Number(wanted),
};

/** A number equals a number; in text, `*` stands for anything. */
function isEqual(value: unknown, wanted: string): boolean {
  if (typeof value === 'number' && !wanted.startsWith('"')) return value === Number(wanted);
  if (typeof value === 'object') return false;
  const text = wanted.startsWith('"') ? wanted.slice(1, -1).replaceAll(/\\(.)/g, '$1') : wanted;
  const parts = text.split('*').map(part => part.replaceAll(/[^\p{L}\p{N}_]/gu, character => `\\u{${hex(character)}}`));
  return new RegExp(`^${parts.join('.*')}$`, 'su').test(String(value));
}

function hex(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16);
}

/** `$.a.b[0]['c.d']` → a, b, 0, c.d. */
function readPath(selector: string): string[] {
  const steps = selector.matchAll(/\.?\[\s*(?:'([^']*)'|"([^"]*)"|(\d+))\s*\]|\.([\w-]+)/g);
  return [...steps].map(([, single, double, index, name]) => single ?? double ?? index ?? name ?? '');
}

function valueAt(subject: unknown, path: readonly string[]): unknown {
  let value = subject;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string, unknown>)[step];
  }
  return value;
}

function parse(message: string): unknown {
  try {
    return JSON.parse(message);
  } catch {
    return undefined;
  }
}
