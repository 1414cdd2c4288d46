import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ExpectedRequest, ExpectedSpan } from './expectations.ts';
import type { SentRequest } from './traffic.ts';

/** What tests of this folder share. */

const servers: Server[] = [];

/** Serves on 127.0.0.1 until `closeServers`; gives the address. */
export async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Nothing listens there any more when it resolves. */
export async function closeServers(): Promise<void> {
  const closing = servers.splice(0).map(server => {
    server.closeAllConnections();
    return new Promise(resolve => server.close(resolve));
  });
  await Promise.all(closing);
}

const place = { file: 'telemetry.yaml', line: 1, column: 1 };

export function request(more: Partial<ExpectedRequest> = {}): ExpectedRequest {
  return { name: 'data', method: 'GET', path: '/api/data', status: 200, isTraced: true, place, ...more };
}

/** A request that was answered as it should be. */
export function answered(traceId: string, more: Partial<SentRequest> = {}): SentRequest {
  const answer = { kind: 'answered', status: 200, ms: 5, body: '', isCut: false } as const;
  return { request: request(), traceId, startedAt: 1000, answer, findings: [], ...more };
}

export function span(name: string, kind: ExpectedSpan['kind'], attributes: Record<string, string | undefined> = {}) {
  const list = Object.entries(attributes).map(([key, value]) => ({ key, ...(value !== undefined && { value }) }));
  return { name, kind, attributes: list, place };
}

/** A trace of zap-app's `/external`, as awsxrayexporter v0.156.0 has sent it, shortened by resource attributes. */
export const EXTERNAL_TRACE = '6b037d3072ff24b47bebbb10741725ad';
const XRAY_TRACE = '1-6b037d30-72ff24b47bebbb10741725ad';
export const DOCUMENTS = [
  `{"name":"zap-app","id":"6600bd9337403632","start_time":1795390768.441,"trace_id":"${XRAY_TRACE}","end_time":1795390768.459,"http":{"request":{"method":"GET","url":"http://127.0.0.1:25000/external","user_agent":"zap-obs","client_ip":"::ffff:127.0.0.1"},"response":{"status":200,"content_length":0}},"fault":false,"error":false,"throttle":false,"aws":{"xray":{"sdk":"opentelemetry for nodejs","sdk_version":"3.1.0","auto_instrumentation":false}},"annotations":{"otel.resource.zap_obs_run":"r1"},"metadata":{"default":{"http.route":"/external","network.peer.port":53354,"otel.resource.service.name":"zap-app"}},"parent_id":"366bd77f2ff01b81"}`,
  `{"name":"GET","id":"25ba56e9cad017b0","start_time":1795390768.449,"trace_id":"${XRAY_TRACE}","end_time":1795390768.4569383,"http":{"request":{"method":"GET","url":"http://127.0.0.1:25000/api/data?page=2","user_agent":"node","client_ip":"127.0.0.1"},"response":{"status":200,"content_length":0}},"fault":false,"metadata":{"default":{"http.request.method_original":"GET","network.peer.port":25000}},"namespace":"remote","parent_id":"6600bd9337403632","type":"subsegment"}`,
  `{"name":"zap-app","id":"c7990851e10fa5d8","start_time":1795390768.4529998,"trace_id":"${XRAY_TRACE}","end_time":1795390768.4539902,"http":{"request":{"method":"GET","url":"http://127.0.0.1:25000/api/data","user_agent":"node","client_ip":"::ffff:127.0.0.1"},"response":{"status":200,"content_length":0}},"annotations":{"otel.resource.zap_obs_run":"r1"},"metadata":{"default":{"http.route":"/api/data","otel.resource.service.name":"zap-app"}},"parent_id":"25ba56e9cad017b0"}`,
] as const;
