import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { jsonCaller } from '../aws/json-client.aws.ts';
import { openLocalSession } from '../aws/session.aws.ts';
import { LOGS } from '../telemetry/cloudwatch-logs.aws.ts';
import { xrayTraceId } from '../telemetry/trace-id.ts';
import type { ScriptedPrometheus } from './scripted-prometheus.ts';

/** What becomes of the telemetry of one request; everything arrives when nothing else is said. */
export interface ScriptedFate {
  trace?: 'lost';
  log?: 'lost' | 'without id';
  /** The request is not counted. */
  isUncounted?: boolean;
  /** The flags of the trace in its log record. */
  flags?: '00' | '01';
}

export interface ScriptedAppOptions {
  /** What becomes of the telemetry of the nth traced request, from 0. */
  fate?: (n: number) => ScriptedFate;
  /** Until it arrives, in milliseconds. */
  delay?: number;
  /** Of every answer. */
  status?: number;
  /** Where its log records arrive. */
  group?: string;
}

export interface ScriptedApp {
  url: string;
  close(): Promise<void>;
}

/** Where its log records arrive, unless a test names another group. */
export const SCRIPTED_GROUP = '/scripted/app';

/** What such an application is expected to send. */
export const SCRIPTED_EXPECTATIONS = `service: shop
requests:
  - { name: orders, path: /orders, status: 200 }
  - { name: health, path: /health, traced: false }
metrics:
  - { name: shop.orders, unit: "{order}", type: counter, attributes: [path], counts: requests }
spans:
  - { name: GET /orders, kind: server, attributes: { http.route: /orders } }
logs:
  fields: [timestamp, severity, body, trace_id, span_id, trace_flags]
`;

/**
 * Serves requests, and puts the telemetry of each into the local AWS and a scripted Prometheus some time later, as the script
 * says: an application with its collector, without either.
 */
export async function startScriptedApp(
  endpoint: string,
  prometheus: ScriptedPrometheus,
  { fate = () => ({}), delay = 50, status = 200, group = SCRIPTED_GROUP }: ScriptedAppOptions = {},
): Promise<ScriptedApp> {
  const session = openLocalSession(endpoint, 'us-east-1');
  const xray = jsonCaller(
    { id: 'XRay', target: { PutTraceSegments: '/TraceSegments' }, host: 'xray', name: 'xray', iam: 'xray' },
    session,
  );
  const logs = jsonCaller(LOGS, session);
  const logStreamName = `app/${randomBytes(4).toString('hex')}`;
  const groups = await logs<{ logGroups: unknown[] }>('DescribeLogGroups', { logGroupNamePrefix: group }, [
    'logGroups',
  ]);
  if (!groups.logGroups?.length) await logs('CreateLogGroup', { logGroupName: group }, []);
  await logs('CreateLogStream', { logGroupName: group, logStreamName }, []);
  const arriving: Promise<unknown>[] = [];
  let traced = 0;
  let counted = 0;
  const count = () =>
    prometheus.write({ __name__: 'shop_orders_total', job: 'shop', instance: 'a', path: '/orders' }, counted);
  count();
  const exporting = setInterval(count, 50);

  async function arrive(traceparent: string, began: number, { trace, log, isUncounted, flags = '01' }: ScriptedFate) {
    const [, traceId = '', parent_id] = traceparent.split('-');
    const ended = Date.now();
    const id = randomBytes(8).toString('hex');
    await sleep(delay);
    if (!isUncounted) counted += 1;
    const document = {
      ...{
        name: 'shop',
        id,
        parent_id,
        trace_id: xrayTraceId(traceId),
        start_time: began / 1000,
        end_time: ended / 1000,
      },
      http: { request: { method: 'GET', url: 'http://shop/orders' }, response: { status } },
      metadata: { default: { 'http.route': '/orders', 'otel.resource.service.name': 'shop' } },
    };
    const record = {
      level: 'info',
      msg: 'GET /orders',
      trace_id: traceId,
      span_id: id,
      trace_flags: flags,
      time: ended,
    };
    const { trace_id: _, span_id: __, trace_flags: ___, ...anonymous } = record;
    const message = JSON.stringify(log === 'without id' ? anonymous : record);
    const logEvents = [{ timestamp: ended, message }];
    await Promise.all([
      trace !== 'lost' && xray('PutTraceSegments', { TraceSegmentDocuments: [JSON.stringify(document)] }, []),
      log !== 'lost' && logs('PutLogEvents', { logGroupName: group, logStreamName, logEvents }, []),
    ]);
  }

  const server = createServer((request, response) => {
    const began = Date.now();
    response.writeHead(status).end();
    const { traceparent } = request.headers;
    if (request.url === '/orders' && typeof traceparent === 'string')
      arriving.push(arrive(traceparent, began, fate(traced++)));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      clearInterval(exporting);
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
      await Promise.all(arriving);
    },
  };
}
