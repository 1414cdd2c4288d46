import { UserFault } from '../runner/fault.ts';
import { type Container, readContainers } from './containers.ts';
import type { Finished, RunDocker, RunOptions } from './docker.ts';
import { type Attempt, explain } from './explain.ts';
import { type Model, readModel } from './model.ts';

/** Which project, of which files, and with what in its environment. */
export interface ProjectOptions {
  /** Lower case, digits, `-` and `_`. */
  name: string;
  /** Absolute paths, in the order in which they are merged. */
  files: readonly string[];
  /** The same as the user wrote them, for messages. */
  shownFiles: readonly string[];
  /** Variables for the files, such as images and credentials. */
  env: Readonly<Record<string, string>>;
}

/** A project cannot be removed whole in so many tries: something else makes it anew. */
const REMOVALS = 3;

/** A compose project under a name of its own. */
export class ComposeProject {
  readonly name: string;
  readonly #options: ProjectOptions;
  readonly #run: RunDocker;
  readonly #warned = new Set<string>();
  #files: readonly string[];

  constructor(options: ProjectOptions, run: RunDocker) {
    this.name = options.name;
    this.#options = options;
    this.#files = options.files;
    this.#run = run;
  }

  /** Puts one more file after the others. */
  add(file: string): void {
    this.#files = [...this.#files, file];
  }

  /**
   * The project as Compose understands its files.
   *
   * @throws UserFault when Compose refuses them
   */
  async model(signal: AbortSignal): Promise<Model> {
    const failed = 'The compose files cannot be read';
    const { stdout } = await this.#compose(['config', '--format', 'json'], failed, { signal });
    return readModel(stdout);
  }

  async build(signal: AbortSignal, onLine: (line: string) => void): Promise<void> {
    await this.#compose(['--progress', 'plain', 'build'], 'An image cannot be built', { signal, onLine });
  }

  /** Creates and starts everything, in the order of `depends_on`; returns when all is started. */
  async start(signal: AbortSignal, onLine: (line: string) => void): Promise<void> {
    const failed = 'The compose project cannot be started';
    await this.#compose(['--progress', 'plain', 'up', '--detach', '--no-build'], failed, { signal, onLine });
  }

  /** All containers, also those that have ended. */
  async containers(signal: AbortSignal): Promise<Container[]> {
    const args = ['ps', '--all', '--format', 'json'];
    return readContainers((await this.#named(args, 'The containers cannot be listed', { signal })).stdout);
  }

  /** The last lines of a service's log, oldest first, with both streams as Docker merges them. */
  async logs(service: string, lines: number, signal: AbortSignal): Promise<string[]> {
    const args = ['logs', '--no-color', '--no-log-prefix', '--tail', String(lines), service];
    const said: string[] = [];
    const onLine = (line: string) => said.push(line);
    // By name alone: with its files, Compose's own warnings about them would stand among the lines.
    await this.#named(args, `The log of ${service} cannot be read`, { signal, onLine });
    return said;
  }

  /** How often each container was started again, by the container's name. */
  async restarts(signal: AbortSignal): Promise<Map<string, number>> {
    const attempt = { failed: 'The containers cannot be inspected', files: [] };
    const { stdout } = await checked(this.#run(['ps', '--all', '--quiet', ...this.#label], { signal }), attempt);
    const ids = stdout.split('\n').filter(Boolean);
    if (ids.length === 0) return new Map();
    const format = ['inspect', '--format', '{{.RestartCount}} {{.Name}}', ...ids];
    const counts = (await checked(this.#run(format, { signal }), attempt)).stdout.split('\n').filter(Boolean);
    return new Map(
      counts.map(line => {
        const [count = '', name = ''] = line.split(' /');
        return [name, Number(count)];
      }),
    );
  }

  /**
   * Removes containers, networks, volumes, and the images that were built without a name of their own. Looks again until nothing
   * is left: a start that was ended in the middle may still make something.
   *
   * @param grace how long containers are given to end, in seconds
   * @param limit how long all of it may take, in milliseconds
   * @throws UserFault naming what is left, or why that is not known
   */
  async remove(grace: number, limit: number): Promise<void> {
    const signal = AbortSignal.timeout(limit);
    const what = `The compose project ${this.name} cannot be removed`;
    const fix = `Remove it by \`${removalOf(this.name)}\``;
    const args = ['down', '--volumes', '--remove-orphans', '--timeout', String(grace)];
    try {
      for (let tries = 1; ; tries++) {
        await this.#compose(args, what, { signal });
        await this.#removeImages(signal);
        const left = await this.remains(signal);
        if (left.length === 0) return;
        if (tries === REMOVALS) throw new UserFault({ what, seen: left.join(', '), fix });
      }
    } catch (error) {
      if (signal.aborted) {
        const seen = `Docker has not done it in ${limit / 1000} s`;
        throw new UserFault({ what, seen, fix }, { cause: error });
      }
      if (!(error instanceof UserFault)) throw error;
      throw new UserFault({ what, seen: error.faults.map(({ seen }) => seen).join('; '), fix }, { cause: error });
    }
  }

  /** What there is of the project: containers, networks and volumes, as `container abc`. */
  async remains(signal?: AbortSignal): Promise<string[]> {
    const lists = {
      container: ['ps', '--all', '--format', '{{.Names}}'],
      network: ['network', 'ls', '--format', '{{.Name}}'],
      volume: ['volume', 'ls', '--format', '{{.Name}}'],
    };
    const found = Object.entries(lists).map(async ([kind, args]) =>
      (await this.#listed(args, signal)).map(name => `${kind} ${name}`),
    );
    return (await Promise.all(found)).flat();
  }

  /** Images of the project's own name only: others may have been there before, or be wanted after. */
  async #removeImages(signal: AbortSignal): Promise<void> {
    const images = await this.#listed(['image', 'ls', '--format', '{{.Repository}}'], signal);
    const own = images.filter(image => image.startsWith(`${this.name}-`));
    if (own.length === 0) return;
    const attempt = { failed: `Images of ${this.name} cannot be removed`, files: [] };
    await checked(this.#run(['image', 'rm', ...new Set(own)], { signal }), attempt);
  }

  async #listed(args: readonly string[], signal: AbortSignal | undefined): Promise<string[]> {
    const attempt = { failed: `What there is of ${this.name} cannot be listed`, files: [] };
    const { stdout } = await checked(this.#run([...args, ...this.#label], { signal }), attempt);
    return stdout.split('\n').filter(Boolean);
  }

  get #label(): string[] {
    return ['--filter', `label=com.docker.compose.project=${this.name}`];
  }

  #compose(args: readonly string[], failed: string, { onLine, ...options }: RunOptions): Promise<Finished> {
    const told = onLine && ((line: string) => this.#tell(line, onLine));
    return this.#named([...this.#files.flatMap(file => ['--file', file]), ...args], failed, {
      ...options,
      onLine: told,
    });
  }

  /** Compose repeats its warnings about files at every command, and for every mention of a variable. */
  #tell(line: string, onLine: (line: string) => void): void {
    const warning = /^time="[^"]*" level=warning msg="(.*)"$/.exec(line)?.[1];
    if (warning === undefined) onLine(line);
    else if (!this.#warned.has(warning)) onLine(`Warning of Compose: ${warning.replaceAll('\\"', '"')}`);
    if (warning !== undefined) this.#warned.add(warning);
  }

  #named(args: readonly string[], failed: string, options: RunOptions): Promise<Finished> {
    const attempt = { failed, files: this.#options.shownFiles };
    const all = ['compose', '--project-name', this.name, ...args];
    return checked(this.#run(all, { ...options, env: this.#options.env }), attempt);
  }
}

/** The command with which a project is removed by hand. */
export function removalOf(name: string): string {
  return `docker compose --project-name ${name} down --volumes --remove-orphans`;
}

async function checked(running: Promise<Finished>, attempt: Attempt): Promise<Finished> {
  const finished = await running;
  if (finished.code !== 0) throw new UserFault(explain(finished.stderr, attempt));
  return finished;
}
