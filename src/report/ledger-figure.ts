import { type Markup, markedSentence, markup } from './markup.ts';
import type { Ledger, LedgerHop } from './proof-result.ts';
import { counted, figure, HOP_WORDS } from './proof-words.ts';

/** How wide a place on the way is drawn, in percent. */
export interface Share {
  /** What has come so far; `undefined` where that is not known. */
  whole: number | undefined;
  /** What should have, and has not. */
  lost: number;
}

/**
 * The widths of a ledger's bars. Requests, spans and data points cannot be compared with each other: what is most of a unit is
 * drawn as wide as the place before the first of that unit, so that two sampled requests do not widen to all of their spans.
 */
export function sharesOf(hops: readonly LedgerHop[]): Share[] {
  const most = new Map<string, number>();
  for (const { unit, count, lost = 0 } of hops)
    if (count !== undefined) most.set(unit, Math.max(most.get(unit) ?? 0, count + Math.max(lost, 0)));
  const widths = new Map<string, number>();
  let before = 100;
  return hops.map(({ unit, count, lost = 0 }) => {
    if (count === undefined) return { whole: undefined, lost: 0 };
    const width = widths.get(unit) ?? before;
    widths.set(unit, width);
    const one = width / (most.get(unit) || 1);
    before = Math.max(count, 0) * one;
    return { whole: before, lost: Math.max(lost, 0) * one };
  });
}

/** The way of a signal as bars that shrink where something is lost, a list to those who do not see them. */
export function ledgerFigure({ signal, hops, remarks }: Ledger, index: number): Markup {
  const shares = sharesOf(hops);
  const lost = hops.some(hop => (hop.lost ?? 0) > 0);
  const state = lost ? markup`<span class="lost">✗ loss</span>` : undefined;
  const said = remarks.map(remark => markup`<li>${markedSentence(remark)}</li>`);
  return markup`<div class="card"><h3><span>${signal}</span>${state}</h3>
<ol class="way">${hops.map((hop, at) => placeOf(hop, shares[at], `gone-${index}-${at}`))}</ol>
${said.length > 0 ? markup`<ul class="plain">${said}</ul>` : undefined}
</div>
`;
}

function placeOf({ hop, unit, count, lost, note }: LedgerHop, share: Share | undefined, id: string): Markup {
  const told =
    count === undefined ? markup`<span class="faint">not known</span>` : markup`<span>${counted(count, unit)}</span>`;
  const missing = lost !== undefined && lost > 0 ? markup` <span class="lost">${figure(lost)} lost</span>` : undefined;
  return markup`<li><div class="count"><span>${HOP_WORDS[hop]}</span><span>${told}${missing}</span></div>
${barOf(share, id)}
${note === undefined ? undefined : markup`<p class="hint">${markedSentence(note)}</p>`}</li>
`;
}

function barOf(share: Share | undefined, id: string): Markup {
  if (share?.whole === undefined)
    return markup`<svg width="100%" height="12" aria-hidden="true"><rect class="unknown" x="0.5" y="1.5" width="99%" height="9" rx="2"/></svg>`;
  const gone =
    share.lost > 0
      ? markup`<defs><pattern id="${id}" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><line class="stripe" x1="0" y1="0" x2="0" y2="6"/></pattern></defs><rect fill="url(#${id})" x="${percent(share.whole)}" y="1" width="${percent(share.lost)}" height="10" rx="2"/>`
      : undefined;
  return markup`<svg width="100%" height="12" aria-hidden="true"><rect class="rest" width="100%" y="5" height="2" rx="1"/><rect class="bar" width="${percent(share.whole)}" y="1" height="10" rx="2"/>${gone}</svg>`;
}

function percent(value: number): string {
  return `${Math.round(Math.min(value, 100) * 100) / 100}%`;
}
