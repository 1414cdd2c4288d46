import { createServer, type IncomingMessage, type ServerResponse, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';

/** `hold` leaves a call without an answer, and it does not reach AWS; `throttle` answers it as an overloaded AWS does. */
export type Verdict = 'pass' | 'hold' | 'throttle';

/** Stands before a local AWS and lets a test decide about each call as it comes. */
export interface Gate {
  url: string;
  /** Asked before each call, by its action. */
  onCall: (action: string) => Verdict;
  close(): Promise<void>;
}

/** Opens a gate to an endpoint on this machine; everything passes until `onCall` is set. */
export async function openGate(target: string): Promise<Gate> {
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', chunk => chunks.push(chunk));
    incoming.on('end', () => {
      const body = Buffer.concat(chunks);
      const verdict = gate.onCall(/(?:^|&)Action=(\w+)/.exec(body.toString())?.[1] ?? '');
      if (verdict === 'pass') forward(target, incoming, body, outgoing);
      if (verdict === 'throttle') throttle(outgoing);
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const gate: Gate = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    onCall: () => 'pass',
    async close() {
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
    },
  };
  return gate;
}

function forward(
  target: string,
  { method, url, headers }: IncomingMessage,
  body: Buffer,
  outgoing: ServerResponse,
): void {
  const onward = send(new URL(url ?? '/', target), { method, headers }, answer => {
    outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
    answer.pipe(outgoing);
  });
  onward.on('error', () => outgoing.destroy());
  onward.end(body);
}

function throttle(outgoing: ServerResponse): void {
  const error = '<Error><Type>Sender</Type><Code>Throttling</Code><Message>Rate exceeded</Message></Error>';
  outgoing.writeHead(400, { 'content-type': 'text/xml' }).end(`<ErrorResponse>${error}</ErrorResponse>`);
}
