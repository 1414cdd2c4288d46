import { scopesOf } from '../stacks/evaluation/scope.ts';
import { type Resource, Unknown } from '../stacks/evaluation/values.ts';
import type { Plan } from '../stacks/plan.ts';
import { ASSUMPTIONS, NOT_COUNTED } from './assumptions.ts';
import type { Inventory } from './charge.ts';
import { BY_USE, FREE, PRICERS } from './pricers.ts';
import { HOURS_A_MONTH, PRICED, PRICES, type Price, type PriceName } from './prices.ts';

/** One line of the bill. */
export interface CostItem {
  name: PriceName;
  title: string;
  quantity: number;
  per: Price['per'];
  /** USD for one of it. */
  unitPrice: number;
  /** USD a month, in whole cents. */
  monthly: number;
  /** `<short name>.<logical id>` of what it is for. */
  resources: readonly string[];
}

export interface MonthlyCost {
  /** In the order of the price list. */
  items: readonly CostItem[];
  /** USD a month. */
  total: number;
  basis: {
    /** Whose prices these are, whatever the plan's Region. */
    region: string;
    on: string;
    hours: number;
    assumptions: readonly string[];
    notCounted: string;
  };
  /** What stands in the plan and not in the total. */
  uncounted: readonly { type: string; resources: readonly string[]; why: string }[];
}

/** What a plan's resources cost while they stand idle, from templates and known values alone. */
export function monthlyCost(plan: Pick<Plan, 'stacks'>, region: string): MonthlyCost {
  const all = [...scopesOf(plan, region).values()].flatMap(({ resources }) => [...resources.values()]);
  const present = all.filter(({ exists }) => exists === true);
  const inventory: Inventory = {
    resources: present,
    ofType: type => present.filter(resource => resource.type === type),
  };
  const charged = new Map<PriceName, { quantity: number; resources: string[] }>();
  const uncounted = new Map<string, { type: string; resources: string[]; why: string }>();
  const leaveOut = ({ type, stack, id }: Resource, why: string) => {
    const group = uncounted.get(`${type} ${why}`) ?? { type, resources: [], why };
    group.resources.push(`${stack}.${id}`);
    uncounted.set(`${type} ${why}`, group);
  };
  for (const resource of all) {
    const { type, exists } = resource;
    if (exists === false || FREE.has(type)) continue;
    if (exists instanceof Unknown) leaveOut(resource, `cannot tell whether it exists: ${exists.why}`);
    else if (Object.hasOwn(BY_USE, type)) leaveOut(resource, `by use: ${BY_USE[type]}`);
    else {
      const price = Object.hasOwn(PRICERS, type) ? PRICERS[type] : undefined;
      const charges = price?.(resource, inventory) ?? new Unknown('its price is not known here');
      if (charges instanceof Unknown) leaveOut(resource, charges.why);
      else
        for (const { price, quantity } of charges) {
          const sum = charged.get(price) ?? { quantity: 0, resources: [] };
          charged.set(price, {
            quantity: sum.quantity + quantity,
            resources: [...sum.resources, `${resource.stack}.${resource.id}`],
          });
        }
    }
  }
  const items = (Object.keys(PRICES) as PriceName[]).flatMap(name => {
    const sum = charged.get(name);
    return sum ? [itemOf(name, sum)] : [];
  });
  return {
    items,
    total: cents(items.reduce((total, { monthly }) => total + monthly, 0)),
    basis: {
      region: PRICED.region,
      on: PRICED.on,
      hours: HOURS_A_MONTH,
      assumptions: ASSUMPTIONS,
      notCounted: NOT_COUNTED,
    },
    uncounted: [...uncounted.values()],
  };
}

function itemOf(name: PriceName, { quantity, resources }: { quantity: number; resources: string[] }): CostItem {
  const { title, per, usd } = PRICES[name];
  const units = per === 'hour' ? quantity * HOURS_A_MONTH : quantity;
  return { name, title, quantity, per, unitPrice: usd, monthly: cents(units * usd), resources };
}

function cents(usd: number): number {
  return Math.round(usd * 100) / 100;
}
