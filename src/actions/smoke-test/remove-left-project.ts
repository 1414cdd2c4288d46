import { runDocker } from '../../compose/docker.docker.ts';
import { ComposeProject } from '../../compose/project.ts';
import { renderFault, UserFault } from '../../runner/fault.ts';
import type { Host } from '../../runner/host.ts';

/** Under this name a run keeps the project that it has started, until it has removed it. */
export const PROJECT_STATE = 'unfinished_compose_project';

/** Milliseconds: GitHub ends a cancelled job after five minutes. */
const LIMIT = 120_000;

/** After the job: removes the project of a smoke test that was killed before it could. */
export async function removeLeftProject(host: Host): Promise<void> {
  const name = host.savedStates()[PROJECT_STATE];
  if (!name) return;
  const project = new ComposeProject({ name, files: [], shownFiles: [], env: {} }, runDocker);
  try {
    await project.remove(0, LIMIT);
    host.annotate('notice', `The compose project ${name}, which the run had left, is removed.`, {
      title: 'After the run',
    });
  } catch (error) {
    if (!(error instanceof UserFault)) throw error;
    host.annotate('warning', error.faults.map(renderFault).join(' '), { title: 'After the run' });
  }
}
