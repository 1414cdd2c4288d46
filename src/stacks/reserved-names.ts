import type { Fault, Place } from '../runner/fault.ts';
import { isRecord } from './json-values.ts';
import type { PathStep } from './source-document.ts';

/** Names that JavaScript gives a meaning of its own; the schema library drops them without a word. */
const RESERVED = ['__proto__', 'constructor', 'prototype'];

/**
 * What is wrong with the keys of a document, wherever they stand.
 *
 * @param isFree tells the keys below which no schema looks, so that every name will do
 */
export function reservedNames(
  value: unknown,
  place: (path: PathStep[]) => Place,
  isFree: (key: string) => boolean = () => false,
  path: PathStep[] = [],
): Fault[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => reservedNames(item, place, isFree, [...path, index]));
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    const here = [...path, key];
    const own = RESERVED.includes(key) ? [{ what: `\`${key}\` cannot be used as a name`, place: place(here) }] : [];
    return isFree(key) ? own : [...own, ...reservedNames(item, place, isFree, here)];
  });
}
