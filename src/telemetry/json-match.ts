import type { Fault } from '../runner/fault.ts';
import { suggest } from '../runner/suggest.ts';
import { isRecord } from '../stacks/json-values.ts';
import { type JsonValue, shown } from './json-value.ts';

/** What stands for every value of a kind. */
const KINDS: Readonly<Record<string, (value: unknown) => boolean>> = {
  '<string>': value => typeof value === 'string',
  '<number>': value => typeof value === 'number',
  '<boolean>': value => typeof value === 'boolean',
  '<array>': Array.isArray,
  '<object>': isRecord,
  '<any>': () => true,
};

/** A difference between what was expected and what came. */
export interface Mismatch {
  /** In the notation of JavaScript, such as `items[0].name`; '' is the whole. */
  path: string;
  expected: string;
  seen: string;
}

/**
 * Where a JSON value is not as expected. Of an object, only the keys that are expected are looked at; a list must have as
 * many items as expected, each in its place; scalars are equal, or stand for every value of their kind.
 */
export function mismatches(expected: JsonValue, actual: unknown, path = ''): Mismatch[] {
  const differs = (seen = shown(actual)) => [{ path, expected: shown(expected), seen }];
  if (typeof expected === 'string' && Object.hasOwn(KINDS, expected))
    return actual !== undefined && KINDS[expected]?.(actual) ? [] : differs();
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual)) return differs();
    if (actual.length !== expected.length) return differs(`${shown(actual)}, ${actual.length} items`);
    return expected.flatMap((item, index) => mismatches(item, actual[index], `${path}[${index}]`));
  }
  if (isRecord(expected)) {
    if (!isRecord(actual)) return differs();
    return Object.entries(expected).flatMap(([key, item]) =>
      mismatches(
        item as JsonValue,
        Object.hasOwn(actual, key) ? actual[key] : undefined,
        path ? `${path}.${key}` : key,
      ),
    );
  }
  return actual === expected ? [] : differs();
}

/** What cannot be expected: a kind that is none, and numbers that JSON does not have. */
export function placeholderFaults(expected: JsonValue): Fault[] {
  if (Array.isArray(expected)) return expected.flatMap(placeholderFaults);
  if (isRecord(expected)) return Object.values(expected as Record<string, JsonValue>).flatMap(placeholderFaults);
  if (typeof expected === 'number' && !Number.isFinite(expected))
    return [{ what: `JSON has no number \`${expected}\``, fix: 'Expect `<any>`, or remove the key' }];
  if (typeof expected !== 'string' || !/^<\w*>$/.test(expected) || Object.hasOwn(KINDS, expected)) return [];
  return [{ what: `\`${expected}\` stands for no kind of value`, fix: suggest(expected, Object.keys(KINDS)) }];
}
