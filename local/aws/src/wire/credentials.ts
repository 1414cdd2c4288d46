import type { IncomingHttpHeaders } from 'node:http';
import { AwsError } from './aws-error.ts';

/** Whom a request says it is from, and what it is for: the credential scope of Signature Version 4. */
export interface CredentialScope {
  accessKeyId: string;
  region: string;
  service: string;
}

/** Access key ids that show a fault; `faults.ts` names them. */
const EXPIRED = 'ASIAEXPIREDEXAMPLE00';
const INVALID = 'AKIAINVALIDEXAMPLE00';

/**
 * Reads the credential scope from the Authorization header or a presigned URL; undefined when the request is not signed.
 * The signature itself is not verified here. Throws IncompleteSignature for a scope that is none.
 */
export function credentialScope(headers: IncomingHttpHeaders, url: URL): CredentialScope | undefined {
  const signed = /Credential=([^,\s]+)/.exec(headers.authorization ?? '')?.[1];
  const credential = signed ?? url.searchParams.get('X-Amz-Credential');
  if (!credential) return undefined;
  const [accessKeyId = '', , region = '', service = ''] = credential.split('/');
  if (region === '' || service === '') {
    throw new AwsError('IncompleteSignature', `Credential must have 5 slash-separated elements, got '${credential}'`);
  }
  return { accessKeyId, region, service };
}

/** The fault that an access key id stands for; undefined for all others. `service` decides on the error's name. */
export function credentialFault({ accessKeyId, service }: Omit<CredentialScope, 'region'>): AwsError | undefined {
  if (accessKeyId === EXPIRED) return expiredCredentials(service);
  return accessKeyId === INVALID ? unknownCredentials(service) : undefined;
}

/** The error of credentials that are over. */
export function expiredCredentials(service: string): AwsError {
  const json = 'ExpiredTokenException';
  const code = { ssm: json, logs: json, xray: json, aps: json, ec2: 'RequestExpired' }[service] ?? 'ExpiredToken';
  return new AwsError(code, 'The security token included in the request is expired', 403);
}

/** The error of credentials that AWS has never seen. */
export function unknownCredentials(service: string): AwsError {
  const json = 'UnrecognizedClientException';
  const code = { ssm: json, logs: json, xray: json, aps: json, ec2: 'AuthFailure', s3: 'InvalidAccessKeyId' }[service];
  return new AwsError(code ?? 'InvalidClientTokenId', 'The security token included in the request is invalid.', 403);
}

/** The error of a request without credentials. */
export function missingToken(): AwsError {
  return new AwsError('MissingAuthenticationToken', 'Request is missing Authentication Token', 403);
}
