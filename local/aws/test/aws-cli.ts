import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { LocalAws } from '../src/index.ts';
import { WELL_KNOWN_KEYS } from '../src/wire/access-keys.ts';

const run = promisify(execFile);

/** Runs `aws …` against a local AWS, whatever this machine's own configuration says; rejects with what it wrote to stderr. */
export async function awsCli({ url }: Pick<LocalAws, 'url'>, ...words: string[]): Promise<string> {
  const nowhere = join(tmpdir(), 'zap-obs-no-such-file');
  const { accessKeyId, secretAccessKey } = WELL_KNOWN_KEYS.example;
  const env = {
    PATH: process.env.PATH,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_DEFAULT_REGION: 'us-east-1',
    // Not --endpoint-url: `deploy` would upload to the real S3 all the same.
    AWS_ENDPOINT_URL: url,
    AWS_CONFIG_FILE: nowhere,
    AWS_SHARED_CREDENTIALS_FILE: nowhere,
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  try {
    return (await run('aws', ['--output', 'json', ...words], { env })).stdout;
  } catch (error) {
    const { code, stderr } = error as { code?: unknown; stderr?: string };
    if (code === 'ENOENT') throw new Error('the AWS CLI (`aws`) is not on PATH; test:tools needs it');
    throw new Error(`aws ${words.join(' ')}: ${stderr}`);
  }
}
