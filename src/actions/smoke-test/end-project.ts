import { removalOf } from '../../compose/project.ts';
import type { Host } from '../../runner/host.ts';
import type { SmokeProject } from './smoke-project.ts';

/** So long containers may take to end by themselves, in seconds: nothing of theirs is needed any more. */
const GRACE = 2;
/** A runner ends a cancelled step after ten seconds, whatever it does. */
const GRACE_WHEN_STOPPED = 0;

/**
 * Removes everything that the run has started, or says where it is.
 *
 * @throws UserFault naming what is left
 */
export async function endProject(
  { project }: Pick<SmokeProject, 'project'>,
  { keep, isStopped }: { keep: boolean; isStopped: boolean },
  host: Host,
): Promise<void> {
  if (!keep) {
    await project.remove(isStopped ? GRACE_WHEN_STOPPED : GRACE);
    host.line(`Removed the containers, networks and volumes of ${project.name}.`);
    return;
  }
  const containers = await project.containers(AbortSignal.timeout(10_000));
  host.line(`Kept, as \`keep\` says. Remove it by: ${removalOf(project.name)}`);
  for (const { service, ports } of containers) {
    for (const port of ports) host.line(`  ${service} ${port.container}: http://127.0.0.1:${port.host}`);
  }
}
