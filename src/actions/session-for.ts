import { openSession, type Session } from '../aws/session.aws.ts';
import { UserFault } from '../runner/fault.ts';
import type { Host } from '../runner/host.ts';
import type { InputValues } from '../runner/spec.ts';
import { type credentialInputs, stackInputs } from './shared-inputs.ts';

/** The inputs that say whose rights are used, and in which region. */
type SessionInputs = InputValues<Pick<typeof stackInputs, 'aws-region'>> & InputValues<typeof credentialInputs>;

/** The session that an action's inputs ask for. */
export function sessionFor(inputs: SessionInputs, host: Host): Session {
  const region = regionOf(inputs);
  const roleArn = inputs['role-to-assume'];
  const surroundings = { notify: (text: string) => host.line(text) };
  if (roleArn === undefined) return openSession(region, undefined, surroundings);
  const idToken = (audience: string) => host.idToken(audience);
  const role = { roleArn, sessionName: inputs['role-session-name'], duration: inputs['role-duration'], idToken };
  return openSession(region, role, surroundings);
}

/**
 * The region that the inputs name, or else the environment.
 *
 * @throws UserFault when what the environment names is none
 */
export function regionOf(inputs: Pick<SessionInputs, 'aws-region'>): string {
  const { AWS_REGION, AWS_DEFAULT_REGION } = process.env;
  const region = inputs['aws-region'] ?? (AWS_REGION || AWS_DEFAULT_REGION || 'us-east-1');
  const { regex, accepts } = stackInputs['aws-region'].pattern;
  if (!regex.test(region)) {
    throw new UserFault({
      what: 'The environment names no region of AWS',
      seen: `\`${region}\``,
      fix: `Set \`AWS_REGION\` to ${accepts}`,
    });
  }
  return region;
}
