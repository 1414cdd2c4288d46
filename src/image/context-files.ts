import { lstat, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dockerignore, Verdict } from './dockerignore.ts';

/** Something that a context holds and Docker sends to the engine. */
export interface ContextEntry {
  /** Relative to the context, with `/` between its parts. */
  path: string;
  kind: 'file' | 'folder' | 'link' | 'other';
  /** Permission bits. */
  mode: number;
  /** Bytes of a file. */
  size: number;
  /** Where a link points. */
  target?: string | undefined;
}

/** So many folders are read at a time. */
const AT_ONCE = 32;

/**
 * Walks through a context, leaving out what the rules leave out. A folder that is left out, but holds something that is kept,
 * is sent along.
 *
 * @returns in the order of their paths
 */
export async function contextEntries(
  context: string,
  ignore: Dockerignore,
  signal?: AbortSignal,
): Promise<ContextEntry[]> {
  const kept = new Map<string, ContextEntry>();
  const folders = new Map<string, ContextEntry>();
  let open: { folder: string; verdict?: Verdict }[] = [{ folder: '' }];
  while (open.length > 0) {
    signal?.throwIfAborted();
    const found = await Promise.all(open.splice(0, AT_ONCE).map(({ folder, verdict }) => read(folder, verdict)));
    open = [...found.flat(), ...open];
  }
  return [...kept.values()].sort((one, other) => (one.path < other.path ? -1 : 1));

  async function read(folder: string, verdict: Verdict | undefined): Promise<{ folder: string; verdict: Verdict }[]> {
    const names = await readdir(join(context, folder), { withFileTypes: true });
    const below = await Promise.all(
      names.map(async entry => {
        const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
        const own = ignore.judge(path, verdict);
        const isFolder = entry.isDirectory();
        if (own.isIgnored && !(isFolder && ignore.mayKeepBelow(path))) return [];
        const one = await entryAt(join(context, path), path);
        if (isFolder) folders.set(path, one);
        if (!own.isIgnored) keep(one);
        return isFolder ? [{ folder: path, verdict: own }] : [];
      }),
    );
    return below.flat();
  }

  /** Keeps it, and the folders above it, also those that were left out by themselves. */
  function keep(entry: ContextEntry): void {
    kept.set(entry.path, entry);
    const folder = folders.get(above(entry.path));
    if (folder && !kept.has(folder.path)) keep(folder);
  }
}

function above(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

async function entryAt(file: string, path: string): Promise<ContextEntry> {
  const about = await lstat(file);
  const mode = about.mode & 0o7777;
  if (about.isFile()) return { path, kind: 'file', mode, size: about.size };
  if (about.isDirectory()) return { path, kind: 'folder', mode, size: 0 };
  if (about.isSymbolicLink()) return { path, kind: 'link', mode: 0, size: 0, target: await readlink(file) };
  return { path, kind: 'other', mode, size: 0 };
}
