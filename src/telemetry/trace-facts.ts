import type { Segment } from './backends.ts';
import type { ExpectedRequest, ExpectedSpan } from './expectations.ts';
import { isSpan } from './span-finding.ts';
import { nameOfService } from './span-match.ts';
import type { SentRequest } from './traffic.ts';

/** What is known of one trace, whatever other traces look like. */
export interface TraceFacts {
  /** Spans that somebody has sent; what X-Ray has inferred is none. */
  spans: number;
  /** Begun, and not yet ended. */
  inProgress: number;
  /** Parents that are named, and neither there nor the runner's own span. */
  absentParents: number;
  /** A span has the runner's own for its parent. */
  isFromRunner: boolean;
  /** The service has answered in it. */
  hasServer: boolean;
  /** Services that have answered in it. */
  servers: readonly string[];
  /** Of each expected span, whether it is there. */
  has: readonly boolean[];
}

/** @param segments of one trace, each id once */
export function factsOf(
  segments: readonly Segment[],
  { spanId }: Pick<SentRequest, 'spanId'>,
  spans: readonly ExpectedSpan[],
  service: string,
): TraceFacts {
  const own = segments.filter(({ isInferred }) => !isInferred);
  const ids = new Set(segments.map(({ id }) => id));
  const parents = new Set(own.flatMap(({ parentId }) => (parentId === undefined || ids.has(parentId) ? [] : parentId)));
  const isFromRunner = spanId !== undefined && parents.delete(spanId);
  const servers = own.filter(isServer);
  return {
    spans: own.length,
    inProgress: own.filter(({ isInProgress }) => isInProgress).length,
    absentParents: parents.size,
    isFromRunner,
    hasServer: servers.some(segment => isOf(segment, service)),
    servers: [...new Set(servers.map(segment => nameOfService(segment) ?? segment.name))],
    has: spans.map(span => own.some(segment => isSpan(span, segment, service))),
  };
}

/** A segment that stands for itself, and is no call to somebody else. */
export function isServer({ isSubsegment, isInferred, namespace }: Segment): boolean {
  return !isSubsegment && !isInferred && namespace !== 'remote' && namespace !== 'aws';
}

function isOf(segment: Segment, service: string): boolean {
  return segment.name === service || nameOfService(segment) === service;
}

/** Attributes that tell which request a server's span is of, and what they have to be. */
const OF_REQUEST: readonly { keys: readonly string[]; read(request: ExpectedRequest): string }[] = [
  { keys: ['http.request.method', 'http.method'], read: ({ method }) => method },
  { keys: ['http.response.status_code', 'http.status_code'], read: ({ status }) => `${status}` },
];

/**
 * Whether an expected span is one that this request begins: a server's, whose path, method and status are those of the request.
 * A span whose path is not told, or is a template, belongs to no request in particular.
 */
export function isSpanOf({ kind, attributes }: ExpectedSpan, request: ExpectedRequest): boolean {
  if (kind !== 'server') return false;
  const values = new Map(attributes.map(({ key, value }) => [key, value]));
  const path = values.get('url.path') ?? values.get('http.route');
  if (path === undefined || path !== request.path.replace(/\?.*$/s, '')) return false;
  return OF_REQUEST.every(({ keys, read }) =>
    keys.every(key => values.get(key) === undefined || values.get(key) === read(request)),
  );
}
