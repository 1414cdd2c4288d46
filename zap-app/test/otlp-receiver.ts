import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Value = string | number | boolean | undefined;

export interface ReceivedSpan {
  name: string;
  kind: string;
  traceId: string;
  spanId: string;
  /** Empty for a root. */
  parentSpanId: string;
  /** 2: error. */
  statusCode: number;
  attributes: Record<string, Value>;
  events: { name: string; attributes: Record<string, Value> }[];
}

export interface ReceivedMetric {
  name: string;
  unit: string;
  type: 'counter' | 'gauge' | 'sum' | 'histogram';
  points: { attributes: Record<string, Value>; value: number; boundaries?: number[]; sum?: number }[];
}

export interface ReceivedLog {
  traceId: string;
  spanId: string;
  flags: number;
  severity: string;
  body: string;
  attributes: Record<string, Value>;
  resource: Record<string, Value>;
}

/** What an application has sent over OTLP, http/json. */
export interface OtlpReceiver {
  url: string;
  spans: ReceivedSpan[];
  /** Of each metric what was received last. */
  metrics: Map<string, ReceivedMetric>;
  logs: ReceivedLog[];
  resource: Record<string, Value>;
  /** Resolves when it holds, looking anew whenever something arrives; the test's own timeout ends the wait. */
  until(holds: () => boolean): Promise<void>;
  close(): Promise<void>;
}

const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'];

/** A receiver on a free port of 127.0.0.1 that keeps all it gets. */
export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  let changed = () => {};
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    take(JSON.parse(Buffer.concat(chunks).toString()));
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    changed();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const receiver: OtlpReceiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans: [],
    metrics: new Map(),
    logs: [],
    resource: {},
    until: async holds => {
      while (!holds()) {
        await new Promise<void>(resolve => {
          changed = resolve;
        });
      }
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return receiver;

  // OTLP as JSON, in the names of opentelemetry/proto at 1.x.
  // biome-ignore lint/suspicious/noExplicitAny: the shape is the protocol's, and a wrong one fails the test
  function take(body: any): void {
    for (const { resource, scopeSpans } of body.resourceSpans ?? []) {
      receiver.resource = values(resource.attributes);
      for (const { spans } of scopeSpans) receiver.spans.push(...spans.map(readSpan));
    }
    for (const { scopeMetrics } of body.resourceMetrics ?? []) {
      for (const { metrics } of scopeMetrics) {
        for (const metric of metrics) receiver.metrics.set(metric.name, readMetric(metric));
      }
    }
    for (const { resource, scopeLogs } of body.resourceLogs ?? []) {
      for (const { logRecords } of scopeLogs) {
        for (const record of logRecords) receiver.logs.push(readLog(record, values(resource.attributes)));
      }
    }
  }
}

// biome-ignore lint/suspicious/noExplicitAny: as above
function readSpan(span: any): ReceivedSpan {
  return {
    name: span.name,
    kind: KINDS[span.kind] ?? '',
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: span.parentSpanId ?? '',
    statusCode: span.status?.code ?? 0,
    attributes: values(span.attributes),
    events: (span.events ?? []).map((event: { name: string; attributes: [] }) => ({
      name: event.name,
      attributes: values(event.attributes),
    })),
  };
}

// biome-ignore lint/suspicious/noExplicitAny: as above
function readMetric(metric: any): ReceivedMetric {
  const data = metric.sum ?? metric.gauge ?? metric.histogram;
  const sumType = metric.sum?.isMonotonic ? 'counter' : 'sum';
  return {
    name: metric.name,
    unit: metric.unit ?? '',
    type: metric.sum ? sumType : metric.gauge ? 'gauge' : 'histogram',
    // biome-ignore lint/suspicious/noExplicitAny: as above
    points: data.dataPoints.map((point: any) => ({
      attributes: values(point.attributes),
      value: Number(point.asInt ?? point.asDouble ?? point.count),
      ...(metric.histogram && { boundaries: point.explicitBounds, sum: point.sum }),
    })),
  };
}

// biome-ignore lint/suspicious/noExplicitAny: as above
function readLog(record: any, resource: Record<string, Value>): ReceivedLog {
  return {
    traceId: record.traceId ?? '',
    spanId: record.spanId ?? '',
    flags: record.flags ?? 0,
    severity: record.severityText,
    body: record.body.stringValue,
    attributes: values(record.attributes),
    resource,
  };
}

function values(list: { key: string; value: Record<string, string | number | boolean> }[] = []): Record<string, Value> {
  return Object.fromEntries(list.map(({ key, value }) => [key, Object.values(value)[0]]));
}
