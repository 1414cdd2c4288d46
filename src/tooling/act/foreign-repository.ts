import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from '../repository.ts';
import { checkoutStep, PINNED_IN } from '../workflows/checkout.ts';
import { type Plain, yamlText } from '../workflows/yaml-text.ts';

/** Where the one workflow of a foreign repository stands in it; any push triggers it. */
export const FOREIGN_WORKFLOW = '.github/workflows/main.yml';

/** What somebody else's repository holds. */
export interface Foreign {
  /** A folder of this repository that is copied, such as the sample application's. */
  folder?: string;
  /** Contents by path. */
  files?: Readonly<Record<string, string>>;
  permissions?: Readonly<Record<string, string>>;
  /** Those of the one job, after the checkout. */
  steps: readonly Plain[];
}

/** Makes somebody else's repository, with one commit; gives its folder, which the caller removes. */
export async function foreignRepository({ folder, files = {}, permissions = {}, steps }: Foreign): Promise<string> {
  const repository = await mkdtemp(join(tmpdir(), 'zap-obs-foreign-'));
  if (folder !== undefined) {
    const filter = (path: string) => !path.includes('node_modules');
    await cp(join(ROOT, folder), repository, { recursive: true, filter });
  }
  for (const [path, text] of Object.entries(files)) await writeFile(join(repository, path), text);
  const checkout = checkoutStep(await readFile(join(ROOT, PINNED_IN), 'utf8'));
  const job = { 'runs-on': 'ubuntu-latest', steps: [checkout, ...steps] };
  await mkdir(join(repository, '.github/workflows'), { recursive: true });
  await writeFile(join(repository, FOREIGN_WORKFLOW), yamlText('', { on: 'push', permissions, jobs: { all: job } }));
  const git = (...args: string[]) => promisify(execFile)('git', args, { cwd: repository });
  await git('init', '--quiet', '--initial-branch=main');
  await git('add', '--all');
  await git('-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '--quiet', '-m', 'Begin');
  return repository;
}
