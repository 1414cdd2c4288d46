import type { ComposeFile, Containers } from './containers.ts';

/** One service of a compose file. */
export type ComposeService = ComposeFile['services'][string];

export interface RelayOptions {
  /** At which the relay listens: the local AWS's own, so that one URL holds on the machine and in containers. */
  port: number;
  /** Ports that containers in its network namespace listen at; each is published at a free port of 127.0.0.1. */
  publish?: readonly number[];
}

/** Where the relay finds the local AWS's socket. */
const SOCKET = '/run/local-aws.sock';

/**
 * Passes each connection on to the socket, in both directions, until both ends have closed. What breaks one connection ends
 * that one only: other containers live in this network namespace. Compose would take a dollar sign for a variable.
 */
const SOURCE = `
const { connect, createServer } = require('node:net');
const { pipeline } = require('node:stream');
const [port, path] = process.argv.slice(1);
createServer({ allowHalfOpen: true }, from => {
  const to = connect({ path, allowHalfOpen: true });
  pipeline(from, to, from, () => {});
}).listen(Number(port), '127.0.0.1');
`;

/** Exits with 0 when something takes connections at the port. */
const CHECK = `
require('node:net').connect(Number(process.argv[1]), '127.0.0.1')
  .on('connect', () => process.exit(0)).on('error', () => process.exit(1));
`;

/**
 * A container through which others reach the local AWS, whose 127.0.0.1 is not theirs: those with
 * `network_mode: service:<its name>` find it at 127.0.0.1:<port>, the address that it has on the machine. It is to be started
 * first and stopped last, since the network namespace is its own; nothing else may listen at that port there.
 */
export function relayService(containers: Containers, { port, publish = [] }: RelayOptions): ComposeService {
  return {
    image: containers.images.node,
    entrypoint: ['node', '--max-old-space-size=32', '-e', SOURCE, String(port), SOCKET],
    user: '65534:65534',
    init: true,
    read_only: true,
    cap_drop: ['ALL'],
    security_opt: ['no-new-privileges:true'],
    mem_limit: '128m',
    pids_limit: 64,
    // It holds nothing that could be lost.
    stop_signal: 'SIGKILL',
    ...(publish.length > 0 && { ports: publish.map(port => `127.0.0.1::${port}`) }),
    volumes: [
      {
        type: 'bind',
        source: containers.socket,
        target: SOCKET,
        read_only: true,
        bind: { create_host_path: false },
      },
    ],
    healthcheck: {
      test: ['CMD', 'node', '-e', CHECK, String(port)],
      interval: '1s',
      timeout: '5s',
      retries: 30,
    },
  };
}
