import { trace } from '@opentelemetry/api';
import { exceptionAttributes, type Log } from '../log.ts';
import type { Endpoint } from './endpoint.ts';

/** Whom `/external` calls. */
export interface ExternalOptions {
  /** The address to call. `isSelf` is told to whoever asks: without a setting the app calls itself. */
  target(): { url: URL; isSelf: boolean };
  /** Milliseconds for the call, its answer included. */
  timeout: number;
  log: Log;
}

/** More of an answer is not read: it may come from anywhere. */
const MOST_BYTES = 1024 * 1024;

export function external({ target, timeout, log }: ExternalOptions): Endpoint {
  return {
    path: '/external',
    description: "Calls EXTERNAL_URL, by default the app's own /api/data.",
    async handle(_request, response) {
      const { url, isSelf } = target();
      const start = performance.now();
      // Credentials and queries of the setting are nobody's business.
      const called = { url: `${url.origin}${url.pathname}`, self: isSelf };
      try {
        const status = await call(url, timeout);
        response.json({ ...called, status, milliseconds: Math.round(performance.now() - start) });
      } catch (error) {
        const reason = reasonOf(error, timeout);
        trace.getActiveSpan()?.recordException(error instanceof Error ? error : String(error));
        log('ERROR', `The call to ${called.url} failed: ${reason}`, exceptionAttributes(error));
        response.status(502).json({ error: 'bad_gateway', reason, ...called });
      }
    },
  };
}

class UnwelcomeAnswer extends Error {
  override readonly name = 'UnwelcomeAnswer';
}

async function call(url: URL, timeout: number): Promise<number> {
  const answer = await fetch(bare(url), { signal: AbortSignal.timeout(timeout), headers: authorization(url) });
  await drain(answer);
  if (!answer.ok) throw new UnwelcomeAnswer(`it answered ${answer.status}`);
  return answer.status;
}

/** Reads an answer to its end, so that its connection can be used again. */
async function drain({ body }: Response): Promise<void> {
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw new UnwelcomeAnswer(`its answer is longer than ${MOST_BYTES} bytes`);
  }
}

/** `fetch` refuses addresses with credentials. */
function bare(url: URL): URL {
  const copy = new URL(url);
  copy.username = '';
  copy.password = '';
  return copy;
}

function authorization({ username, password }: URL): Record<string, string> {
  if (!username && !password) return {};
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

/** Why a call failed, in words; `fetch` itself only says that it did. */
function reasonOf(error: unknown, timeout: number): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `no answer within ${timeout} ms`;
  if (error instanceof UnwelcomeAnswer) return error.message;
  const { code, message } = (error.cause ?? error) as NodeJS.ErrnoException;
  return (code !== undefined && REASONS[code]) || code || message;
}

const REASONS: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there (ECONNREFUSED)',
  ECONNRESET: 'it closed the connection (ECONNRESET)',
  UND_ERR_SOCKET: 'it closed the connection (UND_ERR_SOCKET)',
  ENOTFOUND: 'its name is not known (ENOTFOUND)',
  EAI_AGAIN: 'its name could not be looked up (EAI_AGAIN)',
};
