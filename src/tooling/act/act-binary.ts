import { spawnSync } from 'node:child_process';
import { delimiter } from 'node:path';
import { UserFault } from '../../runner/fault.ts';
import { runScript } from '../images.ts';

const SCRIPT = ['.ci/go-tool', 'act', 'github.com/nektos/act'] as const;

/**
 * Sees to it that `act` is found: on PATH, or built from its Go module, which is done once.
 *
 * @throws UserFault when it is neither there nor can be built
 */
export async function needAct(): Promise<void> {
  if (spawnSync('act', ['--version']).status === 0) return;
  const { code, stdout, stderr } = await runScript(...SCRIPT);
  if (code === 0) {
    process.env.PATH = `${stdout.trim()}${delimiter}${process.env.PATH ?? ''}`;
    return;
  }
  throw new UserFault({
    what: 'act is not installed, and could not be built',
    seen: stderr.trim().split('\n').at(-1),
    fix: 'Install it (https://nektosact.com/installation), or Go, and run the same command again',
  });
}
