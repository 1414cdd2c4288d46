import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { startLocalAws } from '@zap-obs/local-aws';
import { expect, it } from 'vitest';
import { ROOT } from '../repository.ts';
import { environmentWithoutAws, localAwsEnvironment } from '../run-bundle.ts';
import { BOOTSTRAP_FILE, bootstrap } from './bootstrap.ts';
import { executionBlocks, isOf } from './execution-blocks.ts';
import { matchesGlob } from './glob.ts';
import { listed } from './policy.ts';

const run = promisify(execFile);

/** What CloudFormation does with a resource, in the registry's schema of its type. */
interface Schema {
  typeName: string;
  handlers?: Record<string, { permissions?: string[] }>;
}

/** The registry's schemas as cfn-lint ships them; where it is on PATH. */
function schemas(): Schema[] {
  const bin = (process.env.PATH ?? '').split(delimiter).find(folder => existsSync(join(folder, 'cfn-lint')));
  if (bin === undefined) throw new Error('cfn-lint is not on PATH');
  const lib = join(dirname(bin), 'lib');
  const python = readdirSync(lib).find(name => name.startsWith('python3')) ?? '';
  const folder = join(lib, python, 'site-packages/cfnlint/data/schemas/resources');
  return readdirSync(folder).map(file => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Schema);
}

it("the execution role has the permissions of the registry's handlers, but for what its comments name", () => {
  const statements = bootstrap()
    .policies('ExecutionRole')
    .flatMap(({ Statement }) => Statement)
    .map(({ Sid = '', Action }) => ({ sid: Sid, actions: listed(Action) }));
  const shared = statements.filter(({ sid }) => /(Own|Any)$/.test(sid)).flatMap(({ actions }) => actions);
  const all = schemas();
  const wanted = new Set<string>();
  const findings = executionBlocks().flatMap(({ type, without, beyond }) => {
    const handlers = all
      .filter(({ typeName }) => typeName === type)
      .flatMap(schema => Object.entries(schema.handlers ?? {}));
    // CloudFormation lists nothing when it deploys.
    const taken = new Set(
      handlers.filter(([name]) => name !== 'list').flatMap(([, { permissions = [] }]) => permissions),
    );
    const left = without.flatMap(({ actions }) => actions);
    const added = beyond.flatMap(({ actions }) => actions);
    const own = statements.filter(({ sid }) => isOf(sid, type)).flatMap(({ actions }) => actions);
    for (const action of [...taken, ...added]) wanted.add(action);
    const isLeft = (action: string) => left.some(pattern => matchesGlob(action, pattern));
    const has = (action: string) => own.includes(action) || shared.includes(action);
    return [
      ...(taken.size === 0 ? [`${type}: no handlers are known`] : []),
      ...[...taken].filter(action => !has(action) && !isLeft(action)).map(action => `${type}: lacks ${action}`),
      ...own
        .filter(action => !taken.has(action) && !added.includes(action))
        .map(action => `${type}: ${action} is no handler's`),
      ...left
        .filter(pattern => ![...taken].some(action => matchesGlob(action, pattern)))
        .map(pattern => `${type}: ${pattern} is left out, and no handler has it`),
      ...added.filter(action => taken.has(action)).map(action => `${type}: ${action} is a handler's, and not beyond`),
    ];
  });
  expect(findings).toEqual([]);
  expect(shared.filter(action => !wanted.has(action))).toEqual([]);
});

// The AWS CLI looks once in thirty seconds whether a stack is complete.
it("the README's commands make the roles, and show what to do with them", { timeout: 180_000 }, async () => {
  const readme = readFileSync(join(ROOT, 'cloudformation/README.md'), 'utf8');
  const commands = [...readme.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, text = '']) => text);
  const create = commands.find(text => text.includes(BOOTSTRAP_FILE)) ?? '';
  const aws = await startLocalAws({ port: 0 });
  const env = { ...environmentWithoutAws(), ...localAwsEnvironment(aws.url), AWS_DEFAULT_REGION: 'us-east-1' };
  const shell = async (text: string) =>
    (await run('bash', ['-euc', text], { cwd: ROOT, env: env as NodeJS.ProcessEnv })).stdout;
  try {
    const shown = await shell(create);
    for (const output of ['DeployRoleArn', 'ValidateRoleArn', 'ExecutionRoleArn', 'PermissionsBoundaryArn'])
      expect(shown).toContain(output);
    expect(shown).toContain('arn:aws:iam::000000000000:');
    expect(aws.stacks().map(({ status }) => status)).toEqual(['CREATE_COMPLETE']);
  } finally {
    await aws.close();
  }
});
