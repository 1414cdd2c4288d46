import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WELL_KNOWN_KEYS } from '../../local/aws/src/wire/access-keys.ts';
import { ROOT } from './repository.ts';

export interface BundleRun {
  code: number | null;
  /** What was printed, stdout and stderr as they came. */
  log: string;
  outputs: Record<string, string>;
  /** The job summary, in Markdown. */
  summary: string;
  /** What was kept for the clean-up after the job, by name. */
  states: Record<string, string>;
  /** Milliseconds from start to exit. */
  duration: number;
}

export interface BundleOptions {
  /** Where AWS is; no other AWS setting of the environment reaches the bundle. */
  endpoint?: string;
  env?: Record<string, string>;
  workspace?: string;
  /** Show the output as it comes, on a terminal with a progress bar, instead of collecting it. */
  show?: boolean;
  /** Told when the process runs. */
  onStart?: (kill: (signal: NodeJS.Signals) => void, pid: number | undefined) => void;
  onOutput?: (text: string) => void;
  /** For `clean-up`: what the step has kept. */
  states?: Record<string, string>;
}

/** Starts a shipped action as the runner does: inputs in `INPUT_…`, outputs and summary through files, under this Node. */
export async function runBundle(
  action: string,
  inputs: Record<string, string>,
  options: BundleOptions = {},
): Promise<BundleRun> {
  const folder = await mkdtemp(join(tmpdir(), 'zap-obs-'));
  const [outputFile, summaryFile, stateFile] = ['output', 'summary', 'state'].map(name => join(folder, name)) as [
    string,
    string,
    string,
  ];
  try {
    await Promise.all([outputFile, summaryFile, stateFile].map(file => writeFile(file, '')));
    const env = {
      ...environmentWithoutAws(),
      ...(options.endpoint && localAwsEnvironment(options.endpoint)),
      GITHUB_OUTPUT: outputFile,
      GITHUB_STEP_SUMMARY: summaryFile,
      GITHUB_STATE: stateFile,
      GITHUB_WORKSPACE: options.workspace ?? ROOT,
      ...Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])),
      ...Object.fromEntries(Object.entries(options.states ?? {}).map(([name, value]) => [`STATE_${name}`, value])),
      ...options.env,
    };
    const started = performance.now();
    const { code, log } = await spawnAndWait(join(ROOT, 'dist', `${action}.js`), env, options);
    const duration = performance.now() - started;
    const [output = '', summary = '', state = ''] = await Promise.all(
      [outputFile, summaryFile, stateFile].map(file => readFile(file, 'utf8')),
    );
    return { code, log, outputs: parseFile(output), summary, states: parseFile(state), duration };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Settings that point the SDK and the AWS CLI at a local AWS. */
export function localAwsEnvironment(endpoint: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: WELL_KNOWN_KEYS.test.accessKeyId,
    AWS_SECRET_ACCESS_KEY: WELL_KNOWN_KEYS.test.secretAccessKey,
    AWS_REGION: 'us-east-1',
  };
}

/** The environment without anything that could lead to a real AWS account, or make this look like a workflow job. */
export function environmentWithoutAws(): Record<string, string | undefined> {
  const kept = Object.entries(process.env).filter(([name]) => !/^(AWS_|GITHUB_|INPUT_|STATE_|ACTIONS_)/.test(name));
  const nowhere = join(tmpdir(), 'zap-obs-no-such-file');
  return {
    ...Object.fromEntries(kept),
    AWS_CONFIG_FILE: nowhere,
    AWS_SHARED_CREDENTIALS_FILE: nowhere,
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}

function spawnAndWait(
  script: string,
  env: Record<string, string | undefined>,
  options: BundleOptions,
): Promise<{ code: number | null; log: string }> {
  const child = spawn(process.execPath, [script], {
    env,
    stdio: ['ignore', options.show ? 'inherit' : 'pipe', options.show ? 'inherit' : 'pipe'],
  });
  options.onStart?.(signal => void child.kill(signal), child.pid);
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      log += text;
      options.onOutput?.(text);
    });
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', code => resolve({ code, log }));
  });
}

/** Reads the runner's file format: `name<<DELIMITER`, the value's lines, `DELIMITER`. A name's last value counts. */
function parseFile(text: string): Record<string, string> {
  const entries = [...text.matchAll(/^([^\n<]+)<<(\S+)\n([\s\S]*?)\n?\2$/gm)];
  return Object.fromEntries(entries.map(([, name, , value]) => [name, value]));
}
