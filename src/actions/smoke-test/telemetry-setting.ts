import type { Session } from '../../aws/session.aws.ts';
import { orAbort } from '../../runner/cancellation.ts';
import type { ActionContext } from '../../runner/define-action.ts';
import { sessionFor } from '../session-for.ts';
import type { spec } from './spec.ts';

/** Where traces and logs go, and whose rights are used to send and to find them. */
export interface TelemetrySetting {
  region: string;
  /** With an account only; the local AWS is there when the project has started. */
  session: Session | undefined;
  /** Variables for the compose files: the region, and an account's credentials, which are written nowhere. */
  env: Readonly<Record<string, string>>;
}

/**
 * Makes ready what the telemetry needs; with an account, proves first that AWS takes its credentials.
 *
 * @throws UserFault when there are no credentials, or AWS refuses them
 */
export async function telemetrySetting(
  { inputs, host, mask }: ActionContext<typeof spec.inputs, typeof spec.outputs>,
  signal: AbortSignal,
): Promise<TelemetrySetting> {
  // The compose file takes the same region for its collector.
  if (!inputs.telemetry || inputs.aws === 'local')
    return { region: process.env.AWS_REGION || 'us-east-1', session: undefined, env: {} };
  const session = sessionFor(inputs, host);
  const { credentialVariables } = await import('../../aws/exported-credentials.aws.ts');
  const credentials = await credentialVariables(session);
  for (const secret of Object.values(credentials)) if (secret) mask(secret);
  await orAbort(assertAccepted(session), signal);
  return { region: session.region, session, env: { ...credentials, AWS_REGION: session.region } };
}

/** The call with which traces are found later, for one that was never sent. */
async function assertAccepted(session: Session): Promise<void> {
  const { xrayTraces } = await import('../../telemetry/xray.aws.ts');
  await xrayTraces(session).segments([`${'0'.repeat(31)}1`]);
}
