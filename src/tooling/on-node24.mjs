// Runs a script of this repository under Node 24, whatever Node started it: `node on-node24.mjs SCRIPT [ARGS…]`.
// Plain JavaScript with no dependency, because it must work before anything is installed; it installs what is missing.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

if (!installIsFresh()) {
  console.error('Installing the pinned packages (npm ci) …');
  const npm = spawnSync('npm', ['ci', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (npm.status !== 0) {
    console.error('npm ci failed, see above. Nothing was started; mend that and run the same command again.');
    process.exit(npm.status ?? 1);
  }
}

const child = spawn(node24(), process.argv.slice(2), { cwd: root, stdio: 'inherit', env: withBinFolder(process.env) });
// Ctrl-C reaches the child too, since it shares the terminal; this process only waits for its verdict.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => signal === 'SIGTERM' && child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));

/** npm copies the lockfile into node_modules when it is done: equal package lists mean a finished, current install. */
function installIsFresh() {
  const installed = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installed)) return false;
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  const present = JSON.parse(readFileSync(installed, 'utf8')).packages;
  return Object.entries(wanted).every(
    ([path, entry]) =>
      path === '' ||
      entry.link ||
      entry.optional ||
      !path.startsWith('node_modules/') ||
      present[path]?.version === entry.version,
  );
}

/** This Node when it is 24 or newer, else the one that the platform's `node-…` package brings. */
function node24() {
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  const packaged = join(root, 'node_modules', '.bin', process.platform === 'win32' ? 'node.cmd' : 'node');
  if (existsSync(packaged)) return packaged;
  console.error(
    `Node 24 is needed and this is ${process.version}; no packaged Node exists for ${process.platform}-${process.arch}. ` +
      'Install Node 24 or newer and run the same command again.',
  );
  process.exit(1);
}

function withBinFolder(env) {
  const separator = process.platform === 'win32' ? ';' : ':';
  return { ...env, PATH: `${join(root, 'node_modules', '.bin')}${separator}${env.PATH ?? ''}` };
}
