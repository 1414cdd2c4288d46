import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { UserFault } from '../runner/fault.ts';
import { ROOT } from './repository.ts';

/** Where images come from: a registry, or `.ci/images/build`, which makes stand-ins out of what package registries have. */
export type ImageChoice = 'pulled' | 'built';

const CHOICES: readonly ImageChoice[] = ['pulled', 'built'];
const SCRIPT = '.ci/images/build';

/**
 * What `IMAGES` or `--images` chooses; without it, images are pulled.
 *
 * @param named as the user would write it, for the message
 * @throws UserFault for anything else than the two choices
 */
export function imageChoice(value: string | undefined, named = 'IMAGES'): ImageChoice {
  if (value === undefined || value === '') return 'pulled';
  const choice = CHOICES.find(known => known === value);
  if (choice) return choice;
  throw new UserFault({ what: `${named} is neither of ${CHOICES.join(' and ')}`, seen: value, fix: `Set one of them` });
}

/** What came of a script: everything that it printed, and its exit code. */
export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * The environment variables with which docker, compose files and actions use the chosen images: NODE_IMAGE,
 * COLLECTOR_IMAGE, PROMETHEUS_IMAGE and REGISTRY_IMAGE, and DOCKER_CONFIG where the CLI’s plugins had to be built, too. Nothing for
 * pulled ones, whose names are the defaults of those who use them.
 *
 * Building starts a Docker engine where there is none. It takes minutes the first time, and a second from then on.
 *
 * @param script runs a script of this repository; says what it does on stderr while it does it
 * @throws UserFault when they cannot be built here, with the reason that the script gives
 */
export async function imagesFor(
  choice: ImageChoice,
  script: (path: string) => Promise<Outcome> = runScript,
): Promise<Record<string, string>> {
  if (choice === 'pulled') return {};
  const { code, stdout, stderr } = await script(SCRIPT);
  if (code === 0) return settingsIn(stdout, SCRIPT);
  throw new UserFault({
    what: 'The images could not be built',
    seen: lastLineOf(stderr) ?? `${SCRIPT} has ended with ${code ?? 'a signal'} and no word`,
    fix: 'Or use IMAGES=pulled, where the image registries can be reached',
  });
}

/** What a script prints for its callers: `NAME=value`, a line each. */
export function settingsIn(text: string, script: string): Record<string, string> {
  const lines = text.split('\n').filter(line => line !== '');
  return Object.fromEntries(
    lines.map(line => {
      const end = line.indexOf('=');
      if (end < 1) throw new Error(`${script} printed what is no setting: ${line}`);
      return [line.slice(0, end), line.slice(end + 1)];
    }),
  );
}

function lastLineOf(text: string): string | undefined {
  return text
    .split('\n')
    .map(line => line.trim())
    .findLast(line => line !== '');
}

/** Runs a script of this repository, and shows on stderr what it says. */
export function runScript(path: string, ...args: string[]): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn('bash', [join(ROOT, path), ...args], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', text => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', text => {
      stderr += text;
      process.stderr.write(text);
    });
    child.on('error', cause =>
      reject(
        new UserFault(
          {
            what: `${path} needs bash, which could not be started`,
            seen: cause.message,
            fix: 'Use IMAGES=pulled, or Debian',
          },
          { cause },
        ),
      ),
    );
    child.on('close', code => resolve({ code, stdout, stderr }));
  });
}
