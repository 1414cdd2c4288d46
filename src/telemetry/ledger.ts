import type { Ledger, LedgerHop } from '../report/proof-result.ts';
import { count } from '../report/words.ts';
import {
  addKnown,
  type CollectorIncrease,
  exportedOf,
  isReportedByAny,
  type SignalIncrease,
} from './collector-counters.ts';
import { doublingOf, type Loss, type LossFacts, lossOf } from './loss.ts';
import { SIGNALS, type Signal, STORES } from './proof.ts';
import type { SentRequest } from './traffic.ts';

export interface LedgerFacts extends LossFacts {
  /** Those that were looked for; all, when it is absent. */
  signals?: readonly Signal[];
}

const UNITS: Readonly<Record<Signal, string>> = { traces: 'spans', metrics: 'data points', logs: 'log records' };
export const UNAVAILABLE = 'collector counters unavailable';
export const NOT_REPORTED = 'not yet reported since the last answer';

/**
 * The way of each signal from the request to where it is found: what has passed each place, and what was lost since the one
 * before. Requests are counted at first, then what they are made of. Sampling is no loss, and told apart from it.
 */
export function ledgerOf(facts: LedgerFacts): Ledger[] {
  const { signals = SIGNALS } = facts;
  return signals.map(signal => (signal === 'metrics' ? metricsLedger(facts) : itemsLedger(signal, facts)));
}

function itemsLedger(signal: 'traces' | 'logs', facts: LedgerFacts): Ledger {
  const loss = lossOf(signal, facts);
  const hops = [
    ...requestHops(facts.sent),
    ...(signal === 'traces' ? [sampledHop(loss, facts)] : []),
    acceptedHop(signal, loss, facts),
    exportedHop(signal, loss, facts),
    ...foundHops(signal, loss),
  ];
  const remarks = [
    ...samplingRemarks(signal, loss),
    ...lossRemarks(
      signal,
      loss,
      loss.missing.some(trail => !flagged(facts).has(trail.sent.traceId)),
    ),
    ...doublingRemarks(signal, facts),
  ];
  return { signal, hops, remarks };
}

/** Requests that leave no telemetry are not on the way. */
function requestHops(sent: readonly SentRequest[]): LedgerHop[] {
  const traced = sent.filter(({ request }) => request.isTraced);
  const answered = traced.filter(({ answer }) => answer.kind === 'answered');
  const lost = traced.length - answered.length;
  return [
    { hop: 'sent', unit: 'requests', count: traced.length },
    {
      hop: 'answered',
      unit: 'requests',
      count: answered.length,
      lost,
      ...(lost > 0 && { note: `${count(lost, 'request')} got no answer, so that nothing of it is looked for` }),
    },
  ];
}

/** Traces whose log records tell whether they were sampled. */
function flagged({ evidence }: LedgerFacts): Set<string> {
  const telling = evidence.logs.filter(({ records }) => records.some(({ record }) => record.traceFlags !== undefined));
  return new Set(telling.map(({ traceId }) => traceId));
}

function sampledHop({ trails }: Loss, facts: LedgerFacts): LedgerHop {
  const hop = { hop: 'sampled', unit: 'requests' } as const;
  const told = flagged(facts);
  const silent = trails.filter(({ sent, size }) => size === 0 && !told.has(sent.traceId)).length;
  if (trails.length > 0 && told.size === 0 && silent > 0) {
    return { ...hop, count: undefined, note: 'not known: no log record of a request tells whether it was sampled' };
  }
  const unsampled = trails.filter(({ isUnsampled }) => isUnsampled).length;
  const note = silent > 0 ? `of ${count(silent, 'request')} it is not known, and taken for sampled` : undefined;
  return { ...hop, count: trails.length - unsampled, ...(note && { note }) };
}

/** What is older than the last answer does not hold the whole run. */
function reportedOf(signal: Signal, counters: CollectorIncrease | undefined): SignalIncrease | undefined {
  return counters && isReportedByAny(counters) ? counters.signals[signal] : undefined;
}

function acceptedHop(signal: Signal, loss: Loss | undefined, { counters }: LedgerFacts): LedgerHop {
  const hop = { hop: 'accepted', unit: UNITS[signal] } as const;
  const accepted = reportedOf(signal, counters)?.accepted;
  if (signal === 'logs' && reportedOf(signal, counters) && !accepted && (loss?.found ?? 0) > 0) {
    const note = 'the log driver takes standard output past the collector';
    return { ...hop, count: accepted, note };
  }
  const note = accepted === undefined ? absence(counters, 'has accepted none') : whenTold(counters);
  return {
    ...hop,
    count: accepted,
    ...(accepted !== undefined && loss?.before !== undefined && { lost: loss.before }),
    ...(note && { note }),
  };
}

function exportedHop(signal: 'traces' | 'logs', loss: Loss, facts: LedgerFacts): LedgerHop {
  const { counters } = facts;
  const hop = { hop: 'exported', unit: UNITS[signal] } as const;
  const own = reportedOf(signal, counters);
  const { sent } = own ? exportedOf(own) : {};
  if (signal === 'logs' && own && !own.accepted && loss.found > 0) {
    return { ...hop, count: sent, note: 'the log driver takes standard output past the collector' };
  }
  const lost = addKnown(loss.processors, loss.exporters);
  const notes = [
    sent === undefined ? absence(counters, 'has finished no export: retries count when they end') : undefined,
    underWay(signal, own, (loss.exporters ?? 0) + loss.sampledOut + left(loss.droppers), facts),
    ...(own ? [sinksNote(own)] : []),
  ].filter(one => one !== undefined);
  return {
    ...hop,
    count: sent,
    ...(lost !== undefined && { lost }),
    ...(notes.length > 0 && { note: notes.join('; ') }),
  };
}

function left(droppers: Loss['droppers']): number {
  return droppers.reduce((sum, { dropped }) => sum + dropped, 0);
}

/** What came in and what went out are counted at one moment, so that they differ by what is between. */
function underWay(
  signal: Signal,
  own: SignalIncrease | undefined,
  gone: number,
  facts: Pick<LedgerFacts, 'evidence' | 'counters'>,
): string | undefined {
  const { accepted } = own ?? {};
  const { sent } = own ? exportedOf(own) : {};
  if (accepted === undefined || sent === undefined || doublingOf(signal, facts)) return undefined;
  const between = accepted - sent - gone;
  if (between > 0) return `${between} more were on their way when this was counted`;
  return sent > accepted ? `with ${sent - accepted} that had been accepted before` : undefined;
}

/** Exporters whose figures are left out. */
function sinksNote({ exporters }: SignalIncrease): string | undefined {
  const others = exporters.filter(({ isTowardsBackend, sent = 0 }) => !isTowardsBackend && sent > 0);
  return others.length === 0
    ? undefined
    : `without ${others.map(({ id }) => `\`${id}\``).join(', ')}, which ${others.length === 1 ? 'leads' : 'lead'} elsewhere`;
}

/** Why a figure of the collector is not known: nobody has told any, or nobody this one. */
function absence(counters: CollectorIncrease | undefined, told: string): string {
  if (!counters) return UNAVAILABLE;
  if (!isReportedByAny(counters)) return `${UNAVAILABLE}: ${NOT_REPORTED}`;
  const isSilent = SIGNALS.every(signal => counters.signals[signal].accepted === undefined);
  return isSilent ? UNAVAILABLE : `no such counter: as far as is known, the collector ${told}`;
}

/** Whose figures these are, where that is not plain. */
function whenTold(counters: CollectorIncrease | undefined): string | undefined {
  if (!counters) return undefined;
  const silent = counters.collectors.filter(({ hasReported }) => !hasReported);
  const names = silent.map(({ instance }) => (instance === '' ? 'one collector' : `\`${instance}\``));
  const notes = [
    ...(counters.isOwn || counters.collectors.length < 2 ? [] : ['of all collectors that send to this Prometheus']),
    ...(silent.length > 0 ? [`${NOT_REPORTED} by ${names.join(', ')}`] : []),
  ];
  return notes.length === 0 ? undefined : notes.join('; ');
}

function foundHops(signal: 'traces' | 'logs', loss: Loss): LedgerHop[] {
  const { trails, missing, found, total, backend, isCounted } = loss;
  const lost = backend ?? total;
  const isMissed = total === undefined && missing.length > 0;
  const unknown = 'how many are missing is not known: no request of the same name shows how many it leaves';
  const counted = "what is missing is reckoned by the collector's counters, which include what others sent";
  const note = isMissed ? unknown : isCounted && (total ?? 0) > 0 ? counted : undefined;
  return [
    {
      hop: 'found',
      unit: 'requests',
      count: trails.filter(({ size }) => size > 0).length,
      lost: Math.max(missing.length - requestsLeftOut(loss), 0),
    },
    {
      hop: 'found',
      unit: UNITS[signal],
      count: found,
      ...(lost !== undefined && { lost }),
      ...(note && { note }),
    },
  ];
}

/** Requests that sampling in the collector has left out; which ones, nobody says. */
function requestsLeftOut({ sampledOut, total, missing }: Loss): number {
  return sampledOut > 0 && (total ?? 0) === 0 ? missing.length : 0;
}

function samplingRemarks(signal: 'traces' | 'logs', { trails, samplers }: Loss): string[] {
  const unsampled = trails.filter(({ isUnsampled }) => isUnsampled).length;
  return [
    ...(signal === 'traces' && unsampled > 0
      ? [
          `${unsampled} of ${count(trails.length, 'request')} ${unsampled === 1 ? 'was' : 'were'} not sampled by the application, as the trace flags of log records say: that is sampling, not loss`,
        ]
      : []),
    ...samplers.map(
      ({ id, dropped }) =>
        `Processor \`${id}\` of the collector left out ${dropped} ${UNITS[signal]}: that is sampling, not loss`,
    ),
  ];
}

/** @param maySample whole traces are missing, and nobody tells whether they were sampled */
function lossRemarks(signal: 'traces' | 'logs', loss: Loss, maySample: boolean): string[] {
  const { before = 0, processors = 0, exporters = 0, backend = 0, droppers } = loss;
  const unit = UNITS[signal];
  const remarks: string[] = [];
  if (before > 0) {
    const perhaps =
      signal === 'traces' && maySample
        ? ', or never sent: whether their requests were sampled, no log record tells'
        : '';
    remarks.push(`${before} ${unit} were lost before the collector accepted them${perhaps}`);
  }
  for (const { id, dropped } of droppers) {
    remarks.push(
      processors > 0
        ? `Processor \`${id}\` of the collector dropped ${dropped} ${unit}`
        : `Processor \`${id}\` of the collector dropped ${dropped} ${unit}, none of which is missed`,
    );
  }
  if (exporters > 0) remarks.push(`${exporters} ${unit} were accepted by the collector and not exported`);
  if (backend > 0) {
    const why = signal === 'traces' ? ': segments that X-Ray refuses count as exported' : '';
    remarks.push(
      `${backend} ${unit} were exported, by the collector's account, and are not in ${STORES[signal]}${why}`,
    );
  }
  return remarks;
}

function doublingRemarks(signal: Signal, facts: LedgerFacts): string[] {
  const doubling = doublingOf(signal, facts);
  if (!doubling) return [];
  const { exporters, records, of } = doubling;
  const found = records > 0 ? [`${records} of ${count(of, 'log record')} are found more than once`] : [];
  const named = exporters.map(id => `\`${id}\``).join(' and ');
  const counted =
    exporters.length > 1
      ? [`both ${named} have sent them`]
      : exporters.length === 1
        ? [`${named} has sent more than the collector accepted`]
        : [];
  return [`Exported twice: ${[...found, ...counted].join(', and ')}`];
}

function metricsLedger(facts: LedgerFacts): Ledger {
  const { counters, evidence } = facts;
  const own = reportedOf('metrics', counters);
  const { sent, sendFailed, enqueueFailed, failedTranslations = 0 } = own ? exportedOf(own) : {};
  const failed = addKnown(sendFailed, enqueueFailed) ?? 0;
  const accepted = acceptedHop('metrics', undefined, facts);
  const notes = [
    ...(sent === undefined ? [absence(counters, 'has finished no export: retries count when they end')] : []),
    underWay('metrics', own, failed + (own ? droppedOf(own) : 0), facts),
    ...(own ? [sinksNote(own)] : []),
  ].filter(one => one !== undefined);
  const exported: LedgerHop = {
    hop: 'exported',
    unit: UNITS.metrics,
    count: sent,
    ...(own && (sent !== undefined || failed > 0) && { lost: failed }),
    ...(notes.length > 0 && { note: notes.join('; ') }),
  };
  const remarks = [
    ...(failed > 0 ? [`${failed} data points were accepted by the collector and not exported`] : []),
    ...(failedTranslations > 0
      ? [
          `The exporter could not translate what was in ${count(failedTranslations, 'batch', 'batches')}, such as delta temporality; it counts those points as exported`,
        ]
      : []),
    ...doublingRemarks('metrics', facts),
  ];
  const ownNote =
    own?.accepted === undefined
      ? accepted.note
      : ["with the collector's own", accepted.note].filter(Boolean).join('; ');
  return {
    signal: 'metrics',
    hops: [
      ...requestHops(facts.sent),
      { ...accepted, ...(ownNote !== undefined && { note: ownNote }) },
      exported,
      countedHop(evidence.counts, facts.sent),
    ],
    remarks,
  };
}

/** What filters leave out of metrics is meant to be left out. */
function droppedOf({ processors }: SignalIncrease): number {
  return processors.reduce((sum, { filtered = 0 }) => sum + filtered, 0);
}

/** By the metric that has counted least of what it had to. */
function countedHop(counts: LedgerFacts['evidence']['counts'], sent: readonly SentRequest[]): LedgerHop {
  const hop = { hop: 'found', unit: 'requests' } as const;
  const counting = counts.filter(({ expected }) => expected > 0);
  const share = ({ increase, expected }: (typeof counts)[number]) => increase / expected;
  const [worst] = counting.toSorted((one, other) => share(one) - share(other));
  if (!worst) return { ...hop, count: undefined, note: 'no metric is expected to count requests (`counts`)' };
  const { metric, expected, increase } = worst;
  const answered = sent.filter(({ request, answer }) => request.isTraced && answer.kind === 'answered').length;
  const own = expected - answered;
  const notes = [
    `by \`${metric}\``,
    ...(expected < answered ? [`which counts ${expected} of them`] : []),
    ...(own > 0 ? [`beside ${own} that the service sends to itself`] : []),
  ];
  const count = Math.max(increase - Math.max(own, 0), 0);
  return { ...hop, count, lost: Math.max(expected - increase, 0), note: notes.join(', ') };
}
