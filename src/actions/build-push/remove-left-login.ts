import { basename } from 'node:path';
import { LOGIN_FOLDER, removeDockerConfig } from '../../image/docker-login.ts';
import { messageOf } from '../../runner/fault.ts';
import type { Host } from '../../runner/host.ts';

/** Under this name a run keeps the folder of its login, until it has removed it. */
export const LOGIN_STATE = 'unfinished_docker_login';

/** After the job: removes the login of a run that was killed before it could. */
export async function removeLeftLogin(host: Host): Promise<void> {
  const folder = host.savedStates()[LOGIN_STATE];
  // Nothing else is ever removed, whatever the state says.
  if (!folder || !basename(folder).startsWith(LOGIN_FOLDER)) return;
  const title = 'After the run';
  try {
    await removeDockerConfig(folder);
    host.annotate('notice', 'The login to ECR, which the run had left, is removed.', { title });
  } catch (error) {
    host.annotate('warning', `The login to ECR in ${folder} could not be removed: ${messageOf(error)}`, { title });
  }
}
