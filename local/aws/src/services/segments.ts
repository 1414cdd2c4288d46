/**
 * A segment document, or a subsegment's ("AWS X-Ray segment documents", X-Ray Developer Guide), as far as it is looked at.
 * Times are seconds since 1970.
 */
export interface Segment {
  id: string;
  name: string;
  start_time: number;
  end_time?: number;
  in_progress?: boolean;
  trace_id?: string;
  parent_id?: string;
  /** `subsegment` when it was sent apart from its segment. */
  type?: string;
  /** `remote` and `aws` are calls to others. */
  namespace?: string;
  /** True for a segment that X-Ray adds for a service that sent none. */
  inferred?: boolean;
  origin?: string;
  user?: string;
  resource_arn?: string;
  error?: boolean;
  fault?: boolean;
  throttle?: boolean;
  http?: {
    request?: { method?: string; url?: string; user_agent?: string; client_ip?: string };
    response?: { status?: number };
  };
  annotations?: Record<string, unknown>;
  metadata?: { default?: Record<string, unknown> };
  subsegments?: Segment[];
}

/** What X-Ray says of a document that it does not take. */
export interface Unprocessed {
  Id?: string;
  ErrorCode: string;
  Message: string;
}

/** "Segment document size: 64 kB" (X-Ray endpoints and quotas). */
const MOST_BYTES = 64 * 1024;
const SEGMENT_ID = /^[0-9a-f]{16}$/i;
const TRACE_ID = /^1-[0-9a-f]{8}-[0-9a-f]{24}$/i;
const NAME = /^[\p{L}\p{N}\p{Z}_.:/%&#=+\\\-@]{1,200}$/u;

/**
 * Reads a document as PutTraceSegments gets it: a segment, a subsegment, or a list of subsegments.
 *
 * Seen in public reports were MissingId, InvalidTraceId, InvalidName and `Cause: null` of subsegments; the other codes
 * are named after them.
 */
export function readDocument(document: string): (Segment | Unprocessed)[] {
  if (Buffer.byteLength(document) > MOST_BYTES) return [refused({}, 'SegmentTooLarge')];
  let value: unknown;
  try {
    value = JSON.parse(document);
  } catch {
    return [refused({}, 'ParseError')];
  }
  const items = Array.isArray(value) && value.length > 0 ? value : [value];
  return items.map(item => {
    if (typeof item !== 'object' || item === null) return refused({}, 'ParseError');
    const fault = faultOf(item, true);
    return fault === undefined ? (item as Segment) : refused(item, fault);
  });
}

/** A refusal of a document. */
export function refused(item: Partial<Segment>, code: string, message?: string): Unprocessed {
  const isSubsegment = item.type === 'subsegment';
  return {
    ...(typeof item.id === 'string' && { Id: item.id }),
    ErrorCode: code,
    Message:
      message ??
      `Invalid ${isSubsegment ? 'subsegment' : 'segment'}. ErrorCode: ${code}${isSubsegment ? ', Cause: null' : ''}`,
  };
}

/** The code of what is wrong with a document; undefined when it is well. `isOwn`: it is no part of another. */
function faultOf(item: Partial<Segment>, isOwn: boolean): string | undefined {
  const isPresent = (name: keyof Segment) => item[name] !== undefined && item[name] !== null;
  const rules: [field: keyof Segment, code: string, isWell: (value: unknown) => boolean, isNeeded: boolean][] = [
    ['id', 'Id', value => SEGMENT_ID.test(String(value)), true],
    ['trace_id', 'TraceId', value => TRACE_ID.test(String(value)), isOwn],
    ['name', 'Name', value => typeof value === 'string' && NAME.test(value), true],
    ['start_time', 'StartTime', value => typeof value === 'number' && value > 0, true],
    ['end_time', 'EndTime', value => typeof value === 'number' && value > 0, item.in_progress !== true],
    ['parent_id', 'ParentId', value => SEGMENT_ID.test(String(value)), isOwn && item.type === 'subsegment'],
  ];
  for (const [field, code, isWell, isNeeded] of rules) {
    if (!isPresent(field) && isNeeded) return `Missing${code}`;
    if (isPresent(field) && !isWell(item[field])) return `Invalid${code}`;
  }
  const { annotations, http, subsegments } = item;
  if (![annotations ?? {}, http ?? {}].every(isObject) || !Array.isArray(subsegments ?? [])) return 'ParseError';
  for (const part of subsegments ?? []) {
    const fault = isObject(part) ? faultOf(part, false) : 'ParseError';
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A segment and all that is in it, itself first. */
export function within(segment: Segment): Segment[] {
  return [segment, ...(segment.subsegments ?? []).flatMap(within)];
}
