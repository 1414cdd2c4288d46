import type { RunDocker } from '../compose/docker.ts';
import { explain } from '../compose/explain.ts';
import { UserFault } from '../runner/fault.ts';
import { parseImageName, sameRepository } from './image-name.ts';

/** What the images are on which a build stands. */
export interface Bases {
  /** Digest, or the engine's id of an image that no registry has; by the name that was asked for. */
  digests: Map<string, string>;
  /** Those of which neither could be had. */
  unknown: string[];
}

/** A registry that does not answer is given up after this, in milliseconds: the build would tell more of it. */
const PATIENCE = 10_000;

/**
 * Finds out what images are at this moment, as the builder would: the engine's own builder takes what the engine has, any other
 * asks the registry. Names with a digest are known without asking anybody.
 *
 * @throws UserFault when there is no Docker, or no engine that answers
 */
export async function resolveBases(images: readonly string[], run: RunDocker, signal: AbortSignal): Promise<Bases> {
  const open = images.filter(image => parseImageName(image)?.digest === undefined);
  const pinned = images.filter(image => !open.includes(image));
  const digests = new Map(pinned.map(image => [image, parseImageName(image)?.digest ?? '']));
  if (open.length === 0) return { digests, unknown: [] };
  const [isEngine, ...local] = await Promise.all([
    buildsInEngine(run, signal),
    ...open.map(image => localDigest(image, run, signal)),
  ]);
  const found = await Promise.all(
    open.map((image, index) => (isEngine && local[index]) || remoteDigest(image, run, signal)),
  );
  for (const [index, image] of open.entries()) if (found[index]) digests.set(image, found[index]);
  return { digests, unknown: open.filter(image => !digests.has(image)) };
}

/** Whether builds happen in the engine itself, which sees its images. */
async function buildsInEngine(run: RunDocker, signal: AbortSignal): Promise<boolean> {
  const { stdout } = await run(['buildx', 'inspect'], { signal });
  const driver = /^Driver: *(\S*)/m.exec(stdout)?.[1] ?? '';
  return driver === '' || driver === 'docker';
}

/** The digest under which a registry knows an image of the engine, else the engine's id of it. */
export async function localDigest(image: string, run: RunDocker, signal: AbortSignal): Promise<string | undefined> {
  const args = ['image', 'inspect', '--format', '{{.Id}} {{json .RepoDigests}}', image];
  const { code, stdout, stderr } = await run(args, { signal });
  if (code !== 0) {
    if (/no such image/i.test(stderr)) return undefined;
    throw new UserFault(explain(stderr, { failed: `What \`${image}\` is cannot be found out`, files: [] }));
  }
  const [, id = '', list = '[]'] = /^(\S+) (.*)$/m.exec(stdout) ?? [];
  const known = (JSON.parse(list) as string[] | null) ?? [];
  const same = known.find(name => sameRepository(name, image));
  return same ? parseImageName(same)?.digest : id;
}

/** The digest of what a registry has under this name; none when it does not say. */
export async function remoteDigest(image: string, run: RunDocker, signal: AbortSignal): Promise<string | undefined> {
  const limit = AbortSignal.timeout(PATIENCE);
  const args = ['buildx', 'imagetools', 'inspect', '--format', '{{json .Manifest}}', image];
  try {
    const { code, stdout } = await run(args, { signal: AbortSignal.any([signal, limit]) });
    return code === 0 ? (JSON.parse(stdout) as { digest?: string }).digest : undefined;
  } catch (error) {
    if (limit.aborted && !signal.aborted) return undefined;
    throw error;
  }
}
