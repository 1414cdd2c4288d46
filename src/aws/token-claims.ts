/** What trust policies of roles for GitHub ask for most often, or what may differ from what one thinks it is. */
const ASKED_FOR = ['sub', 'aud', 'environment', 'ref', 'job_workflow_ref'];

/**
 * What an OIDC token says of its job that a role's trust policy can ask for, in words. Nothing of it is secret: the claims are
 * names, and the signature, without which they are worth nothing, is left out.
 * https://docs.github.com/en/actions/reference/security/oidc
 *
 * @returns `undefined` for what is no token
 */
export function tokenClaims(token: string): string | undefined {
  const said = claimsOf(token);
  const parts = ASKED_FOR.flatMap(name => (typeof said[name] === 'string' ? [`${name}=${said[name]}`] : []));
  return parts.length > 0 ? parts.join(', ') : undefined;
}

function claimsOf(token: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()));
  } catch {
    // AWS has said what is wrong with it; there is only nothing to add.
    return {};
  }
}
