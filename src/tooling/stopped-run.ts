import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudFormationClient, ListChangeSetsCommand } from '@aws-sdk/client-cloudformation';
import { type LocalAws, startLocalAws } from '@zap-obs/local-aws';
import { afterAll, beforeAll, expect } from 'vitest';
import { openGate, type Verdict } from './gate.ts';
import { type BundleRun, localAwsEnvironment, runBundle } from './run-bundle.ts';

/** The runner sends SIGINT, SIGTERM 7.5 s later, and kills 2.5 s after that. In milliseconds. */
export const LIMIT = 7500;

export interface StoppedRun extends BundleRun {
  /** Milliseconds from the signal to the end; NaN when the run ended before it. */
  took: number;
  /** The calls that AWS received after the signal. */
  after: string[];
}

type Stop = (signal?: NodeJS.Signals) => void;
/** Decides about each call to AWS, and stops the run. */
export type Moment = (action: string, stop: Stop) => Verdict;

/** Stops at a call of AWS, the nth of its name, which then passes or not; `later` decides about those that come after. */
export function atCall(name: string, verdict: Verdict = 'pass', later: Verdict = 'pass', nth = 1): Moment {
  let seen = 0;
  let isStopped = false;
  return (action, stop) => {
    if (isStopped) return later;
    if (action !== name || ++seen < nth) return 'pass';
    isStopped = true;
    stop();
    return verdict;
  };
}

/** Two stacks, the second fed by the first; `seconds` is what each resource takes, `stage` is what changes. */
export function twoStacks(seconds: number, stage = 'one', properties = ''): Record<string, string> {
  const metadata = `Metadata: { "zap-local:seconds": ${seconds / PACE} }`;
  return {
    'stacks.yaml': 'stacks:\n  first: { template: first.yaml }\n  second: { template: second.yaml }\n',
    'first.yaml': `Resources:\n  Topic: { Type: AWS::SNS::Topic, ${metadata}, Properties: { ${properties} DisplayName: ${stage} } }\nOutputs:\n  Name: { Value: !GetAtt Topic.TopicName }\n`,
    'second.yaml': `Parameters: { Name: { Type: String } }\nResources:\n  Queue: { Type: AWS::SQS::Queue, ${metadata}, Properties: { Tags: [{ Key: topic, Value: !Sub "\${Name}-${stage}" }] } }\n`,
  };
}

/** A change set takes 50 ms then. */
const PACE = 0.01;

/** Runs of the shipped bundle against one local AWS, each with files of its own, so that several can go on at once. */
export function stoppedRuns() {
  let aws: LocalAws;
  const workspace = mkdtempSync(join(tmpdir(), 'zap-obs-stopped-'));
  beforeAll(async () => {
    aws = await startLocalAws({ port: 0, pace: PACE });
  });
  afterAll(async () => {
    rmSync(workspace, { recursive: true, force: true });
    await aws.close();
  });

  /** Runs an action to its end, on files that stay for later runs with the same prefix. */
  async function run(
    action: string,
    inputs: { 'stack-prefix': string } & Record<string, string>,
    files: Record<string, string> = {},
    options: Partial<Parameters<typeof runBundle>[2]> = {},
  ): Promise<BundleRun> {
    const folder = join(workspace, inputs['stack-prefix']);
    mkdirSync(folder, { recursive: true });
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    const env = { GITHUB_ACTIONS: 'true' };
    const all = { 'stacks-file': 'stacks.yaml', ...inputs };
    return await runBundle(action, all, { endpoint: aws.url, workspace: folder, env, ...options });
  }

  async function stopped(
    action: string,
    inputs: { 'stack-prefix': string } & Record<string, string>,
    files: Record<string, string>,
    moment: Moment,
  ): Promise<StoppedRun> {
    const gate = await openGate(aws.url);
    let kill = (_: NodeJS.Signals) => {};
    let at: number | undefined;
    let before = 0;
    gate.onCall = name =>
      moment(name, (signal = 'SIGINT') => {
        if (at === undefined) before = aws.calls.length;
        at ??= performance.now();
        kill(signal);
      });
    const onStart = (send: (signal: NodeJS.Signals) => void) => {
      kill = send;
    };
    const ended = await run(action, inputs, files, { endpoint: gate.url, onStart });
    const took = performance.now() - (at ?? Number.NaN);
    await gate.close();
    const mine = aws.calls
      .slice(before)
      .filter(({ params }) => JSON.stringify(params).includes(inputs['stack-prefix']));
    return { ...ended, took, after: mine.map(call => call.action) };
  }

  async function deployed(prefix: string, files: Record<string, string>): Promise<void> {
    const { code, log } = await run('deploy', { 'stack-prefix': prefix }, files);
    expect(code, log).toBe(0);
  }

  /** What comes after the job, with what the run has kept for it. */
  async function cleanUp({ states }: BundleRun, prefix: string): Promise<BundleRun> {
    return await run('clean-up', { 'stack-prefix': prefix }, {}, { states });
  }

  const statusOf = (name: string) => aws.stacks().findLast(stack => stack.name === name)?.status;

  /** Change sets that were not executed, and stacks that hold nothing else. */
  async function leftovers(prefix: string): Promise<string[]> {
    const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '' } = localAwsEnvironment('');
    const credentials = { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY };
    const client = new CloudFormationClient({ endpoint: aws.url, region: 'us-east-1', credentials });
    const mine = aws
      .stacks()
      .filter(({ name, status }) => name.startsWith(`${prefix}-`) && status !== 'DELETE_COMPLETE');
    const sets = await Promise.all(
      mine.map(async ({ id }) => {
        const { Summaries = [] } = await client.send(new ListChangeSetsCommand({ StackName: id }));
        const unused = Summaries.filter(({ ExecutionStatus }) => !ExecutionStatus?.startsWith('EXECUTE_'));
        return unused.map(({ ChangeSetName, Status }) => `${ChangeSetName} ${Status}`);
      }),
    );
    const empty = mine.filter(({ status }) => status === 'REVIEW_IN_PROGRESS').map(({ name }) => `${name} is empty`);
    return [...sets.flat(), ...empty];
  }

  /** Whatever the moment: in time, with the exit code of the signal, a summary, and nothing left but what is told. */
  async function expectOrder(ended: StoppedRun, prefix: string, code = 130): Promise<void> {
    expect(ended.took, ended.log).toBeLessThan(LIMIT);
    expect(ended.code, ended.log).toBe(code);
    expect(ended.log).not.toContain('bug in zap-obs');
    expect(ended.summary).toMatch(/^## (⏸️|⏭️|❌) /);
    expect(await leftovers(prefix), ended.log).toEqual([]);
  }

  /** The calls that AWS has taken for the stack of a name. */
  const callsFor = (name: string) =>
    aws.calls.filter(
      ({ params, error }) =>
        error === undefined && [params.StackName, params.ChangeSetName].some(of => String(of).includes(`/${name}/`)),
    );

  return { run, stopped, deployed, cleanUp, statusOf, leftovers, expectOrder, callsFor };
}
