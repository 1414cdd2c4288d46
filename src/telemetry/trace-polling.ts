/** A trace of which something may still come. */
export interface OpenTrace {
  traceId: string;
  /** Of the request that began it: traces of one name resemble each other. */
  name: string;
  /** Milliseconds since the Unix epoch. */
  answeredAt: number;
  /** How many looks have asked for it. */
  asked: number;
}

/**
 * The traces by which one call tells whether it is worth asking for the others: those that would arrive next, the last of
 * all, and of the rest those that were asked for least, of different requests where there are such.
 *
 * @param size so many traces one call takes
 * @param newest when the newest request was answered whose trace is there; nothing is there without it
 */
export function probeOf(open: readonly OpenTrace[], size: number, newest = Number.NEGATIVE_INFINITY): string[] {
  const inOrder = open.toSorted(byAnswer);
  if (inOrder.length <= size) return inOrder.map(({ traceId }) => traceId);
  const next = inOrder.filter(({ answeredAt }) => answeredAt > newest).slice(0, Math.floor(size / 3) + 1);
  const picked = new Set([...next, ...inOrder.slice(-1)].slice(0, size));
  const names = new Set([...picked].map(({ name }) => name));
  const rest = inOrder.filter(trace => !picked.has(trace)).sort((a, b) => a.asked - b.asked);
  for (const trace of rest) {
    if (picked.size === size) break;
    if (names.has(trace.name)) continue;
    picked.add(trace);
    names.add(trace.name);
  }
  for (const trace of rest) if (picked.size < size) picked.add(trace);
  return [...picked].map(({ traceId }) => traceId);
}

/**
 * All traces, in as few calls as they fit into. Those come first that nobody has asked for or that follow what is there, in the
 * order of their answers; those that were left behind come last.
 */
export function batchesOf(
  open: readonly OpenTrace[],
  size: number,
  newest: number = Number.NEGATIVE_INFINITY,
): string[][] {
  const isBehind = ({ asked, answeredAt }: OpenTrace) => asked > 0 && answeredAt <= newest;
  const ordered = open.toSorted((a, b) => Number(isBehind(a)) - Number(isBehind(b)) || byAnswer(a, b));
  return Array.from({ length: Math.ceil(ordered.length / size) }, (_, index) =>
    ordered.slice(index * size, (index + 1) * size).map(({ traceId }) => traceId),
  );
}

function byAnswer(a: OpenTrace, b: OpenTrace): number {
  return a.answeredAt - b.answeredAt;
}

/**
 * Whether calls have brought enough for more of them. What comes in the order of the answers ends somewhere: then the last of
 * these calls has brought nothing. What comes in any order is left to later looks where calls bring less than one trace each.
 *
 * @param completed so many traces, by call
 */
export function isWorthMore(completed: readonly number[]): boolean {
  const all = completed.reduce((sum, one) => sum + one, 0);
  return (completed.at(-1) ?? 0) > 0 && all >= completed.length;
}
