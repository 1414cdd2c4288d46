// A process of its own that takes OTLP over HTTP and counts it, so that counting costs the measured process nothing.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { countRecords } from './otlp-count.ts';

const arrived = { spans: 0, logs: 0 };

const server = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  if (request.url === '/v1/traces') arrived.spans += countRecords(body);
  if (request.url === '/v1/logs') arrived.logs += countRecords(body);
  response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
});
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
process.on('message', () => {
  process.send?.(arrived, undefined, undefined, () => process.exit());
});
// Whoever started it is gone.
process.on('disconnect', () => process.exit());
