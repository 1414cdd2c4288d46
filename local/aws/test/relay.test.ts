import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Containers } from '../src/containers/containers.ts';
import { relayService } from '../src/containers/relay.ts';

const containers = { socket: '/somewhere/aws.sock', images: { node: 'node:24' } } as unknown as Containers;

test('is a service that needs no rights, and which Compose takes as it is', () => {
  const service = relayService(containers, { port: 4566, publish: [5000, 8080] });
  expect(service).toMatchObject({
    image: 'node:24',
    user: '65534:65534',
    read_only: true,
    cap_drop: ['ALL'],
    security_opt: ['no-new-privileges:true'],
    ports: ['127.0.0.1::5000', '127.0.0.1::8080'],
    volumes: [{ type: 'bind', source: '/somewhere/aws.sock', read_only: true }],
  });
  expect(JSON.stringify(service)).not.toContain('$');
  expect(relayService(containers, { port: 4566 })).not.toHaveProperty('ports');
});

describe('what the container runs', () => {
  let folder: string;
  let socket: string;
  let port: number;
  let relay: ChildProcess;
  let upstream: Server | undefined;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'zap-obs-relay-'));
    socket = join(folder, 'aws.sock');
    port = await freePort();
    const [, ...args] = relayService(containers, { port }).entrypoint as string[];
    relay = spawn(process.execPath, args.with(-1, socket), { stdio: 'inherit' });
    while ((await check()) !== 0) expect(relay.exitCode).toBeNull();
  });

  afterEach(async () => {
    relay.kill('SIGKILL');
    upstream?.close();
    upstream = undefined;
    await rm(folder, { recursive: true, force: true });
  });

  /** The exit code of the health check. */
  async function check(): Promise<number> {
    const { healthcheck } = relayService(containers, { port }) as { healthcheck: { test: string[] } };
    const [, , ...args] = healthcheck.test;
    const [code] = await once(spawn(process.execPath, args, { stdio: 'inherit' }), 'exit');
    return code;
  }

  async function serve(onConnection: (socket: Socket) => void): Promise<void> {
    upstream = createServer({ allowHalfOpen: true }, onConnection).listen(socket);
    await once(upstream, 'listening');
  }

  test('passes on what comes after one end has said all that it had to say', async () => {
    // Larger than any buffer on the way.
    const sent = Buffer.alloc(3_000_000, 'abcdefg');
    await serve(async connection => connection.end(await buffer(connection)));
    const client = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    client.end(sent);
    expect((await buffer(client)).equals(sent)).toBe(true);
  });

  test('ends a connection that has nowhere to go, and goes on', async () => {
    expect(await text(connect(port, '127.0.0.1')).catch(() => '')).toBe('');
    await serve(connection => connection.end('here'));
    expect(await text(connect(port, '127.0.0.1'))).toBe('here');
  });

  test('closes one end when the other is broken off, and goes on', async () => {
    const closed = Promise.withResolvers<void>();
    await serve(connection => {
      connection.resume().on('error', closed.resolve).on('end', closed.resolve);
      connection.write('first');
    });
    const client = connect(port, '127.0.0.1');
    await once(client, 'data');
    client.resetAndDestroy();
    await closed.promise;
    expect(await check()).toBe(0);
  });

  test('is found ill when nothing listens', async () => {
    relay.kill('SIGKILL');
    await once(relay, 'exit');
    expect(await check()).toBe(1);
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
