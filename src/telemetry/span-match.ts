import type { Segment } from './backends.ts';
import type { ExpectedAttribute, ExpectedSpan, SpanKind } from './expectations.ts';

/**
 * Finds OpenTelemetry's spans among X-Ray's segments. What becomes of a span is read in internal/translator of
 * awsxrayexporter v0.156.0 (opentelemetry-collector-contrib): segment.go for names, kinds, annotations and metadata, http.go
 * and sql.go for what leaves the attributes and goes into blocks of its own.
 */

/** The attribute of the span that a segment was made of, wherever X-Ray has put it. */
export function attributeOf({ annotations, metadata, http, sql }: Segment, key: string): unknown {
  const annotated = annotations[key] ?? annotations[key.replaceAll(/[^a-zA-Z0-9.]/g, '_')] ?? metadata[key];
  // Before v0.97.0 of the exporter, annotations had no dots.
  return annotated ?? BLOCKS[key]?.(http, sql) ?? annotations[key.replaceAll(/[^a-zA-Z0-9]/g, '_')];
}

const fromUrl =
  (read: (url: URL) => string) =>
  ({ url }: Segment['http']): string | undefined =>
    (url !== undefined && URL.canParse(url) && read(new URL(url))) || undefined;
const portOf = ({ port, protocol }: URL) => port || (protocol === 'https:' ? '443' : '80');

const BLOCKS: Readonly<Record<string, (http: Segment['http'], sql: Segment['sql']) => unknown>> = {
  'http.request.method': ({ method }) => method,
  'http.method': ({ method }) => method,
  'http.response.status_code': ({ status }) => status,
  'http.status_code': ({ status }) => status,
  'url.full': ({ url }) => url,
  'http.url': ({ url }) => url,
  'url.path': fromUrl(({ pathname }) => pathname),
  'url.query': fromUrl(({ search }) => search.slice(1)),
  'http.target': fromUrl(({ pathname, search }) => pathname + search),
  'url.scheme': fromUrl(({ protocol }) => protocol.slice(0, -1)),
  'http.scheme': fromUrl(({ protocol }) => protocol.slice(0, -1)),
  'server.address': fromUrl(({ hostname }) => hostname),
  'net.host.name': fromUrl(({ hostname }) => hostname),
  'net.peer.name': fromUrl(({ hostname }) => hostname),
  'http.host': fromUrl(({ host }) => host),
  'server.port': fromUrl(portOf),
  'net.host.port': fromUrl(portOf),
  'net.peer.port': fromUrl(portOf),
  'user_agent.original': ({ userAgent }) => userAgent,
  'http.user_agent': ({ userAgent }) => userAgent,
  'client.address': ({ clientIp }) => clientIp,
  'network.peer.address': ({ clientIp }) => clientIp,
  'http.client_ip': ({ clientIp }) => clientIp,
  'net.peer.ip': ({ clientIp }) => clientIp,
  'db.system': (_, { databaseType }) => databaseType,
  'db.statement': (_, { query }) => query,
  'db.user': (_, { user }) => user,
  'db.connection_string': (_, { url }) => url,
};

/** Whether a segment can come from a span of this kind. */
export function isOfKind(segment: Segment, kind: SpanKind): boolean {
  const isCall = segment.namespace === 'remote' || segment.namespace === 'aws';
  if (kind === 'client' || kind === 'producer') return isCall;
  if (kind === 'internal') return !isCall && (segment.isSubsegment || segment.parentId === undefined);
  return !isCall && !segment.isSubsegment;
}

/**
 * The names that a segment's span may have had. A server's segment bears the name of the service instead, and a call often
 * that of what is called; the conventions give the span's own name back: method and route, or service and method.
 */
export function namesOf(segment: Segment, service: string): string[] {
  const read = (key: string) => attributeOf(segment, key)?.toString();
  const method = read('http.request.method');
  const route = read('http.route') ?? read('url.template');
  const rpc = [read('rpc.service'), read('rpc.method')].filter(part => part !== undefined).join('/');
  const derived = [read('aws.local.operation'), method && route ? `${method} ${route}` : method, rpc];
  // Where the segment has a name of its own, that is the span's.
  const own = segment.name === service || segment.name === toldService(segment) ? [] : [segment.name];
  return [...new Set([...derived, ...own].filter((name): name is string => !!name))];
}

/** Whose segment it is; subsegments do not say so. */
export function nameOfService(segment: Segment): string | undefined {
  return toldService(segment) ?? (segment.isSubsegment ? undefined : segment.name);
}

function toldService({ annotations, metadata }: Segment): string | undefined {
  const told = annotations['otel.resource.service.name'] ?? metadata['otel.resource.service.name'];
  return typeof told === 'string' ? told : undefined;
}

/** How far a segment is from what is expected of a span. */
export interface SpanMatch {
  isNamed: boolean;
  isOfKind: boolean;
  isOfService: boolean;
  /** Attributes that it does not have, or not with the value. */
  missing: { key: string; expected?: string; seen?: string }[];
}

export function matchSpan(span: ExpectedSpan, segment: Segment, service: string): SpanMatch {
  const owner = nameOfService(segment);
  // Of characters that X-Ray does not take in a name, the exporter leaves nothing; it ends after 200.
  const kept = span.name.replaceAll(/[^ 0-9\p{L}\p{N}_.:/%&#=+\-@]/gu, '').slice(0, 200);
  const names = namesOf(segment, service);
  return {
    isNamed: names.includes(span.name) || (kept !== '' && names.includes(kept)),
    isOfKind: isOfKind(segment, span.kind),
    isOfService: span.kind !== 'server' || owner === service || segment.name === service,
    missing: missingAttributes(span.attributes, key => attributeOf(segment, key)),
  };
}

/** Attributes that something does not have, or not with the value that is expected. */
export function missingAttributes(
  expected: readonly ExpectedAttribute[],
  read: (key: string) => unknown,
): { key: string; expected?: string; seen?: string }[] {
  return expected.flatMap(({ key, value }) => {
    const seen = read(key);
    if (seen === undefined || seen === null || seen === '')
      return [{ key, ...(value !== undefined && { expected: value }) }];
    return value === undefined || String(seen) === value ? [] : [{ key, expected: value, seen: String(seen) }];
  });
}

/** What is missing, in words: "without `a`; `b` is 1 instead of 2". */
export function tellMissing(missing: readonly { key: string; expected?: string; seen?: string }[]): string {
  const absent = missing.filter(({ seen }) => seen === undefined).map(({ key }) => `\`${key}\``);
  const other = missing
    .filter(({ seen }) => seen !== undefined)
    .map(({ key, expected, seen }) => `\`${key}\` is \`${seen}\` instead of \`${expected}\``);
  return [...(absent.length > 0 ? [`without ${absent.join(', ')}`] : []), ...other].join('; ');
}
