import { type Markup, markup } from './markup.ts';
import type { ProvenSignal } from './proof-result.ts';
import { took } from './proof-words.ts';
import { ticks } from './trace-svg.ts';

/** Room at either side, in percent, for marks at the edge. */
const MARGIN = 1.2;

/** How long telemetry took to arrive, each signal on one common axis; nothing where nothing has arrived. */
export function latencyFigure(signals: readonly ProvenSignal[]): Markup | undefined {
  const arrived = signals.filter(({ arrival }) => arrival !== undefined);
  if (arrived.length === 0) return undefined;
  const to = axisEnd(arrived);
  const marks = ticks(0, to).map(tick => {
    const share = tick / to;
    const anchor = share < 0.05 ? 'start' : share > 0.95 ? 'end' : 'middle';
    return markup`<text x="${at(tick, to)}" y="12" text-anchor="${anchor}">${tick === 0 ? '0' : took(tick)}</text>`;
  });
  return markup`${arrived.map(signal => row(signal, to))}
<div class="axis"><svg width="100%" height="16" aria-hidden="true">${marks}</svg></div>
<ul class="legend"><li>${dot('p50', 4)}half of the requests (p50)</li><li>${dot('p95', 4)}95 % of them (p95)</li><li><svg width="4" height="12" aria-hidden="true"><rect class="max" width="3" height="12"/></svg>the last one (max)</li></ul>`;
}

/** A gate far away would press all that was measured into a corner: it is then told of, and not drawn. */
function axisEnd(signals: readonly ProvenSignal[]): number {
  const most = Math.max(...signals.map(({ arrival }) => arrival?.max ?? 0), 1);
  const gates = signals.flatMap(({ maxArrival }) => (maxArrival === undefined ? [] : [maxArrival]));
  const near = gates.filter(gate => gate <= most * 3);
  return Math.max(most, ...near) * 1.04;
}

function row({ signal, arrival, maxArrival }: ProvenSignal, to: number): Markup | undefined {
  if (!arrival) return undefined;
  const { p50, p95, max } = arrival;
  const isLate = maxArrival !== undefined && max > maxArrival;
  const isDrawn = maxArrival !== undefined && maxArrival <= to;
  const verdict =
    maxArrival === undefined ? '' : isLate ? `more than ${took(maxArrival)}` : `at most ${took(maxArrival)} allowed`;
  const told = `${signal}: p50 ${took(p50)}, p95 ${took(p95)}, max ${took(max)}${verdict && `, ${verdict}`}`;
  return markup`<div class="axis"><div class="count"><strong>${signal}</strong><span>p50 ${took(p50)} · p95 ${took(p95)} · <span class="${isLate ? 'lost' : ''}">max ${took(max)}${verdict === '' ? '' : `, ${verdict}`}</span></span></div>
<svg width="100%" height="22" role="img" aria-label="${told}">
<line class="line" x1="${at(0, to)}" x2="${at(to, to)}" y1="11" y2="11"/>
<rect class="max" x="${at(p50, to)}" y="10" width="${percent(((max - p50) / to) * (100 - 2 * MARGIN))}" height="2"/>
<svg x="${at(max, to)}" y="5" overflow="visible"><rect class="max" x="-1.5" width="3" height="12"/></svg>
<circle class="p95" cx="${at(p95, to)}" cy="11" r="5"/><circle class="p50" cx="${at(p50, to)}" cy="11" r="5"/>
${isDrawn ? markup`<line class="gate" x1="${at(maxArrival, to)}" x2="${at(maxArrival, to)}" y1="0" y2="22"/>` : undefined}
</svg></div>
`;
}

function dot(name: string, radius: number): Markup {
  return markup`<svg width="12" height="12" aria-hidden="true"><circle class="${name}" cx="6" cy="6" r="${radius}"/></svg>`;
}

function at(value: number, to: number): string {
  return percent(MARGIN + (value / to) * (100 - 2 * MARGIN));
}

function percent(value: number): string {
  return `${Math.round(value * 100) / 100}%`;
}
