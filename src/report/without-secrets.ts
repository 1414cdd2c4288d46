/** Their values are words of ours, which a secret may be too. */
const CLOSED = new Set(['operation', 'action', 'outcome', 'replacement', 'verdict']);

/**
 * A result with every text as it may be shown: before it is escaped, when a secret would look otherwise, and be overlooked.
 *
 * @param redact replaces what must not be shown
 */
export function withoutSecrets<T>(value: T, redact: (text: string) => string): T {
  if (typeof value === 'string') return redact(value) as T;
  if (Array.isArray(value)) return value.map(item => withoutSecrets(item, redact)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, CLOSED.has(key) ? item : withoutSecrets(item, redact)]),
  ) as T;
}
