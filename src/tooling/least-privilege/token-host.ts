import type { Host } from '../../runner/host.ts';
import { tokenOf } from '../safety/token-issuer.ts';
import { PARAMETERS } from './bootstrap.ts';

/** Of a job in an environment for which the roles are. */
export const SUBJECT = `repo:${PARAMETERS.Repository}:environment:production`;

/** Of a job of a pull request. */
export const PULL_REQUEST = `repo:${PARAMETERS.Repository}:pull_request`;

/** What GitHub's runner adds to a job that may ask for OIDC tokens: one whose signature nobody checks here. */
export function tokenHost(subject: string): Pick<Host, 'idToken'> {
  return { idToken: async audience => tokenOf(subject, 'signed', audience) };
}
