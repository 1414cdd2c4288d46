import type { Container } from '../../compose/containers.ts';
import { runDocker } from '../../compose/docker.docker.ts';
import { imageSentence, wordsOfImages } from '../../compose/images.ts';
import { removalOf } from '../../compose/project.ts';
import type { RanImage } from '../../report/smoke-result.ts';
import { type Host, inGroup } from '../../runner/host.ts';
import type { SmokeProject } from './smoke-project.ts';

type Project = Pick<SmokeProject, 'project'>;

/** Builds the images of services that have a `build`, showing what goes on in a group of the log. */
export async function buildProject({ project }: Project, host: Host, signal: AbortSignal): Promise<void> {
  await inGroup(host, `Build of ${project.name}`, () => project.build(signal, line => host.line(line)));
}

/** The images of which containers ran, with what they say of themselves: a stand-in says that it is one. */
export async function imagesOf(containers: readonly Container[], signal: AbortSignal): Promise<RanImage[]> {
  const names = containers.map(({ image }) => image);
  const words = await wordsOfImages(names, runDocker, signal);
  return containers.map(({ service, image }) => ({ service, image, is: imageSentence(words.get(image) ?? {}) }));
}

/** Containers may take two seconds to end by themselves: nothing of theirs is needed any more. In all, in milliseconds. */
const AT_THE_END = { grace: 2, limit: 60_000 };
/** A runner ends a cancelled step after ten seconds, whatever it does. */
const WHEN_STOPPED = { grace: 0, limit: 8000 };

/**
 * Removes everything that the run has started, or says where it is.
 *
 * @throws UserFault naming what is left
 */
export async function endProject(
  { project }: Project,
  { keep, isStopped }: { keep: boolean; isStopped: boolean },
  host: Host,
): Promise<void> {
  if (!keep) {
    const { grace, limit } = isStopped ? WHEN_STOPPED : AT_THE_END;
    await project.remove(grace, limit);
    host.line(`Removed the containers, networks and volumes of ${project.name}.`);
    return;
  }
  const containers = await project.containers(AbortSignal.timeout(10_000));
  host.line(`Kept, as \`keep\` says. Remove it by: ${removalOf(project.name)}`);
  for (const { service, ports } of containers) {
    for (const port of ports) host.line(`  ${service} ${port.container}: http://127.0.0.1:${port.host}`);
  }
}
