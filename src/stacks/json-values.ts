/** A plain mapping: neither null nor a list. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Every argument of an intrinsic function, wherever it stands. */
export function* argumentsOf(value: unknown, intrinsic: string): Generator<unknown> {
  if (Array.isArray(value)) for (const item of value) yield* argumentsOf(item, intrinsic);
  if (!isRecord(value)) return;
  for (const [key, item] of Object.entries(value)) {
    if (key === intrinsic) yield item;
    yield* argumentsOf(item, intrinsic);
  }
}
