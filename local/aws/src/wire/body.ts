import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { gunzipSync } from 'node:zlib';

/** Reads a request's body as it comes: what its signature is about. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** What a body says, decompressed and without the chunk framing of streamed uploads. */
export function contentOf(raw: Buffer, headers: IncomingHttpHeaders): Buffer {
  const codings = String(headers['content-encoding'] ?? '')
    .split(',')
    .map(coding => coding.trim());
  const streamed = String(headers['x-amz-content-sha256'] ?? '').startsWith('STREAMING-');
  const body = streamed || codings.includes('aws-chunked') ? unframe(raw) : raw;
  return codings.includes('gzip') ? gunzipSync(body) : body;
}

/**
 * Takes the content out of `aws-chunked` framing: `<hex size>[;chunk-signature=…]\r\n<bytes>\r\n`, ended by a chunk of size 0
 * and trailing headers such as the checksum ("Signature calculations: transferring payload in multiple chunks", S3 API).
 */
function unframe(framed: Buffer): Buffer {
  const parts: Buffer[] = [];
  let at = 0;
  for (;;) {
    const end = framed.indexOf('\r\n', at);
    const size = Number.parseInt(framed.subarray(at, end < 0 ? framed.length : end).toString(), 16);
    if (end < 0 || !(size > 0)) return Buffer.concat(parts);
    parts.push(framed.subarray(end + 2, end + 2 + size));
    at = end + 2 + size + 2;
  }
}
