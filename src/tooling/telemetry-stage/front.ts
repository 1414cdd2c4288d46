import { once } from 'node:events';
import { createServer, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Stands before an application. */
export interface Front {
  url: string;
  close(): Promise<void>;
}

/**
 * Passes requests on as they are.
 *
 * @param before called before each is passed on, with how many there have been; the request waits for it
 */
export async function openFront(target: string, before: (count: number) => Promise<void>): Promise<Front> {
  let count = 0;
  const server = createServer(async (request, response) => {
    await before(++count);
    const { method, headers, url = '/' } = request;
    const forwarded = send(new URL(url, target), { ...(method && { method }), headers }, answer => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    forwarded.on('error', error => response.destroy(error));
    request.pipe(forwarded);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
