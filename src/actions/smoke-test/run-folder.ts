import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder of a run's own, for what it writes: on a runner it goes with the job. */
export async function makeRunFolder(): Promise<string> {
  return await mkdtemp(join(process.env.RUNNER_TEMP || tmpdir(), 'zap-obs-smoke-'));
}

/** Writes a file of the run for its owner only. */
export async function writeRunFile(folder: string, name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content, { mode: 0o600 });
  return path;
}
