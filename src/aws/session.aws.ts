import type { CloudFormationClientConfig } from '@aws-sdk/client-cloudformation';
import type { AwsCredentialIdentity, AwsCredentialIdentityProvider } from '@smithy/types';
import { systemClock } from '../runner/clock.ts';
import { messageOf, UserFault } from '../runner/fault.ts';
import { type AwsError, judge } from './faults.ts';
import { KeptCredentials } from './kept-credentials.ts';
import { Pacing, type PacingOptions } from './pacing.ts';
import { tokenClaims } from './token-claims.ts';
import { ExpiredCredentials, TransientError, unanswered } from './transient-error.ts';

/** Whose rights are used where: what every client of one run shares. */
export interface Session {
  region: string;
  /** The endpoint that the environment names instead of AWS's own; the SDK reads the same variables. */
  endpoint?: string | undefined;
  /** Spread into the constructor of any client. */
  clientConfig: Pick<
    CloudFormationClientConfig,
    'region' | 'endpoint' | 'credentials' | 'maxAttempts' | 'retryMode' | 'customUserAgent' | 'requestHandler'
  >;
  pacing: Pacing;
  /** Of the role, when one is assumed. */
  credentials?: KeptCredentials<AwsCredentialIdentity> | undefined;
}

/** How the runner's identity becomes AWS credentials. */
export interface RoleOptions {
  roleArn: string;
  sessionName: string;
  /** Milliseconds. */
  duration: number;
  /** Gives the runner's OIDC token for an audience. */
  idToken(audience: string): Promise<string>;
}

/** Without limits of its own, the SDK waits for ever on a connection that has gone silent. */
const HANDLER = { connectionTimeout: 5000, requestTimeout: 30_000, throwOnRequestTimeout: true } as const;

/**
 * Opens a session. With `role`, credentials come from the runner's OIDC token, again whenever they are about to expire, and
 * never leave this process; without, from the SDK's default chain.
 *
 * @param surroundings told of long silences; tests pass their own clock
 */
export function openSession(region: string, role?: RoleOptions, surroundings: Partial<PacingOptions> = {}): Session {
  const pacing = new Pacing({ clock: systemClock, random: Math.random, notify: () => {}, ...surroundings });
  const credentials = role && new KeptCredentials(() => assumeRole(region, role, pacing), role.duration, pacing.clock);
  return {
    region,
    endpoint: process.env.AWS_ENDPOINT_URL_CLOUDFORMATION || process.env.AWS_ENDPOINT_URL || undefined,
    clientConfig: {
      region,
      // `call` makes calls again, with one budget for all: the SDK's own retries would multiply them.
      maxAttempts: 1,
      requestHandler: HANDLER,
      customUserAgent: [['zap-obs', '1']],
      ...(credentials && { credentials: providerOf(credentials) }),
    },
    pacing,
    credentials,
  };
}

/** Opens a session with a local AWS, which knows no accounts and takes any credentials. */
export function openLocalSession(endpoint: string, region: string, surroundings?: Partial<PacingOptions>): Session {
  const session = openSession(region, undefined, surroundings);
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  return { ...session, endpoint, clientConfig: { ...session.clientConfig, endpoint, credentials } };
}

/** The SDK keeps what a provider gives by its own rules, out of reach, unless it is told that this is done already. */
function providerOf(credentials: KeptCredentials<AwsCredentialIdentity>): AwsCredentialIdentityProvider {
  return Object.assign(() => credentials.get(), { memoized: true });
}

async function assumeRole(region: string, role: RoleOptions, pacing: Pacing) {
  const [{ fromWebToken }, webIdentityToken] = await Promise.all([
    import('@aws-sdk/credential-provider-web-identity'),
    tokenOf(role),
  ]);
  const provide = fromWebToken({
    roleArn: role.roleArn,
    roleSessionName: role.sessionName,
    durationSeconds: role.duration / 1000,
    webIdentityToken,
    clientConfig: { region, maxAttempts: 1, requestHandler: HANDLER },
  });
  const action = 'sts:AssumeRoleWithWebIdentity';
  try {
    return await provide();
  } catch (error) {
    const failure = failureOf(error, action, region, pacing);
    // It is the token of the job that has expired meanwhile: the next attempt gets a new one.
    if (failure instanceof ExpiredCredentials) throw new TransientError(unanswered(action, describe(error).message));
    const isRefused = failure instanceof UserFault && !(failure instanceof TransientError);
    throw isRefused ? withClaims(failure, webIdentityToken) : failure;
  }
}

/** AWS does not say what of a token a role's trust policy does not accept: so what the token has is told. */
function withClaims(refusal: UserFault, token: string): UserFault {
  const claims = tokenClaims(token);
  if (claims === undefined) return refusal;
  const faults = refusal.faults.map(fault => ({ ...fault, seen: `${fault.seen}; this job's token has ${claims}` }));
  return new UserFault(faults, { cause: refusal.cause });
}

/** @throws UserFault when the job may have no token, TransientError when the runner's service does not give it now */
async function tokenOf({ idToken }: RoleOptions): Promise<string> {
  try {
    return await idToken('sts.amazonaws.com');
  } catch (error) {
    const seen = messageOf(error).replaceAll(/\s+/g, ' ');
    // In the words of @actions/core: a refusal has a code of 4xx, a lost connection none.
    const code = /Error Code : (\w+)/.exec(seen)?.[1];
    if (code !== undefined && !/^4(?!29)\d\d$/.test(code)) {
      const what = "The runner's service gave no OIDC token for this job";
      throw new TransientError({ what, seen, fix: 'This may pass by itself: run again' }, { cause: error });
    }
    throw new UserFault(
      {
        what: 'Input `role-to-assume` needs an OIDC token, and the runner gives none to this job',
        seen,
        fix: 'Add `permissions: id-token: write` to the job',
      },
      { cause: error },
    );
  }
}

/** How often a call is made before it counts as unanswered. */
const ATTEMPTS = 5;
/** How often new credentials are asked for because AWS says that those of a call have expired. */
const RENEWALS = 2;

/**
 * Makes one call to AWS, again when that may help. Every write bears a token or a name of its own, so that AWS knows a
 * repeated one.
 *
 * @param action service and action as IAM writes them, such as `cloudformation:DescribeStacks`
 * @param attempts 1 for reads that are repeated anyway
 * @throws UserFault when AWS refuses it, TransientError (one of them) when it may pass; anything else is a bug
 */
export async function call<T>(
  session: Session,
  action: string,
  send: () => Promise<T>,
  attempts = ATTEMPTS,
): Promise<T> {
  const { pacing, credentials, region } = session;
  const isRead = /:(Describe|Get|List|Head|BatchGet|Filter)/.test(action);
  let renewals = 0;
  for (let failures = 0; ; ) {
    const ticket = await pacing.turn(isRead);
    const generation = credentials?.generation ?? 0;
    try {
      const answer = await send();
      pacing.answered();
      return answer;
    } catch (error) {
      const failure = failureOf(error, action, region, pacing);
      if (!(failure instanceof TransientError)) pacing.answered();
      if (failure instanceof ExpiredCredentials && credentials && renewals < RENEWALS) {
        credentials.drop(generation);
        renewals += 1;
        continue;
      }
      // New ones that are refused leave the old ones expired.
      if (renewals > 0 && failure instanceof UserFault && !(failure instanceof TransientError))
        throw new ExpiredCredentials(failure.faults, { cause: failure });
      if (!(failure instanceof TransientError)) throw failure;
      const { isThrottled } = failure;
      pacing.failed(ticket, isThrottled, failure.faults[0]?.seen ?? failure.message);
      failures += 1;
      if (failures >= attempts) throw failure;
      await pacing.pause(failures, isThrottled);
    }
  }
}

/** What the error of a call means to the user; a bug as it is. */
function failureOf(error: unknown, action: string, region: string, { hasAnswered }: Pacing): unknown {
  if (error instanceof UserFault) return error;
  const judged = judge(describe(error), { action, region });
  if (judged.kind === 'other') return error;
  const { kind, fault } = judged;
  if (kind === 'fault') return new UserFault(fault, { cause: error });
  if (kind === 'expired') return new ExpiredCredentials(fault, { cause: error });
  const isFirstContact = kind === 'unreachable' && !hasAnswered;
  return new TransientError(fault, { cause: error, isThrottled: kind === 'throttled', isFirstContact });
}

/** What an SDK error says of itself. Connection errors hide in `AggregateError`s and causes. */
export function describe(error: unknown): AwsError {
  const { name, message, code, errors, cause, $metadata } = error as Error & {
    code?: string;
    errors?: unknown[];
    $metadata?: { httpStatusCode?: number; clockSkewCorrected?: boolean };
  };
  const nested = errors?.[0] ?? cause;
  const inner = nested instanceof Error ? describe(nested) : undefined;
  return {
    name: name ?? 'Error',
    message: message || inner?.message || String(error),
    code: code ?? inner?.code,
    httpStatus: $metadata?.httpStatusCode,
    isClockCorrected: $metadata?.clockSkewCorrected,
  };
}
