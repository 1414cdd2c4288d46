import { chmod, copyFile, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunDocker } from '../compose/docker.ts';
import { messageOf, UserFault } from '../runner/fault.ts';
import { registryFault } from './docker-faults.ts';
import type { Login } from './repositories.ts';

/** The folder of a login is named with this in front. */
export const LOGIN_FOLDER = 'zap-obs-docker-';

/** What of the user's configuration goes on to be used: plugins, and the engines and builders that they have chosen. */
const LINKED = ['cli-plugins', 'contexts', 'buildx'];

/**
 * A configuration of Docker's own for one run, so that a login of ours neither lasts nor touches the user's: their settings and
 * logins are in it, and ours is in a file that its owner alone may read, never in a keychain.
 */
export class DockerConfig {
  /** Its folder. */
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /**
   * @param env where the user's own folder and the job's folder for temporary files are named
   * @throws UserFault when it cannot be made
   */
  static async make(env: NodeJS.ProcessEnv): Promise<DockerConfig> {
    const own = env.DOCKER_CONFIG || join(homedir(), '.docker');
    try {
      // mkdtemp makes it for its owner only.
      const folder = await mkdtemp(join(env.RUNNER_TEMP || tmpdir(), LOGIN_FOLDER));
      const file = join(folder, 'config.json');
      await copyIfThere(join(own, 'config.json'), file);
      for (const name of LINKED) await linkIfThere(join(own, name), join(folder, name));
      return new DockerConfig(folder);
    } catch (error) {
      throw noPlace(error);
    }
  }

  /** Variables with which Docker uses it. */
  get env(): Record<string, string> {
    return { DOCKER_CONFIG: this.folder };
  }

  /**
   * Logs in to a registry.
   *
   * @throws UserFault when it cannot be reached, or refuses
   */
  async login(registry: string, { user, token }: Login, run: RunDocker, signal: AbortSignal): Promise<void> {
    await this.#keepInFile(registry);
    const args = ['login', '--username', user, '--password-stdin', registry];
    const { code, stderr } = await run(args, { signal, env: this.env, input: token });
    if (code !== 0) throw new UserFault(registryFault(stderr, { failed: `No login to ${registry}`, files: [] }));
  }

  /** With all that is in it; what is linked stays. */
  async remove(): Promise<void> {
    await removeDockerConfig(this.folder);
  }

  /** A helper for one registry goes before the keychain for all, and '' as its name means the file. */
  async #keepInFile(registry: string): Promise<void> {
    const file = join(this.folder, 'config.json');
    const config = await readConfig(file);
    config.credHelpers = { ...config.credHelpers, [registry]: '' };
    try {
      await writeFile(file, JSON.stringify(config, null, 2), { mode: 0o600 });
    } catch (error) {
      throw noPlace(error);
    }
  }
}

function noPlace(error: unknown): UserFault {
  const what = 'There is no place for a login to ECR';
  const fix = 'Let RUNNER_TEMP name a folder that can be written to, on a disk that is not full';
  return new UserFault({ what, seen: messageOf(error), fix }, { cause: error });
}

interface ConfigFile {
  credHelpers?: Record<string, string>;
}

/** Removes the folder of a login, also after the run that has made it. */
export async function removeDockerConfig(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}

/** @throws UserFault when the user's configuration cannot be understood; Docker could not either */
async function readConfig(file: string): Promise<ConfigFile> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as ConfigFile;
  } catch (error) {
    if (isAbsent(error)) return {};
    const what = "Docker's own configuration, `config.json`, is no JSON";
    throw new UserFault({ what, seen: messageOf(error), fix: 'Mend it, or log in anew' }, { cause: error });
  }
}

async function copyIfThere(from: string, to: string): Promise<void> {
  try {
    await copyFile(from, to);
    await chmod(to, 0o600);
  } catch (error) {
    if (!isAbsent(error)) throw error;
  }
}

async function linkIfThere(from: string, to: string): Promise<void> {
  try {
    await stat(from);
  } catch (error) {
    if (isAbsent(error)) return;
    throw error;
  }
  // On Windows a junction needs no rights of an administrator; elsewhere the word means nothing.
  await symlink(from, to, 'junction');
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
