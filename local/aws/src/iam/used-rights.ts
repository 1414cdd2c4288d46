import type { Right } from './rights.ts';

/** A right that was used, by whom and how often. */
export interface UsedRight extends Right {
  /** ARN of the user or assumed role; empty for what a registry's token stands for, which names nobody. */
  caller: string;
  calls: number;
}

/** So many different ones are kept: the runs of all actions use some two hundred. */
const MOST = 10_000;

/** Counts the rights that calls have taken, whoever made them: what a policy must allow, and all that it need allow. */
export class UsedRights {
  readonly #used = new Map<string, UsedRight>();
  readonly #most: number;
  #omitted = 0;

  constructor(most = MOST) {
    this.#most = most;
  }

  note(caller: string, rights: readonly Right[]): void {
    for (const right of rights) {
      const key = JSON.stringify([caller, right.action, right.resource, right.context]);
      const known = this.#used.get(key);
      if (known) known.calls += 1;
      else if (this.#used.size < this.#most) this.#used.set(key, { caller, ...right, calls: 1 });
      else this.#omitted += 1;
    }
  }

  /** By action, resource and caller, in alphabetical order. */
  list(): UsedRight[] {
    const key = ({ action, resource, caller }: UsedRight) => `${action} ${resource} ${caller}`;
    return [...this.#used.values()].map(right => ({ ...right })).sort((a, b) => (key(a) < key(b) ? -1 : 1));
  }

  /** How many calls were not counted, because there was no room for another right. */
  get omitted(): number {
    return this.#omitted;
  }
}
