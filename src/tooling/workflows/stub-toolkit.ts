// zap-obs with actions that only note what they were given: under act, what the expressions of the workflows come to.
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { parse, stringify } from 'yaml';
import { ROOT } from '../repository.ts';
import { environmentWithoutAws } from '../run-bundle.ts';
import { MAJOR, TOOLKIT } from '../toolkit-name.ts';
import { type Action, actionFiles } from './files.ts';

const run = promisify(execFile);

/** What one step has given to an action. */
export interface Given {
  /** Job and path of the action, as `image actions/build-push`. */
  where: string;
  inputs: Record<string, string>;
}

export interface ActRun {
  given: Given[];
  log: string;
  code: number;
}

export interface ActOptions {
  variables?: Record<string, string>;
  /** Of a run by hand. */
  inputs?: Record<string, string>;
  /** Of the event. */
  payload?: object;
  /** A job whose outputs are dropped, as GitHub does with those that hold something masked. */
  dropped?: string;
  /** A job whose action fails. */
  failing?: string;
}

/** The user's repository. */
export const REPOSITORY = 'octo/shop';

/** A repository of a user, and zap-obs beside it. */
export interface StubToolkit {
  /** @param workflow a file of zap-obs's own, or the text of a user's */
  run(event: string, workflow: string | { text: string }, options?: ActOptions): Promise<ActRun>;
  remove(): Promise<void>;
}

/** The text that stands for an output of a stub: `deploy.load-balancer-url`. */
export function outputOf(action: string, output: string): string {
  return `${action}.${output}`;
}

const STUB = (path: string, outputs: readonly string[]) => `
const { appendFileSync } = require('node:fs');
const { NOTED, DROPPED, FAILING, GITHUB_JOB, GITHUB_OUTPUT } = process.env;
const inputs = Object.entries(process.env).flatMap(([name, value]) =>
  name.startsWith('INPUT_') ? [[name.slice(6).toLowerCase(), value]] : []);
appendFileSync(NOTED, JSON.stringify({ where: GITHUB_JOB + ' ${path}', inputs: Object.fromEntries(inputs) }) + '\\n');
if (DROPPED !== GITHUB_JOB)
  for (const name of ${JSON.stringify(outputs)}) appendFileSync(GITHUB_OUTPUT, name + '=${path.split('/').at(-1)}.' + name + '\\n');
if (FAILING === GITHUB_JOB) process.exit(1);
`;

export async function stubToolkit(): Promise<StubToolkit> {
  const folder = await mkdtemp(join(tmpdir(), 'zap-obs-stub-'));
  const [tree, workspace] = [join(folder, 'toolkit'), join(folder, 'workspace')];
  await cp(join(ROOT, '.github/workflows'), join(tree, '.github/workflows'), { recursive: true });
  for (const { path, text } of actionFiles()) await writeStub(tree, path, text);
  await mkdir(workspace, { recursive: true });
  await run('git', ['init', '--quiet', '--initial-branch=main', workspace]);
  const identity = ['-c', 'user.name=a', '-c', 'user.email=a@b'];
  await run('git', [...identity, 'commit', '--quiet', '--allow-empty', '-m', 'Begin'], { cwd: workspace });
  await run('git', ['remote', 'add', 'origin', `https://github.com/${REPOSITORY}.git`], { cwd: workspace });
  let runs = 0;
  return {
    async run(event, workflow, options = {}) {
      const number = ++runs;
      const noted = join(folder, `noted-${number}`);
      await writeFile(noted, '');
      const payload = join(folder, `payload-${number}.json`);
      await writeFile(payload, JSON.stringify(options.payload ?? {}));
      const own = join(workspace, `.github/workflows/${number}.yml`);
      if (typeof workflow !== 'string') {
        await mkdir(dirname(own), { recursive: true });
        await writeFile(own, workflow.text);
      }
      const file = typeof workflow === 'string' ? join(tree, '.github/workflows', workflow) : own;
      const environment = { NOTED: noted, DROPPED: options.dropped ?? '', FAILING: options.failing ?? '' };
      const args = [
        [event, '--workflows', file, '--platform', 'ubuntu-latest=-self-hosted'],
        options.payload ? ['--eventpath', payload] : [],
        ['--local-repository', `${TOOLKIT}@${MAJOR}=${tree}`],
        pairs('--env', environment),
        pairs('--var', options.variables ?? {}),
        pairs('--input', options.inputs ?? {}),
      ].flat();
      const env = {
        ...environmentWithoutAws(),
        HOME: folder,
        XDG_CACHE_HOME: join(folder, 'cache'),
        PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
      };
      const { code, log } = await run('act', args, { cwd: workspace, env }).then(
        ({ stdout, stderr }) => ({ code: 0, log: stdout + stderr }),
        ({ code, stdout, stderr }) => {
          if (typeof code !== 'number') throw new Error(`act cannot be started (${code}): it has to be on PATH`);
          return { code, log: stdout + stderr };
        },
      );
      const lines = (await readFile(noted, 'utf8')).split('\n').filter(Boolean);
      return { given: lines.map(line => JSON.parse(line) as Given), log, code };
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

async function writeStub(tree: string, path: string, text: string): Promise<void> {
  const action = parse(text) as Action;
  await mkdir(dirname(join(tree, path)), { recursive: true });
  if (action.runs.using === 'composite') return void (await writeFile(join(tree, path), text));
  const stub = { ...action, runs: { using: 'node24', main: 'stub.cjs' } };
  await writeFile(join(tree, path), stringify(stub));
  await writeFile(join(tree, dirname(path), 'stub.cjs'), STUB(dirname(path), Object.keys(action.outputs ?? {})));
}

function pairs(flag: string, values: Record<string, string>): string[] {
  return Object.entries(values).flatMap(([name, value]) => [flag, `${name}=${value}`]);
}
