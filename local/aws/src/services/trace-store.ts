import { createHash } from 'node:crypto';
import { refused, type Segment, type Unprocessed, within } from './segments.ts';

/** So many traces are kept of a region; the oldest go first. */
const MOST_TRACES = 20_000;
/** A trace holds at most so many bytes of documents; "100–500 KB" (X-Ray endpoints and quotas). */
const MOST_BYTES = 500_000;

/** A document that was taken. */
interface Kept {
  segment: Segment;
  bytes: number;
  /** Milliseconds since 1970. */
  receivedAt: number;
}

/** A trace as X-Ray shows it. */
export interface Trace {
  id: string;
  /** Oldest first. Subsegments that were sent apart stand in their segments, or for themselves until those are there. */
  segments: Segment[];
  /** The segment that no other one of the trace called. */
  root: Segment;
  /** Seconds since 1970. */
  startedAt: number;
  endedAt: number;
  /** When the newest of its documents came. */
  updatedAt: number;
  /** How many documents it is made of. */
  revision: number;
}

/** What was sent of a trace. */
interface Sent {
  /** By segment id, in the order in which they came. */
  documents: Map<string, Kept>;
  bytes: number;
  updatedAt: number;
  /** Made when it is asked for, and anew after each document. */
  whole?: Trace;
}

/** The traces that were sent, by region. */
export class TraceStore {
  /** By region, then by trace id. */
  readonly #regions = new Map<string, Map<string, Sent>>();

  /** Keeps a document; answers with the reason when it does not. A complete segment takes the place of one in progress. */
  put(region: string, segment: Segment, bytes: number, receivedAt: number): Unprocessed | undefined {
    const traces = this.#regions.get(region) ?? new Map<string, Sent>();
    const id = segment.trace_id ?? '';
    const { documents, bytes: held } = traces.get(id) ?? { documents: new Map<string, Kept>(), bytes: 0 };
    const former = documents.get(segment.id);
    if (former && segment.in_progress === true && former.segment.in_progress !== true) return undefined;
    const total = held - (former?.bytes ?? 0) + bytes;
    if (total > MOST_BYTES) {
      const why =
        'Trace Size Exceeded. Reduce the number of segments per trace and the size of your segment documents.';
      return refused(segment, 'InvalidSegment', why);
    }
    documents.set(segment.id, { segment, bytes, receivedAt });
    traces.set(id, { documents, bytes: total, updatedAt: receivedAt });
    this.#regions.set(region, traces);
    const [oldest] = traces.keys();
    if (traces.size > MOST_TRACES && oldest !== undefined) traces.delete(oldest);
    return undefined;
  }

  /** What of a trace had come by a time; undefined when there is nothing. */
  find(region: string, id: string, by: number): Trace | undefined {
    const sent = this.#regions.get(region)?.get(id);
    if (!sent) return undefined;
    if (sent.updatedAt <= by) {
      sent.whole ??= assemble(id, [...sent.documents.values()]);
      return sent.whole;
    }
    const kept = [...sent.documents.values()].filter(({ receivedAt }) => receivedAt <= by);
    return kept.length === 0 ? undefined : assemble(id, kept);
  }

  /** All traces of which something had come by a time, as they came. */
  list(region: string, by: number): Trace[] {
    const ids = [...(this.#regions.get(region)?.keys() ?? [])];
    return ids.flatMap(id => this.find(region, id, by) ?? []);
  }
}

function assemble(id: string, kept: readonly Kept[]): Trace {
  const documents = kept.map(({ segment }) => structuredClone(segment));
  const all = new Map(documents.flatMap(within).map(segment => [segment.id, segment]));
  const own = documents.filter(segment => !isMovedInto(all.get(segment.parent_id ?? ''), segment));
  const segments = [...own, ...inferredFrom(own, id)].sort((a, b) => a.start_time - b.start_time);
  const root = own.find(({ type, parent_id: parent = '' }) => type !== 'subsegment' && !all.has(parent)) ?? own[0];
  if (!root) throw new Error(`the trace ${id} has no segment that is no part of another`);
  return {
    id,
    segments,
    root,
    startedAt: Math.min(...[...all.values()].map(({ start_time: start }) => start)),
    endedAt: Math.max(...[...all.values()].map(({ start_time: start, end_time: end = start }) => end)),
    updatedAt: Math.max(...kept.map(({ receivedAt }) => receivedAt)),
    revision: kept.length,
  };
}

/** Puts a subsegment that was sent apart where it belongs; false for what is none, or would come to stand in itself. */
function isMovedInto(owner: Segment | undefined, part: Segment): boolean {
  if (part.type !== 'subsegment' || !owner || within(part).includes(owner)) return false;
  owner.subsegments = [...(owner.subsegments ?? []), part];
  delete part.type;
  delete part.trace_id;
  delete part.parent_id;
  return true;
}

/** The segments that X-Ray adds: of each service that was called and has sent none ("inferred segments", X-Ray concepts). */
function inferredFrom(segments: readonly Segment[], traceId: string): Segment[] {
  const answered = new Set(segments.map(({ parent_id: parent }) => parent));
  return segments
    .flatMap(within)
    .filter(({ id, namespace }) => (namespace === 'remote' || namespace === 'aws') && !answered.has(id))
    .map(({ id, name, start_time, end_time }) => ({
      id: createHash('sha256').update(`${traceId}/${id}`).digest('hex').slice(0, 16),
      name,
      start_time,
      ...(end_time !== undefined && { end_time }),
      trace_id: traceId,
      parent_id: id,
      inferred: true,
    }));
}
