import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunDocker } from '../compose/docker.ts';
import { messageOf, UserFault } from '../runner/fault.ts';
import { resolveBases } from './base-images.ts';
import { contentTag, hashFiles } from './content-hash.ts';
import { contextEntries } from './context-files.ts';
import { type Base, Dockerfile } from './dockerfile.ts';
import { Dockerignore } from './dockerignore.ts';

/** Where a build's source stands, and what decides about it. */
export interface SourceOptions {
  /** Absolute, and as the user would write it. */
  context: string;
  shownContext: string;
  dockerfile: string;
  shownDockerfile: string;
  target: string | undefined;
  args: Readonly<Record<string, string>>;
  platforms: readonly string[];
}

/** A source that was read. */
export interface Source {
  dockerfile: Dockerfile;
  bases: readonly Base[];
  /** Names its content. */
  tag: string;
  files: number;
  /** Images on which it builds, of which it is not known what they are. */
  unknown: readonly string[];
  /** Lines that fetch files from elsewhere, which are no part of the tag. */
  remote: readonly number[];
}

/**
 * Reads the Dockerfile and everything that is sent to the engine, and asks what the images are on which it builds.
 *
 * @throws UserFault when something cannot be read
 */
export async function readSource(options: SourceOptions, run: RunDocker, signal: AbortSignal): Promise<Source> {
  const { context, dockerfile: file, shownDockerfile, target, args, platforms } = options;
  await expectFolder(options);
  const text = await readDockerfile(options);
  const dockerfile = new Dockerfile(text);
  const bases = dockerfile.bases(args);
  const images = bases.map(({ image }) => image);
  const reading = async () => {
    const ignore = await readIgnore(context, file);
    try {
      const entries = await contextEntries(context, ignore, signal);
      return { entries, hashes: await hashFiles(context, entries, signal) };
    } catch (error) {
      signal.throwIfAborted();
      const what = 'Something in the context cannot be read';
      const fix = 'Let this user read it, or leave it out by `.dockerignore`';
      throw new UserFault({ what, seen: messageOf(error), fix }, { cause: error });
    }
  };
  if (dockerfile.stages().length === 0)
    throw new UserFault({
      what: 'The Dockerfile has no stage',
      seen: text.trim() === '' ? 'an empty file' : 'no `FROM`',
      fix: 'Begin it with `FROM` and the image on which it builds',
      place: { file: shownDockerfile },
    });
  const [{ entries, hashes }, { digests, unknown }] = await Promise.all([reading(), resolveBases(images, run, signal)]);
  const known = new Map(images.map(image => [image, digests.get(image) ?? image]));
  const tag = contentTag({ entries, dockerfile: text, target, args, platforms, bases: known }, hashes);
  return { dockerfile, bases, tag, files: hashes.size, unknown, remote: dockerfile.remoteFiles() };
}

async function expectFolder({ context, shownContext }: SourceOptions): Promise<void> {
  const fix = 'Correct input `context`; it is relative to the workspace, and the job must have checked it out';
  let isFolder: boolean;
  try {
    isFolder = (await stat(context)).isDirectory();
  } catch (cause) {
    throw new UserFault({ what: `There is no context \`${shownContext}\``, seen: messageOf(cause), fix }, { cause });
  }
  if (!isFolder) throw new UserFault({ what: `The context \`${shownContext}\` is no folder`, fix });
}

async function readDockerfile({ dockerfile, shownDockerfile }: SourceOptions): Promise<string> {
  try {
    return await readFile(dockerfile, 'utf8');
  } catch (cause) {
    const fix = 'Correct input `dockerfile`; it is relative to the workspace. Default: `Dockerfile` in `context`';
    throw new UserFault(
      { what: `There is no Dockerfile \`${shownDockerfile}\``, seen: messageOf(cause), fix },
      { cause },
    );
  }
}

/** One that stands beside the Dockerfile and has its name goes before that of the context. */
async function readIgnore(context: string, dockerfile: string): Promise<Dockerignore> {
  for (const file of [`${dockerfile}.dockerignore`, join(context, '.dockerignore')]) {
    let text: string;
    try {
      text = await readFile(file, 'utf8');
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') continue;
      throw new UserFault({ what: `${file} cannot be read`, seen: messageOf(error), fix: 'Make it a readable file' });
    }
    try {
      return Dockerignore.parse(text);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      throw new UserFault({ what: `${file} has a pattern that Docker refuses`, seen: error.message, fix: 'Mend it' });
    }
  }
  return Dockerignore.parse('');
}
