import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const MODULE = join(import.meta.dirname, 'run-folder.ts');

it('leaves no half of a file for which there is no room', () => {
  const folder = mkdtempSync(join(tmpdir(), 'zap-obs-room-'));
  const script = `const { writeRunFile } = await import(process.argv[1]);
    await writeRunFile(process.argv[2], 'small.json', 'x');
    await writeRunFile(process.argv[2], 'large.html', 'x'.repeat(100_000)).catch(error => console.log(error.code));`;
  try {
    // A limit on the size of files stands for a full disk.
    const limited = 'ulimit -f 8 && exec "$0" "$@"';
    const node = [process.execPath, '--input-type=module', '-e', script, MODULE, folder];
    expect(execFileSync('bash', ['-c', limited, ...node], { encoding: 'utf8' }).trim()).toBe('EFBIG');
    expect(readdirSync(folder)).toEqual(['small.json']);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
