import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { ROOT } from '../repository.ts';

/** The tools that the race is run against, with the versions that it was last run with. */
export const RIVALS = {
  'aws-cli': { version: pinnedAwsCli(), program: 'aws', get: 'pip install awscli' },
  cdk: { version: '2.1148.1', program: 'cdk', get: 'npm install --global aws-cdk' },
  rain: {
    version: 'v1.23.1',
    program: 'rain',
    get: 'go install github.com/aws-cloudformation/rain/cmd/rain@latest',
  },
} as const;

export type RivalName = keyof typeof RIVALS;

/** The version that the tests use too. */
function pinnedAwsCli(): string {
  return /^awscli==(\S+)$/m.exec(readFileSync(join(ROOT, '.ci/requirements.txt'), 'utf8'))?.[1] ?? '';
}

/** Where `installRivals` puts them: outside the tree, another place for other versions. */
function rivalsFolder(): string {
  const pins = createHash('sha256').update(JSON.stringify(RIVALS)).digest('hex').slice(0, 16);
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'zap-obs', `rivals-${pins}`);
}

/** The installed program; else the one on PATH; `undefined` when there is neither. */
export function findRival(name: RivalName): string | undefined {
  const { program } = RIVALS[name];
  const folders = [join(rivalsFolder(), 'bin'), ...(process.env.PATH ?? '').split(delimiter)];
  return folders.map(folder => join(folder, program)).find(existsSync);
}

/** What to do to have it, in words. */
export function howToGet(name: RivalName): string {
  return `not here: npm run bench:deploy -- --install-rivals, or ${RIVALS[name].get}`;
}

/**
 * Installs the rivals that are not in their folder yet, through pip, npm and Go.
 *
 * @returns what went wrong, by name; a tool that cannot be installed does not keep the others
 */
export function installRivals(say: (line: string) => void): Partial<Record<RivalName, string>> {
  const folder = rivalsFolder();
  const bin = join(folder, 'bin');
  mkdirSync(bin, { recursive: true });
  const failures: Partial<Record<RivalName, string>> = {};
  for (const name of Object.keys(RIVALS) as RivalName[]) {
    const { program, version } = RIVALS[name];
    if (existsSync(join(bin, program))) continue;
    say(`Installing ${name} ${version} …`);
    const trouble = INSTALL[name](folder, bin);
    if (trouble !== undefined) failures[name] = trouble;
  }
  return failures;
}

const INSTALL: Record<RivalName, (folder: string, bin: string) => string | undefined> = {
  'aws-cli': (folder, bin) => {
    const venv = join(folder, 'aws-cli');
    const pip = [join(venv, 'bin/pip'), 'install', '--quiet', `awscli==${RIVALS['aws-cli'].version}`];
    return inOrder(folder, ['python3', '-m', 'venv', venv], pip) ?? wrap(bin, 'aws', [join(venv, 'bin/aws')]);
  },
  cdk: (folder, bin) => {
    const home = join(folder, 'cdk');
    const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
    return (
      inOrder(folder, ['npm', 'install', '--prefix', home, ...quiet, `aws-cdk@${RIVALS.cdk.version}`]) ??
      wrap(bin, 'cdk', [process.execPath, join(home, 'node_modules/aws-cdk/bin/cdk')])
    );
  },
  rain: (folder, bin) => {
    // `go install …@version` also wants to read the newest version of the module, which not every proxy has.
    const home = join(folder, 'rain');
    mkdirSync(home, { recursive: true });
    const modules = ['module rivals', 'go 1.24', `require github.com/aws-cloudformation/rain ${RIVALS.rain.version}`];
    writeFileSync(join(home, 'go.mod'), `${modules.join('\n\n')}\n`);
    const program = 'github.com/aws-cloudformation/rain/cmd/rain';
    return inOrder(home, ['go', 'build', '-mod=mod', '-o', join(bin, 'rain'), program]);
  },
};

/** @returns what the first command that fails has to say */
function inOrder(cwd: string, ...commands: string[][]): string | undefined {
  for (const [file = '', ...args] of commands) {
    const { status, stderr, error } = spawnSync(file, args, { cwd, encoding: 'utf8' });
    if (status !== 0) return `${file}: ${error?.message ?? stderr.trim().split('\n').at(-1)}`;
  }
  return undefined;
}

/** Writes a program that only starts another one. */
function wrap(bin: string, name: string, command: readonly string[]): undefined {
  writeFileSync(join(bin, name), `#!/bin/sh\nexec ${command.map(word => `'${word}'`).join(' ')} "$@"\n`, {
    mode: 0o755,
  });
}
