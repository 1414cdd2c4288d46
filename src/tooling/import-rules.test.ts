import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ROOT } from './repository.ts';

// Files that break each import rule, in a folder of their own under the project's configuration.
const folder = mkdtempSync(join(tmpdir(), 'zap-obs-lint-'));
beforeAll(() => {
  const { vcs: _, $schema: __, ...config } = JSON.parse(readFileSync(join(ROOT, 'biome.json'), 'utf8'));
  writeFileSync(join(folder, 'biome.json'), JSON.stringify(config));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What the linter says of a file that holds one import. */
function lint(path: string, imported: string): string {
  mkdirSync(join(folder, dirname(path)), { recursive: true });
  writeFileSync(join(folder, path), `import '${imported}';\n`);
  const { stdout, stderr } = spawnSync('biome', ['lint', '--colors=off', path], { cwd: folder, encoding: 'utf8' });
  return stdout + stderr;
}

it.each([
  ['src/stacks/x.ts', '@aws-sdk/client-s3', 'only *.aws.ts files speak to AWS'],
  ['src/stacks/x.ts', '@actions/core', 'only src/runner speaks to the runner'],
  ['src/compose/x.ts', 'node:child_process', 'only *.docker.ts files start processes'],
  ['src/runner/x.ts', '@actions/exec', 'only *.docker.ts files start processes'],
  ['src/compose/x.docker.ts', '@aws-sdk/client-s3', 'only *.aws.ts files speak to AWS'],
  ['src/stacks/x.ts', '../actions/deploy/run.ts', 'no action uses another, and no feature an action'],
  ['src/stacks/x.ts', '../tooling/scenario.ts', 'only tests and tooling use src/tooling'],
  ['src/stacks/x.aws.ts', '@actions/github', 'only *.github.ts files speak to GitHub'],
  ['src/github/x.ts', '@actions/github', 'only *.github.ts files speak to GitHub'],
  ['src/github/x.github.ts', '@aws-sdk/client-s3', 'only *.aws.ts files speak to AWS'],
  ['src/stacks/x.aws.ts', '@zap-obs/local-aws', 'only tests and tooling use src/tooling and the local AWS'],
  ['src/actions/deploy/x.ts', '../teardown/run.ts', 'no action uses another'],
  ['src/runner/x.ts', '../stacks/plan.ts', 'the runner knows no feature'],
  ['src/runner/x.ts', '@smithy/core', 'only *.aws.ts files speak to AWS'],
])('%s may not import %s', (path, imported, message) => {
  expect(lint(path, imported).replaceAll(/\s+/g, ' ')).toContain(message);
});

it.each([
  ['src/stacks/x.aws.ts', '@aws-sdk/client-s3'],
  ['src/compose/x.docker.ts', 'node:child_process'],
  ['src/github/x.github.ts', '@actions/github'],
  ['src/runner/x.ts', '@actions/core'],
  ['src/stacks/x.test.ts', '../tooling/scenario.ts'],
])('%s may import %s', (path, imported) => {
  expect(lint(path, imported)).not.toContain('noRestrictedImports');
});
