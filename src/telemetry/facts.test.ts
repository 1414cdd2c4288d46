import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { probeOtlp } from './facts.ts';

it('asks a receiver for its pipelines with exports that hold nothing', async () => {
  const seen: string[] = [];
  const server = createServer((incoming, outgoing) => {
    seen.push(`${incoming.method} ${incoming.url} ${incoming.headers['content-type']}`);
    if (incoming.url === '/v1/traces') return void incoming.socket.destroy();
    outgoing.writeHead(incoming.url === '/v1/logs' ? 404 : 200).end('{}');
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { signal } = new AbortController();
  const answers = await probeOtlp(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, signal);
  expect(answers).toEqual({ metrics: 200, traces: expect.stringContaining('closed'), logs: 404 });
  expect(seen.sort()).toEqual(['logs', 'metrics', 'traces'].map(one => `POST /v1/${one} application/json`));
  server.close();
});
