import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { OtlpReceiver } from './otlp-receiver.ts';

const APP = fileURLToPath(new URL('..', import.meta.url));

/** One line of standard output. */
export interface Line {
  timestamp: string;
  severity: string;
  body: string;
  trace_id?: string;
  span_id?: string;
  trace_flags?: string;
  attributes: Record<string, string | number | boolean>;
  resource?: Record<string, string>;
}

/** The app as it runs for users, in a process of its own. */
export interface RunningApp {
  url: string;
  process: ChildProcess;
  lines: Line[];
  stderr: string[];
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  /** Resolves when a line holds; the test's own timeout ends the wait. */
  untilLine(holds: (line: Line) => boolean): Promise<Line>;
  /** @returns the exit code */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

export interface AppOptions {
  /** Absent: nothing listens where the app sends its telemetry. */
  receiver?: OtlpReceiver;
  env?: Record<string, string>;
  /** Without the file that starts the telemetry. */
  bare?: boolean;
}

/** The environment without what the machine of the test says of OpenTelemetry, and with what the options say. */
export function appEnvironment({ receiver, env = {} }: AppOptions): Record<string, string | undefined> {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(OTEL_|ZAPP_|EXTERNAL_|NODE_OPTIONS$)/.test(name),
  );
  return {
    ...Object.fromEntries(inherited),
    PORT: '0',
    HOST: '127.0.0.1',
    // A port on which nothing listens.
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver?.url ?? 'http://127.0.0.1:9',
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_METRIC_EXPORT_INTERVAL: '100',
    OTEL_METRIC_EXPORT_TIMEOUT: '100',
    OTEL_BSP_SCHEDULE_DELAY: '50',
    OTEL_BLRP_SCHEDULE_DELAY: '50',
    ...env,
  };
}

/** Starts the process alone. */
export function spawnApp(options: AppOptions = {}): ChildProcess {
  const start = options.bare ? [] : ['--import', './src/telemetry/start.ts'];
  return spawn(process.execPath, [...start, 'src/main.ts'], {
    cwd: APP,
    env: appEnvironment(options),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Starts the app and waits until it listens. */
export async function runApp(options: AppOptions = {}): Promise<RunningApp> {
  const child = spawnApp(options);
  // Not `exit`: lines may come after it.
  const exited = once(child, 'close');
  const lines: Line[] = [];
  const stderr: string[] = [];
  let changed = () => {};
  const { stdout, stderr: errors } = child;
  if (!stdout || !errors) throw new Error('The process has no output');
  createInterface(stdout).on('line', line => {
    lines.push(JSON.parse(line));
    changed();
  });
  createInterface(errors).on('line', line => stderr.push(line));
  const app: RunningApp = {
    url: '',
    process: child,
    lines,
    stderr,
    get: (path, headers = {}) => fetch(`${app.url}${path}`, { headers }),
    untilLine: async holds => {
      for (;;) {
        const line = lines.find(holds);
        if (line) return line;
        await new Promise<void>(resolve => {
          changed = resolve;
        });
      }
    },
    stop: async (signal = 'SIGTERM') => {
      child.kill(signal);
      const [code] = await exited;
      return code;
    },
  };
  const ready = app.untilLine(({ body }) => body.startsWith('Listening on port '));
  const died = exited.then(([code]) => {
    throw new Error(`The app exited with ${code}: ${stderr.join('\n')}`);
  });
  died.catch(() => undefined);
  const { body } = await Promise.race([ready, died]);
  app.url = `http://127.0.0.1:${body.split(' ').at(-1)}`;
  return app;
}
