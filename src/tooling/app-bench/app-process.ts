import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../repository.ts';
import { answersOk, freePort } from './ports.ts';

/** How the app is instrumented. It writes its lines to standard output in each. */
export const MODES = {
  off: { what: 'no instrumentation', env: undefined },
  tenth: {
    what: 'metrics, a tenth of the traces',
    env: {
      OTEL_LOGS_EXPORTER: 'none',
      OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '0.1',
    },
  },
  ecs: { what: 'metrics, traces (as on ECS)', env: { OTEL_LOGS_EXPORTER: 'none' } },
  all: { what: 'metrics, traces, logs', env: { OTEL_LOGS_EXPORTER: 'otlp' } },
} as const;

export type Mode = keyof typeof MODES;

/** The app in a process of its own, on 127.0.0.1. */
export interface AppProcess {
  url: string;
  /** Milliseconds from the start of the process to the first 200 of /health. */
  startup: number;
  /** Resident memory now, in bytes; undefined where the system does not tell. */
  memory(): number | undefined;
  /** CPU time so far, in milliseconds; undefined where the system does not tell. */
  cpuTime(): number | undefined;
  /** Ends it as an orchestrator does. */
  stop(): Promise<{
    code: number | null /** The requests of /api/data of which it has written a line. */;
    requests: number;
  }>;
}

/** @throws Error with what the app said when it ends before it is healthy */
export async function startApp(mode: Mode, collector: string): Promise<AppProcess> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'zap-obs-bench-'));
  const output = join(folder, 'output');
  const file = openSync(output, 'w');
  const { env } = MODES[mode];
  const begin = performance.now();
  const child = spawn(process.execPath, [...(env ? ['--import', './src/telemetry/start.ts'] : []), 'src/main.ts'], {
    cwd: join(ROOT, 'zap-app'),
    env: { ...cleanEnvironment(), ...env, PORT: `${port}`, HOST: '127.0.0.1', OTEL_EXPORTER_OTLP_ENDPOINT: collector },
    stdio: ['ignore', file, file],
  });
  closeSync(file);
  const ended = once(child, 'exit');
  while (!(await answersOk(port, '/health'))) {
    if (child.exitCode !== null)
      throw new Error(`The app ended before it was healthy: ${readFileSync(output, 'utf8')}`);
  }
  return {
    url: `http://127.0.0.1:${port}`,
    startup: performance.now() - begin,
    memory: () => residentMemory(child.pid),
    cpuTime: () => cpuTime(child.pid),
    stop: async () => {
      child.kill('SIGTERM');
      const [code] = await ended;
      const requests = readFileSync(output, 'utf8').split('"body":"GET /api/data 200"').length - 1;
      rmSync(folder, { recursive: true, force: true });
      return { code, requests };
    },
  };
}

function cleanEnvironment(): NodeJS.ProcessEnv {
  const foreign = /^(OTEL_|ZAPP_|EXTERNAL_|NODE_OPTIONS$|NODE_COMPILE_CACHE$)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)));
}

/** @see https://man7.org/linux/man-pages/man5/proc_pid_status.5.html */
function residentMemory(pid: number | undefined): number | undefined {
  if (process.platform !== 'linux') return undefined;
  const kibibytes = /^VmRSS:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
}

/**
 * The time in user and in system mode. They are counted in hundredths of a second on every Linux that Node runs on.
 *
 * @see https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
 */
function cpuTime(pid: number | undefined): number | undefined {
  if (process.platform !== 'linux') return undefined;
  // The name of the program, in parentheses, may hold blanks.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
