import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A program to start, without a shell. */
export interface Command {
  file: string;
  args: readonly string[];
  env: Record<string, string | undefined>;
  cwd: string;
}

/** How a command went. */
export interface Ran {
  code: number | null;
  /** stdout and stderr as they came. */
  log: string;
  /** Bytes; `undefined` where the system does not tell. */
  peakMemory: number | undefined;
}

/** Runs a command to its end. Rejects with Node's ENOENT when there is no such program. */
export async function run({ file, args, env, cwd }: Command): Promise<Ran> {
  const child = spawn(file, args, { env, cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  const memory = watchMemory(child.pid);
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      log += text;
    });
  }
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.on('error', reject).on('close', resolve);
    });
    return { code, log, peakMemory: memory.stop() };
  } finally {
    memory.stop();
  }
}

const SAMPLE_EVERY = 25;

/**
 * Watches the largest process among one and its descendants. Linux itself keeps each process's peak (VmHWM), so that looking now
 * and then misses only what comes in the last moments.
 *
 * @see https://man7.org/linux/man-pages/man5/proc_pid_status.5.html
 */
export function watchMemory(pid: number | undefined): { stop(): number | undefined } {
  let peak = 0;
  const look = () => {
    for (const each of familyOf(pid)) {
      const kibibytes = /^VmHWM:\s*(\d+) kB$/m.exec(read(`/proc/${each}/status`))?.[1];
      peak = Math.max(peak, Number(kibibytes ?? 0) * 1024);
    }
  };
  const timer = setInterval(look, SAMPLE_EVERY).unref();
  return {
    stop() {
      clearInterval(timer);
      return peak || undefined;
    },
  };
}

function familyOf(pid: number | undefined): number[] {
  if (pid === undefined) return [];
  const children = read(`/proc/${pid}/task/${pid}/children`).trim().split(' ').filter(Boolean).map(Number);
  return [pid, ...children.flatMap(familyOf)];
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // The process is gone, or the system has no such files.
    return '';
  }
}
