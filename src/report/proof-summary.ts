import { renderFault } from '../runner/fault.ts';
import { checkTable, failureTable } from './check-tables.ts';
import { blocks, code, fenced, folded, link, plain, prose, table } from './markdown.ts';
import type { LedgerHop, ProofResult, ProvenRequest, ProvenSignal } from './proof-result.ts';
import {
  allChecks,
  arrivalOf,
  counted,
  HOP_WORDS,
  HOPS,
  inWords,
  isWhole,
  milliseconds,
  orderedLedgers,
  proofHeadline,
  took,
  UNKNOWN,
  verdictsOf,
  WHAT,
  worstFirst,
} from './proof-words.ts';
import { safeUrl, shownText } from './shown-text.ts';
import { textWaterfall } from './text-waterfall.ts';
import { count, duration } from './words.ts';

/** Rows of the folded tables: a page of a thousand is read by nobody, and the JSON result has them all. */
const MOST_ROWS = 100;
const MOST_EVIDENCE = 20;

/** The job summary of a proof, in Markdown as GitHub renders it. */
export function proofSummary(result: ProofResult): string {
  const { passed, simulated } = result;
  return blocks(
    `## ${passed ? '✅' : '❌'} ${plain(shownText(proofHeadline(result)))}`,
    ...result.faults.map(fault => `> ${prose(shownText(renderFault(fault), 1200))}`),
    about(result),
    simulated.length > 0 ? `**Simulated:** ${simulated.map(part => prose(shownText(part))).join('; ')}.` : '',
    ...proofSections(result),
  );
}

function about({ run, target, requests, duration: time, calls }: ProofResult): string {
  if (requests.length === 0) return '';
  const sent = `Run ${code(shownText(run))}: ${count(requests.length, 'request')} to ${code(shownText(target))}`;
  return `${sent}, verdict ${duration(time)} after the first one, ${count(calls, 'call')} to the backends.`;
}

/** What a summary says of a proof, block by block, without a title: what failed first. */
export function proofSections(result: ProofResult): string[] {
  return [
    ...result.signals.flatMap(signal => (signal.diagnosis ? [diagnosisOf(signal)] : [])),
    failures(result),
    verdictTable(result),
    notes(result),
    ledgerTable(result),
    waterfall(result),
    requestTable(result),
    everything(result),
    links(result),
  ].filter(section => section !== '');
}

function diagnosisOf({ signal, diagnosis }: ProvenSignal): string {
  if (!diagnosis) return '';
  const { hop, cause, fix, evidence } = diagnosis;
  const shown = evidence.slice(0, MOST_EVIDENCE).map(line => shownText(line));
  const told = ['> [!CAUTION]', `> **${signal}**, at the ${plain(shownText(hop))}: ${sentence(cause)}`];
  const step = fix === '' ? [] : ['>', `> **What to do:** ${sentence(fix)}`];
  const seen = shown.length > 0 ? `\n\n${folded(`What shows it (${signal})`, fenced('text', shown.join('\n')))}` : '';
  return [...told, ...step].join('\n') + seen;
}

function sentence(text: string): string {
  return prose(`${shownText(text, 1200)}.`.replace(/([.?!])\.$/, '$1'));
}

/** A reason that stands above already is not said again. */
function failures(result: ProofResult): string {
  const failed = allChecks(result).filter(({ passed }) => !passed);
  if (failed.length === 0) return '';
  const told = failed.map(check => {
    const diagnosis = result.signals.find(({ signal }) => signal === check.suite)?.diagnosis;
    const isTold = diagnosis !== undefined && check.cause === diagnosis.cause;
    return isTold ? { ...check, cause: 'See above', fix: undefined } : check;
  });
  return failureTable(told);
}

function verdictTable(result: ProofResult): string {
  const verdicts = verdictsOf(result);
  if (verdicts.length === 0) return '';
  const rows = verdicts.map(({ suite, passed, found, checks, signal }) => {
    const { arrival, maxArrival, looks } = signal ?? {};
    const time = (value: number | undefined) => (value === undefined ? '' : took(value));
    const gate = maxArrival === undefined ? '' : ` (at most ${took(maxArrival)})`;
    const isLate = arrival !== undefined && maxArrival !== undefined && arrival.max > maxArrival;
    const max = `${time(arrival?.max)}${arrival ? gate : ''}`;
    return [
      passed ? '✅' : '❌',
      WHAT[suite],
      plain(shownText(found, 80)),
      checks,
      time(arrival?.p50),
      time(arrival?.p95),
      isLate ? `**${max}**` : max,
      looks === undefined ? '' : String(looks),
    ];
  });
  return table(['', 'What', 'Found', 'Checks', 'p50', 'p95', 'max', 'Looks'], rows);
}

function notes({ signals }: ProofResult): string {
  return signals
    .flatMap(({ signal, notes }) => notes.map(note => `- ${signal}: ${sentence(note)}`))
    .slice(0, MOST_EVIDENCE)
    .join('\n');
}

/** One row a signal, one column a place on the way; why a count is not known stands below, by number. */
function ledgerTable({ ledgers }: ProofResult): string {
  if (ledgers.length === 0) return '';
  const ordered = orderedLedgers(ledgers);
  const columns = HOPS.filter(hop => ordered.some(({ hops }) => hops.some(each => each.hop === hop)));
  const footnotes: string[] = [];
  const mark = (note: string | undefined) => {
    if (note === undefined) return '';
    if (!footnotes.includes(note)) footnotes.push(note);
    return `<sup>${footnotes.indexOf(note) + 1}</sup>`;
  };
  const rows = ordered.map(({ signal, hops }) => [
    signal,
    ...columns.map(column => {
      const those = hops.filter(({ hop }) => hop === column);
      return those.map(hop => cellOf(hop) + mark(hop.note)).join('<br>');
    }),
  ]);
  const remarks = ordered.flatMap(({ signal, remarks }) => remarks.map(remark => `- ${signal}: ${sentence(remark)}`));
  const told = footnotes.map((note, index) => `<sup>${index + 1}</sup> ${sentence(note)}`);
  return [
    '### Where it was counted',
    table(['', ...columns.map(hop => HOP_WORDS[hop])], rows),
    told.join('<br>\n'),
    remarks.join('\n'),
  ]
    .filter(part => part !== '')
    .join('\n\n');
}

function cellOf({ count: value, unit, lost }: LedgerHop): string {
  if (value === undefined) return UNKNOWN;
  const told = plain(counted(value, shownText(unit, 40)));
  return lost !== undefined && lost > 0 ? `**${told}, ${lost.toLocaleString('en')} lost**` : told;
}

function waterfall({ trace }: ProofResult): string {
  if (!trace || trace.bars.length === 0) return '';
  const title = `${code(shownText(trace.title, 120))}, ${code(shownText(trace.traceId, 40))}`;
  return `### One trace\n\n${title}\n\n${fenced('text', textWaterfall(trace))}`;
}

function requestTable({ requests }: ProofResult): string {
  if (requests.length === 0) return '';
  const signals = (['traces', 'logs'] as const).filter(signal => requests.some(({ arrived }) => signal in arrived));
  const rows = worstFirst(requests)
    .slice(0, MOST_ROWS)
    .map(request => [
      isWhole(request) ? '✅' : '❌',
      code(shownText(`${request.method} ${request.path}`, 120)),
      request.status === undefined ? 'no answer' : String(request.status),
      milliseconds(request.ms),
      code(shownText(request.traceId, 40)),
      ...signals.map(signal => arrivalCell(request, signal)),
    ]);
  const head = ['', 'Request', 'Answer', 'Took', 'Trace', ...signals.map(signal => `${WORD[signal]} after`)];
  return folded(
    `${count(requests.length, 'request')}${signals.length > 0 ? `, and when their ${inWords(signals)} arrived` : ''}`,
    [
      table(head, rows),
      requests.length > MOST_ROWS ? `\n\n… and ${requests.length - MOST_ROWS} more, in the JSON result.` : '',
    ].join(''),
  );
}

const WORD = { traces: 'Trace', logs: 'Logs' } as const;

function arrivalCell(request: ProvenRequest, signal: 'traces' | 'logs'): string {
  const told = arrivalOf(request, signal);
  return told === 'lost' ? '**lost**' : told;
}

function everything(result: ProofResult): string {
  const checks = allChecks(result);
  if (!checks.some(({ passed }) => passed)) return '';
  const worst = checks.toSorted((a, b) => Number(a.passed) - Number(b.passed)).slice(0, MOST_ROWS);
  const left = checks.length - worst.length;
  return folded(
    'Everything that was checked',
    checkTable(left > 0 ? worst : checks) + (left > 0 ? `\n\n… and ${left} more, in the JSON result.` : ''),
  );
}

function links({ links: all }: ProofResult): string {
  const shown = all.flatMap(({ title, url }) => {
    const safe = safeUrl(url)?.replaceAll('(', '%28').replaceAll(')', '%29');
    return safe === undefined ? [] : [link(plain(shownText(title, 80)), safe)];
  });
  return shown.length > 0 ? `Look further: ${shown.join(' · ')}` : '';
}
