import { AwsError } from '../wire/aws-error.ts';
import { type BooleanLanguage, readAny, readExpression, type Test, Words } from './boolean-expression.ts';
import { type Segment, within } from './segments.ts';
import type { Trace } from './trace-store.ts';

/** What an expression is about: a trace, or one service's part of it. */
interface Subject {
  trace: Trace;
  /** Whose status, times and request are meant. */
  segment: Segment;
}

/**
 * Reads a filter expression ("Using filter expressions", X-Ray Developer Guide).
 *
 * @throws AwsError InvalidRequestException that names what the local AWS knows
 */
export function readFilter(expression: string): Test<Trace> {
  const words = expression.matchAll(WORD);
  const test = readExpression(LANGUAGE, new Words([...words].map(([, word = '']) => word)));
  return trace => test({ trace, segment: trace.root });
}

/** What is no word at all is one of its own, and refused as such. */
const WORD = /\s*(!=|<=|>=|[=<>!(){}[\],:]|"(?:[^"\\]|\\.)*"|'[^']*'|[\w.*-]+|\S)/g;

const flag = (name: 'error' | 'fault' | 'throttle') => (segment: Segment) => segment[name] === true;
const statusOf = ({ http }: Segment) => http?.response?.status;

const BOOLEANS: Readonly<Record<string, (subject: Subject) => boolean>> = {
  ok: ({ segment }) => !['error', 'fault', 'throttle'].some(name => segment[name as 'error'] === true),
  error: ({ segment }) => flag('error')(segment),
  fault: ({ segment }) => flag('fault')(segment),
  throttle: ({ segment }) => flag('throttle')(segment),
  partial: ({ trace }) => trace.segments.some(({ in_progress: isOpen }) => isOpen === true),
};

const NUMBERS: Readonly<Record<string, (subject: Subject) => number | undefined>> = {
  responsetime: ({ segment: { start_time: start, end_time: end } }) => (end === undefined ? undefined : end - start),
  duration: ({ trace }) => trace.endedAt - trace.startedAt,
  'http.status': ({ segment }) => statusOf(segment),
};

const TEXTS: Readonly<Record<string, (subject: Subject) => (string | undefined)[]>> = {
  'http.url': ({ segment }) => [segment.http?.request?.url],
  'http.method': ({ segment }) => [segment.http?.request?.method],
  'http.useragent': ({ segment }) => [segment.http?.request?.user_agent],
  'http.clientip': ({ segment }) => [segment.http?.request?.client_ip],
  user: ({ trace }) => trace.segments.map(({ user }) => user),
  'resource.arn': ({ trace }) => trace.segments.map(({ resource_arn: arn }) => arn),
};

const KNOWN = [
  ...Object.keys(BOOLEANS),
  ...Object.keys(NUMBERS),
  ...Object.keys(TEXTS),
  'annotation[key]',
  'annotation.key',
  'service("name") { … }',
  'service(id(name: "…", type: "…")) { … }',
  'AND',
  'OR',
  '!',
];

const LANGUAGE: BooleanLanguage<Subject> = { or: 'OR', and: 'AND', joinsByItself: true, operand: readOperand, fail };

function fail(words: Words): never {
  const seen = words.peek();
  const what = seen === undefined ? 'it ends too early' : `'${seen}' is not known there`;
  throw new AwsError(
    'InvalidRequestException',
    `Invalid filter expression: ${what}. The local AWS knows: ${KNOWN.join(', ')}`,
  );
}

function readOperand(words: Words): Test<Subject> {
  const keyword = words.peek() ?? '';
  const lower = keyword.toLowerCase();
  if (lower === 'service') return readService(words);
  if (lower === 'annotation' || keyword.startsWith('annotation.')) return readAnnotation(words);
  const [boolean, number, texts] = [own(BOOLEANS, lower), own(NUMBERS, lower), own(TEXTS, lower)];
  if (!boolean && !number && !texts) return fail(words);
  words.next();
  if (boolean) return readTruth(words, boolean);
  const compare = readComparison(words);
  if (!compare) return fail(words);
  return subject => (number ? [number(subject)] : (texts?.(subject) ?? [])).some(compare);
}

function own<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

/** `fault`, `fault = true`, `fault != true`. */
function readTruth(words: Words, test: Test<Subject>): Test<Subject> {
  const isNot = words.peek() === '!=';
  if (!isNot && words.peek() !== '=') return test;
  words.next();
  const isTrue = words.takes('TRUE');
  if (!isTrue && !words.takes('FALSE')) return fail(words);
  return subject => (test(subject) === isTrue) !== isNot;
}

/** `annotation[key] = "v"`, `annotation.key = "v"`, or only whether there is one. */
function readAnnotation(words: Words): Test<Subject> {
  const word = words.next() ?? '';
  let key: string | undefined = word.slice('annotation.'.length);
  if (!word.includes('.')) {
    if (!words.takes('[')) return fail(words);
    const word = words.next() ?? '';
    key = unquoted(word) ?? word;
    if (!words.takes(']')) return fail(words);
  }
  const compare = readComparison(words);
  return ({ trace }) =>
    trace.segments
      .flatMap(within)
      .map(({ annotations }) => own(annotations ?? {}, key))
      .some(value => value !== undefined && (compare?.(value) ?? true));
}

/** `service("name")`, `service(id(name: "name", type: "AWS::ECS::Fargate"))`, each with or without `{ … }` about it. */
function readService(words: Words): Test<Subject> {
  words.next();
  if (!words.takes('(')) return fail(words);
  const wanted: Record<string, string> = {};
  if (words.takes('ID')) {
    if (!words.takes('(')) return fail(words);
    do {
      const name = words.peek()?.toLowerCase() ?? '';
      if (!['name', 'type', 'account.id'].includes(name)) return fail(words);
      words.next();
      if (!words.takes(':')) return fail(words);
      wanted[name] = unquoted(words.next() ?? '') ?? fail(words);
    } while (words.takes(','));
    if (!words.takes(')')) return fail(words);
  } else if (words.peek() !== ')') wanted.name = unquoted(words.peek() ?? '') ?? fail(words);
  if (wanted.name !== undefined && words.peek() !== ')') words.next();
  if (!words.takes(')')) return fail(words);
  let inner: Test<Subject> = () => true;
  if (words.takes('{')) {
    inner = readAny(LANGUAGE, words);
    if (!words.takes('}')) return fail(words);
  }
  return ({ trace }) =>
    trace.segments
      .filter(({ name, origin }) => name === (wanted.name ?? name) && origin === (wanted.type ?? origin))
      .some(segment => inner({ trace, segment }));
}

/** The comparison that comes next; undefined when none comes. */
function readComparison(words: Words): ((value: unknown) => boolean) | undefined {
  const operator = words.peek()?.toUpperCase() ?? '';
  const compare = own(COMPARISONS, operator);
  if (!compare) return undefined;
  words.next();
  const word = words.peek() ?? '';
  const text = unquoted(word);
  const wanted = text ?? (/^(true|false)$/i.test(word) ? word.toLowerCase() === 'true' : Number(word));
  if (word === '' || Number.isNaN(wanted)) return fail(words);
  words.next();
  return value => typeof value === typeof wanted && compare(value as string, wanted as string);
}

const COMPARISONS: Readonly<Record<string, (value: string, wanted: string) => boolean>> = {
  '=': (value, wanted) => value === wanted,
  '!=': (value, wanted) => value !== wanted,
  '<': (value, wanted) => value < wanted,
  '>': (value, wanted) => value > wanted,
  '<=': (value, wanted) => value <= wanted,
  '>=': (value, wanted) => value >= wanted,
  CONTAINS: (value, wanted) => String(value).includes(wanted),
  BEGINSWITH: (value, wanted) => String(value).startsWith(wanted),
  ENDSWITH: (value, wanted) => String(value).endsWith(wanted),
};

/** The text in quotes; undefined for a word without. */
function unquoted(word: string): string | undefined {
  return /^(["'])(.*)\1$/s.exec(word)?.[2]?.replaceAll(/\\(.)/g, '$1');
}
