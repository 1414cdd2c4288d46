/** Whatever JSON can hold. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** A value in few words, for messages: JSON, cut off where it is long. */
export function shown(value: unknown, most = 80): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value) ?? String(value);
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

/** Levels; what is nested deeper was made to break its readers, and would. */
const DEEPEST = 400;

/** What a text of telemetry says in JSON; `undefined` where it is none, or is nested deeper than anyone can read. */
export function jsonOf(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return isDeeper(value, DEEPEST) ? undefined : value;
  } catch {
    return undefined;
  }
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some(item => isDeeper(item, levels - 1));
}
