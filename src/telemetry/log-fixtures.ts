import type { LogEvent } from './backends.ts';
import { answered, request } from './fixtures.ts';
import type { SentRequest } from './traffic.ts';

/** What tests of log records share: a run of requests, and the events that they leave. */

export const RUN = '0a1b2c3d';
export const PREFIX = `6b037d30${RUN}`;
/** When the first request of a run is sent. */
export const BEGUN = 0x6b037d30 * 1000;
export const GROUP = '/aws/ecs/shop';

/** The ids of the first requests of the run. */
export function traceIds(count: number): string[] {
  return Array.from({ length: count }, (_, index) => PREFIX + index.toString(16).padStart(16, '0'));
}

/** Requests of the run, ten milliseconds apart, each answered after five. */
export function sentRequests(count: number, begun = BEGUN): SentRequest[] {
  return traceIds(count).map((traceId, index) =>
    answered(traceId, { request: request({ name: `r${index}` }), startedAt: begun + 10 * index }),
  );
}

/** A record as the awscloudwatchlogs exporter writes it. */
export function recordOf(traceId: string, more: object = {}): string {
  const fields = { body: 'GET / 200', severity_text: 'INFO', flags: 1, trace_id: traceId, span_id: '0f185e3285ab9fcd' };
  return JSON.stringify({
    ...fields,
    attributes: { 'http.route': '/' },
    resource: { 'service.name': 'shop' },
    ...more,
  });
}

let made = 0;

/** An event of the log of its own, two milliseconds after its request began. */
export function eventOf({ traceId, startedAt }: SentRequest, more: Partial<LogEvent> = {}): LogEvent {
  made += 1;
  return {
    message: recordOf(traceId),
    timestamp: startedAt + 2,
    source: GROUP,
    stream: 'otlp',
    id: `event-${made}`,
    ...more,
  };
}
