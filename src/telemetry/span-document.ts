import { isRecord } from '../stacks/json-values.ts';
import type { Segment } from './backends.ts';
import { jsonOf } from './json-value.ts';
import { readSegments } from './segment.ts';
import { plainTraceId } from './trace-id.ts';

/**
 * Reads what X-Ray keeps of a trace: a segment document, or a span as Transaction Search has it. "X-Ray traces automatically
 * convert to the semantic convention format before they're stored in a log group called aws/spans":
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Transaction-Search.html. The shape is documented
 * nowhere; the fields are those that the queries of AWS's own samples read: `traceId`, `spanId`, `parentSpanId`, `name`, `kind`,
 * `startTimeUnixNano`, `endTimeUnixNano`, `status.code`, and attributes by their names, also under `resource`.
 *
 * @param traceId of the trace that it was found in, in either form; a span's own counts where it has one
 * @returns nothing for a document that cannot be read
 */
export function readTraceDocument(document: string, traceId = ''): Segment[] {
  const value = jsonOf(document);
  return isRecord(value) && typeof value.spanId === 'string'
    ? readSpan(value, traceId)
    : readSegments(traceId, document);
}

/** As OTLP numbers them. */
const KINDS = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'];

function readSpan(span: Record<string, unknown>, found: string): Segment[] {
  const own = plainTraceId(String(span.traceId ?? '')) ?? plainTraceId(found);
  if (own === undefined || typeof span.name !== 'string') return [];
  const { parentSpanId, kind, status } = span;
  const attributes = isRecord(span.attributes) ? span.attributes : {};
  const resource = isRecord(span.resource) && isRecord(span.resource.attributes) ? span.resource.attributes : {};
  const told = KINDS[Number(kind)] ?? String(kind ?? '').replace(/^SPAN_KIND_/, '');
  const isCall = told === 'CLIENT' || told === 'PRODUCER';
  const hasParent = typeof parentSpanId === 'string' && parentSpanId !== '';
  const [startedAt, endedAt] = [seconds(span.startTimeUnixNano), seconds(span.endTimeUnixNano)];
  const http = httpOf(attributes);
  const isErroneous = isRecord(status) && /^(2|(STATUS_CODE_)?ERROR)$/.test(String(status.code));
  const isRefused = http.status !== undefined && http.status >= 400 && http.status < 500;
  return [
    {
      traceId: own,
      id: String(span.spanId),
      ...(hasParent && { parentId: parentSpanId }),
      name: span.name,
      isSubsegment: isCall || (hasParent && told !== 'SERVER' && told !== 'CONSUMER'),
      ...(isCall && { namespace: 'remote' }),
      isInProgress: endedAt === undefined,
      ...(startedAt !== undefined && { startedAt }),
      ...(endedAt !== undefined && { endedAt }),
      isFault: (http.status ?? 0) >= 500 || (isErroneous && !isRefused),
      isError: isRefused,
      isInferred: false,
      http,
      sql: {},
      annotations: {},
      metadata: {
        ...attributes,
        ...Object.fromEntries(Object.entries(resource).map(([key, value]) => [`otel.resource.${key}`, value])),
      },
    },
  ];
}

function httpOf(attributes: Record<string, unknown>): Segment['http'] {
  const text = (...keys: string[]) => keys.map(key => attributes[key]).find(value => typeof value === 'string');
  const [method, url] = [text('http.request.method', 'http.method'), text('url.full', 'http.url')];
  const [userAgent, clientIp] = [
    text('user_agent.original', 'http.user_agent'),
    text('client.address', 'http.client_ip'),
  ];
  const status = Number(attributes['http.response.status_code'] ?? attributes['http.status_code'] ?? Number.NaN);
  return {
    ...(method !== undefined && { method }),
    ...(url !== undefined && { url }),
    ...(userAgent !== undefined && { userAgent }),
    ...(clientIp !== undefined && { clientIp }),
    ...(!Number.isNaN(status) && { status }),
  };
}

/** OTLP writes nanoseconds as numbers or as texts. */
function seconds(nanoseconds: unknown): number | undefined {
  const value = Number(nanoseconds ?? Number.NaN);
  return Number.isFinite(value) && value > 0 ? value / 1e9 : undefined;
}
