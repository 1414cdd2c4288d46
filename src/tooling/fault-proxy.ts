import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A call on its way to AWS. */
export interface PassingCall {
  /** Such as `DescribeStacks`. */
  action: string;
  /** As it was sent. */
  body: string;
  /** Form parameters of the request. */
  params: URLSearchParams;
  accessKeyId: string;
  /** How often this action was called before, whoever called it. */
  earlier: number;
}

/**
 * What becomes of a call. `lost`: it never arrives; `unanswered`: it arrives, and its answer is lost; `cut`: the answer is broken
 * off; a function gets AWS's answer and gives another one.
 */
export type Fate =
  | 'pass'
  | 'lost'
  | 'unanswered'
  | 'cut'
  | { delay: number }
  | { status: number; body: string }
  | ((answer: string) => string);

export interface FaultProxy {
  url: string;
  /** Decides on each call from now on. */
  decide(fate: (call: PassingCall) => Fate): void;
  close(): Promise<void>;
}

/** The answer with which CloudFormation refuses a call. */
export function refusal(status: number, code: string, message: string): Fate {
  const body = `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`;
  return { status, body };
}

/** Starts a proxy in front of an AWS endpoint, to see what its clients do about faults of the line and of AWS. */
export async function startFaultProxy(target: () => string): Promise<FaultProxy> {
  let decide: (call: PassingCall) => Fate = () => 'pass';
  const counts = new Map<string, number>();
  const server = createServer((incoming, outgoing) => {
    void (async () => {
      const body = await readAll(incoming);
      const params = new URLSearchParams(body);
      const named = String(incoming.headers['x-amz-target'] ?? '');
      const action = params.get('Action') ?? named.slice(named.indexOf('.') + 1);
      const accessKeyId = /Credential=([^/]+)/.exec(incoming.headers.authorization ?? '')?.[1] ?? '';
      const earlier = counts.get(action) ?? 0;
      counts.set(action, earlier + 1);
      const fate = decide({ action, params, body, accessKeyId, earlier });
      if (fate === 'lost') return void outgoing.destroy();
      if (typeof fate === 'object' && 'status' in fate) return answer(outgoing, fate.status, fate.body);
      if (typeof fate === 'object') await new Promise(resolve => setTimeout(resolve, fate.delay));
      const reply = await forward(new URL(incoming.url ?? '/', target()), incoming, body);
      if (fate === 'unanswered') return void outgoing.destroy();
      if (fate === 'cut')
        return answer(outgoing, reply.status, reply.body.slice(0, reply.body.length / 2), reply.requestId);
      const text = typeof fate === 'function' ? fate(reply.body) : reply.body;
      answer(outgoing, reply.status, text, reply.requestId);
    })().catch(() => outgoing.destroy());
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    decide(fate) {
      counts.clear();
      decide = fate;
    },
    async close() {
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
    },
  };
}

function answer(outgoing: ServerResponse, status: number, body: string, requestId?: string): void {
  const headers = { 'content-type': 'text/xml', ...(requestId && { 'x-amzn-requestid': requestId }) };
  outgoing.writeHead(status, headers).end(body);
}

async function readAll(stream: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function forward(url: URL, { method, headers }: IncomingMessage, body: string) {
  return new Promise<{ status: number; body: string; requestId: string }>((resolve, reject) => {
    const outgoing = request(url, { method, headers }, incoming => {
      const requestId = String(incoming.headers['x-amzn-requestid'] ?? '');
      readAll(incoming).then(text => resolve({ status: incoming.statusCode ?? 0, body: text, requestId }), reject);
    });
    outgoing.on('error', reject).end(body);
  });
}
