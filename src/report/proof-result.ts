import type { Fault } from '../runner/fault.ts';
import type { Check } from './smoke-result.ts';

/** How the proof of a run's telemetry ended, whole: what summary, HTML page, JUnit and the JSON result are made of. */
export interface ProofResult {
  /** OpenTelemetry's service.name. */
  service: string;
  /** Marks the traffic of the run. */
  run: string;
  /** Where requests went. */
  target: string;
  passed: boolean;
  /** Milliseconds since the Unix epoch. */
  startedAt: number;
  /** From the first request to the verdict, in milliseconds. */
  duration: number;
  /** Calls to the backends. */
  calls: number;
  requests: readonly ProvenRequest[];
  /** Of answers and of each signal, in the order in which they were declared. */
  checks: readonly Check[];
  signals: readonly ProvenSignal[];
  ledgers: readonly Ledger[];
  /** One trace, to be drawn; absent when none was found. */
  trace?: TracePicture | undefined;
  /** Where to look further: consoles, dashboards. */
  links: readonly { title: string; url: string }[];
  /** Backends that were simulated, in words; empty when all were real. */
  simulated: readonly string[];
  /** Why the run ended before there was anything to prove. */
  faults: readonly Fault[];
}

export type SignalName = 'traces' | 'metrics' | 'logs';

/** A request that was sent. */
export interface ProvenRequest {
  name: string;
  method: string;
  path: string;
  /** Absent when there was no answer. */
  status?: number | undefined;
  /** To the last byte, or to the failure, in milliseconds. */
  ms: number;
  /** Milliseconds since the Unix epoch. */
  startedAt: number;
  traceId: string;
  /** The answer was as expected. */
  passed: boolean;
  /** Milliseconds from the answer until it was found whole; `lost` when it was not; absent when it is not looked for. */
  arrived: Readonly<Partial<Record<'traces' | 'logs', number | 'lost' | 'not sampled'>>>;
}

export interface ProvenSignal {
  signal: SignalName;
  passed: boolean;
  /** How often the backend was looked at. */
  looks: number;
  /** Milliseconds from answer to arrival, over requests; absent when nothing has arrived. */
  arrival?: { p50: number; p95: number; max: number } | undefined;
  /** The gate, in milliseconds. */
  maxArrival?: number | undefined;
  /** Why something is missing. */
  diagnosis?: { hop: string; cause: string; fix: string; evidence: readonly string[] } | undefined;
  notes: readonly string[];
}

/** The way of one signal, hop by hop. */
export interface Ledger {
  signal: SignalName;
  hops: readonly LedgerHop[];
  /** What was lost, sampled or doubled between hops, as sentences without closing full stops; empty when nothing was. */
  remarks: readonly string[];
}

/** A place on the way, and what has passed it. */
export interface LedgerHop {
  hop: 'sent' | 'answered' | 'sampled' | 'accepted' | 'exported' | 'found';
  /** What is counted, in the plural: `requests`, `spans`, `log records`, `data points`. */
  unit: string;
  /** `undefined` when it is not known, which is never the same as 0. */
  count: number | undefined;
  /** So many are missing compared with what had to come; absent when that cannot be said. */
  lost?: number | undefined;
  /** Why the count is unknown, or what it includes: "collector counters unavailable". */
  note?: string | undefined;
}

/** A trace as bars over time. */
export interface TracePicture {
  /** 32 hexadecimal digits. */
  traceId: string;
  /** Of the request that began it. */
  title: string;
  /** Bars in the order in which they are drawn, parents before children. */
  bars: readonly TraceBar[];
  /** So many more are not drawn. */
  more?: number | undefined;
}

export interface TraceBar {
  name: string;
  /** Whose it is, where that is known. */
  service?: string | undefined;
  /** 0 for the request itself, as the runner saw it. */
  depth: number;
  /** From the start of the request, in milliseconds; may be negative where clocks differ. */
  start: number;
  /** In milliseconds. */
  duration: number;
  kind: 'request' | 'server' | 'call' | 'internal' | 'log';
  isError: boolean;
}
