import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { ROOT } from '../repository.ts';
import { workflows } from './files.ts';

const run = promisify(execFile);

/** Exit code and findings of a linter; where it is missing, the code says so. */
async function findings(tool: string, ...args: string[]): Promise<{ code: unknown; stdout: string }> {
  return run(tool, args, { cwd: ROOT }).then(
    ({ stdout }) => ({ code: 0, stdout }),
    ({ code, stdout }) => ({ code, stdout }),
  );
}

it('actionlint has nothing to say about the workflows, nor shellcheck about their commands', async () => {
  // Without it on PATH, actionlint would leave the commands out in silence.
  expect(await findings('shellcheck', '--version')).toMatchObject({ code: 0 });
  const files = workflows().map(({ path }) => path);
  expect(files).toContain('.github/workflows/deploy.yml');
  expect(await findings('actionlint', '-oneline', ...files)).toEqual({ code: 0, stdout: '' });
});

it('zizmor has nothing to say, not even as a pedant', async () => {
  const args = ['--offline', '--persona=pedantic', '--strict-collection', '--format=json-v1', '--quiet', '.'];
  expect(await findings('zizmor', ...args)).toEqual({ code: 0, stdout: '[]' });
});
