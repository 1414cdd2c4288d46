import type { CollectorIncrease } from './collector-counters.ts';
import type { Evidence } from './evidence.ts';
import { SIGNALS, type Signal } from './proof.ts';
import { reasonOf, type SentRequest } from './traffic.ts';

/** What is known of a run beside its telemetry: enough to tell where something was lost. What is absent is unknown. */
export interface Facts {
  /** Requests that were answered. */
  answered: number;
  /** Lines of the collector's own log, where they are known without its container. */
  collectorLog?: readonly string[];
  containers?: readonly ContainerFact[];
  /** What the collector's OTLP receiver says to an empty export: a status of HTTP, or why there was no answer. */
  otlp?: Readonly<Partial<Record<Signal, number | string>>>;
  /** How far the counters of collectors have risen since before the traffic; see collector-counters.ts. */
  collector?: CollectorIncrease | undefined;
  /** Every request, in the order of sending. */
  sent?: readonly SentRequest[];
  /** What was found, request by request. */
  evidence?: Evidence;
  /** Nobody else sends requests meanwhile. */
  exclusive?: boolean;
}

export interface ContainerFact {
  /** Its name in the compose file. */
  service: string;
  role: 'application' | 'collector' | 'other';
  /** As Docker has it: `running`, `exited`, `restarting`, `created` … */
  state: string;
  exitCode?: number;
  /** As Docker has it; absent where there is no health check. */
  health?: string;
  /** Its last lines, oldest first. */
  log: readonly string[];
}

/** So long an empty export may take, in milliseconds. */
const PATIENCE = 2000;

/**
 * Asks a collector's OTLP receiver for which signals it has a pipeline, with exports that hold nothing: it answers 404 where
 * it has none.
 *
 * @param url of its receiver for HTTP, such as `http://127.0.0.1:4318`
 */
export async function probeOtlp(url: string, signal: AbortSignal): Promise<NonNullable<Facts['otlp']>> {
  const answers = SIGNALS.map(
    async one => [one, await emptyExport(`${url.replace(/\/+$/, '')}/v1/${one}`, signal)] as const,
  );
  return Object.fromEntries(await Promise.all(answers));
}

async function emptyExport(url: string, signal: AbortSignal): Promise<number | string> {
  try {
    const { status, body } = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
      signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)]),
    });
    await body?.cancel();
    return status;
  } catch (error) {
    signal.throwIfAborted();
    return error instanceof Error && error.name === 'TimeoutError' ? 'no answer in 2 s' : reasonOf(error);
  }
}
