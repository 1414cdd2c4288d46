import type { Dependencies } from './graph.ts';

/** What `schedule` does with each name. */
export interface Work<R> {
  /** Never rejects for a failure of the work itself; a rejection ends the whole schedule. */
  run(name: string): Promise<R>;
  isGood(result: R): boolean;
  /** The result of a name that is not run, because of another's failure. */
  skip(name: string, because: string): R;
}

/**
 * Runs work in dependency order, as much at once as `limit` allows; what is ready starts in the order given.
 *
 * @param names every dependency among them is waited for; others count as done
 * @param afterFailure `stop`: nothing new starts after the first failure; `go-on`: only what depends on it is skipped
 * @returns the results in the order in which the work was begun, skipped ones last
 */
export async function schedule<R>(
  names: readonly string[],
  dependencies: Dependencies,
  limit: number,
  afterFailure: 'stop' | 'go-on',
  work: Work<R>,
): Promise<R[]> {
  const results = new Map<string, R>();
  const running = new Map<string, Promise<void>>();
  const begun: string[] = [];
  const failed = (name: string) => results.has(name) && !work.isGood(results.get(name) as R);
  const needs = (name: string) => [...(dependencies.get(name) ?? [])].filter(other => names.includes(other));
  const waiting = () => names.filter(name => !begun.includes(name));

  for (;;) {
    const blocker = afterFailure === 'stop' ? names.find(failed) : undefined;
    const ready = blocker
      ? []
      : waiting().filter(name => needs(name).every(other => results.has(other) && !failed(other)));
    for (const name of ready.slice(0, limit - running.size)) {
      begun.push(name);
      const task = work.run(name).then(result => {
        results.set(name, result);
        running.delete(name);
      });
      running.set(name, task);
    }
    if (running.size === 0) break;
    await Promise.race(running.values());
  }
  for (const name of waiting()) {
    results.set(
      name,
      work.skip(name, needs(name).find(other => begun.includes(other) && failed(other)) ?? names.find(failed) ?? ''),
    );
    begun.push(name);
  }
  return begun.map(name => results.get(name) as R);
}
