import type { AccessKeys } from '../wire/access-keys.ts';
import { AwsError, constraintError, validationError } from '../wire/aws-error.ts';
import { type Params, requiredText, text } from '../wire/params.ts';
import { type QueryAction, queryService, type Service } from '../wire/service.ts';

const DIALECT = { namespace: 'https://sts.amazonaws.com/doc/2011-06-15/', listItem: 'member' };
const DEFAULT_SECONDS = 3600;

/** Credentials that a role was assumed with, by access key id. */
type Sessions = Map<string, { roleArn: string; sessionName: string }>;

/**
 * AWS STS: who one is, and temporary credentials. Roles need not exist, and trust anybody: of a web identity only what its
 * token says of itself is checked, not who signed it.
 */
export function stsService(account: string, keys: AccessKeys, now: () => Date): Service {
  const sessions: Sessions = new Map();
  const actions: Readonly<Record<string, QueryAction>> = {
    GetCallerIdentity: ({ accessKeyId }) => {
      const session = sessions.get(accessKeyId);
      if (!session)
        return { UserId: 'AIDALOCALAWS00000000', Account: account, Arn: `arn:aws:iam::${account}:user/local` };
      return { UserId: `AROALOCALAWS00000000:${session.sessionName}`, Account: account, Arn: assumedArn(session) };
    },
    AssumeRole: (_, params) => assume(sessions, params, keys),
    AssumeRoleWithWebIdentity: (_, params) => {
      const claims = readClaims(requiredText(params, 'WebIdentityToken'));
      checkClaims(claims, now());
      return {
        ...assume(sessions, params, keys),
        SubjectFromWebIdentityToken: claims.sub,
        Audience: claims.aud,
        Provider: claims.iss,
      };
    },
  };
  return queryService(DIALECT, actions, 'query');
}

function assume(sessions: Sessions, params: Params, keys: AccessKeys) {
  const roleArn = requiredText(params, 'RoleArn');
  const sessionName = requiredText(params, 'RoleSessionName');
  if (!/^arn:aws:iam::\d{12}:role\/.+$/.test(roleArn)) throw validationError(`${roleArn} is invalid`);
  if (!/^[\w+=,.@-]{2,64}$/.test(sessionName)) {
    throw constraintError(
      'roleSessionName',
      sessionName,
      'Member must satisfy regular expression pattern: [\\w+=,.@-]*',
    );
  }
  const seconds = Number(text(params, 'DurationSeconds') ?? DEFAULT_SECONDS);
  if (!(seconds >= 900 && seconds <= 43_200))
    throw validationError('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.');
  const session = { roleArn, sessionName };
  const issued = keys.issue(`${roleArn}/${sessionName}`, seconds, assumedArn(session));
  sessions.set(issued.accessKeyId, session);
  return {
    Credentials: {
      AccessKeyId: issued.accessKeyId,
      SecretAccessKey: issued.secretAccessKey,
      SessionToken: issued.sessionToken,
      Expiration: issued.expiration,
    },
    AssumedRoleUser: { AssumedRoleId: `AROALOCALAWS00000000:${sessionName}`, Arn: assumedArn(session) },
  };
}

/** Without the role's path, as AWS gives it. */
function assumedArn({ roleArn, sessionName }: { roleArn: string; sessionName: string }): string {
  return `${roleArn.replace(':iam:', ':sts:').replace(/:role\/(.*\/)?/, ':assumed-role/')}/${sessionName}`;
}

/** The client id that an identity provider of IAM has for GitHub, and that GitHub's tokens are asked for. */
const AUDIENCE = 'sts.amazonaws.com';

/**
 * For whom the token is and until when, with the errors and in the words of STS; a token that names no end has none here.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html#API_AssumeRoleWithWebIdentity_Errors
 */
function checkClaims({ aud, exp }: Record<string, unknown>, now: Date): void {
  if (![aud].flat().includes(AUDIENCE)) throw new AwsError('InvalidIdentityToken', 'Incorrect token audience');
  if (typeof exp !== 'number' || exp * 1000 > now.getTime()) return;
  throw new AwsError(
    'ExpiredTokenException',
    `Token expired: current date/time ${Math.floor(now.getTime() / 1000)} must be before the expiration date/time ${exp}`,
  );
}

/** The claims of a JWT; whoever signed it. Throws STS's InvalidIdentityToken for what is none. */
function readClaims(token: string): Record<string, unknown> {
  const [, payload = ''] = token.split('.');
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString());
    if (token.split('.').length === 3 && typeof claims === 'object' && claims !== null)
      return claims as Record<string, unknown>;
  } catch {
    // Falls through to the one error for everything that is not a JWT.
  }
  throw new AwsError(
    'InvalidIdentityToken',
    'The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)',
  );
}
