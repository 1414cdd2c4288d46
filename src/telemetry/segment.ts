import { isRecord } from '../stacks/json-values.ts';
import type { Segment } from './backends.ts';
import { jsonOf } from './json-value.ts';
import { plainTraceId } from './trace-id.ts';

/**
 * Reads a segment document of X-Ray, with all that is nested in it:
 * https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html
 *
 * @param traceId of the trace that it was found in, in either form
 * @returns nothing for a document that cannot be read
 */
export function readSegments(traceId: string, document: string): Segment[] {
  return flattened(jsonOf(document), plainTraceId(traceId) ?? traceId, undefined);
}

function flattened(value: unknown, traceId: string, parent: string | undefined): Segment[] {
  if (!isRecord(value) || typeof value.name !== 'string') return [];
  const id = textOf(value.id) ?? '';
  const parentId = textOf(value.parent_id) ?? parent;
  const namespace = textOf(value.namespace);
  const segment: Segment = {
    traceId,
    id,
    ...(parentId !== undefined && { parentId }),
    name: value.name,
    isSubsegment: value.type === 'subsegment' || parent !== undefined,
    ...(namespace !== undefined && { namespace }),
    isInProgress: value.in_progress === true,
    ...(typeof value.start_time === 'number' && { startedAt: value.start_time }),
    ...(typeof value.end_time === 'number' && { endedAt: value.end_time }),
    isFault: value.fault === true,
    isError: value.error === true,
    isInferred: value.inferred === true,
    http: httpOf(value.http),
    sql: sqlOf(value.sql),
    annotations: isRecord(value.annotations) ? value.annotations : {},
    metadata: isRecord(value.metadata) && isRecord(value.metadata.default) ? value.metadata.default : {},
  };
  const nested = Array.isArray(value.subsegments) ? value.subsegments : [];
  return [segment, ...nested.flatMap(item => flattened(item, traceId, id))];
}

function httpOf(http: unknown): Segment['http'] {
  if (!isRecord(http)) return {};
  const request = isRecord(http.request) ? http.request : {};
  const response = isRecord(http.response) ? http.response : {};
  return withoutAbsent({
    method: textOf(request.method),
    url: textOf(request.url),
    userAgent: textOf(request.user_agent),
    clientIp: textOf(request.client_ip),
    status: typeof response.status === 'number' ? response.status : undefined,
  });
}

function sqlOf(sql: unknown): Segment['sql'] {
  if (!isRecord(sql)) return {};
  return withoutAbsent({
    databaseType: textOf(sql.database_type),
    query: textOf(sql.sanitized_query),
    user: textOf(sql.user),
    url: textOf(sql.url),
  });
}

/** The collector writes '' for what a span does not have. */
function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function withoutAbsent<T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as never;
}
