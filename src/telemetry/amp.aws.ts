import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { SignatureV4 } from '@smithy/signature-v4';
import { call, type Session } from '../aws/session.aws.ts';
import type { Send } from './prometheus.ts';

/**
 * Sends requests to Amazon Managed Prometheus, signed with the session's credentials for its region, for which no SDK has a
 * call: https://docs.aws.amazon.com/prometheus/latest/userguide/AMP-APIReference-Prometheus-Compatible-Apis.html. Bodies are
 * text or bytes. Besides what `fetch` throws, a UserFault when there are no credentials.
 */
export function signedFetch(session: Session): Send {
  const { config } = new CloudFormationClient(session.clientConfig);
  return async (url, init) => {
    const { method = 'GET', body = null } = init;
    if (body !== null && typeof body !== 'string' && !(body instanceof Uint8Array)) {
      throw new TypeError('only text and bytes can be signed');
    }
    const credentials = await call(session, 'sts:GetCallerIdentity', () => config.credentials());
    const signer = new SignatureV4({ service: 'aps', region: session.region, credentials, sha256: config.sha256 });
    const { protocol, hostname, host, pathname, searchParams } = new URL(url);
    const query = Object.fromEntries([...searchParams.keys()].map(name => [name, searchParams.getAll(name)]));
    const headers = { ...Object.fromEntries(new Headers(init.headers)), host };
    const request = { method, protocol, hostname, path: pathname, query, headers, body: body ?? undefined };
    const { host: _, ...signed } = (await signer.sign(request)).headers;
    return fetch(url, { ...init, headers: signed });
  };
}
