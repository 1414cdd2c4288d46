import { inertCode, inertProse } from './inert.ts';
import { table } from './markdown.ts';
import type { CostChange } from './result.ts';
import { count } from './words.ts';

/** What an idle month costs before and after, in Markdown; nothing where nothing has a price. */
export function costFact({ before, after, uncounted }: CostChange, dryRun: boolean): string | undefined {
  const gaps = uncounted.reduce((sum, { count }) => sum + count, 0);
  if (after === 0 && !before && gaps === 0) return undefined;
  const rest = gaps > 0 ? `; ${count(gaps, 'resource')} without a price here` : '';
  const name = '**Cost of an idle month**';
  if (before === undefined) return `${name}: ${usd(after)}${rest}; what it is today is not known`;
  if (before === after) return `${name}: unchanged, ${usd(after)}${rest}`;
  const difference = `${after < before ? '−' : '+'}${Math.abs(after - before).toFixed(2)}`;
  const arrow = `${before.toFixed(2)} → ${after.toFixed(2)} USD`;
  return `${name}: ${dryRun ? '' : 'went '}${arrow} (**${difference}**)${rest}`;
}

function usd(amount: number): string {
  return `${amount.toFixed(2)} USD`;
}

/** Where the bill changes, and what it leaves out, folded. */
export function billOf({ items, region, on, notCounted, uncounted }: CostChange): string | undefined {
  if (items.length === 0) return undefined;
  const rows = items.map(({ title, before, after }) => [title, before.toFixed(2), after.toFixed(2)]);
  const missing = uncounted
    .slice(0, 5)
    .map(({ type, count, why }) => `${count} × ${inertCode(type, 128)} (${inertProse(why, 200)})`);
  const more = uncounted.length > missing.length ? ` and ${count(uncounted.length - missing.length, 'more type')}` : '';
  return [
    '<details><summary>Cost, in USD a month</summary>',
    table(['', 'Before', 'After'], rows),
    `List prices of ${region}, looked up on ${on}. Not counted: ${notCounted}.`,
    ...(missing.length > 0 ? [`Without a price here: ${missing.join(', ')}${more}.`] : []),
    '</details>',
  ].join('\n\n');
}
