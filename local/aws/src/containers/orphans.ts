import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunDocker } from '../../../../src/compose/docker.ts';
import { ComposeProject } from '../../../../src/compose/project.ts';
import { removePushedImages } from '../services/ecr/pushed-images.ts';

/** Names the process that has made a container or a network: what a killed one has left can be told from another's. */
export const OWNER = 'zap-obs.local-aws';

/** So long removing one project may take, in milliseconds. */
export const REMOVAL_LIMIT = 60_000;

const FOLDER = 'zap-obs-aws-';
/** In the folder of a local AWS: the address of its registry, which images in the engine are named after. */
const REGISTRY = 'registry';

/** What folders of a process begin with. */
export function folderPrefix(pid: number): string {
  return `${FOLDER}${pid}-`;
}

/** Writes down in the folder which images are to go with it. */
export async function noteRegistry(folder: string, host: string): Promise<void> {
  await writeFile(join(folder, REGISTRY), host, { mode: 0o600 });
}

/**
 * Removes what local AWSs of processes that are no more have left: containers, networks, images, folders.
 *
 * @param temporary where their folders are
 * @throws UserFault when Docker does not answer, or something cannot be removed
 */
export async function removeOrphans(run: RunDocker, temporary: string): Promise<void> {
  const names = new Set((await Promise.all([projects(['ps', '--all'], run), projects(['network', 'ls'], run)])).flat());
  const options = { files: [], shownFiles: [], env: {} };
  await Promise.all([...names].map(name => new ComposeProject({ name, ...options }, run).remove(0, REMOVAL_LIMIT)));
  const folders = await ownFolders(temporary);
  const living = new Set(await Promise.all(folders.filter(({ isLeft }) => !isLeft).map(registryOf)));
  for (const folder of folders.filter(({ isLeft }) => isLeft)) {
    const host = await registryOf(folder);
    // Its port may be another one's by now.
    if (host !== undefined && !living.has(host)) await removePushedImages(host, run);
    await rm(folder.path, { recursive: true, force: true });
  }
}

/** Of those that are listed, the projects whose process is no more. */
async function projects(list: readonly string[], run: RunDocker): Promise<string[]> {
  const format = `{{.Label "${OWNER}"}} {{.Label "com.docker.compose.project"}}`;
  const { stdout } = await run([...list, '--filter', `label=${OWNER}`, '--format', format]);
  return stdout
    .split('\n')
    .map(line => line.split(' '))
    .flatMap(([pid, name]) => (name && !isAlive(Number(pid)) ? [name] : []));
}

interface Folder {
  path: string;
  /** Its process is no more. */
  isLeft: boolean;
}

async function ownFolders(temporary: string): Promise<Folder[]> {
  const found = (await readdir(temporary)).map(async (name): Promise<Folder[]> => {
    const pid = new RegExp(`^${FOLDER}(\\d+)-`).exec(name)?.[1];
    const path = join(temporary, name);
    if (pid === undefined || !(await isOwn(path))) return [];
    return [{ path, isLeft: !isAlive(Number(pid)) }];
  });
  return (await Promise.all(found)).flat();
}

async function isOwn(path: string): Promise<boolean> {
  try {
    const { uid } = await stat(path);
    return process.getuid === undefined || uid === process.getuid();
  } catch (error) {
    // Another one is tidying up, too.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

async function registryOf({ path }: Folder): Promise<string | undefined> {
  try {
    return await readFile(join(path, REGISTRY), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // It is there, and somebody else's.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
