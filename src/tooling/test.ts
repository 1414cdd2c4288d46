// `npm test`: type check, lint and the tests that need npm alone. With ZAP_TEST_TOOLS=1, also those that need other tools;
// with ZAP_TEST_E2E=1, those that need Docker.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './repository.ts';

const folder = mkdtempSync(join(tmpdir(), 'zap-obs-test-'));
const report = join(folder, 'report.json');
const args = process.argv.slice(2);
const steps = [
  ['tsc'],
  ['biome', 'check', '--error-on-warnings'],
  ['vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...args],
];
process.exitCode = runAll(steps);
rmSync(folder, { recursive: true, force: true });

function runAll(commands: string[][]): number {
  for (const [tool = '', ...rest] of commands) {
    console.log(
      `\n$ ${[tool, ...rest.filter(arg => !arg.includes('eporter') && !arg.includes('outputFile'))].join(' ')}`,
    );
    const { status } = spawnSync(tool, rest, { cwd: ROOT, stdio: 'inherit', shell: process.platform === 'win32' });
    if (tool === 'vitest') printTotals();
    if (status !== 0) return status ?? 1;
  }
  return 0;
}

/** One plain line that any reader of logs understands. */
function printTotals(): void {
  const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(report, 'utf8'));
  console.log(`\n${numPassedTests} passed, ${numFailedTests} failed, ${numPendingTests} skipped`);
}
