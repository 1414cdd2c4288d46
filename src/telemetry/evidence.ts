import type { Segment } from './backends.ts';
import type { LogRecord } from './log-record.ts';

/** What was found of the telemetry of a run, request by request: what ledger, latency, pictures and diagnosis are made of. */
export interface Evidence {
  /** One for each answered request that leaves a trace, in the order of sending. */
  traces: readonly TraceEvidence[];
  /** The same. */
  logs: readonly LogEvidence[];
  /** One for each expected metric that counts requests. */
  counts: readonly CountEvidence[];
  /** From an answer to the look that found all that is expected of it, in milliseconds; one for each request. */
  arrivals: Readonly<Record<'traces' | 'metrics' | 'logs', readonly number[]>>;
}

export interface TraceEvidence {
  /** 32 hexadecimal digits, as the request carried it. */
  traceId: string;
  /** Everything that was found of it; empty when nothing was. */
  segments: readonly Segment[];
  /** So many spans belong to it, as far as other traces of the same request tell; absent when it was not sampled. */
  expected?: number;
  /** Milliseconds since the Unix epoch: when it was first seen to hold what is expected of it. */
  completeAt?: number;
}

export interface LogEvidence {
  traceId: string;
  records: readonly FoundRecord[];
  completeAt?: number;
}

/** A log record, and where it was found. */
export interface FoundRecord {
  record: LogRecord;
  /** The log group. */
  source?: string;
  /** The log stream, which names the task where the log driver writes it. */
  stream?: string;
  /** How many events of the log say the very same; more than one was exported more than once. */
  times: number;
  /** Milliseconds since the Unix epoch. */
  ingestedAt?: number;
}

/** How far one metric has risen since before the traffic. */
export interface CountEvidence {
  /** Its name in the expectations. */
  metric: string;
  /** So many answered requests it has to count. */
  expected: number;
  /** So far it has risen, over all instances, resets taken into account. */
  increase: number;
  /** By the label `instance`; an instance that has sent something of the service, and nothing of this metric, has 0. */
  byInstance: ReadonlyMap<string, number>;
}
