import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const folder = fileURLToPath(new URL('../../cloudformation/', import.meta.url));

it('cfn-lint finds nothing in the shipped templates, not even a hint', { timeout: 120_000 }, async () => {
  const templates = ['0-vpc-alb', '1-monitoring', '2-ecs-fargate'].map(name => `${name}-template.yaml`);
  const lint = promisify(execFile)('cfn-lint', ['--include-checks', 'I', '--format', 'parseable', '-t', ...templates], {
    cwd: folder,
  });
  // Findings make it exit with another code than 0; they, and not that fact, are what a failure must show.
  const findings = await lint.then(
    ({ stdout }) => stdout,
    (error: { code?: unknown; stdout?: string; message: string }) =>
      typeof error.code === 'number' && error.stdout ? error.stdout : Promise.reject(error),
  );
  expect(findings).toBe('');
});
