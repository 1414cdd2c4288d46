import type { IncomingHttpHeaders } from 'node:http';
import { AwsError } from './aws-error.ts';

/** Whom a request says it is from, and what it is for: the credential scope of Signature Version 4. */
export interface CredentialScope {
  accessKeyId: string;
  region: string;
  service: string;
}

/** Access key ids that show a fault; see the README. */
const EXPIRED = 'ASIAEXPIREDEXAMPLE00';
const INVALID = 'AKIAINVALIDEXAMPLE00';

/**
 * Reads the credential scope from the Authorization header or a presigned URL; undefined when the request is not signed.
 * The signature itself is not verified. Throws the errors of the two access keys that show a fault.
 */
export function credentialScope(headers: IncomingHttpHeaders, url: URL): CredentialScope | undefined {
  const credential =
    /Credential=([^,\s]+)/.exec(headers.authorization ?? '')?.[1] ?? url.searchParams.get('X-Amz-Credential');
  if (!credential) return undefined;
  const [accessKeyId = '', , region = '', service = ''] = credential.split('/');
  if (region === '' || service === '') {
    throw new AwsError('IncompleteSignature', `Credential must have 5 slash-separated elements, got '${credential}'`);
  }
  if (accessKeyId === EXPIRED) {
    const code = service === 'sts' || service === 'cloudformation' ? 'ExpiredToken' : 'ExpiredTokenException';
    throw new AwsError(code, 'The security token included in the request is expired', 403);
  }
  if (accessKeyId === INVALID) {
    throw new AwsError('InvalidClientTokenId', 'The security token included in the request is invalid.', 403);
  }
  return { accessKeyId, region, service };
}

/** The error of a request without credentials. */
export function missingToken(): AwsError {
  return new AwsError('MissingAuthenticationToken', 'Request is missing Authentication Token', 403);
}
