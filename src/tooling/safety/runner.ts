import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from '../repository.ts';

/** A command that Docker was given. */
export interface DockerCommand {
  args: string[];
  /** The command line of the process that gave it. */
  parent: string;
  /** What a login was told on standard input. */
  input: string;
  environment: Record<string, string>;
}

/** Everything that a run of a shipped action has left to be seen. */
export interface RunnerRun {
  code: number | null;
  /** Both streams as they came. */
  log: string;
  /** The runner's files as they were left: `output`, `summary`, `state`, `env`, `path`. */
  files: Record<'output' | 'summary' | 'state' | 'env' | 'path', string>;
  docker: DockerCommand[];
  /** Hosts beyond this machine to which it would have connected. */
  network: string[];
  /** Of this run alone; under it are `workspace`, `home`, `temp` and the canary's place. */
  folder: string;
}

export interface RunnerOptions {
  env?: Record<string, string>;
  /** Text by path in the workspace. */
  files?: Record<string, string>;
  /** Told of what is printed, all of it so far. */
  onOutput?: (log: string, child: ChildProcess) => void;
  /** Told of each command of Docker soon after it was given. */
  onDocker?: (command: DockerCommand, child: ChildProcess) => void;
}

/** Where a text that is run as a program would leave its mark. */
export const CANARY = 'canary';

/**
 * Starts a shipped action as the runner does, on a machine that has nothing but Node, a Docker that only writes down what it is
 * told, folders of its own, and no network.
 *
 * @param stage an empty folder for this run's folder
 * @param inputs by name; a function is told the run's folder
 */
export async function runOnRunner(
  stage: string,
  action: string,
  inputs: Record<string, string>,
  { env = {}, files = {}, onOutput, onDocker }: RunnerOptions = {},
): Promise<RunnerRun> {
  const folder = mkdtempSync(join(stage, 'run-'));
  const at = (name: string) => join(folder, name);
  for (const name of ['workspace', 'home', 'temp', 'bin', 'runner']) mkdirSync(at(name));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(at('workspace'), name)), { recursive: true });
    writeFileSync(join(at('workspace'), name), text);
  }
  const commandFiles = ['output', 'summary', 'state', 'env', 'path'] as const;
  for (const name of commandFiles) writeFileSync(join(at('runner'), name), '');
  const record = join(at('runner'), 'docker');
  const network = join(at('runner'), 'network');
  const docker = join(at('bin'), 'docker');
  const script = join(import.meta.dirname, 'recording-docker.ts');
  writeFileSync(docker, `#!/bin/sh\nunset NODE_OPTIONS\nexec '${process.execPath}' '${script}' "$@"\n`);
  chmodSync(docker, 0o755);

  const named = (folder: string) => Object.fromEntries(commandFiles.map(name => [VARIABLES[name], join(folder, name)]));
  const child = spawn(process.execPath, [join(ROOT, 'dist', `${action}.js`)], {
    cwd: at('workspace'),
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: at('bin'),
      HOME: at('home'),
      RUNNER_TEMP: at('temp'),
      TMPDIR: at('temp'),
      GITHUB_ACTIONS: 'true',
      GITHUB_WORKSPACE: at('workspace'),
      ...named(at('runner')),
      NODE_OPTIONS: `--import=${join(import.meta.dirname, 'network-guard.mjs')}`,
      ZAP_NETWORK_RECORD: network,
      ZAP_DOCKER_RECORD: record,
      AWS_EC2_METADATA_DISABLED: 'true',
      ...Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])),
      ...env,
    },
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      log += text;
      onOutput?.(log, child);
    });
  let told = 0;
  const watching = setInterval(() => {
    for (const command of onDocker ? commandsIn(record).slice(told) : []) {
      told += 1;
      onDocker?.(command, child);
    }
  }, 20);
  const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
  clearInterval(watching);
  const read = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8') : '');
  return {
    code,
    log,
    files: Object.fromEntries(commandFiles.map(name => [name, read(join(at('runner'), name))])) as RunnerRun['files'],
    docker: commandsIn(record),
    network: read(network).split('\n').filter(Boolean),
    folder,
  };
}

const VARIABLES = {
  output: 'GITHUB_OUTPUT',
  summary: 'GITHUB_STEP_SUMMARY',
  state: 'GITHUB_STATE',
  env: 'GITHUB_ENV',
  path: 'GITHUB_PATH',
} as const;

/** Lines that are whole: the last may be in the making. */
function commandsIn(record: string): DockerCommand[] {
  if (!existsSync(record)) return [];
  const lines = readFileSync(record, 'utf8').split('\n').slice(0, -1);
  return lines.map(line => JSON.parse(line) as DockerCommand);
}

/** Text by path of everything that a run has left on the disk, but for what it was given. */
export function leftBehind({ folder }: RunnerRun, given: Readonly<Record<string, string>>): Map<string, string> {
  const files = globSync(
    ['workspace', 'home', 'temp'].flatMap(name => [`${name}/**/*`, `${name}/**/.*`]),
    { cwd: folder },
  );
  const own = files.filter(file => statSync(join(folder, file)).isFile());
  const read = own.map(file => [file, readFileSync(join(folder, file), 'utf8')] as const);
  return new Map(read.filter(([file, text]) => given[file.replace(/^workspace\//, '')] !== text));
}
