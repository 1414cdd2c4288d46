import {
  addKnown,
  type CollectorIncrease,
  exportedOf,
  isReportedByAny,
  leftOut,
  type ProcessorIncrease,
  type SignalIncrease,
} from './collector-counters.ts';
import type { Evidence, FoundRecord } from './evidence.ts';
import type { SentRequest } from './traffic.ts';

/** What is known of a run's telemetry when its losses are reckoned. */
export interface LossFacts {
  /** All requests, in the order of sending. */
  sent: readonly SentRequest[];
  evidence: Evidence;
  /** Absent where the collectors' counters are not available. */
  counters?: CollectorIncrease | undefined;
  /** Nobody else sends requests meanwhile, so that whatever the collector has accepted is of this run. */
  exclusive?: boolean;
}

/** What a request that was answered has left: spans, or log records. */
export interface Trail {
  sent: SentRequest;
  /** How many are found. */
  size: number;
  /** Found ones whose parent should be there, and is not. */
  hasHole: boolean;
  /** By the trace flags of its log records. */
  isUnsampled: boolean;
}

/** Where spans or log records were lost. Everything that is not known is absent, which is not 0. */
export interface Loss {
  trails: readonly Trail[];
  /** Requests of which nothing is found, though it was to come. */
  missing: readonly Trail[];
  /** Items that are found. */
  found: number;
  /** Items that are missing, whoever has lost them; absent where it is not known how many a request leaves. */
  total?: number;
  /** The figure comes of the collector's counters, because no request of some name shows how many it leaves. */
  isCounted: boolean;
  /** Lost before the collector accepted them. */
  before?: number;
  /** By processors that drop, in all. */
  processors?: number;
  /** By exporters that could not deliver. */
  exporters?: number;
  /** Exported, by the collector's account, and not there. */
  backend?: number;
  /** Left out by sampling in the collector, which is no loss. */
  sampledOut: number;
  /** Processors that drop, and how many each. */
  droppers: readonly { id: string; dropped: number }[];
  samplers: readonly { id: string; dropped: number }[];
}

/** Reckons the loss of spans or of log records, hop by hop. */
export function lossOf(signal: 'traces' | 'logs', facts: LossFacts): Loss {
  const trails = trailsOf(signal, facts);
  const missing = trails.filter(({ size, isUnsampled }) => size === 0 && !(signal === 'traces' && isUnsampled));
  const found = trails.reduce((sum, { size }) => sum + size, 0);
  const counters = facts.counters && isReportedByAny(facts.counters) ? facts.counters.signals[signal] : undefined;
  const samplers = counters ? left(counters, ({ isSampler }) => isSampler) : [];
  const droppers = counters ? left(counters, isDropper) : [];
  const sampledOut = sumOf(samplers);
  const base = { trails, missing, found, samplers, droppers, sampledOut };
  const shortage = shortageOf(trails, missing);
  const accepted = counters?.accepted;
  // Of several collectors, one that has not told of the whole run may have had any part of what is missing.
  const isGuess = shortage.certain === undefined && facts.counters?.collectors.some(({ hasReported }) => !hasReported);
  if (!counters || accepted === undefined || isGuess) {
    const total = shortage.certain;
    return { ...base, isCounted: false, ...(total !== undefined && { total }) };
  }
  const after = Math.max(accepted - found - sampledOut, 0);
  const total = totalOf(shortage, after, hardLoss(counters, sampledOut, sumOf(droppers)), sampledOut, facts);
  return {
    ...base,
    isCounted: shortage.certain === undefined,
    total,
    ...spread(total, after, counters, sampledOut, sumOf(droppers)),
  };
}

/** The requests that were to leave something, with what is found of each. */
function trailsOf(signal: 'traces' | 'logs', { sent, evidence }: LossFacts): Trail[] {
  const traces = new Map(evidence.traces.map(one => [one.traceId, one.segments]));
  const logs = new Map(evidence.logs.map(one => [one.traceId, one.records]));
  const traced = sent.filter(({ request, answer }) => request.isTraced && answer.kind === 'answered');
  return traced.map(one => {
    const records = logs.get(one.traceId) ?? [];
    const isUnsampled = isOfUnsampled(records);
    if (signal === 'logs') return { sent: one, size: records.length, hasHole: false, isUnsampled };
    const segments = (traces.get(one.traceId) ?? []).filter(({ isInferred }) => !isInferred);
    const ids = new Set(segments.map(({ id }) => id));
    // One begins with the request, whose own span nobody keeps; every other has its parent here.
    const orphans = segments.filter(({ parentId }) => parentId === undefined || !ids.has(parentId));
    return { sent: one, size: ids.size, hasHole: new Set(orphans.map(({ id }) => id)).size > 1, isUnsampled };
  });
}

/** Log records tell whether the trace was sampled; those that say nothing of it decide nothing. */
export function isOfUnsampled(records: readonly FoundRecord[]): boolean {
  const flags = records.map(({ record }) => record.traceFlags).filter(flag => flag !== undefined);
  return flags.length > 0 && flags.every(flag => (flag & 1) === 0);
}

interface Shortage {
  /** What is missing for certain; absent where that is not known, because nothing of some name is found. */
  certain: number | undefined;
  /** With everything by which a request has left less than another of its name. */
  possible: number;
}

/** From so many requests of a name on, what most of them leave is what each has to leave. */
const ENOUGH = 4;

/**
 * How many items a request of a name leaves is learnt from the richest one; of many, from the richest that is not the only one
 * of its size, because the first request of a process may leave more than all others.
 */
function shortageOf(trails: readonly Trail[], missing: readonly Trail[]): Shortage {
  let certain: number | undefined = 0;
  let possible = 0;
  for (const [name, all] of Map.groupBy(trails, ({ sent }) => sent.request.name)) {
    const found = all.filter(({ size }) => size > 0);
    const lost = missing.filter(({ sent }) => sent.request.name === name).length;
    if (found.length === 0) {
      if (lost > 0) certain = undefined;
      continue;
    }
    const usual = usualSize(found.map(({ size }) => size));
    const short = ({ size }: Trail) => Math.max(usual - size, 0);
    const isSteady = found.length >= ENOUGH && found.filter(({ size }) => size === usual).length * 2 >= found.length;
    const sum = (some: readonly Trail[]) => some.reduce((total, one) => total + short(one), 0);
    if (certain !== undefined) certain += lost * usual + sum(isSteady ? found : found.filter(({ hasHole }) => hasHole));
    possible += lost * usual + sum(found);
  }
  return { certain, possible };
}

function usualSize(sizes: readonly number[]): number {
  const descending = sizes.toSorted((one, other) => other - one);
  const shared = descending.find((size, index) => descending[index + 1] === size);
  return (sizes.length >= ENOUGH ? shared : undefined) ?? descending[0] ?? 0;
}

/** What the collector itself says that it has dropped or not delivered. */
function hardLoss(counters: SignalIncrease, sampledOut: number, dropped: number): number {
  const { sent, sendFailed, enqueueFailed } = exportedOf(counters);
  const failed = addKnown(sendFailed, enqueueFailed) ?? 0;
  const gap = (counters.accepted ?? 0) - sampledOut - (sent ?? 0);
  return Math.max(dropped + failed, gap, 0);
}

function totalOf(
  { certain, possible }: Shortage,
  after: number,
  hard: number,
  sampledOut: number,
  { exclusive }: LossFacts,
): number {
  if (certain === undefined) return Math.max(after, possible - sampledOut);
  const least = Math.max(certain - sampledOut, 0);
  const told = Math.min(Math.max(possible - sampledOut, 0), hard);
  return Math.max(least, told, exclusive ? after : 0);
}

/** Each hop takes what it is known to have lost, and the backend what remains: others may have sent through it, too. */
function spread(total: number, after: number, counters: SignalIncrease, sampledOut: number, dropped: number) {
  const { accepted = 0 } = counters;
  const { sent, sendFailed, enqueueFailed } = exportedOf(counters);
  const before = Math.max(total - after, 0);
  const processors = Math.min(dropped, total - before);
  const failed = addKnown(sendFailed, enqueueFailed) ?? 0;
  const gap = accepted - sampledOut - dropped - (sent ?? 0);
  const exporters = Math.min(Math.max(failed, gap, 0), total - before - processors);
  return { before, processors, exporters, backend: total - before - processors - exporters };
}

/** The memory limiter refuses, so that the sender tries again; the batch processor passes everything on. */
function isDropper({ isSampler, type }: ProcessorIncrease): boolean {
  return !isSampler && type !== 'memory_limiter';
}

function left({ processors }: SignalIncrease, isMeant: (one: ProcessorIncrease) => boolean) {
  return processors.filter(isMeant).flatMap(one => {
    const dropped = leftOut(one) ?? 0;
    return dropped > 0 ? [{ id: one.id, dropped }] : [];
  });
}

function sumOf(some: readonly { dropped: number }[]): number {
  return some.reduce((sum, { dropped }) => sum + dropped, 0);
}

/** What was exported more than once. */
export interface Doubling {
  /** Exporters that each send the same, or the one that sends more than came in. */
  exporters: readonly string[];
  /** Log records that are there more than once, of how many. */
  records: number;
  of: number;
}

/** So much more than once what came in is no more a matter of when the counters were read. */
const DOUBLED = 1.5;

/** `undefined` where nothing was exported more than once, as far as is known. */
export function doublingOf(
  signal: 'traces' | 'metrics' | 'logs',
  { evidence, counters }: Pick<LossFacts, 'evidence' | 'counters'>,
): Doubling | undefined {
  const all = signal === 'logs' ? evidence.logs.flatMap(({ records }) => records) : [];
  const records = all.filter(({ times }) => times > 1).length;
  const { accepted = 0, exporters = [] } = counters?.signals[signal] ?? {};
  const busy = exporters.filter(({ isTowardsBackend, sent = 0 }) => isTowardsBackend && sent > 0);
  const sent = busy.reduce((sum, one) => sum + (one.sent ?? 0), 0);
  const isDoubled = accepted > 0 && sent >= accepted * DOUBLED;
  if (records === 0 && !isDoubled) return undefined;
  return { exporters: isDoubled ? busy.map(({ id }) => id) : [], records, of: all.length };
}
