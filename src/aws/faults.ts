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
  /** The SDK has seen that the clock here is wrong, and signs by AWS's clock from now on. */
  isClockCorrected?: boolean | undefined;
}

/** Which way an error of a remote call points: to something the user can mend, to something that may pass, or to neither. */
export type Judgement =
  | { kind: 'fault'; fault: Fault }
  /** The credentials have expired: a fault, unless they can be renewed. */
  | { kind: 'expired'; fault: Fault }
  | { kind: 'throttled' | 'failing' | 'unreachable'; fault: Fault }
  | { kind: 'other' };

interface Rule {
  /** Default: a fault. One that may pass by itself can be one that the user can do something about. */
  kind?: 'expired' | 'failing' | 'unreachable';
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
    kind: 'expired',
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
    fix: () =>
      "Let the role's trust policy accept that; for the roles of zap-obs, `Repository` is what `sub` has between `repo:` and the next colon",
  },
  {
    // "The IdP could not be reached; retry": https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
    applies: ({ name, message }) => /^IDPCommunicationError/.test(name) || /retrieve verification key/i.test(message),
    kind: 'failing',
    what: () => 'AWS could not verify the OIDC token of this job',
    fix: () => 'This may pass by itself: run again',
  },
  {
    applies: named('AccessDenied', 'AccessDeniedException', 'UnauthorizedOperation'),
    what: ({ action }) => `The credentials do not allow \`${action}\``,
    fix: ({ action }) => `Allow \`${action}\` for this role`,
  },
  {
    applies: coded('ENOTFOUND', 'EAI_AGAIN'),
    kind: 'unreachable',
    what: ({ region }) => `AWS has no address for region \`${region}\` that can be found from here`,
    fix: () => 'Check input `aws-region`, and that this machine has a network',
  },
  {
    applies: coded('ECONNREFUSED'),
    kind: 'unreachable',
    what: () => 'Nothing answers where AWS is expected',
    fix: () => 'Check `AWS_ENDPOINT_URL`, or start the local AWS with `npm run aws`',
  },
];

const THROTTLING_NAMES = /throttl|TooManyRequests|RequestLimitExceeded|SlowDown/i;
const UNREACHABLE_CODES = /^(ECONN|EPIPE|ETIMEDOUT|EHOST|ENET|ESOCKET|UND_ERR)/;

/** Judges the error of one call. */
export function judge(error: AwsError, context: CallContext): Judgement {
  const { name, message: seen, code, httpStatus, isClockCorrected } = error;
  if (isClockCorrected) return { kind: 'failing', fault: unanswered(context.action, seen) };
  const rule = RULES.find(({ applies }) => applies(error));
  if (rule) {
    const fault = { what: rule.what(context, error), seen, fix: rule.fix(context) };
    return { kind: rule.kind ?? 'fault', fault };
  }
  const passing = passingKind(error);
  if (passing) return { kind: passing, fault: unanswered(context.action, seen) };
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

function passingKind({ name, message, code = '', httpStatus = 0 }: AwsError) {
  if (httpStatus === 429 || THROTTLING_NAMES.test(name) || /^Rate exceeded/i.test(message)) return 'throttled';
  if (httpStatus >= 500) return 'failing';
  if (/Timeout/i.test(name) || UNREACHABLE_CODES.test(code) || /socket hang up/i.test(message)) return 'unreachable';
  // An answer that was broken off, or a page that is none of AWS's.
  return /Deserialization error/.test(message) ? 'failing' : undefined;
}
