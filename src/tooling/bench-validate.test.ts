import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from './repository.ts';

const bench = (...args: string[]) =>
  spawnSync(process.execPath, [join(ROOT, 'src/tooling/bench-validate.ts'), ...args], { encoding: 'utf8', cwd: ROOT });

it.each([
  [['--reqests', '10'], "Unknown option '--reqests'"],
  [['--requests', '10,x'], "--requests takes numbers from 10 to 10000, not '10,x'"],
  [['--requests', '9'], "not '9'"],
])('%o is refused before anything is started', (args, message) => {
  const { status, stderr, stdout } = bench(...args);
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toContain(message);
  expect(stderr).toContain('Usage: npm run bench:validate');
});
