import type { Finished, RunDocker, RunOptions } from '../compose/docker.ts';
import { isLoginRefused } from './docker-faults.ts';
import type { DockerConfig } from './docker-login.ts';
import type { Repositories, Repository } from './repositories.ts';

/** What an access to registries works with. */
export interface AccessOptions {
  repositories: Pick<Repositories, 'login'>;
  run: RunDocker;
  signal: AbortSignal;
  /** Makes the configuration of this run; called once, when it is needed. */
  openConfig(): Promise<DockerConfig>;
  /** Keeps a token out of everything that is shown. */
  mask(secret: string): void;
}

/** Docker with a login to ECR, made when it is needed first and shared by all that is done at the same time. */
export class RegistryAccess {
  readonly #options: AccessOptions;
  #config: Promise<DockerConfig> | undefined;
  #login: Promise<void> | undefined;

  constructor(options: AccessOptions) {
    this.#options = options;
  }

  /**
   * Runs Docker with the login. When the registry refuses that, as it does when the token has expired meanwhile, it logs in again and
   * runs the command once more: layers that were sent stay there, and steps that were built are in the cache.
   *
   * @throws UserFault when the login fails
   */
  async run(repository: Repository, args: readonly string[], options: RunOptions = {}): Promise<Finished> {
    const registry = repository.uri.slice(0, repository.uri.indexOf('/'));
    this.#login ??= this.#logIn(registry);
    const login = this.#login;
    await login;
    const finished = await this.#run(args, options);
    if (finished.code === 0 || !isLoginRefused(finished.stderr)) return finished;
    // Whoever is refused first renews it for all.
    if (this.#login === login) this.#login = this.#logIn(registry);
    await this.#login;
    return await this.#run(args, options);
  }

  /** A folder of this run's own, which goes with its login. */
  async folder(): Promise<string> {
    return (await this.#openConfig()).folder;
  }

  async #run(args: readonly string[], options: RunOptions): Promise<Finished> {
    const { run, signal } = this.#options;
    const { env } = await this.#openConfig();
    return await run(args, { signal, ...options, env: { ...options.env, ...env } });
  }

  async #logIn(registry: string): Promise<void> {
    const { repositories, run, signal, mask } = this.#options;
    const [config, login] = await Promise.all([this.#openConfig(), repositories.login()]);
    mask(login.token);
    mask(Buffer.from(`${login.user}:${login.token}`).toString('base64'));
    await config.login(registry, login, run, signal);
  }

  #openConfig(): Promise<DockerConfig> {
    this.#config ??= this.#options.openConfig();
    return this.#config;
  }
}
