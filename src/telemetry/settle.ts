import type { Segment, TracesBackend } from './backends.ts';
import type { LogEvidence, TraceEvidence } from './evidence.ts';
import { unjoinedTraces } from './join.ts';
import { type WatchOptions, watch } from './watch.ts';

/** So long the rest of a trace is waited for once its expected spans are there, in milliseconds. */
const SETTLING = 10_000;

/**
 * The traces, with what has come of them since where a log record names a span that was not there: the spans of one trace leave
 * the application and the collector in batches, and a trace is complete for its search as soon as the expected ones are there.
 * What still dangles in the end is for `judgeJoin` to tell; nothing is asked where nothing dangles.
 *
 * @throws the signal's reason when that aborts
 */
export async function settledTraces(
  traces: readonly TraceEvidence[],
  logs: readonly LogEvidence[],
  backend: TracesBackend,
  options: WatchOptions,
): Promise<readonly TraceEvidence[]> {
  let settled = traces;
  if (unjoinedTraces(settled, logs).length === 0) return settled;
  const name = 'spans that records name';
  const look = async () => {
    const found = Map.groupBy(await backend.segments(unjoinedTraces(settled, logs)), ({ traceId }) => traceId);
    settled = settled.map(trace => withSegments(trace, found.get(trace.traceId) ?? []));
    const open = unjoinedTraces(settled, logs);
    return [{ name, passed: open.length === 0, seen: `${open.length}` }];
  };
  const patience = Math.min(SETTLING, options.patience);
  await watch([{ name, passed: false }], look, { ...options, patience });
  return settled;
}

/** A later look has everything that an earlier one had, unless it was answered in part. */
function withSegments(trace: TraceEvidence, found: readonly Segment[]): TraceEvidence {
  const known = new Set(found.map(({ id }) => id));
  return { ...trace, segments: [...found, ...trace.segments.filter(({ id }) => !known.has(id))] };
}
