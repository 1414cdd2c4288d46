import { execFile } from 'node:child_process';
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { ROOT } from './repository.ts';

const run = promisify(execFile);

/** Paths of the files that a shell runs: those that name one in their first line, and what these source. */
async function shellScripts(): Promise<string[]> {
  const paths: string[] = [];
  for await (const entry of glob('.ci/**', { cwd: ROOT, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    if (entry.name.endsWith('.sh') || /^#!.*\b(ba)?sh\n/.test(await readFile(path, 'utf8'))) paths.push(path);
  }
  return paths;
}

it('shellcheck has nothing to say about the scripts of .ci', async () => {
  const scripts = await shellScripts();
  for (const known of ['.ci/run', '.ci/lib.sh', '.ci/images/build']) expect(scripts).toContain(join(ROOT, known));
  const { code, stdout } = await run('shellcheck', scripts, { cwd: ROOT }).then(
    ({ stdout }) => ({ code: 0, stdout }),
    // Its findings stand in the error's stdout; where it is missing, the code says so.
    error => error,
  );
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
});
