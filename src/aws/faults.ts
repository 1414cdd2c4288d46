import type { Fault } from '../runner/fault.ts';
import { unanswered } from './transient-error.ts';

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
export type Judgement = { kind: 'fault' | 'transient'; fault: Fault } | { kind: 'other' };

interface Rule {
  /** It may pass by itself, though the user can do something about it. */
  mayPass?: true;
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
    applies: ({ name, message }) => name === 'AccessDenied' && message.includes('AssumeRoleWithWebIdentity'),
    what: () => 'The role does not let this job assume it',
    fix: () => "Let the role's trust policy accept the `sub` and `aud` of this repository's tokens",
  },
  {
    applies: named('AccessDenied', 'AccessDeniedException', 'UnauthorizedOperation'),
    what: ({ action }) => `The credentials do not allow \`${action}\``,
    fix: ({ action }) => `Allow \`${action}\` for this role`,
  },
  {
    applies: coded('ENOTFOUND', 'EAI_AGAIN'),
    mayPass: true,
    what: ({ region }) => `AWS has no address for region \`${region}\` that can be found from here`,
    fix: () => 'Check input `aws-region`, and that this machine has a network',
  },
  {
    applies: coded('ECONNREFUSED'),
    mayPass: true,
    what: () => 'Nothing answers where AWS is expected',
    fix: () => 'Check `AWS_ENDPOINT_URL`, or start the local AWS with `npm run aws`',
  },
];

const TRANSIENT_NAMES = /throttl|TooManyRequests|RequestLimitExceeded|Timeout|SlowDown/i;
const TRANSIENT_CODES = /^(ECONN|EPIPE|ETIMEDOUT|EHOST|ENET|ESOCKET|UND_ERR)/;

/** Judges an error that is left when the SDK has made its retries. */
export function judge(error: AwsError, context: CallContext): Judgement {
  const { name, message: seen, code, httpStatus } = error;
  const rule = RULES.find(({ applies }) => applies(error));
  if (rule) {
    const fault = { what: rule.what(context, error), seen, fix: rule.fix(context) };
    return { kind: rule.mayPass ? 'transient' : 'fault', fault };
  }
  const isOverload =
    httpStatus === 429 || (httpStatus ?? 0) >= 500 || TRANSIENT_NAMES.test(name) || /^Rate exceeded/i.test(seen);
  if (isOverload || TRANSIENT_CODES.test(code ?? '') || /socket hang up/i.test(seen)) {
    return { kind: 'transient', fault: unanswered(context.action, seen) };
  }
  if (code !== undefined) {
    const what = `No connection to AWS can be made for \`${context.action}\` (${code})`;
    return {
      kind: 'fault',
      fault: { what, seen, fix: 'Check `AWS_ENDPOINT_URL`, credentials, proxy and certificates of this job' },
    };
  }
  if (httpStatus === undefined) return { kind: 'other' };
  const what = `AWS refused \`${context.action}\` (${name})`;
  return { kind: 'fault', fault: { what, seen, fix: 'Mend what it says and run again' } };
}
