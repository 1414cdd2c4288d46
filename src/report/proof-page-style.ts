import { TRACE_STYLE } from './trace-svg.ts';

/** The style of the HTML report; colours have a contrast of at least 4.5 to 1 for text, in both schemes. */
export const PAGE_STYLE = `
:root { color-scheme: light dark; --page: #ffffff; --card: #f6f8fa; --text: #1f2328; --faint: #59636e; --line: #d1d9e0; --good: #1a7f37; --good-ground: #dafbe1; --bad: #cf222e; --bad-ground: #ffebe9; --bar: #0969da; --bar-rest: #d1d9e0; --link: #0969da; }
@media (prefers-color-scheme: dark) { :root { --page: #0d1117; --card: #151b23; --text: #f0f6fc; --faint: #9198a1; --line: #3d444d; --good: #3fb950; --good-ground: #12261e; --bad: #ff7b72; --bad-ground: #2b1719; --bar: #4493f8; --bar-rest: #3d444d; --link: #4493f8; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.55 system-ui, -apple-system, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif; }
main { max-width: 1080px; margin: 0 auto; padding: 32px 24px 64px; }
h1 { font-size: 26px; line-height: 1.25; margin: 12px 0 8px; text-wrap: balance; overflow-wrap: anywhere; }
h2 { font-size: 18px; margin: 40px 0 12px; }
h3 { font-size: 15px; margin: 0 0 12px; }
p { margin: 8px 0; overflow-wrap: anywhere; }
a { color: var(--link); }
code, .mono { font: 0.88em ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; overflow-wrap: anywhere; }
code { background: var(--card); border-radius: 4px; padding: 1px 3px; }
.faint { color: var(--faint); }
.badge { display: inline-block; border-radius: 999px; padding: 2px 12px; font-weight: 600; }
.good { color: var(--good); }
.bad { color: var(--bad); }
.badge.good { background: var(--good-ground); }
.badge.bad { background: var(--bad-ground); }
dl.about { display: flex; flex-wrap: wrap; gap: 12px 28px; margin: 20px 0 0; }
dl.about div { min-width: 0; }
dt { color: var(--faint); font-size: 13px; }
dd { margin: 0; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
.problem { border: 1px solid var(--line); border-left: 4px solid var(--bad); border-radius: 8px; padding: 14px 18px; margin: 16px 0; }
.problem h3 { margin: 0 0 4px; }
.note { border: 1px solid var(--line); border-radius: 8px; padding: 10px 18px; margin: 16px 0; }
pre { background: var(--card); border-radius: 8px; padding: 12px 16px; margin: 8px 0; font: 12.5px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; }
.scroll:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: 7px 16px 7px 0; border-bottom: 1px solid var(--line); }
thead th { color: var(--faint); font-size: 13px; font-weight: 500; white-space: nowrap; }
tbody th { font-weight: 500; }
td.number, th.number { text-align: right; white-space: nowrap; }
td.state { white-space: nowrap; font-weight: 600; }
td.mono { white-space: nowrap; }
th.path { min-width: 190px; }
td.text { min-width: 220px; overflow-wrap: anywhere; }
td.text code { background: none; padding: 0; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(300px, 100%), 1fr)); gap: 16px; }
.card { background: var(--card); border-radius: 10px; padding: 16px 18px; min-width: 0; }
.card h3 { display: flex; justify-content: space-between; gap: 12px; }
ol.way { list-style: none; margin: 0; padding: 0; }
ol.way li { margin: 0 0 12px; }
ol.way .count { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 12px; font-size: 14px; font-variant-numeric: tabular-nums; }
ol.way .hint { font-size: 13px; color: var(--faint); margin: 2px 0 0; }
svg { display: block; }
.bar { fill: var(--bar); }
.stripe { stroke: var(--bad); stroke-width: 2; }
.unknown { fill: none; stroke: var(--faint); stroke-dasharray: 4 3; }
.rest { fill: var(--bar-rest); }
.lost { color: var(--bad); font-weight: 600; }
ul.plain { margin: 8px 0 0; padding-left: 18px; }
.axis { margin: 0 0 14px; }
.axis .count { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 16px; font-variant-numeric: tabular-nums; }
.axis text { fill: var(--faint); font-size: 12px; }
.axis .line { stroke: var(--line); }
.axis .gate { stroke: var(--bad); stroke-dasharray: 3 3; stroke-width: 1.5; }
.p50 { fill: var(--page); stroke: var(--bar); stroke-width: 2; }
.p95, .max { fill: var(--bar); }
.legend { display: flex; flex-wrap: wrap; gap: 4px 18px; font-size: 13px; color: var(--faint); margin: 10px 0 0; padding: 0; list-style: none; }
.legend svg { display: inline-block; vertical-align: -1px; margin-right: 5px; }
summary { cursor: pointer; font-weight: 600; font-size: 16px; padding: 8px 0; }
summary:focus-visible, a:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
details { margin: 12px 0; border-top: 1px solid var(--line); }
details.small { border: 0; margin: 8px 0 0; }
details.small summary { font-size: 14px; font-weight: 500; padding: 2px 0; }
footer { margin-top: 48px; color: var(--faint); font-size: 13px; }
@media (max-width: 560px) { main { padding: 20px 16px 48px; } h1 { font-size: 22px; } th, td { padding-right: 12px; } }
@media print { main { max-width: none; padding: 0; } }
${TRACE_STYLE}
`;
