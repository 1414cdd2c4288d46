import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { promisify } from 'node:util';
import { UserFault } from '../../runner/fault.ts';
import { runScript, settingsIn } from '../images.ts';

/** What decides whether containers run, and how they come to. */
export interface Situation {
  /** An engine answers, and the CLI has the plugins compose and buildx. */
  isThere: boolean;
  /** Debian or Ubuntu, as root: what is missing can be installed. */
  canInstall: boolean;
  /** The user has said so: `--yes` or `CI=true`. */
  mayInstall: boolean;
  isTerminal: boolean;
}

/** What is done about Docker; the pure part of `npm start`'s first step. */
export function engineStep({ isThere, canInstall, mayInstall, isTerminal }: Situation): Step {
  if (isThere) return 'use';
  if (!canInstall) return 'simulate';
  if (mayInstall) return 'install';
  return isTerminal ? 'ask' : 'simulate';
}

type Step = 'use' | 'install' | 'ask' | 'simulate';

/** Variables with which `docker` works from now on, or why no container runs. */
export type Engine = { env: Record<string, string> } | { simulated: string };

const SCRIPT = '.ci/engine';
const INSTALL = 'npm start -- --yes';

/** Finds a Docker engine, or sees to one as far as the user allows it. Says on the terminal what it installs. */
export async function dockerEngine({ yes }: { yes: boolean }, say: (text: string) => void): Promise<Engine> {
  const [isThere, canInstall] = await Promise.all([hasDocker(), isDebianRoot()]);
  const isTerminal = process.stdin.isTTY === true && process.stdout.isTTY === true;
  const step = engineStep({ isThere, canInstall, mayInstall: yes, isTerminal });
  if (step === 'use') return { env: {} };
  if (step === 'simulate') return { simulated: reason(canInstall) };
  if (step === 'ask' && !(await ask())) return { simulated: reason(canInstall) };
  say("No Docker engine with compose and buildx answers: starting one, out of the distribution's packages …");
  const { code, stdout, stderr } = await runScript(SCRIPT);
  if (code === 0) return { env: settingsIn(stdout, SCRIPT) };
  const seen = stderr.trim().split('\n').at(-1);
  throw new UserFault({
    what: 'No Docker engine could be started',
    seen,
    fix: 'Mend that, or run without `--yes` for a simulation',
  });
}

function reason(canInstall: boolean): string {
  return canInstall
    ? `no Docker engine with compose and buildx answers; \`${INSTALL}\` installs and starts one`
    : `no Docker engine with compose and buildx answers; install and start one (https://docs.docker.com/engine/install), or, on Debian and Ubuntu, let root run \`${INSTALL}\``;
}

async function ask(): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await lines.question(
    "No Docker engine with compose and buildx answers. Install and start the distribution's? Without one, services are simulated. [y/N] ",
  );
  lines.close();
  return /^y(es)?$/i.test(answer.trim());
}

const run = promisify(execFile);

async function hasDocker(): Promise<boolean> {
  const works = async (...args: string[]) => {
    try {
      await run('docker', args, { timeout: 20_000 });
      return true;
    } catch {
      // Whatever the reason: it cannot be used.
      return false;
    }
  };
  const all = await Promise.all([works('version'), works('compose', 'version'), works('buildx', 'version')]);
  return all.every(Boolean);
}

async function isDebianRoot(): Promise<boolean> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  try {
    await access('/etc/debian_version');
    return true;
  } catch {
    return false;
  }
}
