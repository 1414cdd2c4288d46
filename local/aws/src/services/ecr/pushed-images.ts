import type { RunDocker } from '../../../../../src/compose/docker.ts';
import { UserFault } from '../../../../../src/runner/fault.ts';

/**
 * Takes the names of a registry's images out of the Docker engine: nobody can pull them any more. Images that have other
 * names stay with those.
 *
 * @param host of the registry, `127.0.0.1:PORT`
 * @throws UserFault naming what is left
 */
export async function removePushedImages(host: string, run: RunDocker): Promise<void> {
  const format = '{{.Repository}}:{{.Tag}}|{{.Repository}}@{{.Digest}}';
  const { stdout } = await run(['image', 'ls', '--digests', '--format', format]);
  const references = referencesOf(stdout, host);
  if (references.length === 0) return;
  const { code, stderr } = await run(['image', 'rm', ...references]);
  // The last digest of an image goes with its last tag.
  const problems = stderr.split('\n').filter(line => line !== '' && !/No such image/i.test(line));
  if (code === 0 || problems.length === 0) return;
  throw new UserFault({
    what: 'Images of the ECR of the local AWS are left in the Docker engine',
    seen: problems.join('; '),
    fix: `Remove the containers that use them, then \`docker image rm\` what \`docker image ls\` shows under ${host}`,
  });
}

/** The references in the list that begin with the host. */
export function referencesOf(list: string, host: string): string[] {
  const all = list.split('\n').flatMap(line => line.split('|'));
  return [...new Set(all)].filter(one => one.startsWith(`${host}/`) && !one.endsWith('<none>'));
}
