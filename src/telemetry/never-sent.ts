import type { Fault } from '../runner/fault.ts';
import type { Backends } from './backends.ts';
import type { Finding } from './finding.ts';
import { anyOfService } from './metric-series.ts';
import { SIGNALS, type Signal } from './proof.ts';

/** Names of what nobody has sent: a backend that finds any of it would find whatever it is asked for. */
export interface NeverSent {
  /** Looks like the run's own ids: 32 hexadecimal digits. */
  traceId: string;
  /** A service of this name has never been. */
  service: string;
}

/** How much of it was found, by signal; only of what was asked. */
export type ControlAnswer = Readonly<Partial<Record<Signal, number>>>;

/**
 * The negative control: asks each backend for what was never sent.
 *
 * @throws UserFault of the backend that cannot be asked
 */
export async function askForNeverSent(
  { traces, logs, metrics }: Backends,
  { traceId, service }: NeverSent,
  signals: readonly Signal[],
  since: number,
): Promise<ControlAnswer> {
  const ask: Record<Signal, () => Promise<number>> = {
    metrics: async () => (await metrics.query(anyOfService({ service }))).length,
    traces: async () => (await traces.segments([traceId])).filter(segment => segment.traceId === traceId).length,
    logs: async () => (await logs.events([traceId], since)).filter(({ message }) => message.includes(traceId)).length,
  };
  const wanted = SIGNALS.filter(signal => signals.includes(signal));
  return Object.fromEntries(await Promise.all(wanted.map(async signal => [signal, await ask[signal]()] as const)));
}

/** Passed when nothing of what was never sent has been found. */
export function judgeControl(signal: Signal, answer: ControlAnswer | undefined, fault?: Fault): Finding {
  const name = `never sent: no ${signal}`;
  const found = answer?.[signal];
  if (found === 0) return { name, passed: true, seen: 'nothing was found' };
  if (found === undefined) {
    const { what = 'The backend was not asked', seen, fix } = fault ?? {};
    return { name, passed: false, cause: what, ...(seen !== undefined && { seen }), ...(fix !== undefined && { fix }) };
  }
  return {
    name,
    passed: false,
    isFinal: true,
    seen: `${found} found`,
    cause: 'What answers finds what nobody has sent, so that what it says proves nothing',
    fix: 'Check the addresses of the backends: a mock, or a proxy that answers everything alike, may stand there',
  };
}
