import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const run = promisify(execFile);
const folder = fileURLToPath(new URL('../../cloudformation/', import.meta.url));

/** What a linter printed. Findings make it exit with another code than 0; they, not that fact, must show in a failure. */
async function findings(command: string, args: string[]): Promise<string> {
  const { stdout } = await run(command, args, { cwd: folder }).catch(
    (error: { code?: unknown; stdout?: string; message: string }) =>
      typeof error.code === 'number' && error.stdout ? { stdout: error.stdout } : Promise.reject(error),
  );
  return stdout;
}

const templates = [
  ...['0-vpc-alb', '1-monitoring', '2-ecs-fargate'].map(name => `${name}-template.yaml`),
  'bootstrap-github-oidc.yaml',
  'bootstrap-preview.yaml',
];

it('cfn-lint finds nothing in the shipped templates, not even a hint', { timeout: 120_000 }, async () => {
  expect(await findings('cfn-lint', ['--include-checks', 'I', '--format', 'parseable', '-t', ...templates])).toBe('');
});

it('checkov finds nothing in the shipped templates but what they excuse', { timeout: 120_000 }, async () => {
  const files = templates.flatMap(template => ['--file', template]);
  // Without the download it asks no server.
  const options = ['--framework', 'cloudformation', '--skip-download', '--quiet', '--compact', '--output', 'json'];
  const report = JSON.parse(await findings('checkov', [...options, ...files])) as {
    summary: { passed: number; failed: number; parsing_errors: number };
    results: { failed_checks: { check_id: string; resource: string }[]; skipped_checks: { resource: string }[] };
  };
  const failed = report.results.failed_checks.map(({ check_id: check, resource }) => `${check}: ${resource}`);
  expect(failed).toEqual([]);
  expect(report.summary).toMatchObject({ failed: 0, parsing_errors: 0 });
  expect(report.summary.passed).toBeGreaterThan(50);
});
