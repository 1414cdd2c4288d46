/**
 * Works through ids, each one as soon as all that it needs is done, so as parallel as the needs allow. `work` says whether
 * it succeeded; what needs a failed one is never started. Needs outside of `ids` count as met. The needs form no circle.
 */
export async function inDependencyOrder(
  ids: readonly string[],
  needsOf: (id: string) => readonly string[],
  work: (id: string) => Promise<boolean>,
): Promise<void> {
  const known = new Set(ids);
  const started = new Map<string, Promise<boolean>>();
  const settle = (id: string): Promise<boolean> => {
    const running = started.get(id);
    if (running) return running;
    const needs = needsOf(id).filter(need => known.has(need) && need !== id);
    const result = Promise.all(needs.map(settle)).then(met => (met.every(Boolean) ? work(id) : false));
    started.set(id, result);
    return result;
  };
  await Promise.all(ids.map(settle));
}
