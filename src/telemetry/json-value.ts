/** Whatever JSON can hold. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** A value in few words, for messages: JSON, cut off where it is long. */
export function shown(value: unknown, most = 80): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value) ?? String(value);
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}
