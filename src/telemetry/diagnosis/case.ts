import { exportedOf, isReportedByAny, type SignalIncrease } from '../collector-counters.ts';
import { type CollectorError, collectorErrors, plainLine } from '../collector-log.ts';
import type { ContainerFact, Facts } from '../facts.ts';
import type { Finding } from '../finding.ts';
import { isLatencyFinding } from '../latency.ts';
import { fieldOf, readLogRecords } from '../log-record.ts';
import { type Loss, lossOf } from '../loss.ts';
import type { Diagnosis, Proof, Signal, SignalProof } from '../proof.ts';

/** One signal of which something is missing, and what is known. */
export interface Case {
  proof: SignalProof;
  /** What was looked for of this signal alone: without the negative control, the join and the gate on latency. */
  own: readonly Finding[];
  facts: Facts;
  /** Of the application, as OpenTelemetry has it. */
  service: string;
  /** All collectors together; absent where they are not known. */
  counters: CollectorCounters | undefined;
  /** Of the run, component by component. */
  increase: SignalIncrease | undefined;
  errors: readonly CollectorError[];
  /** Where spans or log records were lost; absent for metrics, and where nothing was looked for request by request. */
  loss: Loss | undefined;
}

/** What collectors have counted of one signal; absent is a counter that has not arrived. */
interface CollectorCounters {
  accepted?: number;
  refused?: number;
  sent?: number;
  sendFailed?: number;
  enqueueFailed?: number;
  /** Exporters that failed to send or to enqueue. */
  failing: readonly string[];
}

/** One place to look at; `undefined` when nothing was lost there, as far as is known. */
export type Look = (it: Case) => Diagnosis | undefined;

/** As people call what a signal is made of. */
export const ITEMS: Readonly<Record<Signal, string>> = { traces: 'spans', metrics: 'metrics', logs: 'log records' };

/** Errors of so long before the traffic may still be its business, in milliseconds: something is tried again. */
const BEFORE = 60_000;

export function caseOf(one: SignalProof, { service }: Proof, facts: Facts): Case {
  const { signal } = one;
  const { containers = [], collectorLog = [], collector, sent, evidence, exclusive = false } = facts;
  const begin = sent && sent.length > 0 ? beginOf(sent) : Number.NEGATIVE_INFINITY;
  const lines = containers.filter(({ role }) => role === 'collector').flatMap(({ log }) => log);
  const increase = collector && isReportedByAny(collector) ? collector.signals[signal] : undefined;
  const isKnown = signal !== 'metrics' && sent !== undefined && evidence !== undefined && evidence[signal].length > 0;
  return {
    proof: one,
    own: one.findings.filter(isOwn),
    facts,
    service,
    counters: increase && summaryOf(increase),
    increase,
    errors: collectorErrors([...lines, ...collectorLog]).filter(({ at = begin }) => at >= begin - BEFORE),
    loss: isKnown ? lossOf(signal, { sent, evidence, counters: collector, exclusive }) : undefined,
  };
}

function isOwn(finding: Finding): boolean {
  return !isControl(finding) && !finding.name.startsWith('join: ') && !isLatencyFinding(finding);
}

/** Whether a finding is that of the negative control. */
export function isControl({ name }: Finding): boolean {
  return name.startsWith('never sent: ');
}

export function beginOf(sent: NonNullable<Facts['sent']>): number {
  return Math.min(...sent.map(({ startedAt }) => startedAt));
}

export function lastAnswerOf(sent: NonNullable<Facts['sent']>): number {
  return Math.max(...sent.map(({ startedAt, answer }) => startedAt + answer.ms));
}

function summaryOf(increase: SignalIncrease): CollectorCounters {
  const { accepted, refused } = increase;
  const { failedTranslations: _, ...exported } = exportedOf(increase);
  const failing = increase.exporters.filter(({ sendFailed = 0, enqueueFailed = 0 }) => sendFailed + enqueueFailed > 0);
  return {
    ...(accepted !== undefined && { accepted }),
    ...(refused !== undefined && { refused }),
    ...exported,
    failing: failing
      .toSorted((one, other) => Number(other.isTowardsBackend) - Number(one.isTowardsBackend))
      .map(({ id }) => id),
  };
}

/** Some collector has told what it has counted of this run. */
export function haveCounters({ facts: { collector } }: Case): boolean {
  return collector !== undefined && isReportedByAny(collector);
}

/** Something of this signal has come, whatever was expected of it. */
export function hasArrived({ own, loss, facts, proof }: Case): boolean {
  if (proof.signal === 'metrics' && facts.evidence?.counts.some(({ increase }) => increase > 0)) return true;
  return (loss?.found ?? 0) > 0 || own.some(({ passed }) => passed);
}

export function containerOf({ containers = [] }: Facts, role: ContainerFact['role']): ContainerFact | undefined {
  const own = containers.filter(container => container.role === role);
  return own.find(({ state, health }) => state !== 'running' || health === 'unhealthy') ?? own[0];
}

/** What the SDKs of applications say when an export fails. */
const EXPORT_TROUBLE =
  /OTLPExporter(?:Error)?|fail\w* to export|export(?:ing)?\b.{0,40}\bfail|\b431[78]\b.{0,80}(?:refused|ECONN|unavailable)|(?:refused|ECONN|unavailable).{0,80}\b431[78]\b/i;

export function exportTrouble(facts: Facts): string[] {
  const lines = containerOf(facts, 'application')?.log ?? [];
  const found = lines.filter(line => EXPORT_TROUBLE.test(line)).map(bodyOf);
  return [...new Set(found)].slice(-3);
}

/** Of a record, what it says; a line of text as it is. */
function bodyOf(line: string): string {
  const body = readLogRecords(line)[0];
  const text = body && fieldOf(body, 'body');
  return shortened(typeof text === 'string' ? text : line);
}

export function lastLines(container: ContainerFact | undefined): string[] {
  return (container?.log ?? [])
    .filter(line => line.trim() !== '')
    .slice(-5)
    .map(line => shortened(plainLine(line)));
}

function shortened(line: string): string {
  return line.length > 400 ? `${line.slice(0, 399)}…` : line;
}

export function figures({ counters, loss }: Pick<Case, 'counters' | 'loss'>): string[] {
  const found = loss ? [foundFigure(loss)] : [];
  if (!counters) return found;
  const { accepted, refused, sent, sendFailed, enqueueFailed } = counters;
  const told = Object.entries({ accepted, refused, sent, 'send failed': sendFailed, 'enqueue failed': enqueueFailed });
  const known = told.filter(([, value]) => value !== undefined).map(([name, value]) => `${name} ${value}`);
  return [`the collector's counters: ${known.length > 0 ? known.join(', ') : 'none for this signal'}`, ...found];
}

function foundFigure({ trails, missing, found, total }: Loss): string {
  const lost = total === undefined ? '' : `, ${total} missing`;
  return `found: ${found}${lost}; of ${missing.length} of ${trails.length} requests nothing`;
}

/** Milliseconds since the Unix epoch as people read them. */
export function iso(at: number): string {
  return new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** `a`, `b` and `c` as code. */
export function listed(names: readonly string[]): string {
  const quoted = names.map(name => `\`${name}\``);
  return quoted.length < 2 ? quoted.join('') : `${quoted.slice(0, -1).join(', ')} and ${quoted.at(-1)}`;
}
