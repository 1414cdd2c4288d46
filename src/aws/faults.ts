import type { Fault } from '../runner/fault.ts';

/** What was being attempted when a call to AWS failed. */
export interface CallContext {
  /** Service and action as IAM writes them, such as `cloudformation:DescribeStacks`. */
  action: string;
  region: string;
}

/** The parts of an SDK error that are judged. */
export interface AwsError {
  name: string;
  message: string;
  /** Node's code for an error of the connection, such as `ECONNREFUSED`. */
  code?: string | undefined;
  httpStatus?: number | undefined;
}

const EXPIRED = new Set(['ExpiredToken', 'ExpiredTokenException', 'RequestExpired']);
const REFUSED = new Set([
  'InvalidClientTokenId',
  'UnrecognizedClientException',
  'SignatureDoesNotMatch',
  'InvalidAccessKeyId',
  'AuthFailure',
  'MissingAuthenticationToken',
  'IncompleteSignature',
]);
const DENIED = new Set(['AccessDenied', 'AccessDeniedException', 'UnauthorizedOperation']);

/** Which way an error of a remote call points: to something the user can mend, to something that may pass, or to neither. */
export function judge(
  error: AwsError,
  { action, region }: CallContext,
): { kind: 'fault'; fault: Fault } | { kind: 'transient' } | { kind: 'other' } {
  const fault = (what: string, fix: string, seen: string | undefined = error.message) => ({
    kind: 'fault' as const,
    fault: { what, seen, fix },
  });
  const credentials =
    'Give input `role-to-assume` (with `permissions: id-token: write`), or set up credentials before this step';
  if (error.name === 'CredentialsProviderError' || error.name === 'TokenProviderError')
    return fault('There are no AWS credentials', credentials);
  if (EXPIRED.has(error.name))
    return fault(
      `The AWS credentials have expired, so \`${action}\` was refused`,
      'Get new ones and run again; with `role-to-assume` they are renewed by themselves',
    );
  if (REFUSED.has(error.name))
    return fault(
      `AWS does not accept the credentials (${error.name})`,
      `Check the access key, its secret and its session token; ${credentials}`,
    );
  if (DENIED.has(error.name))
    return fault(`The credentials do not allow \`${action}\``, `Allow \`${action}\` for this role`);
  if (error.code === 'ENOTFOUND' || error.code === 'EAI_AGAIN')
    return fault(
      `AWS has no address for region \`${region}\` that can be found from here`,
      'Check input `aws-region`, and that this machine has a network',
    );
  if (error.code === 'ECONNREFUSED')
    return fault(
      'Nothing answers where AWS is expected',
      'Check `AWS_ENDPOINT_URL`, or start the local AWS with `npm run aws`',
    );
  const isTransient =
    (error.httpStatus ?? 0) >= 500 ||
    error.httpStatus === 429 ||
    /throttl|TooManyRequests|RequestLimitExceeded|Timeout|SlowDown/i.test(error.name) ||
    error.code !== undefined;
  return isTransient ? { kind: 'transient' } : { kind: 'other' };
}
