import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { addressOf } from '../../actions/smoke-test/smoke-project.ts';
import { untilAnswers } from '../../compose/answers.ts';
import { readContainers } from '../../compose/containers.ts';
import { runDocker } from '../../compose/docker.docker.ts';
import { systemClock } from '../../runner/clock.ts';
import { ROOT } from '../repository.ts';
import { startLogDriver } from './log-driver.ts';

/** How the stage shall be for a scenario; what it does not say is as `npm run local` has it. */
export interface Scene {
  /** Changes the text of the collector's configuration. */
  collector?: (config: string) => string;
  /** The collector's environment, beside the usual. */
  collectorEnvironment?: Readonly<Record<string, string>>;
  /** The application's, beside the usual. */
  application?: Readonly<Record<string, string>>;
  /** The text of a module that the application loads before all others. */
  preload?: string;
  /** Changes files of the application, by their path in zap-app. */
  sources?: Readonly<Record<string, (text: string) => string>>;
}

/** Where things are, under 127.0.0.1; ports change when a container is made anew. */
export interface Addresses {
  application: string;
  collector: string;
  prometheus: string;
  aws: string;
}

/** The service of the application, in local/docker-compose.yml. */
const APPLICATION = 'zap-app';
const COLLECTOR = 'adot-collector';
const PROMETHEUS = 'prometheus';
const AWS = 'local-aws';
const PORTS = {
  application: [APPLICATION, 5000],
  collector: [COLLECTOR, 4318],
  prometheus: [PROMETHEUS, 9090],
  aws: [AWS, 4566],
} as const;

/** What changes between scenarios; Prometheus and local AWS stay, with all that they have. */
const CHANGING = [APPLICATION, COLLECTOR];

const CONFIG = 'local/adot-config.yaml';
/** Where the collector puts log records, and where its own log goes. */
export const GROUPS = { records: '/aws/ecs/zap-adot-logs', collector: '/aws/ecs/collector' } as const;
/** Any free port; that of each is asked for. */
const FREE = { ZAP_APP_PORT: '0', OTLP_GRPC_PORT: '0', OTLP_HTTP_PORT: '0', PROMETHEUS_PORT: '0', ZAP_AWS_PORT: '0' };
/** Milliseconds. */
const PATIENCE = 60_000;

/**
 * The local project in containers, which stays up while its parts change: the sample application, a collector, Prometheus and
 * a simulated X-Ray and CloudWatch Logs. A change makes only those containers anew that it concerns.
 */
export class TelemetryStage {
  readonly name: string;
  readonly #folder: string;
  #addresses: Addresses | undefined;
  #turns = 0;
  #stopLogDriver = async () => {};

  private constructor(name: string, folder: string) {
    this.name = name;
    this.#folder = folder;
  }

  /** @param name of the compose project: one that nobody else has */
  static async open(name: string): Promise<TelemetryStage> {
    const folder = await mkdtemp(join(tmpdir(), 'zap-obs-stage-'));
    const stage = new TelemetryStage(name, folder);
    try {
      await stage.#write({});
      await stage.#compose('--progress', 'plain', 'build');
      await stage.play({});
    } catch (error) {
      await stage.close();
      throw error;
    }
    return stage;
  }

  get addresses(): Addresses {
    if (!this.#addresses) throw new Error('the stage is not up');
    return this.#addresses;
  }

  /** Sets the stage, and waits until every part of it answers. */
  async play(scene: Scene): Promise<void> {
    await this.#stopLogDriver();
    await this.#write(scene);
    const services = this.#addresses ? CHANGING : [...CHANGING, PROMETHEUS, AWS];
    // In any order, without a wait for health checks: what each needs is asked for here, more often than Docker asks.
    await this.#compose('up', '--detach', '--no-build', '--no-deps', '--timeout', '1', ...services);
    this.#addresses = await this.#findAddresses();
    this.#stopLogDriver = await startLogDriver({
      container: `${this.name}-${COLLECTOR}-1`,
      endpoint: this.#addresses.aws,
      group: GROUPS.collector,
      // As ECS names it: prefix, container, task; another one after each change.
      stream: `ecs/collector/${this.#turns}`,
    });
  }

  /** Ends the collector, which passes on what it has; what comes after that has nowhere to go. */
  async stopCollector(): Promise<void> {
    await this.#compose('stop', COLLECTOR);
  }

  async close(): Promise<void> {
    try {
      await this.#stopLogDriver();
    } finally {
      await this.#compose('down', '--volumes', '--remove-orphans', '--timeout', '0', '--rmi', 'local');
      await rm(this.#folder, { recursive: true, force: true });
    }
  }

  async #write(scene: Scene): Promise<void> {
    const { collector, collectorEnvironment = {}, application = {}, preload, sources = {} } = scene;
    // Under a new name each time, so that each scene has a new collector: one may still be busy with what it cannot deliver.
    const turn = String(++this.#turns);
    const config = await this.#change(CONFIG, collector, `collector-${turn}.yaml`);
    const changed = Object.entries(sources).map(async ([path, change]) => {
      const copy = await this.#change(`zap-app/${path}`, change, `${turn}-${basename(path)}`);
      return `${copy}:/app/${path}:ro`;
    });
    const preloaded = preload && (await this.#keep(`${turn}-preload.mjs`, preload));
    const volumes = [...(await Promise.all(changed)), ...(preloaded ? [`${preloaded}:/preload.mjs:ro`] : [])];
    const override = {
      services: {
        [COLLECTOR]: {
          environment: collectorEnvironment,
          volumes: [`${config}:/etc/adot-config.yaml:ro`],
        },
        [APPLICATION]: {
          environment: {
            ...application,
            ...(preloaded && { NODE_OPTIONS: '--import=/preload.mjs' }),
          },
          volumes,
        },
      },
    };
    await writeFile(join(this.#folder, 'override.json'), JSON.stringify(override));
  }

  /** @returns the path of a copy */
  async #change(path: string, change: ((text: string) => string) | undefined, name: string): Promise<string> {
    const usual = await readFile(join(ROOT, path), 'utf8');
    const changed = change?.(usual) ?? usual;
    if (change && changed === usual) throw new Error(`the scene changes nothing in ${path}`);
    return this.#keep(name, changed);
  }

  /** Readable for the users of containers, whatever the umask. */
  async #keep(name: string, content: string): Promise<string> {
    const path = join(this.#folder, name);
    await writeFile(path, content);
    await chmod(path, 0o644);
    return path;
  }

  async #findAddresses(): Promise<Addresses> {
    const containers = readContainers(await this.#compose('ps', '--format', 'json'));
    const found = Object.entries(PORTS).map(async ([name, [service, port]]) => {
      const url = addressOf(containers, { service, port });
      const path = name === 'aws' || name === 'application' ? '/health' : '/';
      await untilAnswers(`${url}${path}`, service, {
        clock: systemClock,
        signal: AbortSignal.timeout(PATIENCE + 5000),
        patience: PATIENCE,
        whileSilent: async () => {},
      });
      return [name, url] as const;
    });
    return Object.fromEntries(await Promise.all(found)) as unknown as Addresses;
  }

  async #compose(...args: string[]): Promise<string> {
    const files = [join(ROOT, 'local/docker-compose.yml'), join(this.#folder, 'override.json')];
    const whole = ['compose', '--project-name', this.name, ...files.flatMap(file => ['--file', file]), ...args];
    const { code, stdout, stderr } = await runDocker(whole, { env: FREE });
    if (code !== 0) throw new Error(`docker ${whole.join(' ')} ended with ${code}: ${stderr.trim()}`);
    return stdout;
  }
}
