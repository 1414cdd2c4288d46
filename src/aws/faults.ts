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

/** Which way an error of a remote call points: to something the user can mend, to something that may pass, or to neither. */
export type Judgement = { kind: 'fault'; fault: Fault } | { kind: 'transient' } | { kind: 'other' };

interface Rule {
  applies(error: AwsError): boolean;
  what(context: CallContext, error: AwsError): string;
  fix(context: CallContext): string;
}

const named =
  (...names: string[]) =>
  (error: AwsError) =>
    names.includes(error.name);
const coded =
  (...codes: string[]) =>
  (error: AwsError) =>
    codes.includes(error.code ?? '');

const HOW_TO_SIGN_IN =
  'give input `role-to-assume` (with `permissions: id-token: write`), or set up credentials before this step';

/** The first that applies is meant. */
const RULES: readonly Rule[] = [
  {
    applies: named('CredentialsProviderError', 'TokenProviderError'),
    what: () => 'There are no AWS credentials',
    fix: () => `To have some, ${HOW_TO_SIGN_IN}`,
  },
  {
    applies: named('ExpiredToken', 'ExpiredTokenException', 'RequestExpired'),
    what: ({ action }) => `The AWS credentials have expired, so \`${action}\` was refused`,
    fix: () => 'Get new ones and run again; with `role-to-assume` they are renewed by themselves',
  },
  {
    applies: named(
      'InvalidClientTokenId',
      'UnrecognizedClientException',
      'SignatureDoesNotMatch',
      'InvalidAccessKeyId',
      'AuthFailure',
      'MissingAuthenticationToken',
      'IncompleteSignature',
    ),
    what: (_, { name }) => `AWS does not accept the credentials (${name})`,
    fix: () => `Check the access key, its secret and its session token; or ${HOW_TO_SIGN_IN}`,
  },
  {
    applies: named('AccessDenied', 'AccessDeniedException', 'UnauthorizedOperation'),
    what: ({ action }) => `The credentials do not allow \`${action}\``,
    fix: ({ action }) => `Allow \`${action}\` for this role`,
  },
  {
    applies: coded('ENOTFOUND', 'EAI_AGAIN'),
    what: ({ region }) => `AWS has no address for region \`${region}\` that can be found from here`,
    fix: () => 'Check input `aws-region`, and that this machine has a network',
  },
  {
    applies: coded('ECONNREFUSED'),
    what: () => 'Nothing answers where AWS is expected',
    fix: () => 'Check `AWS_ENDPOINT_URL`, or start the local AWS with `npm run aws`',
  },
];

const TRANSIENT_NAMES = /throttl|TooManyRequests|RequestLimitExceeded|Timeout|SlowDown/i;

/** Judges an error that is left when the SDK has made its retries. */
export function judge(error: AwsError, context: CallContext): Judgement {
  const fault = (what: string, fix: string): Judgement => ({
    kind: 'fault',
    fault: { what, seen: error.message, fix },
  });
  const rule = RULES.find(({ applies }) => applies(error));
  if (rule) return fault(rule.what(context, error), rule.fix(context));
  const { name, code, httpStatus } = error;
  if (code !== undefined || httpStatus === 429 || (httpStatus ?? 0) >= 500 || TRANSIENT_NAMES.test(name)) {
    return { kind: 'transient' };
  }
  if (httpStatus === undefined) return { kind: 'other' };
  return fault(`AWS refused \`${context.action}\` (${name})`, 'Mend what it says and run again');
}
