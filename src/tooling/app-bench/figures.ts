import { type Machine, median } from '../bench/figures.ts';
import type { Mode } from './app-process.ts';

/** What one `npm run bench:app` measured, as `--json` writes it. Times in milliseconds, memory in bytes. */
export interface AppFigures {
  /** ISO 8601, the day alone. */
  date: string;
  machine: Machine;
  /** Who took the telemetry. */
  collector: string;
  startups: Record<Mode, number[]>;
  /** Of each mode one for each round, the rounds of all modes taking turns. */
  rounds: Record<Mode, Round[]>;
  /** After all rounds. */
  memory: Partial<Record<Mode, number>>;
  deliveries: Delivery[];
}

/** As many requests as one process takes. */
export interface Round {
  perSecond: number;
  p99: number;
  /** CPU time of the app for one request; absent where the system does not tell. */
  cpu?: number;
}

/** What arrived of what was sent. */
export interface Delivery {
  /** Requests a second that were asked for; undefined: as many as it takes. */
  asked: number | undefined;
  /** Requests a second that were answered. */
  perSecond: number;
  p99: number;
  /** The requests of which the app has written a line: each has sent one span and one log record. */
  requests: number;
  spans: number;
  logs: number;
}

/** The share of the bare throughput that is left, by the medians of the rounds. */
export function shareLeft({ rounds }: Pick<AppFigures, 'rounds'>, mode: Mode): number {
  return throughput(rounds[mode]) / throughput(rounds.off);
}

export function throughput(rounds: readonly Round[]): number {
  return median(rounds.map(({ perSecond }) => perSecond));
}
