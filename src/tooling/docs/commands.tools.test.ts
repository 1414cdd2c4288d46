import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type LocalAws, startLocalAws } from '@zap-obs/local-aws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../repository.ts';
import { environmentWithoutAws, localAwsEnvironment } from '../run-bundle.ts';
import { blocksOf } from './pages.ts';

const run = promisify(execFile);
const REGION = 'eu-central-1';
const scripts = blocksOf('docs/on-aws.md').filter(({ language, text }) => language === 'sh' && text.startsWith('aws '));

/** What the local AWS cannot do: that the AWS CLI takes it is all there is to see. */
const OFFLINE = 'aws grafana ';

let aws: LocalAws;
beforeAll(async () => {
  aws = await startLocalAws({ port: 0, pace: 0 });
});
afterAll(() => aws.close());

async function shell(script: string): Promise<string> {
  const env = { ...environmentWithoutAws(), ...localAwsEnvironment(aws.url), AWS_DEFAULT_REGION: REGION };
  const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', script], { env, cwd: ROOT });
  return stdout;
}

describe('the commands of docs/on-aws.md', () => {
  it('make the roles, show them, and take them away, one after another', async () => {
    const told: string[] = [];
    for (const { text } of scripts.filter(script => !script.text.startsWith(OFFLINE))) told.push(await shell(text));
    expect(told).toHaveLength(4);
    for (const output of [
      'DeployRoleArn',
      'ExecutionRoleArn',
      'ValidateRoleArn',
      'PermissionsBoundaryArn',
      'OidcProviderArn',
    ])
      expect(told[1]).toContain(output);
    const standing = aws.stacks().filter(({ status }) => !/^DELETE_(COMPLETE|IN_PROGRESS)$/.test(status));
    expect(standing).toEqual([]);
    expect(aws.stacks()).toHaveLength(2);
  }, 240_000);

  it.each(scripts.filter(({ text }) => text.startsWith(OFFLINE)).map(({ text }) => text))(
    'is one of the AWS CLI: %s',
    async text => {
      const { stderr } = await shell(text).then(
        () => ({ stderr: '' }),
        (error: { stderr: string }) => error,
      );
      expect(stderr).not.toMatch(/usage:|Parameter validation failed|Error parsing parameter|Unknown options/);
      // It went out: the local AWS has answered that it does not know this workspace, or this call.
      expect(aws.calls.map(({ service }) => service)).toContain('grafana');
    },
  );
});
