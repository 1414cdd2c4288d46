import type { CloudFormationClientConfig } from '@aws-sdk/client-cloudformation';
import type { AwsCredentialIdentity } from '@smithy/types';
import { UserFault } from '../runner/fault.ts';
import { type AwsError, type CallContext, judge } from './faults.ts';
import { TransientError } from './transient-error.ts';

/** Whose rights are used where: what every client of one run shares. */
export interface Session {
  region: string;
  /** The endpoint that the environment names instead of AWS's own; the SDK reads the same variables. */
  endpoint?: string | undefined;
  /** Spread into the constructor of any client. */
  clientConfig: Pick<
    CloudFormationClientConfig,
    'region' | 'credentials' | 'maxAttempts' | 'retryMode' | 'customUserAgent' | 'requestHandler'
  >;
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
const LIMITS = {
  retryMode: 'standard',
  maxAttempts: 5,
  requestHandler: { connectionTimeout: 5000, requestTimeout: 30_000, throwOnRequestTimeout: true },
} as const;

/**
 * Opens a session. With `role`, credentials come from the runner's OIDC token, again whenever they are about to expire, and
 * never leave this process; without, from the SDK's default chain.
 */
export function openSession(region: string, role?: RoleOptions): Session {
  return {
    region,
    endpoint: process.env.AWS_ENDPOINT_URL_CLOUDFORMATION || process.env.AWS_ENDPOINT_URL || undefined,
    clientConfig: {
      region,
      ...LIMITS,
      customUserAgent: [['zap-obs', '1']],
      ...(role && { credentials: keptUntilExpiry(() => assumeRole(region, role)) }),
    },
  };
}

/** AWS's own clients renew five minutes before the end; so does this, which all clients of a session share. */
const RENEW_BEFORE = 5 * 60_000;

function keptUntilExpiry(provide: () => Promise<AwsCredentialIdentity>): () => Promise<AwsCredentialIdentity> {
  let current: Promise<AwsCredentialIdentity> | undefined;
  let renewAt = 0;
  return () => {
    if (current && Date.now() < renewAt) return current;
    renewAt = Number.POSITIVE_INFINITY;
    current = provide();
    current.then(
      ({ expiration }) => {
        renewAt = expiration ? expiration.getTime() - RENEW_BEFORE : Number.POSITIVE_INFINITY;
      },
      () => {
        renewAt = 0;
      },
    );
    return current;
  };
}

async function assumeRole(region: string, role: RoleOptions) {
  const [{ fromWebToken }, webIdentityToken] = await Promise.all([
    import('@aws-sdk/credential-provider-web-identity'),
    tokenOf(role),
  ]);
  const provide = fromWebToken({
    roleArn: role.roleArn,
    roleSessionName: role.sessionName,
    durationSeconds: role.duration / 1000,
    webIdentityToken,
    clientConfig: { region, ...LIMITS },
  });
  return await call({ action: 'sts:AssumeRoleWithWebIdentity', region }, () => provide());
}

async function tokenOf({ idToken }: RoleOptions): Promise<string> {
  try {
    return await idToken('sts.amazonaws.com');
  } catch (error) {
    throw new UserFault(
      {
        what: 'Input `role-to-assume` needs an OIDC token, and the runner gives none to this job',
        seen: error instanceof Error ? error.message : String(error),
        fix: 'Add `permissions: id-token: write` to the job',
      },
      { cause: error },
    );
  }
}

/**
 * Makes one call to AWS.
 *
 * @throws UserFault when AWS refuses it, TransientError (one of them) when it may pass; anything else is a bug
 */
export async function call<T>(context: CallContext, send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    if (error instanceof UserFault) throw error;
    const judged = judge(describe(error), context);
    if (judged.kind === 'fault') throw new UserFault(judged.fault, { cause: error });
    if (judged.kind === 'transient') throw new TransientError(judged.fault, { cause: error });
    throw error;
  }
}

/** What an SDK error says of itself. Connection errors hide in `AggregateError`s and causes. */
export function describe(error: unknown): AwsError {
  const { name, message, code, errors, cause, $metadata } = error as Error & {
    code?: string;
    errors?: unknown[];
    $metadata?: { httpStatusCode?: number };
  };
  const nested = errors?.[0] ?? cause;
  const inner = nested instanceof Error ? describe(nested) : undefined;
  return {
    name: name ?? 'Error',
    message: message || inner?.message || String(error),
    code: code ?? inner?.code,
    httpStatus: $metadata?.httpStatusCode,
  };
}
