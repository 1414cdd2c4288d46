import { createHash, hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ContextEntry } from './context-files.ts';

/** Everything that decides what a build makes. */
export interface Content {
  /** The folder that is sent to the engine, and what of it is sent. */
  context: string;
  entries: readonly ContextEntry[];
  /** The text of the Dockerfile, which may stand outside of the context. */
  dockerfile: string;
  target: string | undefined;
  args: Readonly<Record<string, string>>;
  platforms: readonly string[];
  /** What the images are on which it builds, by the names that the Dockerfile has for them. */
  bases: ReadonlyMap<string, string>;
}

/** Changes whenever the same content shall be built anew. */
const VERSION = 'zap-obs content 1';
/** So much of the hash stands in a tag: 128 bits, in hexadecimal digits. */
const DIGITS = 32;
/** Files up to this size, in bytes, are read at once; larger ones stream. */
const SMALL = 1024 * 1024;
/** So many files are open at a time. */
const AT_ONCE = 16;

/**
 * The tag of an image of this content: equal content gives equal tags, on any machine and at any time. Permission bits count,
 * as `COPY` keeps them; times and owners do not.
 *
 * @param fileHashes what `hashFiles` gives for the entries
 */
export function contentTag(content: Omit<Content, 'context'>, fileHashes: ReadonlyMap<string, string>): string {
  const { entries, dockerfile, target, args, platforms, bases } = content;
  const whole = createHash('sha256');
  const add = (...parts: (string | number | null)[]) => whole.update(`${JSON.stringify(parts)}\n`);
  add(VERSION, target ?? null, dockerfile);
  add('platforms', ...[...platforms].sort());
  for (const name of Object.keys(args).sort()) add('arg', name, args[name] ?? '');
  for (const name of [...bases.keys()].sort()) add('base', name, bases.get(name) ?? '');
  for (const { path, kind, mode, target: link } of entries)
    add(kind, path, mode, link ?? null, fileHashes.get(path) ?? null);
  return `content-${whole.digest('hex').slice(0, DIGITS)}`;
}

/** SHA-256 of each file among the entries, by path, read in bounded memory. */
export async function hashFiles(
  context: string,
  entries: readonly ContextEntry[],
  signal: AbortSignal,
): Promise<Map<string, string>> {
  const hashes = new Map<string, string>();
  const files = entries.filter(({ kind }) => kind === 'file').values();
  const worker = async () => {
    for (const { path, size } of files) {
      signal.throwIfAborted();
      hashes.set(path, await hashFile(join(context, path), size, signal));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return hashes;
}

async function hashFile(file: string, size: number, signal: AbortSignal): Promise<string> {
  if (size <= SMALL) return hash('sha256', await readFile(file));
  const whole = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: SMALL }), whole, { signal });
  return whole.digest('hex');
}
