import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { answersOk, freePort } from './ports.ts';

/** What has arrived. */
export interface Arrived {
  spans: number;
  logs: number;
}

/** Something that takes the telemetry of an application. */
export interface Sink {
  /** For OTEL_EXPORTER_OTLP_ENDPOINT, http/protobuf. */
  url: string;
  /** Ends it, and tells what had arrived. */
  stop(): Promise<Arrived>;
}

/** Counts what arrives and keeps nothing. */
export async function startCounter(): Promise<Sink> {
  const child = fork(fileURLToPath(new URL('sink-process.ts', import.meta.url)));
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  return {
    url: `http://127.0.0.1:${port}`,
    stop: async () => {
      const told = once(child, 'message');
      const ended = once(child, 'exit');
      child.send('stop');
      const [arrived] = (await told) as [Arrived];
      await ended;
      return arrived;
    },
  };
}

/**
 * A real collector, which writes what it has taken into a file.
 *
 * @param binary an OpenTelemetry collector with receiver otlp, exporter file and extension health_check
 * @throws Error with the collector's own words when it does not start
 */
export async function startCollector(binary: string): Promise<Sink> {
  const folder = mkdtempSync(join(tmpdir(), 'zap-obs-bench-'));
  const [otlp, health] = [await freePort(), await freePort()];
  const [config, output] = [join(folder, 'config.yaml'), join(folder, 'output.jsonl')];
  writeFileSync(config, stringify(collectorConfig(otlp, health, output)));
  const child = spawn(binary, [`--config=${config}`], { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(child, 'exit');
  let words = '';
  child.stderr.on('data', chunk => {
    words += chunk;
  });
  await untilHealthy(child, health, () => words);
  return {
    url: `http://127.0.0.1:${otlp}`,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
      const arrived = countLines(readFileSync(output, 'utf8'));
      rmSync(folder, { recursive: true, force: true });
      return arrived;
    },
  };
}

function collectorConfig(otlp: number, health: number, path: string) {
  // Without batches: what it has answered for is then with the exporter, also when it is stopped right after.
  const pipeline = { receivers: ['otlp'], exporters: ['file'] };
  return {
    extensions: { health_check: { endpoint: `127.0.0.1:${health}` } },
    receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${otlp}` } } } },
    exporters: { file: { path } },
    service: {
      extensions: ['health_check'],
      telemetry: { metrics: { level: 'none' } },
      pipelines: { traces: pipeline, metrics: pipeline, logs: pipeline },
    },
  };
}

/** Each line of the exporter `file` is one request of OTLP as JSON. */
function countLines(text: string): Arrived {
  const arrived = { spans: 0, logs: 0 };
  for (const line of text.split('\n').filter(Boolean)) {
    const { resourceSpans = [], resourceLogs = [] } = JSON.parse(line);
    for (const { scopeSpans } of resourceSpans) for (const { spans } of scopeSpans) arrived.spans += spans.length;
    for (const { scopeLogs } of resourceLogs) for (const { logRecords } of scopeLogs) arrived.logs += logRecords.length;
  }
  return arrived;
}

async function untilHealthy(child: ChildProcess, port: number, words: () => string): Promise<void> {
  while (!(await answersOk(port, '/'))) {
    if (child.exitCode !== null) throw new Error(`The collector did not start: ${words().trim()}`);
  }
}
