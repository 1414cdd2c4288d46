import { type Segment, within } from './segments.ts';

/**
 * Spans as Transaction Search keeps them, each an event of the log group `aws/spans`: "in the semantic convention format with W3C
 * trace IDs" (Transaction Search, CloudWatch User Guide). The names of the fields are those that queries of AWS's own samples
 * read there; what becomes of a segment's name and blocks in the conversion is published nowhere, and is ours.
 *
 * @returns nothing for what is still in progress
 */
export function spanDocuments(segment: Segment): object[] {
  const traceId = (segment.trace_id ?? '').split('-').slice(1).join('');
  const service = String(resourceOf(segment)['service.name'] ?? segment.name);
  return within(segment).flatMap(part => spanOf(part, segment, traceId, service));
}

function spanOf(part: Segment, segment: Segment, traceId: string, service: string): object[] {
  const { start_time: start, end_time: end, parent_id } = part;
  if (end === undefined) return [];
  const parent = parent_id ?? within(segment).find(({ subsegments }) => subsegments?.includes(part))?.id;
  const isPart = part !== segment || segment.type === 'subsegment';
  return [
    {
      resource: { attributes: { ...resourceOf(segment), ...(!isPart && { 'service.name': service }) } },
      traceId,
      spanId: part.id,
      ...(parent !== undefined && { parentSpanId: parent }),
      flags: 1,
      name: part.name,
      kind: part.namespace === 'remote' || part.namespace === 'aws' ? 'CLIENT' : isPart ? 'INTERNAL' : 'SERVER',
      startTimeUnixNano: nanoseconds(start),
      endTimeUnixNano: nanoseconds(end),
      durationNano: nanoseconds(end) - nanoseconds(start),
      attributes: attributesOf(part),
      status: { code: part.fault === true || part.error === true ? 'ERROR' : 'UNSET' },
    },
  ];
}

/** To a microsecond, which is what X-Ray's seconds hold. */
function nanoseconds(seconds: number): number {
  return Math.round(seconds * 1e6) * 1000;
}

const RESOURCE = 'otel.resource.';

function storedOf({ annotations, metadata }: Segment): [string, unknown][] {
  return Object.entries({ ...metadata?.default, ...annotations });
}

function resourceOf(segment: Segment): Record<string, unknown> {
  const own = storedOf(segment).filter(([key]) => key.startsWith(RESOURCE));
  return Object.fromEntries(own.map(([key, value]) => [key.slice(RESOURCE.length), value]));
}

function attributesOf(part: Segment): Record<string, unknown> {
  const { request, response } = part.http ?? {};
  const told = {
    'http.request.method': request?.method,
    'url.full': request?.url,
    'user_agent.original': request?.user_agent,
    'client.address': request?.client_ip,
    'http.response.status_code': response?.status,
  };
  return Object.fromEntries([
    ...Object.entries(told).filter(([, value]) => value !== undefined && value !== ''),
    ...storedOf(part).filter(([key]) => !key.startsWith(RESOURCE)),
  ]);
}
