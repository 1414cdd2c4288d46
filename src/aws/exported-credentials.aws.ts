import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { call, type Session } from './session.aws.ts';

/**
 * The session's credentials as the environment variables that every AWS SDK reads, for a process that must use the same.
 *
 * @throws UserFault when there are none
 */
export async function credentialVariables(session: Session): Promise<Record<string, string>> {
  const client = new CloudFormationClient(session.clientConfig);
  const identity = await call(session, 'sts:GetCallerIdentity', () => client.config.credentials());
  return {
    AWS_ACCESS_KEY_ID: identity.accessKeyId,
    AWS_SECRET_ACCESS_KEY: identity.secretAccessKey,
    AWS_SESSION_TOKEN: identity.sessionToken ?? '',
  };
}
