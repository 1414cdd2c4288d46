import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { logs, metrics } from '@opentelemetry/api';
import { pino } from 'pino';
import { createApp } from './app.ts';
import { withDeadline } from './deadline.ts';
import { drainable } from './drain.ts';
import { data } from './endpoints/data.ts';
import { createLog, exceptionAttributes } from './log.ts';
import { readSettings, SettingFault, type Settings } from './settings.ts';
import { telemetry } from './telemetry/handle.ts';

/** Milliseconds for the requests in flight, for the telemetry that is still held, and for the lines that are still unwritten. */
const LIMITS = { drain: 3000, telemetry: 1300, lines: 300 };

/** Above the 60 s that load balancers keep a connection for by default: they must be the ones to close it. */
const KEEP_ALIVE = 65_000;

const settings = settingsOrExit();
// Writes while the app goes on; what comes meanwhile is written at once after.
const lines = pino.destination({ dest: 1, sync: false });
const log = createLog({ destination: lines, otlp: logs.getLogger('zap-app'), resource: telemetry.resource });
const app = createApp({
  log,
  meter: metrics.getMeter('zap-app'),
  external: { target, timeout: settings.externalTimeout },
});
const server = createServer(telemetry.traced(app));
server.keepAliveTimeout = KEEP_ALIVE;
server.headersTimeout = KEEP_ALIVE + 1000;
const drain = drainable(server);

process.on('uncaughtException', error => end('ERROR', `Stopping: ${error.message}`, 1, error));
await listen(server, settings);
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => end('INFO', `Stopping: ${signal}`, 0));
log('INFO', `Listening on port ${port()}`);

let isEnding = false;

/** Stops accepting, finishes what is in flight, sends what is held, and exits; within 5 s, whatever hangs. */
async function end(severity: 'INFO' | 'ERROR', why: string, code: number, error?: Error): Promise<void> {
  if (isEnding) return;
  isEnding = true;
  log(severity, why, error && exceptionAttributes(error));
  const { finished, cutOff } = await drain(LIMITS.drain);
  if (cutOff > 0) log('WARN', `${cutOff} requests took longer than ${LIMITS.drain} ms to finish and were cut off`);
  log('INFO', `Stopped; requests that were finished: ${finished}`);
  await withDeadline(telemetry.shutdown(), LIMITS.telemetry).catch((failure: Error) =>
    log('WARN', `Not all telemetry could be sent: ${failure.message}. Look at what OTEL_EXPORTER_OTLP_ENDPOINT names.`),
  );
  // Not `flush`, which does not wait for what is being written.
  const written = once(lines, 'close');
  lines.end();
  await withDeadline(written, LIMITS.lines).catch(() => undefined);
  process.exit(code);
}

function settingsOrExit(): Settings {
  try {
    return readSettings(process.env);
  } catch (error) {
    if (error instanceof SettingFault) exitWith(error.message);
    throw error;
  }
}

async function listen(server: Server, { port, host }: Settings): Promise<void> {
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    exitWith(`It cannot listen on port ${port}: ${(error as Error).message}. Set PORT to one that is free.`);
  }
}

function exitWith(message: string): never {
  console.error(`zap-app: ${message}`);
  process.exit(1);
}

function port(): number {
  return (server.address() as AddressInfo).port;
}

function target(): { url: URL; isSelf: boolean } {
  if (settings.externalUrl) return { url: settings.externalUrl, isSelf: false };
  return { url: new URL(data.path, `http://127.0.0.1:${port()}`), isSelf: true };
}
