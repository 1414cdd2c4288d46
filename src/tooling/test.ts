// `npm test`: type check, lint and the tests that need npm alone. `npm run test:tools` adds those that need other tools.
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { ROOT } from './repository.ts';

const { values, positionals } = parseArgs({
  options: { tools: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const steps: [string, string[]][] = [
  ['tsc', []],
  ['biome', ['check']],
  ['vitest', ['run', ...positionals]],
];
for (const [tool, args] of steps) {
  console.log(`\n$ ${[tool, ...args].join(' ')}`);
  const env = { ...process.env, ...(values.tools && { ZAP_TEST_TOOLS: '1' }) };
  const { status } = spawnSync(tool, args, { cwd: ROOT, stdio: 'inherit', env });
  if (status !== 0) process.exit(status ?? 1);
}
