import type { Dependencies } from './graph.ts';

/** What `schedule` does with each item. */
export interface Work<T, R> {
  /** Never rejects for a failure of the work itself; a rejection ends the whole schedule. */
  run(item: T): Promise<R>;
  isGood(result: R): boolean;
  /** The result of an item that is not run, because of another's failure. */
  skip(item: T, because: string): R;
}

export interface ScheduleOptions {
  /** An item whose dependencies are not among the items counts them as done. */
  dependencies: Dependencies;
  /** How many run at once. */
  limit: number;
  /** `stop`: nothing new starts after the first failure; `go-on`: only what depends on it is skipped. */
  afterFailure: 'stop' | 'go-on';
}

/**
 * Runs work in dependency order; what is ready starts in the order given.
 *
 * @returns the results in the order in which the work was begun, skipped ones last
 */
export async function schedule<T extends { shortName: string }, R>(
  items: readonly T[],
  { dependencies, limit, afterFailure }: ScheduleOptions,
  work: Work<T, R>,
): Promise<R[]> {
  const known = new Set(items.map(({ shortName }) => shortName));
  const results = new Map<string, R>();
  const running = new Map<string, Promise<void>>();
  const waiting = new Set(items);
  const needs = ({ shortName }: T) => [...(dependencies.get(shortName) ?? [])].filter(other => known.has(other));
  const bad = new Set<string>();
  const isReady = (item: T) => needs(item).every(name => results.has(name) && !bad.has(name));
  const order: string[] = [];

  const start = (item: T) => {
    waiting.delete(item);
    order.push(item.shortName);
    const task = work.run(item).then(result => {
      results.set(item.shortName, result);
      if (!work.isGood(result)) bad.add(item.shortName);
      running.delete(item.shortName);
    });
    running.set(item.shortName, task);
  };

  for (;;) {
    const ready = afterFailure === 'stop' && bad.size > 0 ? [] : [...waiting].filter(isReady);
    for (const item of ready.slice(0, limit - running.size)) start(item);
    if (running.size === 0) break;
    await Promise.race(running.values());
  }
  const begun = order.flatMap(name => (results.has(name) ? [results.get(name) as R] : []));
  const [firstBad = ''] = bad;
  return [...begun, ...[...waiting].map(item => work.skip(item, needs(item).find(name => bad.has(name)) ?? firstBad))];
}
