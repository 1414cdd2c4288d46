import { type ChildProcess, spawn } from 'node:child_process';
import { parse } from 'node:path';
import { createInterface } from 'node:readline';
import { stripVTControlCharacters } from 'node:util';
import { UserFault } from '../runner/fault.ts';
import type { RunDocker } from './docker.ts';

/** So much of each stream is kept, in characters: its beginning names the cause, or its end does. */
const KEPT = 512 * 1024;

/**
 * The Docker CLI on PATH. @actions/exec would do as well, but for one thing: it cannot end what it has started, and a
 * cancelled run has to.
 */
export const runDocker: RunDocker = async (args, { signal, env, input, onLine } = {}) => {
  signal?.throwIfAborted();
  // A group of its own: Ctrl-C at a terminal reaches this process only, which then decides what is ended.
  const child = spawn('docker', args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
    // Where no file is named, Compose takes one of the current folder, which may be another project's.
    cwd: args.includes('--file') ? process.cwd() : parse(process.cwd()).root,
    env: { ...process.env, ...env, NO_COLOR: '1', DOCKER_CLI_HINTS: 'false' },
  });
  const kill = () => killGroup(child);
  signal?.addEventListener('abort', kill, { once: true });
  const stdout = collect(child.stdout, onLine);
  const stderr = collect(child.stderr, onLine);
  // One that ends without reading it has its own word on why.
  child.stdin.on('error', () => {}).end(input);
  try {
    const code = await new Promise<number>((resolve, reject) => {
      child.once('error', error => reject(notStarted(error)));
      child.once('close', (code, killedBy) => resolve(code ?? (killedBy ? 128 : 1)));
    });
    signal?.throwIfAborted();
    return { code, stdout: stdout(), stderr: stderr() };
  } finally {
    signal?.removeEventListener('abort', kill);
  }
};

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  if (process.platform === 'win32') child.kill('SIGKILL');
  else process.kill(-child.pid, 'SIGKILL');
}

/** Reads a stream line by line; the function returned gives what was read so far. */
function collect(stream: NodeJS.ReadableStream, onLine: ((line: string) => void) | undefined): () => string {
  let head = '';
  let tail = '';
  const lines = createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY });
  lines.on('line', line => {
    const text = stripVTControlCharacters(line);
    if (head.length < KEPT) head += `${text}\n`;
    else tail += `${text}\n`;
    // Seldom, as each cut costs as much as what is kept.
    if (tail.length > 2 * KEPT) tail = tail.slice(-KEPT);
    onLine?.(text);
  });
  return () => head + tail.slice(-KEPT);
}

function notStarted(error: Error): Error {
  if (!('code' in error) || error.code !== 'ENOENT') return error;
  return new UserFault(
    {
      what: 'Docker is not installed: no `docker` is on PATH',
      fix: 'Install Docker with its compose plugin (https://docs.docker.com/engine/install), and try again',
    },
    { cause: error },
  );
}
