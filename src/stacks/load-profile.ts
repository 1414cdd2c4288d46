import { readdir } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { UserFault } from '../runner/fault.ts';
import { suggest } from '../runner/suggest.ts';
import { type Profile, parseProfile } from './profile.ts';
import { type Folders, readText, shownFrom } from './read-text.ts';

/**
 * Reads a profile.
 *
 * @param given as the user wrote it: the name of one in `cloudformation/profiles/`, or a path, which has a slash or a dot
 * @throws UserFault when there is none, or when it cannot be read or parsed
 */
export async function loadProfile(given: string | undefined, folders: Folders): Promise<Profile | undefined> {
  if (given === undefined) return undefined;
  const isBundled = !/[./\\]/.test(given);
  const path = isBundled ? await bundled(given, folders.toolkit) : resolve(folders.workspace, given);
  const text = await readText(path, {
    what: `Profile \`${given}\` cannot be read`,
    fix: `Check input \`profile\`; it is looked for at ${path}. Does the job check out the repository first?`,
  });
  return { name: given, isBundled, values: parseProfile(text, relative(shownFrom(path, isBundled, folders), path)) };
}

async function bundled(name: string, toolkit: string): Promise<string> {
  const folder = join(toolkit, 'cloudformation', 'profiles');
  const names = (await readdir(folder)).map(file => file.replace(/\.yaml$/, '')).sort();
  if (names.includes(name)) return join(folder, `${name}.yaml`);
  throw new UserFault({
    what: `There is no profile \`${name}\``,
    seen: `input \`profile\`; zap-obs brings ${names.map(one => `\`${one}\``).join(' and ')}`,
    fix: `${suggest(name, names)}. A file of yours is given by its path, such as \`./${name}.yaml\``,
  });
}
