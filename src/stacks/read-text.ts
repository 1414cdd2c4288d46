import { readFile } from 'node:fs/promises';
import { isAbsolute, relative } from 'node:path';
import { type Fault, UserFault } from '../runner/fault.ts';

/** Absolute paths: `toolkit` holds `cloudformation/`; `workspace` is the user's checkout. */
export interface Folders {
  workspace: string;
  toolkit: string;
}

/**
 * Reads a file that the user, or zap-obs itself, has named.
 *
 * @throws UserFault with the given words and what was found instead
 */
export async function readText(path: string, fault: Fault): Promise<string> {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path));
  } catch (error) {
    throw new UserFault(
      { ...fault, seen: REASONS[(error as NodeJS.ErrnoException).code ?? ''] ?? String(error) },
      { cause: error },
    );
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EISDIR: 'a directory',
  EACCES: 'no right to read it',
  ERR_ENCODING_INVALID_ENCODED_DATA: 'text that is not UTF-8',
};

/** The folder that paths are shown relative to: that of zap-obs for its own files, unless they lie in the workspace. */
export function shownFrom(path: string, isBundled: boolean, { workspace, toolkit }: Folders): string {
  return isBundled && !isInside(path, workspace) ? toolkit : workspace;
}

function isInside(path: string, folder: string): boolean {
  const inside = relative(folder, path);
  return !inside.startsWith('..') && !isAbsolute(inside);
}
