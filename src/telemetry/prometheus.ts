import * as v from 'valibot';
import { TransientError } from '../aws/transient-error.ts';
import { type Fault, UserFault } from '../runner/fault.ts';
import type { MetricsBackend } from './backends.ts';
import { shown } from './json-value.ts';
import { reasonOf } from './traffic.ts';

/** How a request is sent: `fetch`, or one that signs, and throws a UserFault where it cannot. */
export type Send = (url: string, init: RequestInit) => Promise<Response>;

/** So long one answer may take, in milliseconds. */
const PATIENCE = 5000;

const labels = v.record(v.string(), v.string());
/** Seconds since the Unix epoch, and a number as text: `NaN` and `+Inf` are no JSON. */
const point = v.tuple([v.number(), v.string()]);
/** https://prometheus.io/docs/prometheus/latest/querying/api/#instant-queries */
const vectorSchema = schemaOf('vector', v.object({ metric: labels, value: point }));
const matrixSchema = schemaOf('matrix', v.object({ metric: labels, values: v.array(point) }));
const errorSchema = v.object({ status: v.literal('error'), errorType: v.string(), error: v.string() });

/**
 * A Prometheus, or what speaks its API.
 *
 * @param url below which `/api/v1` is, such as `http://127.0.0.1:9090`
 */
export function prometheusOver(url: string, send: Send = fetch): MetricsBackend {
  const api = `${url.replace(/\/+$/, '')}/api/v1/query`;
  let calls = 0;
  const ask = (query: Readonly<Record<string, string>>) => {
    calls += 1;
    return answerOf(api, query, send);
  };
  return {
    calls: () => calls,
    async query(promql) {
      const answer = await ask({ query: promql });
      const result = resultOf(vectorSchema, answer, api);
      return result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
    },
    async range(selector, at) {
      const answer = await ask({ query: selector, ...(at !== undefined && { time: String(at / 1000) }) });
      return resultOf(matrixSchema, answer, api).map(({ metric, values }) => ({
        labels: metric,
        points: values.map(([seconds, value]) => ({ at: seconds * 1000, value: Number(value) })),
      }));
    },
  };
}

function schemaOf<T extends v.GenericSchema>(resultType: string, item: T) {
  return v.object({
    status: v.literal('success'),
    data: v.object({ resultType: v.literal(resultType), result: v.array(item) }),
  });
}

interface TextAnswer {
  response: Response;
  text: string;
}

async function answerOf(api: string, query: Readonly<Record<string, string>>, send: Send): Promise<TextAnswer> {
  try {
    const response = await send(api, {
      method: 'POST',
      body: new URLSearchParams(query).toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      redirect: 'error',
      signal: AbortSignal.timeout(PATIENCE),
    });
    return { response, text: await response.text() };
  } catch (error) {
    // Of one that signs: it has no credentials to sign with.
    if (error instanceof UserFault) throw error;
    const seen = error instanceof Error && error.name === 'TimeoutError' ? 'no full answer in 5 s' : reasonOf(error);
    throw new TransientError(
      { what: 'Prometheus cannot be asked', seen: `${seen} (${api})`, fix: 'Check that it runs, and its address' },
      { cause: error },
    );
  }
}

function resultOf<T>(
  schema: v.GenericSchema<unknown, { data: { result: T[] } }>,
  { response: { status, ok }, text }: TextAnswer,
  api: string,
): T[] {
  const answer = jsonOf(text);
  const refusal = v.safeParse(errorSchema, answer);
  const seen = `status ${status}, ${refusal.success ? shown(refusal.output.error, 300) : shown(text, 160)} (${api})`;
  if (status === 429 || status >= 500) {
    const fault = { what: 'Prometheus does not answer now', seen, fix: 'Look at its log; this may pass by itself' };
    throw new TransientError(fault, { isThrottled: status === 429 });
  }
  if (status === 401 || status === 403) {
    const fix = 'Give it credentials that may query (`aps:QueryMetrics` for Amazon Managed Prometheus)';
    throw new UserFault({ what: 'Prometheus does not let this run query it', seen, fix });
  }
  // In the words of Amazon Managed Prometheus, whose other errors look the same: {"Message":"Workspace not found"}.
  if (status === 404 && /workspace not found/i.test(text)) {
    const fix = 'Give the URL of one that does, in the region of the run: `metrics-endpoint` of `deploy`';
    throw new UserFault({ what: 'The workspace does not exist', seen, fix });
  }
  if (refusal.success) throw new UserFault({ what: 'Prometheus refuses a query', seen, fix: 'Mend what it says' });
  const parsed = v.safeParse(schema, answer);
  if (parsed.success && ok) return parsed.output.data.result;
  // An answer that was broken off is none; one of another server will be the same next time.
  if (ok && answer === undefined && /^\s*\{/.test(text)) throw new TransientError(broken(seen));
  const fix = 'Give the address below which `/api/v1/query` is, such as `http://127.0.0.1:9090`';
  throw new UserFault({ what: 'What answers is no Prometheus', seen, fix });
}

function broken(seen: string): Fault {
  return { what: 'The answer of Prometheus was broken off', seen, fix: 'This may pass by itself: run again' };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
