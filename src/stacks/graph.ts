/** Edges of a graph of stacks: for each short name, the short names that must be deployed before it. */
export type Dependencies = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * Orders stacks so that each comes after what it depends on; among those that are free, file order decides (Kahn's
 * algorithm). When that is impossible, the stacks of one cycle are returned instead, the first repeated at the end.
 *
 * @param names in file order; every dependency must be among them
 */
export function order(names: readonly string[], dependencies: Dependencies): { order: string[] } | { cycle: string[] } {
  const done = new Set<string>();
  const isFree = (name: string) =>
    !done.has(name) && [...(dependencies.get(name) ?? [])].every(other => done.has(other));
  while (done.size < names.length) {
    const next = names.find(isFree);
    if (next === undefined)
      return {
        cycle: findCycle(
          names.filter(name => !done.has(name)),
          dependencies,
          done,
        ),
      };
    done.add(next);
  }
  return { order: [...done] };
}

/** Every blocked stack waits for another blocked one: following any of them must come back to a stack already seen. */
function findCycle(blocked: readonly string[], dependencies: Dependencies, done: ReadonlySet<string>): string[] {
  const path: string[] = [];
  let name = blocked[0];
  while (name !== undefined && !path.includes(name)) {
    path.push(name);
    name = [...(dependencies.get(name) ?? [])].find(other => !done.has(other));
  }
  return name === undefined ? path : [...path.slice(path.indexOf(name)), name];
}

/** The same graph walked backwards: for each stack, those that must be gone before it may be deleted. */
export function reverse(dependencies: Dependencies): Dependencies {
  const reversed = new Map<string, Set<string>>([...dependencies.keys()].map(name => [name, new Set()]));
  for (const [name, others] of dependencies) for (const other of others) reversed.get(other)?.add(name);
  return reversed;
}

/** Whether a stack depends on another, directly or through others. */
export function reaches(dependencies: Dependencies, name: string, other: string, seen = new Set<string>()): boolean {
  if (name === other) return true;
  if (seen.has(name)) return false;
  seen.add(name);
  return [...(dependencies.get(name) ?? [])].some(next => reaches(dependencies, next, other, seen));
}
