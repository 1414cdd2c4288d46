import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { RunDocker } from '../../../../src/compose/docker.ts';
import { ComposeProject } from '../../../../src/compose/project.ts';
import { folderPrefix, noteRegistry, OWNER, REMOVAL_LIMIT, removeOrphans } from './orphans.ts';

/** A Docker engine, and the images of what is real behind a local AWS. */
export interface ContainerOptions {
  run: RunDocker;
  images: {
    /** Node 24, for relays. */
    node: string;
    /** What workspaces of Amazon Managed Prometheus are. */
    prometheus: string;
    /** What ECR keeps images in: a registry of the distribution project. */
    registry: string;
  };
}

/** The services of a compose file, and whatever else it has, without the label that marks them as this process's. */
export interface ComposeFile {
  services: Record<string, { labels?: Record<string, string>; [key: string]: unknown }>;
  [key: string]: unknown;
}

/** The containers of one local AWS: compose projects under names of its own, all gone when it closes. */
export class Containers {
  readonly run: RunDocker;
  readonly images: ContainerOptions['images'];
  /** For files that containers mount; only this user may look into it. */
  readonly folder: string;
  /** A Unix socket in a folder of its own, at which containers reach the local AWS: the machine's 127.0.0.1 is not theirs. */
  readonly socket: string;
  readonly #name = `zap-aws-${randomBytes(4).toString('hex')}`;
  #url: string | undefined;
  readonly #projects = new Map<string, ComposeProject>();

  private constructor({ run, images }: ContainerOptions, folder: string) {
    this.run = run;
    this.images = images;
    this.folder = folder;
    this.socket = join(folder, 'aws.sock');
  }

  /**
   * Removes what processes that were killed have left behind.
   *
   * @throws UserFault when Docker does not answer
   */
  static async open(options: ContainerOptions): Promise<Containers> {
    await removeOrphans(options.run, tmpdir());
    return new Containers(options, await mkdtemp(join(tmpdir(), folderPrefix(process.pid))));
  }

  /** The label that all containers of this process have, as `name=value`. */
  get label(): string {
    return `${OWNER}=${process.pid}`;
  }

  /** Where the local AWS is, on the machine and, through a relay, in containers. */
  get url(): string {
    if (this.#url === undefined) throw new Error('the local AWS does not listen yet');
    return this.#url;
  }

  /** Tells the port at which the local AWS listens. */
  listensAt(port: number): void {
    this.#url = `http://127.0.0.1:${port}`;
  }

  /** A project that is yet to be started, of a file that is made here; `name` must be unique among those that stand. */
  async project(name: string, file: ComposeFile): Promise<ComposeProject> {
    const full = `${this.#name}-${name}`;
    const labels = { [OWNER]: String(process.pid) };
    const services = Object.fromEntries(
      Object.entries(file.services).map(([key, service]) => [
        key,
        { ...service, labels: { ...service.labels, ...labels } },
      ]),
    );
    const path = join(this.folder, `${name}.yml`);
    // Compose makes it in any case; a label of the project does not reach it.
    const networks = { default: { labels } };
    await writeFile(path, stringify({ networks, ...file, name: full, services }), { mode: 0o600 });
    const project = new ComposeProject({ name: full, files: [path], shownFiles: [`${name}.yml`], env: {} }, this.run);
    this.#projects.set(full, project);
    return project;
  }

  /** Tells the address of the registry in it, so that its images can be found when this process was killed. */
  async registryListensAt(host: string): Promise<void> {
    await noteRegistry(this.folder, host);
  }

  /** @param grace how long its containers are given to end, in seconds */
  async remove(project: ComposeProject, grace = 0): Promise<void> {
    await project.remove(grace, REMOVAL_LIMIT + grace * 1000);
    this.#projects.delete(project.name);
  }

  /** Removes all that still stands. */
  async close(): Promise<void> {
    await Promise.all([...this.#projects.values()].map(project => this.remove(project)));
    await rm(this.folder, { recursive: true, force: true });
  }
}
