import { isList, type Resource, Token, Unknown, type Value } from '../stacks/evaluation/values.ts';
import type { PriceName } from './prices.ts';

/** So much of something that has a price. */
export interface Charge {
  price: PriceName;
  quantity: number;
}

/** The resources of a plan that exist, and those of which nobody can tell. */
export interface Inventory {
  resources: readonly Resource[];
  ofType(type: string): Resource[];
}

/** What a resource costs; `Unknown`: the plan does not tell. */
export type Pricer = (resource: Resource, inventory: Inventory) => readonly Charge[] | Unknown;

/** A number of things. */
export function numberOf(value: Value, fallback?: number): number | Unknown {
  if (value === undefined && fallback !== undefined) return fallback;
  if (value instanceof Unknown) return value;
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
  return Number.isNaN(number) ? new Unknown('a number is only known to AWS') : number;
}

/** How many members a list has; one that AWS alone knows as a whole has no number. */
export function lengthOf(value: Value): number | Unknown {
  if (isList(value)) {
    const hidden = value.find(item => item instanceof Unknown);
    return hidden instanceof Unknown ? hidden : value.length;
  }
  return value instanceof Unknown ? value : new Unknown('a list is only known to AWS');
}

/** The resource that a value stands for. */
export function resourceNamed(value: Value, type: string): Resource | undefined {
  return value instanceof Token && value.resource?.type === type ? value.resource : undefined;
}
