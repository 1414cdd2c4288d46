import { once } from 'node:events';
import { get } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';

/** A port of 127.0.0.1 on which nothing listens. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** One GET of 127.0.0.1; false as well when nothing listens there. */
export function answersOk(port: number, path: string): Promise<boolean> {
  return new Promise(resolve => {
    get({ port, host: '127.0.0.1', path, agent: false }, response => {
      response.resume().on('end', () => resolve(response.statusCode === 200));
    }).on('error', () => setTimeout(resolve, 2, false));
  });
}
