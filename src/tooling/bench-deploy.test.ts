import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from './repository.ts';

const bench = (...args: string[]) =>
  spawnSync(process.execPath, [join(ROOT, 'src/tooling/bench-deploy.ts'), ...args], { encoding: 'utf8', cwd: ROOT });

it.each([
  [['--repaet', '2'], "Unknown option '--repaet'"],
  [['rase'], 'This is not understood: rase'],
  [['--tools', 'zap-obs,sam'], 'This is not understood: sam'],
  [['--repeat', '0'], 'This is not understood: 0'],
  [['race', '--record'], '--record of less than everything'],
  [['--record', '--quick'], '--record of less than everything'],
  [['--record', '--tools', 'zap-obs'], '--record of less than everything'],
])('%o is refused before anything is measured', (args, message) => {
  const { status, stderr, stdout } = bench(...args);
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toContain(message);
  expect(stderr).toContain('Usage: npm run bench:deploy');
});
