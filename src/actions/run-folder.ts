import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf, UserFault } from '../runner/fault.ts';

/**
 * A folder of a run's own, for what it writes: on a runner it goes with the job.
 *
 * @throws UserFault when none can be made
 */
export async function makeRunFolder(action: string): Promise<string> {
  const parent = process.env.RUNNER_TEMP || tmpdir();
  try {
    return await mkdtemp(join(parent, `zap-obs-${action}-`));
  } catch (error) {
    const fix = 'Let RUNNER_TEMP name a folder that can be written to';
    throw new UserFault(
      { what: 'There is no place for the files of the run', seen: messageOf(error), fix },
      { cause: error },
    );
  }
}

/** Writes a file of the run for its owner only; what there is no room for leaves no part of itself. */
export async function writeRunFile(folder: string, name: string, content: string): Promise<string> {
  const path = join(folder, name);
  try {
    await writeFile(path, content, { mode: 0o600 });
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
  return path;
}
