// Keeps what AWS answers, as lines of JSON, so that local AWS can be held against it. For `node --import` in front of a shipped
// bundle, which knows nothing of it: `RECORD_AWS_TO` names the folder. Requests are not kept, and of answers only what
// redact.ts leaves.
import { subscribe } from 'node:diagnostics_channel';
import { appendFileSync, mkdirSync } from 'node:fs';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { redacted, withoutAccounts } from './redact.ts';

const folder = process.env.RECORD_AWS_TO;
if (folder) record(folder);

function record(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${process.pid}.jsonl`);
  const keep = (host: string, call: string, status: number, type: string, body: string) => {
    const line = { host: withoutAccounts(host), call: withoutAccounts(call), status, type, body: redacted(call, body) };
    appendFileSync(file, `${JSON.stringify(line)}\n`);
  };

  subscribe('http.client.response.finish', message => {
    const { request, response } = message as { request: ClientRequest; response: IncomingMessage };
    const host = String(request.getHeader('host') ?? '');
    if (!isAws(host)) return;
    tee(response, chunks => {
      const body = decoded(Buffer.concat(chunks), response.headers['content-encoding']);
      const target = request.getHeader('x-amz-target');
      const call = typeof target === 'string' ? target : nameOf(body, `${request.method} ${request.path}`);
      keep(host, call, response.statusCode ?? 0, response.headers['content-type'] ?? '', body);
    });
  });

  const original = globalThis.fetch;
  globalThis.fetch = async (input, init) => {
    const response = await original(input, init);
    const { host, pathname } = new URL(input instanceof Request ? input.url : input);
    // The application's answers are no concern of this.
    if (isAws(host) && !host.includes('.elb.')) {
      const body = await response.clone().text();
      keep(
        host,
        `${init?.method ?? 'GET'} ${pathname}`,
        response.status,
        response.headers.get('content-type') ?? '',
        body,
      );
    }
    return response;
  };
}

function isAws(host: string): boolean {
  const endpoints = Object.entries(process.env).filter(([name]) => name.startsWith('AWS_ENDPOINT_URL'));
  const own = endpoints.flatMap(([, url]) => (url ? [new URL(url).host] : []));
  return /\.amazonaws\.com(\.cn)?(:\d+)?$/.test(host) || own.includes(host);
}

/** Hands on what a response brings as it comes, and tells the whole at its end. */
function tee(response: IncomingMessage, done: (chunks: Buffer[]) => void): void {
  const chunks: Buffer[] = [];
  const push = response.push.bind(response);
  response.push = (chunk: unknown, encoding?: BufferEncoding) => {
    if (chunk === null) done(chunks);
    else chunks.push(typeof chunk === 'string' ? Buffer.from(chunk, encoding) : Buffer.from(chunk as Uint8Array));
    return push(chunk, encoding);
  };
}

function decoded(body: Buffer, encoding: string | undefined): string {
  if (encoding === 'gzip') return gunzipSync(body).toString('utf8');
  if (encoding === 'br') return brotliDecompressSync(body).toString('utf8');
  return body.toString('utf8');
}

/** The query protocol names the call in its answer only, as `<DescribeStacksResponse …>`. */
function nameOf(body: string, request: string): string {
  return /^(?:<\?xml[^>]*>\s*)?<(\w+)Response[\s>]/.exec(body)?.[1] ?? request;
}
