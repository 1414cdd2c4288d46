import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { environmentWithoutAws, localAwsEnvironment, runBundle } from '../run-bundle.ts';
import { type Leg, outputOf, type Threading, templateOf } from './course.ts';
import { type Command, type Ran, run, watchMemory } from './processes.ts';
import { findRival, type RivalName } from './rivals.ts';

/** One deployment of a course: where, under which names, with files in a folder of its own. */
export interface Start {
  endpoint: string;
  legs: readonly Leg[];
  /** Stack names start with this. */
  prefix: string;
  folder: string;
}

/** Something that deploys a course. */
export interface Racer {
  name: string;
  /** How the outputs go from stack to stack, in words. */
  how: string;
  /** `undefined` when it is not there. */
  version(): string | undefined;
  /** What has to be once in an account, and does not count. */
  prepare?(start: Start): Promise<Ran>;
  /** Also the second time, with nothing to do: the folder is the same then. */
  deploy(start: Start): Promise<Ran>;
}

export const RACERS: Record<'zap-obs' | RivalName, Racer> = {
  'zap-obs': {
    name: 'zap-obs',
    how: 'the shipped bundle, as the runner starts it',
    version: () => 'this tree',
    deploy: deployWithBundle,
  },
  'aws-cli': {
    name: 'AWS CLI',
    how: '`aws cloudformation deploy` for each stack, outputs passed on by `describe-stacks`',
    version: () => versionOf('aws-cli', /aws-cli\/(\S+)/),
    deploy: start => runScript(start, awsCliScript(start)),
  },
  cdk: {
    name: 'AWS CDK',
    how: '`cdk deploy --all` of a finished cloud assembly, outputs passed on by exports',
    version: () => versionOf('cdk', /^(\d\S+)/),
    deploy: deployWithCdk,
  },
  rain: {
    name: 'rain',
    how: '`rain deploy` for each stack, outputs passed on by exports',
    version: () => versionOf('rain', /v(\d\S+)/),
    prepare: start => runScript(start, `${quoted(findRival('rain'))} bootstrap --yes\n`),
    deploy: start => runScript(start, rainScript(start)),
  },
};

export type RacerName = keyof typeof RACERS;

function deployWithBundle(start: Start): Promise<Ran> {
  return deployFiles(start, templatesOf(start.legs, { by: 'parameters' }));
}

/** Deploys templates, by short name in their order, with the shipped bundle. */
export async function deployFiles({ prefix, folder, endpoint }: Start, templates: Templates): Promise<Ran> {
  writeTemplates(folder, templates);
  const entries = Object.keys(templates).map(name => [name, { template: `${name}.json` }]);
  // JSON is YAML too.
  writeFileSync(join(folder, 'stacks.yaml'), JSON.stringify({ stacks: Object.fromEntries(entries) }));
  const inputs = { 'stack-prefix': prefix, 'stacks-file': 'stacks.yaml' };
  let memory: ReturnType<typeof watchMemory> | undefined;
  const onStart = (_: unknown, pid: number | undefined) => {
    memory = watchMemory(pid);
  };
  const { code, log } = await runBundle('deploy', inputs, { endpoint, workspace: folder, onStart });
  return { code, log, peakMemory: memory?.stop() };
}

function awsCliScript({ legs, prefix, folder }: Start): string {
  writeTemplates(folder, templatesOf(legs, { by: 'parameters' }));
  const aws = `${quoted(findRival('aws-cli'))} cloudformation`;
  return script(
    legs.flatMap(({ name, needs }) => {
      const values = needs.map(outputOf).map(output => `${output}="$${output}"`);
      const parameters = values.length > 0 ? ` --parameter-overrides ${values.join(' ')}` : '';
      const stack = `--stack-name ${prefix}-${name}`;
      const isNeeded = legs.some(leg => leg.needs.includes(name));
      const query = `Stacks[0].Outputs[?OutputKey=='${outputOf(name)}'].OutputValue`;
      return [
        `${aws} deploy ${stack} --template-file ${name}.json --no-fail-on-empty-changeset${parameters}`,
        ...(isNeeded ? [`${outputOf(name)}=$(${aws} describe-stacks ${stack} --query "${query}" --output text)`] : []),
      ];
    }),
  );
}

function rainScript({ legs, prefix, folder }: Start): string {
  writeTemplates(folder, templatesOf(legs, { by: 'exports', prefix }));
  const rain = `${quoted(findRival('rain'))} deploy --yes --no-analytics`;
  return script(legs.map(({ name }) => `${rain} ${name}.json ${prefix}-${name}`));
}

/** What `cdk synth` would leave of templates that are included: CDK passes outputs on by exports. */
async function deployWithCdk(start: Start): Promise<Ran> {
  const { legs, prefix, folder } = start;
  writeTemplates(folder, templatesOf(legs, { by: 'exports', prefix }));
  const artifacts = legs.map(({ name, needs }) => [
    name,
    {
      type: 'aws:cloudformation:stack',
      environment: 'aws://000000000000/us-east-1',
      properties: { templateFile: `${name}.json`, stackName: `${prefix}-${name}` },
      dependencies: needs,
    },
  ]);
  const manifest = { version: '36.0.0', artifacts: Object.fromEntries(artifacts) };
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest));
  const quiet = [
    '--require-approval',
    'never',
    '--no-notices',
    '--no-version-reporting',
    '--ci',
    '--progress',
    'events',
  ];
  const concurrency = ['--concurrency', String(isChain(legs) ? 1 : legs.length)];
  const args = ['deploy', '--all', '--app', folder, ...quiet, ...concurrency];
  return run(commandOf(start, findRival('cdk') ?? 'cdk', args));
}

function isChain(legs: readonly Leg[]): boolean {
  return legs.slice(1).every(({ needs }, index) => needs.includes(legs[index]?.name ?? ''));
}

type Templates = Readonly<Record<string, unknown>>;

function templatesOf(legs: readonly Leg[], threading: Threading): Templates {
  return Object.fromEntries(legs.map(leg => [leg.name, templateOf(leg, threading)]));
}

function writeTemplates(folder: string, templates: Templates): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, template] of Object.entries(templates)) {
    writeFileSync(join(folder, `${name}.json`), JSON.stringify(template));
  }
}

function script(lines: readonly string[]): string {
  return `set -eu\n${lines.join('\n')}\n`;
}

function runScript(start: Start, text: string): Promise<Ran> {
  mkdirSync(start.folder, { recursive: true });
  writeFileSync(join(start.folder, 'deploy.sh'), text);
  return run(commandOf(start, 'sh', ['deploy.sh']));
}

function commandOf({ endpoint, folder }: Start, file: string, args: readonly string[]): Command {
  const local = { ...localAwsEnvironment(endpoint), AWS_DEFAULT_REGION: 'us-east-1' };
  return { file, args, cwd: folder, env: { ...environmentWithoutAws(), ...local, CDK_DISABLE_CLI_TELEMETRY: 'true' } };
}

function versionOf(name: RivalName, pattern: RegExp): string | undefined {
  const program = findRival(name);
  if (program === undefined) return undefined;
  const env = { ...environmentWithoutAws(), AWS_REGION: 'us-east-1' };
  const { stdout, stderr } = spawnSync(program, ['--version'], { encoding: 'utf8', env });
  return pattern.exec(`${stdout}${stderr}`)?.[1];
}

function quoted(program = ''): string {
  return `'${program}'`;
}
