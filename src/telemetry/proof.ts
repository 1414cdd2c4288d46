import type { Fault } from '../runner/fault.ts';
import type { Finding } from './finding.ts';

export const SIGNALS = ['metrics', 'traces', 'logs'] as const;
export type Signal = (typeof SIGNALS)[number];

/** Where each is looked for, as people call it. */
export const STORES: Readonly<Record<Signal, string>> = {
  metrics: 'Prometheus',
  traces: 'X-Ray',
  logs: 'CloudWatch Logs',
};

/** What was found of the telemetry of a run. */
export interface Proof {
  /** OpenTelemetry's service.name, as it was expected. */
  service: string;
  passed: boolean;
  /** Of each signal of which something is expected. */
  signals: SignalProof[];
}

export interface SignalProof {
  signal: Signal;
  passed: boolean;
  findings: Finding[];
  /** From the last answer to the look that found everything, in milliseconds; absent when something is missing. */
  arrivalMs?: number;
  /** How often the backend was asked. */
  looks: number;
  /** Why the backend could not be asked at the last. */
  fault?: Fault;
  /** What the backend has noticed that may be why something is missing. */
  notes: string[];
  /** Why something is missing, once that has been looked into. */
  diagnosis?: Diagnosis;
}

/** The first place on the way from the application to the backend at which telemetry was lost, and what to do about it. */
export interface Diagnosis {
  hop: 'application' | 'collector' | 'exporter' | 'backend';
  /** One sentence without a closing full stop. */
  cause: string;
  /** An imperative sentence without a closing full stop. */
  fix: string;
  /** Lines of logs and figures that show it. */
  evidence: string[];
}
