/** What one `npm run bench:deploy` measured, as `--json` writes it. Times in milliseconds, memory in bytes. */
export interface Figures {
  /** ISO 8601, the day alone. */
  date: string;
  machine: Machine;
  race?: Race;
  tenMinutes?: TenMinutes[];
  growth?: Growth[];
}

export interface Machine {
  system: string;
  cores: number;
  memory: number;
  node: string;
  /** The load average of the last minute when it began: what else the machine was busy with. */
  load: number;
}

export interface Race {
  /** Factor over the durations of the stacks: 1 is the race as it is meant. */
  pace: number;
  repeats: number;
  entries: Entry[];
}

/** A tool's part in the race; only the first two members when it is not there. */
export interface Entry {
  name: string;
  how: string;
  missing?: string;
  version?: string;
  /** The chain, once for each repeat. */
  runs?: Lap[];
  /** Right after it, with nothing to do. */
  again?: Lap[];
  /** The same stacks where two do not need one another; only of tools that deploy more than one at once. */
  fork?: Lap[];
}

/** One run. */
export interface Lap {
  wall: number;
  /** In which AWS was at work on a stack. */
  aws: number;
  beyond: number;
  /** The same for each stack, in their order. */
  beyondByStack: number[];
  peakMemory?: number;
  /** Calls by `service:Action`. */
  calls: { [action: string]: number };
}

/** Reads of one operation that takes ten minutes, in simulated time. */
export interface TenMinutes {
  what: string;
  reads: number;
  /** How much later than AWS the end is noticed. */
  late: number;
}

/** A deployment by the shipped bundle at a small pace. */
export interface Growth {
  stacks: number;
  /** In all stacks together. */
  resources: number;
  wall: number;
  beyond: number;
  reads: number;
  writes: number;
  peakMemory?: number;
}

/** Whether a call of AWS changes nothing. */
export function isRead(action: string): boolean {
  return /(^|:)(Describe|Get|List|Head|BatchGet)/.test(action);
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return low === undefined || high === undefined ? Number.NaN : (low + high) / 2;
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
