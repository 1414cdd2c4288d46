import { type Segment, within } from './segments.ts';
import type { Trace } from './trace-store.ts';

/** "X-Ray indexes up to 50 annotations per trace" (segment documents, X-Ray Developer Guide). */
const MOST_ANNOTATIONS = 50;
const ANNOTATION_KEY = /^[\w.]{1,500}$/;

/** A trace as GetTraceSummaries lists it; times are seconds since 1970. */
export function summaryOf(trace: Trace, account: string) {
  const { id, root, segments, startedAt, endedAt, revision } = trace;
  const { request, response } = root.http ?? {};
  return {
    Id: id,
    StartTime: startedAt,
    Duration: endedAt - startedAt,
    ...(root.end_time !== undefined && { ResponseTime: root.end_time - root.start_time }),
    HasFault: root.fault === true,
    HasError: root.error === true,
    HasThrottle: segments.some(({ throttle }) => throttle === true),
    IsPartial: segments.some(({ in_progress: isOpen }) => isOpen === true),
    Http: {
      HttpURL: request?.url,
      HttpStatus: response?.status,
      HttpMethod: request?.method,
      UserAgent: request?.user_agent,
      ClientIp: request?.client_ip,
    },
    Annotations: annotationsOf(segments, account),
    Users: segments
      .filter(({ user }) => user !== undefined)
      .map(segment => ({ UserName: segment.user, ServiceIds: [serviceId(segment, account)] })),
    ServiceIds: segments.map(segment => serviceId(segment, account)),
    ResourceARNs: [...new Set(segments.flatMap(({ resource_arn: arn }) => arn ?? []))].map(ARN => ({ ARN })),
    EntryPoint: serviceId(root, account),
    Revision: revision,
    MatchedEventTime: startedAt,
  };
}

function serviceId({ name, origin, inferred }: Segment, account: string) {
  const type = inferred ? 'remote' : origin;
  return { Name: name, Names: [name], AccountId: account, ...(type !== undefined && { Type: type }) };
}

/** What can be searched for: values by key, each with the services that sent it. */
function annotationsOf(segments: readonly Segment[], account: string): Record<string, unknown[]> {
  const found: Record<string, Map<unknown, Map<string, unknown>>> = {};
  for (const segment of segments) {
    for (const { annotations } of within(segment)) {
      for (const [key, value] of Object.entries(annotations ?? {})) {
        const isNew = !Object.hasOwn(found, key);
        if (!ANNOTATION_KEY.test(key) || (isNew && Object.keys(found).length >= MOST_ANNOTATIONS)) continue;
        const values = isNew ? new Map<unknown, Map<string, unknown>>() : (found[key] ?? new Map());
        const services = values.get(value) ?? new Map<string, unknown>();
        services.set(segment.name, serviceId(segment, account));
        found[key] = values.set(value, services);
      }
    }
  }
  return Object.fromEntries(
    Object.entries(found).map(([key, values]) => [
      key,
      [...values].map(([value, services]) => ({ AnnotationValue: typed(value), ServiceIds: [...services.values()] })),
    ]),
  );
}

function typed(value: unknown) {
  if (typeof value === 'number') return { NumberValue: value };
  return typeof value === 'boolean' ? { BooleanValue: value } : { StringValue: String(value) };
}
