import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { UserFault } from '../../runner/fault.ts';
import { ROOT } from '../repository.ts';
import { environmentWithoutAws } from '../run-bundle.ts';
import { MAJOR, TOOLKIT } from '../toolkit-name.ts';
import { type ActLine, readActLine } from './act-log.ts';

/** One run of a workflow under act, in host mode, on this machine alone. */
export interface ActRun {
  /** The workflow's file, absolute or against `cwd`. */
  workflow: string;
  /** What triggers it, such as `pull_request`. */
  event: string;
  /** The event as GitHub would send it; its `inputs` are the workflow's. */
  payload: object;
  /** For every step; secrets may be among it, so that it stands in no command line. */
  env: Readonly<Record<string, string>>;
  /** The context `vars`. */
  vars: Readonly<Record<string, string>>;
  /** The context `secrets`; `GITHUB_TOKEN` is what `github.token` is, too. */
  secrets?: Readonly<Record<string, string>>;
}

export interface ActOptions {
  /** The repository whose workflow it is. */
  cwd?: string;
  signal?: AbortSignal;
  /** Told of each line as it comes. */
  notify?(line: ActLine): void;
}

export interface ActOutcome {
  code: number;
  lines: readonly ActLine[];
}

/** What a checkout of the toolkit does not have; act copies what it is given for each step. */
const NOT_COMMITTED = ['node_modules', '.git', '.tmp', 'build', 'coverage'];

/** The toolkit as it stands here, without what is not committed, in place of what `uses: org/zap-obs…@v1` would fetch. */
async function toolkitIn(folder: string): Promise<string> {
  const copy = join(folder, 'toolkit');
  await cp(ROOT, copy, { recursive: true, filter: path => path === ROOT || !NOT_COMMITTED.includes(basename(path)) });
  return `${TOOLKIT}@${MAJOR}=${copy}`;
}

/** Runs a workflow to its end; a signal ends act, which ends its steps. Nothing is pulled or fetched. */
export async function runAct(run: ActRun, { cwd = ROOT, signal, notify }: ActOptions = {}): Promise<ActOutcome> {
  const folder = await mkdtemp(join(tmpdir(), 'zap-obs-act-'));
  try {
    const [event, env, vars, secrets] = await Promise.all([
      keep(folder, 'event.json', JSON.stringify(run.payload)),
      keep(folder, 'env', dotenv(run.env)),
      keep(folder, 'vars', dotenv(run.vars)),
      // Without one of ours, act would take that of `gh`.
      keep(folder, 'secrets', dotenv({ GITHUB_TOKEN: '', ...run.secrets })),
    ]);
    const toolkit = await toolkitIn(folder);
    const args = [
      run.event,
      ...['--workflows', run.workflow, '--json', '--local-repository', toolkit],
      ...['--eventpath', event, '--env-file', env, '--var-file', vars, '--secret-file', secrets],
      // What .actrc says, for repositories that have none.
      ...['--platform', 'ubuntu-latest=-self-hosted', '--pull=false'],
      ...['--artifact-server-addr', '127.0.0.1', '--cache-server-addr', '127.0.0.1'],
    ];
    // Steps see what act sees: no account of whoever runs it. What act keeps of each job, and leaves behind when it is
    // stopped, goes with the folder.
    const own = {
      ...environmentWithoutAws(),
      XDG_CACHE_HOME: join(folder, 'cache'),
      ACT_DISABLE_VERSION_CHECK: '1',
    };
    signal?.throwIfAborted();
    const child = spawn('act', args, { cwd, env: own, stdio: ['ignore', 'pipe', 'pipe'] });
    const stop = () => child.kill('SIGTERM');
    signal?.addEventListener('abort', stop, { once: true });
    const lines: ActLine[] = [];
    const read = async (stream: NodeJS.ReadableStream) => {
      for await (const text of createInterface({ input: stream })) {
        const line = readActLine(text);
        if (!line) continue;
        lines.push(line);
        notify?.(line);
      }
    };
    const [[code]] = await Promise.all([once(child, 'close'), read(child.stdout), read(child.stderr)]);
    signal?.removeEventListener('abort', stop);
    return { code: code ?? 1, lines };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function keep(folder: string, name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content, { mode: 0o600 });
  return path;
}

/** Values in single quotes are taken as they are; https://github.com/joho/godotenv. */
function dotenv(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => {
      if (/['\n\r]/.test(value))
        throw new UserFault({
          what: `\`${name}\` cannot be given to act`,
          seen: value,
          fix: 'Choose a value without quotes and line breaks, which its files of variables cannot hold',
        });
      return `${name}='${value}'\n`;
    })
    .join('');
}
