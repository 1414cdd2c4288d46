import { join } from 'node:path';
import { LOCAL_AWS, PROMETHEUS } from '../../actions/smoke-test/backends.ts';
import { buildProject, endProject } from '../../actions/smoke-test/containers.ts';
import { addressOf } from '../../actions/smoke-test/smoke-project.ts';
import { start } from '../../actions/smoke-test/start.ts';
import { runDocker } from '../../compose/docker.docker.ts';
import { ComposeProject } from '../../compose/project.ts';
import { mintRun } from '../../telemetry/trace-id.ts';
import { recordingHost } from '../recording-host.ts';
import { ROOT } from '../repository.ts';

/** The sample application and what takes its telemetry, as containers that run. Addresses are of this machine. */
export interface LocalProject {
  app: string;
  prometheus: string;
  aws: string;
  /** What the local AWS has printed, with the time that Docker puts before each line. */
  awsLines(signal: AbortSignal): Promise<string[]>;
}

const FILE = 'local/docker-compose.yml';
/** Milliseconds. */
const PATIENCE = 120_000;
/** Docker takes any that is free. */
const ANY_PORT = '0';
const PORTS = ['ZAP_APP_PORT', 'OTLP_GRPC_PORT', 'OTLP_HTTP_PORT', 'PROMETHEUS_PORT', 'ZAP_AWS_PORT'];

/** Starts the project under a name of its own, and removes it when the work is done, however that ends. */
export async function withLocalProject<T>(
  images: Readonly<Record<string, string>>,
  signal: AbortSignal,
  work: (project: LocalProject) => Promise<T>,
): Promise<T> {
  const name = `zap-bench-${mintRun()}`;
  const env = { ...images, ...Object.fromEntries(PORTS.map(port => [port, ANY_PORT])) };
  const project = new ComposeProject({ name, files: [join(ROOT, FILE)], shownFiles: [FILE], env }, runDocker);
  const host = recordingHost({});
  try {
    const model = await project.model(signal);
    await buildProject({ project }, host, signal);
    const containers = await start({ project, model }, host, { signal, patience: PATIENCE });
    return await work({
      app: addressOf(containers, { service: 'zap-app', port: 5000 }),
      prometheus: addressOf(containers, PROMETHEUS),
      aws: addressOf(containers, LOCAL_AWS),
      awsLines: signal => linesOf(name, LOCAL_AWS.service, signal),
    });
  } finally {
    await endProject({ project }, { keep: false, isStopped: false }, host);
  }
}

async function linesOf(project: string, service: string, signal: AbortSignal): Promise<string[]> {
  const lines: string[] = [];
  const args = ['compose', '--project-name', project, 'logs', '--no-color', '--no-log-prefix', '--timestamps', service];
  const { code, stderr } = await runDocker(args, { signal, onLine: line => lines.push(line) });
  if (code !== 0) throw new Error(`the log of ${service} cannot be read: ${stderr}`);
  return lines;
}
