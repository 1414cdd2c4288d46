import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { stringify } from 'yaml';

const run = promisify(execFile);

/**
 * Runs promtool on files that it finds in its working folder.
 *
 * @param files content by name; anything but text is written as YAML
 * @returns everything that it printed, and whether it was content
 */
export async function promtool(args: string[], files: Record<string, unknown>): Promise<{ ok: boolean; text: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'zap-obs-promtool-'));
  try {
    for (const [name, content] of Object.entries(files)) {
      await writeFile(join(folder, name), typeof content === 'string' ? content : stringify(content));
    }
    const { stdout, stderr } = await run('promtool', args, { cwd: folder });
    return { ok: true, text: stdout + stderr };
  } catch (error) {
    const { code, stdout = '', stderr = '' } = error as { code?: unknown; stdout?: string; stderr?: string };
    // Not its judgement, but that it is not there or was stopped.
    if (typeof code !== 'number') throw error;
    return { ok: false, text: stdout + stderr };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
