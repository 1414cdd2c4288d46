import type { Ledger, LedgerHop, ProofResult, ProvenRequest, ProvenSignal, SignalName } from './proof-result.ts';
import { type Check, SUITES, type Suite } from './smoke-result.ts';
import { count, duration } from './words.ts';

/** What a proof says of itself, in words that summary, page and JUnit share. */

/** What is proven of each suite, as the title of its row. */
export const WHAT: Readonly<Record<Suite, string>> = {
  answers: 'Requests answered as expected',
  metrics: 'Metrics in Prometheus',
  traces: 'Spans in X-Ray',
  logs: 'Log records in CloudWatch Logs',
};

/** A proof in one line, for the log and as the title of summary and page. */
export function proofHeadline(result: ProofResult): string {
  const { service, passed, checks, faults, requests } = result;
  if (faults.length > 0 && checks.length === 0) return `Telemetry of ${service}: nothing could be proven`;
  if (!passed) {
    const failed = verdictsOf(result).filter(verdict => !verdict.passed);
    const which = failed.map(({ suite }) => suite);
    return `Telemetry of ${service}: ${which.length > 0 ? `${inWords(which)} failed` : 'not proven'}${lostInWords(result)}`;
  }
  const arrived = result.signals.map(({ signal }) => signal);
  const late = Math.max(...result.signals.map(({ arrival }) => arrival?.max ?? 0), 0);
  const within = late > 0 ? ` within ${took(late)}` : '';
  if (arrived.length === 0) return `${service}: ${count(requests.length, 'request')} answered as expected`;
  return `Telemetry of ${service}: ${inWords(arrived)} of ${count(requests.length, 'request')} arrived${within}`;
}

function lostInWords({ requests }: ProofResult): string {
  const lost = requests.filter(request => Object.values(request.arrived).includes('lost')).length;
  return lost > 0 ? `; telemetry of ${lost} of ${count(requests.length, 'request')} is missing` : '';
}

/** `metrics, traces and logs` */
export function inWords(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

/** How a suite ended: one row of the verdict. */
export interface Verdict {
  suite: Suite;
  passed: boolean;
  /** `20 of 20 requests`; empty when that cannot be said. */
  found: string;
  checks: string;
  signal?: ProvenSignal | undefined;
}

/** A verdict on the answers and on each signal that was looked for. */
export function verdictsOf(result: ProofResult): Verdict[] {
  return SUITES.flatMap(suite => {
    const signal = result.signals.find(each => each.signal === suite);
    const checks = allChecks(result).filter(check => check.suite === suite);
    if (!signal && checks.length === 0) return [];
    const good = checks.filter(({ passed }) => passed).length;
    return [
      {
        suite,
        passed: good === checks.length && (signal?.passed ?? true),
        found: suite === 'metrics' ? metricsFound(result.ledgers) : foundOf(suite, result.requests),
        checks: checks.length > 0 ? `${good} of ${checks.length}` : '',
        signal,
      },
    ];
  });
}

/** Metrics cannot be told request by request: the requests that they have counted. */
function metricsFound(ledgers: readonly Ledger[]): string {
  const hops = ledgers.find(({ signal }) => signal === 'metrics')?.hops ?? [];
  const answered = hops.find(({ hop }) => hop === 'answered');
  const found = hops.find(({ hop, unit }) => hop === 'found' && unit === answered?.unit);
  if (answered?.count === undefined || found?.count === undefined) return '';
  return `${figure(found.count)} of ${counted(answered.count, answered.unit)}`;
}

function foundOf(suite: Exclude<Suite, 'metrics'>, requests: readonly ProvenRequest[]): string {
  if (requests.length === 0) return '';
  if (suite === 'answers')
    return `${requests.filter(({ passed }) => passed).length} of ${count(requests.length, 'request')}`;
  const states = requests.flatMap(({ arrived }) => arrived[suite] ?? []);
  if (states.length === 0) return '';
  const found = states.filter(state => typeof state === 'number').length;
  const unsampled = states.filter(state => state === 'not sampled').length;
  const apart = unsampled > 0 ? `, ${unsampled} not sampled` : '';
  return `${found} of ${count(states.length, 'request')}${apart}`;
}

/** All checks, and one more for a signal that has failed as a whole, such as by arriving too late. */
export function allChecks(result: Pick<ProofResult, 'checks' | 'signals'>): Check[] {
  const whole = result.signals.flatMap((signal): Check[] => {
    const hasFailed = result.checks.some(({ suite, passed }) => suite === signal.signal && !passed);
    return signal.passed || hasFailed ? [] : [wholeSignal(signal)];
  });
  return [...result.checks, ...whole];
}

function wholeSignal({ signal, arrival, maxArrival, diagnosis }: ProvenSignal): Check {
  const isLate = arrival !== undefined && maxArrival !== undefined && arrival.max > maxArrival;
  if (isLate)
    return {
      suite: signal,
      name: `arrival within ${took(maxArrival)}`,
      passed: false,
      seen: `the last one after ${took(arrival.max)}`,
      cause: diagnosis?.cause,
      fix: diagnosis?.fix ?? 'Shorten the intervals of the SDK and of the collector, or raise `max-arrival`',
    };
  return { suite: signal, name: signal, passed: false, cause: diagnosis?.cause, fix: diagnosis?.fix };
}

/** The places of all ledgers, in the order of the way. */
export const HOPS = [
  'sent',
  'answered',
  'sampled',
  'accepted',
  'exported',
  'found',
] as const satisfies readonly LedgerHop['hop'][];

export const HOP_WORDS: Readonly<Record<LedgerHop['hop'], string>> = {
  sent: 'Sent',
  answered: 'Answered',
  sampled: 'Sampled',
  accepted: 'Collector accepted',
  exported: 'Collector exported',
  found: 'Found',
};

/** What stands for a count that is not known. */
export const UNKNOWN = '–';

/** `1,240`: of millions of points, too. */
export function figure(value: number): string {
  return Number.isFinite(value) ? Math.round(value).toLocaleString('en') : UNKNOWN;
}

/** `18 requests`, `1 span`; the unit comes in the plural. */
export function counted(value: number, unit: string): string {
  return `${figure(value)} ${value === 1 ? unit.replace(/s$/, '') : unit}`;
}

/** A span of time within a trace: `0.42 ms`, `12 ms`, `1.25 s`. */
export function milliseconds(value: number): string {
  const size = Math.abs(value);
  if (size >= 9950) return value < 0 ? `−${duration(size)}` : duration(size);
  const sign = value < 0 ? '−' : '';
  if (size >= 1000) return `${sign}${(size / 1000).toFixed(2)} s`;
  if (size >= 9.95) return `${sign}${Math.round(size)} ms`;
  return `${sign}${size.toFixed(size >= 0.995 || size === 0 ? 1 : 2)} ms`.replace('0.0 ms', '0 ms');
}

/** How long something took to arrive: `40 ms`, `2.1 s`. */
export function took(value: number): string {
  return value < 95 ? `${Math.round(value)} ms` : duration(value);
}

/** It was answered as expected, and nothing of it is missing. */
export function isWhole({ passed, arrived }: ProvenRequest): boolean {
  return passed && !Object.values(arrived).includes('lost');
}

/** Requests in the order in which they are worth reading: those that lack something first. */
export function worstFirst(requests: readonly ProvenRequest[]): ProvenRequest[] {
  const rank = ({ passed, arrived }: ProvenRequest) => {
    if (Object.values(arrived).includes('lost')) return 0;
    return passed ? 2 : 1;
  };
  return requests.toSorted((a, b) => rank(a) - rank(b));
}

/** How the telemetry of a request has arrived, in a word. */
export function arrivalOf(request: ProvenRequest, signal: 'traces' | 'logs'): string {
  const state = request.arrived[signal];
  if (state === undefined) return '';
  return typeof state === 'number' ? took(state) : state;
}

/** The signals of which there is a ledger, in the order in which they are shown. */
export function orderedLedgers(ledgers: readonly Ledger[]): Ledger[] {
  const order: readonly SignalName[] = ['metrics', 'traces', 'logs'];
  return ledgers.toSorted((a, b) => order.indexOf(a.signal) - order.indexOf(b.signal));
}
