import { type Markup, markup } from './markup.ts';
import type { TraceBar, TracePicture } from './proof-result.ts';
import { milliseconds } from './proof-words.ts';
import { shownText } from './shown-text.ts';

/** Pixels. Across, all is in percent, so that the picture is as wide as its page and its letters keep their size. */
const HEAD = 30;
const ROW = 34;
const INDENT = 14;
const FILE_WIDTH = 860;
const MOST_ROWS = 100;
/** Percent that is left free at either side, for marks at the edge. */
const MARGIN = 0.8;

/** Of the picture, in the page or in a file of its own; colours of GitHub's two themes. */
export const TRACE_STYLE = `
.trace { --text: #1f2328; --faint: #59636e; --line: #d1d9e0; --request: #818b98; --server: #0969da; --call: #8250df; --internal: #1b7c83; --log: #9a6700; --error: #cf222e; font: 13px system-ui, -apple-system, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif; }
@media (prefers-color-scheme: dark) { .trace { --text: #f0f6fc; --faint: #9198a1; --line: #3d444d; --request: #9198a1; --server: #4493f8; --call: #ab7df8; --internal: #39c5cf; --log: #d29922; --error: #f85149; } }
.trace text { fill: var(--text); }
.trace .faint { fill: var(--faint); }
.trace .time { font-variant-numeric: tabular-nums; }
.trace line { stroke: var(--line); }
.trace .request { fill: var(--request); }
.trace .server { fill: var(--server); }
.trace .call { fill: var(--call); }
.trace .internal { fill: var(--internal); }
.trace .log { fill: var(--log); }
.trace .error { fill: var(--error); }
.trace text.failed { fill: var(--error); }`;

/**
 * A trace as a waterfall.
 *
 * @param place a file has its colours in itself, and a size
 */
export function traceSvg(picture: TracePicture, place: 'page' | 'file' = 'file'): string {
  return traceMarkup(picture, place).markup;
}

export function traceMarkup({ title, traceId, bars, more = 0 }: TracePicture, place: 'page' | 'file'): Markup {
  const shown = bars.slice(0, MOST_ROWS);
  const left = bars.length - shown.length + more;
  const from = Math.min(...shown.map(({ start }) => start), 0);
  const to = Math.max(...shown.map(({ start, duration }) => start + duration), from + 0.001);
  const scale = (value: number) => percent(MARGIN + ((value - from) / (to - from)) * (100 - 2 * MARGIN));
  const height = HEAD + shown.length * ROW + (left > 0 ? 24 : 4);
  const size =
    place === 'file' ? markup`width="${FILE_WIDTH}" viewBox="0 0 ${FILE_WIDTH} ${height}"` : markup`width="100%"`;
  return markup`<svg xmlns="http://www.w3.org/2000/svg" class="trace" ${size} height="${height}" role="img" aria-labelledby="trace-title trace-what">
<title id="trace-title">${`Trace of ${shownText(title, 120)}`}</title>
<desc id="trace-what">${told(shown, traceId)}</desc>
${place === 'file' ? { markup: `<style>${TRACE_STYLE}\n</style>` } : undefined}
${ticks(from, to).map(tick => tickOf(tick, scale(tick), { from, to, height }))}
${shown.map((bar, index) => rowOf(bar, HEAD + index * ROW, scale, to - from))}
${left > 0 ? markup`<text class="faint" x="0" y="${height - 8}">${`… and ${left} more`}</text>` : undefined}
</svg>`;
}

/** What is drawn, in a sentence, for those who do not see it. */
function told(bars: readonly TraceBar[], traceId: string): string {
  const words = bars.slice(0, 12).map(({ name, kind, start, duration, isError }) => {
    const time = kind === 'log' ? `at ${milliseconds(start)}` : `${milliseconds(duration)} from ${milliseconds(start)}`;
    return `${shownText(name, 60)} (${kind}), ${time}${isError ? ', error' : ''}`;
  });
  return `Trace ${shownText(traceId, 40)}: ${words.join('; ')}`;
}

function rowOf(bar: TraceBar, top: number, scale: (value: number) => string, span: number): Markup {
  const { name, service, depth, start, duration, kind, isError } = bar;
  const indent = Math.min(depth, 10) * INDENT;
  const time = kind === 'log' ? milliseconds(start) : milliseconds(duration);
  const whose =
    service === undefined ? undefined : markup` <tspan class="faint" dx="6">${shownText(service, 60)}</tspan>`;
  const state = isError ? markup`<tspan class="error">✗ error </tspan>` : undefined;
  const colour = isError ? 'error' : kind;
  const width = percent(Math.max((duration / span) * (100 - 2 * MARGIN), 0.3));
  const drawn =
    kind === 'log'
      ? markup`<svg x="${scale(start)}" y="${top + 18}" overflow="visible"><path class="${colour}" d="M0 0l5 5-5 5-5-5z"/></svg>`
      : markup`<rect class="${colour}" x="${scale(start)}" y="${top + 18}" width="${width}" height="10" rx="2"/>`;
  // The inner picture cuts off a name that would run into the time.
  return markup`<g><title>${`${shownText(name, 200)}: ${kind === 'log' ? 'at ' : ''}${time}`}</title>
<svg x="0" y="${top}" width="80%" height="18"><text x="${indent}" y="13">${state}${shownText(name, 160)}${whose}</text></svg>
<text class="faint time" x="100%" y="${top + 13}" text-anchor="end">${kind === 'log' ? `at ${time}` : time}</text>
${drawn}</g>
`;
}

function tickOf(tick: number, x: string, { from, to, height }: { from: number; to: number; height: number }): Markup {
  const share = (tick - from) / (to - from);
  const anchor = share < 0.06 ? 'start' : share > 0.94 ? 'end' : 'middle';
  return markup`<line x1="${x}" x2="${x}" y1="20" y2="${height}"/><text class="faint time" x="${x}" y="13" text-anchor="${anchor}">${milliseconds(tick)}</text>
`;
}

/** Round values over a span, four or five of them. */
export function ticks(from: number, to: number): number[] {
  const rough = (to - from) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find(factor => factor * power >= rough) ?? 10) * power;
  // 0.3 / 0.1 is a little less than 3.
  const first = Math.ceil(from / step - 1e-9);
  const count = Math.floor(to / step + 1e-9) - first + 1;
  return Array.from({ length: Math.max(count, 0) }, (_, index) => Number(((first + index) * step).toPrecision(12)));
}

function percent(value: number): string {
  return `${Math.round(value * 100) / 100}%`;
}
