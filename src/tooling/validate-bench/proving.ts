import { systemClock } from '../../runner/clock.ts';
import type { Backends } from '../../telemetry/backends.ts';
import type { Expectations } from '../../telemetry/expectations.ts';
import { prove } from '../../telemetry/prove.ts';
import { planTraffic, type SentRequest, sendRequests } from '../../telemetry/traffic.ts';

/** A run that is to be proven, as `validate-telemetry` does it. */
export interface Proving {
  expectations: Expectations;
  backends: Backends;
  /** Where requests go. */
  target: string;
  run: string;
  /** Requests to send, and how many a second. */
  count: number;
  rate: number;
}

export interface Proven {
  sent: readonly SentRequest[];
  passed: boolean;
  /** Milliseconds since the Unix epoch. */
  verdictAt: number;
}

/** Milliseconds. */
const PATIENCE = 60_000;

/** Sends the traffic of a run, and proves its telemetry. */
export async function proveTraffic(
  { expectations, backends, target, run, count, rate }: Proving,
  signal: AbortSignal,
): Promise<Proven> {
  const requests = planTraffic(expectations.requests, count);
  const sent = await sendRequests(requests, target, { run, rate, signal, clock: systemClock });
  const { passed } = await prove(expectations, sent, backends, { signal, clock: systemClock, patience: PATIENCE });
  return { sent, passed, verdictAt: Date.now() };
}
