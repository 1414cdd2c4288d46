import { CREDENTIALS } from './support.ts';

/** An answer of a JSON service. */
export interface JsonAnswer {
  status: number;
  /** From the header (REST JSON) or the body (JSON 1.1). */
  code?: string;
  // biome-ignore lint/suspicious/noExplicitAny: the tests look into whatever comes
  body: any;
}

/** Calls a service bare: X-Ray by path, CloudWatch Logs by target. */
export function caller(url: () => string, service: 'xray' | 'logs') {
  return async (name: string, input: unknown, key = CREDENTIALS.accessKeyId): Promise<JsonAnswer> => {
    const authorization = `AWS4-HMAC-SHA256 Credential=${key}/20260101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`;
    const headers =
      service === 'xray'
        ? { authorization, 'content-type': 'application/json' }
        : { authorization, 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `Logs_20140328.${name}` };
    const response = await fetch(service === 'xray' ? `${url()}/${name}` : url(), {
      method: 'POST',
      headers,
      body: JSON.stringify(input),
    });
    const body = (await response.json()) as JsonAnswer['body'];
    const code = response.headers.get('x-amzn-errortype') ?? body.__type;
    return { status: response.status, ...(code && { code }), body };
  };
}
