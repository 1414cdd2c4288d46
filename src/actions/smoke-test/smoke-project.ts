import { join } from 'node:path';
import type { Container } from '../../compose/containers.ts';
import { runDocker } from '../../compose/docker.docker.ts';
import type { Model } from '../../compose/model.ts';
import { overlayOf } from '../../compose/overlay.ts';
import { ComposeProject, removalOf } from '../../compose/project.ts';
import { type Target, targetOf } from '../../compose/target.ts';
import { UserFault } from '../../runner/fault.ts';
import { RUN_MARKER } from '../../telemetry/run-marker.ts';
import { mintRun } from '../../telemetry/trace-id.ts';
import { writeRunFile } from '../run-folder.ts';
import { type Aws, backendsFor, COLLECTOR, missingBackends, TELEMETRY_ENVIRONMENT } from './backends.ts';
import { BUNDLED_COMPOSE, type SmokeFiles } from './files.ts';

/** How a project is set up. */
export interface SmokeSetting {
  files: SmokeFiles;
  /** The folder of zap-obs. */
  toolkit: string;
  /** Where the run writes. */
  folder: string;
  name: string | undefined;
  /** Given by the user; ports are then the files' own. */
  baseUrl: string | undefined;
  hasTelemetry: boolean;
  /** Images are built before. */
  builds: boolean;
  aws: Aws;
  /** Credentials of the account and the like; never written anywhere. */
  env: Readonly<Record<string, string>>;
}

/** A project that is ready to be built and started. */
export interface SmokeProject {
  project: ComposeProject;
  model: Model;
  /** Marks what is sent. */
  run: string;
  /** Where requests go, unless the user says where. */
  target: Target | undefined;
  backends: readonly string[];
}

/**
 * Reads the compose files, and adds what a run needs of its own.
 *
 * @throws UserFault when they cannot be used, or when there is such a project already
 */
export async function prepare(setting: SmokeSetting, signal: AbortSignal): Promise<SmokeProject> {
  const { files, aws, hasTelemetry, baseUrl, toolkit, env } = setting;
  const run = mintRun();
  const name = setting.name ?? `zap-smoke-${run}`;
  const project = new ComposeProject({ name, files: files.compose, shownFiles: files.shown, env }, runDocker);
  const [model] = await Promise.all([project.model(signal), refuseExisting(project, signal)]);
  const file = files.shown[0] ?? '';
  const backends = hasTelemetry ? backendsFor(aws) : {};
  const missing = hasTelemetry ? missingBackends(model, aws, file) : [];
  const names = Object.keys(backends);
  const target = baseUrl === undefined ? targetOf(model, files.expectations.service, names, file) : undefined;
  const bundled = join(toolkit, BUNDLED_COMPOSE);
  const overlay = overlayOf(model, name, {
    mark: `${RUN_MARKER}=${run}`,
    backends,
    builds: setting.builds,
    keepPorts: baseUrl !== undefined,
    telemetry: hasTelemetry ? TELEMETRY_ENVIRONMENT : {},
    borrowed: missing.length > 0 ? { file: bundled, services: missing, first: COLLECTOR } : undefined,
  });
  project.add(await writeRunFile(setting.folder, 'overlay.yml', overlay));
  if (hasTelemetry && aws === 'account') project.add(join(toolkit, 'local/account.yml'));
  const whole = await project.model(signal);
  assertOwn(whole, name);
  return { project, run, target, backends: names, model: whole };
}

/** What is removed in the end must be the run's own, however the files were merged. */
function assertOwn({ volumes = {} }: Model, project: string): void {
  const foreign = Object.values(volumes).filter(
    one => one?.name && !one.external && !one.name.startsWith(`${project}_`),
  );
  if (foreign.length === 0) return;
  throw new UserFault({
    what: 'The compose project has volumes of a fixed name, which would be removed with it',
    seen: foreign.map(one => one?.name).join(', '),
    fix: 'Take `name` away from them, or declare them `external: true`',
  });
}

/** Removing a project takes everything of its name with it, so none that is there already may be used. */
export async function refuseExisting(
  project: ComposeProject,
  signal: AbortSignal,
  advice = 'Give another `project-name`, or none',
): Promise<void> {
  const there = await project.remains(signal);
  if (there.length === 0) return;
  throw new UserFault({
    what: `There is a compose project \`${project.name}\` already, and this run removes its own in the end`,
    seen: there.join(', '),
    fix: `${advice}; or remove that one by \`${removalOf(project.name)}\``,
  });
}

/** The address of this machine under which a container's port is published. */
export function addressOf(containers: readonly Container[], { service, port }: Target): string {
  const published = containers
    .find(container => container.service === service)
    ?.ports.find(({ container }) => container === port);
  if (!published) throw new Error(`port ${port} of ${service} is not published`);
  return `http://127.0.0.1:${published.host}`;
}
