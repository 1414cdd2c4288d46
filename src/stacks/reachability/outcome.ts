import type { Place } from '../../runner/fault.ts';
import type { Unknown } from '../evaluation/values.ts';

/** Whether something can be reached. `add` is what to add, as the rest of a sentence that begins with "Add". */
export type Outcome =
  | { verdict: 'reachable'; through: string; because: string }
  | { verdict: 'blocked'; because: string; add: string; place: Place }
  | { verdict: 'unknown'; because: string };

export type Blocked = Extract<Outcome, { verdict: 'blocked' }>;

export function unknown({ why }: Unknown): Outcome {
  return { verdict: 'unknown', because: why };
}

const WEIGHT = { blocked: 0, unknown: 1, reachable: 2 } as const;

/** All must be reachable: the worst counts. */
export function worst(outcomes: readonly [Outcome, ...Outcome[]]): Outcome {
  return outcomes.reduce((worse, one) => (WEIGHT[one.verdict] < WEIGHT[worse.verdict] ? one : worse));
}
