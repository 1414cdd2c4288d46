import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach } from 'vitest';

const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

/** A started Node, with all that it has written so far; killed after the test. */
export function start(file: string, ...words: string[]) {
  const child = spawn(process.execPath, [file, ...words], { env: { PATH: process.env.PATH } });
  started.push(child);
  const written = { out: '', err: '' };
  child.stdout.on('data', chunk => {
    written.out += chunk;
  });
  child.stderr.on('data', chunk => {
    written.err += chunk;
  });
  return { child, written, ended: once(child, 'close') };
}
