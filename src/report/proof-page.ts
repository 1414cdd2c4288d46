import { createHash } from 'node:crypto';
import { renderFault, renderPlace } from '../runner/fault.ts';
import { MOST_FAILURES } from './check-tables.ts';
import { latencyFigure } from './latency-figure.ts';
import { ledgerFigure } from './ledger-figure.ts';
import { type Markup, marked, markedSentence, markup } from './markup.ts';
import { PAGE_STYLE } from './proof-page-style.ts';
import type { ProofResult, ProvenRequest, ProvenSignal } from './proof-result.ts';
import {
  allChecks,
  arrivalOf,
  isWhole,
  milliseconds,
  orderedLedgers,
  proofHeadline,
  took,
  verdictsOf,
  WHAT,
  worstFirst,
} from './proof-words.ts';
import { safeUrl, shownText } from './shown-text.ts';
import { type Check, explanationOf, failedByCause } from './smoke-result.ts';
import { traceMarkup } from './trace-svg.ts';
import { count, duration } from './words.ts';

const MOST_ROWS = 1000;
const MOST_EVIDENCE = 40;

/**
 * A proof as an HTML page in one file: nothing is fetched, nothing is run. What telemetry says is escaped, and the page's
 * policy forbids all scripts, and all styles but its own, should that ever fail.
 */
export function proofPage(result: ProofResult): string {
  const hash = createHash('sha256').update(PAGE_STYLE).digest('base64');
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
  const page = markup`<html lang="en">
<head>
<meta charset="utf-8"/>
<meta http-equiv="Content-Security-Policy" content="${policy}"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta name="referrer" content="no-referrer"/>
<title>${proofHeadline(result)}</title>
<style>${{ markup: PAGE_STYLE }}</style>
</head>
<body>
<main>
${header(result)}
${problems(result)}
${verdict(result)}
${ways(result)}
${latency(result)}
${trace(result)}
${requests(result)}
${findings(result)}
${links(result)}
<footer>Written by zap-obs. The same result is in the JSON and JUnit files beside this page.</footer>
</main>
</body>
</html>`;
  return `<!doctype html>\n${page.markup}\n`;
}

function header(result: ProofResult): Markup {
  const { passed, simulated, service, run, target, startedAt, calls } = result;
  const facts: [string, Markup][] = [
    ['Service', markup`${service}`],
    ['Target', markup`${target}`],
    ['Run', markup`<span class="mono">${run}</span>`],
    ['Started', markup`${instant(startedAt)}`],
    ['Requests', markup`${result.requests.length}`],
    ['First request to verdict', markup`${duration(result.duration)}`],
    ['Calls to backends', markup`${calls}`],
  ];
  const parts = simulated.map(part => shownText(part)).join('; ');
  return markup`<header>
<span class="badge ${passed ? 'good' : 'bad'}">${passed ? '✓ Proven' : '✗ Not proven'}</span>
<h1>${proofHeadline(result)}</h1>
<dl class="about">${facts.map(([name, value]) => markup`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
${parts === '' ? undefined : markup`<p class="note"><strong>Simulated:</strong> ${parts}.</p>`}
</header>`;
}

function instant(time: number): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? 'not known' : `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** What is wrong, first of all: why the run ended early, what was lost where, and what else has failed. */
function problems(result: ProofResult): Markup | undefined {
  const faults = result.faults.map(
    fault => markup`<div class="problem"><h3>The run ended early</h3><p>${marked(renderFault(fault))}</p></div>`,
  );
  const diagnoses = result.signals.flatMap(signal => (signal.diagnosis ? [diagnosisOf(signal)] : []));
  const failed = failedByCause(allChecks(result));
  if (faults.length + diagnoses.length + failed.length === 0) return undefined;
  return markup`<section aria-labelledby="wrong"><h2 id="wrong">What is wrong</h2>
${faults}${diagnoses}
${failed.slice(0, MOST_FAILURES).map(check => failure(check, result))}
${more(failed.length - MOST_FAILURES)}
</section>`;
}

function diagnosisOf({ signal, diagnosis }: ProvenSignal): Markup | undefined {
  if (!diagnosis) return undefined;
  const lines = diagnosis.evidence.slice(0, MOST_EVIDENCE).map(line => shownText(line, 1000));
  const shown = lines.map((line, index) => markup`${index > 0 ? { markup: '\n' } : undefined}${line}`);
  return markup`<div class="problem">
<h3>${signal}, at the ${diagnosis.hop}</h3>
<p>${markedSentence(diagnosis.cause)}</p>
${diagnosis.fix === '' ? undefined : markup`<p><strong>What to do:</strong> ${markedSentence(diagnosis.fix)}</p>`}
${lines.length > 0 ? markup`<details class="small"><summary>What shows it</summary><pre>${shown}</pre></details>` : undefined}
</div>`;
}

/** A reason that a diagnosis has told already is not said again. */
function failure(check: Check, { signals }: ProofResult): Markup {
  const cause = signals.find(({ signal }) => signal === check.suite)?.diagnosis?.cause;
  const isTold = cause !== undefined && cause === check.cause;
  const told = isTold ? explanationOf({ seen: check.seen }) : explanationOf(check);
  const where = check.place ? markup` <span class="faint">Expected in ${renderPlace(check.place)}</span>` : undefined;
  return markup`<div class="problem"><h3>${check.suite}: ${check.name}</h3><p>${marked(told)}${where}</p></div>
`;
}

function verdict(result: ProofResult): Markup | undefined {
  const verdicts = verdictsOf(result);
  if (verdicts.length === 0) return undefined;
  const rows = verdicts.map(
    ({ suite, passed, found, checks, signal }) => markup`<tr>
<td class="state ${passed ? 'good' : 'bad'}">${passed ? '✓ passed' : '✗ failed'}</td>
<th scope="row" class="path">${WHAT[suite]}</th><td>${found}</td><td class="number">${checks}</td>
<td class="number">${time(signal?.arrival?.p50)}</td><td class="number">${time(signal?.arrival?.p95)}</td><td class="number">${time(signal?.arrival?.max)}</td>
<td class="number">${signal?.looks}</td></tr>
`,
  );
  const notes = result.signals.flatMap(({ signal, notes }) =>
    notes.map(note => markup`<li>${signal}: ${markedSentence(note)}</li>`),
  );
  return markup`<section aria-labelledby="verdict"><h2 id="verdict">Verdict</h2>
${scrolled(
  'Verdict by signal',
  markup`<table><thead><tr><th scope="col">Verdict</th><th scope="col">What</th><th scope="col">Found</th><th scope="col" class="number">Checks</th><th scope="col" class="number">p50</th><th scope="col" class="number">p95</th><th scope="col" class="number">max</th><th scope="col" class="number">Looks</th></tr></thead>
<tbody>${rows}</tbody></table>`,
)}
${notes.length > 0 ? markup`<ul class="plain">${notes.slice(0, MOST_EVIDENCE)}</ul>` : undefined}
</section>`;
}

function time(value: number | undefined): string | undefined {
  return value === undefined ? undefined : took(value);
}

/** A table may be wider than a phone; it scrolls by keyboard, too. */
function scrolled(name: string, table: Markup): Markup {
  return markup`<div class="scroll" role="region" aria-label="${name}" tabindex="0">${table}</div>`;
}

function ways({ ledgers }: ProofResult): Markup | undefined {
  if (ledgers.length === 0) return undefined;
  return markup`<section aria-labelledby="ledger"><h2 id="ledger">Where it was counted</h2>
<div class="cards">${orderedLedgers(ledgers).map((ledger, index) => ledgerFigure(ledger, index))}</div>
</section>`;
}

function latency({ signals }: ProofResult): Markup | undefined {
  const figure = latencyFigure(signals);
  if (!figure) return undefined;
  return markup`<section aria-labelledby="latency"><h2 id="latency">From answer to arrival</h2>
${figure}
</section>`;
}

const KINDS = [
  ['request', 'the request, as sent'],
  ['server', 'server'],
  ['call', 'call to another'],
  ['internal', 'within'],
  ['log', 'log record'],
  ['error', 'error'],
] as const;

function trace({ trace: picture }: ProofResult): Markup | undefined {
  if (!picture || picture.bars.length === 0) return undefined;
  const kinds = KINDS.filter(([kind]) =>
    picture.bars.some(bar => (kind === 'error' ? bar.isError : bar.kind === kind && !bar.isError)),
  );
  const legend = kinds.map(
    ([kind, words]) =>
      markup`<li><svg class="trace" width="10" height="10" aria-hidden="true">${
        kind === 'log'
          ? markup`<path class="log" d="M5 0l5 5-5 5-5-5z"/>`
          : markup`<rect class="${kind}" width="10" height="10" rx="2"/>`
      }</svg>${words}</li>`,
  );
  return markup`<section aria-labelledby="trace"><h2 id="trace">One trace</h2>
<p><code>${picture.title}</code> <span class="mono faint">${picture.traceId}</span></p>
${traceMarkup(picture, 'page')}
<ul class="legend">${legend}</ul>
</section>`;
}

function requests({ requests: all }: ProofResult): Markup | undefined {
  if (all.length === 0) return undefined;
  const shown = worstFirst(all).slice(0, MOST_ROWS);
  const rows = shown.map(
    request => markup`<tr><td class="state ${isWhole(request) ? 'good' : 'bad'}">${isWhole(request) ? '✓ whole' : '✗ not whole'}</td>
<th scope="row" class="path"><code>${shownText(`${request.method} ${request.path}`, 200)}</code></th><td>${request.status ?? 'no answer'}</td><td class="number">${milliseconds(request.ms)}</td>
<td class="number">${arrivalCell(request, 'traces')}</td><td class="number">${arrivalCell(request, 'logs')}</td><td class="mono">${shownText(request.traceId, 40)}</td></tr>
`,
  );
  return markup`<details${all.length <= 30 ? { markup: ' open=""' } : undefined}><summary>${count(all.length, 'request')}</summary>
${scrolled(
  'Requests',
  markup`<table><thead><tr><th scope="col">Verdict</th><th scope="col">Request</th><th scope="col">Status</th><th scope="col" class="number">Took</th><th scope="col" class="number">Trace after</th><th scope="col" class="number">Logs after</th><th scope="col">Trace id</th></tr></thead>
<tbody>${rows}</tbody></table>`,
)}
${more(all.length - shown.length)}
</details>`;
}

function arrivalCell(request: ProvenRequest, signal: 'traces' | 'logs'): Markup {
  const told = arrivalOf(request, signal);
  return told === 'lost' ? markup`<span class="lost">✗ lost</span>` : markup`${told}`;
}

function more(left: number): Markup | undefined {
  return left > 0 ? markup`<p class="faint">${`… and ${left} more, in the JSON result.`}</p>` : undefined;
}

function findings(result: ProofResult): Markup | undefined {
  const all = allChecks(result).toSorted((a, b) => Number(a.passed) - Number(b.passed));
  if (all.length === 0) return undefined;
  const shown = all.slice(0, MOST_ROWS);
  const rows = shown.map(
    check => markup`<tr><td class="state ${check.passed ? 'good' : 'bad'}">${check.passed ? '✓ passed' : '✗ failed'}</td>
<td>${check.suite}</td><th scope="row" class="path">${marked(check.name)}</th><td class="text">${marked(check.seen ?? '')}</td><td class="number">${time(check.after)}</td></tr>
`,
  );
  return markup`<details><summary>Everything that was checked (${all.length})</summary>
${scrolled(
  'Everything that was checked',
  markup`<table><thead><tr><th scope="col">Verdict</th><th scope="col">Signal</th><th scope="col">What</th><th scope="col">Seen</th><th scope="col" class="number">After</th></tr></thead>
<tbody>${rows}</tbody></table>`,
)}
${more(all.length - shown.length)}
</details>`;
}

function links({ links: all }: ProofResult): Markup | undefined {
  const shown = all.flatMap(({ title, url }) => {
    const safe = safeUrl(url);
    // An address is whole or is none: it must not be cut as a text is.
    return safe === undefined || safe.length > 1000
      ? []
      : [markup`<li><a href="${safe}" rel="noreferrer">${title}</a></li>`];
  });
  if (shown.length === 0) return undefined;
  return markup`<section aria-labelledby="further"><h2 id="further">Look further</h2><ul class="plain">${shown}</ul></section>`;
}
